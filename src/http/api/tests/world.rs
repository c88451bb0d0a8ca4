//! An instance with a clock of its own, and people who use its API.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, Request};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;
use url::Url;
use wiremock::MockServer;

use crate::client::{Client, ClientSettings};
use crate::clock::Clock;
use crate::config::Registration;
use crate::federation::{Federation, InstanceKey};
use crate::http::api::OWN_SCOPES;
use crate::http::middleware::{Gateway, layers};
use crate::http::server::PeerAddr;
use crate::http::state::AppState;
use crate::mail::sink::Sink;
use crate::media::film_tests::film_settings;
use crate::media::{FilmSettings, Media, MediaSettings};
use crate::model::account::{Role, SessionKind, UserState};
use crate::model::address::Addresses;
use crate::model::ids::IdMaker;
use crate::notify::Letters;
use crate::search::{Feeder, Finder, Search};
use crate::service::{Origin, PictureSettings, RemotePictures, Rules, Service, SignUp};
use crate::store::tests::counted::counts;
use crate::store::tests::database::{self, TestStore, stores};
use crate::store::{Settings, Store, events};
use crate::stream::Hub;
use crate::timelines::Home;

/// 2026-01-02T03:04:05Z.
const BEGIN_MS: i64 = 1_767_323_045_000;
/// How long a test waits for what takes a moment; then it has failed.
const PATIENCE: Duration = Duration::from_secs(20);
pub(in crate::http) const PASSWORD: &str = "correct horse battery";

/// An instance.
pub(in crate::http) struct World {
    pub(in crate::http) service: Service,
    pub(in crate::http) clock: Clock,
    pub(in crate::http) engine: &'static str,
    pub(in crate::http) media: Arc<Media>,
    /// Another instance, `http://a.test`.
    pub(in crate::http) remote: MockServer,
    /// Who listens; nobody can before a test lets it follow the log.
    pub(in crate::http) stream: Hub,
    pub(in crate::http) router: Router,
    pub(in crate::http) home: Home,
    /// What is sent by mail.
    pub(in crate::http) letters: Letters,
    pub(in crate::http) sink: Sink,
    search: Arc<Search>,
    files: TempDir,
    /// How to open the database once more.
    settings: Settings,
    _database: Option<TestStore>,
}

/// What the processes of an instance have in common, and the number of one of them.
struct Process {
    store: Store,
    settings: Settings,
    engine: &'static str,
    clock: Clock,
    number: u8,
}

/// Somebody with a token.
#[derive(Clone, Debug)]
pub(in crate::http) struct Person {
    pub(in crate::http) id: String,
    pub(in crate::http) token: String,
}

/// What a request was answered.
#[derive(Debug)]
pub(in crate::http) struct Answer {
    pub(in crate::http) status: u16,
    pub(in crate::http) headers: HeaderMap,
    pub(in crate::http) body: Value,
}

/// One instance an engine.
pub(in crate::http) async fn worlds() -> Vec<World> {
    worlds_with(Rules::default()).await
}

/// One instance an engine, under these rules.
pub(in crate::http) async fn worlds_with(rules: Rules) -> Vec<World> {
    let mut worlds = Vec::new();
    for database in stores().await {
        worlds.push(World::new(database, rules.clone(), (false, None)).await);
    }
    worlds
}

/// One instance an engine that refuses whoever asks too often.
pub(in crate::http) async fn strict_worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for database in stores().await {
        worlds.push(World::new(database, Rules::default(), (true, None)).await);
    }
    worlds
}

/// One instance an engine that takes films.
pub(in crate::http) async fn film_worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for database in stores().await {
        worlds.push(World::new(database, Rules::default(), (false, Some(film_settings()))).await);
    }
    worlds
}

/// The rules of an instance where an admin lets people in.
pub(in crate::http) fn with_approval() -> Rules {
    Rules { registration: Registration::Approval, ..Rules::default() }
}

impl World {
    async fn new(database: TestStore, rules: Rules, with: (bool, Option<FilmSettings>)) -> Self {
        let (store, settings) = (database.store.clone(), database.settings.clone());
        let (engine, clock) = (database.engine, Clock::manual(BEGIN_MS));
        let process = Process { store, settings, engine, clock, number: 1 };
        let world = Self::on(process, rules, with).await;
        Self { _database: Some(database), ..world }
    }

