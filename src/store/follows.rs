//! Follows, follow requests, blocks and mutes: the bonds between accounts.

use std::collections::{BTreeMap, HashSet};

use super::conn::{Conn, Counter};
use super::notifications::{self, NewNotification};
use super::value::args;
use super::{StoreError, bonds, events, featured, lists, newer_than, older_than};
use crate::clock::Millis;
use crate::model::cursor::Cursor;
use crate::model::event::{Event, Relation};
use crate::model::follow::FollowOptions;
use crate::model::ids::{AccountId, RowId};
use crate::model::notification::NotificationKind;
use crate::model::visibility::Relations;

/// Both ends, locked: a follow and a block of the same two never pass each other unseen.
fn lock_ends(conn: &mut Conn, relation: &Relation) -> Result<(), StoreError> {
    let ends = [relation.from, relation.to];
    conn.query(
        "select id from accounts where id in_ints($1) order by id for no key update",
        args![ends.as_slice()],
        super::int,
    )?;
    Ok(())
}

/// Makes a follow. Answers whether it is new. The caller has checked blocks and locks.
pub fn follow(conn: &mut Conn, relation: &Relation, now_ms: Millis) -> Result<bool, StoreError> {
    lock_ends(conn, relation)?;
    if !insert_follow(conn, relation, &FollowOptions::default(), now_ms)? {
        return Ok(false);
    }
    // A request that waited from the time when the account was locked is answered by this.
    take_request(conn, relation)?;
    let mut log = vec![Event::Followed(relation.clone())];
    log.extend(tell(conn, relation, NotificationKind::Follow, now_ms)?);
    events::append(conn, &log, now_ms)?;
    Ok(true)
}

fn insert_follow(
    conn: &mut Conn,
    relation: &Relation,
    options: &FollowOptions,
    now_ms: Millis,
) -> Result<bool, StoreError> {
    let new = conn.execute(
        "insert into follows (id, follower_id, followee_id, uri, created_at, retweets, notify, languages)
         select $1, $2, $3, $4, $5, $6, $7, $8 where not exists (select 1 from blocks
             where (account_id = $2 and target_id = $3) or (account_id = $3 and target_id = $2))
         on conflict do nothing",
        args![
            relation.id,
            relation.from,
            relation.to,
            relation.uri.as_deref(),
            now_ms,
            options.retweets,
            options.notify,
            bonds::stored(&options.languages)?,
        ],
    )?;
    if new == 0 {
        return Ok(false);
    }
    count(conn, relation, 1)?;
    Ok(true)
}

/// Counts a follow on both sides, the smaller id first, so that two accounts that follow each other at the
/// same moment do not wait for each other.
fn count(conn: &mut Conn, relation: &Relation, by: i64) -> Result<(), StoreError> {
    let mut sides =
        [(relation.from.0, Counter::AccountFollowing), (relation.to.0, Counter::AccountFollowers)];
    sides.sort_by_key(|(id, _)| *id);
    for (id, counter) in sides {
        conn.bump(counter, &BTreeMap::from([(id, by)]))?;
    }
    Ok(())
}

fn tell(
    conn: &mut Conn,
    relation: &Relation,
    kind: NotificationKind,
    now_ms: Millis,
) -> Result<Vec<Event>, StoreError> {
    let told =
        NewNotification { account: relation.to, kind, from: relation.from, tweet: None, at_ms: now_ms };
    notifications::insert(conn, &[told])
}

/// Ends a follow: unfollowed, removed, blocked. `event` says which, and gets the row's id. Answers whether
/// there was one.
pub fn unfollow(
    conn: &mut Conn,
    mut relation: Relation,
    event: fn(Relation) -> Event,
    now_ms: Millis,
) -> Result<bool, StoreError> {
    let gone = conn.query_opt(
        "delete from follows where follower_id = $1 and followee_id = $2 returning id, uri",
        args![relation.from, relation.to],
        |row| Ok((row.take::<i64>()?, row.take::<Option<String>>()?)),
    )?;
    let Some((id, uri)) = gone else { return Ok(false) };
    relation.id = id;
    relation.uri = uri;
    featured::unendorse(conn, relation.from, relation.to)?;
    count(conn, &relation, -1)?;
    lists::unlist(conn, relation.from, relation.to)?;
    notifications::retract(conn, relation.to, NotificationKind::Follow, relation.from, None)?;
    events::append(conn, &[event(relation)], now_ms)?;
    Ok(true)
}

