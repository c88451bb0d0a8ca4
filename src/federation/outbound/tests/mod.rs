//! Who gets what, once each, and that waiting for some keeps nobody else waiting; on both engines.

mod audience;
mod delivering;
mod emoji;
mod leases;
mod leaving;
mod missing;
mod moves;
mod planning;
mod polls;
mod quotes;
mod reached;
mod relays;
mod reports;
mod rotation;
mod stopping;
mod synchronization;
mod taking_over;
mod trace;
mod two_processes;

#[path = "../../../../tests/support/crowd.rs"]
mod crowd;
#[path = "../../../../tests/support/waiting.rs"]
mod waiting;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;
use wiremock::MockServer;

use super::plan::Trouble;
use crate::client::{Client, ClientSettings};
use crate::clock::Clock;
use crate::error::Result;
use crate::federation::fixtures::local_account;
use crate::federation::keys::InstanceKey;
use crate::federation::{DeliverySettings, Federation};
use crate::model::account::Account;
use crate::model::address::Addresses;
use crate::model::event::Relation;
use crate::model::ids::{AccountId, IdMaker, RowId, TweetId};
use crate::model::visibility::Visibility;
use crate::service::{NewTweet, Rules, Service, blank_tweet};
use crate::store::actors::{self, Reach, RemoteActor};
use crate::store::deliveries;
use crate::store::events;
use crate::store::follows;
use crate::store::tests::database;
use crate::store::tweet_commands::CreateTweet;

const NOW: i64 = 1_767_323_045_000;
/// How long a sign is waited for: far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Until no delivery waits.
async fn none_waits(world: &World) {
    let none_left = async {
        let mut look = tokio::time::interval(Duration::from_millis(20));
        while !world.test.store.read(waiting::hosts).await.unwrap().is_empty() {
            look.tick().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, none_left).await.is_ok(), "{}", world.engine);
}

/// Our instance, `a.test`, with `ann`; and accounts of others, each alone on a host that has its name.
struct World {
    federation: Federation,
    clock: Clock,
    ann: Account,
    trouble: Mutex<Trouble>,
    planned: watch::Sender<()>,
    engine: &'static str,
    test: database::TestStore,
}

async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for test in database::stores().await {
        worlds.push(world(test, BTreeMap::new()).await);
    }
    worlds
}

async fn world(test: database::TestStore, peers: BTreeMap<String, std::net::SocketAddr>) -> World {
    let clock = Clock::manual(NOW);
    let ids = Arc::new(IdMaker::new(clock.clone(), 0));
    let addresses = Addresses::new(Url::parse("http://a.test").unwrap()).unwrap();
    let service = Service::new(test.store.clone(), clock.clone(), ids, addresses, Rules::default());
    let client = Client::new(ClientSettings {
        off: false,
        insecure: true,
        dev_hosts: peers.into_iter().collect(),
        user_agent: "Rookery test".into(),
        per_host: 4,
    });
    let federation = Federation::open(service, client.unwrap(), InstanceKey::new([7; 32])).await.unwrap();
    let ann = local_account(&federation, "ann").await;
    let world = World {
        federation,
        clock,
        ann,
        trouble: Mutex::default(),
        planned: watch::Sender::new(()),
        engine: test.engine,
        test,
    };
    world.told().await;
    world
}

impl World {
    fn service(&self) -> &Service {
        self.federation.service()
    }

    /// An account of another instance, `{name}@{name}.test`.
    async fn remote(&self, name: &str) -> AccountId {
        self.remote_on(name, &format!("{name}.test")).await
    }

    async fn remote_on(&self, name: &str, host: &str) -> AccountId {
        let uri = format!("http://{host}/users/{name}");
        let account = Account {
            id: AccountId(self.service().ids().next()),
            username: name.to_owned(),
            domain: Some(host.to_owned()),
            uri: Some(uri.clone()),
            ..self.ann.clone()
        };
        let reach = Reach {
            inbox: format!("{uri}/inbox"),
            uri,
            host: host.to_owned(),
            also_known_as: "[]".to_owned(),
            ..Reach::default()
        };
        let actor = RemoteActor { account, reach, keys: Vec::new() };
        self.test.store.write(move |conn| actors::upsert(conn, &actor, NOW)).await.unwrap()
    }

    /// Lets somebody else follow `ann`, as their Follow would.
    async fn follows_ann(&self, from: AccountId) {
        let relation = Relation {
            from,
            to: self.ann.id,
            from_local: false,
            to_local: true,
            id: self.service().ids().next(),
            uri: Some(format!("http://x.test/follows/{from}")),
        };
        self.test.store.write(move |conn| follows::follow(conn, &relation, NOW)).await.unwrap();
    }

