//! Search, and suggestions while somebody types.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::paging::TweetPaging;
use super::types::{Id, Tweet, User};
use super::{Answer, tweet_of, user_of};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::http::extract::{Json, MaybeAuth, Query};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::{AccountId, TweetId};
use crate::search::{Ranked, TagHit};

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Words, with operators such as `from:ann`, `#tag`, `"a phrase"` and `-without`.
    #[param(min_length = 1, max_length = 512, example = "hello")]
    q: String,
    /// Only this kind; all kinds when this is not sent.
    #[param(inline)]
    kind: Option<Kind>,
    /// The order of tweets.
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
    /// Whether the reasons of the best matches come with their numbers.
    #[serde(default)]
    explain: bool,
}

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Tweets.
    Tweets,
    /// Accounts.
    Users,
    /// Hashtags.
    Hashtags,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Sort {
    /// The newest first.
    #[default]
    Newest,
    /// The best matches first, by words, age and what you have to do with them; 200 at most.
    Best,
}

/// What was typed so far.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Typed {
    /// A beginning; `@` asks for accounts only, `#` for hashtags only.
    #[param(max_length = 512, example = "an")]
    prefix: String,
}

/// What was found; the lists of kinds that were not asked for are empty.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct Found {
    /// Tweets that you may see.
    tweets: Vec<Tweet>,
    /// Why each of the tweets stands where it does, in their order, where the best matches were asked for.
    reasons: Vec<Reasons>,
    /// Accounts.
    users: Vec<User>,
    /// Hashtags, the most used first.
    hashtags: Vec<Hashtag>,
    /// Leads to the next tweets; null when there are none.
    next_cursor: Option<String>,
    /// Leads to tweets that are newer than these.
    prev_cursor: Option<String>,
    /// Whether the index is still being filled, so that older tweets may be missing.
    incomplete: bool,
}

/// Why a tweet stands where it does.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reasons {
    /// The tweet.
    #[schema(value_type = Id)]
    tweet: TweetId,
    /// What speaks for it, the nearest to you first: you wrote it (`own`), you follow its author (`followed`), somebody whom
    /// you follow liked or repeated it (`touched`) or follows its author (`near`), it is some days old at most (`recent`),
    /// its words match (`words`).
    reasons: Vec<&'static str>,
    /// The numbers, when `explain` asks for them.
    score: Option<Score>,
}

/// The numbers behind a place: the score is the product of the others.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Score {
    /// How well the words match (BM25), or 1.
    text: f64,
    /// What age leaves of it, from 0.2 to 1.
    freshness: f64,
    /// What you have to do with it, from 1 to 1.9.
    nearness: f64,
    /// What the order goes by.
    score: f64,
}

/// A hashtag.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Hashtag {
    /// Without its `#`.
    name: String,
    /// How often it was used.
    uses: u32,
}

/// What completes a beginning.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Suggestions {
    /// Accounts, those whom you follow first.
    users: Vec<User>,
    /// Hashtags, the most used first.
    hashtags: Vec<Hashtag>,
    /// Your own recent searches.
    searches: Vec<String>,
}

/// Search tweets, accounts and hashtags
#[utoipa::path(
    get, path = "/api/search", tag = "search", params(Asked, TweetPaging),
    responses((status = 200, description = "What was found.", body = Found)),
)]
pub(super) async fn search(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Query(asked): Query<Asked>,
    paging: TweetPaging,
) -> Result<Response, ApiError> {
    let found = find(&state, viewer.map(|who| who.account), &asked, &paging).await?;
    let link = paging.link(found.next_cursor.as_deref(), found.prev_cursor.as_deref());
    let link: Option<[(_, HeaderValue); 1]> = link.map(|link| [(LINK, link)]);
    Ok((link, Json(found)).into_response())
}

/// What you may mean to type
#[utoipa::path(
    get, path = "/api/search/suggest", tag = "search", params(Typed),
    responses((status = 200, description = "At most ten of each kind.", body = Suggestions)),
)]
pub(super) async fn suggest(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Query(typed): Query<Typed>,
) -> Answer<Suggestions> {
    bounded("prefix", &typed.prefix)?;
    let viewer = viewer.map(|who| who.account);
    let found = state.finder.suggest(viewer, &typed.prefix, limits::AUTOCOMPLETE_MAX).await?;
    Ok(Json(Suggestions {
        users: found.accounts.into_iter().map(user_of(&state)).collect(),
        hashtags: found.tags.into_iter().map(Hashtag::from).collect(),
        searches: found.searches,
    }))
}

async fn find(
    state: &AppState,
    viewer: Option<AccountId>,
    asked: &Asked,
    paging: &TweetPaging,
) -> Result<Found> {
    let (q, limit, finder) = (asked.q.as_str(), paging.limit, &state.finder);
    bounded("q", q)?;
    if q.trim().is_empty() {
        return Err(Error::invalid("q", "empty", "say what to look for"));
    }
    let mut found = Found::default();
    if asked.wants(Kind::Tweets) {
        let (page, building) = match asked.sort {
            Sort::Newest => {
                let tweets = finder.tweets(viewer, q, paging.cursor, limit).await?;
                (tweets.found, tweets.building)
            }
            Sort::Best => {
                let best = finder.best(viewer, q, paging.cursor, limit).await?;
                let reasons = |ranked: &Ranked| Reasons::of(ranked, asked.explain);
                found.reasons = best.found.items.iter().map(reasons).collect();
                (best.found.map(|ranked| ranked.view), best.building)
            }
        };
        found.incomplete = building.is_some();
        (found.next_cursor, found.prev_cursor) = (page.next, page.prev);
        found.tweets = page.items.into_iter().map(tweet_of(state)).collect();
    }
    if asked.wants(Kind::Users) {
        found.users = finder.accounts(viewer, q, limit).await?.into_iter().map(user_of(state)).collect();
    }
    if asked.wants(Kind::Hashtags) {
        found.hashtags = finder.hashtags(q, limit).await?.into_iter().map(Hashtag::from).collect();
    }
    if let Some(viewer) = viewer {
        finder.remember(viewer, q);
    }
    Ok(found)
}

impl Asked {
    fn wants(&self, kind: Kind) -> bool {
        self.kind.is_none_or(|only| only == kind)
    }
}

fn bounded(field: &'static str, text: &str) -> Result<()> {
    if text.chars().count() > limits::QUERY_MAX {
        let detail = format!("{field} has at most {} characters", limits::QUERY_MAX);
        return Err(Error::invalid(field, "too_long", detail));
    }
    Ok(())
}

impl Reasons {
    fn of(ranked: &Ranked, explain: bool) -> Self {
        let score = ranked.facts.score();
        let numbers = || Score {
            text: score.text,
            freshness: score.freshness,
            nearness: score.nearness,
            score: score.total(),
        };
        Self {
            tweet: ranked.view.tweet.id,
            reasons: ranked.facts.reasons().into_iter().map(|why| why.word()).collect(),
            score: explain.then(numbers),
        }
    }
}

impl From<TagHit> for Hashtag {
    fn from(hit: TagHit) -> Self {
        Self { name: hit.name, uses: hit.uses }
    }
}