/// Asks for a follow. Answers whether the request is new.
pub fn request(conn: &mut Conn, relation: &Relation, now_ms: Millis) -> Result<bool, StoreError> {
    lock_ends(conn, relation)?;
    let new = conn.execute(
        "insert into follow_requests (id, follower_id, followee_id, uri, created_at)
         select $1, $2, $3, $4, $5
         where not exists (select 1 from follows where follower_id = $2 and followee_id = $3)
           and not exists (select 1 from blocks
             where (account_id = $2 and target_id = $3) or (account_id = $3 and target_id = $2))
         on conflict do nothing",
        args![relation.id, relation.from, relation.to, relation.uri.as_deref(), now_ms],
    )?;
    if new == 0 {
        return Ok(false);
    }
    let mut log = vec![Event::FollowRequested(relation.clone())];
    log.extend(tell(conn, relation, NotificationKind::FollowRequest, now_ms)?);
    events::append(conn, &log, now_ms)?;
    Ok(true)
}

/// A follow that is asked for once more, under a new id: it is answered once more. Answers whether there was
/// a follow or a request.
pub fn ask_again(conn: &mut Conn, relation: &Relation, now_ms: Millis) -> Result<bool, StoreError> {
    let ends = args![relation.from, relation.to, relation.uri.as_deref()];
    let follow = conn.query_opt(
        "update follows set uri = $3 where follower_id = $1 and followee_id = $2 returning id",
        ends,
        super::int,
    )?;
    if let Some(id) = follow {
        events::append(conn, &[Event::Followed(Relation { id, ..relation.clone() })], now_ms)?;
        return Ok(true);
    }
    let waiting = conn
        .execute("update follow_requests set uri = $3 where follower_id = $1 and followee_id = $2", ends)?;
    Ok(waiting > 0)
}

/// Whether `account` blocks `target`.
pub fn is_blocking(conn: &mut Conn, account: AccountId, target: AccountId) -> Result<bool, StoreError> {
    conn.query_one(
        "select exists(select 1 from blocks where account_id = $1 and target_id = $2)",
        args![account, target],
        |row| row.take(),
    )
}

/// Who blocks whom by the ActivityPub id of the Block.
pub fn block_by_uri(conn: &mut Conn, uri: &str) -> Result<Option<(AccountId, AccountId)>, StoreError> {
    conn.query_opt("select account_id, target_id from blocks where uri = $1", args![uri], |row| {
        Ok((row.take()?, row.take()?))
    })
}

/// Whether anybody here follows the account.
pub fn has_local_follower(conn: &mut Conn, account: AccountId) -> Result<bool, StoreError> {
    Ok(!local_followers(conn, account, AccountId(0), 1)?.is_empty())
}

/// Those of these accounts that somebody here follows.
pub fn followed_from_here(conn: &mut Conn, accounts: &[AccountId]) -> Result<HashSet<AccountId>, StoreError> {
    let found = conn.query(
        "select a.id from accounts a where a.id in_ints($1) and exists (
             select 1 from follows f join users u on u.account_id = f.follower_id where f.followee_id = a.id)",
        args![accounts],
        |row| row.take(),
    )?;
    Ok(found.into_iter().collect())
}

/// Takes the pending request away; answers its row, and what is wanted of the follow.
fn take_request(
    conn: &mut Conn,
    relation: &Relation,
) -> Result<Option<(Relation, FollowOptions)>, StoreError> {
    let taken = conn.query_opt(
        "delete from follow_requests where follower_id = $1 and followee_id = $2
         returning id, uri, retweets, notify, languages",
        args![relation.from, relation.to],
        |row| {
            let taken = Relation { id: row.take()?, uri: row.take()?, ..relation.clone() };
            let (retweets, notify) = (row.take()?, row.take()?);
            let languages = bonds::languages(row.take::<Option<String>>()?.as_deref())?;
            Ok((taken, FollowOptions { retweets, notify, languages }))
        },
    )?;
    if taken.is_some() {
        notifications::retract(conn, relation.to, NotificationKind::FollowRequest, relation.from, None)?;
    }
    Ok(taken)
}

/// Answers a request with yes: the follow exists. Answers whether there was a request.
pub fn accept(conn: &mut Conn, relation: &Relation, now_ms: Millis) -> Result<bool, StoreError> {
    lock_ends(conn, relation)?;
    let Some((accepted, options)) = take_request(conn, relation)? else { return Ok(false) };
    let mut log = vec![Event::FollowAccepted(accepted.clone())];
    if insert_follow(conn, &accepted, &options, now_ms)? {
        log.push(Event::Followed(accepted.clone()));
        log.extend(tell(conn, &accepted, NotificationKind::Follow, now_ms)?);
    }
    events::append(conn, &log, now_ms)?;
    Ok(true)
}

