//! What the instance says of itself: rules and texts, to read and, for admins, to write.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answer;
use super::types::{Id, when};
use crate::http::extract::{Auth, Json};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::about::{HouseText, TextKind};
use crate::model::ids::RowId;
use crate::service::AboutChanges;

/// A rule of the instance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceRule)]
pub(super) struct Rule {
    /// Its id, which stays while its words do; for reports.
    #[schema(value_type = Id)]
    id: RowId,
    /// The rule.
    text: String,
    /// What is meant by it; may be empty.
    hint: String,
}

/// A text about the instance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceText)]
pub(super) struct Text {
    /// The text, plain.
    text: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// The day from which terms hold; null for other texts.
    #[schema(format = Date)]
    day: Option<String>,
}

/// What the instance says of itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceAbout)]
pub(super) struct About {
    /// Its rules, in their order.
    rules: Vec<Rule>,
    /// What it is, at length.
    about: Option<Text>,
    /// What is done with what people give to it.
    privacy: Option<Text>,
    /// What people agree to.
    terms: Option<Text>,
}

/// A rule to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewInstanceRule)]
pub(super) struct NewRule {
    /// The rule, one line.
    #[schema(max_length = 300)]
    text: String,
    /// What is meant by it.
    #[schema(max_length = 1_000)]
    hint: Option<String>,
}

/// What changes; what is not sent stays as it is, and an empty text goes.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = InstanceAboutChanges)]
pub(super) struct Changes {
    /// All rules, in their order.
    #[schema(max_items = 50)]
    rules: Option<Vec<NewRule>>,
    /// What it is, at length; plain text.
    #[schema(max_length = 50_000)]
    about: Option<String>,
    /// What is done with what people give to it; plain text.
    #[schema(max_length = 50_000)]
    privacy: Option<String>,
    /// What people agree to, from today on; plain text. Terms of earlier days are kept.
    #[schema(max_length = 50_000)]
    terms: Option<String>,
}

/// The rules of this instance, and its texts about itself
#[utoipa::path(get, path = "/api/instance/about", tag = "instance", responses((status = 200, description = "Rules and texts.", body = About)))]
pub(super) async fn get_about(State(state): State<AppState>) -> Answer<About> {
    let service = &state.service;
    let rules = service.house_rules().await?.into_iter();
    Ok(Json(About {
        rules: rules.map(|rule| Rule { id: rule.id, text: rule.text, hint: rule.hint }).collect(),
        about: service.house_text(TextKind::About).await?.map(Text::of),
        privacy: service.house_text(TextKind::Privacy).await?.map(Text::of),
        terms: service.house_text(TextKind::Terms).await?.map(Text::of),
    }))
}

/// Change the rules of this instance, or its texts about itself
#[utoipa::path(patch, path = "/api/admin/about", tag = "admin", responses((status = 204, description = "It is written.")))]
pub(super) async fn change_about(
    State(state): State<AppState>,
    Auth(_admin): Auth,
    Json(changes): Json<Changes>,
) -> Result<StatusCode, ApiError> {
    let rules = changes.rules.map(|rules| {
        rules.into_iter().map(|rule| (rule.text, rule.hint.unwrap_or_default())).collect::<Vec<_>>()
    });
    let texts = [
        (TextKind::About, changes.about),
        (TextKind::Privacy, changes.privacy),
        (TextKind::Terms, changes.terms),
    ];
    let texts = texts.into_iter().filter_map(|(kind, text)| Some((kind, text?))).collect();
    state.service.set_about(AboutChanges { rules, texts }).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Text {
    fn of(text: HouseText) -> Self {
        let day = Some(text.day).filter(|day| !day.is_empty());
        Self { text: text.text, updated_at: when(text.updated_at), day }
    }
}
