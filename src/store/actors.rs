//! Remote actors: how they are reached, and their keys.

use std::collections::HashMap;

use super::conn::Conn;
use super::value::args;
use super::{Echo, Row, StoreError, accounts, events};
use crate::clock::{DAY_MS, Millis};
use crate::model::account::{Account, Stated};
use crate::model::event::Event;
use crate::model::ids::AccountId;

/// How often an account is read again that somebody here has to do with.
const REFRESH_EVERY_MS: Millis = 7 * DAY_MS;
/// Over how long the readings that came due together are spread.
const REFRESH_SPREAD_MS: Millis = DAY_MS;
/// How long an account counts as lively after its last post.
const LIVELY_MS: Millis = 30 * DAY_MS;

/// A remote actor: its face, its addresses and its keys.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteActor {
    /// The account; its id is used when the actor is new. `uri` and `domain` are set.
    pub account: Account,
    /// Where it is reached.
    pub reach: Reach,
    /// Key id and public key in PEM.
    pub keys: Vec<(String, String)>,
}

/// The addresses of a remote actor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Its ActivityPub id.
    pub uri: String,
    /// Its page.
    pub url: Option<String>,
    /// Its own inbox.
    pub inbox: String,
    /// The inbox that its host shares.
    pub shared_inbox: Option<String>,
    /// What it says.
    pub outbox: Option<String>,
    /// The id of its followers collection.
    pub followers_uri: Option<String>,
    /// The id of its following collection.
    pub following_uri: Option<String>,
    /// Its pinned posts.
    pub featured_uri: Option<String>,
    /// Host and port of its id.
    pub host: String,
    /// Other ids it goes by, as JSON.
    pub also_known_as: String,
    /// Where it moved.
    pub moved_to: Option<String>,
}

/// Writes what was learned of a remote actor, new or known. Answers its account's id.
pub fn upsert(conn: &mut Conn, actor: &RemoteActor, now_ms: Millis) -> Result<AccountId, StoreError> {
    let known = accounts::by_uri(conn, &actor.reach.uri)?;
    let id = known.as_ref().map_or(actor.account.id, |account| account.id);
    let account = Account { id, ..actor.account.clone() };
    let event = match &known {
        // Actors are read again and again; who follows the log hears of what is new.
        Some(known) if is_same_profile(known, &account) => None,
        Some(_) => {
            accounts::update_profile(conn, &account)?;
            Some(Event::AccountUpdated { account: id, local: false })
        }
        None => {
            accounts::insert(conn, &account)?;
            Some(Event::AccountCreated { account: id })
        }
    };
    let reach = &actor.reach;
    conn.execute(
        "insert into actors (account_id, uri, url, inbox, shared_inbox, outbox, followers_uri, following_uri,
             featured_uri, host, also_known_as, moved_to, fetched_at, refresh_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         on conflict (account_id) do update set url = excluded.url, inbox = excluded.inbox,
             shared_inbox = excluded.shared_inbox, outbox = excluded.outbox,
             followers_uri = excluded.followers_uri, following_uri = excluded.following_uri,
             featured_uri = excluded.featured_uri, also_known_as = excluded.also_known_as,
             moved_to = excluded.moved_to, fetched_at = excluded.fetched_at,
             refresh_at = excluded.refresh_at",
        args![
            id,
            &reach.uri,
            reach.url.as_deref(),
            &reach.inbox,
            reach.shared_inbox.as_deref(),
            reach.outbox.as_deref(),
            reach.followers_uri.as_deref(),
            reach.following_uri.as_deref(),
            reach.featured_uri.as_deref(),
            &reach.host,
            &reach.also_known_as,
            reach.moved_to.as_deref(),
            now_ms,
            refresh_at(id, now_ms),
        ],
    )?;
    replace_keys(conn, id, &actor.keys, now_ms)?;
    super::instances::know(conn, &reach.host, now_ms)?;
    if let Some(event) = event {
        events::append(conn, &[event], now_ms)?;
    }
    Ok(id)
}

