//! What clients of Mastodon's API send, however they send it: query, form, multipart or JSON, all read into one type.
//!
//! - Names nest as Rails has it: `a[b]`, `a[]`, `a[0][b]`, `a[][b]`; a repeated name is a list.
//! - A body's field replaces the query's of the same name. Any method may have a body, `DELETE` too.
//! - Scalars are taken for what the type wants ([`loose`]): `"1"` is a truth, `7` a text. Where an empty text means
//!   that nothing is said, the field is read by [`blank_is_none`].
//! - Files are passed over. Who takes them reads [`Multipart`] and puts the texts beside them into [`Fields`].

mod fields;
mod loose;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

pub use fields::Fields;
pub use loose::{blank_is_none, blank_takes_away};

use super::form::FORM_TYPE;
use super::{Multipart, body, json};
use crate::error::Result;
use crate::http::problem::Problem;

/// Query and body together, in whichever form a client sends them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lenient<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Lenient<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let sent = sent(request, state).await?;
        let mut fields = Fields::of_form(query.as_bytes())?;
        fields.replace_by(sent);
        fields.read().map(Self)
    }
}

async fn sent<S: Send + Sync>(request: Request, state: &S) -> Result<Fields, Problem> {
    let kind = body::media_type(request.headers());
    if kind == "multipart/form-data" {
        let mut form = Multipart::from_request(request, state).await?;
        return texts(&mut form).await.map_err(|error| Problem::from(&error));
    }
    let bytes = body::read(request).await?;
    if bytes.is_empty() {
        return Ok(Fields::default());
    }
    match kind.as_str() {
        FORM_TYPE => Fields::of_form(&bytes),
        kind if json::is_json(kind) => Fields::of_json(&bytes),
        _ => {
            let detail = format!("send the body as {FORM_TYPE}, multipart/form-data or application/json");
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail))
        }
    }
}

/// The texts of a form with files.
async fn texts(form: &mut Multipart) -> Result<Fields> {
    let mut fields = Fields::default();
    while let Some(part) = form.next().await? {
        if part.is_file() {
            continue;
        }
        let name = part.name().to_owned();
        fields.add(&name, part.text("body").await?)?;
    }
    Ok(fields)
}

#[cfg(test)]
mod tests;
