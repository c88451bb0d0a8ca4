//! WebFinger (RFC 7033): from a handle to an actor.

use axum::extract::State;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::actors::local;
use crate::error::{Error, Result};
use crate::federation::objects::webfinger::{self, Answer, Resource};
use crate::http::extract::Query;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::address::Local;
use crate::model::host::Host;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    resource: String,
}

/// `GET /.well-known/webfinger?resource=`
pub(super) async fn webfinger(
    State(state): State<AppState>,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let username = username(&state, &asked.resource)?;
    let account = local(&state.service, &username).await?;
    let addresses = state.service.addresses();
    let answer = Answer::new(
        &account.username,
        addresses.host().as_str(),
        &addresses.local_actor(&account.username),
        &addresses.profile(&account),
        &addresses.at("/search?q={uri}"),
    );
    let body = serde_json::to_vec(&answer).map_err(Error::internal)?;
    Ok(([(CONTENT_TYPE, webfinger::JRD), (ACCESS_CONTROL_ALLOW_ORIGIN, "*")], body).into_response())
}

/// The username that a resource of ours names.
fn username(state: &AppState, resource: &str) -> Result<String> {
    let bad = |error: webfinger::BadResource| Error::invalid("resource", "bad_resource", error.to_string());
    let addresses = state.service.addresses();
    match Resource::parse(resource).map_err(bad)? {
        Resource::Account { user, host } => {
            let ours = Host::parse(&host).is_ok_and(|host| host == *addresses.host());
            if ours { Ok(user) } else { Err(Error::NotFound("account")) }
        }
        Resource::Address(url) => match addresses.parse(url.as_str()) {
            Some(Local::Account(username)) => Ok(username),
            _ => Err(Error::NotFound("account")),
        },
    }
}

/// `GET /.well-known/host-meta` (RFC 6415)
pub(super) async fn host_meta(State(state): State<AppState>) -> impl IntoResponse {
    let document = webfinger::host_meta(state.service.addresses().origin());
    ([(CONTENT_TYPE, "application/xrd+xml; charset=utf-8")], document)
}
