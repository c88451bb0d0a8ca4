//! Likes (hot, in sets), bookmarks and pins.

use std::collections::BTreeMap;

use super::conn::{Conn, Counter};
use super::hot::HotCommand;
use super::notifications::{self, NewNotification};
use super::value::args;
use super::{Kind, StoreError, Value, events, newer_than, older_than};
use crate::clock::Millis;
use crate::model::cursor::Cursor;
use crate::model::event::{Event, Reaction};
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::notification::NotificationKind;

/// Writes one like.
#[derive(Clone, Debug)]
pub struct Like {
    /// The row's id, who likes what, and whose it is.
    pub reaction: Reaction,
    /// The ActivityPub id that a remote instance gave it.
    pub uri: Option<String>,
    /// The present.
    pub now_ms: Millis,
}

impl HotCommand for Like {
    /// Whether it is new.
    type Output = bool;

    fn write_set(conn: &mut Conn, set: &[Self]) -> Result<Vec<bool>, StoreError> {
        let rows: Vec<Vec<Value>> = set
            .iter()
            .map(|like| {
                vec![
                    like.reaction.id.into(),
                    like.reaction.account.into(),
                    like.reaction.tweet.into(),
                    like.uri.as_deref().into(),
                    like.now_ms.into(),
                ]
            })
            .collect();
        let inserted = conn.insert_rows_returning(
            "likes",
            &[
                ("id", Kind::Int),
                ("account_id", Kind::Int),
                ("tweet_id", Kind::Int),
                ("uri", Kind::Text),
                ("created_at", Kind::Int),
            ],
            "on conflict do nothing returning id",
            &rows,
            super::int,
        )?;
        let inserted: std::collections::HashSet<i64> = inserted.into_iter().collect();
        let written: Vec<&Self> = set.iter().filter(|like| inserted.contains(&like.reaction.id)).collect();
        let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
        for like in &written {
            *counts.entry(like.reaction.tweet.0).or_default() += 1;
        }
        conn.bump(Counter::Likes, &counts)?;
        let told: Vec<NewNotification> = written.iter().map(|like| like.notification()).collect();
        let mut log: Vec<Event> = written.iter().map(|like| Event::Liked(like.reaction.clone())).collect();
        log.extend(notifications::insert(conn, &told)?);
        events::append(conn, &log, set.first().map_or(0, |like| like.now_ms))?;
        Ok(set.iter().map(|like| inserted.contains(&like.reaction.id)).collect())
    }
}

impl Like {
    fn notification(&self) -> NewNotification {
        NewNotification {
            account: self.reaction.author,
            kind: NotificationKind::Like,
            from: self.reaction.account,
            tweet: Some(self.reaction.tweet),
            at_ms: self.now_ms,
        }
    }
}

/// Takes a like back. Answers whether there was one; `reaction.id` is filled in from its row.
pub fn unlike(conn: &mut Conn, mut reaction: Reaction, now_ms: Millis) -> Result<bool, StoreError> {
    let gone: Option<i64> = conn.query_opt(
        "delete from likes where account_id = $1 and tweet_id = $2 returning id",
        args![reaction.account, reaction.tweet],
        super::int,
    )?;
    let Some(id) = gone else { return Ok(false) };
    reaction.id = id;
    conn.bump(Counter::Likes, &BTreeMap::from([(reaction.tweet.0, -1)]))?;
    notifications::retract(
        conn,
        reaction.author,
        NotificationKind::Like,
        reaction.account,
        Some(reaction.tweet),
    )?;
    events::append(conn, &[Event::Unliked(reaction)], now_ms)?;
    Ok(true)
}

/// Takes back at most `limit` likes of an account that goes. Answers how many.
pub fn unlike_some(
    conn: &mut Conn,
    account: AccountId,
    local: bool,
    limit: i64,
    now_ms: Millis,
) -> Result<usize, StoreError> {
    let likes = conn.query(
        "select l.id, l.tweet_id, t.account_id from likes l join tweets t on t.id = l.tweet_id
         where l.account_id = $1 order by l.id limit $2",
        args![account, limit],
        |row| Ok(Reaction { account, local, id: row.take()?, tweet: row.take()?, author: row.take()? }),
    )?;
    let taken = likes.len();
    for like in likes {
        unlike(conn, like, now_ms)?;
    }
    Ok(taken)
}

/// A remote like by its ActivityPub id: who likes what.
pub fn like_by_uri(conn: &mut Conn, uri: &str) -> Result<Option<(AccountId, TweetId)>, StoreError> {
    conn.query_opt("select account_id, tweet_id from likes where uri = $1", args![uri], |row| {
        Ok((row.take()?, row.take()?))
    })
}

