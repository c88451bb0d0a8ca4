//! What a search found.

use serde::Serialize;

use super::{Account, Status, Tag};

/// What was found; the lists of kinds that were not asked for are empty.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::http::mastodon) struct Search {
    /// Accounts.
    pub(in crate::http::mastodon) accounts: Vec<Account>,
    /// Posts that the viewer may see.
    pub(in crate::http::mastodon) statuses: Vec<Status>,
    /// Hashtags, the most used first.
    pub(in crate::http::mastodon) hashtags: Vec<Tag>,
}
