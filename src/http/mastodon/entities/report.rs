//! Reports, as whoever made one sees it.

use serde::{Serialize, Serializer};

use super::{Account, when};
use crate::clock::Millis;
use crate::model::ids::{RowId, TweetId};

/// A report that was made.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct Report {
    pub(in crate::http::mastodon) id: RowId,
    pub(in crate::http::mastodon) action_taken: bool,
    pub(in crate::http::mastodon) action_taken_at: Option<String>,
    pub(in crate::http::mastodon) category: &'static str,
    pub(in crate::http::mastodon) comment: String,
    pub(in crate::http::mastodon) forwarded: bool,
    #[serde(serialize_with = "as_time")]
    pub(in crate::http::mastodon) created_at: Millis,
    pub(in crate::http::mastodon) status_ids: Vec<TweetId>,
    pub(in crate::http::mastodon) rule_ids: [String; 0],
    pub(in crate::http::mastodon) target_account: Account,
}

fn as_time<S: Serializer>(at_ms: &Millis, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&when(*at_ms))
}
