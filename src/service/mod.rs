//! Use-cases: what a person or an instance may do. One function each: authorise, one unit of work, answer.

pub mod about;
pub mod accounts;
pub mod announcements;
pub mod bonds;
mod conversations;
pub mod deliveries;
pub mod discovery;
pub mod edits;
pub mod emoji;
pub mod featured;
pub mod films;
pub mod filters;
pub mod followed_tags;
pub mod follows;
pub mod graph;
pub mod house;
pub mod instances;
mod known_sessions;
pub mod leaving;
pub mod lists;
mod loading;
mod markers;
pub mod media_upkeep;
pub mod moves;
pub mod notices;
pub mod notifications;
pub mod oauth;
mod pages;
mod passwords;
pub mod polls;
mod preferences;
pub mod profiles;
mod quotes;
pub mod reactions;
pub mod remote_pictures;
pub mod reports;
pub mod scheduled;
pub mod sessions;
mod shared;
mod shelf;
mod sifting;
pub mod signups;
mod size;
mod telling;
pub mod timelines;
pub mod trend_reviews;
pub mod trends;
pub mod tweets;
pub mod upkeep;
pub mod uploads;
pub mod views;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use crate::config::Registration;
pub(crate) use crate::model::tweet::blank_tweet;
pub use about::{AboutChanges, RuleStep, Week};
pub use accounts::SignUp;
pub use announcements::{AnnouncementView, NewAnnouncement};
pub use bonds::Relationship;
pub use conversations::ConversationView;
pub use discovery::{Reason, Suggestion};
pub use edits::{CheckedEdit, TweetChanges};
pub use emoji::{EmojiChanges, EmojiList, NewEmoji};
pub use featured::FeaturedTagView;
pub use filters::{FilterChanges, KeywordChange};
pub use graph::changed as bonds_changed;
pub use instances::{Instances, Operator};
pub(crate) use leaving::SETTLED_AFTER_MS;
pub use lists::ListChanges;
pub use notifications::{NotificationView, UNREAD_COUNTED, Unread};
pub use oauth::{AppAlone, AppInUse, AppSecret, Credential, NewApp, Offer, Token, Wish};
pub use pages::{Look, filled_page};
pub use polls::{NewPoll, OptionView, PollView};
pub use preferences::PreferenceChanges;
pub use profiles::ProfileChanges;
pub use remote_pictures::{PictureSettings, RemotePictures};
pub(crate) use reports::Flagged;
pub use reports::{NewReport, ReportView};
pub use scheduled::ScheduledView;
pub use sessions::{Origin, SignedIn, WEB_SESSION_MS};
pub use shared::{SharedTweets, Sight};
pub use sifting::{NotificationRequest, SiftChanges, SiftView};
pub use size::Counts;
pub use telling::{TellingChanges, TellingView};
pub use timelines::{PublicList, Tab, Thread};
pub use trend_reviews::TrendEntry;
pub use trends::Slice;
pub use tweets::{CheckedTweet, NewTweet};
pub use uploads::{Description, Thumb};
pub use views::{Eyes, TweetView};
pub(crate) use words::{alt_text, mention, told_of};

use crate::clock::Clock;
use crate::model::address::Addresses;
use crate::model::event::Event;
use crate::model::ids::{AccountId, IdMaker};
use crate::store::follower::Consumer;
use crate::store::hot::SetWriter;
use crate::store::reactions::Like;
use crate::store::tweet_commands::CreateTweet;
pub use crate::store::tweet_commands::RequestKey;
use crate::store::{Dialect, Echo, Store};
use crate::telemetry::caches::{self, Lookups, Room};

/// What the admin has set.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How accounts come to be.
    pub registration: Registration,
    /// The longest tweet, in characters as people count them.
    pub tweet_limit: usize,
    /// Pictures in one tweet.
    pub max_images: usize,
    /// The instance's name.
    pub instance_name: String,
    /// A sentence or two about it; may be empty.
    pub instance_description: String,
    /// How to reach whoever runs it: an e-mail address, a link or words; may be empty.
    pub admin_contact: String,
    /// The language of pages for people whose browser asks for none that there is, as a BCP 47 tag.
    pub language: String,
    /// Where the source of this very server is; may be empty.
    pub source_url: String,
    /// Whether limits on how often something is done are enforced.
    pub rate_limits: bool,
    /// Whether accounts and tweets are exchanged with other instances.
    pub federation: bool,
    /// Whether other instances must sign what they read here.
    pub authorized_fetch: bool,
    /// Whether it is told which instances this one knows.
    pub publish_peers: bool,
    /// Whether it is told which instances are blocked.
    pub publish_domain_blocks: bool,
    /// Whether pages that tweets link to are asked what they say of themselves, and shown.
    pub link_previews: bool,
    /// How much is kept in memory.
    pub room: Room,
    /// Whether nothing trends before a moderator approved it.
    pub trends_review: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            registration: Registration::Open,
            tweet_limit: 280,
            max_images: 4,
            instance_name: "Rookery".to_owned(),
            instance_description: String::new(),
            admin_contact: String::new(),
            language: "en".to_owned(),
            source_url: String::new(),
            rate_limits: true,
            federation: true,
            authorized_fetch: false,
            publish_peers: true,
            publish_domain_blocks: false,
            link_previews: true,
            room: Room::default(),
            trends_review: false,
        }
    }
}

