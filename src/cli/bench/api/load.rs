//! Requests as fast as they are answered, over connections that stay open; as many to a server that has the same answer in
//! memory.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::routing::any;
use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::HERE;
use crate::cli::Failure;
use crate::cli::bench::report::{percentile_ms, rate};
use crate::error::Error;
use crate::http::server::Server;

/// Asked before the clock runs, so that what is kept in memory is there.
const WARM_UP: Duration = Duration::from_millis(500);
const HEAD_END: &[u8] = b"\r\n\r\n";

/// A request.
#[derive(Clone)]
pub(super) struct Asked {
    path: String,
    bytes: Bytes,
}

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

impl Asked {
    /// Reading.
    pub(super) fn get(path: &str, token: &str) -> Self {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {HERE}\r\nauthorization: Bearer {token}\r\n\r\n");
        Self { path: path.to_owned(), bytes: head.into() }
    }

    /// Writing.
    pub(super) fn post(path: &str, token: &str, body: &str) -> Self {
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {HERE}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        Self { path: path.to_owned(), bytes: head.into() }
    }

    /// The body of a good answer.
    pub(super) async fn answer_of(&self, address: SocketAddr) -> Result<Bytes, Failure> {
        let mut asker = Asker::connect(address).await?;
        asker.ask(self).await.map(Bytes::copy_from_slice)
    }
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
                asker.ask(&asked).await?;
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

/// A connection that stays open.
struct Asker {
    stream: TcpStream,
    /// What came of the answer, used again for each.
    answer: Vec<u8>,
}

impl Asker {
    async fn connect(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(256 * 1_024) })
    }

    /// Asks, and reads the answer to its end; one that is not good ends the bench.
    async fn ask(&mut self, asked: &Asked) -> Result<&[u8], Failure> {
        self.stream.write_all(&asked.bytes).await?;
        self.answer.clear();
        let mut wanted = None;
        loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err(Failure::Other("the server hung up".to_owned()));
            }
            if wanted.is_none() {
                wanted = ends(&self.answer)?;
            }
            if let Some((head, whole)) = wanted
                && self.answer.len() >= whole
            {
                return Ok(self.answer.get(head..).unwrap_or_default());
            }
        }
    }
}

/// Where the head ends and where all of it does, once the head is there.
fn ends(answer: &[u8]) -> Result<Option<(usize, usize)>, Failure> {
    let Some(place) = answer.windows(HEAD_END.len()).position(|window| window == HEAD_END) else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(answer.get(..place).unwrap_or_default()).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    match length.filter(|_| head.starts_with("http/1.1 200")) {
        Some(length) => {
            let begin = place.saturating_add(HEAD_END.len());
            Ok(Some((begin, begin.saturating_add(length))))
        }
        None => Err(Failure::Other(format!("not a good answer: {head}"))),
    }
}
