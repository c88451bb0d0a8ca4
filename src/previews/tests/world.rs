//! An instance that follows links, and a web that answers as it is told.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::client::{Client, ClientSettings};
use crate::clock::Clock;
use crate::model::account::{Account, Role, UserState};
use crate::model::address::Addresses;
use crate::model::ids::{AccountId, IdMaker, MediaId, TweetId};
use crate::model::preview::Preview;
use crate::model::tweet::{Media, Tweet};
use crate::previews::Previews;
use crate::service::{NewTweet, Rules, Service, SignUp, blank_tweet};
use crate::store::accounts;
use crate::store::events::{self, Logged, Position};
use crate::store::tests::counted::counts;
use crate::store::tests::database::{TestStore, settled_log, stores};
use crate::store::tweet_commands::CreateTweet;

/// 2026-01-02T03:04:05Z.
const BEGIN_MS: i64 = 1_767_323_045_000;
/// The hosts of the web; all of them answer alike.
const HOSTS: [&str; 4] = ["a.test", "b.test", "c.test", "x.b.test"];

pub(super) struct World {
    pub(super) service: Service,
    pub(super) previews: Previews,
    pub(super) web: MockServer,
    pub(super) clock: Clock,
    pub(super) engine: &'static str,
    /// Somebody here.
    pub(super) ann: AccountId,
    bob: AccountId,
    ids: Arc<IdMaker>,
    fed: Mutex<Position>,
    _database: TestStore,
}

/// One instance an engine.
pub(super) async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for database in stores().await {
        worlds.push(World::new(database).await);
    }
    worlds
}

/// A page with this head.
pub(super) fn page(head: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(format!("<!doctype html>{head}"), "text/html; charset=utf-8")
}

/// A page with this title.
pub(super) fn says(title: &str) -> ResponseTemplate {
    page(&format!("<title>{title}</title>"))
}

fn client(web: Option<SocketAddr>) -> Client {
    let hosts = web.map(|at| HOSTS.map(|host| (host.to_owned(), at))).into_iter().flatten();
    Client::new(ClientSettings {
        off: false,
        insecure: web.is_some(),
        dev_hosts: HashMap::from_iter(hosts),
        user_agent: "Rookery test".into(),
        per_host: 4,
    })
    .unwrap()
}

impl World {
    async fn new(database: TestStore) -> Self {
        let clock = Clock::manual(BEGIN_MS);
        let ids = Arc::new(IdMaker::new(clock.clone(), 1));
        let service = service(&database, &clock, &ids, Rules::default());
        let web = MockServer::start().await;
        let previews = Previews::new(service.clone(), client(Some(*web.address())));
        let sign_up = SignUp {
            username: "ann".into(),
            email: "ann@rook.test".into(),
            password: "correct horse battery".into(),
            language: None,
            reason: String::new(),
        };
        let ann = service.create_user(sign_up, Role::User, UserState::Active).await.unwrap().account_id;
        let bob = AccountId(service.ids().next());
        let far = Account { domain: Some("far.test".into()), ..Account::blank(bob, "bob".into(), BEGIN_MS) };
        service.store().write(move |conn| accounts::insert(conn, &far)).await.unwrap();
        let engine = database.engine;
        let fed = Mutex::default();
        Self { service, previews, web, clock, engine, ann, bob, ids, fed, _database: database }
    }

    /// Another process on the same database.
    pub(super) fn another_process(&self) -> Previews {
        let service = service(&self._database, &self.clock, &self.ids, Rules::default());
        Previews::new(service, client(Some(*self.web.address())))
    }

    /// The same with a client that keeps away from private addresses.
    pub(super) fn guarded(&self) -> Previews {
        Previews::new(self.service.clone(), client(None))
    }

    /// The same database under other rules.
    pub(super) fn with_previews_off(&self) -> Service {
        let rules = Rules { link_previews: false, ..Rules::default() };
        service(&self._database, &self.clock, &self.ids, rules)
    }

    pub(super) async fn serves(&self, at: &str, answer: ResponseTemplate) {
        Mock::given(path(at)).respond_with(answer).mount(&self.web).await;
    }

    /// The paths that were asked for.
    pub(super) async fn requests(&self) -> Vec<String> {
        let asked = self.web.received_requests().await.unwrap();
        asked.iter().map(|request| request.url.path().to_owned()).collect()
    }

