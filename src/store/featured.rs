//! What somebody shows on their profile beside their tweets: hashtags, and accounts that they recommend. Suggestions of
//! whom to follow, from whom others follow.

use std::collections::HashSet;

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError};
use crate::clock::Millis;
use crate::model::ids::{AccountId, RowId, TweetId};

/// Tweets of an account in which its hashtags are counted, the newest first: as many as are read in a moment.
const TWEETS_COUNTED: i64 = 2_000;
/// Accounts whose follows are looked at for suggestions: those that somebody followed last.
const FRIENDS_ASKED: i64 = 100;
/// Uses of followed hashtags among which people are looked for.
const TAG_USES_ASKED: i64 = 2_000;
/// Follows of theirs that are looked at.
const FOLLOWS_ASKED: i64 = 5_000;
/// Accounts that somebody follows among whom familiar ones are looked for, those followed last.
const FAMILIAR_ASKED: i64 = 2_000;
/// Suggestions that are remembered as dismissed; the oldest ones may come again.
const DISMISSED_KEPT: i64 = 1_000;

/// A hashtag on a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeaturedTag {
    /// Its row.
    pub id: RowId,
    /// The hashtag, folded.
    pub tag: String,
}

/// How often an account used a hashtag of late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagUse {
    /// The hashtag, folded.
    pub tag: String,
    /// Tweets with it.
    pub tweets: i64,
    /// The newest of them.
    pub last: TweetId,
}

fn tag_use(row: &mut Row<'_>) -> Result<TagUse, StoreError> {
    Ok(TagUse { tag: row.take()?, tweets: row.take()?, last: row.take()? })
}

/// The hashtags on a profile, the oldest first.
pub fn tags(conn: &mut Conn, account: AccountId, limit: i64) -> Result<Vec<FeaturedTag>, StoreError> {
    conn.query(
        "select id, tag from featured_tags where account_id = $1 order by id limit $2",
        args![account, limit],
        |row| Ok(FeaturedTag { id: row.take()?, tag: row.take()? }),
    )
}

/// Puts a hashtag on a profile, once.
pub fn add_tag(
    conn: &mut Conn,
    account: AccountId,
    new: &FeaturedTag,
    now_ms: Millis,
) -> Result<(), StoreError> {
    conn.execute(
        "insert into featured_tags (id, account_id, tag, created_at) values ($1, $2, $3, $4) on conflict do nothing",
        args![new.id, account, &new.tag, now_ms],
    )?;
    Ok(())
}

/// Takes a hashtag off a profile. Answers whether it was there.
pub fn remove_tag(conn: &mut Conn, account: AccountId, tag: &str) -> Result<bool, StoreError> {
    let gone =
        conn.execute("delete from featured_tags where account_id = $1 and tag = $2", args![account, tag])?;
    Ok(gone > 0)
}

/// How often an account used these hashtags in its newest tweets that everybody may see.
pub fn uses(conn: &mut Conn, account: AccountId, tags: Vec<String>) -> Result<Vec<TagUse>, StoreError> {
    conn.query(
        "select tt.tag, count(*), max(t.id) from (
             select id from tweets where account_id = $1 and retweet_of is null and visibility <= 1
             order by id desc limit $3) t
         join tweet_tags tt on tt.tweet_id = t.id where tt.tag in_texts($2) group by tt.tag",
        args![account, tags, TWEETS_COUNTED],
        tag_use,
    )
}

/// The hashtags that an account used most in its newest tweets that everybody may see.
pub fn most_used(conn: &mut Conn, account: AccountId, limit: i64) -> Result<Vec<TagUse>, StoreError> {
    conn.query(
        "select tt.tag, count(*), max(t.id) from (
             select id from tweets where account_id = $1 and retweet_of is null and visibility <= 1
             order by id desc limit $3) t
         join tweet_tags tt on tt.tweet_id = t.id group by tt.tag order by count(*) desc, tt.tag limit $2",
        args![account, limit, TWEETS_COUNTED],
        tag_use,
    )
}

/// Recommends an account, once, if the other is followed and fewer than `most` are recommended. Answers whether it is
/// recommended now.
pub fn endorse(
    conn: &mut Conn,
    (id, account, target): (RowId, AccountId, AccountId),
    most: i64,
    now_ms: Millis,
) -> Result<bool, StoreError> {
    super::accounts::hold(conn, account)?;
    conn.execute(
        "insert into endorsements (id, account_id, target_id, created_at)
         select $1, $2, $3, $4 from follows
         where follower_id = $2 and followee_id = $3
             and (select count(*) from endorsements where account_id = $2) < $5
         on conflict do nothing",
        args![id, account, target, now_ms, most],
    )?;
    Ok(!endorsed_among(conn, account, &[target])?.is_empty())
}

/// Recommends an account no longer.
pub fn unendorse(conn: &mut Conn, account: AccountId, target: AccountId) -> Result<(), StoreError> {
    conn.execute(
        "delete from endorsements where account_id = $1 and target_id = $2",
        args![account, target],
    )?;
    Ok(())
}

