//! Streams through real sockets, on both engines.

mod client;
mod endings;
mod events;
mod frames;

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::http::api::tests::world::{World, worlds};
use crate::http::server::Server;
use crate::store::events as log;

/// How long a test waits for what takes a moment; then it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a socket, whose streams follow the log.
struct Live {
    world: World,
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    streaming: JoinHandle<()>,
}

async fn live() -> Vec<Live> {
    let mut all = Vec::new();
    for world in worlds().await {
        let stop = CancellationToken::new();
        let start = world.service.store().read(log::head).await.unwrap();
        let streaming = tokio::spawn(crate::stream::run(world.stream.clone(), start, stop.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(Server::default().run(listener, world.router.clone(), stop.clone()));
        assert!(world.stream.progress().reached(start, PATIENCE).await);
        all.push(Live { world, address, stop, serving, streaming });
    }
    all
}

async fn bounded<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("in time")
}

/// A status as reading answers it, as anybody sees it who did nothing to it.
fn unmarked(mut status: Value) -> Value {
    let members = status.as_object_mut().unwrap();
    for mark in ["favourited", "reblogged", "muted", "bookmarked", "pinned", "filtered"] {
        members.remove(mark);
    }
    for inner in ["reblog", "quote"] {
        if members[inner].is_object() {
            let seen = match inner {
                "quote" => members[inner].get_mut("quoted_status").map(Value::take),
                _ => Some(members[inner].take()),
            };
            if let Some(seen) = seen.filter(Value::is_object) {
                match inner {
                    "quote" => members[inner]["quoted_status"] = unmarked(seen),
                    _ => members[inner] = unmarked(seen),
                }
            }
        }
    }
    status
}
