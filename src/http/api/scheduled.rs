//! Tweets to come.

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderName, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::paging::{Page, Paged, TweetPaging};
use super::paths::OfScheduled;
use super::tweets::{IdempotencyKey, NewTweet};
use super::types::{Id, Media, Scene, maybe_visibility, when};
use super::{Answer, scene};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::http::extract::{Auth, Json, Path};
use crate::http::problem::{ApiError, Problem};
use crate::http::state::AppState;
use crate::model::ids::{RowId, TweetId};
use crate::model::time;
use crate::model::visibility::Visibility;
use crate::service::ScheduledView;

/// A tweet and its time.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(super) struct NewScheduled {
    /// When it is to be published: in 5 minutes at the soonest.
    #[schema(format = DateTime, max_length = 64)]
    scheduled_at: String,
    /// The tweet.
    tweet: NewTweet,
}

/// Another time.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Later {
    /// When it is to be published: in 5 minutes at the soonest.
    #[schema(format = DateTime, max_length = 64)]
    scheduled_at: String,
}

/// A tweet to come.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ScheduledTweet {
    /// Its id; the tweet gets one of its own.
    #[schema(value_type = Id)]
    id: RowId,
    /// When it is to be published.
    #[schema(format = DateTime)]
    scheduled_at: String,
    /// The text.
    text: String,
    /// The tweet it answers.
    #[schema(value_type = Option<Id>)]
    reply_to: Option<TweetId>,
    /// The tweet it quotes.
    #[schema(value_type = Option<Id>)]
    quote_of: Option<TweetId>,
    /// Who may see it; null as nothing was said.
    #[schema(schema_with = maybe_visibility)]
    visibility: Option<Visibility>,
    /// Its pictures, which are kept for it.
    media: Vec<Media>,
    /// The warning before the content.
    content_warning: Option<String>,
    /// Whether pictures are hidden at first.
    sensitive: Option<bool>,
    /// The language it is in.
    language: Option<String>,
    /// What its poll offers; null when it has none.
    poll_options: Option<Vec<String>>,
    /// Why it could not be published when its time came. It stays until you give it another time or take it back.
    failure: Option<String>,
}

/// Write a tweet that is published later
///
/// It is held against the rules now and when its time has come; what is refused then stays in the list with the reason.
/// At most 300 tweets wait, 25 for one day (UTC).
#[utoipa::path(
    post, path = "/api/scheduled", tag = "tweets", params(IdempotencyKey),
    responses((status = 201, description = "The tweet to come.", body = ScheduledTweet, headers(("Location" = String, description = "Where it is read."))),
        (status = 409, description = "The tweet that this key scheduled is published or taken back.", body = Problem, content_type = "application/problem+json")),
)]
pub(super) async fn schedule_tweet(
    State(state): State<AppState>,
    Auth(who): Auth,
    key: IdempotencyKey,
    Json(new): Json<NewScheduled>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<ScheduledTweet>), ApiError> {
    let due_at = at(&new.scheduled_at)?;
    let key = key.of(&new)?;
    let view = state.service.schedule_tweet(who.account, new.tweet.under(key), due_at).await?;
    state.federation.know_mentions(&view.tweet.text).await;
    let location = [(LOCATION, format!("/api/scheduled/{}", view.id))];
    Ok((StatusCode::CREATED, location, Json(ScheduledTweet::of(&view, &scene(&state)))))
}

/// Your tweets to come, the newest first
#[utoipa::path(
    get, path = "/api/scheduled", tag = "tweets", params(TweetPaging),
    responses((status = 200, description = "A page of them.", body = Page<ScheduledTweet>)),
)]
pub(super) async fn get_scheduled_tweets(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: TweetPaging,
) -> Result<Paged<ScheduledTweet>, ApiError> {
    let page = state.service.scheduled_tweets(who.account, paging.cursor, paging.limit).await?;
    let scene = scene(&state);
    Ok(paging.older(page, |view| ScheduledTweet::of(&view, &scene)))
}

/// One of your tweets to come
#[utoipa::path(get, path = "/api/scheduled/{scheduledId}", tag = "tweets", params(OfScheduled), responses((status = 200, description = "The tweet to come.", body = ScheduledTweet)))]
pub(super) async fn get_scheduled_tweet(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfScheduled>,
) -> Answer<ScheduledTweet> {
    let view = state.service.scheduled_tweet(who.account, at.scheduled_id).await?;
    Ok(Json(ScheduledTweet::of(&view, &scene(&state))))
}

/// Give a tweet to come another time
#[utoipa::path(patch, path = "/api/scheduled/{scheduledId}", tag = "tweets", params(OfScheduled), responses((status = 200, description = "The tweet to come.", body = ScheduledTweet)))]
pub(super) async fn put_off_tweet(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(which): Path<OfScheduled>,
    Json(later): Json<Later>,
) -> Answer<ScheduledTweet> {
    let due_at = at(&later.scheduled_at)?;
    let view = state.service.put_off_tweet(who.account, which.scheduled_id, due_at).await?;
    Ok(Json(ScheduledTweet::of(&view, &scene(&state))))
}

/// Take a tweet to come back
#[utoipa::path(delete, path = "/api/scheduled/{scheduledId}", tag = "tweets", params(OfScheduled), responses((status = 204, description = "It is gone.")))]
pub(super) async fn remove_scheduled_tweet(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfScheduled>,
) -> Result<StatusCode, ApiError> {
    state.service.remove_scheduled(who.account, at.scheduled_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn at(text: &str) -> Result<Millis> {
    let bad = || Error::invalid("scheduled_at", "bad_time", "a time is written like 2026-01-02T03:04:05Z");
    time::parse(text).ok_or_else(bad)
}

impl ScheduledTweet {
    fn of(view: &ScheduledView, scene: &Scene<'_>) -> Self {
        let tweet = &view.tweet;
        Self {
            id: view.id,
            scheduled_at: when(view.due_at),
            text: tweet.text.clone(),
            reply_to: tweet.reply_to,
            quote_of: tweet.quote_of,
            visibility: tweet.visibility,
            media: view.media.iter().map(|media| Media::of(media, scene.addresses)).collect(),
            content_warning: tweet.content_warning.clone(),
            sensitive: tweet.sensitive,
            language: tweet.language.clone(),
            poll_options: tweet.poll.as_ref().map(|poll| poll.options.clone()),
            failure: view.failure.clone(),
        }
    }
}
