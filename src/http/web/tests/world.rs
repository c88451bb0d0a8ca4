//! An instance whose pages are asked without a network.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;
use url::Url;

use super::browser::{Browser, Page};
use crate::client::{Client, ClientSettings};
use crate::clock::Clock;
use crate::federation::{Federation, InstanceKey};
use crate::http::middleware::{Gateway, layers};
use crate::http::server::PeerAddr;
use crate::http::state::AppState;
use crate::http::{api, oauth, web};
use crate::mail::sink::Sink;
use crate::media::{Media, MediaSettings};
use crate::model::account::{Role, UserState};
use crate::model::address::Addresses;
use crate::model::ids::{AccountId, IdMaker};
use crate::notify::Letters;
use crate::search::{Feeder, Finder, Search};
use crate::service::{PictureSettings, RemotePictures, Rules, Service, SignUp};
use crate::store::tests::database::{TestStore, stores};
use crate::timelines::{self, Home, Settings};

/// 2026-01-02T03:04:05Z.
const BEGIN_MS: i64 = 1_767_323_045_000;
pub(super) const PASSWORD: &str = "correct horse battery";

/// An instance.
pub(super) struct World {
    pub(super) service: Service,
    pub(super) clock: Clock,
    pub(super) engine: &'static str,
    pub(super) files: TempDir,
    /// What is sent by mail.
    pub(super) letters: Letters,
    pub(super) sink: Sink,
    router: Router,
    stop: CancellationToken,
    _database: TestStore,
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// One instance an engine, without any account.
pub(super) async fn worlds() -> Vec<World> {
    worlds_with(Rules::default()).await
}

/// One instance an engine, under these rules.
pub(super) async fn worlds_with(rules: Rules) -> Vec<World> {
    let mut worlds = Vec::new();
    for database in stores().await {
        worlds.push(World::new(database, rules.clone()).await);
    }
    worlds
}

impl World {
    async fn new(database: TestStore, rules: Rules) -> Self {
        let clock = Clock::manual(BEGIN_MS);
        let base: Url = "https://rook.test".parse().unwrap();
        let addresses = Addresses::new(base.clone()).unwrap();
        let ids = Arc::new(IdMaker::new(clock.clone(), 1));
        let service = Service::new(database.store.clone(), clock.clone(), ids, addresses, rules);
        let files = tempfile::tempdir().unwrap();
        let stop = CancellationToken::new();
        let home = Home::new(service.clone(), &Settings::default());
        let head = service.store().read(crate::store::events::head).await.unwrap();
        tokio::spawn(timelines::run(home.clone(), head, stop.clone()));
        let settings = MediaSettings {
            data_dir: files.path().to_owned(),
            decode_threads: 1,
            decode_queue: 8,
            image_max_bytes: 1 << 20,
            films: None,
        };
        let (search, _) = Search::open(&files.path().join("search")).unwrap();
        let search = Arc::new(search);
        let feeder = Feeder::new(database.store.clone(), clock.clone(), Arc::clone(&search), 1);
        tokio::spawn(feeder.run(stop.clone()));
        let picture_settings = PictureSettings {
            cache_bytes: 1 << 20,
            fetches: false,
            stop: stop.clone(),
            tasks: TaskTracker::new(),
        };
        let client = ClientSettings {
            off: false,
            insecure: false,
            dev_hosts: HashMap::new(),
            user_agent: "test".to_owned(),
            per_host: 1,
        };
        let client = Client::new(client).unwrap();
        let federation =
            Federation::open(service.clone(), client.clone(), InstanceKey::new([7; 32])).await.unwrap();
        let media = Arc::new(Media::open(&settings, &clock).unwrap());
        let push = crate::notify::Pushes::open(
            service.clone(),
            client.clone(),
            InstanceKey::new([7; 32]),
            crate::http::mastodon::say(&service),
        )
        .await
        .unwrap();
        let sink = Sink::start().await;
        let key = InstanceKey::new([7; 32]);
        let word = crate::http::web::word(&service);
        let letters = Letters::new(service.clone(), Some(sink.mailer()), key, word);
        let state = AppState::from(crate::http::state::Parts {
            letters: letters.clone(),
            push,
            kept_posts: crate::http::mastodon::KeptPosts::new(Default::default()),
            stream: crate::stream::Hub::new(service.clone()),
            finder: Finder::new(service.clone(), search),
            pictures: RemotePictures::new(service.clone(), Arc::clone(&media), client, picture_settings),
            service: service.clone(),
            home,
            media,
            federation,
        });
        let gateway = Gateway {
            enforce_rate_limits: false,
            render_failure: Some(oauth::render_failure(web::render_failure(&service))),
            ..Gateway::new(base, clock.clone())
        };
        let routes = web::routes(&state).merge(oauth::routes()).merge(api::routes());
        let router = layers(routes.with_state(state), gateway);
        let engine = database.engine;
        Self { service, clock, engine, files, letters, sink, router, stop, _database: database }
    }

    /// Somebody's browser, which knows nothing of this instance yet.
    pub(super) fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    /// An account made by an admin's hand, and a browser that is signed in to it.
    pub(super) async fn person(&self, username: &str) -> Browser<'_> {
        self.account(username, Role::User).await;
        self.sign_in(username).await
    }

    /// A browser that is signed in to an account that there is.
    pub(super) async fn sign_in(&self, username: &str) -> Browser<'_> {
        let browser = self.browser();
        let answer = browser.post("/login", &[("login", username), ("password", PASSWORD)]).await;
        assert_eq!(answer.location(), "/home", "{}", answer.html);
        browser
    }

    /// An account made by an admin's hand.
    pub(super) async fn account(&self, username: &str, role: Role) -> AccountId {
        let sign_up = SignUp {
            username: username.to_owned(),
            email: format!("{username}@example.org"),
            password: PASSWORD.to_owned(),
            language: None,
            reason: String::new(),
        };
        self.service.create_user(sign_up, role, UserState::Active).await.unwrap().account_id
    }

    /// Sends a request as it is.
    pub(super) async fn send(&self, mut request: Request<Body>) -> Page {
        request.extensions_mut().insert(PeerAddr(SocketAddr::from(([203, 0, 113, 9], 4711))));
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, 8 << 20).await.unwrap();
        Page {
            status: head.status.as_u16(),
            headers: head.headers,
            html: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}
