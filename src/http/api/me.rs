//! One's own account.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::types::{CurrentUser, maybe_quote_policy};
use super::{Answer, scene};
use crate::error::Result;
use crate::http::extract::{Auth, Json};
use crate::http::problem::{ApiError, Problem};
use crate::http::state::AppState;
use crate::model::ids::AccountId;
use crate::model::profile::Field;
use crate::model::quote::QuotePolicy;
use crate::service::ProfileChanges;

/// What changes of one's profile; what is not sent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Profile {
    /// The name shown.
    #[schema(max_length = 50)]
    display_name: Option<String>,
    /// The bio, plain text.
    #[schema(max_length = 500)]
    bio: Option<String>,
    /// Lines of the profile.
    #[schema(max_items = 4)]
    fields: Option<Vec<Line>>,
    /// Whether follows wait for your word.
    locked: Option<bool>,
    /// Whether it is a bot.
    bot: Option<bool>,
    /// Whether you want to be found in directories and suggestions.
    discoverable: Option<bool>,
    /// Whether your public tweets may be searched by all.
    indexable: Option<bool>,
    /// Whom you let quote your public and unlisted tweets.
    #[schema(schema_with = maybe_quote_policy)]
    quotable: Option<QuotePolicy>,
}

/// A line of a profile, such as a web site.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Line {
    /// What it is.
    #[schema(max_length = 255)]
    name: String,
    /// Its text.
    #[schema(max_length = 255)]
    value: String,
}

/// An old and a new password.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewPassword {
    /// The password until now.
    #[schema(max_length = 256)]
    current_password: String,
    /// The password from now on.
    #[schema(min_length = 8, max_length = 256)]
    password: String,
}

/// A password, asked for once more.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Farewell {
    /// Your password.
    #[schema(max_length = 256)]
    password: String,
}

/// Your account
#[utoipa::path(get, path = "/api/users/me", tag = "accounts", responses((status = 200, description = "With what only you see.", body = CurrentUser)))]
pub(super) async fn get_me(State(state): State<AppState>, Auth(who): Auth) -> Answer<CurrentUser> {
    Ok(current(&state, who.account).await?)
}

/// Change your profile
#[utoipa::path(patch, path = "/api/users/me", tag = "accounts", responses((status = 200, description = "The changed account.", body = CurrentUser)))]
pub(super) async fn update_me(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(profile): Json<Profile>,
) -> Answer<CurrentUser> {
    state.service.update_profile(who.account, profile.into()).await?;
    Ok(current(&state, who.account).await?)
}

/// Change your password; every other session ends
#[utoipa::path(put, path = "/api/users/me/password", tag = "accounts", responses((status = 204, description = "It is changed.")))]
pub(super) async fn change_password(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(new): Json<NewPassword>,
) -> Result<StatusCode, ApiError> {
    state.service.change_password(&who, new.current_password, new.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Delete your account for good
///
/// Nobody sees it from then on, and its sessions have ended. Its tweets and everything else are erased soon after, and
/// instances that have copies are asked to erase them. The username stays taken.
#[utoipa::path(
    delete, path = "/api/users/me", tag = "accounts",
    responses(
        (status = 204, description = "It is gone."),
        (status = 409, description = "It is the only admin's account.", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn delete_me(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(farewell): Json<Farewell>,
) -> Result<StatusCode, ApiError> {
    state.service.leave(&who, farewell.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own account as it is now.
pub(super) async fn current(state: &AppState, id: AccountId) -> Result<Json<CurrentUser>> {
    let (account, user) = (state.service.account(id).await?, state.service.user(id).await?);
    Ok(Json(CurrentUser::of(&account, user, &scene(state))))
}

impl From<Profile> for ProfileChanges {
    fn from(profile: Profile) -> Self {
        let field = |line: Line| Field { name: line.name, value: line.value };
        Self {
            display_name: profile.display_name,
            bio: profile.bio,
            fields: profile.fields.map(|lines| lines.into_iter().map(field).collect()),
            avatar: None,
            header: None,
            locked: profile.locked,
            bot: profile.bot,
            discoverable: profile.discoverable,
            indexable: profile.indexable,
            quotable: profile.quotable,
        }
    }
}
