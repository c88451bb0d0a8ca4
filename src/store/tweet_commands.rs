//! Writing tweets: create (hot, in sets), edit, delete. Counters, notifications and events go along.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::conn::{Conn, Counter};
use super::hot::HotCommand;
use super::notifications::{self, NewNotification};
use super::value::args;
use super::{Kind, StoreError, Value, events, tweets};
use crate::clock::Millis;
use crate::error::Error;
use crate::model::event::{Event, TweetCreated, TweetDeleted};
use crate::model::ids::{AccountId, MediaId, TweetId};
use crate::model::tweet::Tweet;

/// Accounts that a deletion remembers for telling them.
const AUDIENCE_LIMIT: i64 = 500;

/// Writes one new tweet, reply, quote or retweet. Authorised and parsed already.
#[derive(Clone, Debug)]
pub struct CreateTweet {
    /// The tweet; counts and media are taken from their tables, mentions and tags are written.
    pub tweet: Tweet,
    /// Pictures to attach: uploaded by the author and still free.
    pub media: Vec<MediaId>,
    /// The author of the repeated tweet.
    pub retweet_of_author: Option<AccountId>,
    /// Who is told.
    pub notifications: Vec<NewNotification>,
    /// The client's key for "the same request again".
    pub idempotency_key: Option<String>,
    /// The present.
    pub now_ms: Millis,
}

/// What became of a [`CreateTweet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// It was written.
    New,
    /// It was there already: the same request again, the same retweet, the same remote id.
    Existing(TweetId),
}

impl HotCommand for CreateTweet {
    type Output = Created;

    fn write_set(conn: &mut Conn, set: &[Self]) -> Result<Vec<Created>, StoreError> {
        let mut outputs: HashMap<TweetId, Created> = HashMap::new();
        let repeated = claim_keys(conn, set)?;
        let fresh: Vec<&Self> =
            set.iter().filter(|command| !repeated.contains_key(&command.tweet.id)).collect();
        let inserted = insert_tweets(conn, &fresh)?;
        for (id, existing) in repeated {
            outputs.insert(id, Created::Existing(existing));
        }
        let (written, refused): (Vec<&Self>, Vec<&Self>) =
            fresh.into_iter().partition(|command| inserted.contains(&command.tweet.id));
        for command in refused {
            let existing = existing(conn, &command.tweet)?.ok_or(StoreError::NoRow)?;
            outputs.insert(command.tweet.id, Created::Existing(existing));
        }
        write_companions(conn, &written)?;
        Ok(set
            .iter()
            .map(|command| outputs.get(&command.tweet.id).copied().unwrap_or(Created::New))
            .collect())
    }
}

/// Takes the idempotency keys of a set; answers the tweets of those that were taken before.
fn claim_keys(conn: &mut Conn, set: &[CreateTweet]) -> Result<HashMap<TweetId, TweetId>, StoreError> {
    let keyed: Vec<(&CreateTweet, &String)> =
        set.iter().filter_map(|command| Some((command, command.idempotency_key.as_ref()?))).collect();
    if keyed.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Vec<Value>> = keyed
        .iter()
        .map(|(command, key)| {
            vec![
                command.tweet.author.into(),
                key.as_str().into(),
                command.tweet.id.into(),
                command.now_ms.into(),
            ]
        })
        .collect();
    let claimed: HashSet<TweetId> = conn
        .insert_rows_returning(
            "idempotency_keys",
            &[
                ("account_id", Kind::Int),
                ("key", Kind::Text),
                ("tweet_id", Kind::Int),
                ("created_at", Kind::Int),
            ],
            "on conflict do nothing returning tweet_id",
            &rows,
            |row| row.take(),
        )?
        .into_iter()
        .collect();
    let mut repeated = HashMap::new();
    for (command, key) in keyed {
        if !claimed.contains(&command.tweet.id) {
            let existing = conn.query_one(
                "select tweet_id from idempotency_keys where account_id = $1 and key = $2",
                args![command.tweet.author, key],
                |row| row.take(),
            )?;
            repeated.insert(command.tweet.id, existing);
        }
    }
    Ok(repeated)
}

const COLUMNS: &[(&str, Kind)] = &[
    ("id", Kind::Int),
    ("account_id", Kind::Int),
    ("local", Kind::Bool),
    ("visibility", Kind::Int),
    ("text", Kind::Text),
    ("html", Kind::Text),
    ("content_warning", Kind::Text),
    ("sensitive", Kind::Bool),
    ("language", Kind::Text),
    ("reply_to", Kind::Int),
    ("reply_to_account", Kind::Int),
    ("thread_id", Kind::Int),
    ("retweet_of", Kind::Int),
    ("quote_of", Kind::Int),
    ("uri", Kind::Text),
    ("url", Kind::Text),
    ("created_at", Kind::Int),
    ("has_media", Kind::Bool),
];

fn insert_tweets(conn: &mut Conn, set: &[&CreateTweet]) -> Result<HashSet<TweetId>, StoreError> {
    let rows: Vec<Vec<Value>> = set
        .iter()
        .map(|command| {
            let tweet = &command.tweet;
            vec![
                tweet.id.into(),
                tweet.author.into(),
                tweet.local.into(),
                tweet.visibility.into(),
                (&tweet.text).into(),
                (&tweet.html).into(),
                (&tweet.content_warning).into(),
                tweet.sensitive.into(),
                tweet.language.as_deref().into(),
                tweet.reply_to.into(),
                tweet.reply_to_author.into(),
                tweet.thread.into(),
                tweet.retweet_of.into(),
                tweet.quote_of.into(),
                tweet.uri.as_deref().into(),
                tweet.url.as_deref().into(),
                tweet.created_at.into(),
                (!command.media.is_empty() || !tweet.media.is_empty()).into(),
            ]
        })
        .collect();
    let ids =
        conn.insert_rows_returning("tweets", COLUMNS, "on conflict do nothing returning id", &rows, |row| {
            row.take()
        })?;
    Ok(ids.into_iter().collect())
}

