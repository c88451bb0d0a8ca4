//! Changing and removing tweets.

use std::collections::BTreeMap;

use super::{Picture, attach_media, insert_mentions_and_tags};
use crate::clock::Millis;
use crate::config::limits::EDITS_MAX;
use crate::model::event::{Event, TweetDeleted};
use crate::model::ids::{AccountId, TweetId};
use crate::model::notification::NotificationKind;
use crate::model::poll::Poll;
use crate::model::tweet::Tweet;
use crate::model::visibility::Visibility;
use crate::store::conn::{Conn, Counter};
use crate::store::notifications::{self, NewNotification};
use crate::store::value::args;
use crate::store::{StoreError, conversations, emoji, events, int, media, polls, quotes, tombstones, tweets};

/// Accounts that a deletion remembers for telling them.
const AUDIENCE_LIMIT: i64 = 500;
/// Tweets of ours whose authors are told that what they quote was changed: the newest.
const QUOTERS_TOLD: i64 = 500;
/// Accounts of ours that are told that what they repeated was changed.
const SHARERS_TOLD: i64 = 500;

/// A new version of a tweet.
#[derive(Clone, Debug)]
pub struct EditTweet {
    /// The tweet as it shall be: text, html, warning, sensitive, language, mentions, tags, `edited_at`.
    pub tweet: Tweet,
    /// The id of the row that keeps the old version.
    pub version_id: i64,
    /// The author's pictures after the edit, in order; `None` leaves them.
    pub media: Option<Vec<Picture>>,
    /// The author's poll after the edit; `None` leaves it.
    pub poll: Option<Option<Poll>>,
    /// Who is told: the newly mentioned.
    pub notifications: Vec<NewNotification>,
    /// The present.
    pub now_ms: Millis,
}

/// Keeps the present version of a tweet and writes the new one. Answers whether the tweet was there.
pub fn edit(conn: &mut Conn, edit: &EditTweet) -> Result<bool, StoreError> {
    let Some(before) = tweets::hold(conn, edit.tweet.id)? else { return Ok(false) };
    edit_held(conn, &before, edit)?;
    Ok(true)
}

/// The same of a tweet that this unit holds, as it was read then.
pub fn edit_held(conn: &mut Conn, before: &Tweet, edit: &EditTweet) -> Result<(), StoreError> {
    let tweet = &edit.tweet;
    keep_version(conn, before, edit.version_id)?;
    thin_out_versions(conn, tweet.id)?;
    conn.execute(
        "update tweets set text = $2, html = $3, content_warning = $4, sensitive = $5, language = $6, edited_at = $7,
             emoji = $8
         where id = $1",
        args![
            tweet.id,
            &tweet.text,
            &tweet.html,
            &tweet.content_warning,
            tweet.sensitive,
            tweet.language.as_deref(),
            tweet.edited_at,
            emoji::stored(&tweet.emoji)?,
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
    let mut told = edit.notifications.clone();
    let mut log = vec![Event::TweetEdited { tweet: tweet.id, author: tweet.author }];
    if let Some(poll) = &edit.poll {
        let dropped = polls::rewrite(conn, tweet.id, poll.as_ref(), edit.now_ms)?;
        let edited = NotificationKind::Edited;
        told.extend(dropped.ours.into_iter().map(|voter| told_of_edit(edit, voter, edited, tweet.id)));
        if !dropped.others.is_empty() {
            let (author, voters, at_ms) = (tweet.author, dropped.others, edit.now_ms);
            log.push(Event::PollRestarted { tweet: tweet.id, author, voters, at_ms });
        }
    }
    // Who voted too is told once of both.
    let sharers = tweets::local_sharers(conn, tweet.id, SHARERS_TOLD)?;
    let shared = NotificationKind::Edited;
    told.extend(sharers.into_iter().map(|sharer| told_of_edit(edit, sharer, shared, tweet.id)));
    let quoters = quotes::local_quoters(conn, tweet.id, QUOTERS_TOLD)?;
    let quoted = NotificationKind::QuotedEdited;
    told.extend(quoters.into_iter().map(|(quoting, quoter)| told_of_edit(edit, quoter, quoted, quoting)));
    log.extend(notifications::insert(conn, &told)?);
    log.extend(conversations::bring_in(conn, before, tweet)?);
    events::append(conn, &log, edit.now_ms)
}

fn told_of_edit(
    edit: &EditTweet,
    account: AccountId,
    kind: NotificationKind,
    about: TweetId,
) -> NewNotification {
    NewNotification { account, kind, from: edit.tweet.author, tweet: Some(about), at_ms: edit.now_ms }
}

fn keep_version(conn: &mut Conn, before: &Tweet, version_id: i64) -> Result<(), StoreError> {
    let version = before.version();
    conn.execute(
        "insert into tweet_edits (id, tweet_id, text, html, content_warning, sensitive, media, mentions, poll,
             created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            version_id,
            before.id,
            version.text,
            version.html,
            version.content_warning,
            version.sensitive,
            serde_json::to_string(&version.pictures)?,
            serde_json::to_string(&version.mentions)?,
            serde_json::to_string(&version.poll)?,
            version.created_at,
        ],
    )?;
    Ok(())
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

/// A tweet that goes, with what its last slice needs.
#[derive(Clone, Debug)]
pub struct Removal {
    /// The tweet.
    pub tweet: TweetId,
    /// Its ActivityPub id, as for [`delete`].
    pub tombstone: Option<String>,
    /// Who is told, read before the first slice took its rows.
    pub audience: Vec<AccountId>,
    /// Whether its pictures wait for another tweet, as new uploads do.
    pub keeps_media: bool,
    /// The present.
    pub now_ms: Millis,
}

impl Removal {
    /// The removal of a tweet as it is now.
    pub fn of(
        conn: &mut Conn,
        tweet: TweetId,
        tombstone: Option<String>,
        now_ms: Millis,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            tweet,
            tombstone,
            audience: tweets::audience(conn, tweet, AUDIENCE_LIMIT)?,
            keeps_media: false,
            now_ms,
        })
    }
}

