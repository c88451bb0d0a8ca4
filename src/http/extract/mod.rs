//! Typed request parts that answer a [`Problem`] naming the field and what is wrong with it.
//!
//! - a body that is not JSON or not UTF-8: 400; of another type: 415; too big: 413; a wrong or missing field: 422
//! - a query or form field that is wrong: 422; a path part that is wrong: 400 `bad_id`
//! - fields that nobody asked for are ignored
//!
//! Sizes are the gateway's business: it limits every body before a handler reads it.

mod auth;
mod body;
mod form;
mod json;
pub mod lenient;
mod multipart;
mod path;
mod query;

pub use auth::{Access, Auth, MaybeAuth};
pub use form::Form;
pub use json::Json;
pub use lenient::Lenient;
pub use multipart::{Multipart, Part};
pub use path::Path;
pub use query::Query;

pub use super::middleware::client_addr::ClientAddr;

use axum::http::StatusCode;

use super::problem::Problem;

/// The problem of an input whose field at `path` serde refused with `message`.
fn refused_field(path: &str, message: &str) -> Problem {
    // serde tells of a missing field at its parent's path.
    let (code, name) = match message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        Some(name) => ("missing", Some(name)),
        None => ("invalid", None),
    };
    let parent = Some(path).filter(|path| !path.is_empty() && *path != ".");
    let field = [parent, name].into_iter().flatten().collect::<Vec<_>>().join(".");
    if field.is_empty() {
        return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, message);
    }
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, format!("{field}: {message}")).about(field)
}