/// When an actor that was read now is to be read again: a week and up to a day more, so that those who came together
/// are not all asked at once.
fn refresh_at(account: AccountId, now_ms: Millis) -> Millis {
    now_ms.saturating_add(REFRESH_EVERY_MS).saturating_add(account.0 % REFRESH_SPREAD_MS)
}

/// Whether two readings of an actor say the same of what people see and may find.
fn is_same_profile(one: &Account, other: &Account) -> bool {
    one.display_name == other.display_name
        && one.bio == other.bio
        && one.bio_html == other.bio_html
        && one.fields == other.fields
        && one.emoji == other.emoji
        && one.avatar == other.avatar
        && one.header == other.header
        && one.kind == other.kind
        && one.locked == other.locked
        && one.discoverable == other.discoverable
        && one.indexable == other.indexable
}

/// The keys that an actor lists now are the only ones that count.
fn replace_keys(
    conn: &mut Conn,
    account: AccountId,
    keys: &[(String, String)],
    now_ms: Millis,
) -> Result<(), StoreError> {
    conn.execute("delete from actor_keys where account_id = $1", args![account])?;
    for (uri, pem) in keys {
        conn.execute(
            "insert into actor_keys (key_uri, account_id, public_pem, created_at, fetched_at)
             values ($1, $2, $3, $4, $4)
             on conflict (key_uri) do update set account_id = excluded.account_id,
                 public_pem = excluded.public_pem, fetched_at = excluded.fetched_at",
            args![uri, account, pem, now_ms],
        )?;
    }
    Ok(())
}

/// A public key with its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKeyRow {
    /// Whose it is.
    pub account: AccountId,
    /// The owner's ActivityPub id; `None` for one of ours.
    pub actor_uri: Option<String>,
    /// The key in PEM.
    pub pem: String,
    /// When it was last fetched.
    pub fetched_at: Millis,
}

/// The key with this id.
pub fn key(conn: &mut Conn, key_uri: &str) -> Result<Option<PublicKeyRow>, StoreError> {
    conn.query_opt(
        "select k.account_id, r.uri, k.public_pem, k.fetched_at
         from actor_keys k left join actors r on r.account_id = k.account_id where k.key_uri = $1",
        args![key_uri],
        public_key_row,
    )
}

/// The keys with these ids, by id.
pub fn keys(conn: &mut Conn, key_uris: Vec<String>) -> Result<HashMap<String, PublicKeyRow>, StoreError> {
    let rows = conn.query(
        "select k.account_id, r.uri, k.public_pem, k.fetched_at, k.key_uri
         from actor_keys k left join actors r on r.account_id = k.account_id where k.key_uri in_texts($1)",
        args![key_uris],
        |row| {
            let key = public_key_row(row)?;
            Ok((row.take()?, key))
        },
    )?;
    Ok(rows.into_iter().collect())
}

/// The ActivityPub ids of the followers of remote accounts, by account.
pub fn followers_uris(
    conn: &mut Conn,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, String>, StoreError> {
    let rows = conn.query(
        "select account_id, followers_uri from actors
         where account_id in_ints($1) and followers_uri is not null",
        args![accounts],
        |row| Ok((row.take()?, row.take()?)),
    )?;
    Ok(rows.into_iter().collect())
}

fn public_key_row(row: &mut Row<'_>) -> Result<PublicKeyRow, StoreError> {
    Ok(PublicKeyRow {
        account: row.take()?,
        actor_uri: row.take()?,
        pem: row.take()?,
        fetched_at: row.take()?,
    })
}

/// The first key that a remote actor lists.
pub fn first_key(conn: &mut Conn, actor_uri: &str) -> Result<Option<PublicKeyRow>, StoreError> {
    conn.query_opt(
        "select k.account_id, r.uri, k.public_pem, k.fetched_at
         from actor_keys k join actors r on r.account_id = k.account_id where r.uri = $1
         order by k.created_at, k.key_uri limit 1",
        args![actor_uri],
        public_key_row,
    )
}

/// Where remote accounts are reached, by account.
pub fn reaches(conn: &mut Conn, accounts: &[AccountId]) -> Result<Vec<(AccountId, Reach)>, StoreError> {
    conn.query(
        "select account_id, uri, url, inbox, shared_inbox, outbox, followers_uri, following_uri, featured_uri, host,
             also_known_as, moved_to
         from actors where account_id in_ints($1)",
        args![accounts],
        |row| Ok((row.take()?, reach(row)?)),
    )
}

/// A remote account that is to be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The account.
    pub account: AccountId,
    /// Its ActivityPub id.
    pub uri: String,
    /// The host of that id.
    pub host: String,
    /// Whether somebody here has to do with it: a follow either way, or posts of late.
    pub wanted: bool,
    /// Whether its host is known to answer nobody at present.
    pub paused: bool,
}

