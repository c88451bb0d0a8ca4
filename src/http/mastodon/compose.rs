//! Writing posts: new ones, changes, and taking them away.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::entities::{Scene, ScheduledStatus, Status};
use super::profile::Quoters;
use super::{Answer, Json, scheduled, status};
use crate::clock::{Millis, SECOND_MS};
use crate::error::{Error, Result};
use crate::http::extract::lenient::{blank_is_none, blank_takes_away};
use crate::http::extract::{Auth, Lenient, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::attachment::Focus;
use crate::model::ids::{MediaId, TweetId};
use crate::model::language;
use crate::model::quote::QuotePolicy;
use crate::model::visibility::Visibility;
use crate::service::{NewPoll, NewTweet, RequestKey, TweetChanges, TweetView};

const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Under one key the first post is answered whatever else was sent: to Mastodon's clients a key is the request.
const SAME_REQUEST: &str = "mastodon";

/// What somebody wants to say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewStatus {
    status: Option<String>,
    media_ids: Vec<MediaId>,
    poll: Option<Question>,
    #[serde(deserialize_with = "blank_is_none")]
    in_reply_to_id: Option<TweetId>,
    #[serde(deserialize_with = "blank_is_none")]
    quoted_status_id: Option<TweetId>,
    sensitive: Option<bool>,
    spoiler_text: Option<String>,
    #[serde(deserialize_with = "blank_is_none")]
    visibility: Option<ForWhom>,
    language: Option<String>,
    #[serde(deserialize_with = "blank_is_none")]
    scheduled_at: Option<String>,
    #[serde(deserialize_with = "blank_is_none")]
    quote_approval_policy: Option<Quoters>,
}

/// A poll to make.
#[derive(Debug, Deserialize)]
struct Question {
    options: Vec<String>,
    expires_in: i64,
    #[serde(default)]
    multiple: bool,
}

/// Mastodon's words for whom a post is for.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ForWhom {
    Public,
    Unlisted,
    Private,
    Direct,
}

/// What changes of a post; what is not sent stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Edit {
    status: Option<String>,
    media_ids: Option<Vec<MediaId>>,
    media_attributes: Vec<Described>,
    /// Nothing, blank or null, takes it away.
    #[serde(deserialize_with = "blank_takes_away")]
    poll: Option<Option<Question>>,
    sensitive: Option<bool>,
    spoiler_text: Option<String>,
    language: Option<String>,
    #[serde(deserialize_with = "blank_is_none")]
    quote_approval_policy: Option<Quoters>,
}

/// Who may quote a post from now on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct InteractionPolicy {
    #[serde(deserialize_with = "blank_is_none")]
    quote_approval_policy: Option<Quoters>,
}

/// What becomes of a post's pictures.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HowToDelete {
    delete_media: bool,
}

/// A new description of a picture, and what stays to be seen of it.
#[derive(Debug, Deserialize)]
struct Described {
    id: MediaId,
    description: Option<String>,
    focus: Option<String>,
}

/// `POST /api/v1/statuses`: a post, or with a time that is ahead a post to come.
pub(super) async fn create(
    State(state): State<AppState>,
    Auth(who): Auth,
    headers: HeaderMap,
    Lenient(new): Lenient<NewStatus>,
) -> Result<Response, ApiError> {
    if let Some(due_at) = new.due_at(state.service.clock().now_ms())? {
        let new = new.under(key(&headers)?);
        let view = state.service.schedule_tweet(who.account, new, due_at).await?;
        state.federation.know_mentions(&view.tweet.text).await;
        let scene = Scene::of(&state, Some(&who));
        return Ok(Json(ScheduledStatus::of(&view, &scene)).into_response());
    }
    let checked = state.service.check_tweet(who.account, new.under(key(&headers)?)).await?;
    state.federation.know_mentions(checked.text()).await;
    Ok(status(&state, &who, &state.service.publish(checked).await?).into_response())
}

/// `PUT /api/v1/statuses/{id}`
pub(super) async fn edit(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
    Lenient(edit): Lenient<Edit>,
) -> Answer<Status> {
    let now = state.service.tweet(Some(who.account), id).await?;
    let checked = state.service.check_edit(who.account, id, edit.over(&now)?).await?;
    state.federation.know_mentions(checked.text()).await;
    Ok(status(&state, &who, &state.service.write_edit(checked).await?))
}