    pub(super) fn saying(&self, text: &str) -> NewTweet {
        NewTweet { text: text.to_owned(), ..NewTweet::default() }
    }

    /// A public tweet of ann's.
    pub(super) async fn post(&self, text: &str) -> TweetId {
        self.create(self.saying(text)).await
    }

    pub(super) async fn create(&self, new: NewTweet) -> TweetId {
        self.service.create_tweet(self.ann, new).await.unwrap().tweet.id
    }

    pub(super) async fn retweet(&self, id: TweetId) {
        self.service.retweet(self.ann, id).await.unwrap();
    }

    /// A picture that waits for its tweet.
    pub(super) async fn picture(&self) -> MediaId {
        let picture = Media {
            id: MediaId(0),
            account: self.ann,
            tweet: None,
            kind: "image".into(),
            mime: "image/png".into(),
            file_key: Some("ab/cd.png".into()),
            thumb_key: None,
            remote_url: None,
            alt: String::new(),
            width: 4,
            height: 3,
            thumb_width: 4,
            thumb_height: 3,
            blurhash: None,
            size_bytes: 100,
            ..Default::default()
        };
        self.service.add_upload(self.ann, picture).await.unwrap().id
    }

    /// A public post of another instance.
    pub(super) async fn remote_post(&self, html: &str) -> TweetId {
        self.remote(|tweet| Tweet { html: html.to_owned(), ..tweet }).await
    }

    /// A post of another instance, with these changes.
    pub(super) async fn remote(&self, change: impl FnOnce(Tweet) -> Tweet) -> TweetId {
        let id = TweetId(self.service.ids().next());
        let now_ms = self.clock.now_ms();
        let uri = Some(format!("https://far.test/{id}"));
        let tweet = Tweet { local: false, uri, ..blank_tweet(id, self.bob, now_ms) };
        let command = CreateTweet::alone(change(tweet), now_ms);
        self.service.write_tweet(command).await.unwrap()
    }

    /// The whole log.
    pub(super) async fn log(&self) -> Vec<Logged> {
        self.log_after(Position::default()).await
    }

    pub(super) async fn log_after(&self, position: Position) -> Vec<Logged> {
        settled_log(self.service.store(), position).await
    }

    /// Where the consumer stands; `None` before it has begun.
    pub(super) async fn begun(&self) -> Option<Position> {
        self.service.store().read(|conn| events::cursor(conn, "previews")).await.unwrap()
    }

    /// Takes in what the log has got since the last time.
    pub(super) async fn feed(&self) {
        let from = *self.fed.lock().unwrap();
        let log = self.log_after(from).await;
        self.previews.take_in(&log, false).await.unwrap();
        if let Some(last) = log.last() {
            *self.fed.lock().unwrap() = last.position;
        }
    }

    /// The same, and asks all pages that are due now.
    pub(super) async fn settle(&self) {
        self.feed().await;
        loop {
            let due = self.previews.take(4).await.unwrap();
            if due.is_empty() {
                return;
            }
            for due in due {
                self.previews.ask(due).await.unwrap();
            }
        }
    }

    /// A tweet's card, as everybody sees it.
    pub(super) async fn card(&self, id: TweetId) -> Option<Preview> {
        self.service.tweet(None, id).await.unwrap().preview.map(Arc::unwrap_or_clone)
    }

    /// A tweet's card, as ann sees it.
    pub(super) async fn card_for_author(&self, id: TweetId) -> Option<Preview> {
        self.service.tweet(Some(self.ann), id).await.unwrap().preview.map(Arc::unwrap_or_clone)
    }

    pub(super) async fn title(&self, id: TweetId) -> Option<String> {
        self.card(id).await.map(|card| card.title)
    }

    /// How many pages are known, and how many tweets have one.
    pub(super) async fn rows(&self) -> [i64; 2] {
        let rows = counts(self.service.store()).await;
        ["link_previews", "tweet_previews"].map(|table| rows[table])
    }
}

fn service(database: &TestStore, clock: &Clock, ids: &Arc<IdMaker>, rules: Rules) -> Service {
    let addresses = Addresses::new("http://rook.test".parse().unwrap()).unwrap();
    Service::new(database.store.clone(), clock.clone(), Arc::clone(ids), addresses, rules)
}
