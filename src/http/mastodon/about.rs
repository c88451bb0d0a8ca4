//! What the instance says of itself beside its document: rules, texts, other instances, weeks, languages.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::browsers::FOR_EVERYBODY;
use super::entities::{InstanceRule, when};
use super::{Answer, Json};
use crate::error::{Error, Result};
use crate::http::extract::Path;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::http::web::views::ComposerCard;
use crate::model::about::{HouseText, TextKind};
use crate::model::html;
use crate::secrets;

/// A text, with when it was last changed.
#[derive(Debug, Serialize)]
pub(super) struct Words {
    updated_at: Option<String>,
    content: String,
}

/// Terms, with the days between which they hold.
#[derive(Debug, Serialize)]
pub(super) struct Terms {
    effective_date: String,
    effective: bool,
    content: String,
    succeeded_by: Option<String>,
}

/// What went on in a week: numbers as words.
#[derive(Debug, Serialize)]
pub(super) struct Week {
    week: String,
    statuses: String,
    logins: String,
    registrations: String,
}

/// A host that is blocked here.
#[derive(Debug, Serialize)]
pub(super) struct Blocked {
    domain: String,
    digest: String,
    severity: &'static str,
    comment: &'static str,
}

/// A language that posts are written in.
#[derive(Debug, Serialize)]
pub(super) struct Language {
    code: &'static str,
    name: &'static str,
}

/// `GET /api/v1/instance/rules`
pub(super) async fn rules(State(state): State<AppState>) -> Result<Response, ApiError> {
    let rules = state.service.house_rules().await?;
    let rules: Vec<InstanceRule> = rules.iter().map(InstanceRule::of).collect();
    Ok((FOR_EVERYBODY, Json(rules)).into_response())
}

/// `GET /api/v1/instance/extended_description`: empty when nothing was written.
pub(super) async fn extended_description(State(state): State<AppState>) -> Result<Response, ApiError> {
    let text = state.service.house_text(TextKind::About).await?;
    let words = text.map_or(Words { updated_at: None, content: String::new() }, |text| words(&state, &text));
    Ok((FOR_EVERYBODY, Json(words)).into_response())
}

/// `GET /api/v1/instance/privacy_policy`: 404 when nothing was written.
pub(super) async fn privacy_policy(State(state): State<AppState>) -> Result<Response, ApiError> {
    let text = state.service.house_text(TextKind::Privacy).await?.ok_or(Error::NotFound("privacy policy"))?;
    Ok((FOR_EVERYBODY, Json(words(&state, &text))).into_response())
}

/// `GET /api/v1/instance/terms_of_service`: 404 when nothing was written.
pub(super) async fn terms_of_service(State(state): State<AppState>) -> Result<Response, ApiError> {
    let text = state.service.house_text(TextKind::Terms).await?.ok_or(Error::NotFound("terms"))?;
    Ok((FOR_EVERYBODY, Json(terms(&state, &text, None))).into_response())
}

/// `GET /api/v1/instance/terms_of_service/{date}`
pub(super) async fn terms_of_day(
    State(state): State<AppState>,
    Path(day): Path<String>,
) -> Result<Response, ApiError> {
    let (text, next) = state.service.terms_of(day).await?;
    Ok((FOR_EVERYBODY, Json(terms(&state, &text, next))).into_response())
}

/// `GET /api/v1/instance/peers`: 404 where it is not told.
pub(super) async fn peers(State(state): State<AppState>) -> Result<Response, ApiError> {
    if !state.service.rules().publish_peers {
        return Err(Error::NotFound("list").into());
    }
    Ok((FOR_EVERYBODY, Json(state.service.peers().await?)).into_response())
}

/// `GET /api/v1/instance/domain_blocks`: 404 where it is not told.
pub(super) async fn domain_blocks(State(state): State<AppState>) -> Result<Response, ApiError> {
    if !state.service.rules().publish_domain_blocks {
        return Err(Error::NotFound("list").into());
    }
    let hosts = state.service.blocked_hosts().await?;
    let blocked = hosts.into_iter().map(|domain| {
        let digest = secrets::token_hash(&domain).iter().map(|byte| format!("{byte:02x}")).collect();
        Blocked { domain, digest, severity: "suspend", comment: "" }
    });
    Ok((FOR_EVERYBODY, Json(blocked.collect::<Vec<_>>())).into_response())
}

/// `GET /api/v1/instance/activity`: the last twelve weeks. Who logged in is counted by who wrote.
pub(super) async fn activity(State(state): State<AppState>) -> Result<Response, ApiError> {
    let weeks = state.service.weeks().await?;
    let weeks = weeks.iter().map(|week| Week {
        week: (week.begins_ms / 1_000).to_string(),
        statuses: week.tweets.to_string(),
        logins: week.writers.to_string(),
        registrations: week.signups.to_string(),
    });
    Ok((FOR_EVERYBODY, Json(weeks.collect::<Vec<_>>())).into_response())
}

/// `GET /api/v1/instance/languages`
pub(super) async fn languages() -> Answer<Vec<Language>> {
    Ok(Json(ComposerCard::LANGUAGES.iter().map(|(code, name)| Language { code, name }).collect()))
}

fn words(state: &AppState, text: &HouseText) -> Words {
    let content = html::of_plain(&text.text, state.service.addresses().base());
    Words { updated_at: Some(when(text.updated_at)), content }
}

fn terms(state: &AppState, text: &HouseText, succeeded_by: Option<String>) -> Terms {
    let content = html::of_plain(&text.text, state.service.addresses().base());
    Terms { effective_date: text.day.clone(), effective: true, content, succeeded_by }
}
