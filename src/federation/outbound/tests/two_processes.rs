//! Two processes over one database: no host is worked on by two at a time, and one takes over when the other dies.

use std::time::Instant;

use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, Request, ResponseTemplate};

use super::*;
use crate::clock::MINUTE_MS;
use crate::federation::DeliverySettings;

const HOSTS: usize = 12;
const POSTS: usize = 4;
/// How long a peer takes to answer.
const ANSWER: Duration = Duration::from_millis(40);

/// What arrived: host, the process that sent it, the activity, and when.
type Seen = Arc<Mutex<Vec<(String, String, String, Instant)>>>;

async fn peers(seen: &Seen) -> MockServer {
    let server = MockServer::start().await;
    let seen = Arc::clone(seen);
    let answer = move |request: &Request| {
        let header = |name: &str| request.headers[name].to_str().unwrap().to_owned();
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let id = body["id"].as_str().unwrap().to_owned();
        seen.lock().unwrap().push((header("host"), header("user-agent"), id, Instant::now()));
        ResponseTemplate::new(202).set_delay(ANSWER)
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// A process of the instance in `world`, with threads of its own, that delivers until it is dropped.
fn process(
    world: &World,
    peers: &MockServer,
    number: u8,
    stop: &CancellationToken,
) -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let client = Client::new(ClientSettings {
        off: false,
        insecure: true,
        dev_hosts: (0..HOSTS).map(|n| (format!("h{n}.test"), *peers.address())).collect(),
        user_agent: format!("process {number}"),
        per_host: 4,
    });
    let (service, stop) = (world.service().clone(), stop.clone());
    runtime.spawn(async move {
        let federation = Federation::open(service, client.unwrap(), InstanceKey::new([7; 32])).await.unwrap();
        federation
            .run_delivery(DeliverySettings { at_once: 4, process: number }, &watch::Sender::new(()), stop)
            .await;
    });
    runtime
}

async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let waited = async {
        let mut look = tokio::time::interval(Duration::from_millis(20));
        while !done().await {
            look.tick().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waited).await.is_ok(), "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_share_the_hosts_and_one_takes_over_when_another_dies() {
    for test in database::stores().await {
        let seen = Seen::default();
        let peers = peers(&seen).await;
        let world = world(test, BTreeMap::new()).await;
        for n in 0..HOSTS {
            let id = world.remote_on(&format!("p{n}"), &format!("h{n}.test")).await;
            world.follows_ann(id).await;
        }
        world.told().await;
        for n in 0..POSTS {
            world.ann_posts(&format!("post {n}"), Visibility::Public).await;
        }
        world.plan().await.unwrap();
        let stop = CancellationToken::new();
        let first = process(&world, &peers, 1, &stop);
        let second = process(&world, &peers, 2, &stop);
        until("both work", async || {
            let seen = seen.lock().unwrap();
            ["process 1", "process 2"].iter().all(|who| seen.iter().any(|(_, by, ..)| by == who))
        })
        .await;
        // It dies in the middle of its work: nothing is stored any more, and no lease given back.
        first.shutdown_background();
        world.clock.advance(2 * MINUTE_MS);
        until("all is delivered", async || world.test.store.read(deliveries::count).await.unwrap() == 0)
            .await;
        stop.cancel();
        second.shutdown_background();

        let seen = seen.lock().unwrap();
        let mut by_host: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for (host, by, id, at) in seen.iter() {
            by_host.entry(host).or_default().push((at, by, id));
        }
        assert_eq!(by_host.len(), HOSTS, "{}", world.engine);
        for (host, mut requests) in by_host {
            requests.sort();
            let ids: std::collections::BTreeSet<_> = requests.iter().map(|(.., id)| id).collect();
            assert_eq!(ids.len(), POSTS, "{}: {host} got each", world.engine);
            for pair in requests.windows(2) {
                let ((one_at, one, _), (next_at, next, _)) = (pair[0], pair[1]);
                let dead = one == "process 1";
                assert!(
                    one == next || dead || next_at.duration_since(*one_at) >= ANSWER,
                    "{}: {host} is worked on by two",
                    world.engine
                );
            }
        }
    }
}
