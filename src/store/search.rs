//! What the search is fed with: tweets with those who may find them, accounts by name, counts of hashtags.

use std::collections::{HashMap, HashSet};

use super::conn::Conn;
use super::value::{args, grouped};
use super::{Row, StoreError, polls, tweets};
use crate::model::ids::{AccountId, TweetId};
use crate::model::tweet::Tweet;

/// The most local accounts that find a tweet because they have to do with it: its document must stay small.
/// A tweet that more people touched is mostly one that everyone finds.
const AUDIENCE_MAX: usize = 200;
/// Of those whom somebody follows, so many are asked what they have to do with a tweet: the last ones, so that who follows
/// thousands waits no longer.
const FRIENDS_ASKED: i64 = 150;
/// Follows of theirs that are looked through for the authors of tweets.
const FOLLOWS_ASKED: i64 = 20_000;
/// Likes of a tweet among which theirs are looked for, the last ones.
const LIKES_ASKED: i64 = 200;
/// How many bookmarks, likes and retweets of one tweet are looked through for local accounts, so that a tweet
/// with a million remote likes costs no more than one with some thousand.
const TOUCHES_MAX: i64 = 2_000;

/// A tweet with what decides who finds it.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchTweet {
    /// The tweet; never a retweet.
    pub tweet: Tweet,
    /// Whether its author wants to be found and may be: indexable and not suspended.
    pub open_author: bool,
    /// The local accounts that find it in any case: its author, those mentioned, and those who bookmarked,
    /// liked or repeated it; at most 200, in this order, the latest first.
    pub audience: Vec<AccountId>,
    /// The options of its poll; empty when it has none.
    pub poll: Vec<String>,
}

/// What an account is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchAccount {
    /// The account.
    pub id: AccountId,
    /// The name before the host.
    pub username: String,
    /// The host; `None` for ours.
    pub domain: Option<String>,
    /// The name shown.
    pub display_name: String,
    /// How many follow it.
    pub followers_count: i64,
    /// Whether strangers may find it: discoverable, neither suspended nor limited.
    pub findable: bool,
}

/// These tweets as the search wants them, in no particular order; unknown ids and retweets are left out.
pub fn tweets(conn: &mut Conn, ids: &[TweetId]) -> Result<Vec<SearchTweet>, StoreError> {
    let mut found = tweets::by_ids(conn, ids)?;
    found.retain(|tweet| tweet.retweet_of.is_none());
    let authors: HashSet<AccountId> = found.iter().map(|tweet| tweet.author).collect();
    let open = open_authors(conn, &authors.into_iter().collect::<Vec<_>>())?;
    let mut touched = touched_by(conn, ids)?;
    let mut polls = polls::of_tweets(conn, ids)?;
    let with_audience = |tweet: Tweet| {
        let touched = touched.remove(&tweet.id).unwrap_or_default();
        let audience = audience(&tweet, touched);
        let options = polls.remove(&tweet.id).map(|poll| poll.options).unwrap_or_default();
        let poll = options.into_iter().map(|option| option.title).collect();
        SearchTweet { open_author: open.contains(&tweet.author), audience, poll, tweet }
    };
    Ok(found.into_iter().map(with_audience).collect())
}

fn audience(tweet: &Tweet, touched: Vec<AccountId>) -> Vec<AccountId> {
    let author = tweet.local.then_some(tweet.author);
    let mentioned = tweet.mentions.iter().filter(|mention| mention.domain.is_none());
    let mut seen = HashSet::new();
    author
        .into_iter()
        .chain(mentioned.map(|mention| mention.account))
        .chain(touched)
        .filter(|account| seen.insert(*account))
        .take(AUDIENCE_MAX)
        .collect()
}

fn open_authors(conn: &mut Conn, ids: &[AccountId]) -> Result<HashSet<AccountId>, StoreError> {
    let open = conn.query(
        "select id from accounts where id in_ints($1) and indexable and suspended_at is null",
        args![ids],
        |row| row.take(),
    )?;
    Ok(open.into_iter().collect())
}

/// The local accounts that bookmarked, liked or repeated these tweets.
fn touched_by(conn: &mut Conn, ids: &[TweetId]) -> Result<HashMap<TweetId, Vec<AccountId>>, StoreError> {
    let rows = conn.query(
        "with wanted as (
             select t.id,
                 coalesce((select b.id from bookmarks b where b.tweet_id = t.id
                           order by b.id desc limit 1 offset $2), 0) as last_bookmark,
                 coalesce((select l.id from likes l where l.tweet_id = t.id
                           order by l.id desc limit 1 offset $2), 0) as last_like,
                 coalesce((select r.account_id from tweets r where r.retweet_of = t.id
                           order by r.account_id desc limit 1 offset $2), 0) as last_retweeter
             from tweets t where t.id in_ints($1))
         select w.id, b.account_id, 0, b.id
         from wanted w join bookmarks b on b.tweet_id = w.id and b.id > w.last_bookmark
         union all
         select w.id, l.account_id, 1, l.id
         from wanted w join likes l on l.tweet_id = w.id and l.id > w.last_like
             join accounts a on a.id = l.account_id and a.domain is null
         union all
         select w.id, r.account_id, 2, r.id
         from wanted w join tweets r on r.retweet_of = w.id and r.account_id > w.last_retweeter and r.local
         order by 1, 3, 4 desc",
        args![ids, TOUCHES_MAX],
        |row| Ok((row.take()?, row.take()?)),
    )?;
    Ok(grouped(rows))
}