    /// Lets `bob` follow `ann`, and answers `cat`, who does not. Nobody has anything left to be told.
    async fn bob_follows_and_cat_does_not(&self) -> AccountId {
        let (bob, cat) = (self.remote("bob").await, self.remote("cat").await);
        self.follows_ann(bob).await;
        self.told().await;
        cat
    }

    /// A public post of another instance.
    async fn post_of(&self, author: AccountId) -> TweetId {
        let id = TweetId(self.service().ids().next());
        let uri = Some(format!("http://x.test/notes/{id}"));
        let command = CreateTweet::alone(
            crate::model::tweet::Tweet { local: false, uri, ..blank_tweet(id, author, NOW) },
            NOW,
        );
        self.service().write_tweet(command).await.unwrap()
    }

    async fn ann_posts(&self, text: &str, visibility: Visibility) -> TweetId {
        let new = NewTweet { text: text.to_owned(), visibility: Some(visibility), ..NewTweet::default() };
        self.service().create_tweet(self.ann.id, new).await.unwrap().tweet.id
    }

    /// Plans what the log has after the cursor, as one batch.
    async fn plan(&self) -> Result<()> {
        let batch = self.log().await;
        self.federation.plan_batch(batch, &self.planned, &self.trouble).await
    }

    /// Delivers until `stop` as this process, with so many sends at once.
    fn deliver(&self, at_once: usize, process: u8, stop: &CancellationToken) -> JoinHandle<()> {
        deliver(self.federation.clone(), DeliverySettings { at_once, process }, &self.planned, stop)
    }

    /// What the log has after the cursor.
    async fn log(&self) -> Vec<events::Logged> {
        let after = self.federation.planner().position().await.unwrap();
        database::settled_log(&self.test.store, after).await
    }

    /// Plans, and answers by account who gets which kinds of activities, in order. Then these are as if sent.
    async fn told(&self) -> BTreeMap<String, Vec<String>> {
        self.plan().await.unwrap();
        let read = self.test.store.write(|conn| {
            let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
            let mut sent = Vec::new();
            for host in waiting::hosts(conn)? {
                for row in deliveries::waiting(conn, &host, RowId(0), 500)? {
                    let body = deliveries::stored(conn, row.outgoing)?.unwrap().body;
                    let body: Value = serde_json::from_slice(&body).unwrap();
                    let name = row.inbox.rsplit("/users/").next().unwrap().replace("/inbox", "");
                    told.entry(name).or_default().push(body["type"].as_str().unwrap().to_owned());
                    sent.push(row.id.0);
                }
            }
            deliveries::finish(conn, sent)?;
            Ok(told)
        });
        read.await.unwrap()
    }

    /// What is planned for everybody: the activities, each once.
    async fn planned(&self) -> Vec<Value> {
        self.plan().await.unwrap();
        let read = self.test.store.write(|conn| {
            let (mut bodies, mut sent) = (BTreeMap::new(), Vec::new());
            for host in waiting::hosts(conn)? {
                for row in deliveries::waiting(conn, &host, RowId(0), 500)? {
                    sent.push(row.id.0);
                    let body = deliveries::stored(conn, row.outgoing)?.unwrap().body;
                    bodies.insert(row.outgoing, serde_json::from_slice(&body).unwrap());
                }
            }
            deliveries::finish(conn, sent)?;
            Ok(bodies)
        });
        read.await.unwrap().into_values().collect()
    }

    /// Who gets one activity each of this kind, and nothing else is told to anybody.
    async fn told_only(&self, kind: &str) -> Vec<String> {
        let told = self.told().await;
        assert!(told.values().all(|kinds| *kinds == [kind]), "{}: {kind} of {told:?}", self.engine);
        told.into_keys().collect()
    }
}

fn deliver(
    federation: Federation,
    settings: DeliverySettings,
    planned: &watch::Sender<()>,
    stop: &CancellationToken,
) -> JoinHandle<()> {
    let (planned, stop) = (planned.clone(), stop.clone());
    tokio::spawn(async move { federation.run_delivery(settings, &planned, stop).await })
}

async fn asked(peers: &MockServer, host: &str) -> usize {
    let requests = peers.received_requests().await.unwrap();
    requests.iter().filter(|request| request.headers["host"].to_str().unwrap() == host).count()
}

/// Waits until `host` has been asked so often.
async fn until_asked(peers: &MockServer, host: &str, times: usize) {
    let often_enough = async {
        let mut look = tokio::time::interval(Duration::from_millis(20));
        while asked(peers, host).await < times {
            look.tick().await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, often_enough).await;
    assert!(waited.is_ok(), "{host} was asked {} times, not {times}", asked(peers, host).await);
}
