//! Accounts: local users' public faces and remote actors.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::conn::Conn;
use super::value::args;
use super::{Echo, Row, StoreError, emoji};
use crate::clock::Millis;
use crate::model::account::{Account, AccountKind, Stated};
use crate::model::ids::{AccountId, floor_at};
use crate::model::quote::QuotePolicy;

macro_rules! select_accounts {
    ($rest:literal) => {
        concat!(
            "select a.id, a.username, a.domain, a.display_name, a.bio, a.bio_html, a.fields, a.emoji, a.avatar, a.header,
                a.kind, a.locked, a.discoverable, a.indexable, a.quotable, a.created_at, a.updated_at,
                a.suspended_at is not null or coalesce(u.state = 'pending', false), a.limited_at is not null,
                a.tweets_count, a.followers_count, a.following_count, r.remote_tweets, r.remote_followers,
                r.remote_following, a.last_tweet_at, m.target_id, r.uri, r.url, r.fetched_at
             from accounts a left join actors r on r.account_id = a.id
                 left join users u on u.account_id = a.id left join moves m on m.account_id = a.id ",
            $rest
        )
    };
}

// Nobody may see an account that waits for approval either: it counts as suspended for all but its own login.

/// Reads an account from the columns of `select_accounts!`.
fn account(row: &mut Row<'_>) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.take()?,
        username: row.take()?,
        domain: row.take()?,
        display_name: row.take()?,
        bio: row.take()?,
        bio_html: row.take()?,
        fields: serde_json::from_str(&row.take::<String>()?)?,
        emoji: emoji::from_stored(&row.take::<String>()?)?,
        avatar: row.take()?,
        header: row.take()?,
        kind: AccountKind::from_stored(&row.take::<String>()?),
        locked: row.take()?,
        discoverable: row.take()?,
        indexable: row.take()?,
        quotable: QuotePolicy::from_code(row.take()?),
        created_at: row.take()?,
        updated_at: row.take()?,
        suspended: row.take()?,
        limited: row.take()?,
        tweets_count: row.take()?,
        followers_count: row.take()?,
        following_count: row.take()?,
        stated: Stated { tweets: row.take()?, followers: row.take()?, following: row.take()? },
        last_tweet_at: row.take()?,
        moved_to: row.take()?,
        uri: row.take()?,
        url: row.take()?,
    })
}

/// Writes a new account; its counters start at zero. A taken handle is a unique violation.
pub fn insert(conn: &mut Conn, account: &Account) -> Result<(), StoreError> {
    conn.execute(
        "insert into accounts (id, username, username_folded, domain, display_name, bio, bio_html, fields,
             avatar, header, kind, locked, discoverable, indexable, created_at, updated_at, emoji)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        args![
            account.id,
            &account.username,
            account.username.to_lowercase(),
            account.domain.as_deref(),
            &account.display_name,
            &account.bio,
            &account.bio_html,
            serde_json::to_string(&account.fields)?,
            account.avatar.as_deref(),
            account.header.as_deref(),
            account.kind.as_str(),
            account.locked,
            account.discoverable,
            account.indexable,
            account.created_at,
            account.updated_at,
            emoji::stored(&account.emoji)?,
        ],
    )?;
    Ok(())
}

/// Rewrites what an account says of itself; not its counters.
pub fn update_profile(conn: &mut Conn, account: &Account) -> Result<(), StoreError> {
    conn.execute(
        "update accounts set display_name = $2, bio = $3, bio_html = $4, fields = $5, avatar = $6, header = $7,
             kind = $8, locked = $9, discoverable = $10, indexable = $11, updated_at = $12, quotable = $13,
             emoji = $14
         where id = $1",
        args![
            account.id,
            &account.display_name,
            &account.bio,
            &account.bio_html,
            serde_json::to_string(&account.fields)?,
            account.avatar.as_deref(),
            account.header.as_deref(),
            account.kind.as_str(),
            account.locked,
            account.discoverable,
            account.indexable,
            account.updated_at,
            account.quotable.code(),
            emoji::stored(&account.emoji)?,
        ],
    )?;
    conn.touched(Echo::Account(account.id));
    Ok(())
}

/// The account with this id.
pub fn by_id(conn: &mut Conn, id: AccountId) -> Result<Option<Account>, StoreError> {
    conn.query_opt(select_accounts!("where a.id = $1"), args![id], account)
}

/// The account with this id, held until the unit ends: nobody changes it meanwhile.
pub fn hold(conn: &mut Conn, id: AccountId) -> Result<Option<Account>, StoreError> {
    conn.query("select id from accounts where id = $1 for no key update", args![id], super::int)?;
    by_id(conn, id)
}

/// The accounts with these ids, in no particular order; unknown ids are left out.
pub fn by_ids(conn: &mut Conn, ids: &[AccountId]) -> Result<Vec<Account>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    conn.query(select_accounts!("where a.id in_ints($1)"), args![ids], account)
}

/// How many follow each of these accounts, from anywhere.
pub fn followers_counts(conn: &mut Conn, ids: &[AccountId]) -> Result<Vec<(AccountId, u64)>, StoreError> {
    conn.query("select id, followers_count from accounts where id in_ints($1)", args![ids], |row| {
        Ok((row.take()?, u64::try_from(row.take::<i64>()?).unwrap_or_default()))
    })
}

