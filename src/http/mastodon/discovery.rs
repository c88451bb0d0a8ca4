//! Finding people: the directory, suggestions, and who of those one knows follows somebody.

use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::batch::Ids;
use super::entities::{Account, Scene};
use super::nothing::Nothing;
use super::{Answer, Json};
use crate::config::limits;
use crate::error::Result;
use crate::http::extract::lenient::blank_is_none;
use crate::http::extract::{Auth, Lenient, MaybeAuth, Path};
use crate::http::state::AppState;
use crate::model::ids::AccountId;
use crate::service::{Reason, SignedIn, Suggestion};

/// Entries of a list when nothing is said.
const DEFAULT: usize = 40;

/// Which part of the directory. All in it are ours, so that `local` says nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Part {
    #[serde(deserialize_with = "blank_is_none")]
    order: Option<Order>,
    offset: Option<usize>,
    limit: Option<usize>,
}

/// In which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Order {
    Active,
    New,
}

/// How many suggestions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Many {
    limit: Option<usize>,
}

/// Somebody to follow, and why.
#[derive(Debug, Serialize)]
pub(super) struct Suggested {
    source: &'static str,
    sources: [&'static str; 1],
    account: Account,
}

/// Whom one knows that follows an account.
#[derive(Debug, Serialize)]
pub(super) struct FamiliarFollowers {
    id: AccountId,
    accounts: Vec<Account>,
}

/// `GET /api/v1/directory`
pub(super) async fn directory(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Lenient(part): Lenient<Part>,
) -> Answer<Vec<Account>> {
    let page = (part.offset.unwrap_or_default(), part.limit.unwrap_or(DEFAULT));
    let newest = part.order == Some(Order::New);
    let who = viewer.as_ref().map(|who| who.account);
    let people = state.service.directory(who, newest, page).await?;
    let scene = Scene::of(&state, viewer.as_ref());
    Ok(Json(people.iter().map(|account| Account::of(account, &scene)).collect()))
}

/// `GET /api/v1/suggestions`
pub(super) async fn accounts(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(many): Lenient<Many>,
) -> Answer<Vec<Account>> {
    let scene = Scene::of(&state, Some(&who));
    let found = suggested(&state, &who, &many).await?;
    Ok(Json(found.iter().map(|suggestion| Account::of(&suggestion.account, &scene)).collect()))
}

/// `GET /api/v2/suggestions`
pub(super) async fn with_reasons(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(many): Lenient<Many>,
) -> Answer<Vec<Suggested>> {
    let scene = Scene::of(&state, Some(&who));
    let suggested = suggested(&state, &who, &many).await?;
    let shown = suggested.iter().map(|suggestion| {
        let (source, why) = match suggestion.reason {
            Reason::Friends(_) => ("past_interactions", "friends_of_friends"),
            // The nearest of the words that clients know.
            Reason::Hashtag(_) => ("past_interactions", "similar_to_recently_followed"),
            Reason::MostFollowed => ("global", "most_followed"),
        };
        Suggested { source, sources: [why], account: Account::of(&suggestion.account, &scene) }
    });
    Ok(Json(shown.collect()))
}

/// `DELETE /api/v1/suggestions/{id}`
pub(super) async fn dismiss(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
) -> Answer<Nothing> {
    state.service.dismiss_suggestion(who.account, id).await?;
    Ok(Nothing {}.answer())
}

/// `GET /api/v1/accounts/familiar_followers`
pub(super) async fn familiar_followers(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(ids): Lenient<Ids>,
) -> Answer<Vec<FamiliarFollowers>> {
    let found = state.service.familiar_followers(who.account, ids.read(limits::BATCH_IDS_MAX)?).await?;
    let scene = Scene::of(&state, Some(&who));
    let shown = |people: Vec<crate::model::account::Account>| {
        people.iter().map(|account| Account::of(account, &scene)).collect()
    };
    Ok(Json(
        found.into_iter().map(|(id, people)| FamiliarFollowers { id, accounts: shown(people) }).collect(),
    ))
}

async fn suggested(state: &AppState, who: &SignedIn, many: &Many) -> Result<Vec<Suggestion>> {
    state.service.suggestions(who.account, many.limit.unwrap_or(DEFAULT)).await
}
