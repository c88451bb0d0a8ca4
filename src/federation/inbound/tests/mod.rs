//! Stories of what arrives, on both engines, with other instances played by a server on this machine.

mod backfill;
mod emoji;
mod follows;
mod groups;
mod history;
mod knocking;
mod moves;
mod orders;
mod pins;
mod polls;
mod posts;
mod quotes;
mod reactions;
mod refresh;
mod refusals;
mod relays;
mod reports;
mod resolving;
mod software;
mod synchronization;
mod working;

use crate::store::tests::counted as rows;
use crate::store::tests::database;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};
use url::Url;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::{Accepted, Refused};
use crate::client::{Client, ClientSettings};
use crate::clock::Clock;
use crate::federation::Federation;
use crate::federation::fixtures::local_account;
use crate::federation::keys::{InstanceKey, KeyPair, test_key};
use crate::federation::signature::{BodyDigest, Form, Outgoing, RequestParts, Signer, sign};
use crate::model::account::Account;
use crate::model::address::Addresses;
use crate::model::cursor::Cursor;
use crate::model::event::Event;
use crate::model::ids::{AccountId, IdMaker};
use crate::model::notification::NotificationKind;
use crate::model::tweet::Tweet;
use crate::service::{Rules, Service};
use crate::store::inbox::UnderWay;
use crate::store::{events, inbox};

const NOW: i64 = 1_767_323_045_000;
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
const BOB: &str = "http://b.test/users/bob";
const CAT: &str = "http://c.test/users/cat";

type Pages = Arc<Mutex<HashMap<String, ResponseTemplate>>>;

/// Our instance, `a.test`, and a server that plays `b.test` and `c.test`.
struct World {
    federation: Federation,
    clock: Clock,
    peers: MockServer,
    pages: Pages,
    ann: Account,
    engine: &'static str,
    test: database::TestStore,
}

/// A world an engine, in which `bob@b.test` and `cat@c.test` exist, and `ann` here.
async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for test in database::stores().await {
        worlds.push(world(test).await);
    }
    worlds
}

async fn world(test: database::TestStore) -> World {
    let clock = Clock::manual(NOW);
    let ids = Arc::new(IdMaker::new(clock.clone(), 0));
    let addresses = Addresses::new(Url::parse("http://a.test").unwrap()).unwrap();
    let service = Service::new(test.store.clone(), clock.clone(), ids, addresses, Rules::default());
    let peers = MockServer::start().await;
    let pages = Pages::default();
    let served = Arc::clone(&pages);
    let answer = move |request: &Request| {
        let host = request.headers["host"].to_str().unwrap();
        let page = format!("http://{host}{}", request.url.path());
        served.lock().unwrap().get(&page).cloned().unwrap_or(ResponseTemplate::new(404))
    };
    Mock::given(any()).respond_with(answer).mount(&peers).await;
    let dev_hosts = ["b.test", "c.test"].map(|host| (host.to_owned(), *peers.address()));
    let client = Client::new(ClientSettings {
        off: false,
        insecure: true,
        dev_hosts: dev_hosts.into(),
        user_agent: "Rookery test".into(),
        per_host: 4,
    });
    let key = InstanceKey::new([7; 32]);
    let federation = Federation::open(service, client.unwrap(), key).await.unwrap();
    let ann = local_account(&federation, "ann").await;
    let world = World { federation, clock, peers, pages, ann, engine: test.engine, test };
    for actor in [BOB, CAT] {
        world.serve(actor, &person(actor, test_key()));
    }
    world
}

/// The document of an actor that signs with `key`.
fn person(id: &str, key: &KeyPair) -> Value {
    let name = id.rsplit('/').next().unwrap();
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id, "type": "Person", "preferredUsername": name, "name": name.to_uppercase(),
        "summary": "<p>hi<script>x()</script></p>", "inbox": format!("{id}/inbox"), "outbox": format!("{id}/outbox"),
        "followers": format!("{id}/followers"), "following": format!("{id}/following"),
        "publicKey": { "id": format!("{id}#main-key"), "owner": id,
            "publicKeyPem": key.public_key().unwrap().to_pem() }
    })
}

/// A public post of `author`.
fn note(id: &str, author: &str, content: &str) -> Value {
    json!({ "id": id, "type": "Note", "attributedTo": author, "content": content,
        "published": "2026-01-02T03:00:00Z", "to": [PUBLIC], "cc": [format!("{author}/followers")] })
}

/// The same post with another value of one property.
fn with(mut document: Value, field: &str, value: Value) -> Value {
    document[field] = value;
    document
}

/// An activity of `actor`.
fn activity(id: &str, kind: &str, actor: &str, object: Value) -> Value {
    json!({ "@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": kind, "actor": actor,
        "object": object, "to": [PUBLIC] })
}

/// A request as it arrives at an inbox of ours.
struct Delivery {
    headers: HeaderMap,
    host: String,
    body: Vec<u8>,
}

