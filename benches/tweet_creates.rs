//! Durable tweet creates a second over HTTP at 64 connections, beside a bare group commit of the same rows in
//! the same run. `cargo bench --bench tweet_creates`; with `ROOKERY_BENCH_POSTGRES=postgres://…` (a server with
//! fsync on) it measures PostgreSQL too. The ratio is what counts: the figures are the machine's.

#![expect(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a bench stops at the first surprise"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rookery::app::App;
use rookery::config::{self, Config};
use rookery::http;
use rookery::model::account::{Role, SessionKind, UserState};
use rookery::service::{Origin, SignUp};
use rookery::telemetry::metrics;
use sqlx::Connection as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const CONNECTIONS: usize = 64;
const MEASURED: Duration = Duration::from_secs(8);
const WARM_UP: Duration = Duration::from_secs(2);

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let metrics = metrics::install().unwrap();
    println!("{:<12} {:>16} {:>18} {:>8}", "engine", "creates/s (HTTP)", "bare rows/s", "ratio");
    let mut engines = vec![("sqlite", None)];
    if let Ok(server) = std::env::var("ROOKERY_BENCH_POSTGRES") {
        engines.push(("postgres", Some(server)));
    }
    for (engine, server) in engines {
        let folder = tempfile::tempdir().unwrap();
        let database = server.map(|server| runtime.block_on(fresh_database(&server)));
        let config = config_for(folder.path(), database.as_deref());
        let over_http = runtime.block_on(measure_http(&config, metrics.clone()));
        let bare = match &database {
            None => bare_sqlite(&folder.path().join("rookery.db")),
            Some(url) => runtime.block_on(bare_postgres(url)),
        };
        println!("{engine:<12} {over_http:>16.0} {bare:>18.0} {:>8.2}", over_http / bare);
    }
}

fn config_for(folder: &std::path::Path, database: Option<&str>) -> Config {
    let set = |name: &str, value: &str| (name.to_owned().into(), value.to_owned().into());
    let environment = [
        set("ROOKERY_DATA_DIR", folder.to_str().unwrap()),
        set("ROOKERY_DATABASE_URL", database.unwrap_or("")),
        set("ROOKERY_RATE_LIMITS", "off"),
    ];
    config::load(None, environment).unwrap()
}

/// Creates a second over HTTP: each connection sends the next request when the answer of the last has come.
async fn measure_http(config: &Config, metrics: metrics::Metrics) -> f64 {
    let app = App::open(config, 0).await.unwrap();
    let state = app.start().await.unwrap();
    let base_url = app.service.addresses().base().clone();
    let gateway = http::gateway(config, base_url, app.service.clock().clone());
    let router = http::router(state, gateway, app.checks(), metrics);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut server = http::server(config);
    server.limits.max_per_client = 2 * CONNECTIONS;
    let stop = tokio_util::sync::CancellationToken::new();
    let serving = tokio::spawn(server.run(listener, router, stop.clone()));

    let done = Arc::new(AtomicU64::new(0));
    let mut clients = Vec::new();
    for n in 0..CONNECTIONS {
        let token = token(&app, n).await;
        clients.push(tokio::spawn(create_tweets(address, token, Arc::clone(&done))));
    }
    tokio::time::sleep(WARM_UP).await;
    let before = done.load(Ordering::Relaxed);
    let begun = Instant::now();
    tokio::time::sleep(MEASURED).await;
    let rate = (done.load(Ordering::Relaxed) - before) as f64 / begun.elapsed().as_secs_f64();
    clients.iter().for_each(|client| client.abort());
    for client in clients {
        let _ = client.await;
    }
    stop.cancel();
    serving.await.unwrap();
    app.close().await;
    rate
}

async fn token(app: &App, n: usize) -> String {
    let new = SignUp {
        username: format!("person{n}"),
        email: format!("person{n}@example.org"),
        password: "correct horse battery".to_owned(),
        language: None,
        reason: String::new(),
    };
    let user = app.service.create_user(new, Role::User, UserState::Active).await.unwrap();
    let started = app.service.start_session(
        user.account_id,
        SessionKind::Token,
        "read write",
        Origin { name: "bench".to_owned(), address: String::new() },
    );
    started.await.unwrap().1
}

