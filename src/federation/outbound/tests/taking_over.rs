//! A process that loses a host in the middle of its work lets it go, and who took it over sends what is left, in order.

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, Request, ResponseTemplate};

use super::super::deliver::LEASE_MS;
use super::*;
use crate::federation::DeliverySettings;
use crate::service::TweetChanges;
use crate::store::Conn;
use crate::store::instances::{self, LookAgain};

/// Far longer than any test waits.
const SLOW: Duration = Duration::from_secs(120);

/// Peers that take what they get, but for `bob.test`, which never answers the first process.
async fn peers() -> MockServer {
    let server = MockServer::start().await;
    let answer = |request: &Request| {
        let header = |name: &str| request.headers[name].to_str().unwrap().to_owned();
        let hangs = header("host") == "bob.test" && header("user-agent") == "process 1";
        ResponseTemplate::new(202).set_delay(if hangs { SLOW } else { Duration::ZERO })
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// The kinds of the activities that a process sent to a host, in order.
async fn sent_by(peers: &MockServer, process: &str, host: &str) -> Vec<String> {
    let requests = peers.received_requests().await.unwrap();
    let is = |request: &&Request, name: &str, value: &str| request.headers[name].to_str().unwrap() == value;
    let theirs = requests.iter().filter(|one| is(one, "user-agent", process) && is(one, "host", host));
    let kind = |one: &Request| serde_json::from_slice::<Value>(&one.body).unwrap()["type"].to_string();
    theirs.map(|one| kind(one).replace('"', "")).collect()
}

/// A process of the instance in `world` that delivers one thing at a time until `stop`.
async fn process(world: &World, peers: &MockServer, number: u8, stop: &CancellationToken) -> JoinHandle<()> {
    let client = Client::new(ClientSettings {
        off: false,
        insecure: true,
        dev_hosts: ["bob.test", "cal.test"].map(|host| (host.to_owned(), *peers.address())).into(),
        user_agent: format!("process {number}"),
        per_host: 4,
    });
    let key = InstanceKey::new([7; 32]);
    let federation = Federation::open(world.service().clone(), client.unwrap(), key).await.unwrap();
    deliver(federation, DeliverySettings { at_once: 1, process: number }, &world.planned, stop)
}

#[tokio::test]
async fn who_loses_a_host_in_the_middle_of_its_work_stops_and_the_next_one_sends_all_in_order() {
    for test in database::stores().await {
        let peers = peers().await;
        let world = world(test, BTreeMap::new()).await;
        world.remote("bob").await;
        world.remote("cal").await;
        let post = world.ann_posts("@bob@bob.test one", Visibility::Direct).await;
        for text in ["@bob@bob.test two", "@bob@bob.test three"] {
            world.clock.advance(1);
            world.plan().await.unwrap();
            let changes = TweetChanges { text: Some(text.to_owned()), ..TweetChanges::default() };
            world.service().edit_tweet(world.ann.id, post, changes).await.unwrap();
        }
        world.plan().await.unwrap();
        let stop = CancellationToken::new();
        let first = process(&world, &peers, 1, &stop).await;
        until_asked(&peers, "bob.test", 1).await;
        // This one waits for the only place, which the other host holds.
        world.ann_posts("@cal@cal.test", Visibility::Direct).await;
        world.plan().await.unwrap();
        // As if the process had slept for longer than its leases hold, and another had taken this host.
        let later_ms = world.clock.now_ms() + LEASE_MS;
        let take_over = move |conn: &mut Conn| {
            let taken = instances::lease(conn, "process 2", later_ms, later_ms + LEASE_MS, 9)?;
            instances::release(conn, "cal.test", LookAgain::default(), "process 2")?;
            Ok(taken.into_iter().any(|(host, _)| host == "bob.test"))
        };
        assert!(world.test.store.write(take_over).await.unwrap(), "{}", world.engine);
        world.clock.advance(LEASE_MS);
        // Only who lets the one host go has a place for the other.
        until_asked(&peers, "cal.test", 1).await;
        assert_eq!(sent_by(&peers, "process 1", "bob.test").await, ["Create"], "{}", world.engine);
        ended(&stop, first).await;

        let stop = CancellationToken::new();
        let second = process(&world, &peers, 2, &stop).await;
        let all_over = async {
            let mut look = tokio::time::interval(Duration::from_millis(20));
            while world.test.store.read(deliveries::count).await.unwrap() > 0 {
                look.tick().await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, all_over).await.is_ok(), "{}", world.engine);
        ended(&stop, second).await;
        let sent = sent_by(&peers, "process 2", "bob.test").await;
        // The first of them twice in all: receivers know it by its id.
        assert_eq!(sent, ["Create", "Update", "Update"], "{}", world.engine);
    }
}

async fn ended(stop: &CancellationToken, driver: JoinHandle<()>) {
    stop.cancel();
    tokio::time::timeout(PATIENCE, driver).await.unwrap().unwrap();
}
