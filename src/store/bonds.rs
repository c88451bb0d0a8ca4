//! What bonds between accounts carry beside being there: what is wanted of a follow, when a mute ends, notes; and hosts
//! that are hidden.

use std::collections::{HashMap, HashSet};

use super::conn::Conn;
use super::follows;
use super::value::args;
use super::{Echo, StoreError, accounts, events, newer_than, older_than};
use crate::clock::Millis;
use crate::config::limits;
use crate::error::Error;
use crate::model::cursor::Cursor;
use crate::model::event::{Event, Relation};
use crate::model::follow::{FollowChoices, FollowOptions};
use crate::model::ids::{AccountId, RowId, TweetId};

/// What an account has noted of another, and wants of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// What is wanted of the follow, or of the one that is asked for.
    pub follow: Option<FollowOptions>,
    /// When the mute ends by itself.
    pub muted_until: Option<Millis>,
    /// The note.
    pub note: Option<String>,
}

/// What `account` has noted of each of these others, and wants of it, in one query; others are left out.
pub fn details(
    conn: &mut Conn,
    account: AccountId,
    others: &[AccountId],
) -> Result<HashMap<AccountId, Details>, StoreError> {
    let rows = conn.query(
        "select followee_id, cast(0 as bigint), case when retweets then 1 else 0 end + case when notify then 2 else 0 end,
             languages
         from follows where follower_id = $1 and followee_id in_ints($2)
         union all
         select followee_id, cast(0 as bigint), case when retweets then 1 else 0 end + case when notify then 2 else 0 end,
             languages
         from follow_requests where follower_id = $1 and followee_id in_ints($2)
         union all
         select target_id, cast(1 as bigint), expires_at, cast(null as text) from mutes
         where account_id = $1 and target_id in_ints($2) and expires_at is not null
         union all
         select target_id, cast(2 as bigint), cast(0 as bigint), note from account_notes
         where account_id = $1 and target_id in_ints($2)",
        args![account, others],
        |row| {
            let (other, which): (AccountId, i64) = (row.take()?, row.take()?);
            Ok((other, which, row.take::<i64>()?, row.take::<Option<String>>()?))
        },
    )?;
    let mut found: HashMap<AccountId, Details> = HashMap::new();
    for (other, which, number, text) in rows {
        let details = found.entry(other).or_default();
        match which {
            0 => {
                let languages = languages(text.as_deref())?;
                let (retweets, notify) = (number & 1 != 0, number & 2 != 0);
                details.follow = Some(FollowOptions { retweets, notify, languages });
            }
            1 => details.muted_until = Some(number),
            _ => details.note = text,
        }
    }
    Ok(found)
}

/// Languages as they are stored: a JSON list, or nothing for all.
pub(super) fn languages(stored: Option<&str>) -> Result<Vec<String>, StoreError> {
    Ok(stored.map(serde_json::from_str).transpose()?.unwrap_or_default())
}

/// What [`languages`] reads.
pub(super) fn stored(languages: &[String]) -> Result<Option<String>, StoreError> {
    if languages.is_empty() { Ok(None) } else { Ok(Some(serde_json::to_string(languages)?)) }
}

/// Changes what is wanted of a follow, and of one that is asked for.
pub fn tune(
    conn: &mut Conn,
    relation: &Relation,
    choices: &FollowChoices,
    now_ms: Millis,
) -> Result<(), StoreError> {
    let known = details(conn, relation.from, &[relation.to])?.remove(&relation.to);
    let Some(known) = known.and_then(|details| details.follow) else { return Ok(()) };
    let options = choices.of(&known);
    if options == known {
        return Ok(());
    }
    let languages = stored(&options.languages)?;
    let wanted = args![relation.from, relation.to, options.retweets, options.notify, languages];
    conn.execute(
        "update follow_requests set retweets = $3, notify = $4, languages = $5
         where follower_id = $1 and followee_id = $2",
        wanted,
    )?;
    let changed = conn.query_opt(
        "update follows set retweets = $3, notify = $4, languages = $5
         where follower_id = $1 and followee_id = $2 returning id",
        wanted,
        super::int,
    )?;
    match changed {
        Some(id) => {
            events::append(conn, &[Event::FollowChanged(Relation { id, ..relation.clone() })], now_ms)
        }
        None => Ok(()),
    }
}

