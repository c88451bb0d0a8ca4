//! Reports: made by anybody, judged by admins.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::paging::{Page, Paged, TweetPaging};
use super::paths::OfReport;
use super::types::{Id, Report};
use crate::http::extract::{Auth, Json, Path, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::state::AppState;
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::service;

/// What is wrong with an account.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewReport {
    /// Whom you report.
    #[schema(value_type = Id)]
    account: AccountId,
    /// Tweets of that account that show it.
    #[schema(value_type = Option<Vec<Id>>, max_items = 50)]
    tweets: Option<Vec<TweetId>>,
    /// What is wrong, in your words.
    #[schema(max_length = 1000)]
    comment: Option<String>,
    /// Whether the instance of a remote account is told too. It does not learn who you are.
    forward: Option<bool>,
    /// Rules of this instance that are broken, by their ids.
    #[schema(value_type = Option<Vec<Id>>, max_items = 50)]
    rules: Option<Vec<RowId>>,
}

/// A report that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeReport {
    /// Its id.
    #[schema(value_type = Id)]
    id: RowId,
}

/// Which reports.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Those that an admin is done with, instead of the open ones.
    resolved: bool,
}

/// Report an account to the admins of this instance
#[utoipa::path(
    post, path = "/api/reports", tag = "relations",
    responses(
        (status = 201, description = "An admin will look at it.", body = MadeReport),
        (status = 404, description = "There is no such account.", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn create_report(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(new): Json<NewReport>,
) -> Result<(StatusCode, Json<MadeReport>), ApiError> {
    let new = service::NewReport {
        account: new.account,
        tweets: new.tweets.unwrap_or_default(),
        comment: new.comment.unwrap_or_default(),
        forward: new.forward.unwrap_or(false),
        rules: new.rules.unwrap_or_default(),
    };
    let id = state.service.report(who.account, new).await?;
    Ok((StatusCode::CREATED, Json(MadeReport { id })))
}

/// What was reported
#[utoipa::path(
    get, path = "/api/admin/reports", tag = "admin", params(Which, TweetPaging),
    responses((status = 200, description = "A page of reports.", body = Page<Report>)),
)]
pub(super) async fn get_reports(
    State(state): State<AppState>,
    Auth(_admin): Auth,
    Query(which): Query<Which>,
    paging: TweetPaging,
) -> Result<Paged<Report>, ApiError> {
    let page = state.service.reports(!which.resolved, paging.cursor, paging.limit).await?;
    Ok(paging.older(page, |view| Report::of(&view, state.service.addresses())))
}

/// Be done with a report
#[utoipa::path(post, path = "/api/admin/reports/{reportId}/resolve", tag = "admin", params(OfReport), responses((status = 204, description = "Also when it was resolved already.")))]
pub(super) async fn resolve_report(
    State(state): State<AppState>,
    Auth(admin): Auth,
    Path(at): Path<OfReport>,
) -> Result<StatusCode, ApiError> {
    state.service.resolve_report(admin.account, at.report_id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Open a report again
#[utoipa::path(post, path = "/api/admin/reports/{reportId}/reopen", tag = "admin", params(OfReport), responses((status = 204, description = "Also when it was open already.")))]
pub(super) async fn reopen_report(
    State(state): State<AppState>,
    Auth(admin): Auth,
    Path(at): Path<OfReport>,
) -> Result<StatusCode, ApiError> {
    state.service.resolve_report(admin.account, at.report_id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