/// Those of these accounts that are ours.
pub fn local_among(conn: &mut Conn, ids: &[AccountId]) -> Result<HashSet<AccountId>, StoreError> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = "select id from accounts where id in_ints($1) and domain is null";
    Ok(conn.query(sql, args![ids], |row| row.take())?.into_iter().collect())
}

/// The account with this username on this host (`None`: ours), whatever the letters' case.
pub fn by_handle(
    conn: &mut Conn,
    username: &str,
    domain: Option<&str>,
) -> Result<Option<Account>, StoreError> {
    conn.query_opt(
        select_accounts!("where a.username_folded = $1 and coalesce(a.domain, '') = $2"),
        args![username.to_lowercase(), domain.unwrap_or("")],
        account,
    )
}

/// The remote account with this ActivityPub id.
pub fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<Account>, StoreError> {
    conn.query_opt(select_accounts!("where r.uri = $1"), args![uri], account)
}

/// The remote accounts with these ActivityPub ids, by id, and when each was last fetched.
pub fn fetched_by_uri(
    conn: &mut Conn,
    uris: Vec<String>,
) -> Result<HashMap<String, (Account, Millis)>, StoreError> {
    let found = conn.query(select_accounts!("where r.uri in_texts($1)"), args![uris], |row| {
        let account = account(row)?;
        Ok((account, row.take::<Option<Millis>>()?.unwrap_or_default()))
    })?;
    let by_uri =
        found.into_iter().filter_map(|(account, at_ms)| Some((account.uri.clone()?, (account, at_ms))));
    Ok(by_uri.collect())
}

/// Whether the accounts with these ActivityPub ids are suspended, by id; unknown ones are left out.
pub fn suspended_by_uri(conn: &mut Conn, uris: Vec<String>) -> Result<HashMap<String, bool>, StoreError> {
    let found = conn.query(
        "select r.uri, a.suspended_at is not null from actors r join accounts a on a.id = r.account_id
         where r.uri in_texts($1)",
        args![uris],
        |row| Ok((row.take()?, row.take()?)),
    )?;
    Ok(found.into_iter().collect())
}

/// Suspends an account at `at_ms`, or frees it with `None`; who left stays away. Answers whether anything changed.
pub fn set_suspended(conn: &mut Conn, id: AccountId, at_ms: Option<Millis>) -> Result<bool, StoreError> {
    let changed = conn.execute(
        "update accounts set suspended_at = $2 where id = $1 and (suspended_at is null) <> ($2 is null)
             and not exists (select 1 from departures where account_id = $1)",
        args![id, at_ms],
    )?;
    conn.touched(Echo::Account(id));
    Ok(changed > 0)
}

/// How many accounts of ours there are that may tweet.
pub fn count_local(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.query_one(
        "select count(*) from users u join accounts a on a.id = u.account_id
         where u.state = 'active' and a.suspended_at is null",
        args![],
        super::int,
    )
}

/// How many tweets accounts of ours have written.
pub fn count_local_tweets(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.query_one(
        "select cast(coalesce(sum(tweets_count), 0) as bigint) from accounts where domain is null",
        args![],
        super::int,
    )
}

/// What an account has just written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Tweets, retweets included.
    pub tweets: i64,
    /// When the newest that is no retweet was made, in milliseconds; 0 when all are.
    pub newest_at: Millis,
}

/// Counts what accounts have just written, and remembers when they last tweeted.
pub fn count_written(conn: &mut Conn, by: &BTreeMap<AccountId, Written>) -> Result<(), StoreError> {
    for id in by.keys() {
        conn.touched(Echo::Account(*id));
    }
    let rows: Vec<[i64; 3]> = by.iter().map(|(id, done)| [id.0, done.tweets, done.newest_at]).collect();
    conn.update_rows(
        (
            "update accounts set tweets_count = tweets_count + $2,
                 last_tweet_at = nullif(greatest(coalesce(last_tweet_at, 0), $3), 0) where id = $1",
            "update accounts set tweets_count = accounts.tweets_count + v.n,
                 last_tweet_at = nullif(greatest(coalesce(accounts.last_tweet_at, 0), v.newest_at), 0)
             from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as v(id, n, newest_at)
             where accounts.id = v.id",
        ),
        &rows,
    )
}

/// How many public tweets accounts of ours wrote between two times, and how many of them did.
pub fn count_public_tweets(
    conn: &mut Conn,
    from_ms: Millis,
    to_ms: Millis,
) -> Result<(i64, i64), StoreError> {
    conn.query_one(
        "select count(*), count(distinct account_id) from tweets
         where local and visibility = 0 and retweet_of is null and id >= $1 and id < $2",
        args![floor_at(from_ms), floor_at(to_ms)],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// How many accounts of ours were made between two times.
pub fn count_made(conn: &mut Conn, from_ms: Millis, to_ms: Millis) -> Result<i64, StoreError> {
    conn.query_one(
        "select count(*) from accounts where domain is null and id >= $1 and id < $2",
        args![floor_at(from_ms), floor_at(to_ms)],
        super::int,
    )
}

/// How many accounts of ours have tweeted since `since_ms`.
pub fn count_active_local(conn: &mut Conn, since_ms: Millis) -> Result<i64, StoreError> {
    conn.query_one(
        "select count(*) from accounts where domain is null and last_tweet_at > $1",
        args![since_ms],
        super::int,
    )
}
