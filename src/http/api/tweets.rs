//! Tweets: write, read, edit, delete.

use std::collections::BTreeMap;

use axum::extract::{FromRequestParts, State};
use axum::http::header::LOCATION;
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};

use super::paging::{Page, Paged, TweetPaging};
use super::paths::OfTweet;
use super::types::{Id, Thread, Tweet, Version, maybe_quote_policy, maybe_visibility};
use super::{Answer, scene, tweet, tweet_of};
use crate::clock::SECOND_MS;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::http::extract::{Auth, Json, MaybeAuth, Path, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::state::AppState;
use crate::model::ids::{MediaId, TweetId};
use crate::model::quote::QuotePolicy;
use crate::model::visibility::Visibility;
use crate::service::{self, RequestKey, TweetChanges};

/// What you want to say.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(super) struct NewTweet {
    /// The text. People's characters are counted, links as 23; it may be empty when there are pictures.
    #[schema(example = "Hello, world")]
    text: String,
    /// The tweet it answers.
    #[schema(value_type = Option<Id>)]
    reply_to: Option<TweetId>,
    /// Who may see it: `public` when nothing is sent, and of a reply what it answers. A reply to a tweet for
    /// followers or to a direct one is no wider than that; as closed as that, it is for its author too.
    #[schema(schema_with = maybe_visibility)]
    visibility: Option<Visibility>,
    /// Uploads to show, in order.
    #[schema(value_type = Option<Vec<Id>>, max_items = 16)]
    media: Option<Vec<MediaId>>,
    /// A warning to show before the content.
    #[schema(max_length = 200)]
    content_warning: Option<String>,
    /// Whether pictures are hidden at first; yes by itself when there is a warning.
    sensitive: Option<bool>,
    /// The language it is in, as a BCP 47 tag.
    #[schema(max_length = 35, example = "en")]
    language: Option<String>,
    /// The tweet it quotes.
    #[schema(value_type = Option<Id>)]
    quote_of: Option<TweetId>,
    /// A poll below the text.
    poll: Option<NewPoll>,
    /// Whom you let quote it; as your account says by default. What is not public or unlisted nobody quotes but you.
    #[schema(schema_with = maybe_quote_policy)]
    quotable: Option<QuotePolicy>,
}

/// A poll to make.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(super) struct NewPoll {
    /// What may be chosen: at most 100 characters each, no two the same.
    #[schema(min_items = 2, max_items = 4)]
    options: Vec<String>,
    /// Whether one voter may choose several.
    #[serde(default)]
    multiple: bool,
    /// For how many seconds it runs.
    #[schema(minimum = 300, maximum = 2_592_000)]
    expires_in: u32,
}

/// What changes of a tweet; what is not sent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Edit {
    /// The new text.
    text: Option<String>,
    /// Its pictures from now on.
    #[schema(value_type = Option<Vec<Id>>, max_items = 16)]
    media: Option<Vec<MediaId>>,
    /// The new warning; an empty text takes it away.
    #[schema(max_length = 200)]
    content_warning: Option<String>,
    /// Whether pictures are hidden at first.
    sensitive: Option<bool>,
    /// The language it is in, as a BCP 47 tag.
    #[schema(max_length = 35)]
    language: Option<String>,
    /// The poll from now on; null takes it away. The same question keeps its votes, and what is not over runs on until its
    /// new end; another question begins anew, and those who voted are told.
    #[serde(default, deserialize_with = "null_takes_away")]
    #[schema(value_type = Option<NewPoll>)]
    poll: Option<Option<NewPoll>>,
    /// Whom you let quote it from now on; quotes that there are stay. That alone is no new version.
    #[schema(schema_with = maybe_quote_policy)]
    quotable: Option<QuotePolicy>,
}

/// What becomes of a tweet's pictures.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HowToDelete {
    /// Whether they may be used in another tweet for a day, as new uploads; otherwise they are gone.
    #[serde(default)]
    #[param(required = false)]
    keep_media: bool,
}

/// The versions of a tweet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct History {
    /// The oldest first; the last one is the present.
    items: Vec<Version>,
}

/// Write a tweet
///
/// With an `Idempotency-Key` the same request again, within a day, answers the same tweet and writes none; another
/// request under that key is refused, and so is the same one once that tweet is deleted.
#[utoipa::path(
    post, path = "/api/tweets", tag = "tweets", params(IdempotencyKey),
    responses((status = 201, description = "The tweet.", body = Tweet, headers(("Location" = String, description = "Where it is read."))),
        (status = 409, description = "The tweet that this key wrote is deleted.", body = Problem, content_type = "application/problem+json")),
)]
pub(super) async fn create_tweet(
    State(state): State<AppState>,
    Auth(who): Auth,
    key: IdempotencyKey,
    Json(new): Json<NewTweet>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<Tweet>), ApiError> {
    let key = key.of(&new)?;
    let checked = state.service.check_tweet(who.account, new.under(key)).await?;
    state.federation.know_mentions(checked.text()).await;
    let view = state.service.publish(checked).await?;
    let location = [(LOCATION, format!("/api/tweets/{}", view.tweet.id))];
    Ok((StatusCode::CREATED, location, tweet(&state, &view)))
}

/// A tweet
#[utoipa::path(get, path = "/api/tweets/{tweetId}", tag = "tweets", params(OfTweet), responses((status = 200, description = "The tweet.", body = Tweet)))]
pub(super) async fn get_tweet(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfTweet>,
) -> Answer<Tweet> {
    let viewer = viewer.map(|who| who.account);
    let view = state.service.tweet(viewer, at.tweet_id).await?;
    state.federation.freshen_poll(&view);
    Ok(tweet(&state, &view))
}

