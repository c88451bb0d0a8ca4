//! Actors: accounts of ours, and the instance itself.

use axum::extract::State;
use axum::response::Response;

use super::negotiate::{document, to_page};
use super::reader::Wanted;
use crate::error::{Error, Result};
use crate::federation::rendered::About;
use crate::http::extract::Path;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::account::Account;
use crate::service::Service;

/// `GET /users/{username}`
pub(super) async fn actor(
    State(state): State<AppState>,
    Path(username): Path<String>,
    wanted: Wanted,
) -> Result<Response, ApiError> {
    let Wanted::Document(reader) = wanted else {
        let account = local(&state.service, &username).await?;
        return Ok(to_page(&state.service.addresses().profile(&account)));
    };
    let written = async {
        let account = local(&state.service, &username).await?;
        let about = About { account: account.id, tweets: Vec::new() };
        Ok((state.federation.actor_document(&account).await?, about))
    };
    reader.open(&state, &format!("/users/{username}"), written).await
}

/// `GET /actor`: open even where signed fetches are demanded, since it holds the key that signs ours.
pub(super) async fn instance(State(state): State<AppState>) -> Result<Response, ApiError> {
    document(&state.federation.instance_document().await?)
}

/// The account of ours with this username.
pub(super) async fn local(service: &Service, username: &str) -> Result<Account> {
    let account = service.account_by_handle(username).await?;
    if account.is_local() { Ok(account) } else { Err(Error::NotFound("account")) }
}