/// Takes accounts that are due to be read again, at most `limit`, and puts each off to its next time, whatever comes
/// of this one.
pub fn take_stale(conn: &mut Conn, now_ms: Millis, limit: i64) -> Result<Vec<Stale>, StoreError> {
    let taken = conn.query(
        "update actors set refresh_at = $2 + account_id % $3
         where account_id in (
             select account_id from actors where refresh_at <= $1 order by refresh_at limit $4 for update skip locked)
         returning account_id",
        args![now_ms, now_ms.saturating_add(REFRESH_EVERY_MS), REFRESH_SPREAD_MS, limit],
        |row| row.take::<AccountId>(),
    )?;
    conn.query(
        "select r.account_id, r.uri, r.host,
             coalesce(a.last_tweet_at, 0) > $2
                 or exists (select 1 from follows f where f.followee_id = a.id)
                 or exists (select 1 from follows f where f.follower_id = a.id),
             coalesce(i.state in (1, 3) or i.blocked, false)
         from actors r join accounts a on a.id = r.account_id left join instances i on i.host = r.host
         where r.account_id in_ints($1) and a.suspended_at is null",
        args![taken.as_slice(), now_ms.saturating_sub(LIVELY_MS)],
        |row| {
            let (account, uri, host) = (row.take()?, row.take()?, row.take()?);
            Ok(Stale { account, uri, host, wanted: row.take()?, paused: row.take()? })
        },
    )
}

/// An account is to be read again at this time and not before.
pub fn put_off(conn: &mut Conn, account: AccountId, until_ms: Millis) -> Result<(), StoreError> {
    conn.execute("update actors set refresh_at = $2 where account_id = $1", args![account, until_ms])?;
    Ok(())
}

/// Writes what the host of a remote account says of its numbers; what it does not say stays.
pub fn state_counts(conn: &mut Conn, account: AccountId, stated: Stated) -> Result<(), StoreError> {
    conn.execute(
        "update actors set remote_tweets = coalesce($2, remote_tweets),
             remote_followers = coalesce($3, remote_followers),
             remote_following = coalesce($4, remote_following)
         where account_id = $1",
        args![account, stated.tweets, stated.followers, stated.following],
    )?;
    conn.touched(Echo::Account(account));
    Ok(())
}

/// Removes a remote account that is gone, with all that hangs on it.
pub fn remove(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    conn.execute("delete from accounts where id = $1 and domain is not null", args![account])?;
    conn.touched(Echo::Account(account));
    Ok(())
}

/// The account on `host` whose own inbox this is, with its id.
pub fn owner_of_inbox(
    conn: &mut Conn,
    host: &str,
    inbox: &str,
) -> Result<Option<(AccountId, String)>, StoreError> {
    conn.query_opt(
        "select account_id, uri from actors where host = $1 and inbox = $2 limit 1",
        args![host, inbox],
        |row| Ok((row.take()?, row.take()?)),
    )
}

fn reach(row: &mut Row<'_>) -> Result<Reach, StoreError> {
    Ok(Reach {
        uri: row.take()?,
        url: row.take()?,
        inbox: row.take()?,
        shared_inbox: row.take()?,
        outbox: row.take()?,
        followers_uri: row.take()?,
        following_uri: row.take()?,
        featured_uri: row.take()?,
        host: row.take()?,
        also_known_as: row.take()?,
        moved_to: row.take()?,
    })
}
