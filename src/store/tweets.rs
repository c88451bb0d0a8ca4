//! Tweets: reading them whole, in batches; counts, versions and lists by key.

use std::collections::{HashMap, HashSet};

use super::conn::Conn;
use super::value::{args, grouped};
use super::{Echo, Row, StoreError};
use crate::clock::Millis;
use crate::model::ids::{AccountId, TweetId};
use crate::model::quote::{QuotePolicy, QuoteState};
use crate::model::tweet::{Mention, Tweet, TweetEdit};

/// Reads whole tweets by id, in no particular order; unknown ids are left out. Four queries, however many,
/// and two more when there are polls among them.
pub fn by_ids(conn: &mut Conn, ids: &[TweetId]) -> Result<Vec<Tweet>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let read = conn.query(
        "select id, account_id, local, visibility, text, html, content_warning, sensitive, language, reply_to,
             reply_to_account, thread_id, retweet_of, quote_of, quote_state, quote_stamp, can_quote, uri, url,
             created_at, edited_at, likes_count, retweets_count, replies_count, quotes_count, reply_to_uri,
             stated_likes, stated_retweets, emoji, has_poll
         from tweets where id in_ints($1)",
        args![ids],
        |row| Ok((tweet(row)?, row.take::<bool>()?)),
    )?;
    let with_poll: Vec<TweetId> =
        read.iter().filter(|(_, has_poll)| *has_poll).map(|(tweet, _)| tweet.id).collect();
    let mut tweets: Vec<Tweet> = read.into_iter().map(|(tweet, _)| tweet).collect();
    let mut polls = super::polls::of_tweets(conn, &with_poll)?;
    let mut mentions = mentions_of(conn, ids)?;
    let mut tags = tags_of(conn, ids)?;
    let mut media = super::media::of_tweets(conn, ids)?;
    for tweet in &mut tweets {
        tweet.mentions = mentions.remove(&tweet.id).unwrap_or_default();
        tweet.tags = tags.remove(&tweet.id).unwrap_or_default();
        tweet.media = media.remove(&tweet.id).unwrap_or_default();
        tweet.poll = polls.remove(&tweet.id);
    }
    Ok(tweets)
}

/// What trends ask of a tweet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendFacts {
    /// The tweet.
    pub id: TweetId,
    /// Its author.
    pub author: AccountId,
    /// Its HTML, in which links are.
    pub html: String,
    /// Its hashtags.
    pub tags: Vec<String>,
}

/// What trends ask of these tweets; of those that everybody may see, and no retweets.
pub fn trend_facts(conn: &mut Conn, ids: &[TweetId]) -> Result<Vec<TrendFacts>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(TweetId, AccountId, String)> = conn.query(
        "select id, account_id, html from tweets where id in_ints($1) and visibility = 0 and retweet_of is null",
        args![ids],
        |row| Ok((row.take()?, row.take()?, row.take()?)),
    )?;
    let mut tags = tags_of(conn, ids)?;
    let facts = rows.into_iter().map(|(id, author, html)| TrendFacts {
        tags: tags.remove(&id).unwrap_or_default(),
        id,
        author,
        html,
    });
    Ok(facts.collect())
}

/// One whole tweet, held until the unit ends: nobody changes it meanwhile.
pub fn hold(conn: &mut Conn, id: TweetId) -> Result<Option<Tweet>, StoreError> {
    conn.query("select id from tweets where id = $1 for no key update", args![id], super::int)?;
    by_id(conn, id)
}

/// One whole tweet.
pub fn by_id(conn: &mut Conn, id: TweetId) -> Result<Option<Tweet>, StoreError> {
    Ok(by_ids(conn, &[id])?.pop())
}

fn tweet(row: &mut Row<'_>) -> Result<Tweet, StoreError> {
    Ok(Tweet {
        id: row.take()?,
        author: row.take()?,
        local: row.take()?,
        visibility: row.take()?,
        text: row.take()?,
        html: row.take()?,
        content_warning: row.take()?,
        sensitive: row.take()?,
        language: row.take()?,
        reply_to: row.take()?,
        reply_to_author: row.take()?,
        thread: row.take()?,
        retweet_of: row.take()?,
        quote_of: row.take()?,
        quote_state: QuoteState::from_code(row.take()?),
        quote_stamp: row.take()?,
        can_quote: row.take::<Option<i64>>()?.map(QuotePolicy::from_code),
        uri: row.take()?,
        url: row.take()?,
        created_at: row.take()?,
        edited_at: row.take()?,
        likes_count: row.take()?,
        retweets_count: row.take()?,
        replies_count: row.take()?,
        quotes_count: row.take()?,
        reply_to_uri: row.take()?,
        stated_likes: row.take()?,
        stated_retweets: row.take()?,
        emoji: super::emoji::from_stored(&row.take::<String>()?)?,
        media: Vec::new(),
        mentions: Vec::new(),
        tags: Vec::new(),
        poll: None,
    })
}

