//! Changing and removing tweets.

use std::collections::BTreeMap;

use super::{attach_media, insert_mentions_and_tags};
use crate::clock::Millis;
use crate::config::limits;
use crate::config::limits::EDITS_MAX;
use crate::model::event::{Event, TweetDeleted};
use crate::model::ids::{MediaId, TweetId};
use crate::model::notification::NotificationKind;
use crate::model::tweet::Tweet;
use crate::store::conn::{Conn, Counter};
use crate::store::notifications::{self, NewNotification};
use crate::store::value::args;
use crate::store::{StoreError, events, int, media, tombstones, tweets};

/// Accounts that a deletion remembers for telling them.
const AUDIENCE_LIMIT: i64 = 500;

/// A new version of a tweet.
#[derive(Clone, Debug)]
pub struct EditTweet {
    /// The tweet as it shall be: text, html, warning, sensitive, language, mentions, tags, `edited_at`.
    pub tweet: Tweet,
    /// The id of the row that keeps the old version.
    pub version_id: i64,
    /// The author's pictures after the edit, in order; `None` leaves them.
    pub media: Option<Vec<MediaId>>,
    /// Who is told: the newly mentioned.
    pub notifications: Vec<NewNotification>,
    /// The present.
    pub now_ms: Millis,
}

/// Keeps the present version of a tweet and writes the new one. Answers whether the tweet was there.
pub fn edit(conn: &mut Conn, edit: &EditTweet) -> Result<bool, StoreError> {
    let tweet = &edit.tweet;
    let kept = conn.execute(
        "insert into tweet_edits (id, tweet_id, text, html, content_warning, created_at)
         select $2, id, text, html, content_warning, coalesce(edited_at, created_at) from tweets where id = $1",
        args![tweet.id, edit.version_id],
    )?;
    if kept == 0 {
        return Ok(false);
    }
    trim_versions(conn, tweet.id)?;
    thin_out_versions(conn, tweet.id)?;
    conn.execute(
        "update tweets set text = $2, html = $3, content_warning = $4, sensitive = $5, language = $6, edited_at = $7
         where id = $1",
        args![
            tweet.id,
            &tweet.text,
            &tweet.html,
            &tweet.content_warning,
            tweet.sensitive,
            tweet.language.as_deref(),
            tweet.edited_at,
        ],
    )?;
    if let Some(media) = &edit.media {
        media::detach(conn, tweet.id)?;
        attach_media(conn, tweet.id, tweet.author, media)?;
        conn.execute("update tweets set has_media = $2 where id = $1", args![tweet.id, !media.is_empty()])?;
    }
    conn.execute("delete from tweet_mentions where tweet_id = $1", args![tweet.id])?;
    conn.execute("delete from tweet_tags where tweet_id = $1", args![tweet.id])?;
    insert_mentions_and_tags(conn, std::iter::once(tweet))?;
    let mut log = vec![Event::TweetEdited { tweet: tweet.id, author: tweet.author }];
    log.extend(notifications::insert(conn, &edit.notifications)?);
    events::append(conn, &log, edit.now_ms)?;
    Ok(true)
}

/// Keeps the first version and the newest ones.
fn thin_out_versions(conn: &mut Conn, tweet: TweetId) -> Result<(), StoreError> {
    let kept = i64::try_from(EDITS_MAX).unwrap_or(i64::MAX);
    conn.execute(
        "delete from tweet_edits where id in (
             select id from tweet_edits where tweet_id = $1 order by id limit 1 offset 1)
         and (select count(*) from tweet_edits where tweet_id = $1) > $2",
        args![tweet, kept],
    )?;
    Ok(())
}

/// Removes at most `limit` retweets of a tweet, and with the last of them the tweet itself. Answers whether
/// it is gone now; if not, the same is to be done again.
pub fn delete_with_retweets(
    conn: &mut Conn,
    id: TweetId,
    tombstone: Option<&str>,
    limit: i64,
    now_ms: Millis,
) -> Result<bool, StoreError> {
    // Held until the end, so that nobody repeats it meanwhile.
    conn.query("select id from tweets where id = $1 for update", args![id], int)?;
    let retweets = tweets::retweets(conn, id, limit)?;
    for retweet in &retweets {
        delete(conn, *retweet, None, now_ms)?;
    }
    if i64::try_from(retweets.len()).is_ok_and(|removed| removed >= limit) {
        return Ok(false);
    }
    delete(conn, id, tombstone, now_ms)?;
    Ok(true)
}

/// Forgets idempotency keys from before `before_ms`, at most `limit`.
pub fn prune_keys(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from idempotency_keys where (account_id, key) in (
             select account_id, key from idempotency_keys where created_at < $1 order by created_at limit $2)",
        args![before_ms, limit],
    )
}

/// Keeps the first and the newest versions only: another server may edit as often as it likes.
fn trim_versions(conn: &mut Conn, tweet: TweetId) -> Result<(), StoreError> {
    let newest = i64::try_from(limits::EDITS_MAX).unwrap_or(i64::MAX).saturating_sub(2);
    conn.execute(
        "delete from tweet_edits where tweet_id = $1
             and id <> (select min(id) from tweet_edits where tweet_id = $1)
             and id not in (select id from tweet_edits where tweet_id = $1 order by id desc limit $2)",
        args![tweet, newest],
    )?;
    Ok(())
}

/// Removes a tweet or a retweet, with all that hangs on it. `tombstone` is its ActivityPub id, kept so that
/// it answers "gone" and no late arrival brings it back. Answers whether it was there.
pub fn delete(
    conn: &mut Conn,
    id: TweetId,
    tombstone: Option<&str>,
    now_ms: Millis,
) -> Result<bool, StoreError> {
    let Some(tweet) = tweets::by_id(conn, id)? else { return Ok(false) };
    let audience = tweets::audience(conn, id, AUDIENCE_LIMIT)?;
    // Pictures become free uploads: used again, or swept up with their files.
    media::detach(conn, id)?;
    if conn.execute("delete from tweets where id = $1", args![id])? == 0 {
        return Ok(false);
    }
    retract_retweet(conn, &tweet)?;
    conn.bump(Counter::AccountTweets, &BTreeMap::from([(tweet.author.0, -1)]))?;
    for (target, counter) in [
        (tweet.reply_to, Counter::Replies),
        (tweet.retweet_of, Counter::Retweets),
        (tweet.quote_of, Counter::Quotes),
    ] {
        if let Some(target) = target {
            conn.bump(counter, &BTreeMap::from([(target.0, -1)]))?;
        }
    }
    if let Some(uri) = tombstone {
        tombstones::insert(conn, uri, now_ms)?;
    }
    let gone = Event::TweetDeleted(TweetDeleted {
        tweet: id,
        author: tweet.author,
        local: tweet.local,
        visibility: tweet.visibility,
        retweet_of: tweet.retweet_of,
        audience,
    });
    events::append(conn, &[gone], now_ms)?;
    Ok(true)
}

/// Takes back what a retweet told the author of its original.
fn retract_retweet(conn: &mut Conn, retweet: &Tweet) -> Result<(), StoreError> {
    let Some(original) = retweet.retweet_of else { return Ok(()) };
    let author =
        conn.query_opt("select account_id from tweets where id = $1", args![original], |row| row.take())?;
    match author {
        Some(author) => {
            notifications::retract(conn, author, NotificationKind::Retweet, retweet.author, Some(original))
        }
        None => Ok(()),
    }
}