/// Those of ours who want to be told of each new tweet of an account, after `after`, with the languages they want.
/// Whom something else has told of this tweet is left out.
pub fn notified(
    conn: &mut Conn,
    (author, tweet): (AccountId, TweetId),
    after: AccountId,
    limit: i64,
) -> Result<Vec<(AccountId, Vec<String>)>, StoreError> {
    conn.query(
        "select f.follower_id, f.languages from follows f
         where f.followee_id = $1 and f.notify and f.follower_id > $3
             and not exists (select 1 from notifications n where n.tweet_id = $2 and n.account_id = f.follower_id)
         order by f.follower_id limit $4",
        args![author, tweet, after, limit],
        |row| Ok((row.take()?, languages(row.take::<Option<String>>()?.as_deref())?)),
    )
}

/// Ends at most `limit` of the mutes whose time has come. Answers how many.
pub fn end_mutes(conn: &mut Conn, now_ms: Millis, limit: i64) -> Result<usize, StoreError> {
    let ended: Vec<(i64, AccountId, AccountId)> = conn.query(
        "delete from mutes where expires_at <= $1 and id in (
             select id from mutes where expires_at <= $1 order by expires_at limit $2 for update skip locked)
         returning id, account_id, target_id",
        args![now_ms, limit],
        |row| Ok((row.take()?, row.take()?, row.take()?)),
    )?;
    let targets: Vec<AccountId> = ended.iter().map(|(_, _, target)| *target).collect();
    let targets = accounts::by_ids(conn, &targets)?;
    let is_local = |id| targets.iter().any(|target| target.id == id && target.is_local());
    let unmuted = |(id, from, to)| {
        Event::Unmuted(Relation { from, to, from_local: true, to_local: is_local(to), id, uri: None })
    };
    let log: Vec<Event> = ended.into_iter().map(unmuted).collect();
    events::append(conn, &log, now_ms)?;
    Ok(log.len())
}

/// Notes something about an account for oneself; an empty note is none.
pub fn note(conn: &mut Conn, account: AccountId, target: AccountId, note: &str) -> Result<(), StoreError> {
    if note.is_empty() {
        conn.execute(
            "delete from account_notes where account_id = $1 and target_id = $2",
            args![account, target],
        )?;
        return Ok(());
    }
    conn.execute(
        "insert into account_notes (account_id, target_id, note) values ($1, $2, $3)
         on conflict (account_id, target_id) do update set note = excluded.note",
        args![account, target, note],
    )?;
    Ok(())
}

/// Mutes a thread for an account, or ends that. Answers whether anything changed.
pub fn mute_thread(
    conn: &mut Conn,
    account: AccountId,
    thread: TweetId,
    muted: Option<Millis>,
) -> Result<bool, StoreError> {
    conn.touched(Echo::MarksOf(account));
    let Some(now_ms) = muted else {
        let gone = conn.execute(
            "delete from muted_threads where account_id = $1 and thread_id = $2",
            args![account, thread],
        )?;
        return Ok(gone > 0);
    };
    accounts::hold(conn, account)?;
    let most = limits::MUTED_THREADS_MAX;
    let there = conn.query_one(
        "select count(*) from (select 1 from muted_threads where account_id = $1 limit $2) as there",
        args![account, most],
        super::int,
    )?;
    if there >= most {
        let message = format!("at most {most} conversations can be muted");
        return Err(Error::invalid("tweetId", "too_many", message).into());
    }
    let new = conn.execute(
        "insert into muted_threads (account_id, thread_id, created_at) values ($1, $2, $3) on conflict do nothing",
        args![account, thread, now_ms],
    )?;
    Ok(new > 0)
}

