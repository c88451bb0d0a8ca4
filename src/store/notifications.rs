//! Notifications: written in the transaction of their cause, once each.

use std::collections::HashSet;

use super::conn::Conn;
use super::value::args;
use super::{Kind, Row, StoreError, Value, newer_than, older_than, sifting};
use crate::clock::Millis;
use crate::model::cursor::Cursor;
use crate::model::event::Event;
use crate::model::ids::{AccountId, NotificationId, TweetId};
use crate::model::notification::{Notification, NotificationKind};
use crate::model::sifting::Sift;

/// A notification to write, unless its receiver does not want it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotification {
    /// Whom it is for; receivers that are not ours are passed over.
    pub account: AccountId,
    /// What happened.
    pub kind: NotificationKind,
    /// Who did it.
    pub from: AccountId,
    /// The tweet it is about.
    pub tweet: Option<TweetId>,
    /// When.
    pub at_ms: Millis,
}

impl NewNotification {
    /// What makes it the same notification as another.
    fn dedupe(&self) -> String {
        let same = dedupe(self.account, self.kind, self.from, self.tweet);
        if self.kind.recurs() { format!("{same}:{}", self.at_ms) } else { same }
    }
}

fn dedupe(account: AccountId, kind: NotificationKind, from: AccountId, tweet: Option<TweetId>) -> String {
    format!("{account}:{}:{from}:{}", kind.as_str(), tweet.unwrap_or_default())
}

/// Writes those that are wanted: the receiver is a user of ours, is not the doer (whose own poll may be over), is willing
/// to hear of the doer, and has not muted the thread of the tweet. What waits by the receiver's choice is written too, what
/// they do not want at all, or not by such a doer, is not. Answers an event for each that is told.
pub fn insert(conn: &mut Conn, new: &[NewNotification]) -> Result<Vec<Event>, StoreError> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let pairs: Vec<(AccountId, AccountId)> = new.iter().map(|n| (n.account, n.from)).collect();
    let (willing, silenced) = (willing(conn, &pairs)?, silenced(conn, new)?);
    let wanted: Vec<&NewNotification> = new
        .iter()
        .filter(|n| {
            let from_another = n.account != n.from || n.kind == NotificationKind::PollEnded;
            let is_silenced = n.tweet.is_some_and(|tweet| silenced.contains(&(n.account, tweet)));
            from_another && willing.contains(&(n.account, n.from)) && !is_silenced
        })
        .collect();
    let judged = sifting::judge(conn, &wanted)?;
    let kept: Vec<(&NewNotification, bool)> = wanted
        .into_iter()
        .zip(judged)
        .filter(|(_, verdict)| verdict.wanted && verdict.sift != Sift::Drop)
        .map(|(n, verdict)| (n, verdict.sift == Sift::Filter))
        .collect();
    let rows: Vec<Vec<Value>> = kept
        .iter()
        .map(|(n, waits)| {
            vec![
                n.account.into(),
                n.kind.as_str().into(),
                n.from.into(),
                n.tweet.into(),
                n.dedupe().into(),
                n.at_ms.into(),
                (*waits).into(),
            ]
        })
        .collect();
    let written: Vec<(AccountId, NotificationId, bool)> = conn.insert_rows_returning(
        "notifications",
        &[
            ("account_id", Kind::Int),
            ("kind", Kind::Text),
            ("from_id", Kind::Int),
            ("tweet_id", Kind::Int),
            ("dedupe", Kind::Text),
            ("created_at", Kind::Int),
            ("filtered", Kind::Bool),
        ],
        "on conflict do nothing returning account_id, id, filtered",
        &rows,
        |row| Ok((row.take()?, row.take()?, row.take()?)),
    )?;
    sifting::request(conn, kept.iter().filter(|(_, waits)| *waits).map(|(n, _)| *n))?;
    let told = written.into_iter().filter(|(_, _, waits)| !waits);
    let event = |(account, id, _)| Event::Notified { account, notification: Some(id) };
    Ok(told.map(event).collect())
}

/// Of these pairs of a receiver and a doer, those in which the receiver is a user who wants to hear of the doer: neither
/// blocks nor mutes them with their notifications, nor is blocked, nor hides their host.
pub fn willing(
    conn: &mut Conn,
    pairs: &[(AccountId, AccountId)],
) -> Result<HashSet<(AccountId, AccountId)>, StoreError> {
    let receivers: Vec<i64> = pairs.iter().map(|(receiver, _)| receiver.0).collect();
    let doers: Vec<i64> = pairs.iter().map(|(_, doer)| doer.0).collect();
    let users: HashSet<AccountId> = conn
        .query(
            "select account_id from users where account_id in_ints($1)",
            args![receivers.clone()],
            |row| row.take(),
        )?
        .into_iter()
        .collect();
    let unwanted: HashSet<(AccountId, AccountId)> = conn
        .query(
            "select account_id, target_id from blocks where account_id in_ints($1) and target_id in_ints($2)
             union select target_id, account_id from blocks where target_id in_ints($1) and account_id in_ints($2)
             union select account_id, target_id from mutes
                 where notifications and account_id in_ints($1) and target_id in_ints($2)
             union select h.account_id, a.id from accounts a join hidden_hosts h on h.host = a.domain
                 where a.id in_ints($2) and h.account_id in_ints($1)",
            args![receivers, doers],
            |row| Ok((row.take()?, row.take()?)),
        )?
        .into_iter()
        .collect();
    let is_willing = |pair: &&(AccountId, AccountId)| users.contains(&pair.0) && !unwanted.contains(*pair);
    Ok(pairs.iter().filter(is_willing).copied().collect())
}

