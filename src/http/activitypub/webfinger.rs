//! WebFinger (RFC 7033): from a handle to an actor.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::actors::local;
use crate::error::{Error, Result};
use crate::federation::objects::LocalActor;
use crate::federation::objects::webfinger::{self, Answer, Resource};
use crate::http::extract::Query;
use crate::http::problem::{ApiError, Problem};
use crate::http::state::AppState;
use crate::model::address::Local;
use crate::model::host::Host;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    resource: Option<String>,
}

/// Whom a resource of ours names.
enum Named {
    /// An account.
    Account(String),
    /// The instance itself, whose actor signs what we fetch: `acct:a.test@a.test`.
    Instance,
}

/// `GET /.well-known/webfinger?resource=`: for pages of every origin, whatever the answer.
pub(super) async fn webfinger(State(state): State<AppState>, Query(asked): Query<Asked>) -> Response {
    let answer = match Resource::parse(asked.resource.as_deref().unwrap_or_default()) {
        Ok(resource) => answer(&state, resource).await.into_response(),
        Err(bad) => Problem::new(StatusCode::BAD_REQUEST, "bad_resource", bad.to_string()).into_response(),
    };
    ([(ACCESS_CONTROL_ALLOW_ORIGIN, "*")], answer).into_response()
}

async fn answer(state: &AppState, resource: Resource) -> Result<Response, ApiError> {
    let addresses = state.service.addresses();
    let (host, subscribe) = (addresses.host().as_str(), addresses.at("/search?q={uri}"));
    let answer = match named(state, resource)? {
        Named::Account(username) => {
            let account = local(&state.service, &username).await?;
            let (actor, page) = (addresses.local_actor(&account.username), addresses.profile(&account));
            Answer::new(&account.username, host, &actor, &page, &subscribe)
        }
        Named::Instance => {
            let actor = LocalActor::instance(addresses.origin());
            Answer::new(host, host, actor.id(), &addresses.at("/about"), &subscribe)
        }
    };
    let body = serde_json::to_vec(&answer).map_err(Error::internal)?;
    Ok(([(CONTENT_TYPE, webfinger::JRD)], body).into_response())
}

fn named(state: &AppState, resource: Resource) -> Result<Named> {
    let addresses = state.service.addresses();
    match resource {
        Resource::Account { user, host } => {
            let ours = Host::parse(&host).is_ok_and(|host| host == *addresses.host());
            if !ours {
                return Err(Error::NotFound("account"));
            }
            let is_host = user.eq_ignore_ascii_case(addresses.host().as_str());
            Ok(if is_host { Named::Instance } else { Named::Account(user) })
        }
        Resource::Address(url) if url.as_str() == LocalActor::instance(addresses.origin()).id() => {
            Ok(Named::Instance)
        }
        Resource::Address(url) => match addresses.parse(url.as_str()) {
            Some(Local::Account(username)) => Ok(Named::Account(username)),
            _ => Err(Error::NotFound("account")),
        },
    }
}

/// `GET /.well-known/host-meta` (RFC 6415)
pub(super) async fn host_meta(State(state): State<AppState>) -> impl IntoResponse {
    let document = webfinger::host_meta(state.service.addresses().origin());
    ([(CONTENT_TYPE, "application/xrd+xml; charset=utf-8")], document)
}
