//! What is used most of late.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::types::{LinkPreview, Tweet, when};
use super::{Answer, scene, tweet_of};
use crate::http::extract::{Json, MaybeAuth, Query};
use crate::http::state::AppState;
use crate::model::trend;
use crate::service::Slice;

/// Entries of each list when nothing is said.
const DEFAULT: usize = 10;

/// How much of each list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Part {
    /// How many entries of each list are passed over.
    #[param(maximum = 40)]
    offset: usize,
    /// How many entries of each list at most.
    #[param(minimum = 1, maximum = 40)]
    limit: Option<usize>,
}

/// How often something was used on a day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DayUse {
    /// When the day began.
    #[schema(format = DateTime)]
    day: String,
    /// Accounts that used it.
    accounts: i64,
    /// Times that it was used.
    uses: i64,
}

/// A hashtag that many use of late.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TrendingTag {
    /// The hashtag, folded, without its sign.
    name: String,
    /// Its last seven days, today first.
    history: Vec<DayUse>,
}

/// A page that many link to of late.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TrendingLink {
    /// What the page says of itself.
    preview: LinkPreview,
    /// Its last seven days, today first.
    history: Vec<DayUse>,
}

/// What is used most of late.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Trends {
    /// Hashtags.
    tags: Vec<TrendingTag>,
    /// Linked pages.
    links: Vec<TrendingLink>,
    /// Tweets that are liked and repeated.
    tweets: Vec<Tweet>,
}

/// What is used most of late, by distinct accounts
#[utoipa::path(get, path = "/api/trends", tag = "search", params(Part), responses((status = 200, description = "As it was reckoned in the last minutes.", body = Trends)))]
pub(super) async fn get_trends(
    State(state): State<AppState>,
    MaybeAuth(viewer): MaybeAuth,
    Query(part): Query<Part>,
) -> Answer<Trends> {
    let service = &state.service;
    let slice = Slice { offset: part.offset, limit: part.limit.unwrap_or(DEFAULT) };
    let tags = service.trending_tags(slice).await?.into_iter();
    let links = service.trending_links(slice).await?;
    let tweets = service.trending_tweets(viewer.map(|who| who.account), slice).await?;
    Ok(Json(Trends {
        tags: tags.map(|(name, days)| TrendingTag { name, history: history(&days) }).collect(),
        links: links
            .iter()
            .map(|(page, days)| TrendingLink {
                preview: LinkPreview::of(page, &scene(&state)),
                history: history(days),
            })
            .collect(),
        tweets: tweets.into_iter().map(tweet_of(&state)).collect(),
    }))
}

fn history(days: &[trend::DayUse]) -> Vec<DayUse> {
    let day =
        |day: &trend::DayUse| DayUse { day: when(day.begins_ms), accounts: day.accounts, uses: day.uses };
    days.iter().map(day).collect()
}