/// Accounts remembered as having written just now; forgetting one only shows its write a moment later.
const RECENT_WRITERS: usize = 10_000;

/// The use-cases with what they need. Cheap to clone.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    ids: Arc<IdMaker>,
    addresses: Addresses,
    rules: Rules,
    graph: graph::Graph,
    filters: filters::ReadyFilters,
    passwords: passwords::Passwords,
    password_tries: sessions::PasswordTries,
    /// Accounts that wrote and have not read their home timeline since.
    recent_writers: quick_cache::sync::Cache<AccountId, ()>,
    recent_writer_looks: Lookups,
    create_tweet: SetWriter<CreateTweet>,
    like: SetWriter<Like>,
    /// Somebody moved.
    moved: tokio::sync::Notify,
    /// Somebody left: there is something to erase, and a farewell to say.
    left: tokio::sync::Notify,
    farewell_due: tokio::sync::Notify,
    /// Somebody uploaded a film.
    film_due: tokio::sync::Notify,
    counted: size::Counted,
    weeks: about::Weeks,
    palettes: emoji::Palettes,
    house: house::House,
    known_sessions: known_sessions::KnownSessions,
    shelf: shelf::Shelf,
}

impl Inner {
    /// What was just written here.
    fn hear(&self, echo: &Echo) {
        if let Echo::Event(event) = echo {
            self.graph.apply(event);
            self.filters.apply(event);
        }
        self.shelf.hear(echo);
        self.known_sessions.hear(echo);
    }
}

impl Service {
    /// Builds the use-cases over a store. Must be called inside the async runtime.
    pub fn new(store: Store, clock: Clock, ids: Arc<IdMaker>, addresses: Addresses, rules: Rules) -> Self {
        let service = Self(Arc::new(Inner {
            graph: graph::Graph::new(store.clone(), rules.room),
            filters: filters::ReadyFilters::new(rules.room),
            passwords: passwords::Passwords::new(),
            password_tries: sessions::PasswordTries::new(&clock, rules.rate_limits),
            recent_writers: quick_cache::sync::Cache::new(RECENT_WRITERS),
            recent_writer_looks: Lookups::of(&caches::RECENT_WRITERS),
            create_tweet: SetWriter::new(&store),
            like: SetWriter::new(&store),
            moved: tokio::sync::Notify::new(),
            left: tokio::sync::Notify::new(),
            farewell_due: tokio::sync::Notify::new(),
            film_due: tokio::sync::Notify::new(),
            counted: size::Counted::default(),
            weeks: about::Weeks::default(),
            palettes: emoji::Palettes::default(),
            house: house::House::default(),
            known_sessions: known_sessions::KnownSessions::new(rules.room),
            shelf: shelf::Shelf::new(rules.room, store.dialect() == Dialect::Sqlite),
            store,
            clock,
            ids,
            addresses,
            rules,
        }));
        // The store does not keep the use-cases alive.
        let hearing = Arc::downgrade(&service.0);
        service.store().echoes().listen(move |echoes| {
            if let Some(inner) = hearing.upgrade() {
                echoes.iter().for_each(|echo| inner.hear(echo));
            }
        });
        service
    }

    /// Follows the log: drops what is kept in memory of what an event changed, be it of another process.
    pub fn heard(&self, event: &Event) {
        self.0.graph.apply(event);
        self.0.filters.apply(event);
        self.0.shelf.apply(event);
        self.0.known_sessions.apply(event);
    }

    /// The store, for consumers that read beside the use-cases.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The durable consumer of the log with this name.
    pub fn consumer(&self, name: &'static str) -> Consumer {
        Consumer::new(self.0.store.clone(), self.0.clock.clone(), name)
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The maker of ids.
    pub fn ids(&self) -> &IdMaker {
        &self.0.ids
    }

    /// Where our own things live.
    pub fn addresses(&self) -> &Addresses {
        &self.0.addresses
    }

    /// What the admin has set.
    pub fn rules(&self) -> &Rules {
        &self.0.rules
    }

    /// Who follows, blocks and mutes whom, in memory.
    pub fn graph(&self) -> &graph::Graph {
        &self.0.graph
    }

    /// Whether the account wrote something since this was last asked: then its next read waits, within bounds,
    /// for what is derived from the log.
    pub(crate) fn take_recent_write(&self, account: AccountId) -> bool {
        self.0.recent_writer_looks.seen(self.0.recent_writers.remove(&account)).is_some()
    }

    fn wrote(&self, account: AccountId) {
        self.0.recent_writers.insert(account, ());
    }

    fn now_ms(&self) -> crate::clock::Millis {
        self.0.clock.now_ms()
    }

    fn next_id(&self) -> i64 {
        self.0.ids.next()
    }
}
