//! What you begin a tweet with, and how you like to read.

use axum::extract::State;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::Answer;
use super::types::{expand_media, maybe_expand_media, maybe_visibility, visibility};
use crate::http::extract::{Auth, Json};
use crate::http::state::AppState;
use crate::model::preferences;
use crate::model::preferences::ExpandMedia;
use crate::model::visibility::Visibility;
use crate::service::PreferenceChanges;

/// What you prefer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Preferences {
    /// Who may see a new tweet that does not say it itself.
    #[schema(schema_with = visibility)]
    visibility: Visibility,
    /// Whether its pictures are hidden at first.
    sensitive: bool,
    /// The language it is in, as a BCP 47 tag; null when it says that itself or not at all.
    language: Option<String>,
    /// Which pictures you are shown at first: those that their authors do not hide, all, or none.
    #[schema(schema_with = expand_media)]
    expand_media: ExpandMedia,
    /// Whether you are shown what stands behind warnings.
    expand_spoilers: bool,
    /// Whether moving pictures move by themselves.
    autoplay: bool,
    /// The time zone you live in, as its name in the IANA list; null is UTC. Quiet hours go by it.
    time_zone: Option<String>,
}

/// What changes; what is not sent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct PreferencesChanges {
    /// Who may see a new tweet that does not say it itself. An answer is as visible as what it answers.
    #[schema(schema_with = maybe_visibility)]
    visibility: Option<Visibility>,
    /// Whether its pictures are hidden at first.
    sensitive: Option<bool>,
    /// The language it is in, as a BCP 47 tag; null takes it away.
    #[serde(default, deserialize_with = "null_takes_away")]
    #[schema(value_type = Option<String>, max_length = 35, example = "en")]
    language: Option<Option<String>>,
    /// Which pictures you are shown at first.
    #[schema(schema_with = maybe_expand_media)]
    expand_media: Option<ExpandMedia>,
    /// Whether you are shown what stands behind warnings.
    expand_spoilers: Option<bool>,
    /// Whether moving pictures move by themselves.
    autoplay: Option<bool>,
    /// The time zone you live in, as its name in the IANA list; null takes it away.
    #[serde(default, deserialize_with = "null_takes_away")]
    #[schema(value_type = Option<String>, max_length = 64, example = "Europe/Berlin")]
    time_zone: Option<Option<String>>,
}

/// What you begin a tweet with, and how you like to read
#[utoipa::path(get, path = "/api/users/me/preferences", tag = "accounts", responses((status = 200, description = "Your preferences.", body = Preferences)))]
pub(super) async fn get_preferences(State(state): State<AppState>, Auth(who): Auth) -> Answer<Preferences> {
    Ok(Json(state.service.preferences(who.account).await?.into()))
}

/// Change what you begin a tweet with, and how you like to read
///
/// What a tweet says of itself goes before. How you like to read is for clients, which ask for it.
#[utoipa::path(patch, path = "/api/users/me/preferences", tag = "accounts", responses((status = 200, description = "Your preferences.", body = Preferences)))]
pub(super) async fn set_preferences(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(changes): Json<PreferencesChanges>,
) -> Answer<Preferences> {
    let changes = PreferenceChanges {
        visibility: changes.visibility,
        sensitive: changes.sensitive,
        language: changes.language,
        expand_media: changes.expand_media,
        expand_spoilers: changes.expand_spoilers,
        autoplay: changes.autoplay,
        time_zone: changes.time_zone,
    };
    Ok(Json(state.service.set_preferences(who.account, changes).await?.into()))
}

impl From<preferences::Preferences> for Preferences {
    fn from(wishes: preferences::Preferences) -> Self {
        Self {
            visibility: wishes.visibility.unwrap_or(Visibility::Public),
            sensitive: wishes.sensitive,
            language: wishes.language,
            expand_media: wishes.expand_media,
            expand_spoilers: wishes.expand_spoilers,
            autoplay: wishes.autoplay,
            time_zone: wishes.time_zone,
        }
    }
}

/// What is null is said, what is not sent is not.
pub(super) fn null_takes_away<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}