fn mentions_of(conn: &mut Conn, ids: &[TweetId]) -> Result<HashMap<TweetId, Vec<Mention>>, StoreError> {
    let rows = conn.query(
        "select m.tweet_id, a.id, a.username, a.domain, r.uri
         from tweet_mentions m join accounts a on a.id = m.account_id left join actors r on r.account_id = a.id
         where m.tweet_id in_ints($1) order by m.tweet_id, a.id",
        args![ids],
        |row| {
            let tweet: TweetId = row.take()?;
            let mention =
                Mention { account: row.take()?, username: row.take()?, domain: row.take()?, uri: row.take()? };
            Ok((tweet, mention))
        },
    )?;
    Ok(grouped(rows))
}

fn tags_of(conn: &mut Conn, ids: &[TweetId]) -> Result<HashMap<TweetId, Vec<String>>, StoreError> {
    let rows = conn.query(
        "select tweet_id, tag from tweet_tags where tweet_id in_ints($1) order by tweet_id, tag",
        args![ids],
        |row| Ok((row.take()?, row.take()?)),
    )?;
    Ok(grouped(rows))
}

/// Whether there is a tweet with this id.
pub fn exists(conn: &mut Conn, id: TweetId) -> Result<bool, StoreError> {
    conn.query_one("select exists(select 1 from tweets where id = $1)", args![id], |row| row.take())
}

/// Those of these ids that tweets have.
pub fn existing(conn: &mut Conn, ids: &[TweetId]) -> Result<HashSet<TweetId>, StoreError> {
    let found = conn.query("select id from tweets where id in_ints($1)", args![ids], |row| row.take())?;
    Ok(found.into_iter().collect())
}

/// Those of these ActivityPub ids that tweets have.
pub fn known_uris(conn: &mut Conn, uris: Vec<String>) -> Result<HashSet<String>, StoreError> {
    let found = conn.query("select uri from tweets where uri in_texts($1)", args![uris], |row| row.take())?;
    Ok(found.into_iter().collect())
}

/// The id of the tweet with this ActivityPub id.
pub fn id_by_uri(conn: &mut Conn, uri: &str) -> Result<Option<TweetId>, StoreError> {
    conn.query_opt("select id from tweets where uri = $1", args![uri], |row| row.take())
}

/// The retweet of `original` by `account`.
pub fn retweet_by(
    conn: &mut Conn,
    account: AccountId,
    original: TweetId,
) -> Result<Option<TweetId>, StoreError> {
    conn.query_opt(
        "select id from tweets where retweet_of = $1 and account_id = $2",
        args![original, account],
        |row| row.take(),
    )
}

/// Lets a retweet of another instance go by the id of a later activity that made it anew.
pub fn go_by(conn: &mut Conn, retweet: TweetId, uri: &str, at_ms: Millis) -> Result<(), StoreError> {
    let renamed = conn.execute(
        "update tweets set uri = $2 where id = $1 and retweet_of is not null and uri <> $2 and created_at <= $3",
        args![retweet, uri, at_ms],
    )?;
    if renamed > 0 {
        conn.touched(Echo::Tweet(retweet));
    }
    Ok(())
}

/// Some tweets and retweets of an account, the oldest first: those that go when the account does.
pub fn of_account(conn: &mut Conn, account: AccountId, limit: i64) -> Result<Vec<TweetId>, StoreError> {
    conn.query(
        "select id from tweets where account_id = $1 order by id limit $2",
        args![account, limit],
        |row| row.take(),
    )
}

/// Accounts of ours that repeated a tweet.
pub fn local_sharers(conn: &mut Conn, tweet: TweetId, limit: i64) -> Result<Vec<AccountId>, StoreError> {
    conn.query(
        "select account_id from tweets where retweet_of = $1 and local order by account_id limit $2",
        args![tweet, limit],
        |row| row.take(),
    )
}

