//! Finding people: the directory, and whom to follow.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::paths::OfUser;
use super::types::User;
use super::{Answer, user_of};
use crate::http::extract::{Auth, Json, MaybeAuth, Path, Query};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::service::Reason;

/// Which part of the directory.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Part {
    /// Those who came last first, instead of those who wrote last.
    newest: bool,
    /// How many entries are passed over.
    #[param(maximum = 10_000)]
    offset: usize,
    /// How many entries at most.
    #[param(minimum = 1, maximum = 80)]
    limit: Option<usize>,
}

/// How many suggestions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Many {
    /// How many entries at most.
    #[param(minimum = 1, maximum = 80)]
    limit: Option<usize>,
}

/// People who want to be found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Directory {
    /// The people.
    items: Vec<User>,
}

/// Somebody to follow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FollowSuggestion)]
pub(super) struct Suggested {
    /// The account.
    account: User,
    /// Why: `friends` (those whom you follow follow it), `hashtag` (it used one that you follow) or `most_followed`.
    #[schema(example = "friends")]
    reason: &'static str,
    /// How many of those whom you follow follow it.
    friends: i64,
    /// The hashtag that it used of late and that you follow, without its `#`.
    hashtag: Option<String>,
}

/// People to follow.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FollowSuggestions {
    /// The people.
    items: Vec<Suggested>,
}

const DEFAULT: usize = 20;

/// The accounts of this instance that want to be found
#[utoipa::path(get, path = "/api/directory", tag = "accounts", params(Part), responses((status = 200, description = "Some of them.", body = Directory)))]
pub(super) async fn get_directory(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Query(part): Query<Part>,
) -> Answer<Directory> {
    let page = (part.offset, part.limit.unwrap_or(DEFAULT));
    let people = state.service.directory(viewer.map(|who| who.account), part.newest, page).await?;
    Ok(Json(Directory { items: people.into_iter().map(user_of(&state)).collect() }))
}

/// People whom you might follow
#[utoipa::path(get, path = "/api/suggestions", tag = "accounts", params(Many), responses((status = 200, description = "Some people.", body = FollowSuggestions)))]
pub(super) async fn get_suggestions(
    State(state): State<AppState>,
    Auth(who): Auth,
    Query(many): Query<Many>,
) -> Answer<FollowSuggestions> {
    let found = state.service.suggestions(who.account, many.limit.unwrap_or(DEFAULT)).await?;
    let mut user = user_of(&state);
    let items = found.into_iter().map(|suggestion| {
        let (reason, friends, hashtag) = match suggestion.reason {
            Reason::Friends(friends) => ("friends", friends, None),
            Reason::Hashtag(tag) => ("hashtag", 0, Some(tag)),
            Reason::MostFollowed => ("most_followed", 0, None),
        };
        Suggested { account: user(suggestion.account), reason, friends, hashtag }
    });
    Ok(Json(FollowSuggestions { items: items.collect() }))
}

/// Do not suggest this account any more
#[utoipa::path(delete, path = "/api/suggestions/{userId}", tag = "accounts", params(OfUser), responses((status = 204, description = "It is remembered.")))]
pub(super) async fn dismiss_suggestion(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Result<StatusCode, ApiError> {
    state.service.dismiss_suggestion(who.account, at.user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
