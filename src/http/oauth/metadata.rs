//! What of OAuth 2 this server has, and where (RFC 8414).

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::Serialize;

use crate::http::extract::Json;
use crate::http::state::AppState;
use crate::model::scopes::SCOPES;

#[derive(Debug, Serialize)]
struct Metadata {
    issuer: String,
    service_documentation: String,
    authorization_endpoint: String,
    token_endpoint: String,
    app_registration_endpoint: String,
    revocation_endpoint: String,
    userinfo_endpoint: String,
    scopes_supported: &'static [&'static str],
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 2],
    token_endpoint_auth_methods_supported: [&'static str; 2],
    code_challenge_methods_supported: [&'static str; 1],
    /// Answers name their issuer (RFC 9207).
    authorization_response_iss_parameter_supported: bool,
}

/// `GET /.well-known/oauth-authorization-server`
pub(super) async fn metadata(State(state): State<AppState>) -> impl IntoResponse {
    let addresses = state.service.addresses();
    let metadata = Metadata {
        issuer: addresses.origin().to_owned(),
        service_documentation: addresses.at("/api"),
        authorization_endpoint: addresses.at("/oauth/authorize"),
        token_endpoint: addresses.at("/oauth/token"),
        app_registration_endpoint: addresses.at("/api/v1/apps"),
        revocation_endpoint: addresses.at("/oauth/revoke"),
        userinfo_endpoint: addresses.at("/oauth/userinfo"),
        scopes_supported: SCOPES,
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        grant_types_supported: ["authorization_code", "client_credentials"],
        token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        code_challenge_methods_supported: ["S256"],
        authorization_response_iss_parameter_supported: true,
    };
    ([(CACHE_CONTROL, "public, max-age=300")], Json(metadata))
}
