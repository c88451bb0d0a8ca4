//! Remote actors: how they are reached, and everybody's keys.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError, accounts, events};
use crate::clock::Millis;
use crate::model::account::Account;
use crate::model::event::Event;
use crate::model::ids::AccountId;

/// A remote actor: its face, its addresses and its keys.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteActor {
    /// The account; its id is used when the actor is new. `uri` and `domain` are set.
    pub account: Account,
    /// Where it is reached.
    pub reach: Reach,
    /// Key id and public key in PEM.
    pub keys: Vec<(String, String)>,
    /// Followers as the origin counts them.
    pub remote_followers: Option<i64>,
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
             featured_uri, host, also_known_as, moved_to, remote_followers, fetched_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         on conflict (account_id) do update set url = excluded.url, inbox = excluded.inbox,
             shared_inbox = excluded.shared_inbox, outbox = excluded.outbox,
             followers_uri = excluded.followers_uri, following_uri = excluded.following_uri,
             featured_uri = excluded.featured_uri, also_known_as = excluded.also_known_as,
             moved_to = excluded.moved_to, remote_followers = excluded.remote_followers,
             fetched_at = excluded.fetched_at",
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
            actor.remote_followers,
            now_ms,
        ],
    )?;
    replace_keys(conn, id, &actor.keys, now_ms)?;
    super::instances::know(conn, &reach.host, now_ms)?;
    if let Some(event) = event {
        events::append(conn, &[event], now_ms)?;
    }
    Ok(id)
}

/// Whether two readings of an actor say the same of what people see and may find.
fn is_same_profile(one: &Account, other: &Account) -> bool {
    one.display_name == other.display_name
        && one.bio == other.bio
        && one.bio_html == other.bio_html
        && one.fields == other.fields
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

/// A key pair of ours: public half in PEM, private half sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnKey {
    /// The key's id.
    pub key_uri: String,
    /// The public half.
    pub public_pem: String,
    /// The private half, sealed with the instance's key.
    pub private_sealed: Vec<u8>,
}

/// The key pair that an account of ours signs with.
pub fn own_key(conn: &mut Conn, account: AccountId) -> Result<Option<OwnKey>, StoreError> {
    conn.query_opt(
        "select key_uri, public_pem, private_sealed from actor_keys
         where account_id = $1 and private_sealed is not null and retired_at is null
         order by created_at desc limit 1",
        args![account],
        own_key_row,
    )
}

/// Writes a key pair of ours unless there is one; answers the one that holds.
pub fn own_key_or_insert(
    conn: &mut Conn,
    account: AccountId,
    key: &OwnKey,
    now_ms: Millis,
) -> Result<OwnKey, StoreError> {
    if let Some(known) = own_key(conn, account)? {
        return Ok(known);
    }
    conn.execute(
        "insert into actor_keys (key_uri, account_id, public_pem, private_sealed, created_at, fetched_at)
         values ($1, $2, $3, $4, $5, $5) on conflict do nothing",
        args![&key.key_uri, account, &key.public_pem, key.private_sealed.as_slice(), now_ms],
    )?;
    own_key(conn, account)?.ok_or(StoreError::NoRow)
}

fn own_key_row(row: &mut Row<'_>) -> Result<OwnKey, StoreError> {
    Ok(OwnKey { key_uri: row.take()?, public_pem: row.take()?, private_sealed: row.take()? })
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

/// When a remote account was last fetched.
pub fn fetched_at(conn: &mut Conn, account: AccountId) -> Result<Option<Millis>, StoreError> {
    conn.query_opt("select fetched_at from actors where account_id = $1", args![account], super::int)
}

/// Removes a remote account that is gone, with all that hangs on it.
pub fn remove(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    conn.execute("delete from accounts where id = $1 and domain is not null", args![account])?;
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
