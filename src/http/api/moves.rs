//! Moving to another account, and from one.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answer;
use super::types::CurrentUser;
use crate::http::extract::{Auth, Json};
use crate::http::state::AppState;

/// Accounts elsewhere that are you too.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(super) struct Aliases {
    /// Their handles or addresses; answered as addresses.
    #[schema(max_items = 10, example = json!(["me@example.org"]))]
    aliases: Vec<String>,
}

/// Where you move.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Target {
    /// The handle or address of the new account, which must name this one as an alias.
    #[schema(max_length = 2048, example = "me@example.org")]
    target: String,
    /// Your password.
    #[schema(max_length = 256)]
    password: String,
}

/// Accounts elsewhere that you say are you
#[utoipa::path(get, path = "/api/users/me/aliases", tag = "accounts", responses((status = 200, description = "All of them.", body = Aliases)))]
pub(super) async fn get_aliases(State(state): State<AppState>, Auth(who): Auth) -> Answer<Aliases> {
    Ok(Json(Aliases { aliases: state.service.aliases(who.account).await? }))
}

/// Say which accounts elsewhere are you: they may move here
#[utoipa::path(put, path = "/api/users/me/aliases", tag = "accounts", responses((status = 200, description = "All of them now.", body = Aliases)))]
pub(super) async fn set_aliases(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(new): Json<Aliases>,
) -> Answer<Aliases> {
    Ok(Json(Aliases { aliases: state.federation.set_aliases(who.account, &new.aliases).await? }))
}

/// Move to another account: your followers follow it, and this one posts no more
#[utoipa::path(post, path = "/api/users/me/move", tag = "accounts", responses((status = 200, description = "Your account, which says where it moved.", body = CurrentUser)))]
pub(super) async fn move_account(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(new): Json<Target>,
) -> Answer<CurrentUser> {
    state.service.confirm_password(&who, "password", new.password).await?;
    state.federation.move_account(who.account, &new.target).await?;
    Ok(super::me::current(&state, who.account).await?)
}

/// Take the move back: this account may post again; followers that went stay there
#[utoipa::path(delete, path = "/api/users/me/move", tag = "accounts", responses((status = 200, description = "Your account; also when it had not moved.", body = CurrentUser)))]
pub(super) async fn undo_move(State(state): State<AppState>, Auth(who): Auth) -> Answer<CurrentUser> {
    state.service.undo_move(who.account).await?;
    Ok(super::me::current(&state, who.account).await?)
}
