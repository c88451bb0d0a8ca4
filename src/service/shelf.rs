//! Tweets, accounts and marks that are read again and again, kept in memory.
//!
//! Derived state: what was written here is dropped before its writer is answered ([`Echo`]), what others wrote when the
//! log tells of it. A time is the net below both. Polls are never kept: their counts change unseen.

use std::cell::Cell;
use std::hash::Hash;
use std::mem::size_of;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::clock::{DAY_MS, MINUTE_MS, Millis, SECOND_MS};
use crate::model::account::Account;
use crate::model::event::Event;
use crate::model::ids::{AccountId, TweetId};
use crate::model::preview::Preview;
use crate::model::tweet::Tweet;
use crate::store::Echo;
use crate::store::marks::{Flags, RecentMarks};
use crate::telemetry::caches::{self, Lookups, Room};

/// How long something counts where no other process writes: all that changes is heard of.
const KEPT_ALONE_MS: Millis = 10 * MINUTE_MS;
/// The same where others write: what no event tells of, such as a counter that a host states, is read again after this.
const KEPT_AMONG_OTHERS_MS: Millis = 30 * SECOND_MS;
/// Bytes of tweets; some 40,000 of them.
const TWEET_BYTES: u64 = 96 << 20;
const TWEET_TYPICAL_BYTES: usize = 2_048;
/// Bytes of accounts.
const ACCOUNT_BYTES: u64 = 32 << 20;
const ACCOUNT_TYPICAL_BYTES: usize = 1_024;
/// Cards of linked pages, also that there is none.
const PREVIEWS: usize = 20_000;
/// Marks of older tweets, one for each that somebody was shown; 48 bytes each.
const MARKS: usize = 100_000;
/// Marks of recent tweets and those who made them, about 100 bytes each.
const RECENT_MARKS: u64 = 200_000;
const RECENT_MARKS_EACH: u64 = 4;
/// How old a tweet may be of which all marks of somebody are kept together: homes show what is younger.
pub(super) const RECENT_MS: Millis = 7 * DAY_MS;
/// Counters of what was dropped: a read that began before a drop is not kept after it.
const EPOCHS: usize = 64;

/// What is kept, since when.
#[derive(Clone)]
struct Kept<T> {
    value: T,
    at_ms: Millis,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<TweetId, Kept<Arc<Tweet>>> for Bytes {
    fn weight(&self, _: &TweetId, kept: &Kept<Arc<Tweet>>) -> u64 {
        let tweet = &kept.value;
        let texts = tweet.text.len() + tweet.html.len() + tweet.content_warning.len();
        let lists = tweet.media.len() + tweet.mentions.len() + tweet.tags.len() + tweet.emoji.len();
        heavy(size_of::<Tweet>() + texts + lists * 256)
    }
}

impl Weighter<AccountId, Kept<Arc<Account>>> for Bytes {
    fn weight(&self, _: &AccountId, kept: &Kept<Arc<Account>>) -> u64 {
        let account = &kept.value;
        let texts = account.bio.len() + account.bio_html.len() + account.display_name.len();
        heavy(size_of::<Account>() + texts + account.fields.len() * 256)
    }
}

impl Weighter<AccountId, Kept<Arc<RecentMarks>>> for Bytes {
    fn weight(&self, _: &AccountId, kept: &Kept<Arc<RecentMarks>>) -> u64 {
        heavy(kept.value.len().saturating_add(1))
    }
}

fn heavy(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX).max(1)
}

/// The shelf of a process.
pub(crate) struct Shelf {
    tweets: Cache<TweetId, Kept<Arc<Tweet>>, Bytes>,
    accounts: Cache<AccountId, Kept<Arc<Account>>, Bytes>,
    previews: Cache<TweetId, Kept<Option<Arc<Preview>>>>,
    marks: Cache<(AccountId, TweetId), Kept<Flags>>,
    recent_marks: Cache<AccountId, Kept<Arc<RecentMarks>>, Bytes>,
    kept_ms: Millis,
    epochs: [AtomicU64; EPOCHS],
    lookups: Counters,
}

struct Counters {
    tweets: Lookups,
    accounts: Lookups,
    previews: Lookups,
    marks: Lookups,
    recent_marks: Lookups,
}

/// Looks of one kind that were not counted yet: hits and misses.
#[derive(Default)]
pub(super) struct Looks(Cell<(usize, usize)>);

impl Looks {
    fn seen<T>(&self, found: Option<T>) -> Option<T> {
        let (hits, misses) = self.0.get();
        let missed = usize::from(found.is_none());
        self.0.set((hits.saturating_add(1 - missed), misses.saturating_add(missed)));
        found
    }

    fn tell(&self, lookups: &Lookups) {
        let (hits, misses) = self.0.take();
        lookups.count(hits, misses);
    }
}

/// When a reading began.
pub(super) struct Ticket {
    epochs: [u64; EPOCHS],
    now_ms: Millis,
}