/// Which of these accounts `account` recommends.
pub fn endorsed_among(
    conn: &mut Conn,
    account: AccountId,
    targets: &[AccountId],
) -> Result<HashSet<AccountId>, StoreError> {
    let found = conn.query(
        "select target_id from endorsements where account_id = $1 and target_id in_ints($2)",
        args![account, targets],
        |row| row.take(),
    )?;
    Ok(found.into_iter().collect())
}

/// Whom those follow whom an account followed last, and how many of them; not whom it follows itself. The best known
/// first.
pub fn friends_of_friends(
    conn: &mut Conn,
    account: AccountId,
    limit: i64,
) -> Result<Vec<(AccountId, i64)>, StoreError> {
    let friends: Vec<i64> = conn.query(
        "select followee_id from follows where follower_id = $1 order by id desc limit $2",
        args![account, FRIENDS_ASKED],
        |row| row.take(),
    )?;
    if friends.is_empty() {
        return Ok(Vec::new());
    }
    followed_by(conn, account, friends, limit)
}

pub(super) fn followed_by(
    conn: &mut Conn,
    account: AccountId,
    friends: Vec<i64>,
    limit: i64,
) -> Result<Vec<(AccountId, i64)>, StoreError> {
    conn.query(
        "select f.followee_id, count(*) from (
             select followee_id from follows where follower_id in_ints($2) limit $4) f
         where f.followee_id <> $1
             and not exists (select 1 from follows own where own.follower_id = $1 and own.followee_id = f.followee_id)
             and not exists (
                 select 1 from dismissed_suggestions d where d.account_id = $1 and d.target_id = f.followee_id)
         group by f.followee_id order by count(*) desc, f.followee_id desc limit $3",
        args![account, friends, limit, FOLLOWS_ASKED],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// Who used some of these hashtags since that day, in public and wanting to be found, the most diligent first, each with one
/// of the hashtags; without those that the account follows or dismissed.
pub fn sharing_tags(
    conn: &mut Conn,
    account: AccountId,
    tags: Vec<String>,
    since_day: i64,
    limit: i64,
) -> Result<Vec<(AccountId, String)>, StoreError> {
    if tags.is_empty() {
        return Ok(Vec::new());
    }
    conn.query(
        "select f.account_id, min(f.item) from (
             select account_id, item from trend_uses
             where kind = 0 and item in_texts($2) and day >= $3 limit $5) f
         where f.account_id <> $1
             and not exists (select 1 from follows own where own.follower_id = $1 and own.followee_id = f.account_id)
             and not exists (
                 select 1 from dismissed_suggestions d where d.account_id = $1 and d.target_id = f.account_id)
         group by f.account_id order by count(*) desc, f.account_id desc limit $4",
        args![account, tags, since_day, limit, TAG_USES_ASKED],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// Which of these accounts were dismissed as suggestions.
pub fn dismissed_among(
    conn: &mut Conn,
    account: AccountId,
    targets: &[AccountId],
) -> Result<HashSet<AccountId>, StoreError> {
    let found = conn.query(
        "select target_id from dismissed_suggestions where account_id = $1 and target_id in_ints($2)",
        args![account, targets],
        |row| row.take(),
    )?;
    Ok(found.into_iter().collect())
}

/// Remembers that somebody does not want an account to be suggested.
pub fn dismiss(conn: &mut Conn, id: RowId, account: AccountId, target: AccountId) -> Result<(), StoreError> {
    conn.execute(
        "insert into dismissed_suggestions (id, account_id, target_id) values ($1, $2, $3) on conflict do nothing",
        args![id, account, target],
    )?;
    conn.execute(
        "delete from dismissed_suggestions where account_id = $1 and id <= (
             select id from dismissed_suggestions where account_id = $1 order by id desc limit 1 offset $2)",
        args![account, DISMISSED_KEPT],
    )?;
    Ok(())
}

/// Who follows each of these accounts among those whom `account` followed last: followee and follower.
pub fn familiar_followers(
    conn: &mut Conn,
    account: AccountId,
    others: &[AccountId],
) -> Result<Vec<(AccountId, AccountId)>, StoreError> {
    let known: Vec<AccountId> = conn.query(
        "select followee_id from follows where follower_id = $1 order by id desc limit $2",
        args![account, FAMILIAR_ASKED],
        |row| row.take(),
    )?;
    conn.query(
        "select followee_id, follower_id from follows
         where followee_id in_ints($1) and follower_id in_ints($2) order by id desc",
        args![others, known.as_slice()],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// Accounts of ours that want to be found, the one that wrote last first, or the newest first.
pub fn directory(
    conn: &mut Conn,
    newest: bool,
    (offset, limit): (i64, i64),
) -> Result<Vec<AccountId>, StoreError> {
    let sql = if newest {
        "select id from accounts
         where domain is null and discoverable and suspended_at is null and limited_at is null
         order by id desc limit $1 offset $2"
    } else {
        "select id from accounts
         where domain is null and discoverable and suspended_at is null and limited_at is null
             and last_tweet_at is not null
         order by last_tweet_at desc, id desc limit $1 offset $2"
    };
    conn.query(sql, args![limit, offset], |row| row.take())
}
