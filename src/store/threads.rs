//! Threads that are put together from the end: an answer that was here before what it answers.

use std::collections::{BTreeMap, HashSet};

use super::conn::{Conn, Counter};
use super::value::args;
use super::{Echo, StoreError, conversations, events, timelines, tweets};
use crate::clock::Millis;
use crate::model::event::{Event, TweetCreated};
use crate::model::ids::TweetId;
use crate::model::tweet::Tweet;

/// Steps upwards that are looked at before an answer is put under a tweet, so that no thread bites its tail.
const STEPS_UP: i64 = 1_000;

/// Tweets that answer the tweet with this ActivityPub id, which was not here when they came; at most `limit`.
pub fn awaiting(conn: &mut Conn, uri: &str, limit: i64) -> Result<Vec<TweetId>, StoreError> {
    conn.query(
        "select id from tweets where reply_to_uri = $1 order by id limit $2",
        args![uri, limit],
        |row| row.take(),
    )
}

/// Those of these ActivityPub ids of tweets that answers wait for.
pub fn awaited(conn: &mut Conn, uris: Vec<String>) -> Result<HashSet<String>, StoreError> {
    let found = conn.query(
        "select reply_to_uri from tweets where reply_to_uri in_texts($1) group by reply_to_uri",
        args![uris],
        |row| row.take(),
    )?;
    Ok(found.into_iter().collect())
}

/// Puts an answer under what it awaits, counts it, and tells the log that it is an answer. Answers whether that was
/// done: not when it awaits something else, or stands above it already.
pub fn link(conn: &mut Conn, answer: TweetId, under: TweetId, now_ms: Millis) -> Result<bool, StoreError> {
    // Both are held in the order of their ids, so that two links never wait for each other.
    let (first, second) = (tweets::hold(conn, answer.min(under))?, tweets::hold(conn, answer.max(under))?);
    let (Some(first), Some(second)) = (first, second) else { return Ok(false) };
    let (answer, parent) = if first.id == answer { (first, second) } else { (second, first) };
    if answer.id == parent.id || answer.reply_to_uri.is_none() || answer.reply_to_uri != parent.uri {
        return Ok(false);
    }
    let above = timelines::ancestors(conn, parent.id, STEPS_UP)?;
    let is_deep = i64::try_from(above.len()).is_ok_and(|steps| steps >= STEPS_UP);
    let is_ring = is_deep || above.contains(&answer.id);
    let (reply_to, reply_to_author) = (Some(parent.id).filter(|_| !is_ring), Some(parent.author));
    conn.execute(
        "update tweets set reply_to = $2, reply_to_account = $3, reply_to_uri = null where id = $1",
        args![answer.id, reply_to, reply_to_author.filter(|_| !is_ring)],
    )?;
    conn.touched(Echo::Tweet(answer.id));
    if is_ring {
        return Ok(false);
    }
    conn.bump(Counter::Replies, &BTreeMap::from([(parent.id.0, 1)]))?;
    events::append(conn, &[told(&answer, &parent)], now_ms)?;
    Ok(true)
}

/// Who follows the log takes the answer for new again, in the place that it has now.
fn told(answer: &Tweet, parent: &Tweet) -> Event {
    Event::TweetCreated(TweetCreated {
        tweet: answer.id,
        author: answer.author,
        local: answer.local,
        visibility: answer.visibility,
        retweet_of: None,
        retweet_of_author: None,
        reply_to: Some(parent.id),
        reply_to_author: Some(parent.author),
        has_media: !answer.media.is_empty(),
    })
}

/// Moves tweets of the thread `from` to the thread `to`, at most `limit`. Answers how many.
pub fn renumber(conn: &mut Conn, from: TweetId, to: TweetId, limit: i64) -> Result<u64, StoreError> {
    conversations::renumber(conn, from, to)?;
    conn.execute(
        "update tweets set thread_id = $2 where id in (
             select id from tweets where thread_id = $1 order by id limit $3)",
        args![from, to, limit],
    )
}

/// Open tweets of other instances in a thread, with their ActivityPub ids, the oldest first; at most `limit`.
pub fn remote_in(conn: &mut Conn, thread: TweetId, limit: i64) -> Result<Vec<(TweetId, String)>, StoreError> {
    conn.query(
        "select id, uri from tweets
         where thread_id = $1 and uri is not null and visibility <= 1 and retweet_of is null
         order by id limit $2",
        args![thread, limit],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// Those of these ActivityPub ids whose tweets are here.
pub fn known_among(conn: &mut Conn, uris: &[String]) -> Result<HashSet<String>, StoreError> {
    let known =
        conn.query("select uri from tweets where uri in_texts($1)", args![uris.to_vec()], |row| row.take())?;
    Ok(known.into_iter().collect())
}

/// Writes how often a tweet is liked and repeated, as its own host says; what it does not say stays.
pub fn state_counts(
    conn: &mut Conn,
    tweet: TweetId,
    likes: Option<i64>,
    retweets: Option<i64>,
) -> Result<(), StoreError> {
    conn.execute(
        "update tweets set stated_likes = coalesce($2, stated_likes),
             stated_retweets = coalesce($3, stated_retweets)
         where id = $1",
        args![tweet, likes, retweets],
    )?;
    conn.touched(Echo::Tweet(tweet));
    Ok(())
}