/// Change one of your tweets; the version before is kept
#[utoipa::path(patch, path = "/api/tweets/{tweetId}", tag = "tweets", params(OfTweet), responses((status = 200, description = "The changed tweet.", body = Tweet)))]
pub(super) async fn edit_tweet(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
    Json(edit): Json<Edit>,
) -> Answer<Tweet> {
    let checked = state.service.check_edit(who.account, at.tweet_id, edit.changes()).await?;
    state.federation.know_mentions(checked.text()).await;
    Ok(tweet(&state, &state.service.write_edit(checked).await?))
}

/// Delete one of your tweets
#[utoipa::path(delete, path = "/api/tweets/{tweetId}", tag = "tweets", params(OfTweet, HowToDelete), responses((status = 204, description = "It is gone.")))]
pub(super) async fn delete_tweet(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfTweet>,
    Query(how): Query<HowToDelete>,
) -> Result<StatusCode, ApiError> {
    match how.keep_media {
        true => state.service.delete_to_redraft(who.account, at.tweet_id).await?,
        false => state.service.delete_tweet(who.account, at.tweet_id).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A tweet with what came before and after it
///
/// Of a long thread this is a part: the answers to a tweet go on in its `replies`, and what is above the first ancestor
/// in that one's thread. What other instances have of it and this one does not is asked for in the background when
/// somebody signed in looks, once in 15 minutes at most.
#[utoipa::path(get, path = "/api/tweets/{tweetId}/thread", tag = "tweets", params(OfTweet), responses((status = 200, description = "As far as you may see it.", body = Thread)))]
pub(super) async fn get_thread(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfTweet>,
) -> Answer<Thread> {
    let viewer = viewer.map(|who| who.account);
    let thread = state.service.thread(viewer, at.tweet_id).await?;
    state.federation.freshen_poll(&thread.tweet);
    let backfill = state.federation.open_thread(&thread, viewer.is_some()).await?;
    Ok(Json(Thread::of(&thread, backfill, &scene(&state))))
}

/// The direct answers to a tweet, the oldest first
#[utoipa::path(
    get, path = "/api/tweets/{tweetId}/replies", tag = "tweets", params(OfTweet, TweetPaging),
    responses((status = 200, description = "A page of them; `next_cursor` leads to newer ones.", body = Page<Tweet>)),
)]
pub(super) async fn get_replies(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfTweet>,
    paging: TweetPaging,
) -> Result<Paged<Tweet>, ApiError> {
    let viewer = viewer.map(|who| who.account);
    let page = state.service.direct_replies(viewer, at.tweet_id, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, tweet_of(&state)))
}

/// The versions of a tweet
#[utoipa::path(get, path = "/api/tweets/{tweetId}/history", tag = "tweets", params(OfTweet), responses((status = 200, description = "The oldest first.", body = History)))]
pub(super) async fn get_history(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Path(at): Path<OfTweet>,
) -> Answer<History> {
    let viewer = viewer.map(|who| who.account);
    let versions = state.service.tweet_history(viewer, at.tweet_id).await?;
    Ok(Json(History { items: versions.into_iter().map(Version::of).collect() }))
}

impl NewTweet {
    /// What is to be written under this key.
    pub(super) fn under(self, idempotency_key: Option<RequestKey>) -> service::NewTweet {
        service::NewTweet {
            text: self.text,
            reply_to: self.reply_to,
            quote_of: self.quote_of,
            visibility: self.visibility,
            media: self.media.unwrap_or_default(),
            alts: BTreeMap::new(),
            content_warning: self.content_warning,
            sensitive: self.sensitive,
            language: self.language,
            poll: self.poll.map(service::NewPoll::from),
            quotable: self.quotable,
            idempotency_key,
        }
    }
}

impl Edit {
    fn changes(self) -> TweetChanges {
        TweetChanges {
            text: self.text,
            media: self.media,
            content_warning: self.content_warning,
            sensitive: self.sensitive,
            language: self.language,
            poll: self.poll.map(|poll| poll.map(service::NewPoll::from)),
            quotable: self.quotable,
            ..TweetChanges::default()
        }
    }
}

impl From<NewPoll> for service::NewPoll {
    fn from(poll: NewPoll) -> Self {
        let lasts_ms = i64::from(poll.expires_in).saturating_mul(SECOND_MS);
        Self { options: poll.options, multiple: poll.multiple, lasts_ms }
    }
}

/// A null that is sent takes something away; what is not sent stays.
fn null_takes_away<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The client's word for "the same request again".
pub(super) struct IdempotencyKey(Option<String>);

impl IdempotencyKey {
    /// The key of a request.
    pub(super) fn of(self, request: &impl Serialize) -> Result<Option<RequestKey>> {
        self.0.map(|key| RequestKey::new(key, request)).transpose()
    }
}

impl FromRequestParts<AppState> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(IDEMPOTENCY_KEY) else { return Ok(Self(None)) };
        let refused = |_| {
            let detail = "an idempotency key consists of visible ASCII characters";
            Problem::from(&Error::invalid(IDEMPOTENCY_KEY, "bad_key", detail))
        };
        Ok(Self(Some(value.to_str().map_err(refused)?.to_owned())))
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let key = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(limits::IDEMPOTENCY_KEY_MAX_BYTES));
        let parameter = ParameterBuilder::new()
            .name(IDEMPOTENCY_KEY)
            .parameter_in(ParameterIn::Header)
            .description(Some("Your word for \"the same request again\", such as a UUID."))
            .schema(Some(key));
        vec![parameter.build()]
    }
}
