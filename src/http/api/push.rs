//! Being told by Web Push where no page is open.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answer;
use super::types::{maybe_push_policy, notification_kinds, push_policy};
use crate::http::extract::{Auth, Json};
use crate::http::middleware::credentials::bearer_token;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::notification::NotificationKind;
use crate::model::push::{PushPolicy, PushSubscription};
use crate::notify::{self, NewPush};

/// What a session wants to be told, and where.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewSubscription {
    /// The address that the push service gave you: `PushSubscription.endpoint` of a browser.
    #[schema(max_length = 2048, example = "https://push.example.net/p/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV")]
    endpoint: String,
    /// The keys that messages are encrypted for: `PushSubscription.getKey` of a browser.
    keys: Keys,
    /// Of what you are told.
    #[schema(schema_with = notification_kinds)]
    kinds: Vec<NotificationKind>,
    /// From whom: everybody, accounts that you follow, your followers, or nobody. Everybody when this is not sent.
    #[serde(default)]
    #[schema(schema_with = maybe_push_policy, required = false)]
    from: Option<PushPolicy>,
}

/// Keys in Base64 for URLs.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Keys {
    /// The public key: a point of P-256 in 65 bytes.
    #[schema(max_length = 200)]
    p256dh: String,
    /// The secret: 16 bytes.
    #[schema(max_length = 100)]
    auth: String,
}

/// What a session wants to be told, and where.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Subscription {
    /// The address at the push service.
    endpoint: String,
    /// Of what you are told.
    #[schema(schema_with = notification_kinds)]
    kinds: Vec<NotificationKind>,
    /// From whom.
    #[schema(schema_with = push_policy)]
    from: PushPolicy,
    /// The key by which push services know this instance: the `applicationServerKey` of a browser.
    server_key: String,
}

/// The key of this instance for push services.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServerKey {
    /// A point of P-256 in Base64 for URLs: the `applicationServerKey` of a browser.
    server_key: String,
}

/// The key that a browser needs to subscribe
#[utoipa::path(get, path = "/api/push/key", tag = "notifications", responses((status = 200, description = "The key.", body = ServerKey)))]
pub(super) async fn get_push_key(State(state): State<AppState>) -> Json<ServerKey> {
    Json(ServerKey { server_key: state.push.public_key().to_owned() })
}

/// What this session is told by push
#[utoipa::path(
    get, path = "/api/users/me/push", tag = "notifications",
    responses((status = 200, description = "The subscription.", body = Subscription), (status = 404, description = "This session has none.", body = crate::http::problem::Problem, content_type = "application/problem+json")),
)]
pub(super) async fn get_push(State(state): State<AppState>, Auth(who): Auth) -> Answer<Subscription> {
    Ok(shown(&state, state.push.subscription(&who).await?))
}

/// Be told by push, in place of what this session was told before
///
/// The subscription ends with the session. Messages are encrypted by RFC 8291; each is a JSON object with the
/// `notification_id`, `notification_type`, `title`, `body`, `icon`, `preferred_locale`, and the `access_token` of the
/// session, by which apps know for which of their accounts it is.
#[utoipa::path(put, path = "/api/users/me/push", tag = "notifications", responses((status = 200, description = "The subscription.", body = Subscription)))]
pub(super) async fn set_push(
    State(state): State<AppState>,
    Auth(who): Auth,
    headers: HeaderMap,
    Json(new): Json<NewSubscription>,
) -> Answer<Subscription> {
    let new = NewPush {
        endpoint: new.endpoint,
        keys: notify::Keys { p256dh: new.keys.p256dh, auth: new.keys.auth },
        standard: true,
        kinds: new.kinds,
        policy: new.from.unwrap_or(PushPolicy::All),
    };
    Ok(shown(&state, state.push.subscribe(&who, bearer_token(&headers), new).await?))
}

/// Be told no more by push in this session
#[utoipa::path(delete, path = "/api/users/me/push", tag = "notifications", responses((status = 204, description = "There is no subscription.")))]
pub(super) async fn remove_push(
    State(state): State<AppState>,
    Auth(who): Auth,
) -> Result<StatusCode, ApiError> {
    state.push.unsubscribe(&who).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(state: &AppState, subscription: PushSubscription) -> Json<Subscription> {
    Json(Subscription {
        endpoint: subscription.endpoint,
        kinds: subscription.kinds,
        from: subscription.policy,
        server_key: state.push.public_key().to_owned(),
    })
}
