//! The hub with everything behind it: use-cases, log and follower, on both engines.

mod bounds;
mod endings;
mod leaks;
mod told;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::clock::Clock;
use crate::model::account::{Account, Role, SessionKind, User, UserState};
use crate::model::address::Addresses;
use crate::model::ids::{AccountId, IdMaker, TweetId};
use crate::service::{NewTweet, Origin, Rules, Service};
use crate::store::events::{self, Position};
use crate::store::tests::database::{TestStore, stores};

/// How long a test waits for what takes a moment; then it has failed.
const PATIENCE: Duration = Duration::from_secs(20);
const MORNING_MS: i64 = 1_780_000_000_000;
const NETWORK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9));

/// An instance, with one process that streams.
struct World {
    process: Process,
    clock: Clock,
    engine: &'static str,
    database: TestStore,
}

/// A process of an instance.
struct Process {
    service: Service,
    hub: Hub,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for database in stores().await {
        let clock = Clock::manual(MORNING_MS);
        let process = Process::start(&database, &clock, 0).await;
        worlds.push(World { process, clock, engine: database.engine, database });
    }
    worlds
}

impl Process {
    async fn start(database: &TestStore, clock: &Clock, number: u8) -> Self {
        let ids = Arc::new(IdMaker::new(clock.clone(), number));
        let addresses = Addresses::new("https://rook.test".parse().unwrap()).unwrap();
        let service = Service::new(database.store.clone(), clock.clone(), ids, addresses, Rules::default());
        let (hub, stop) = (Hub::new(service.clone()), CancellationToken::new());
        let start = database.store.read(events::head).await.unwrap();
        let mut running = Box::pin(run(hub.clone(), start, stop.clone()));
        // It takes listeners in from its first step on.
        assert!((&mut running).now_or_never().is_none());
        Self { service, hub, stop, running: tokio::spawn(running) }
    }

    /// Somebody listens with a session of their own.
    async fn listen(&self, account: AccountId, topics: &[(&str, Topic)]) -> Listener {
        self.listen_with(&self.sign_in(account).await, topics).await
    }

    async fn sign_in(&self, account: AccountId) -> SignedIn {
        let kind = SessionKind::Token;
        let started = self.service.start_session(account, kind, "read write", Origin::default()).await;
        self.service.session(&started.unwrap().1).await.unwrap().unwrap()
    }

    async fn listen_with(&self, who: &SignedIn, topics: &[(&str, Topic)]) -> Listener {
        let listener = self.hub.listen(who, NETWORK, Transport::Events).await.unwrap();
        for (label, topic) in topics {
            listener.subscribe(label, vec![topic.clone()]).unwrap();
        }
        listener
    }

    /// Waits until all that was written was told.
    async fn told_all(&self) {
        let newest = self.service.store().read(events::newest).await.unwrap();
        assert!(self.hub.progress().reached(newest, PATIENCE).await, "streams do not get on");
    }

    /// What waits for a listener, in words.
    async fn heard(&self, listener: &mut Listener) -> Vec<String> {
        self.told_all().await;
        waiting(listener).iter().map(words).collect()
    }
}

impl World {
    async fn person(&self, name: &str) -> AccountId {
        let (service, now_ms) = (&self.process.service, self.clock.now_ms());
        let id = AccountId(service.ids().next());
        let user = User {
            account_id: id,
            username: name.to_owned(),
            email: format!("{name}@mail.test"),
            password_hash: "none".to_owned(),
            role: Role::User,
            state: UserState::Active,
            suspended: false,
            language: None,
        };
        let account = Account::blank(id, name.to_owned(), now_ms);
        service.write_user(account, user, String::new(), false).await.unwrap();
        id
    }

    async fn people<const N: usize>(&self, names: [&str; N]) -> [AccountId; N] {
        let mut ids = [AccountId(0); N];
        for (id, name) in ids.iter_mut().zip(names) {
            *id = self.person(name).await;
        }
        ids
    }

    async fn post(&self, author: AccountId, new: NewTweet) -> TweetId {
        self.process.service.create_tweet(author, new).await.unwrap().tweet.id
    }

    async fn tweet(&self, author: AccountId, text: &str) -> TweetId {
        self.post(author, saying(text)).await
    }

    async fn follow(&self, who: AccountId, whom: AccountId) {
        self.process.service.follow(who, whom).await.unwrap();
    }
}

fn saying(text: &str) -> NewTweet {
    NewTweet { text: text.to_owned(), ..NewTweet::default() }
}

const HOME: (&str, Topic) = ("home", Topic::Home);
const NOTIFICATIONS: (&str, Topic) = ("notifications", Topic::Notifications);
const PUBLIC: (&str, Topic) = ("public", Topic::Public { from: From::All, only_media: false });

/// What waits for a listener now.
fn waiting(listener: &mut Listener) -> Vec<Delivery> {
    std::iter::from_fn(|| listener.next().now_or_never()?.ok()).collect()
}

/// The stream's name, what happened, and to what.
fn words(delivery: &Delivery) -> String {
    let label = &delivery.label;
    match delivery.occurrence.what() {
        What::Tweet(view) => format!("{label}: tweet {}", view.tweet.id),
        What::Edited(view) => format!("{label}: edited {}", view.tweet.id),
        What::Deleted(id) => format!("{label}: deleted {id}"),
        What::Notification(view) => format!("{label}: {}", view.notification.kind.as_str()),
        What::FiltersChanged => format!("{label}: filters changed"),
        What::Announced(view) => format!("{label}: announced {}", view.announcement.text),
        What::Reacted(_, reaction) => format!("{label}: {} × {}", reaction.count, reaction.name),
        What::AnnouncementRemoved(id) => format!("{label}: removed {id}"),
        What::Conversation(view) => format!("{label}: {}", view.last.tweet.id),
    }
}

/// The next thing, or why there is none.
async fn next(listener: &mut Listener) -> Result<String, Ending> {
    let next = tokio::time::timeout(PATIENCE, listener.next()).await;
    next.expect("something, or an end").map(|delivery| words(&delivery))
}

/// A place from which all of the log is read.
const BEGINNING: Position = Position { txid: 0, seq: 0 };