/// Versions of a tweet before its present one, oldest first.
pub fn edits(conn: &mut Conn, tweet: TweetId, limit: i64) -> Result<Vec<TweetEdit>, StoreError> {
    // Versions from before polls could change have the first poll that a later one names, or the present one.
    let known: Option<String> = conn.query_opt(
        "select poll from tweet_edits where tweet_id = $1 and poll is not null order by id limit 1",
        args![tweet],
        |row| row.take(),
    )?;
    let since: Vec<String> = match known {
        Some(poll) => serde_json::from_str(&poll)?,
        None => {
            let poll = super::polls::of_tweets(conn, &[tweet])?.remove(&tweet);
            poll.into_iter().flat_map(|poll| poll.options).map(|option| option.title).collect()
        }
    };
    conn.query(
        "select text, html, content_warning, sensitive, media, mentions, poll, created_at
         from tweet_edits where tweet_id = $1 order by id limit $2",
        args![tweet, limit],
        |row| {
            Ok(TweetEdit {
                text: row.take()?,
                html: row.take()?,
                content_warning: row.take()?,
                sensitive: row.take()?,
                pictures: serde_json::from_str(&row.take::<String>()?)?,
                mentions: serde_json::from_str(&row.take::<String>()?)?,
                poll: match row.take::<Option<String>>()? {
                    Some(poll) => serde_json::from_str(&poll)?,
                    None => since.clone(),
                },
                created_at: row.take()?,
            })
        },
    )
}

/// The language of a tweet.
pub fn language(conn: &mut Conn, id: TweetId) -> Result<Option<String>, StoreError> {
    let found = conn.query_opt("select language from tweets where id = $1", args![id], |row| row.take())?;
    Ok(found.flatten())
}

/// Who has to do with a tweet, at most `limit`: first whom it mentions and answers, then who repeated, answered
/// or liked it, the newest of each. Each look-up ends at the limit, however popular the tweet.
pub fn audience(conn: &mut Conn, tweet: TweetId, limit: i64) -> Result<Vec<AccountId>, StoreError> {
    const TOUCHED: [&str; 5] = [
        "select account_id from tweet_mentions where tweet_id = $1 order by account_id limit $2",
        "select reply_to_account from tweets where id = $1 and reply_to_account is not null limit $2",
        "select account_id from tweets where retweet_of = $1 order by id desc limit $2",
        "select account_id from tweets where reply_to = $1 order by id desc limit $2",
        "select account_id from likes where tweet_id = $1 order by id desc limit $2",
    ];
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut audience: Vec<AccountId> = Vec::new();
    let mut seen = HashSet::new();
    for touched in TOUCHED {
        let found = conn.query(touched, args![tweet, limit], |row| row.take::<AccountId>())?;
        audience.extend(found.into_iter().filter(|account| seen.insert(*account)));
        if audience.len() >= most {
            break;
        }
    }
    audience.truncate(most);
    Ok(audience)
}

/// Retweets of a tweet, at most `limit`: they go before their original does.
pub fn retweets(conn: &mut Conn, original: TweetId, limit: i64) -> Result<Vec<TweetId>, StoreError> {
    conn.query(
        "select id from tweets where retweet_of = $1 order by id limit $2",
        args![original, limit],
        |row| row.take(),
    )
}

/// All tweets after `after` in order of their ids, for rebuilding an index.
pub fn scan(conn: &mut Conn, after: TweetId, limit: i64) -> Result<Vec<TweetId>, StoreError> {
    conn.query(
        "select id from tweets where id > $1 and retweet_of is null order by id limit $2",
        args![after, limit],
        |row| row.take(),
    )
}

/// What the ActivityPub id of a tweet is made from: its remote id, or its author's username.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdParts {
    /// The id, when the tweet is remote.
    pub uri: Option<String>,
    /// The author.
    pub author: AccountId,
    /// The author's username.
    pub username: String,
}

/// What the ActivityPub id of a tweet is made from.
pub fn id_parts(conn: &mut Conn, tweet: TweetId) -> Result<Option<IdParts>, StoreError> {
    conn.query_opt(
        "select t.uri, t.account_id, a.username from tweets t join accounts a on a.id = t.account_id where t.id = $1",
        args![tweet],
        |row| Ok(IdParts { uri: row.take()?, author: row.take()?, username: row.take()? }),
    )
}
