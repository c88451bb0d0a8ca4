//! The database of a world: people, who follows whom, and what they wrote in the last month.

use std::iter;
use std::path::Path;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use rand_distr::Distribution as _;
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::SeedableRng as _;

use super::shape::Shape;
use super::words::Words;
use crate::cli::Failure;
use crate::clock::{Clock, DAY_MS, Millis};
use crate::error::Error;
use crate::model::account::{Account, Role, Session, SessionKind, User, UserState};
use crate::model::ids::{AccountId, SessionId, TweetId, floor_at};
use crate::secrets;
use crate::store::seeding::{self, Person, Post};
use crate::store::{Conn, Place, Settings, Store, StoreError};

/// What people wrote before the bench begins reaches this far back.
const PAST_MS: Millis = 30 * DAY_MS;
const SCOPES: &str = "read write follow push";
const PEOPLE_AT_ONCE: usize = 1_000;
const ROWS_AT_ONCE: usize = 20_000;
/// Posts to react to at first.
const REACTED_TO: usize = 200;

/// What a world is made of, besides its shape.
#[derive(Clone)]
pub(super) struct Filled {
    /// The account of each number.
    pub(super) accounts: Arc<Vec<AccountId>>,
    /// A token of each number.
    pub(super) tokens: Arc<Vec<String>>,
    /// Posts to react to at first, the newest.
    pub(super) newest: Vec<TweetId>,
}

/// Where a database is: in this folder, or the PostgreSQL one that is named.
pub(super) fn place(folder: &Path, database: Option<&str>) -> Place {
    match database {
        Some(url) => Place::Postgres(url.to_owned()),
        None => Place::Sqlite(folder.join("rookery.db")),
    }
}

/// Opens it.
pub(super) async fn open(place: Place) -> Result<Store, Failure> {
    let settings = Settings { place, connections: 4 };
    let opened = tokio::task::spawn_blocking(move || Store::open(&settings)).await;
    Ok(opened.map_err(Error::internal)?.map_err(Error::from)?)
}

/// Closes it, and waits until all of it is on the disk.
pub(super) async fn close(store: Store) -> Result<(), Failure> {
    Ok(tokio::task::spawn_blocking(move || store.close()).await.map_err(Error::internal)?)
}

/// A bar that counts, on standard error.
pub(super) fn bar(what: &str, all: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:32} {wide_bar} {human_pos}/{human_len} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(u64::try_from(all).unwrap_or(u64::MAX)).with_style(style);
    bar.with_message(what.to_owned())
}

/// Posts that are written as if they were old.
#[derive(Clone, Copy, Debug)]
pub(super) struct Past {
    /// How many.
    pub(super) posts: usize,
    /// Between which ages, the younger first; evenly.
    pub(super) ages_ms: (Millis, Millis),
    /// Another seed draws others.
    pub(super) seed: u64,
}

impl Past {
    /// So many in the last month.
    pub(super) fn month(posts: usize, seed: u64) -> Self {
        Self { posts, ages_ms: (0, PAST_MS), seed }
    }
}

/// Fills an empty database with the people of this shape and what they wrote.
pub(super) async fn fill(store: &Store, shape: &Shape, past: Past) -> Result<Filled, Failure> {
    let now_ms = Clock::system().now_ms();
    write(store, seeding::begin).await?;
    let (accounts, tokens) = people(store, shape, now_ms).await?;
    follows(store, shape, &accounts, now_ms).await?;
    let newest = posts(store, shape, &accounts, past).await?;
    finish(store, &accounts).await?;
    Ok(Filled { accounts: Arc::new(accounts), tokens: Arc::new(tokens), newest })
}

/// Lets the people of a filled database have written more.
pub(super) async fn add(store: &Store, shape: &Shape, filled: &Filled, past: Past) -> Result<(), Failure> {
    write(store, seeding::begin).await?;
    posts(store, shape, &filled.accounts, past).await?;
    finish(store, &filled.accounts).await
}

async fn finish(store: &Store, accounts: &[AccountId]) -> Result<(), Failure> {
    let work = bar("making indexes and counting", accounts.len());
    write(store, seeding::end).await?;
    for some in accounts.chunks(PEOPLE_AT_ONCE) {
        if let (Some(&from), Some(&to)) = (some.first(), some.last()) {
            write(store, move |conn| seeding::count(conn, from, to)).await?;
        }
        work.inc(u64::try_from(some.len()).unwrap_or_default());
    }
    work.finish();
    Ok(())
}

async fn write(
    store: &Store,
    unit: impl Fn(&mut Conn) -> Result<(), StoreError> + Send + 'static,
) -> Result<(), Failure> {
    Ok(store.write(unit).await.map_err(Error::from)?)
}

