//! Conversations.

use serde::Serialize;

use super::{Account, Scene, Status};
use crate::model::ids::RowId;
use crate::service::ConversationView;

/// Direct posts among the same accounts.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct Conversation {
    id: RowId,
    unread: bool,
    accounts: Vec<Account>,
    last_status: Status,
}

impl Conversation {
    /// A conversation as this API shows it.
    pub(in crate::http::mastodon) fn of(view: &ConversationView, scene: &Scene<'_>) -> Self {
        Self {
            id: view.id,
            unread: view.unread,
            accounts: view.others.iter().map(|account| Account::of(account, scene)).collect(),
            last_status: Status::of(&view.last, scene),
        }
    }
}
