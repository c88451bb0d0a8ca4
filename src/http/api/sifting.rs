//! Which notifications one wants, and those that wait for a look.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::paging::{AccountPaging, Page, Paged};
use super::paths::OfUser;
use super::types::{Scene, Tweet, User, maybe_sift, sift, when};
use super::{Answer, scene};
use crate::error::Result;
use crate::http::extract::{Auth, Json, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::sifting::Sift;
use crate::service::{self, SiftChanges, SiftView};

/// What becomes of notifications by who causes them; the strictest that applies holds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NotificationPolicy {
    /// By accounts that you do not follow.
    #[schema(schema_with = sift)]
    not_following: Sift,
    /// By accounts that do not follow you, or have for less than three days.
    #[schema(schema_with = sift)]
    not_followers: Sift,
    /// By accounts that are less than 30 days old.
    #[schema(schema_with = sift)]
    new_accounts: Sift,
    /// Direct mentions by accounts that you do not follow, unless they answer you.
    #[schema(schema_with = sift)]
    private_mentions: Sift,
    /// By accounts that moderators limited and that you do not follow.
    #[schema(schema_with = sift)]
    limited_accounts: Sift,
    /// Whose notifications wait: how many accounts, counted up to 100.
    #[schema(minimum = 0, maximum = 100)]
    requests_count: i64,
    /// How many notifications wait, counted up to 100.
    #[schema(minimum = 0, maximum = 100)]
    waiting_count: i64,
}

/// What changes; what is not sent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NotificationPolicyChanges {
    /// By accounts that you do not follow.
    #[schema(schema_with = maybe_sift)]
    not_following: Option<Sift>,
    /// By accounts that do not follow you, or have for less than three days.
    #[schema(schema_with = maybe_sift)]
    not_followers: Option<Sift>,
    /// By accounts that are less than 30 days old.
    #[schema(schema_with = maybe_sift)]
    new_accounts: Option<Sift>,
    /// Direct mentions by accounts that you do not follow, unless they answer you.
    #[schema(schema_with = maybe_sift)]
    private_mentions: Option<Sift>,
    /// By accounts that moderators limited and that you do not follow.
    #[schema(schema_with = maybe_sift)]
    limited_accounts: Option<Sift>,
}

/// Somebody whose notifications wait.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct NotificationRequest {
    /// Who caused them.
    from: User,
    /// How many there are, counted up to 100.
    #[schema(minimum = 0, maximum = 100)]
    count: i64,
    /// The newest tweet among them.
    last_tweet: Option<Tweet>,
    /// Since when they wait.
    #[schema(format = DateTime)]
    created_at: String,
    /// When the newest came.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// Which notifications you want, and how many wait
#[utoipa::path(get, path = "/api/users/me/notification-policy", tag = "notifications", responses((status = 200, description = "Your choice.", body = NotificationPolicy)))]
pub(super) async fn get_notification_policy(
    State(state): State<AppState>,
    Auth(who): Auth,
) -> Answer<NotificationPolicy> {
    Ok(Json(state.service.sift_policy(who.account).await?.into()))
}

/// Choose which notifications you want
///
/// `accept` tells them, `filter` lets them wait until you have a look, `drop` makes none. What waits goes on waiting.
#[utoipa::path(patch, path = "/api/users/me/notification-policy", tag = "notifications", responses((status = 200, description = "Your choice.", body = NotificationPolicy)))]
pub(super) async fn set_notification_policy(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(changes): Json<NotificationPolicyChanges>,
) -> Answer<NotificationPolicy> {
    let changes = SiftChanges {
        not_following: changes.not_following,
        not_followers: changes.not_followers,
        new_accounts: changes.new_accounts,
        private_mentions: changes.private_mentions,
        limited_accounts: changes.limited_accounts,
    };
    Ok(Json(state.service.set_sift_policy(who.account, changes).await?.into()))
}

/// Whose notifications wait, the newest first
#[utoipa::path(
    get, path = "/api/notification-requests", tag = "notifications", params(AccountPaging),
    responses((status = 200, description = "A page of them.", body = Page<NotificationRequest>)),
)]
pub(super) async fn get_notification_requests(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: AccountPaging,
) -> Result<Paged<NotificationRequest>, ApiError> {
    let page = state.service.notification_requests(who.account, paging.cursor, paging.limit).await?;
    let scene = scene(&state);
    Ok(paging.older(page, |view| NotificationRequest::of(&view, &scene)))
}

/// What waits of one account
#[utoipa::path(get, path = "/api/notification-requests/{userId}", tag = "notifications", params(OfUser), responses((status = 200, description = "How much waits.", body = NotificationRequest)))]
pub(super) async fn get_notification_request(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Answer<NotificationRequest> {
    let view = state.service.notification_request_of(who.account, at.user_id).await?;
    Ok(Json(NotificationRequest::of(&view, &scene(&state))))
}

/// Let an account's notifications through: those that wait, and all from now on
#[utoipa::path(post, path = "/api/notification-requests/{userId}/accept", tag = "notifications", params(OfUser), responses((status = 204, description = "They are in your list.")))]
pub(super) async fn accept_notification_request(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Result<StatusCode, ApiError> {
    state.service.accept_notifications(who.account, at.user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove what waits of an account; its next notification waits again
#[utoipa::path(delete, path = "/api/notification-requests/{userId}", tag = "notifications", params(OfUser), responses((status = 204, description = "It is gone.")))]
pub(super) async fn dismiss_notification_request(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfUser>,
) -> Result<StatusCode, ApiError> {
    state.service.dismiss_request(who.account, at.user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<SiftView> for NotificationPolicy {
    fn from(view: SiftView) -> Self {
        let policy = view.policy;
        Self {
            not_following: policy.not_following,
            not_followers: policy.not_followers,
            new_accounts: policy.new_accounts,
            private_mentions: policy.private_mentions,
            limited_accounts: policy.limited_accounts,
            requests_count: view.requests,
            waiting_count: view.notifications,
        }
    }
}

impl NotificationRequest {
    fn of(view: &service::NotificationRequest, scene: &Scene<'_>) -> Self {
        Self {
            from: User::of(&view.from, scene),
            count: view.count,
            last_tweet: view.last.as_ref().map(|last| Tweet::of(last, scene)),
            created_at: when(view.created_at),
            updated_at: when(view.updated_at),
        }
    }
}
