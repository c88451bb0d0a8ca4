//! Writing tweets: create (hot, in sets), edit, delete. Counters, notifications and events go along.

mod changes;

use std::collections::{BTreeMap, HashMap, HashSet};

pub use changes::{EditTweet, Removal, delete, delete_slice, edit, edit_held, prune_keys};

use super::accounts::{self, Written};
use super::conn::{Conn, Counter};
use super::hot::HotCommand;
use super::notifications::{self, NewNotification};
use super::value::args;
use super::{Kind, StoreError, Value, conversations, emoji, events, tweets};
use crate::clock::Millis;
use crate::error::Error;
use crate::model::attachment::Focus;
use crate::model::event::{Event, TweetCreated};
use crate::model::ids::{AccountId, MediaId, TweetId};
use crate::model::quote::{QuotePolicy, QuoteState};
use crate::model::tweet::Tweet;
use crate::model::visibility::Visibility;

/// A client's word for "the same request again", with what tells the request from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    /// The word.
    pub key: String,
    /// A hash of what was asked for.
    pub request_hash: Vec<u8>,
}

/// An upload that a tweet shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The upload.
    pub id: MediaId,
    /// Its description from now on; `None` leaves it.
    pub alt: Option<String>,
    /// What stays to be seen of it from now on; `None` leaves it.
    pub focus: Option<Focus>,
}

