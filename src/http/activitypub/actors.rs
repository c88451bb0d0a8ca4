//! Actors: accounts of ours, and the instance itself.

use axum::extract::State;
use axum::response::Response;

use super::negotiate::{document, gone, to_page};
use super::reader::Wanted;
use crate::error::{Error, Result};
use crate::federation::objects::tombstone::Tombstone;
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
    match reader.open(&state, &format!("/users/{username}"), written).await {
        Err(ApiError(Error::Gone(_))) => {}
        answer => return answer,
    }
    let (name, left_ms) = state.service.left(&username).await?.ok_or(Error::NotFound("account"))?;
    gone(&Tombstone::new(state.service.addresses().local_actor(&name), Some(left_ms)))
}

/// `GET /actor`: open even where signed fetches are demanded, since it holds the key that signs ours.
pub(super) async fn instance(State(state): State<AppState>) -> Result<Response, ApiError> {
    document(&state.federation.instance_document().await?)
}

/// The account of ours with this username; one that left is gone.
pub(super) async fn local(service: &Service, username: &str) -> Result<Account> {
    match service.account_by_handle(username).await {
        Ok(account) if account.is_local() => Ok(account),
        Ok(_) => Err(Error::NotFound("account")),
        Err(Error::NotFound(_)) if service.left(username).await?.is_some() => Err(Error::Gone("account")),
        Err(error) => Err(error),
    }
}
