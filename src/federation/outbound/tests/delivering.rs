use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, Request, ResponseTemplate};

use super::*;
use crate::clock::MINUTE_MS;

/// Peers that answer 401, but for those whose name begins with `good`.
async fn peers() -> MockServer {
    let server = MockServer::start().await;
    let answer = |request: &Request| {
        let good = request.headers["host"].to_str().unwrap().starts_with("good");
        ResponseTemplate::new(if good { 202 } else { 401 })
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// Waits until it is stored that the delivery to `host` was refused so often.
async fn until_refused(world: &World, host: &str, times: i64) {
    let stored = async {
        let mut look = tokio::time::interval(Duration::from_millis(20));
        loop {
            let host = host.to_owned();
            let read = move |conn: &mut crate::store::Conn| deliveries::waiting(conn, &host, RowId(0), 1);
            let rows = world.test.store.read(read).await.unwrap();
            if rows.iter().all(|row| row.fared.refusals >= times) {
                return rows.len();
            }
            look.tick().await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, stored).await;
    assert_eq!(waited, Ok(1), "{}: {host} was not refused {times} times", world.engine);
}

#[tokio::test]
async fn hosts_that_refuse_for_now_hold_up_nobody_and_are_asked_again_in_time() {
    for test in database::stores().await {
        let peers = peers().await;
        let sour: Vec<String> = (0..6).map(|number| format!("sour{number}")).collect();
        let names = sour.iter().map(String::as_str).chain(["good", "good2"]);
        let hosts = names.clone().map(|name| (format!("{name}.test"), *peers.address())).collect();
        let world = world(test, hosts).await;
        for name in names {
            world.remote(name).await;
        }
        let stop = CancellationToken::new();
        // Room for four lanes, fewer than there are sour hosts.
        let driver = world.deliver(2, 0, &stop);
        let mentions: String = sour.iter().map(|name| format!("@{name}@{name}.test ")).collect();
        world.ann_posts(&mentions, Visibility::Direct).await;
        world.plan().await.unwrap();
        for name in &sour {
            // In both forms of signatures.
            until_asked(&peers, &format!("{name}.test"), 2).await;
        }
        world.ann_posts("@good@good.test @good2@good2.test", Visibility::Direct).await;
        world.plan().await.unwrap();
        until_asked(&peers, "good.test", 1).await;
        until_asked(&peers, "good2.test", 1).await;
        assert_eq!(asked(&peers, "sour0.test").await, 2, "{}: its pause holds", world.engine);
        for (refusals, minutes) in (1..).zip([1, 10, 60]) {
            for name in &sour {
                until_refused(&world, &format!("{name}.test"), refusals).await;
            }
            world.clock.advance(minutes * MINUTE_MS);
            world.planned.send_replace(());
        }
        // Four times refused is refused for good.
        none_waits(&world).await;
        assert_eq!(asked(&peers, "sour0.test").await, 8, "{}: in both forms each time", world.engine);
        stop.cancel();
        tokio::time::timeout(PATIENCE, driver).await.unwrap().unwrap();
    }
}