    /// Another process of the same instance, which knows nothing yet.
    pub(in crate::http) async fn beside(&self, number: u8) -> Self {
        let store = database::open(&self.settings).await.unwrap();
        let (settings, clock) = (self.settings.clone(), self.clock.clone());
        let process = Process { store, settings, engine: self.engine, clock, number };
        Self::on(process, self.service.rules().clone(), (false, None)).await
    }

    async fn on(
        Process { store, settings: database_settings, engine, clock, number }: Process,
        rules: Rules,
        (enforce_rate_limits, films): (bool, Option<FilmSettings>),
    ) -> Self {
        let base: Url = "http://rook.test".parse().unwrap();
        let addresses = Addresses::new(base.clone()).unwrap();
        let ids = Arc::new(IdMaker::new(clock.clone(), number));
        let service = Service::new(store, clock.clone(), ids, addresses, rules);
        let files = tempfile::tempdir().unwrap();
        let settings = MediaSettings {
            data_dir: files.path().to_owned(),
            decode_threads: 1,
            decode_queue: 8,
            image_max_bytes: 1 << 20,
            films,
        };
        let media = Arc::new(Media::open(&settings, &clock).unwrap());
        let remote = MockServer::start().await;
        let settings_of_client = ClientSettings {
            off: false,
            insecure: true,
            dev_hosts: HashMap::from([("a.test".to_owned(), *remote.address())]),
            user_agent: "test".to_owned(),
            per_host: 1,
        };
        let client = Client::new(settings_of_client).unwrap();
        let key = InstanceKey::new([7; 32]);
        let search = Arc::new(Search::open(&files.path().join("search")).unwrap().0);
        let picture_settings = PictureSettings {
            cache_bytes: 1 << 20,
            fetches: true,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let stream = Hub::new(service.clone());
        let home = Home::new(service.clone(), &crate::timelines::Settings::default());
        let push = crate::notify::Pushes::open(
            service.clone(),
            client.clone(),
            InstanceKey::new([7; 32]),
            crate::http::mastodon::say(&service),
        )
        .await
        .unwrap();
        let sink = Sink::start().await;
        let word = crate::http::web::word(&service);
        let letters_key = InstanceKey::new([7; 32]);
        let letters = Letters::new(service.clone(), Some(sink.mailer()), letters_key, word);
        let state = AppState::from(crate::http::state::Parts {
            letters: letters.clone(),
            push,
            kept_posts: crate::http::mastodon::KeptPosts::new(Default::default()),
            stream: stream.clone(),
            finder: Finder::new(service.clone(), Arc::clone(&search)),
            service: service.clone(),
            home: home.clone(),
            pictures: RemotePictures::new(
                service.clone(),
                Arc::clone(&media),
                client.clone(),
                picture_settings,
            ),
            media: Arc::clone(&media),
            federation: Federation::open(service.clone(), client, key).await.unwrap(),
        });
        let routes = crate::http::api::routes()
            .merge(crate::http::mastodon::routes())
            .merge(crate::http::media::routes())
            .merge(crate::http::oembed::routes());
        let render_failure = Some(crate::http::mastodon::render_failure(None));
        let gateway = Gateway { enforce_rate_limits, render_failure, ..Gateway::new(base, clock.clone()) };
        let router = layers(routes.with_state(state), gateway);
        Self {
            service,
            letters,
            sink,
            clock,
            engine,
            media,
            remote,
            stream,
            router,
            home,
            search,
            files,
            settings: database_settings,
            _database: None,
        }
    }

    /// A new person who may do everything that people may.
    pub(in crate::http) async fn person(&self, username: &str) -> Person {
        self.member(username, Role::User).await
    }

    /// A new admin, with a token that is like anybody's.
    pub(in crate::http) async fn admin(&self, username: &str) -> Person {
        self.member(username, Role::Admin).await
    }

    async fn member(&self, username: &str, role: Role) -> Person {
        let sign_up = SignUp {
            username: username.to_owned(),
            email: format!("{username}@example.org"),
            password: PASSWORD.to_owned(),
            language: None,
            reason: String::new(),
        };
        let user = self.service.create_user(sign_up, role, UserState::Active).await.unwrap();
        let id = user.account_id.to_string();
        let mut person = Person { id, token: String::new() };
        person.token = self.token(&person, OWN_SCOPES).await;
        person
    }

    /// Another token of somebody's.
    pub(in crate::http) async fn token(&self, person: &Person, scopes: &str) -> String {
        self.session(person, SessionKind::Token, scopes).await
    }

    /// The secret of a new session.
    pub(in crate::http) async fn session(&self, person: &Person, kind: SessionKind, scopes: &str) -> String {
        let account = person.id.parse().unwrap();
        self.service.start_session(account, kind, scopes, Origin::default()).await.unwrap().1
    }

    /// Sends a request as it is.
    pub(in crate::http) async fn send(&self, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(PeerAddr(SocketAddr::from(([203, 0, 113, 9], 4711))));
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, 8 << 20).await.unwrap();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8(bytes.to_vec()).unwrap()));
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// Asks for a file by its path or address, as a browser does that is signed in nowhere.
    pub(in crate::http) async fn file(
        &self,
        line: &str,
        headers: &[(&str, &str)],
    ) -> (u16, HeaderMap, Vec<u8>) {
        let mut request = request(None, &line.replace("http://rook.test", ""), None);
        for (name, value) in headers {
            request.headers_mut().insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        (head.status.as_u16(), head.headers, to_bytes(body, 8 << 20).await.unwrap().to_vec())
    }

    /// Asks by `method path`, as somebody or as nobody, with or without a body.
    pub(in crate::http) async fn ask(&self, who: Option<&Person>, line: &str, body: Option<Value>) -> Answer {
        self.send(request(who.map(|who| who.token.as_str()), line, body)).await
    }

    /// Asks as somebody, without a body, for what must succeed.
    pub(in crate::http) async fn get(&self, who: &Person, path: &str) -> Value {
        self.ask(Some(who), &format!("GET {path}"), None).await.good()
    }

    /// Does something that must succeed.
    pub(in crate::http) async fn act(&self, who: &Person, line: &str) -> Value {
        self.ask(Some(who), line, None).await.good()
    }

    /// A new tweet; answers its id.
    pub(in crate::http) async fn tweet(&self, who: &Person, text: &str) -> String {
        let answer = self.ask(Some(who), "POST /api/tweets", Some(json!({ "text": text }))).await;
        id(&answer.good())
    }

    /// How many rows there are of everything that a request could change.
    pub(in crate::http) async fn rows(&self) -> BTreeMap<&'static str, i64> {
        counts(self.service.store()).await
    }

    /// Takes everything that was written into the search, until it can be found.
    pub(in crate::http) async fn index(&self) {
        let store = self.service.store().clone();
        let head = store.read(events::head).await.unwrap();
        let feeder = Feeder::new(store, self.clock.clone(), Arc::clone(&self.search), 0);
        let (progress, stop) = (feeder.progress(), CancellationToken::new());
        let feeding = tokio::spawn(feeder.run(stop.clone()));
        let whole = async {
            while !self.search.people_loaded() || self.search.building().is_some() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, whole).await.unwrap();
        assert!(progress.reached(head, PATIENCE).await, "the search did not take the log in");
        self.search.tweets().flush().await.unwrap();
        stop.cancel();
        feeding.await.unwrap();
    }

    /// How many media files are kept.
    pub(in crate::http) fn files(&self) -> usize {
        fn count(folder: &Path) -> usize {
            let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
        }
        count(&self.files.path().join("media"))
    }
}

impl Answer {
    /// The body of an answer that must be a success.
    #[track_caller]
    pub(in crate::http) fn good(self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.body);
        self.body
    }

    /// The status, code and field of an answer that must be a problem.
    #[track_caller]
    pub(in crate::http) fn problem(&self) -> (u16, &str, Option<&str>) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.body);
        assert_eq!(self.body["status"], self.status);
        (self.status, self.body["code"].as_str().unwrap(), self.body["field"].as_str())
    }
}

/// A request by `method path`.
pub(in crate::http) fn request(token: Option<&str>, line: &str, body: Option<Value>) -> Request<Body> {
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    match body {
        Some(body) => {
            request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap()
        }
        None => request.body(Body::empty()).unwrap(),
    }
}

/// The id of a thing.
#[track_caller]
pub(in crate::http) fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id in {thing}")).to_owned()
}

/// The ids of a page's entries.
#[track_caller]
pub(in crate::http) fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap_or_else(|| panic!("no items in {page}")).iter().map(id).collect()
}
