//! Reports, as whoever made one sees it.

use serde::{Serialize, Serializer};

use super::{Account, when};
use crate::clock::Millis;
use crate::model::ids::{RowId, TweetId};

/// A report that was made.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct Report {
    /// Its id.
    pub(in crate::http::mastodon) id: RowId,
    /// Whether an admin is done with it.
    pub(in crate::http::mastodon) action_taken: bool,
    /// Since when.
    pub(in crate::http::mastodon) action_taken_at: Option<String>,
    /// Under which heading it belongs: admins go by the words here.
    pub(in crate::http::mastodon) category: &'static str,
    /// What is wrong.
    pub(in crate::http::mastodon) comment: String,
    /// Whether the instance of a remote account is told.
    pub(in crate::http::mastodon) forwarded: bool,
    /// When it was made, in milliseconds since 1970.
    #[serde(serialize_with = "as_time")]
    pub(in crate::http::mastodon) created_at: Millis,
    /// Posts that show it.
    pub(in crate::http::mastodon) status_ids: Vec<TweetId>,
    /// Rules that are broken.
    pub(in crate::http::mastodon) rule_ids: Vec<RowId>,
    /// Whom it is about.
    pub(in crate::http::mastodon) target_account: Account,
}

fn as_time<S: Serializer>(at_ms: &Millis, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&when(*at_ms))
}