/// The shelf as one page looks at it. What it saw is counted once, at its end.
pub(super) struct Glance<'s> {
    shelf: &'s Shelf,
    now_ms: Millis,
    tweets: Looks,
    accounts: Looks,
    previews: Looks,
    marks: Looks,
    recent_marks: Looks,
}

impl Drop for Glance<'_> {
    fn drop(&mut self) {
        let lookups = &self.shelf.lookups;
        self.tweets.tell(&lookups.tweets);
        self.accounts.tell(&lookups.accounts);
        self.previews.tell(&lookups.previews);
        self.marks.tell(&lookups.marks);
        self.recent_marks.tell(&lookups.recent_marks);
    }
}

impl Glance<'_> {
    pub(super) fn now_ms(&self) -> Millis {
        self.now_ms
    }

    pub(super) fn tweet(&self, id: TweetId) -> Option<Arc<Tweet>> {
        self.tweets.seen(self.fresh(self.shelf.tweets.get(&id)))
    }

    pub(super) fn account(&self, id: AccountId) -> Option<Arc<Account>> {
        self.accounts.seen(self.fresh(self.shelf.accounts.get(&id)))
    }

    /// The card of a tweet; inside, `None` when it is known that there is none.
    pub(super) fn preview(&self, id: TweetId) -> Option<Option<Arc<Preview>>> {
        self.previews.seen(self.fresh(self.shelf.previews.get(&id)))
    }

    /// What a viewer did to tweets of late.
    pub(super) fn recent_marks(&self, viewer: AccountId) -> Option<Arc<RecentMarks>> {
        self.recent_marks.seen(self.fresh(self.shelf.recent_marks.get(&viewer)))
    }

    /// What a viewer did to a tweet that is not of late.
    pub(super) fn marks(&self, viewer: AccountId, id: TweetId) -> Option<Flags> {
        self.marks.seen(self.fresh(self.shelf.marks.get(&(viewer, id))))
    }

    fn fresh<T>(&self, kept: Option<Kept<T>>) -> Option<T> {
        let kept = kept.filter(|kept| self.now_ms.saturating_sub(kept.at_ms) < self.shelf.kept_ms);
        kept.map(|kept| kept.value)
    }
}

impl Shelf {
    /// An empty one with this room; `alone` when no other process writes.
    pub(super) fn new(room: Room, alone: bool) -> Self {
        let typical = |bytes: u64, each: usize| usize::try_from(bytes).unwrap_or(usize::MAX) / each;
        let (tweets, accounts) = (room.of(TWEET_BYTES), room.of(ACCOUNT_BYTES));
        let recent = room.of(RECENT_MARKS);
        Self {
            tweets: Cache::with_weighter(typical(tweets, TWEET_TYPICAL_BYTES), tweets, Bytes),
            accounts: Cache::with_weighter(typical(accounts, ACCOUNT_TYPICAL_BYTES), accounts, Bytes),
            previews: Cache::new(room.count(PREVIEWS)),
            marks: Cache::new(room.count(MARKS)),
            recent_marks: Cache::with_weighter(
                usize::try_from(recent / RECENT_MARKS_EACH).unwrap_or(usize::MAX),
                recent,
                Bytes,
            ),
            kept_ms: if alone { KEPT_ALONE_MS } else { KEPT_AMONG_OTHERS_MS },
            epochs: [const { AtomicU64::new(0) }; EPOCHS],
            lookups: Counters {
                tweets: Lookups::of(&caches::TWEETS),
                accounts: Lookups::of(&caches::ACCOUNTS),
                previews: Lookups::of(&caches::CARDS),
                marks: Lookups::of(&caches::MARKS),
                recent_marks: Lookups::of(&caches::RECENT_MARKS),
            },
        }
    }

