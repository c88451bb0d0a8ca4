//! Registering an app, and what an app is known as.

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::http::extract::{AppAuth, Json, Lenient};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::app::App;
use crate::model::ids::AppId;
use crate::service::{Credential, NewApp};

/// What an app says of itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Registration {
    client_name: String,
    redirect_uris: Vec<String>,
    scopes: String,
    website: Option<String>,
}

/// An app as Mastodon's API has it.
#[derive(Debug, Serialize)]
struct Application {
    id: AppId,
    name: String,
    website: Option<String>,
    scopes: Vec<String>,
    redirect_uris: Vec<String>,
    /// All of them, one a line; some clients have no other.
    redirect_uri: String,
    /// How push services know this instance.
    vapid_key: String,
}

/// An app with what it proves itself by.
#[derive(Debug, Serialize)]
struct CredentialApplication {
    #[serde(flatten)]
    app: Application,
    client_id: String,
    client_secret: String,
    /// Never.
    client_secret_expires_at: u8,
}

/// `POST /api/v1/apps`
pub(super) async fn register(
    State(state): State<AppState>,
    Lenient(said): Lenient<Registration>,
) -> Result<Response, ApiError> {
    let new = NewApp {
        name: said.client_name,
        website: said.website.unwrap_or_default(),
        redirect_uris: said.redirect_uris,
        scopes: said.scopes,
    };
    let (app, client_secret) = state.service.register_app(new).await?;
    let client_id = app.client_id.clone();
    let registered = CredentialApplication {
        app: shown(app, &state),
        client_id,
        client_secret,
        client_secret_expires_at: 0,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(registered)).into_response())
}

/// `GET /api/v1/apps/verify_credentials`: the app that has the token.
pub(super) async fn verify_credentials(
    State(state): State<AppState>,
    AppAuth(credential): AppAuth,
) -> Result<Response, ApiError> {
    let app = match credential {
        Credential::App(alone) => Some(alone.app),
        Credential::Person(person) => person.app,
    };
    // A token that its owner made by hand is no app's.
    let app = state.service.app(app.ok_or(Error::NotFound("app"))?).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(shown(app, &state))).into_response())
}

fn shown(app: App, state: &AppState) -> Application {
    Application {
        id: app.id,
        name: app.name,
        website: Some(app.website).filter(|website| !website.is_empty()),
        scopes: app.scopes.split_whitespace().map(str::to_owned).collect(),
        redirect_uri: app.redirect_uris.join("\n"),
        redirect_uris: app.redirect_uris,
        vapid_key: state.push.public_key().to_owned(),
    }
}
