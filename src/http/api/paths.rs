//! The variable parts of the API's paths.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::error::Error;
use crate::http::extract::{Auth, Path};
use crate::http::problem::{ApiError, Problem};
use crate::http::state::AppState;
use crate::model::ids::{AccountId, MediaId, NotificationId, RowId, SessionId, TweetId};
use crate::service::SignedIn;

/// The account that a path names.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(super) struct OfUser {
    /// The id of an account.
    #[param(value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) user_id: AccountId,
}

/// The tweet that a path names.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(super) struct OfTweet {
    /// The id of a tweet.
    #[param(value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) tweet_id: TweetId,
}

/// The report that a path names.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(super) struct OfReport {
    /// The id of a report.
    #[param(value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) report_id: RowId,
}

/// The picture that a path names.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(super) struct OfMedia {
    /// The id of an upload.
    #[param(value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) media_id: MediaId,
}

/// The conversation that a path names.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(super) struct OfConversation {
    /// The id of a conversation.
    #[param(value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) conversation_id: RowId,
}

/// The tweet to come that a path names.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(super) struct OfScheduled {
    /// The id of a tweet to come.
    #[param(value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) scheduled_id: RowId,
}

/// The session that a path names.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(super) struct OfSession {
    /// The id of a session.
    #[param(value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) session_id: SessionId,
}

/// The list that a path names.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(super) struct OfList {
    /// The id of a list.
    #[param(value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) list_id: RowId,
}

/// The filter that a path names.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(super) struct OfFilter {
    /// The id of a filter.
    #[param(value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) filter_id: RowId,
}

/// The filter that a path names, and the tweet in it.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfFilteredTweet {
    /// The id of a filter.
    #[param(rename = "filterId", value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) filter_id: RowId,
    /// The id of a tweet.
    #[param(rename = "tweetId", value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) tweet_id: TweetId,
}

impl FromRequestParts<AppState> for OfFilteredTweet {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        Ok(Self {
            filter_id: one_of(params.as_ref(), "filterId")?,
            tweet_id: one_of(params.as_ref(), "tweetId")?,
        })
    }
}

/// The list that a path names, and the account on it.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfMember {
    /// The id of a list.
    #[param(rename = "listId", value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) list_id: RowId,
    /// The id of an account.
    #[param(rename = "userId", value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) user_id: AccountId,
}

impl FromRequestParts<AppState> for OfMember {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        Ok(Self { list_id: one_of(params.as_ref(), "listId")?, user_id: one_of(params.as_ref(), "userId")? })
    }
}

/// The notification that a path names, beside the account.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfNotification {
    /// The id of a notification.
    #[param(rename = "notificationId", value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) notification_id: NotificationId,
}

impl FromRequestParts<AppState> for OfNotification {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        Ok(Self { notification_id: one_of(params.as_ref(), "notificationId")? })
    }
}

/// One of the ids of a path, read by hand: of two of them, serde would not say which one is wrong.
fn one_of<T: FromStr<Err: Display>>(params: Option<&RawPathParams>, wanted: &str) -> Result<T, Problem> {
    let mut all = params.into_iter().flatten();
    let text = all.find(|(name, _)| *name == wanted).map(|(_, text)| text);
    text.unwrap_or_default().parse().map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, "bad_id", format!("{wanted}: {error}")).about(wanted)
    })
}

/// The announcement that a path names.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(super) struct OfAnnouncement {
    /// The id of an announcement.
    #[param(value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) announcement_id: RowId,
}

/// The reaction to an announcement that a path names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub(super) struct OfReaction {
    /// The id of an announcement.
    #[param(value_type = String, pattern = "^[0-9]{1,19}$", max_length = 19)]
    pub(super) announcement_id: RowId,
    /// An emoji, or the code of one of this server's own.
    #[param(max_length = 64)]
    pub(super) name: String,
}

/// The host that a path names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfHost {
    /// The name of an instance, such as `example.org`.
    #[param(max_length = 253)]
    pub(super) host: String,
}

/// The hashtag that a path names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfTag {
    /// A hashtag without its `#`, in any case.
    #[param(max_length = 100)]
    pub(super) tag: String,
}

/// Who is signed in, on a path that names this very account; 403 on somebody else's.
#[derive(Clone, Debug)]
pub(super) struct Own(pub(super) SignedIn);

impl FromRequestParts<AppState> for Own {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let auth = Auth::from_request_parts(parts, state).await;
        let Auth(who) = auth.map_err(IntoResponse::into_response)?;
        let at = Path::<OfUser>::from_request_parts(parts, state).await;
        let Path(at) = at.map_err(IntoResponse::into_response)?;
        if at.user_id != who.account {
            let refused = Error::forbidden("not_yours", "only its owner may do this");
            return Err(ApiError(refused).into_response());
        }
        Ok(Self(who))
    }
}
