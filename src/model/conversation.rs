//! Conversations: direct tweets of a thread among the same accounts.

use super::ids::{AccountId, RowId, TweetId};

/// A conversation as one of its members has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Its id, from a plain sequence; its place in lists is that of its newest tweet.
    pub id: RowId,
    /// The other members, in the order of their ids; nobody in words to oneself.
    pub others: Vec<AccountId>,
    /// The newest tweet.
    pub last_tweet: TweetId,
    /// Whether something came that was not read.
    pub unread: bool,
}