/// Who of the receivers has muted the thread of the tweet that they would be told of.
fn silenced(conn: &mut Conn, new: &[NewNotification]) -> Result<HashSet<(AccountId, TweetId)>, StoreError> {
    let about: Vec<(AccountId, TweetId)> = new.iter().filter_map(|n| Some((n.account, n.tweet?))).collect();
    if about.is_empty() {
        return Ok(HashSet::new());
    }
    let receivers: Vec<i64> = about.iter().map(|(receiver, _)| receiver.0).collect();
    let tweets: Vec<i64> = about.iter().map(|(_, tweet)| tweet.0).collect();
    let muted = conn.query(
        "select m.account_id, t.id from tweets t join muted_threads m on m.thread_id = t.thread_id
         where t.id in_ints($1) and m.account_id in_ints($2)",
        args![tweets, receivers],
        |row| Ok((row.take()?, row.take()?)),
    )?;
    Ok(muted.into_iter().collect())
}

/// Takes a notification back: the like, follow or request it told of is no more.
pub fn retract(
    conn: &mut Conn,
    account: AccountId,
    kind: NotificationKind,
    from: AccountId,
    tweet: Option<TweetId>,
) -> Result<(), StoreError> {
    conn.execute("delete from notifications where dedupe = $1", args![dedupe(account, kind, from, tweet)])?;
    Ok(())
}

/// Removes what two accounts told each other: one of them blocked the other.
pub fn forget_between(conn: &mut Conn, a: AccountId, b: AccountId) -> Result<(), StoreError> {
    conn.execute(
        "delete from notifications
         where (account_id = $1 and from_id = $2) or (account_id = $2 and from_id = $1)",
        args![a, b],
    )?;
    sifting::close(conn, a, b)?;
    sifting::close(conn, b, a)
}

/// The notifications of an account that are told, newest first; of these kinds when any are given.
pub fn list(
    conn: &mut Conn,
    account: AccountId,
    cursor: Cursor,
    kinds: Vec<String>,
    limit: i64,
) -> Result<Vec<Notification>, StoreError> {
    let all = kinds.is_empty();
    conn.query(
        "select id, kind, from_id, tweet_id, created_at from notifications
         where account_id = $1 and not filtered and id < $2 and id > $3 and ($4 or kind in_texts($5))
         order by id desc limit $6",
        args![account, older_than(cursor), newer_than(cursor), all, kinds, limit],
        notification,
    )
}

/// The same of those that one doer caused, those that wait too if they are wanted.
#[expect(clippy::too_many_arguments, reason = "whose, by whom, which and where")]
pub fn list_from(
    conn: &mut Conn,
    (account, from): (AccountId, AccountId),
    waiting: bool,
    cursor: Cursor,
    kinds: Vec<String>,
    limit: i64,
) -> Result<Vec<Notification>, StoreError> {
    let all = kinds.is_empty();
    conn.query(
        "select id, kind, from_id, tweet_id, created_at from notifications
         where from_id = $7 and account_id = $1 and id < $2 and id > $3 and ($8 or not filtered)
             and ($4 or kind in_texts($5))
         order by id desc limit $6",
        args![account, older_than(cursor), newer_than(cursor), all, kinds, limit, from, waiting],
        notification,
    )
}

/// Some notifications of an account.
pub fn by_ids(
    conn: &mut Conn,
    account: AccountId,
    ids: Vec<NotificationId>,
) -> Result<Vec<Notification>, StoreError> {
    let ids: Vec<i64> = ids.into_iter().map(|id| id.0).collect();
    conn.query(
        "select id, kind, from_id, tweet_id, created_at from notifications
         where account_id = $1 and id in_ints($2)",
        args![account, ids],
        notification,
    )
}

/// Removes one notification of an account. Answers whether it was there.
pub fn dismiss(conn: &mut Conn, account: AccountId, id: NotificationId) -> Result<bool, StoreError> {
    Ok(conn.execute("delete from notifications where id = $1 and account_id = $2", args![id, account])? > 0)
}

/// Removes some notifications of an account.
pub fn dismiss_some(conn: &mut Conn, account: AccountId, ids: Vec<NotificationId>) -> Result<(), StoreError> {
    let ids: Vec<i64> = ids.into_iter().map(|id| id.0).collect();
    conn.execute("delete from notifications where account_id = $1 and id in_ints($2)", args![account, ids])?;
    Ok(())
}

/// Removes the oldest notifications of an account, of those that are told. Answers how many.
pub fn clear(conn: &mut Conn, account: AccountId, limit: i64) -> Result<i64, StoreError> {
    let gone = conn.execute(
        "delete from notifications where id in (
             select id from notifications where account_id = $1 and not filtered order by id limit $2)",
        args![account, limit],
    )?;
    Ok(i64::try_from(gone).unwrap_or(i64::MAX))
}

fn notification(row: &mut Row<'_>) -> Result<Notification, StoreError> {
    let id = row.take()?;
    let kind: String = row.take()?;
    Ok(Notification {
        id,
        kind: NotificationKind::from_stored(&kind)
            .ok_or_else(|| StoreError::Corrupt(format!("notification kind {kind:?}")))?,
        from: row.take()?,
        tweet: row.take()?,
        created_at: row.take()?,
    })
}
