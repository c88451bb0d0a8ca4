//! Reporting accounts to the admins.

use axum::extract::State;
use serde::Deserialize;

use super::entities::{Account, Report, Scene};
use super::{Answer, Json};
use crate::http::extract::{Auth, Lenient};
use crate::http::state::AppState;
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::service::NewReport;

/// What is wrong with an account. Under which heading it belongs is told by whether a rule is named: admins go by the
/// words.
#[derive(Debug, Deserialize)]
pub(super) struct Complaint {
    account_id: AccountId,
    #[serde(default)]
    status_ids: Vec<TweetId>,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    forward: bool,
    #[serde(default)]
    rule_ids: Vec<RowId>,
}

/// `POST /api/v1/reports`
pub(super) async fn create(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(complaint): Lenient<Complaint>,
) -> Answer<Report> {
    let Complaint { account_id, status_ids, comment, forward, rule_ids } = complaint;
    let about = state.service.account(account_id).await?;
    let new = NewReport {
        account: account_id,
        tweets: status_ids.clone(),
        comment: comment.clone(),
        forward,
        rules: rule_ids.clone(),
    };
    let id = state.service.report(who.account, new).await?;
    let scene = Scene::of(&state, Some(&who));
    Ok(Json(Report {
        id,
        action_taken: false,
        action_taken_at: None,
        category: if rule_ids.is_empty() { "other" } else { "violation" },
        comment,
        forwarded: forward && !about.is_local(),
        created_at: state.service.clock().now_ms(),
        status_ids,
        rule_ids,
        target_account: Account::of(&about, &scene),
    }))
}