/// Answers a request with no. Answers whether there was one.
pub fn reject(conn: &mut Conn, relation: &Relation, now_ms: Millis) -> Result<bool, StoreError> {
    let Some((rejected, _)) = take_request(conn, relation)? else { return Ok(false) };
    events::append(conn, &[Event::FollowRejected(rejected)], now_ms)?;
    Ok(true)
}

/// Takes an own request back. Answers whether there was one.
pub fn cancel_request(conn: &mut Conn, relation: &Relation, now_ms: Millis) -> Result<bool, StoreError> {
    let Some((cancelled, _)) = take_request(conn, relation)? else { return Ok(false) };
    events::append(conn, &[Event::FollowRequestCancelled(cancelled)], now_ms)?;
    Ok(true)
}

/// Blocks: both follows, requests and what they told each other end. Answers whether the block is new.
pub fn block(conn: &mut Conn, relation: &Relation, now_ms: Millis) -> Result<bool, StoreError> {
    lock_ends(conn, relation)?;
    let new = conn.execute(
        "insert into blocks (id, account_id, target_id, uri, created_at) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
        args![relation.id, relation.from, relation.to, relation.uri.as_deref(), now_ms],
    )?;
    if new == 0 {
        return Ok(false);
    }
    let back = Relation {
        from: relation.to,
        to: relation.from,
        from_local: relation.to_local,
        to_local: relation.from_local,
        id: 0,
        uri: None,
    };
    unfollow(conn, relation.clone(), Event::Unfollowed, now_ms)?;
    unfollow(conn, back.clone(), Event::FollowRejected, now_ms)?;
    cancel_request(conn, relation, now_ms)?;
    reject(conn, &back, now_ms)?;
    notifications::forget_between(conn, relation.from, relation.to)?;
    events::append(conn, &[Event::Blocked(relation.clone())], now_ms)?;
    Ok(true)
}

/// Ends a block. Answers whether there was one.
pub fn unblock(conn: &mut Conn, relation: &Relation, now_ms: Millis) -> Result<bool, StoreError> {
    let gone = conn.query_opt(
        "delete from blocks where account_id = $1 and target_id = $2 returning id, uri",
        args![relation.from, relation.to],
        |row| Ok((row.take::<i64>()?, row.take::<Option<String>>()?)),
    )?;
    let Some((id, uri)) = gone else { return Ok(false) };
    events::append(conn, &[Event::Unblocked(Relation { id, uri, ..relation.clone() })], now_ms)?;
    Ok(true)
}

/// Mutes, or changes whether notifications are muted too and when it ends. Answers whether anything changed.
pub fn mute(
    conn: &mut Conn,
    relation: &Relation,
    (notifications_too, until): (bool, Option<Millis>),
    now_ms: Millis,
) -> Result<bool, StoreError> {
    let changed = conn.execute(
        "insert into mutes (id, account_id, target_id, notifications, expires_at, created_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (account_id, target_id) do update
             set notifications = excluded.notifications, expires_at = excluded.expires_at
             where mutes.notifications <> excluded.notifications
                 or mutes.expires_at is distinct from excluded.expires_at",
        args![relation.id, relation.from, relation.to, notifications_too, until, now_ms],
    )?;
    if changed > 0 {
        events::append(conn, &[Event::Muted(relation.clone())], now_ms)?;
    }
    Ok(changed > 0)
}

/// Ends a mute. Answers whether there was one.
pub fn unmute(conn: &mut Conn, relation: &Relation, now_ms: Millis) -> Result<bool, StoreError> {
    let gone = conn.execute(
        "delete from mutes where account_id = $1 and target_id = $2",
        args![relation.from, relation.to],
    )?;
    if gone > 0 {
        events::append(conn, &[Event::Unmuted(relation.clone())], now_ms)?;
    }
    Ok(gone > 0)
}

/// A list of bonds by one end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bonds {
    /// Who follows the account.
    Followers,
    /// Whom the account follows.
    Following,
    /// Who waits for the account's word.
    Requests,
    /// Whom the account has asked.
    Requested,
    /// Whom the account blocks.
    Blocks,
    /// Whom the account mutes.
    Mutes,
    /// Whom the account recommends.
    Endorsed,
}