async fn create_tweets(address: std::net::SocketAddr, token: String, done: Arc<AtomicU64>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answer = vec![0; 64 * 1024];
    for n in 0_u64.. {
        let body = format!("{{\"text\":\"tweet number {n} of this connection, about as long as most are\"}}");
        let request = format!(
            "POST /api/tweets HTTP/1.1\r\nHost: localhost:8080\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        read_answer(&mut stream, &mut answer).await;
        done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Reads one answer to its end and makes sure that it is a 201.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await.unwrap();
        assert!(read > 0, "the server hung up");
        filled += read;
        let text = std::str::from_utf8(&buffer[..filled]).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length: usize = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())
            .unwrap();
        if body.len() >= length {
            assert!(head.starts_with("HTTP/1.1 201"), "{text}");
            return;
        }
    }
}

/// The rows of a plain tweet, as many in one commit as there are connections, by one writer with fsync.
fn bare_sqlite(path: &std::path::Path) -> f64 {
    let mut link = rusqlite::Connection::open(path).unwrap();
    link.execute_batch("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on")
        .unwrap();
    let author: i64 = link.query_row("select min(id) from accounts", [], |row| row.get(0)).unwrap();
    let begun = Instant::now();
    let mut rows = 0_i64;
    while begun.elapsed() < MEASURED {
        let unit = link.transaction().unwrap();
        for _ in 0..CONNECTIONS {
            rows += 1;
            unit.prepare_cached(TWEET.0).unwrap().execute((rows, author)).unwrap();
            unit.prepare_cached("update accounts set tweets_count = tweets_count + 1 where id = ?1")
                .unwrap()
                .execute([author])
                .unwrap();
            unit.prepare_cached("insert into events (payload, created_at) values ('{}', ?1)")
                .unwrap()
                .execute([rows])
                .unwrap();
        }
        unit.commit().unwrap();
    }
    rows as f64 / begun.elapsed().as_secs_f64()
}

/// The same rows in sets on one connection.
async fn bare_postgres(url: &str) -> f64 {
    let mut link = sqlx::PgConnection::connect(url).await.unwrap();
    let author: i64 = sqlx::query_scalar("select min(id) from accounts").fetch_one(&mut link).await.unwrap();
    let begun = Instant::now();
    let mut rows = 0_i64;
    while begun.elapsed() < MEASURED {
        let ids: Vec<i64> = (rows + 1..=rows + CONNECTIONS as i64).collect();
        rows += CONNECTIONS as i64;
        let mut unit = link.begin().await.unwrap();
        sqlx::query(TWEET.1).bind(&ids).bind(author).execute(&mut *unit).await.unwrap();
        sqlx::query("update accounts set tweets_count = tweets_count + $2 where id = $1")
            .bind(author)
            .bind(CONNECTIONS as i64)
            .execute(&mut *unit)
            .await
            .unwrap();
        sqlx::query(
            "insert into events (payload, created_at) select '{}', id from unnest($1::bigint[]) as v(id)",
        )
        .bind(&ids)
        .execute(&mut *unit)
        .await
        .unwrap();
        unit.commit().await.unwrap();
    }
    rows as f64 / begun.elapsed().as_secs_f64()
}

/// One row by id and author (SQLite), and a set of rows by ids and author (PostgreSQL).
const TWEET: (&str, &str) = (
    "insert into tweets (id, account_id, local, visibility, text, html, thread_id, created_at)
     values (?1, ?2, true, 0, 'tweet of about this length, as most are', '<p>tweet of about this length</p>', ?1, ?1)",
    "insert into tweets (id, account_id, local, visibility, text, html, thread_id, created_at)
     select id, $2, true, 0, 'tweet of about this length, as most are', '<p>tweet of about this length</p>', id, id
     from unnest($1::bigint[]) as v(id)",
);

async fn fresh_database(server: &str) -> String {
    let name = format!("bench_{}", std::process::id());
    let mut link = sqlx::PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&mut link).await.unwrap();
    format!("{server}/{name}")
}
