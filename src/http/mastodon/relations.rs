//! What one has to do with others: following, blocking, muting, and answering who asks to follow.

use axum::extract::State;
use serde::Deserialize;

use super::batch::Ids;
use super::entities::Relationship;
use super::{Answer, Json};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::http::extract::lenient::blank_is_none;
use crate::http::extract::{Auth, Lenient, Path};
use crate::http::state::AppState;
use crate::model::follow::FollowChoices;
use crate::model::ids::AccountId;
use crate::service::SignedIn;

/// What is wanted of a follow.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Follow {
    reblogs: Option<bool>,
    notify: Option<bool>,
    languages: Option<Vec<String>>,
}

/// How an account is muted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Mute {
    notifications: Option<bool>,
    #[serde(deserialize_with = "blank_is_none")]
    duration: Option<i64>,
}

/// What one notes about an account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Note {
    comment: String,
}

/// `GET /api/v1/accounts/relationships`
pub(super) async fn relationships(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(ids): Lenient<Ids>,
) -> Answer<Vec<Relationship>> {
    Ok(Json(standing(&state, &who, ids.read(limits::BATCH_IDS_MAX)?).await?))
}

/// `POST /api/v1/accounts/{id}/follow`
pub(super) async fn follow(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
    Lenient(wanted): Lenient<Follow>,
) -> Answer<Relationship> {
    let choices = FollowChoices {
        retweets: wanted.reblogs,
        notify: wanted.notify,
        // An empty text in the list is how forms send an empty list.
        languages: wanted
            .languages
            .map(|tags| tags.into_iter().filter(|tag| !tag.trim().is_empty()).collect()),
    };
    state.service.follow_with(who.account, id, choices).await?;
    Ok(now(&state, &who, id).await?)
}

/// `POST /api/v1/accounts/{id}/unfollow`
pub(super) async fn unfollow(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
) -> Answer<Relationship> {
    state.service.unfollow(who.account, id).await?;
    Ok(now(&state, &who, id).await?)
}

/// `POST /api/v1/accounts/{id}/remove_from_followers`
pub(super) async fn remove_from_followers(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
) -> Answer<Relationship> {
    state.service.remove_follower(who.account, id).await?;
    Ok(now(&state, &who, id).await?)
}

/// `POST /api/v1/accounts/{id}/block`
pub(super) async fn block(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
) -> Answer<Relationship> {
    state.service.block(who.account, id).await?;
    Ok(now(&state, &who, id).await?)
}

/// `POST /api/v1/accounts/{id}/unblock`
pub(super) async fn unblock(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
) -> Answer<Relationship> {
    state.service.unblock(who.account, id).await?;
    Ok(now(&state, &who, id).await?)
}

/// `POST /api/v1/accounts/{id}/mute`: with the account's notifications unless it is said otherwise, for so many seconds.
pub(super) async fn mute(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
    Lenient(mute): Lenient<Mute>,
) -> Answer<Relationship> {
    let notifications_too = mute.notifications.unwrap_or(true);
    state.service.mute_for(who.account, id, notifications_too, mute.duration).await?;
    Ok(now(&state, &who, id).await?)
}

/// `POST /api/v1/accounts/{id}/note`
pub(super) async fn note(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
    Lenient(note): Lenient<Note>,
) -> Answer<Relationship> {
    state.service.note(who.account, id, &note.comment).await?;
    Ok(now(&state, &who, id).await?)
}

/// `POST /api/v1/accounts/{id}/unmute`
pub(super) async fn unmute(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
) -> Answer<Relationship> {
    state.service.unmute(who.account, id).await?;
    Ok(now(&state, &who, id).await?)
}

/// `POST /api/v1/follow_requests/{id}/authorize`
pub(super) async fn authorize(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
) -> Answer<Relationship> {
    state.service.answer_request(who.account, id, true).await?;
    Ok(now(&state, &who, id).await?)
}

/// `POST /api/v1/follow_requests/{id}/reject`
pub(super) async fn reject(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<AccountId>,
) -> Answer<Relationship> {
    state.service.answer_request(who.account, id, false).await?;
    Ok(now(&state, &who, id).await?)
}

/// How somebody stands to an account now.
pub(super) async fn now(state: &AppState, who: &SignedIn, id: AccountId) -> Result<Json<Relationship>> {
    let found = standing(state, who, vec![id]).await?.pop();
    found.map(Json).ok_or(Error::NotFound("account"))
}

/// How somebody stands to each of these accounts, in their order; unknown ones are left out.
async fn standing(state: &AppState, who: &SignedIn, ids: Vec<AccountId>) -> Result<Vec<Relationship>> {
    let (service, own) = (&state.service, who.account);
    let others = service.accounts(ids).await?;
    let ids: Vec<AccountId> = others.iter().map(|other| other.id).collect();
    let bonds = service.relationships(own, ids.clone()).await?;
    let asking = service.asking_among(own, ids).await?;
    let relations = service.graph().relations(own).await?;
    let stand = others.iter().zip(bonds);
    Ok(stand
        .map(|(other, bond)| Relationship::of(other, bond, asking.contains(&other.id), &relations))
        .collect())
}
