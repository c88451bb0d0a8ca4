//! What may trend, for admins.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Answer;
use super::paging::{Page, Paged, TweetPaging};
use crate::http::extract::{Auth, Json, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::state::AppState;
use crate::model::trend;
use crate::service::{Operator, TrendEntry};

/// What trends.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum TrendingKind {
    /// Hashtags.
    #[default]
    Tag,
    /// Linked pages.
    Link,
    /// Tweets.
    Tweet,
}

/// What is decided about.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReviewKind {
    /// A hashtag.
    #[default]
    Tag,
    /// A linked page.
    Link,
    /// A tweet.
    Tweet,
    /// All pages of a host.
    Publisher,
}

/// What may be decided.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Decision {
    /// It may trend.
    Approved,
    /// It never trends, whatever the settings say.
    Rejected,
    /// What was decided is forgotten.
    Waiting,
}

/// Something that trends or could, or about which was decided.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReviewedTrend {
    /// What it is.
    kind: ReviewKind,
    /// The folded hashtag, the page's address, the tweet's id or the publisher's host.
    item: String,
    /// The title of a page or the beginning of a tweet's text.
    about: String,
    /// The host of a linked page among what could trend.
    publisher: Option<String>,
    /// `waiting`, `approved` or `rejected`.
    state: &'static str,
    /// Whether that was decided about its publisher only.
    by_publisher: bool,
}

/// What stands highest.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Candidates {
    /// The highest first.
    #[schema(max_items = 200)]
    items: Vec<ReviewedTrend>,
    /// Whether nothing trends before it is approved (`trends_review`).
    review: bool,
}

/// Which kind.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct OfKind {
    /// What trends.
    #[param(inline)]
    kind: TrendingKind,
}

/// Which kind.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct OfReviewKind {
    /// What was decided about.
    #[param(inline)]
    kind: ReviewKind,
}

/// What is decided about what.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewDecision {
    /// What it is.
    kind: ReviewKind,
    /// The hashtag, the page's address, the tweet's id or the publisher's host.
    #[schema(max_length = 2048)]
    item: String,
    /// What is decided.
    decision: Decision,
}

/// What stands highest, whatever was decided about it
#[utoipa::path(get, path = "/api/admin/trends", tag = "admin", params(OfKind), responses((status = 200, description = "At most 200, the highest first.", body = Candidates)))]
pub(super) async fn get_trend_candidates(
    State(state): State<AppState>,
    Auth(_admin): Auth,
    Query(of): Query<OfKind>,
) -> Answer<Candidates> {
    let kind = match of.kind {
        TrendingKind::Tag => trend::TrendKind::Tags,
        TrendingKind::Link => trend::TrendKind::Links,
        TrendingKind::Tweet => trend::TrendKind::Tweets,
    };
    let found = state.service.trend_candidates(kind).await?;
    let review = state.service.rules().trends_review;
    Ok(Json(Candidates { items: found.into_iter().map(ReviewedTrend::of).collect(), review }))
}

/// What was decided about what trends, the last first
#[utoipa::path(get, path = "/api/admin/trends/decisions", tag = "admin", params(OfReviewKind, TweetPaging), responses((status = 200, description = "A page of decisions.", body = Page<ReviewedTrend>)))]
pub(super) async fn get_trend_decisions(
    State(state): State<AppState>,
    Auth(_admin): Auth,
    Query(of): Query<OfReviewKind>,
    paging: TweetPaging,
) -> Result<Paged<ReviewedTrend>, ApiError> {
    let page = state.service.trend_decisions(of.kind.into(), paging.cursor, paging.limit).await?;
    Ok(paging.older(page, ReviewedTrend::of))
}

/// Decide whether something may trend
///
/// It holds at once. What is rejected, or comes from a publisher that is, never trends.
#[utoipa::path(
    put, path = "/api/admin/trends/decisions", tag = "admin",
    responses(
        (status = 204, description = "Also when that was decided already."),
        (status = 404, description = "There is no such tweet.", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn decide_trend(
    State(state): State<AppState>,
    Auth(admin): Auth,
    Json(new): Json<NewDecision>,
) -> Result<StatusCode, ApiError> {
    let approved = match new.decision {
        Decision::Approved => Some(true),
        Decision::Rejected => Some(false),
        Decision::Waiting => None,
    };
    let by = Operator::Admin(admin.account);
    state.service.decide_trend(by, new.kind.into(), &new.item, approved).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl ReviewedTrend {
    fn of(entry: TrendEntry) -> Self {
        Self {
            kind: entry.kind.into(),
            item: entry.item,
            about: entry.about,
            publisher: Some(entry.publisher).filter(|host| !host.is_empty()),
            state: entry.state.word(),
            by_publisher: entry.by_publisher,
        }
    }
}

impl From<trend::ReviewKind> for ReviewKind {
    fn from(kind: trend::ReviewKind) -> Self {
        match kind {
            trend::ReviewKind::Tag => Self::Tag,
            trend::ReviewKind::Link => Self::Link,
            trend::ReviewKind::Tweet => Self::Tweet,
            trend::ReviewKind::Publisher => Self::Publisher,
        }
    }
}

impl From<ReviewKind> for trend::ReviewKind {
    fn from(kind: ReviewKind) -> Self {
        match kind {
            ReviewKind::Tag => Self::Tag,
            ReviewKind::Link => Self::Link,
            ReviewKind::Tweet => Self::Tweet,
            ReviewKind::Publisher => Self::Publisher,
        }
    }
}
