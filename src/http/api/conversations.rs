//! What was said directly.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::paging::{Page, Paged, TweetPaging};
use super::paths::OfConversation;
use super::types::{Id, Scene, Tweet, User};
use super::{Answer, scene};
use crate::error::Result;
use crate::http::extract::{Auth, Json, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::RowId;
use crate::service::ConversationView;

/// Direct tweets of a thread among the same accounts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Conversation {
    /// Its id.
    #[schema(value_type = Id)]
    id: RowId,
    /// Whether something came that you have not read.
    unread: bool,
    /// The others; yourself in words to yourself.
    users: Vec<User>,
    /// What was said last.
    last_tweet: Tweet,
}

/// Your conversations, by what was said last
#[utoipa::path(
    get, path = "/api/conversations", tag = "tweets", params(TweetPaging),
    responses((status = 200, description = "A page of them.", body = Page<Conversation>)),
)]
pub(super) async fn get_conversations(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: TweetPaging,
) -> Result<Paged<Conversation>, ApiError> {
    let page = state.service.conversations(who.account, paging.cursor, paging.limit).await?;
    let scene = scene(&state);
    Ok(paging.older(page, |view| Conversation::of(&view, &scene)))
}

/// Mark a conversation as read
#[utoipa::path(post, path = "/api/conversations/{conversationId}/read", tag = "tweets", params(OfConversation), responses((status = 200, description = "The conversation.", body = Conversation)))]
pub(super) async fn read_conversation(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfConversation>,
) -> Answer<Conversation> {
    let view = state.service.read_conversation(who.account, at.conversation_id).await?;
    Ok(Json(Conversation::of(&view, &scene(&state))))
}

/// Take a conversation out of your list
///
/// The tweets stay; the next one in the thread begins it anew.
#[utoipa::path(delete, path = "/api/conversations/{conversationId}", tag = "tweets", params(OfConversation), responses((status = 204, description = "It is gone.")))]
pub(super) async fn remove_conversation(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfConversation>,
) -> Result<StatusCode, ApiError> {
    state.service.remove_conversation(who.account, at.conversation_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Conversation {
    pub(super) fn of(view: &ConversationView, scene: &Scene<'_>) -> Self {
        Self {
            id: view.id,
            unread: view.unread,
            users: view.others.iter().map(|account| User::of(account, scene)).collect(),
            last_tweet: Tweet::of(&view.last, scene),
        }
    }
}
