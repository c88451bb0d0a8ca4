//! Listeners of the stream: the time from a post to the last who hears of it, and what one costs.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::world::{World, person, say};
use crate::cli::Failure;
use crate::cli::bench::ground::Ground;
use crate::cli::bench::report::{Figure, number, percentile_ms};
use crate::cli::bench::wire::HERE;
use crate::error::Error;
use crate::model::account::SessionKind;
use crate::model::ids::AccountId;
use crate::service::Origin;

/// Posts that are written, one after the other.
const POSTS: usize = 20;
/// Listeners of one account on one network; the server takes more of either.
const TOGETHER: usize = 50;
/// How long a listener waits.
const PATIENCE: Duration = Duration::from_secs(30);
const PAGE_BYTES: f64 = 4_096.0;

/// Measures with so many listeners, each with a token of its own.
pub(super) async fn measure(
    ground: &Ground,
    world: &World,
    listeners: usize,
) -> Result<Vec<Figure>, Failure> {
    let before = resident()?;
    let mut open = Vec::with_capacity(listeners);
    // An account has only so many sessions, and a network so many streams.
    for (first, network) in (0..listeners).step_by(TOGETHER).zip(0..=u8::MAX) {
        let reader = person(ground, &format!("listener{first}")).await?;
        ground.app.service.follow(reader, world.author).await?;
        for _ in first..listeners.min(first.saturating_add(TOGETHER)) {
            open.push(Listener::connect(ground, reader, Ipv4Addr::new(127, 0, network, 1)).await?);
        }
    }
    let after = resident()?;
    let mut times = Vec::with_capacity(POSTS);
    for round in 0..POSTS {
        let mut hearing = JoinSet::new();
        let wanted = format!("over the wire {round}.");
        for mut listener in open.drain(..) {
            let wanted = wanted.clone();
            hearing.spawn(async move {
                listener.hear(wanted.as_bytes()).await?;
                Ok::<_, Failure>(listener)
            });
        }
        let begun = Instant::now();
        say(ground, world.author, wanted, None).await?;
        while let Some(heard) = hearing.join_next().await {
            open.push(heard.map_err(Error::internal)??);
        }
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(vec![
        Figure::new("from a post to the last listener", percentile_ms(&times, 50), "ms"),
        Figure::new("… at most", percentile_ms(&times, 100), "ms"),
        Figure::new("memory of a listener, both ends", (after - before) / number(listeners), "bytes"),
    ])
}

struct Listener {
    stream: TcpStream,
    came: Vec<u8>,
}

impl Listener {
    /// Opens the stream of this reader from this network and waits until it speaks.
    async fn connect(ground: &Ground, reader: AccountId, from: Ipv4Addr) -> Result<Self, Failure> {
        let service = &ground.app.service;
        let session = service.start_session(reader, SessionKind::Token, "read", Origin::default());
        let (_, token) = session.await?;
        let socket = TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        let stream = socket.connect(ground.address).await?;
        let mut listener = Self { stream, came: Vec::new() };
        let head = format!(
            "GET /api/v1/streaming/user HTTP/1.1\r\nhost: {HERE}\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        listener.stream.write_all(head.as_bytes()).await?;
        listener.hear(b":)\n").await?;
        Ok(listener)
    }

    /// Reads until these bytes came; what came before is forgotten.
    async fn hear(&mut self, wanted: &[u8]) -> Result<(), Failure> {
        let hearing = async {
            let mut looked = 0;
            loop {
                let fresh = self.came.get(looked..).unwrap_or_default();
                if fresh.windows(wanted.len()).any(|window| window == wanted) {
                    self.came.clear();
                    return Ok(());
                }
                // It may have begun at the end of what came so far.
                looked = self.came.len().saturating_sub(wanted.len());
                if self.stream.read_buf(&mut self.came).await? == 0 {
                    let came = String::from_utf8_lossy(&self.came);
                    return Err(Failure::Other(format!("a stream ended: {came}")));
                }
            }
        };
        match tokio::time::timeout(PATIENCE, hearing).await {
            Ok(heard) => heard,
            Err(_) => {
                let came = String::from_utf8_lossy(&self.came);
                Err(Failure::Other(format!("a listener heard nothing in time, only: {came}")))
            }
        }
    }
}

/// The memory of this process, server and listeners both, in bytes.
fn resident() -> Result<f64, Failure> {
    let told = std::fs::read_to_string("/proc/self/statm")?;
    let pages = told.split_whitespace().nth(1).and_then(|pages| pages.parse::<u32>().ok());
    Ok(f64::from(pages.unwrap_or_default()) * PAGE_BYTES)
}