impl Delivery {
    fn set(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, HeaderValue::from_str(value).unwrap());
        self
    }
}

impl World {
    fn service(&self) -> &Service {
        self.federation.service()
    }

    /// Lets the peers answer an address with an ActivityPub document.
    fn serve(&self, address: &str, document: &Value) {
        self.serve_as(address, document, "application/activity+json");
    }

    fn serve_as(&self, address: &str, document: &Value, content_type: &str) {
        let body = serde_json::to_vec(document).unwrap();
        self.answer(address, ResponseTemplate::new(200).set_body_raw(body, content_type));
    }

    fn answer(&self, address: &str, answer: ResponseTemplate) {
        self.pages.lock().unwrap().insert(address.to_owned(), answer);
    }

    /// What was asked of the peers so far, without the questions of WebFinger.
    async fn asked(&self) -> Vec<String> {
        let requests = self.peers.received_requests().await.unwrap();
        let pages = requests.iter().map(|request| {
            format!("http://{}{}", request.headers["host"].to_str().unwrap(), request.url.path())
        });
        pages.filter(|page| !page.contains("/.well-known/")).collect()
    }

    /// A delivery of `activity`, signed by `key` under the first key of `signer`.
    fn delivery(&self, signer: &str, key: &KeyPair, activity: &Value) -> Delivery {
        let body = serde_json::to_vec(activity).unwrap();
        let url = Url::parse("http://a.test/inbox").unwrap();
        let key_id = format!("{signer}#main-key");
        let outgoing = Outgoing {
            method: &Method::POST,
            url: &url,
            digest: Some(&BodyDigest::of(&body)),
            now_ms: self.clock.now_ms(),
            path_only: false,
            synchronization: None,
        };
        let headers = sign(Form::Cavage, &Signer { key, key_id: &key_id }, &outgoing).unwrap();
        Delivery { headers, host: "a.test".to_owned(), body }
    }

    async fn deliver(&self, delivery: &Delivery) -> Result<Accepted, Refused> {
        let request = RequestParts {
            method: &Method::POST,
            path_and_query: "/inbox",
            host: &delivery.host,
            headers: &delivery.headers,
            body: &delivery.body,
        };
        self.federation.receive(&request).await
    }

    /// Delivers what its actor signed.
    async fn post(&self, activity: &Value) -> Result<Accepted, Refused> {
        let signer = activity["actor"].as_str().unwrap();
        self.deliver(&self.delivery(signer, test_key(), activity)).await
    }

    /// Works off everything that waits now.
    async fn work(&self) {
        loop {
            let claimed = self.federation.claim(16, UnderWay::default()).await;
            if claimed.is_empty() {
                return;
            }
            for one in claimed {
                self.federation.process(one).await;
            }
        }
    }

    /// Delivers and works off; the activity must be new.
    async fn happens(&self, activity: &Value) {
        assert_eq!(self.post(activity).await.unwrap(), Accepted::New, "{}: {activity}", self.engine);
        self.work().await;
        assert_eq!(self.waiting_and_parked().await, (0, 0), "{}: {activity}", self.engine);
    }

    async fn waiting_and_parked(&self) -> (i64, i64) {
        self.test.store.read(inbox::counts).await.unwrap()
    }

    async fn actor(&self, uri: &str) -> Account {
        use crate::federation::resolve::Freshness;
        self.federation.actor(&Url::parse(uri).unwrap(), Freshness::Known).await.unwrap()
    }

    /// Lets `ann` follow a remote account, as if that had been accepted long ago.
    async fn ann_follows(&self, uri: &str) -> Account {
        let other = self.actor(uri).await;
        self.service().follow(self.ann.id, other.id).await.unwrap();
        let id = format!("{uri}/accepts/{}", self.ann.id);
        let follow = json!({ "type": "Follow", "actor": "http://a.test/users/ann", "object": uri });
        self.happens(&activity(&id, "Accept", uri, follow)).await;
        assert!(
            self.service().relationship(self.ann.id, other.id).await.unwrap().following,
            "{}",
            self.engine
        );
        other
    }

    async fn tweet(&self, uri: &str) -> Option<Tweet> {
        self.federation.known_tweet(&Url::parse(uri).unwrap()).await.unwrap()
    }

    async fn home(&self) -> Vec<String> {
        let home =
            crate::timelines::Home::new(self.service().clone(), &crate::timelines::Settings::default());
        let page = home.page(self.ann.id, Cursor::default(), 20).await.unwrap();
        page.items.iter().map(|view| view.shown().tweet.text.clone()).collect()
    }

    async fn notifications(&self, account: AccountId) -> Vec<NotificationKind> {
        let page = self.service().notifications(account, Vec::new(), Cursor::default(), 20).await.unwrap();
        page.items.iter().map(|view| view.notification.kind).collect()
    }

    async fn events(&self) -> Vec<Event> {
        let logged = database::settled_log(&self.test.store, events::Position::default()).await;
        logged.into_iter().map(|logged| logged.event).collect()
    }
}