    /// What is there at a time.
    pub(super) fn glance(&self, now_ms: Millis) -> Glance<'_> {
        Glance {
            shelf: self,
            now_ms,
            tweets: Looks::default(),
            accounts: Looks::default(),
            previews: Looks::default(),
            marks: Looks::default(),
            recent_marks: Looks::default(),
        }
    }

    /// Taken before a reading whose outcome is to be kept.
    pub(super) fn ticket(&self, now_ms: Millis) -> Ticket {
        Ticket { epochs: std::array::from_fn(|place| self.epoch(place).load(Ordering::Acquire)), now_ms }
    }

    pub(super) fn keep_tweet(&self, ticket: &Ticket, tweet: &Arc<Tweet>) {
        if tweet.poll.is_none() {
            self.keep(&self.tweets, ticket, (tweet.id, place_of(tweet.id.0)), Arc::clone(tweet));
        }
    }

    pub(super) fn keep_account(&self, ticket: &Ticket, account: &Arc<Account>) {
        self.keep(&self.accounts, ticket, (account.id, place_of(account.id.0)), Arc::clone(account));
    }

    pub(super) fn keep_preview(&self, ticket: &Ticket, id: TweetId, preview: Option<Arc<Preview>>) {
        self.keep(&self.previews, ticket, (id, PREVIEWS_PLACE), preview);
    }

    pub(super) fn keep_marks(&self, ticket: &Ticket, viewer: AccountId, id: TweetId, marks: Flags) {
        self.keep(&self.marks, ticket, ((viewer, id), place_of(id.0)), marks);
    }

    pub(super) fn keep_recent_marks(&self, ticket: &Ticket, viewer: AccountId, marks: &Arc<RecentMarks>) {
        self.keep(&self.recent_marks, ticket, (viewer, place_of(viewer.0)), Arc::clone(marks));
    }

    fn keep<K: Copy + Eq + Hash, V: Clone, W: Weighter<K, Kept<V>> + Clone>(
        &self,
        cache: &Cache<K, Kept<V>, W>,
        ticket: &Ticket,
        (key, place): (K, usize),
        value: V,
    ) {
        let began = ticket.epochs.get(place).copied();
        let same = || Some(self.epoch(place).load(Ordering::Acquire)) == began;
        if same() {
            cache.insert(key, Kept { value, at_ms: ticket.now_ms });
            // It may have been dropped in between.
            if !same() {
                cache.remove(&key);
            }
        }
    }

    /// Drops what was changed.
    pub(super) fn hear(&self, echo: &Echo) {
        match echo {
            Echo::Event(event) => self.apply(event),
            Echo::Tweet(tweet) => self.drop_tweet(*tweet),
            Echo::Account(account) => self.drop_account(*account),
            Echo::MarksOf(viewer) => {
                (0..EPOCHS).for_each(|place| self.turn(place));
                self.marks.retain(|(of, _), _| of != viewer);
                self.recent_marks.remove(viewer);
            }
            Echo::Previews => {
                self.turn(PREVIEWS_PLACE);
                self.previews.clear();
            }
        }
    }

    /// Drops what an event tells of.
    pub(super) fn apply(&self, event: &Event) {
        match event {
            Event::TweetCreated(new) => {
                for tweet in [Some(new.tweet), new.reply_to, new.retweet_of].into_iter().flatten() {
                    self.drop_tweet(tweet);
                }
                self.drop_account(new.author);
                self.drop_marks(new.author, new.retweet_of);
            }
            Event::TweetDeleted(gone) => {
                for tweet in [Some(gone.tweet), gone.retweet_of].into_iter().flatten() {
                    self.drop_tweet(tweet);
                }
                self.drop_account(gone.author);
                self.drop_marks(gone.author, gone.retweet_of);
            }
            Event::TweetEdited { tweet, .. }
            | Event::PollChanged { tweet, .. }
            | Event::QuoteAsked { tweet, .. }
            | Event::QuoteDecided { tweet, .. } => self.drop_tweet(*tweet),
            Event::Liked(like) | Event::Unliked(like) => {
                self.drop_tweet(like.tweet);
                self.drop_marks(like.account, Some(like.tweet));
            }
            Event::BookmarkChanged { tweet, account } => self.drop_marks(*account, Some(*tweet)),
            Event::PinChanged { tweet, author, .. } => self.drop_marks(*author, Some(*tweet)),
            Event::Followed(bond) | Event::Unfollowed(bond) | Event::FollowRejected(bond) => {
                self.drop_account(bond.from);
                self.drop_account(bond.to);
            }
            Event::AccountUpdated { account, .. }
            | Event::AccountMoved { account, .. }
            | Event::AccountSuspended { account, .. } => self.drop_account(*account),
            _ => {}
        }
    }

    fn drop_tweet(&self, tweet: TweetId) {
        self.turn(place_of(tweet.0));
        self.tweets.remove(&tweet);
        self.previews.remove(&tweet);
    }

    fn drop_account(&self, account: AccountId) {
        self.turn(place_of(account.0));
        self.accounts.remove(&account);
    }

    fn drop_marks(&self, viewer: AccountId, tweet: Option<TweetId>) {
        if let Some(tweet) = tweet {
            self.turn(place_of(tweet.0));
            self.marks.remove(&(viewer, tweet));
            self.turn(place_of(viewer.0));
            self.recent_marks.remove(&viewer);
        }
    }

    fn turn(&self, place: usize) {
        self.epoch(place).fetch_add(1, Ordering::AcqRel);
    }

    #[expect(clippy::indexing_slicing, reason = "the place is below the length by its remainder")]
    fn epoch(&self, place: usize) -> &AtomicU64 {
        &self.epochs[place % EPOCHS]
    }
}

/// That of all cards together.
const PREVIEWS_PLACE: usize = 0;

/// Ids made in the same moment differ in their lower bits, and those of the same sequence number in the upper ones.
fn place_of(id: i64) -> usize {
    let mixed = id.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58;
    usize::try_from(mixed).unwrap_or_default()
}
