//! Activities in: signed beforehand, sent over many connections, counted when acknowledged and when worked off.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;
use url::Url;

use super::{HERE, Keys};
use crate::cli::Failure;
use crate::cli::bench::ground::Ground;
use crate::cli::bench::report::{Figure, rate};
use crate::clock::Clock;
use crate::error::Error;
use crate::federation::signature::{BodyDigest, Form, Outgoing, Signer, sign};
use crate::model::ids::AccountId;
use crate::store::{accounts, inbox};

/// Hosts that write to us.
const HOSTS: usize = 32;
/// Authors on each of them.
const AUTHORS_PER_HOST: usize = 2;
/// Connections over which they do.
const CONNECTIONS: usize = 64;
/// How long the work on what was accepted may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often it is looked whether something still waits.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// An author elsewhere.
struct Author {
    uri: String,
    id: AccountId,
    key: usize,
}

/// Measures acceptance and processing of `count` posts by followed authors of other hosts.
pub(super) async fn measure(ground: &Ground, keys: &Keys, count: usize) -> Result<Vec<Figure>, Failure> {
    let reader = ground.person("reader").await?;
    let mut authors = Vec::new();
    for host in 0..HOSTS {
        for number in 0..AUTHORS_PER_HOST {
            let (name, host) = (format!("author{number}"), format!("writer{host}.bench"));
            let key = authors.len() % keys.len();
            let public = keys.public(key)?;
            let id = ground.remote((&name, &host), &reader, Some(&public)).await?;
            ground.bond((reader.id, true), (id, false)).await?;
            authors.push(Author { uri: format!("http://{host}/users/{name}"), id, key });
        }
    }
    eprintln!("signing {count} activities …");
    let requests = signed(&authors, keys, count).await?;
    eprintln!("sending them …");
    let begun = Instant::now();
    send(ground.address, requests).await?;
    let accepted = begun.elapsed();
    worked_off(ground).await?;
    let processed = begun.elapsed();
    check(ground, &authors, count).await?;
    Ok(vec![
        Figure::new("activities accepted durably", rate(count, accepted), "a second"),
        Figure::new("activities worked off", rate(count, processed), "a second"),
    ])
}

/// The requests, dealt to the connections.
async fn signed(authors: &[Author], keys: &Keys, count: usize) -> Result<Vec<Vec<Vec<u8>>>, Failure> {
    let mut hands: JoinSet<Result<Vec<Vec<u8>>, Error>> = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let mine = (connection..count).step_by(CONNECTIONS);
        let plan: Vec<(usize, String, usize)> = mine
            .filter_map(|number| {
                let author = authors.get(number % authors.len().max(1))?;
                Some((number, author.uri.clone(), author.key))
            })
            .collect();
        let keys = keys.clone();
        hands.spawn_blocking(move || {
            plan.into_iter().map(|(number, author, key)| request(number, &author, &keys, key)).collect()
        });
    }
    let mut dealt = Vec::new();
    while let Some(hand) = hands.join_next().await {
        dealt.push(hand.map_err(Error::internal)??);
    }
    Ok(dealt)
}

/// One post as it comes over the wire.
fn request(number: usize, author: &str, keys: &Keys, key: usize) -> Result<Vec<u8>, Error> {
    let (to, cc) = (["https://www.w3.org/ns/activitystreams#Public"], [format!("{author}/followers")]);
    let note = json!({ "id": format!("{author}/notes/{number}"), "type": "Note", "attributedTo": author,
        "content": format!("<p>Post number {number} of this author, about as long as most of them are</p>"),
        "to": to, "cc": cc });
    let create = json!({ "@context": "https://www.w3.org/ns/activitystreams", "type": "Create", "actor": author,
        "id": format!("{author}/notes/{number}/activity"), "to": to, "cc": cc, "object": note });
    let body = serde_json::to_vec(&create).map_err(Error::internal)?;
    let url = Url::parse(&format!("http://{HERE}/inbox")).map_err(Error::internal)?;
    let digest = BodyDigest::of(&body);
    let now_ms = Clock::system().now_ms();
    let outgoing = Outgoing {
        method: &Method::POST,
        url: &url,
        digest: Some(&digest),
        now_ms,
        path_only: false,
        synchronization: None,
    };
    let key_id = format!("{author}#main-key");
    let signer = Signer { key: keys.pair(key)?, key_id: &key_id };
    let headers = sign(Form::Cavage, &signer, &outgoing).map_err(Error::internal)?;
    let mut request = format!("POST /inbox HTTP/1.1\r\nhost: {HERE}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in &headers {
        request.push_str(&format!("{name}: {}\r\n", value.to_str().map_err(Error::internal)?));
    }
    request.push_str("\r\n");
    let mut request = request.into_bytes();
    request.extend(body);
    Ok(request)
}

async fn send(address: SocketAddr, requests: Vec<Vec<Vec<u8>>>) -> Result<(), Failure> {
    let mut connections = JoinSet::new();
    for mine in requests {
        connections.spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            for request in mine {
                stream.write_all(&request).await?;
                accepted(&mut stream).await?;
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(sent) = connections.join_next().await {
        sent.map_err(Error::internal)??;
    }
    Ok(())
}

/// Reads one answer to its end and makes sure that it is a 202 without a body.
async fn accepted(stream: &mut TcpStream) -> Result<(), Failure> {
    let mut answer = Vec::with_capacity(1_024);
    while !answer.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(Failure::Other("the server hung up".to_owned()));
        }
    }
    if answer.starts_with(b"HTTP/1.1 202") {
        return Ok(());
    }
    Err(Failure::Other(format!("an activity was not accepted: {}", String::from_utf8_lossy(&answer))))
}

async fn worked_off(ground: &Ground) -> Result<(), Failure> {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        let (waiting, parked) = ground.store.read(inbox::counts).await.map_err(Error::from)?;
        if parked > 0 {
            return Err(Failure::Other(format!("{parked} activities could not be worked off")));
        }
        if waiting == 0 {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(Failure::Other("the activities were not worked off in time".to_owned()))
}

/// A figure counts only if every post is there.
async fn check(ground: &Ground, authors: &[Author], count: usize) -> Result<(), Failure> {
    let ids: Arc<[AccountId]> = authors.iter().map(|author| author.id).collect();
    let stored = ground.store.read(move |conn| {
        let mut stored = 0_i64;
        for id in ids.iter() {
            stored += accounts::by_id(conn, *id)?.map_or(0, |account| account.tweets_count);
        }
        Ok(stored)
    });
    let stored = stored.await.map_err(Error::from)?;
    if usize::try_from(stored).is_ok_and(|stored| stored == count) {
        return Ok(());
    }
    Err(Failure::Other(format!("{stored} of {count} posts are there")))
}