/// Writes one new tweet, reply, quote or retweet. Authorised and parsed already.
#[derive(Clone, Debug)]
pub struct CreateTweet {
    /// The tweet; counts and media are taken from their tables, mentions, tags and poll are written.
    pub tweet: Tweet,
    /// Pictures to attach: uploaded by the author and still free.
    pub media: Vec<Picture>,
    /// The author of the repeated tweet.
    pub retweet_of_author: Option<AccountId>,
    /// Who is told.
    pub notifications: Vec<NewNotification>,
    /// The client's key for "the same request again".
    pub idempotency_key: Option<RequestKey>,
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

impl CreateTweet {
    /// A tweet with nothing beside: nobody is told, and no upload of ours is in it.
    pub fn alone(tweet: Tweet, now_ms: Millis) -> Self {
        Self {
            tweet,
            media: Vec::new(),
            retweet_of_author: None,
            notifications: Vec::new(),
            idempotency_key: None,
            now_ms,
        }
    }
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
    let keyed: Vec<(&CreateTweet, &RequestKey)> =
        set.iter().filter_map(|command| Some((command, command.idempotency_key.as_ref()?))).collect();
    if keyed.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Vec<Value>> = keyed
        .iter()
        .map(|(command, key)| {
            vec![
                command.tweet.author.into(),
                key.key.as_str().into(),
                command.tweet.id.into(),
                key.request_hash.as_slice().into(),
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
                ("request_hash", Kind::Bytes),
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
            let existing = claimed_by(conn, command.tweet.author, key)?.ok_or(StoreError::NoRow)?;
            repeated.insert(command.tweet.id, existing);
        }
    }
    Ok(repeated)
}

/// The tweet that was written under this key. Refused when it was another request.
pub fn claimed_by(
    conn: &mut Conn,
    author: AccountId,
    key: &RequestKey,
) -> Result<Option<TweetId>, StoreError> {
    let claimed: Option<(TweetId, Option<Vec<u8>>, bool)> = conn.query_opt(
        "select tweet_id, request_hash, scheduled from idempotency_keys where account_id = $1 and key = $2",
        args![author, &key.key],
        |row| Ok((row.take()?, row.take()?, row.take()?)),
    )?;
    let Some((tweet, request_hash, is_scheduled)) = claimed else { return Ok(None) };
    // A key from before requests were told apart has no hash.
    if is_scheduled || request_hash.is_some_and(|hash| hash != key.request_hash) {
        return Err(key_reused().into());
    }
    Ok(Some(tweet))
}

/// 422: a key that stands for another request.
pub fn key_reused() -> Error {
    let message = "this key was used for another request; take a new one";
    Error::invalid("Idempotency-Key", "key_reused", message)
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
    ("quote_state", Kind::Int),
    ("quote_stamp", Kind::Text),
    ("can_quote", Kind::Int),
    ("uri", Kind::Text),
    ("url", Kind::Text),
    ("created_at", Kind::Int),
    ("edited_at", Kind::Int),
    ("has_media", Kind::Bool),
    ("reply_to_uri", Kind::Text),
    ("stated_likes", Kind::Int),
    ("stated_retweets", Kind::Int),
    ("has_poll", Kind::Bool),
    ("emoji", Kind::Text),
];

fn insert_tweets(conn: &mut Conn, set: &[&CreateTweet]) -> Result<HashSet<TweetId>, StoreError> {
    let rows: Result<Vec<Vec<Value>>, StoreError> = set
        .iter()
        .map(|command| {
            let tweet = &command.tweet;
            Ok(vec![
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
                tweet.quote_state.code().into(),
                tweet.quote_stamp.as_deref().into(),
                tweet.can_quote.map(QuotePolicy::code).into(),
                tweet.uri.as_deref().into(),
                tweet.url.as_deref().into(),
                tweet.created_at.into(),
                tweet.edited_at.into(),
                (!command.media.is_empty() || !tweet.media.is_empty()).into(),
                tweet.reply_to_uri.as_deref().into(),
                tweet.stated_likes.into(),
                tweet.stated_retweets.into(),
                tweet.poll.is_some().into(),
                emoji::stored(&tweet.emoji)?.into(),
            ])
        })
        .collect();
    let ids = conn.insert_rows_returning(
        "tweets",
        COLUMNS,
        "on conflict do nothing returning id",
        &rows?,
        |row| row.take(),
    )?;
    Ok(ids.into_iter().collect())
}

fn existing(conn: &mut Conn, tweet: &Tweet) -> Result<Option<TweetId>, StoreError> {
    // The same command again, after a commit whose answer was lost.
    let there = tweets::id_parts(conn, tweet.id)?;
    if there.is_some_and(|there| there.author == tweet.author && there.uri == tweet.uri) {
        return Ok(Some(tweet.id));
    }
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
        if let Some(poll) = &command.tweet.poll {
            super::polls::insert(conn, command.tweet.id, poll, command.now_ms)?;
        }
    }
    insert_mentions_and_tags(conn, written.iter().map(|command| &command.tweet))?;
    let followers = followers_told(conn, written)?;
    let mut log: Vec<Event> = written.iter().flat_map(|command| created_events(command)).collect();
    let new: Vec<NewNotification> = written
        .iter()
        .flat_map(|command| command.notifications.iter().filter(|told| may_see(command, told, &followers)))
        .cloned()
        .collect();
    log.extend(notifications::insert(conn, &new)?);
    log.extend(conversations::add(conn, written.iter().map(|command| &command.tweet))?);
    let now_ms = written.first().map_or(0, |command| command.now_ms);
    events::append(conn, &log, now_ms)
}

fn count(conn: &mut Conn, written: &[&CreateTweet]) -> Result<(), StoreError> {
    let mut by_author: BTreeMap<AccountId, Written> = BTreeMap::new();
    let mut replies = BTreeMap::new();
    let mut retweets = BTreeMap::new();
    let mut quotes = BTreeMap::new();
    for CreateTweet { tweet, .. } in written {
        let done = by_author.entry(tweet.author).or_default();
        done.tweets += 1;
        if tweet.retweet_of.is_none() {
            done.newest_at = done.newest_at.max(tweet.created_at);
        }
        let parts = [
            (tweet.reply_to, &mut replies),
            (tweet.retweet_of, &mut retweets),
            (tweet.quotes(), &mut quotes),
        ];
        for (target, counts) in parts {
            if let Some(target) = target {
                *counts.entry(target.0).or_default() += 1;
            }
        }
    }
    accounts::count_written(conn, &by_author)?;
    let present = lock_tweets(conn, [&replies, &retweets, &quotes])?;
    if !retweets.keys().all(|original| present.contains(original)) {
        return Err(Error::NotFound("tweet").into());
    }
    conn.bump(Counter::Replies, &replies)?;
    conn.bump(Counter::Retweets, &retweets)?;
    conn.bump(Counter::Quotes, &quotes)
}

/// Takes the rows whose counters change in the order of their keys, so that two sets never wait for each
/// other; answers those that are there. Who repeats a tweet holds it, so that nobody deletes it meanwhile.
fn lock_tweets(conn: &mut Conn, counts: [&BTreeMap<i64, i64>; 3]) -> Result<HashSet<i64>, StoreError> {
    let ids: Vec<i64> = counts.into_iter().flat_map(BTreeMap::keys).copied().collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let present = conn.query(
        "select id from tweets where id in_ints($1) order by id for no key update",
        args![ids],
        super::int,
    )?;
    Ok(present.into_iter().collect())
}

/// Who, of those to be told of a tweet for followers, follows its author: (follower, author).
fn followers_told(
    conn: &mut Conn,
    written: &[&CreateTweet],
) -> Result<HashSet<(AccountId, AccountId)>, StoreError> {
    let closed = written.iter().filter(|command| command.tweet.visibility == Visibility::Followers);
    let (told, authors): (Vec<i64>, Vec<i64>) = closed
        .flat_map(|command| command.notifications.iter().map(|told| (told.account.0, told.from.0)))
        .unzip();
    if told.is_empty() {
        return Ok(HashSet::new());
    }
    let pairs = conn.query(
        "select follower_id, followee_id from follows
         where follower_id in_ints($1) and followee_id in_ints($2)",
        args![told, authors],
        |row| Ok((row.take()?, row.take()?)),
    )?;
    Ok(pairs.into_iter().collect())
}

/// Nobody is told of what they may not see: a tweet for followers tells followers and the mentioned only.
fn may_see(
    command: &CreateTweet,
    told: &NewNotification,
    followers: &HashSet<(AccountId, AccountId)>,
) -> bool {
    // A retweet tells the author of the original, and speaks of that one.
    told.tweet != Some(command.tweet.id)
        || command.tweet.visibility != Visibility::Followers
        || followers.contains(&(told.account, told.from))
        || command.tweet.mentions.iter().any(|mention| mention.account == told.account)
}

/// Whom it quotes is asked before anybody is told of it.
fn created_events(command: &CreateTweet) -> Vec<Event> {
    let tweet = &command.tweet;
    let asks = tweet.local && tweet.quote_state == QuoteState::Pending;
    let asked = asks.then_some(Event::QuoteAsked { tweet: tweet.id, author: tweet.author });
    asked.into_iter().chain([created_event(command)]).collect()
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

/// Gives free uploads of `author` to a tweet, in order, and describes them. Refuses what is not free or not the
/// author's.
fn attach_media(
    conn: &mut Conn,
    tweet: TweetId,
    author: AccountId,
    pictures: &[Picture],
) -> Result<(), StoreError> {
    for (Picture { id, alt, focus }, position) in pictures.iter().zip(0_i64..) {
        let (x, y) = (focus.map(|focus| i64::from(focus.x)), focus.map(|focus| i64::from(focus.y)));
        let attached = conn.execute(
            "update media set tweet_id = $1, position = $2, alt = coalesce($5, alt),
                 focus_x = coalesce($6, focus_x), focus_y = coalesce($7, focus_y)
             where id = $3 and account_id = $4 and (tweet_id is null or tweet_id = $1) and scheduled_id is null
                 and state = 0",
            args![tweet, position, *id, author, alt.as_deref(), x, y],
        )?;
        if attached == 0 {
            return Err(unknown_media().into());
        }
    }
    Ok(())
}

/// 422: an upload that is not there, somebody else's, or on another tweet.
pub fn unknown_media() -> Error {
    let message = "one of these pictures is not an upload of yours that is still free; upload it again";
    Error::invalid("media", "unknown_media", message)
}

/// 422: a film that is still worked on, or could not be made into something to show.
pub fn unready_media() -> Error {
    let message = "one of these is still worked on, or could not be shown; ask for it until it is ready";
    Error::invalid("media", "not_ready", message)
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
