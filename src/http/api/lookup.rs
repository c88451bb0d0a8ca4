//! Looking up what somebody pasted: a handle, or the address of a profile or a post anywhere.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::types::{Tweet, User};
use super::{Answer, scene};
use crate::config::limits;
use crate::error::Error;
use crate::federation::resolve::Found;
use crate::http::extract::{Auth, Json, Query};
use crate::http::problem::Problem;
use crate::http::state::AppState;

/// What was pasted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Pasted {
    /// A handle (`@ann@example.org`), or the address of a profile or a post: its id or its page.
    #[param(max_length = 2048, example = "https://example.org/@ann")]
    address: String,
}

/// What it names: one of the two.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct Named {
    /// The account.
    user: Option<User>,
    /// The tweet.
    tweet: Option<Tweet>,
}

/// What a handle or an address names
///
/// What is not known here yet is asked for at its own server.
#[utoipa::path(
    get, path = "/api/lookup", tag = "search", params(Pasted),
    responses(
        (status = 200, description = "It.", body = Named),
        (status = 403, description = "Its server or account is blocked here (`host_blocked`).", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such thing, or you may not see it.", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "It is gone for good.", body = Problem, content_type = "application/problem+json"),
        (status = 502, description = "Its server does not answer (`host_unreachable`) or does not give it (`host_refused`).", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn look_up(
    State(state): State<AppState>,
    Auth(who): Auth,
    Query(pasted): Query<Pasted>,
) -> Answer<Named> {
    if pasted.address.len() > limits::URL_MAX_BYTES {
        let message = format!("an address has at most {} bytes", limits::URL_MAX_BYTES);
        return Err(Error::invalid("address", "too_long", message).into());
    }
    let scene = scene(&state);
    let named = match state.federation.lookup(&pasted.address).await.map_err(Error::from)? {
        Found::Account(account) => Named { user: Some(User::of(&account, &scene)), tweet: None },
        Found::Tweet(id) => {
            let view = state.service.tweet(Some(who.account), id).await?;
            Named { user: None, tweet: Some(Tweet::of(&view, &scene)) }
        }
    };
    Ok(Json(named))
}
