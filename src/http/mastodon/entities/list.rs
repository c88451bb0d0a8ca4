//! Lists.

use serde::Serialize;

use crate::model::ids::RowId;
use crate::model::list::{self, ListReplies};

/// A list of one's own.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct List {
    id: RowId,
    title: String,
    replies_policy: ListReplies,
    exclusive: bool,
}

impl From<list::List> for List {
    fn from(list: list::List) -> Self {
        Self { id: list.id, title: list.title, replies_policy: list.replies, exclusive: list.exclusive }
    }
}