/// Who wrote these tweets.
pub fn authors(conn: &mut Conn, ids: &[TweetId]) -> Result<Vec<(TweetId, AccountId)>, StoreError> {
    conn.query("select id, account_id from tweets where id in_ints($1)", args![ids], |row| {
        Ok((row.take()?, row.take()?))
    })
}

/// Whom somebody followed last.
pub fn friends(conn: &mut Conn, account: AccountId) -> Result<Vec<AccountId>, StoreError> {
    conn.query(
        "select followee_id from follows where follower_id = $1 order by id desc limit $2",
        args![account, FRIENDS_ASKED],
        |row| row.take(),
    )
}

/// Which of these accounts some of `friends` follow.
pub fn followed_by_some(
    conn: &mut Conn,
    friends: &[AccountId],
    accounts: &[AccountId],
) -> Result<HashSet<AccountId>, StoreError> {
    let followed = conn.query(
        // From the friends on: an account may have a million followers, whom SQLite would go through.
        "select distinct f.followee_id from (
             select followee_id from follows where follower_id in_ints($1) limit $3) f
         where f.followee_id in_ints($2)",
        args![friends, accounts, FOLLOWS_ASKED],
        |row| row.take(),
    )?;
    Ok(followed.into_iter().collect())
}

/// Which of these tweets some of `friends` repeated, or liked as one of the last who did.
pub fn touched_by_some(
    conn: &mut Conn,
    friends: &[AccountId],
    ids: &[TweetId],
) -> Result<HashSet<TweetId>, StoreError> {
    let touched = conn.query(
        "select t.id from tweets t where t.id in_ints($2) and exists (
             select 1 from (select l.account_id from likes l where l.tweet_id = t.id order by l.id desc limit $3) last
             where last.account_id in_ints($1))
         union
         select retweet_of from tweets where retweet_of in_ints($2) and account_id in_ints($1)",
        args![friends, ids, LIKES_ASKED],
        |row| row.take(),
    )?;
    Ok(touched.into_iter().collect())
}

/// How many tweets there are to index; retweets are none.
pub fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    // Two counts over indexes: the table itself is a hundred times as large.
    conn.query_one(
        "select (select count(*) from tweets) - (select count(*) from tweets where retweet_of is not null)",
        args![],
        super::int,
    )
}

/// The tweets of an account before `before` that everyone may find, newest first: none when the author does
/// not want to be found or is suspended.
pub fn open_tweets_by(
    conn: &mut Conn,
    author: AccountId,
    before: TweetId,
    limit: i64,
) -> Result<Vec<TweetId>, StoreError> {
    conn.query(
        "select t.id from tweets t join accounts a on a.id = t.account_id
         where t.account_id = $1 and t.id < $2 and t.visibility = 0 and t.retweet_of is null
             and a.indexable and a.suspended_at is null
         order by t.id desc limit $3",
        args![author, before, limit],
        |row| row.take(),
    )
}

/// All accounts after `after` in order of their ids, as the search wants them.
pub fn scan_accounts(
    conn: &mut Conn,
    after: AccountId,
    limit: i64,
) -> Result<Vec<SearchAccount>, StoreError> {
    conn.query(
        "select id, username, domain, display_name, followers_count,
             discoverable and suspended_at is null and limited_at is null
                 and not exists (select 1 from users u where u.account_id = accounts.id and u.state = 'pending')
         from accounts where id > $1 order by id limit $2",
        args![after, limit],
        account,
    )
}

/// These accounts as the search wants them, in no particular order; unknown ids are left out.
pub fn accounts(conn: &mut Conn, ids: &[AccountId]) -> Result<Vec<SearchAccount>, StoreError> {
    conn.query(
        "select id, username, domain, display_name, followers_count,
             discoverable and suspended_at is null and limited_at is null
                 and not exists (select 1 from users u where u.account_id = accounts.id and u.state = 'pending')
         from accounts where id in_ints($1)",
        args![ids],
        account,
    )
}

fn account(row: &mut Row<'_>) -> Result<SearchAccount, StoreError> {
    Ok(SearchAccount {
        id: row.take()?,
        username: row.take()?,
        domain: row.take()?,
        display_name: row.take()?,
        followers_count: row.take()?,
        findable: row.take()?,
    })
}

/// How often hashtags were used in public tweets since `since`, the most used first.
pub fn tag_uses(conn: &mut Conn, since: TweetId, limit: i64) -> Result<Vec<(String, i64)>, StoreError> {
    conn.query(
        "select g.tag, count(*) from tweet_tags g
             join tweets t on t.id = g.tweet_id join accounts a on a.id = t.account_id
         where g.tweet_id >= $1 and t.visibility = 0 and a.suspended_at is null
         group by g.tag order by count(*) desc, g.tag limit $2",
        args![since, limit],
        |row| Ok((row.take()?, row.take()?)),
    )
}
