//! Full-text search and autocomplete, following the log.
//!
//! - Tweets are in a tantivy index on disk ([`TweetIndex`]): words, phrases, hashtags and operators
//!   ([`SearchQuery`]), the newest or the best first.
//! - Accounts, hashtags and a person's own recent searches are in memory, found by prefix in some
//!   milliseconds with a million of them.
//!
//! The engine itself ([`Search`]) knows neither the database nor events. The [`Feeder`] follows the log and
//! feeds it [`Batch`]es; the [`Finder`] is what handlers ask. What the engine finds is a candidate: everyone
//! may find it or the viewer is in its audience; the finder shows only what the viewer may see.

mod autocomplete;
mod document;
mod feeder;
mod find;
mod finder;
mod fold;
mod index;
mod people;
mod people_feeder;
mod plan;
mod prefix;
mod query;
mod rank;
mod ranking;
mod schema;
mod stems;
mod tokenizer;
mod touched;
mod typos;
mod writer;

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use crate::model::ids::{AccountId, TweetId};

use autocomplete::{RecentSearches, Tags};
use people::People;

pub use autocomplete::TagHit;
pub use feeder::Feeder;
pub use find::{MAX_PAGE, Match};
pub use finder::{Finder, Found, Ranked, Suggestions};
pub use index::{OpenError, Opened, TweetIndex};
pub use people::{AccountDoc, AccountSearch};
pub use query::{Clause, Condition, MAX_CLAUSES, MAX_QUERY_CHARS, ME, SearchQuery};
pub use rank::{MatchFacts, Score, Why};
pub use schema::INDEX_VERSION;

/// Pause of the feeders before a new attempt after something failed.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// A tweet as the index sees it. Retweets are not indexed; quotes and replies are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchDoc {
    /// The tweet; its id is also its time.
    pub id: TweetId,
    /// Who wrote it.
    pub author: AccountId,
    /// Who wrote the tweet that it replies to, if known.
    pub replied_to: Option<AccountId>,
    /// Who is mentioned.
    pub mentions: Vec<AccountId>,
    /// The hashtags, written in any way, without `#`.
    pub hashtags: Vec<String>,
    /// The hosts of its links.
    pub link_hosts: Vec<String>,
    /// What it has and is; [`Mark::Link`] is added when there are link hosts.
    pub marks: Vec<Mark>,
    /// Its language as a BCP 47 tag, if known.
    pub language: Option<String>,
    /// Its content as plain text: content warning, text, poll options and media descriptions.
    pub text: String,
    /// Whether everyone may find it: public, and its author agrees to be found.
    pub everyone: bool,
    /// The local accounts that may find it in any case: its author, those mentioned, those who liked,
    /// bookmarked or retweeted it. A tweet that nobody may find is not kept in the index.
    pub audience: Vec<AccountId>,
}

/// What a tweet has or is, for `has:` and `is:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// It has an image.
    Image,
    /// It has a video.
    Video,
    /// It has a sound.
    Audio,
    /// It has a poll.
    Poll,
    /// It has a link.
    Link,
    /// It is a reply.
    Reply,
    /// It is a quote.
    Quote,
}

impl Mark {
    /// The word in the index.
    fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Poll => "poll",
            Self::Link => "link",
            Self::Reply => "reply",
            Self::Quote => "quote",
        }
    }
}

/// A place in the log of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogPosition {
    /// The transaction, in commit order.
    pub txid: i64,
    /// The event's number.
    pub seq: i64,
}

/// A change of the tweet index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Adds a tweet, or replaces what the index has of it.
    Put(Box<SearchDoc>),
    /// Removes a tweet.
    Delete(TweetId),
    /// Removes all tweets of an account.
    DeleteBy(AccountId),
}

/// Changes that come into the index together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// In their order.
    pub changes: Vec<Change>,
    /// How far the log has been read with these changes; `None` while the index is being filled from the
    /// database.
    pub position: Option<LogPosition>,
}

/// A search for tweets.
#[derive(Clone, Copy, Debug)]
pub struct TweetSearch<'a> {
    /// What to find.
    pub query: &'a SearchQuery,
    /// Who asks.
    pub viewer: Option<AccountId>,
    /// The accounts behind [`SearchQuery::handles`]; nothing is found by a handle that is not here.
    pub handles: &'a HashMap<String, AccountId>,
    /// Only tweets older than this one: the last one of the page before.
    pub before: Option<TweetId>,
    /// How many are wanted, up to [`MAX_PAGE`].
    pub limit: usize,
}

