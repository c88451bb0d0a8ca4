//! The server over real loopback sockets.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::*;

/// Far longer than any limit under test; a test that reaches it has failed.
const BOUND: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(60);
const LONG: Duration = Duration::from_secs(60);
const REQUEST: &[u8] = b"GET /hello HTTP/1.1\r\nHost: test\r\n\r\n";

/// Limits that never strike; each test shortens the one it is about.
fn patient() -> ServerLimits {
    ServerLimits {
        max_connections: 10,
        max_per_client: 10,
        first_byte: LONG,
        head: LONG,
        idle: LONG,
        stalled: LONG,
        drain: LONG,
    }
}

struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<()>,
    /// Says that `/wait` was called; what is sent through the sender is its answer.
    called: mpsc::Receiver<tokio::sync::oneshot::Sender<&'static str>>,
}

async fn run(limits: ServerLimits, trusted: &[&str]) -> Running {
    let (call, called) = mpsc::channel(8);
    let wait = move || {
        let call = call.clone();
        async move {
            let (answer, answered) = tokio::sync::oneshot::channel();
            call.send(answer).await.unwrap();
            answered.await.unwrap_or("dropped")
        }
    };
    let router = Router::new()
        .route("/hello", get(async |peer: axum::Extension<PeerAddr>| peer.0.0.ip().to_string()))
        .route("/endless", get(async || Body::from(vec![b'x'; 64 << 20])))
        .route("/echo", get(echo))
        .route("/wait", get(wait));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let server = Server { limits, trusted_proxies: TrustedProxies::parse(trusted).unwrap() };
    let ended = tokio::spawn(server.run(listener, router, stop.clone()));
    Running { address, stop, ended, called }
}

/// Leaves HTTP and sends back what comes.
async fn echo(mut request: Request) -> impl IntoResponse {
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let (mut reading, mut writing) = tokio::io::split(TokioIo::new(upgraded.await.unwrap()));
        tokio::io::copy(&mut reading, &mut writing).await.unwrap();
    });
    (StatusCode::SWITCHING_PROTOCOLS, [("connection", "upgrade"), ("upgrade", "echo")])
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// What comes until the server closes.
async fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset after the last byte is an end too.
    let _ = tokio::time::timeout(BOUND, stream.read_to_end(&mut bytes)).await.expect("the server closes");
    bytes
}

/// One answer to `/hello` on a connection that stays open.
async fn read_hello(stream: &mut TcpStream) {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"127.0.0.1") {
        let read = tokio::time::timeout(BOUND, stream.read_buf(&mut bytes)).await.unwrap().unwrap();
        assert!(read > 0, "closed after {:?}", String::from_utf8_lossy(&bytes));
    }
    assert!(bytes.starts_with(b"HTTP/1.1 200 OK"));
}

/// A body is refused, read all the same, and the connection goes on.
#[tokio::test]
async fn who_sends_a_big_body_to_where_none_is_read_is_told_so_and_asks_on() {
    let server = run(patient(), &[]).await;
    let mut stream = server.connect().await;
    for size in [10, 300_000, 3_000_000] {
        let head = format!("POST /nowhere HTTP/1.1\r\nHost: test\r\nContent-Length: {size}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        bounded(stream.write_all(&vec![b'x'; size])).await.expect("all of it is taken");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let read = bounded(stream.read_buf(&mut answer)).await.unwrap();
            assert!(read > 0, "closed after {:?}", String::from_utf8_lossy(&answer));
        }
        assert!(answer.starts_with(b"HTTP/1.1 404"), "{:?}", String::from_utf8_lossy(&answer));
        stream.write_all(REQUEST).await.unwrap();
        read_hello(&mut stream).await;
    }
}

async fn bounded<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(BOUND, what).await.expect("in time")
}

#[tokio::test]
async fn one_connection_carries_many_requests_and_shows_its_peer() {
    let server = run(patient(), &[]).await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        stream.write_all(REQUEST).await.unwrap();
        read_hello(&mut stream).await;
    }
}

#[tokio::test]
async fn a_client_that_says_nothing_is_cut() {
    let server = run(ServerLimits { first_byte: SHORT, ..patient() }, &[]).await;
    let mut stream = server.connect().await;
    assert_eq!(read_all(&mut stream).await, b"");
}

