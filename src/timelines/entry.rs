//! One line of a timeline: which tweet, by whom, and the little that the home rules ask about it.
//!
//! The rules need no more than: is it a reply and to whom, is it a retweet, of what and of whom. Visibility
//! is not among them: direct tweets never enter a home timeline (they are conversations), and everything
//! else an author writes is visible to those who follow that author. Nothing here changes with an edit.

use crate::model::event::TweetCreated;
use crate::model::ids::{AccountId, TweetId};

/// A tweet, reply or retweet as home timelines see it. Direct tweets have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The tweet; of a retweet, the retweet itself. Entries are ordered by it. Greater than 0.
    pub id: TweetId,
    /// Whose timeline it belongs to; of a retweet, who retweeted. Greater than 0.
    pub author: AccountId,
    /// What it is.
    pub kind: Kind,
}

/// What an [`Entry`] is, as far as home timelines treat it differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A tweet or quote that answers nobody.
    Tweet,
    /// A reply.
    Reply {
        /// The account that is replied to; `None` when nobody here knows it any more.
        to: Option<AccountId>,
    },
    /// A retweet.
    Retweet {
        /// The tweet that is shown.
        original: TweetId,
        /// Who wrote it.
        original_author: AccountId,
    },
}

impl Entry {
    /// What a new tweet is; `None` for a retweet of which nobody knows the author.
    pub fn of(created: &TweetCreated) -> Option<Self> {
        let kind = match (created.retweet_of, created.reply_to) {
            (Some(original), _) => Kind::Retweet { original, original_author: created.retweet_of_author? },
            (None, Some(_)) => Kind::Reply { to: created.reply_to_author },
            (None, None) => Kind::Tweet,
        };
        Some(Self { id: created.tweet, author: created.author, kind })
    }

    /// The tweet that the reader will see: the original of a retweet, else the tweet itself.
    pub fn subject(&self) -> TweetId {
        match self.kind {
            Kind::Retweet { original, .. } => original,
            Kind::Tweet | Kind::Reply { .. } => self.id,
        }
    }
}

/// An entry without its author, in 24 bytes: what an author's ring is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) id: TweetId,
    /// The original of a retweet, or one of the two marks below; ids are greater than both.
    original: i64,
    /// The original's author, or who is replied to; 0 for nobody.
    other: i64,
}

const NO_RETWEET: i64 = 0;
const REPLY: i64 = -1;

impl Cell {
    pub(super) fn entry(self, author: AccountId) -> Entry {
        let kind = match self.original {
            NO_RETWEET => Kind::Tweet,
            REPLY => Kind::Reply { to: (self.other != 0).then_some(AccountId(self.other)) },
            original => Kind::Retweet { original: TweetId(original), original_author: AccountId(self.other) },
        };
        Entry { id: self.id, author, kind }
    }
}

impl From<&Entry> for Cell {
    fn from(entry: &Entry) -> Self {
        let (original, other) = match entry.kind {
            Kind::Tweet => (NO_RETWEET, 0),
            Kind::Reply { to } => (REPLY, to.map_or(0, |to| to.0)),
            Kind::Retweet { original, original_author } => (original.0, original_author.0),
        };
        Self { id: entry.id, original, other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_24_bytes_and_loses_nothing() {
        assert_eq!(size_of::<Cell>(), 24);
        for kind in [
            Kind::Tweet,
            Kind::Reply { to: None },
            Kind::Reply { to: Some(AccountId(7)) },
            Kind::Retweet { original: TweetId(3), original_author: AccountId(9) },
        ] {
            let entry = Entry { id: TweetId(5), author: AccountId(2), kind };
            assert_eq!(Cell::from(&entry).entry(entry.author), entry);
        }
    }
}