fn existing(conn: &mut Conn, tweet: &Tweet) -> Result<Option<TweetId>, StoreError> {
    if let Some(original) = tweet.retweet_of
        && let Some(found) = tweets::retweet_by(conn, tweet.author, original)?
    {
        return Ok(Some(found));
    }
    match &tweet.uri {
        Some(uri) => tweets::id_by_uri(conn, uri),
        None => Ok(None),
    }
}

/// Counters, mentions, tags, media, notifications and events of tweets that were just inserted.
fn write_companions(conn: &mut Conn, written: &[&CreateTweet]) -> Result<(), StoreError> {
    count(conn, written)?;
    for command in written {
        attach_media(conn, command.tweet.id, command.tweet.author, &command.media)?;
        super::media::insert_remote(conn, &command.tweet)?;
    }
    insert_mentions_and_tags(conn, written.iter().map(|command| &command.tweet))?;
    let mut log: Vec<Event> = written.iter().map(|command| created_event(command)).collect();
    let new: Vec<NewNotification> =
        written.iter().flat_map(|command| command.notifications.iter().cloned()).collect();
    log.extend(notifications::insert(conn, &new)?);
    let now_ms = written.first().map_or(0, |command| command.now_ms);
    events::append(conn, &log, now_ms)
}

fn count(conn: &mut Conn, written: &[&CreateTweet]) -> Result<(), StoreError> {
    let mut by_author = BTreeMap::new();
    let mut replies = BTreeMap::new();
    let mut retweets = BTreeMap::new();
    let mut quotes = BTreeMap::new();
    for CreateTweet { tweet, .. } in written {
        *by_author.entry(tweet.author.0).or_default() += 1;
        let parts = [
            (tweet.reply_to, &mut replies),
            (tweet.retweet_of, &mut retweets),
            (tweet.quote_of, &mut quotes),
        ];
        for (target, counts) in parts {
            if let Some(target) = target {
                *counts.entry(target.0).or_default() += 1;
            }
        }
    }
    conn.bump(Counter::AccountTweets, &by_author)?;
    conn.bump(Counter::Replies, &replies)?;
    conn.bump(Counter::Retweets, &retweets)?;
    conn.bump(Counter::Quotes, &quotes)?;
    for CreateTweet { tweet, .. } in written.iter().filter(|command| command.tweet.retweet_of.is_none()) {
        super::accounts::touch_last_tweet(conn, tweet.author, tweet.created_at)?;
    }
    Ok(())
}

fn created_event(command: &CreateTweet) -> Event {
    let tweet = &command.tweet;
    Event::TweetCreated(TweetCreated {
        tweet: tweet.id,
        author: tweet.author,
        local: tweet.local,
        visibility: tweet.visibility,
        retweet_of: tweet.retweet_of,
        retweet_of_author: command.retweet_of_author,
        reply_to: tweet.reply_to,
        reply_to_author: tweet.reply_to_author,
        has_media: !command.media.is_empty() || !tweet.media.is_empty(),
    })
}

/// Gives free uploads of `author` to a tweet, in order. Refuses what is not free or not the author's.
fn attach_media(
    conn: &mut Conn,
    tweet: TweetId,
    author: AccountId,
    media: &[MediaId],
) -> Result<(), StoreError> {
    for (id, position) in media.iter().zip(0_i64..) {
        let attached = conn.execute(
            "update media set tweet_id = $1, position = $2
             where id = $3 and account_id = $4 and (tweet_id is null or tweet_id = $1)",
            args![tweet, position, *id, author],
        )?;
        if attached == 0 {
            return Err(Error::invalid(
                "media",
                "unknown_media",
                format!("there is no upload {id} of yours that is still free; upload it again"),
            )
            .into());
        }
    }
    Ok(())
}

fn insert_mentions_and_tags<'t>(
    conn: &mut Conn,
    tweets: impl Iterator<Item = &'t Tweet> + Clone,
) -> Result<(), StoreError> {
    let mentions: Vec<Vec<Value>> = tweets
        .clone()
        .flat_map(|tweet| tweet.mentions.iter().map(|m| vec![tweet.id.into(), m.account.into()]))
        .collect();
    conn.insert_rows(
        "tweet_mentions",
        &[("tweet_id", Kind::Int), ("account_id", Kind::Int)],
        "on conflict do nothing",
        &mentions,
    )?;
    let tags: Vec<Vec<Value>> =
        tweets.flat_map(|tweet| tweet.tags.iter().map(|tag| vec![tag.into(), tweet.id.into()])).collect();
    conn.insert_rows(
        "tweet_tags",
        &[("tag", Kind::Text), ("tweet_id", Kind::Int)],
        "on conflict do nothing",
        &tags,
    )?;
    Ok(())
}

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
        super::media::detach(conn, tweet.id)?;
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
    // The rows of its pictures stay until their files are gone.
    super::media::abandon(conn, id)?;
    conn.execute("delete from tweets where id = $1", args![id])?;
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
        super::tombstones::insert(conn, uri, now_ms)?;
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