#[tokio::test]
async fn a_client_that_does_not_finish_its_head_is_cut() {
    let server = run(ServerLimits { head: SHORT, ..patient() }, &[]).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /hello HTTP/1.1\r\nX: ").await.unwrap();
    assert_eq!(read_all(&mut stream).await, b"");
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_busy_one_is_not() {
    let mut server = run(ServerLimits { idle: SHORT, ..patient() }, &[]).await;
    let mut idle = server.connect().await;
    let mut busy = server.connect().await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").await.unwrap();
    let answer = bounded(server.called.recv()).await.unwrap();

    idle.write_all(REQUEST).await.unwrap();
    read_hello(&mut idle).await;
    assert_eq!(read_all(&mut idle).await, b"", "closed without a word");

    answer.send("after all").unwrap();
    assert!(read_all(&mut busy).await.ends_with(b"after all"));
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_cut() {
    let server = run(ServerLimits { stalled: SHORT, max_connections: 1, ..patient() }, &[]).await;
    let mut stalled = server.connect().await;
    stalled.write_all(b"GET /endless HTTP/1.1\r\nHost: test\r\n\r\n").await.unwrap();
    // Only when the stalled connection is gone is there a place for another.
    bounded(async {
        loop {
            let mut next = server.connect().await;
            let _ = next.write_all(b"GET /hello HTTP/1.0\r\n\r\n").await;
            if read_all(&mut next).await.ends_with(b"127.0.0.1") {
                break;
            }
        }
    })
    .await;
    assert!(read_all(&mut stalled).await.len() < 64 << 20);
}

#[tokio::test]
async fn one_client_has_only_so_many_connections_and_a_trusted_proxy_any() {
    let limits = ServerLimits { max_per_client: 2, ..patient() };
    let server = run(limits.clone(), &[]).await;
    let _held = (server.connect().await, server.connect().await);
    let refused = read_all(&mut server.connect().await).await;
    assert!(refused.starts_with(b"HTTP/1.1 429 "), "{}", String::from_utf8_lossy(&refused));

    let behind_proxy = run(limits, &["127.0.0.0/8"]).await;
    let _held = (behind_proxy.connect().await, behind_proxy.connect().await);
    let mut third = behind_proxy.connect().await;
    third.write_all(REQUEST).await.unwrap();
    read_hello(&mut third).await;
}

#[tokio::test]
async fn a_full_server_says_so() {
    let server = run(ServerLimits { max_connections: 1, ..patient() }, &["127.0.0.1"]).await;
    let _held = server.connect().await;
    let refused = read_all(&mut server.connect().await).await;
    assert!(refused.starts_with(b"HTTP/1.1 503 "), "{}", String::from_utf8_lossy(&refused));
}

#[tokio::test]
async fn an_upgraded_connection_keeps_its_place() {
    let limits = ServerLimits { max_connections: 1, ..patient() };
    let server = run(limits, &[]).await;
    let mut upgraded = server.connect().await;
    let head = b"GET /echo HTTP/1.1\r\nHost: test\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    upgraded.write_all(head).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        assert!(bounded(upgraded.read_buf(&mut answer)).await.unwrap() > 0);
    }
    assert!(answer.starts_with(b"HTTP/1.1 101 "));
    assert!(read_all(&mut server.connect().await).await.starts_with(b"HTTP/1.1 503 "));
    upgraded.write_all(b"ping").await.unwrap();
    let mut echoed = [0; 4];
    bounded(upgraded.read_exact(&mut echoed)).await.unwrap();
    assert_eq!(&echoed, b"ping");
}

#[tokio::test]
async fn a_request_names_one_host() {
    let server = run(patient(), &[]).await;
    for (head, status) in [
        ("GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n", "400"),
        ("GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", "400"),
        ("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200"),
        ("GET /hello HTTP/1.0\r\n\r\n", "200"),
    ] {
        let mut stream = server.connect().await;
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = String::from_utf8(read_all(&mut stream).await).unwrap();
        assert_eq!(answer.split(' ').nth(1), Some(status), "{head:?}: {answer}");
    }
}

#[tokio::test]
async fn too_large_a_head_is_refused() {
    let server = run(patient(), &[]).await;
    let mut stream = server.connect().await;
    let head = format!("GET /hello HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(MAX_HEAD));
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(read_all(&mut stream).await.starts_with(b"HTTP/1.1 431 "));
}

#[tokio::test]
async fn stopping_closes_idle_connections_and_lets_a_running_request_end() {
    let mut server = run(patient(), &[]).await;
    let mut silent = server.connect().await;
    let mut idle = server.connect().await;
    idle.write_all(REQUEST).await.unwrap();
    read_hello(&mut idle).await;
    let mut busy = server.connect().await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nHost: test\r\n\r\n").await.unwrap();
    let answer = bounded(server.called.recv()).await.unwrap();

    server.stop.cancel();
    assert_eq!(read_all(&mut silent).await, b"");
    assert_eq!(read_all(&mut idle).await, b"");
    assert!(!server.ended.is_finished());
    answer.send("to the end").unwrap();
    assert!(read_all(&mut busy).await.ends_with(b"to the end"));
    bounded(server.ended).await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody listens");
}

#[tokio::test]
async fn a_request_that_does_not_end_is_cut_after_the_drain_time() {
    let mut server = run(ServerLimits { drain: SHORT, ..patient() }, &[]).await;
    let mut busy = server.connect().await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nHost: test\r\n\r\n").await.unwrap();
    let mut never_answered = bounded(server.called.recv()).await.unwrap();
    server.stop.cancel();
    bounded(server.ended).await.unwrap();
    assert_eq!(read_all(&mut busy).await, b"");
    bounded(never_answered.closed()).await;
}