async fn people(
    store: &Store,
    shape: &Shape,
    now_ms: Millis,
) -> Result<(Vec<AccountId>, Vec<String>), Failure> {
    let all = shape.following.people();
    let work = bar("signing people up", all);
    let (mut accounts, mut tokens) = (Vec::with_capacity(all), Vec::with_capacity(all));
    let begun_ms = now_ms.saturating_sub(2 * PAST_MS);
    let mut waiting = Vec::new();
    for (number, at_ms) in (0..all).zip(begun_ms..) {
        let secret = secrets::new_token().map_err(Error::internal)?;
        waiting.push(person(number, at_ms, &secret, now_ms));
        accounts.push(AccountId(floor_at(at_ms)));
        tokens.push(secret);
        if waiting.len() == PEOPLE_AT_ONCE || number.saturating_add(1) == all {
            let some = Arc::new(std::mem::take(&mut waiting));
            work.inc(u64::try_from(some.len()).unwrap_or_default());
            write(store, move |conn| seeding::people(conn, &some, now_ms)).await?;
        }
    }
    work.finish();
    Ok((accounts, tokens))
}

/// Somebody who may do what apps do; nobody can sign in with a password.
fn person(number: usize, at_ms: Millis, secret: &str, now_ms: Millis) -> Person {
    let id = AccountId(floor_at(at_ms));
    let name = format!("person{number}");
    let session = Session {
        id: SessionId(id.0),
        account_id: id,
        kind: SessionKind::Token,
        scopes: SCOPES.to_owned(),
        name: String::new(),
        address: String::new(),
        created_at: now_ms,
        last_used_at: now_ms,
        expires_at: None,
        app: None,
    };
    let user = User {
        account_id: id,
        username: name.clone(),
        email: format!("{name}@bench.test"),
        password_hash: String::new(),
        role: Role::User,
        state: UserState::Active,
        suspended: false,
        language: None,
    };
    let token_hash = secrets::token_hash(secret);
    Person { account: Account::blank(id, name, at_ms), user, session, token_hash }
}

async fn follows(
    store: &Store,
    shape: &Shape,
    accounts: &[AccountId],
    now_ms: Millis,
) -> Result<(), Failure> {
    let account = |number: &u32| accounts.get(usize::try_from(*number).unwrap_or(usize::MAX)).copied();
    let work = bar("letting them follow", shape.following.len());
    let all = (0_u32..).zip(accounts).flat_map(|(number, follower)| {
        let ends = shape.following.of(number);
        ends.iter().filter_map(move |end| Some((*follower, account(end)?)))
    });
    let (mut waiting, mut first) = (Vec::with_capacity(ROWS_AT_ONCE), 1_i64);
    for pair in all.map(Some).chain(iter::once(None)) {
        waiting.extend(pair);
        if waiting.len() == ROWS_AT_ONCE || pair.is_none() {
            let some = Arc::new(std::mem::take(&mut waiting));
            let count = some.len();
            write(store, move |conn| seeding::follows(conn, first, &some, now_ms)).await?;
            first = first.saturating_add(i64::try_from(count).unwrap_or_default());
            work.inc(u64::try_from(count).unwrap_or_default());
        }
    }
    work.finish();
    Ok(())
}

/// Writes what was written in the past; the newest of it.
async fn posts(
    store: &Store,
    shape: &Shape,
    accounts: &[AccountId],
    past: Past,
) -> Result<Vec<TweetId>, Failure> {
    let work = bar("letting them write", past.posts);
    let (words, mut random) = (Words::new()?, Pcg64Mcg::seed_from_u64(past.seed.wrapping_add(1)));
    let (now_ms, (young_ms, old_ms)) = (Clock::system().now_ms(), past.ages_ms);
    let count = Millis::try_from(past.posts).unwrap_or(Millis::MAX);
    let mut newest = Vec::new();
    let mut waiting = Vec::with_capacity(ROWS_AT_ONCE);
    for number in 0..count {
        let left = count.saturating_sub(number);
        let age_ms = young_ms.saturating_add(old_ms.saturating_sub(young_ms).saturating_mul(left) / count);
        let author = accounts.get(shape.writers.sample(&mut random)).copied();
        let Some(author) = author else { continue };
        let text = words.text(&mut random);
        // Several may fall into one millisecond.
        let id = TweetId(floor_at(now_ms.saturating_sub(age_ms)).saturating_add(number % 1_024));
        waiting.push(Post { id, author, html: format!("<p>{text}</p>"), text, language: "en" });
        if waiting.len() == ROWS_AT_ONCE || left == 1 {
            let some = Arc::new(std::mem::take(&mut waiting));
            newest = some.iter().rev().take(REACTED_TO).map(|post| post.id).collect();
            work.inc(u64::try_from(some.len()).unwrap_or_default());
            write(store, move |conn| seeding::posts(conn, &some)).await?;
        }
    }
    work.finish();
    Ok(newest)
}
