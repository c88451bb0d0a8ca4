//! Who follows an account, as two instances compare it.

use super::conn::Conn;
use super::value::args;
use super::{StoreError, events, follows};
use crate::clock::Millis;
use crate::model::event::{Event, Relation};
use crate::model::ids::{AccountId, RowId};

/// One follower of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follower {
    /// The follow.
    pub follow: RowId,
    /// Who follows.
    pub account: AccountId,
    /// Their ActivityPub id; `None` for one of ours.
    pub uri: Option<String>,
    /// Host and port of that id; `None` for one of ours.
    pub host: Option<String>,
    /// Their username.
    pub username: String,
}

/// The followers of an account whose follows come after `after`, the oldest first.
pub fn after(
    conn: &mut Conn,
    followee: AccountId,
    after: RowId,
    limit: i64,
) -> Result<Vec<Follower>, StoreError> {
    conn.query(
        "select f.id, f.follower_id, r.uri, r.host, a.username
         from follows f join accounts a on a.id = f.follower_id left join actors r on r.account_id = f.follower_id
         where f.followee_id = $1 and f.id > $2 order by f.id limit $3",
        args![followee, after, limit],
        |row| {
            Ok(Follower {
                follow: row.take()?,
                account: row.take()?,
                uri: row.take()?,
                host: row.take()?,
                username: row.take()?,
            })
        },
    )
}

/// The ActivityPub ids of an account's followers on another host, the oldest follows first.
pub fn ids_on_host(
    conn: &mut Conn,
    followee: AccountId,
    host: &str,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    conn.query(
        "select r.uri from follows f join actors r on r.account_id = f.follower_id
         where f.followee_id = $1 and r.host = $2 order by f.id limit $3",
        args![followee, host, limit],
        |row| row.take(),
    )
}

/// Ends follows of ours that the followee's host does not know, unless they have changed meanwhile. Nobody is told:
/// there is nothing to undo. Answers those that were ended.
pub fn end_unknown(
    conn: &mut Conn,
    followee: AccountId,
    unknown: &[Follower],
    now_ms: Millis,
) -> Result<Vec<Relation>, StoreError> {
    let ids: Vec<i64> = unknown.iter().map(|follower| follower.follow.0).collect();
    let still: Vec<(AccountId, RowId)> = conn.query(
        "select follower_id, id from follows where id in_ints($1) and followee_id = $2 order by id",
        args![ids, followee],
        |row| Ok((row.take()?, row.take()?)),
    )?;
    let mut ended = Vec::new();
    for (from, follow) in still {
        let relation =
            Relation { from, to: followee, from_local: true, to_local: false, id: follow.0, uri: None };
        if follows::unfollow(conn, relation.clone(), Event::FollowRejected, now_ms)? {
            ended.push(relation);
        }
    }
    Ok(ended)
}

/// Of the accounts of ours with these folded usernames, those that neither follow `followee` nor ask to, with their
/// usernames. Until the unit of work is over none of them begins to.
pub fn strangers_among(
    conn: &mut Conn,
    followee: AccountId,
    usernames: Vec<String>,
) -> Result<Vec<(AccountId, String)>, StoreError> {
    let found: Vec<(AccountId, String)> = conn.query(
        "select a.id, a.username from accounts a join users u on u.account_id = a.id
         where a.domain is null and a.username_folded in_texts($1) and a.suspended_at is null
         order by a.id for no key update",
        args![usernames],
        |row| Ok((row.take()?, row.take()?)),
    )?;
    let ids: Vec<AccountId> = found.iter().map(|(id, _)| *id).collect();
    let bound: Vec<AccountId> = conn.query(
        "select follower_id from follows where followee_id = $1 and follower_id in_ints($2)
         union all select follower_id from follow_requests where followee_id = $1 and follower_id in_ints($2)",
        args![followee, ids.as_slice()],
        |row| row.take(),
    )?;
    Ok(found.into_iter().filter(|(id, _)| !bound.contains(id)).collect())
}

/// Lets the followee's host hear that these accounts of ours do not follow.
pub fn undo(conn: &mut Conn, relations: &[Relation], now_ms: Millis) -> Result<(), StoreError> {
    let log: Vec<Event> = relations.iter().cloned().map(Event::Unfollowed).collect();
    events::append(conn, &log, now_ms)
}