/// Plain rows that go in the time of one retweet.
const ROWS_PER_RETWEET: i64 = 10;

/// Removes at most `limit` retweets of a tweet, ten times as many of its likes, bookmarks and notifications, and
/// with the last of them the tweet itself. Answers whether it is gone now; if not, the same is to be done again.
pub fn delete_slice(conn: &mut Conn, removal: &Removal, limit: i64) -> Result<bool, StoreError> {
    let id = removal.tweet;
    // Held until the end, so that nobody repeats it meanwhile.
    conn.query("select id from tweets where id = $1 for update", args![id], int)?;
    let retweets = tweets::retweets(conn, id, limit)?;
    for retweet in &retweets {
        delete(conn, *retweet, None, removal.now_ms)?;
    }
    if i64::try_from(retweets.len()).is_ok_and(|removed| removed >= limit) {
        return Ok(false);
    }
    let most = limit.saturating_mul(ROWS_PER_RETWEET);
    for (rows, counter) in HANGING_ON {
        let removed = i64::try_from(conn.execute(rows, args![id, most])?).unwrap_or(i64::MAX);
        if let Some(counter) = counter {
            conn.bump(counter, &BTreeMap::from([(id.0, -removed)]))?;
        }
        if removed >= most {
            return Ok(false);
        }
    }
    let Some(tweet) = tweets::by_id(conn, id)? else { return Ok(true) };
    delete_row(conn, &tweet, removal)?;
    Ok(true)
}

/// What can hang on a tweet in any number, a slice of each, with what counts it.
const HANGING_ON: [(&str, Option<Counter>); 4] = [
    (
        "delete from likes where id in (select id from likes where tweet_id = $1 limit $2)",
        Some(Counter::Likes),
    ),
    ("delete from bookmarks where id in (select id from bookmarks where tweet_id = $1 limit $2)", None),
    ("delete from poll_votes where id in (select id from poll_votes where tweet_id = $1 limit $2)", None),
    (
        "delete from notifications where id in (select id from notifications where tweet_id = $1 limit $2)",
        None,
    ),
];

/// Forgets idempotency keys from before `before_ms`, at most `limit`.
pub fn prune_keys(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from idempotency_keys where (account_id, key) in (
             select account_id, key from idempotency_keys where created_at < $1 order by created_at limit $2)",
        args![before_ms, limit],
    )
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
    let removal = Removal::of(conn, id, tombstone.map(str::to_owned), now_ms)?;
    delete_row(conn, &tweet, &removal)
}

fn delete_row(conn: &mut Conn, tweet: &Tweet, removal: &Removal) -> Result<bool, StoreError> {
    let (id, now_ms) = (tweet.id, removal.now_ms);
    // The rows of its pictures stay until their files are gone.
    match removal.keeps_media {
        true => media::release(conn, id, now_ms)?,
        false => media::abandon(conn, id)?,
    }
    if tweet.visibility == Visibility::Direct {
        conversations::forget(conn, id)?;
    }
    if conn.execute("delete from tweets where id = $1", args![id])? == 0 {
        return Ok(false);
    }
    retract_retweet(conn, tweet)?;
    conn.bump(Counter::AccountTweets, &BTreeMap::from([(tweet.author.0, -1)]))?;
    for (target, counter) in [
        (tweet.reply_to, Counter::Replies),
        (tweet.retweet_of, Counter::Retweets),
        (tweet.quotes(), Counter::Quotes),
    ] {
        if let Some(target) = target {
            conn.bump(counter, &BTreeMap::from([(target.0, -1)]))?;
        }
    }
    if let Some(uri) = &removal.tombstone {
        tombstones::insert(conn, uri, now_ms)?;
    }
    let gone = Event::TweetDeleted(TweetDeleted {
        tweet: id,
        author: tweet.author,
        local: tweet.local,
        visibility: tweet.visibility,
        retweet_of: tweet.retweet_of,
        audience: removal.audience.clone(),
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
