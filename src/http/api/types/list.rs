//! Lists of accounts.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, words};
use crate::model::ids::RowId;
use crate::model::list::{self, ListReplies};

/// A list of yours.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct List {
    /// Its id.
    #[schema(value_type = Id)]
    id: RowId,
    /// What you call it.
    title: String,
    /// Which replies it shows beside those to you: to anybody whom you follow, to other members, or none.
    #[schema(schema_with = words::list_replies)]
    replies: ListReplies,
    /// Whether your home timeline leaves out what its members write.
    exclusive: bool,
}

impl From<list::List> for List {
    fn from(list: list::List) -> Self {
        Self { id: list.id, title: list.title, replies: list.replies, exclusive: list.exclusive }
    }
}