/// Hides a host from an account. Answers whether that is new. The follows between the two are ended after, by
/// [`part_from_host`].
pub fn hide_host(
    conn: &mut Conn,
    (id, account): (RowId, AccountId),
    host: &str,
    now_ms: Millis,
) -> Result<bool, StoreError> {
    accounts::hold(conn, account)?;
    let most = limits::HIDDEN_HOSTS_MAX;
    let there = conn.query_one(
        "select count(*) from (select 1 from hidden_hosts where account_id = $1 limit $2) as there",
        args![account, most],
        super::int,
    )?;
    if there >= most {
        let message = format!("at most {most} hosts can be hidden");
        return Err(Error::invalid("host", "too_many", message).into());
    }
    let new = conn.execute(
        "insert into hidden_hosts (id, account_id, host, created_at) values ($1, $2, $3, $4)
         on conflict do nothing",
        args![id, account, host, now_ms],
    )?;
    if new > 0 {
        events::append(conn, &[hosts_changed(account, host)], now_ms)?;
    }
    Ok(new > 0)
}

/// Shows a host to an account again. Answers whether it was hidden.
pub fn show_host(
    conn: &mut Conn,
    account: AccountId,
    host: &str,
    now_ms: Millis,
) -> Result<bool, StoreError> {
    let gone =
        conn.execute("delete from hidden_hosts where account_id = $1 and host = $2", args![account, host])?;
    if gone > 0 {
        events::append(conn, &[hosts_changed(account, host)], now_ms)?;
    }
    Ok(gone > 0)
}

fn hosts_changed(account: AccountId, host: &str) -> Event {
    Event::HiddenHostsChanged { account, host: host.to_owned() }
}

/// The hosts that an account has hidden, the last one first.
pub fn hidden_hosts(
    conn: &mut Conn,
    account: AccountId,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<(RowId, String)>, StoreError> {
    conn.query(
        "select id, host from hidden_hosts where account_id = $1 and id < $2 and id > $3 order by id desc limit $4",
        args![account, older_than(cursor), newer_than(cursor), limit],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// Whether an account has hidden the host of another.
pub fn hides_host_of(conn: &mut Conn, account: AccountId, other: AccountId) -> Result<bool, StoreError> {
    conn.query_one(
        "select exists(select 1 from accounts a join hidden_hosts h on h.account_id = $1 and h.host = a.domain
             where a.id = $2)",
        args![account, other],
        |row| row.take(),
    )
}

/// Those of these accounts that are on a host which an account has hidden.
pub fn on_hidden_hosts(
    conn: &mut Conn,
    account: AccountId,
    others: &[AccountId],
) -> Result<HashSet<AccountId>, StoreError> {
    let found = conn.query(
        "select a.id from accounts a join hidden_hosts h on h.account_id = $1 and h.host = a.domain
         where a.id in_ints($2)",
        args![account, others],
        |row| row.take(),
    )?;
    Ok(found.into_iter().collect())
}

/// Ends at most `limit` of each kind of bonds between an account of ours and a host that it has hidden: follows and
/// requests either way. Answers whether there were any.
pub fn part_from_host(
    conn: &mut Conn,
    account: AccountId,
    host: &str,
    (now_ms, limit): (Millis, i64),
) -> Result<bool, StoreError> {
    const BONDS: [&str; 4] = [
        "select f.followee_id from follows f join accounts a on a.id = f.followee_id
         where f.follower_id = $1 and a.domain = $2 limit $3",
        "select f.followee_id from follow_requests f join accounts a on a.id = f.followee_id
         where f.follower_id = $1 and a.domain = $2 limit $3",
        "select f.follower_id from follows f join accounts a on a.id = f.follower_id
         where f.followee_id = $1 and a.domain = $2 limit $3",
        "select f.follower_id from follow_requests f join accounts a on a.id = f.follower_id
         where f.followee_id = $1 and a.domain = $2 limit $3",
    ];
    let mut any = false;
    for (which, sql) in (0..).zip(BONDS) {
        let others: Vec<AccountId> = conn.query(sql, args![account, host, limit], |row| row.take())?;
        for other in others {
            any = true;
            let out =
                Relation { from: account, to: other, from_local: true, to_local: false, id: 0, uri: None };
            let back =
                Relation { from: other, to: account, from_local: false, to_local: true, ..out.clone() };
            match which {
                0 => follows::unfollow(conn, out, Event::Unfollowed, now_ms)?,
                1 => follows::cancel_request(conn, &out, now_ms)?,
                2 => follows::unfollow(conn, back, Event::FollowRejected, now_ms)?,
                _ => follows::reject(conn, &back, now_ms)?,
            };
        }
    }
    Ok(any)
}
