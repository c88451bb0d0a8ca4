//! Requests as fast as they are answered, over connections that stay open; as many to a server that has the same answer in
//! memory.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::routing::any;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::cli::Failure;
use crate::cli::bench::report::{percentile_ms, rate};
use crate::cli::bench::wire::{Asked, Asker};
use crate::error::Error;
use crate::http::server::Server;

/// Asked before the clock runs, so that what is kept in memory is there.
const WARM_UP: Duration = Duration::from_millis(500);

/// How a load was answered.
pub(super) struct Measured {
    pub(super) a_second: f64,
    /// What 99 of 100 answers took at most.
    pub(super) slowest_ms: f64,
}

/// How much is asked at once, and for how long.
pub(super) struct Load {
    pub(super) connections: usize,
    pub(super) time: Duration,
}

impl Load {
    /// Asks a server.
    pub(super) async fn on(&self, address: SocketAddr, asked: &Asked) -> Result<Measured, Failure> {
        ask_for(WARM_UP, self.connections, address, asked).await?;
        let begun = Instant::now();
        let mut times = ask_for(self.time, self.connections, address, asked).await?;
        let took = begun.elapsed();
        times.sort_unstable();
        Ok(Measured { a_second: rate(times.len(), took), slowest_ms: percentile_ms(&times, 99) })
    }

    /// Asks a server that has the answer in memory.
    pub(super) async fn on_memory(&self, asked: &Asked, answer: Bytes) -> Result<Measured, Failure> {
        let path = asked.path.split('?').next().unwrap_or_default().to_owned();
        let handler = move || {
            let answer = answer.clone();
            async move { ([(CONTENT_TYPE, "application/json")], Body::from(answer)) }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let mut server = Server::default();
        server.limits.max_per_client = self.connections.saturating_add(1);
        let stop = CancellationToken::new();
        let router = Router::new().route(&path, any(handler));
        let serving = tokio::spawn(server.run(listener, router, stop.clone()));
        let measured = self.on(address, asked).await;
        stop.cancel();
        serving.await.map_err(Error::internal)?;
        measured
    }
}

/// The time of each answer.
async fn ask_for(
    time: Duration,
    connections: usize,
    address: SocketAddr,
    asked: &Asked,
) -> Result<Vec<Duration>, Failure> {
    let end = Instant::now() + time;
    let mut askers = JoinSet::new();
    for _ in 0..connections {
        let (asked, mut asker) = (asked.clone(), Asker::connect(address).await?);
        askers.spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < end {
                let begun = Instant::now();
                asker.good(&asked).await?;
                times.push(begun.elapsed());
            }
            Ok::<_, Failure>(times)
        });
    }
    let mut all = Vec::new();
    while let Some(times) = askers.join_next().await {
        all.extend(times.map_err(Error::internal)??);
    }
    Ok(all)
}