/// Those who like a tweet, newest first.
pub fn likers(
    conn: &mut Conn,
    tweet: TweetId,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<(RowId, AccountId)>, StoreError> {
    conn.query(
        "select id, account_id from likes where tweet_id = $1 and id < $2 and id > $3
         order by id desc limit $4",
        args![tweet, older_than(cursor), newer_than(cursor), limit],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// What an account likes, newest first.
pub fn liked_by(
    conn: &mut Conn,
    account: AccountId,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<(RowId, TweetId)>, StoreError> {
    conn.query(
        "select id, tweet_id from likes where account_id = $1 and id < $2 and id > $3
         order by id desc limit $4",
        args![account, older_than(cursor), newer_than(cursor), limit],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// An account's own mark on a tweet: a bookmark or a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The row's id, when it is new.
    pub id: RowId,
    /// Whose it is.
    pub account: AccountId,
    /// On what.
    pub tweet: TweetId,
}

/// Puts a bookmark, or takes it away. Answers whether anything changed.
pub fn set_bookmark(conn: &mut Conn, mark: Mark, wanted: bool, now_ms: Millis) -> Result<bool, StoreError> {
    let Mark { id, account, tweet } = mark;
    let changed = if wanted {
        conn.execute(
            "insert into bookmarks (id, account_id, tweet_id) values ($1, $2, $3) on conflict do nothing",
            args![id, account, tweet],
        )?
    } else {
        conn.execute("delete from bookmarks where account_id = $1 and tweet_id = $2", args![account, tweet])?
    };
    if changed > 0 {
        events::append(conn, &[Event::BookmarkChanged { tweet, account }], now_ms)?;
    }
    Ok(changed > 0)
}

/// Bookmarks of an account, newest first.
pub fn bookmarks(
    conn: &mut Conn,
    account: AccountId,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<(RowId, TweetId)>, StoreError> {
    conn.query(
        "select id, tweet_id from bookmarks where account_id = $1 and id < $2 and id > $3
         order by id desc limit $4",
        args![account, older_than(cursor), newer_than(cursor), limit],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// Puts a tweet on top of its author's profile, or takes it off. Answers whether anything changed.
pub fn set_pin(conn: &mut Conn, mark: Mark, wanted: bool, now_ms: Millis) -> Result<bool, StoreError> {
    let Mark { id, account: author, tweet } = mark;
    let changed = if wanted {
        conn.execute(
            "insert into pins (id, account_id, tweet_id) values ($1, $2, $3) on conflict do nothing",
            args![id, author, tweet],
        )?
    } else {
        conn.execute("delete from pins where account_id = $1 and tweet_id = $2", args![author, tweet])?
    };
    if changed > 0 {
        events::append(conn, &[Event::PinChanged { tweet, author, pinned: wanted }], now_ms)?;
    }
    Ok(changed > 0)
}

/// Makes these the pinned tweets of an account, the newest pin first as in [`pins`]; the ids of the marks rise with
/// their newness. Nothing happens when they are that already.
pub fn replace_pins(
    conn: &mut Conn,
    account: AccountId,
    marks: &[Mark],
    now_ms: Millis,
) -> Result<(), StoreError> {
    let before: Vec<TweetId> = conn.query(
        "select tweet_id from pins where account_id = $1 order by id desc",
        args![account],
        |row| row.take(),
    )?;
    let wanted: Vec<TweetId> = marks.iter().map(|mark| mark.tweet).collect();
    if before == wanted {
        return Ok(());
    }
    conn.execute("delete from pins where account_id = $1", args![account])?;
    for mark in marks {
        conn.execute(
            "insert into pins (id, account_id, tweet_id) values ($1, $2, $3) on conflict do nothing",
            args![mark.id, account, mark.tweet],
        )?;
    }
    let came = wanted.iter().filter(|tweet| !before.contains(tweet)).map(|tweet| (*tweet, true));
    let went = before.iter().filter(|tweet| !wanted.contains(tweet)).map(|tweet| (*tweet, false));
    let changed =
        came.chain(went).map(|(tweet, pinned)| Event::PinChanged { tweet, author: account, pinned });
    events::append(conn, &changed.collect::<Vec<_>>(), now_ms)
}

/// Takes all but the newest `most` pins of an account away.
pub fn keep_newest_pins(conn: &mut Conn, account: AccountId, most: usize) -> Result<(), StoreError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    conn.execute(
        "delete from pins where account_id = $1 and id <= (
             select id from pins where account_id = $1 order by id desc limit 1 offset $2)",
        args![account, most],
    )?;
    Ok(())
}

/// The pinned tweets of an account, newest pin first.
pub fn pins(conn: &mut Conn, account: AccountId, limit: i64) -> Result<Vec<TweetId>, StoreError> {
    conn.query(
        "select tweet_id from pins where account_id = $1 order by id desc limit $2",
        args![account, limit],
        |row| row.take(),
    )
}