/// The other ends of an account's bonds, newest first.
pub fn bonds(
    conn: &mut Conn,
    which: Bonds,
    account: AccountId,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<(RowId, AccountId)>, StoreError> {
    let sql = match which {
        Bonds::Followers => {
            "select id, follower_id from follows where followee_id = $1 and id < $2 and id > $3 order by id desc limit $4"
        }
        Bonds::Following => {
            "select id, followee_id from follows where follower_id = $1 and id < $2 and id > $3 order by id desc limit $4"
        }
        Bonds::Requests => {
            "select id, follower_id from follow_requests where followee_id = $1 and id < $2 and id > $3
             order by id desc limit $4"
        }
        Bonds::Requested => {
            "select id, followee_id from follow_requests where follower_id = $1 and id < $2 and id > $3
             order by id desc limit $4"
        }
        Bonds::Blocks => {
            "select id, target_id from blocks where account_id = $1 and id < $2 and id > $3 order by id desc limit $4"
        }
        Bonds::Mutes => {
            "select id, target_id from mutes where account_id = $1 and id < $2 and id > $3 order by id desc limit $4"
        }
        Bonds::Endorsed => {
            "select id, target_id from endorsements where account_id = $1 and id < $2 and id > $3
             order by id desc limit $4"
        }
    };
    conn.query(sql, args![account, older_than(cursor), newer_than(cursor), limit], |row| {
        Ok((row.take()?, row.take()?))
    })
}

/// Reads all bonds of an account in one query.
pub fn all_bonds(conn: &mut Conn, account: AccountId) -> Result<Relations, StoreError> {
    let rows = conn.query(
        "select cast(0 as bigint), followee_id, languages from follows where follower_id = $1
         union all select cast(1 as bigint), followee_id, cast(null as text) from follow_requests where follower_id = $1
         union all select cast(2 as bigint), target_id, cast(null as text) from blocks where account_id = $1
         union all select cast(3 as bigint), account_id, cast(null as text) from blocks where target_id = $1
         union all select cast(4 as bigint), target_id, cast(null as text) from mutes where account_id = $1
         union all select cast(5 as bigint), target_id, cast(null as text) from mutes
             where account_id = $1 and notifications
         union all select cast(6 as bigint), m.member_id, cast(null as text)
             from lists l join list_members m on m.list_id = l.id where l.account_id = $1 and l.exclusive
         union all select cast(7 as bigint), followee_id, cast(null as text) from follows
             where follower_id = $1 and not retweets
         union all select cast(8 as bigint), account_id, host from hidden_hosts where account_id = $1
         union all select cast(9 as bigint), account_id, tag from followed_tags where account_id = $1",
        args![account],
        |row| Ok((row.take::<i64>()?, row.take::<AccountId>()?, row.take::<Option<String>>()?)),
    )?;
    let mut all = Relations::default();
    for (which, other, text) in rows {
        match which {
            0 => {
                all.following.insert(other);
                if text.is_some() {
                    all.languages.insert(other, bonds::languages(text.as_deref())?);
                }
            }
            1 => all.requested.extend([other]),
            2 => all.blocking.extend([other]),
            3 => all.blocked_by.extend([other]),
            4 => all.muting.extend([other]),
            5 => all.muting_notifications.extend([other]),
            6 => all.listed_away.extend([other]),
            7 => all.retweets_hidden.extend([other]),
            8 => all.blocked_domains.extend(text),
            _ => all.followed_tags.extend(text),
        }
    }
    Ok(all)
}

/// Which of `accounts` follow `account`.
pub fn followers_among(
    conn: &mut Conn,
    account: AccountId,
    accounts: &[AccountId],
) -> Result<HashSet<AccountId>, StoreError> {
    let found = conn.query(
        "select follower_id from follows where followee_id = $1 and follower_id in_ints($2)",
        args![account, accounts],
        |row| row.take(),
    )?;
    Ok(found.into_iter().collect())
}

/// Which of `accounts` ask to follow `account`.
pub fn asking_among(
    conn: &mut Conn,
    account: AccountId,
    accounts: &[AccountId],
) -> Result<HashSet<AccountId>, StoreError> {
    let found = conn.query(
        "select follower_id from follow_requests where followee_id = $1 and follower_id in_ints($2)",
        args![account, accounts],
        |row| row.take(),
    )?;
    Ok(found.into_iter().collect())
}

/// Local followers of an account after `after`, in order of their ids.
pub fn local_followers(
    conn: &mut Conn,
    account: AccountId,
    after: AccountId,
    limit: i64,
) -> Result<Vec<AccountId>, StoreError> {
    conn.query(
        "select f.follower_id from follows f join users u on u.account_id = f.follower_id
         where f.followee_id = $1 and f.follower_id > $2 order by f.follower_id limit $3",
        args![account, after, limit],
        |row| row.take(),
    )
}

/// A pending request or a follow by the ActivityPub id of its Follow: follower and followee.
pub fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<(AccountId, AccountId)>, StoreError> {
    conn.query_opt(
        "select follower_id, followee_id from follow_requests where uri = $1
         union all select follower_id, followee_id from follows where uri = $1 limit 1",
        args![uri],
        |row| Ok((row.take()?, row.take()?)),
    )
}