/// `DELETE /api/v1/statuses/{id}`: answers it as it was, with the text as it was written. Its pictures can be posted again
/// for a day unless they are to go too.
pub(super) async fn delete(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
    Lenient(how): Lenient<HowToDelete>,
) -> Answer<Status> {
    let view = state.service.tweet(Some(who.account), id).await?;
    let gone = Status::with_text(&view, &Scene::of(&state, Some(&who)));
    match how.delete_media {
        true => state.service.delete_tweet(who.account, id).await?,
        false => state.service.delete_to_redraft(who.account, id).await?,
    }
    Ok(Json(gone))
}

/// `PUT /api/v1/statuses/{id}/interaction_policy`: whom one lets quote a post.
pub(super) async fn set_policy(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<TweetId>,
    Lenient(policy): Lenient<InteractionPolicy>,
) -> Answer<Status> {
    let view = match policy.quote_approval_policy {
        Some(policy) => state.service.set_quotable(who.account, id, policy.into()).await?,
        None => state.service.tweet(Some(who.account), id).await?,
    };
    Ok(status(&state, &who, &view))
}

/// `POST /api/v1/statuses/{id}/quotes/{quoting}/revoke`: answers what quoted it.
pub(super) async fn revoke_quote(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path((id, quoting)): Path<(TweetId, TweetId)>,
) -> Answer<Status> {
    let view = state.service.tweet(Some(who.account), quoting).await?;
    if view.tweet.quote_of != Some(id) {
        return Err(Error::NotFound("quote").into());
    }
    state.service.withdraw_quote(who.account, quoting).await?;
    Ok(status(&state, &who, &state.service.tweet(Some(who.account), quoting).await?))
}

impl NewStatus {
    /// When it is to be published; `None` is now, also when that time has passed.
    fn due_at(&self, now_ms: Millis) -> Result<Option<Millis>> {
        let due_at = self.scheduled_at.as_deref().map(scheduled::at).transpose()?;
        Ok(due_at.filter(|due_at| *due_at > now_ms))
    }

    fn under(self, idempotency_key: Option<RequestKey>) -> NewTweet {
        NewTweet {
            text: self.status.unwrap_or_default(),
            reply_to: self.in_reply_to_id,
            quote_of: self.quoted_status_id,
            visibility: self.visibility.map(Visibility::from),
            media: self.media_ids,
            alts: BTreeMap::new(),
            content_warning: self.spoiler_text,
            sensitive: self.sensitive,
            language: known(self.language),
            poll: self.poll.map(NewPoll::from),
            quotable: self.quote_approval_policy.map(QuotePolicy::from),
            idempotency_key,
        }
    }
}

impl Edit {
    fn over(self, now: &TweetView) -> Result<TweetChanges> {
        let (mut alts, mut focus) = (BTreeMap::new(), BTreeMap::new());
        for picture in self.media_attributes {
            if let Some(point) = picture.focus.as_deref().map(Focus::parse).transpose()?.flatten() {
                focus.insert(picture.id, point);
            }
            // Who only moves the point leaves the words.
            if picture.description.is_some() || picture.focus.is_none() {
                alts.insert(picture.id, picture.description.unwrap_or_default());
            }
        }
        // New words for a picture are a change of the pictures, which are the same ones then.
        let same = || now.tweet.media.iter().map(|media| media.id).collect();
        let media = self.media_ids.or_else(|| (!alts.is_empty() || !focus.is_empty()).then(same));
        Ok(TweetChanges {
            text: self.status,
            media,
            alts,
            focus,
            content_warning: self.spoiler_text,
            sensitive: self.sensitive,
            language: known(self.language),
            poll: self.poll.map(|poll| poll.map(NewPoll::from)),
            quotable: self.quote_approval_policy.map(QuotePolicy::from),
        })
    }
}

impl From<Question> for NewPoll {
    fn from(poll: Question) -> Self {
        Self {
            options: poll.options,
            multiple: poll.multiple,
            lasts_ms: poll.expires_in.saturating_mul(SECOND_MS),
        }
    }
}

impl From<ForWhom> for Visibility {
    fn from(word: ForWhom) -> Self {
        match word {
            ForWhom::Public => Self::Public,
            ForWhom::Unlisted => Self::Unlisted,
            ForWhom::Private => Self::Followers,
            ForWhom::Direct => Self::Direct,
        }
    }
}

/// Clients send what their system is set to; what is no language here is left out rather than refused.
fn known(tag: Option<String>) -> Option<String> {
    language::primary(&tag?)
}

fn key(headers: &HeaderMap) -> Result<Option<RequestKey>> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
    RequestKey::new(text, &SAME_REQUEST).map(Some)
}