/// How far the index of tweets has been filled from the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Building {
    /// Tweets that are in it, the oldest first.
    pub done: u64,
    /// Tweets that there were when it began; 0 until that is known.
    pub total: u64,
}

/// All that can be searched.
#[derive(Debug)]
pub struct Search {
    tweets: TweetIndex,
    building: Mutex<Option<Building>>,
    people_loaded: AtomicBool,
    people: RwLock<People>,
    tags: RwLock<Tags>,
    recent: Mutex<RecentSearches>,
}

impl Search {
    /// Opens the tweet index below `folder`; accounts and hashtags are empty until they are loaded.
    pub fn open(folder: &Path) -> Result<(Self, Opened), OpenError> {
        let (tweets, opened) = TweetIndex::open(folder)?;
        let building = match opened {
            Opened::Resumed { .. } => None,
            Opened::Fresh | Opened::Rebuilt { .. } => Some(Building::default()),
        };
        let search = Self {
            tweets,
            building: Mutex::new(building),
            people_loaded: AtomicBool::new(false),
            people: RwLock::default(),
            tags: RwLock::default(),
            recent: Mutex::default(),
        };
        Ok((search, opened))
    }

    /// How far the filling of the tweet index is, while old tweets may still be missing from what is found.
    pub fn building(&self) -> Option<Building> {
        *self.building.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_building(&self, building: Option<Building>) {
        *self.building.lock().unwrap_or_else(PoisonError::into_inner) = building;
    }

    /// The index of tweets.
    pub fn tweets(&self) -> &TweetIndex {
        &self.tweets
    }

    /// Whether all accounts and hashtags are there; before, some are not found.
    pub fn people_loaded(&self) -> bool {
        self.people_loaded.load(Ordering::Acquire)
    }

    fn set_people_loaded(&self, loaded: bool) {
        self.people_loaded.store(loaded, Ordering::Release);
    }

    /// Adds accounts or replaces what is known of them, under one lock: at the start, in slices of some
    /// thousands (some 15 µs each), so that nobody waits long.
    pub fn put_accounts(&self, docs: &[AccountDoc]) {
        let mut people = write(&self.people);
        for doc in docs {
            people.put(doc);
        }
    }

    /// Adds an account or replaces what is known of it. Accounts that may not be found are removed instead.
    pub fn put_account(&self, doc: &AccountDoc) {
        write(&self.people).put(doc);
    }

    /// Takes an account out that is not to be found; its own searches stay.
    pub fn hide_account(&self, id: AccountId) {
        write(&self.people).remove(id);
    }

    /// Forgets an account that is gone, and what it searched for.
    pub fn remove_account(&self, id: AccountId) {
        self.hide_account(id);
        self.forget_searches(id);
    }

    /// How many accounts can be found.
    pub fn accounts_len(&self) -> usize {
        read(&self.people).len()
    }

    /// The accounts that match, best first.
    pub fn accounts(&self, search: AccountSearch<'_>) -> Vec<AccountId> {
        read(&self.people).search(search)
    }

    /// Sets how often hashtags were used, at the start.
    pub fn load_tags(&self, tags: &[(String, u32)]) {
        write(&self.tags).load(tags);
    }

    /// Counts one use of a hashtag in a public tweet.
    pub fn tag_used(&self, name: &str) {
        write(&self.tags).used(name);
    }

    /// How many hashtags can be offered.
    pub fn tags_len(&self) -> usize {
        read(&self.tags).len()
    }

    /// The most used hashtags that begin with `prefix`, an exact one first.
    pub fn suggest_tags(&self, prefix: &str, limit: usize) -> Vec<TagHit> {
        read(&self.tags).suggest(prefix, limit)
    }

    /// Remembers a search that the viewer sent, for their own autocomplete; until the next start.
    pub fn remember_search(&self, viewer: AccountId, text: &str) {
        self.recent().remember(viewer, text);
    }

    /// The viewer's own recent searches that begin with `prefix`, the latest first.
    pub fn suggest_searches(&self, viewer: AccountId, prefix: &str, limit: usize) -> Vec<String> {
        self.recent().suggest(viewer, prefix, limit)
    }

    /// Forgets what the viewer searched for.
    pub fn forget_searches(&self, viewer: AccountId) {
        self.recent().forget(viewer);
    }

    fn recent(&self) -> MutexGuard<'_, RecentSearches> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wired_tests;
