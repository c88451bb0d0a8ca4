//! Lists of tweets by key, newest first: the database behind every timeline. Keyset only, never an offset.
//!
//! They answer ids with what the filters need; who may see them is decided by the one predicate above.

use super::conn::Conn;
use super::value::args;
use super::{Dialect, Row, StoreError, newer_than, older_than};
use crate::clock::{DAY_MS, Millis};
use crate::model::cursor::Cursor;
use crate::model::ids::{AccountId, RowId, TweetId, floor_at};
use crate::model::visibility::Visibility;

/// A tweet as far as the filters of a timeline need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The tweet.
    pub id: TweetId,
    /// Its author.
    pub author: AccountId,
    /// Who may see it.
    pub visibility: Visibility,
    /// The tweet it repeats.
    pub retweet_of: Option<TweetId>,
    /// The author of the repeated tweet.
    pub retweet_of_author: Option<AccountId>,
    /// The author of the answered tweet.
    pub reply_to_author: Option<AccountId>,
    /// Whether it answers another.
    pub is_reply: bool,
    /// Whether it has pictures.
    pub has_media: bool,
}

macro_rules! select_lines {
    ($($rest:literal),+) => {
        concat!(
            "select t.id, t.account_id, t.visibility, t.retweet_of, o.account_id, t.reply_to_account,
                t.reply_to is not null, t.has_media
             from tweets t left join tweets o on o.id = t.retweet_of ",
            $($rest),+
        )
    };
}

fn line(row: &mut Row<'_>) -> Result<Line, StoreError> {
    Ok(Line {
        id: row.take()?,
        author: row.take()?,
        visibility: row.take()?,
        retweet_of: row.take()?,
        retweet_of_author: row.take()?,
        reply_to_author: row.take()?,
        is_reply: row.take()?,
        has_media: row.take()?,
    })
}

/// A slice of a list: strictly before `before` and strictly after `after`, at most `limit`, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Only older than this.
    pub before: Option<TweetId>,
    /// Only newer than this.
    pub after: Option<TweetId>,
    /// How many at most.
    pub limit: i64,
}

impl Slice {
    fn before(&self) -> i64 {
        self.before.map_or(i64::MAX, |id| id.0)
    }

    fn after(&self) -> i64 {
        self.after.map_or(-1, |id| id.0)
    }
}

/// How far back a timeline of one's own looks at first, and then when the page is not full, in days; the last
/// look has no bound.
const HOME_WINDOWS_DAYS: [i64; 3] = [1, 7, 30];

/// Whose tweets a timeline of one's own is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authors {
    /// The accounts that the reader follows, and itself.
    Followed,
    /// The members of a list.
    Listed(RowId),
}

/// Tweets and retweets by the accounts that `reader` follows and by itself. Without direct ones of others.
pub fn home(
    conn: &mut Conn,
    reader: AccountId,
    slice: Slice,
    now_ms: Millis,
) -> Result<Vec<Line>, StoreError> {
    by_authors(conn, (reader, Authors::Followed), slice, now_ms)
}

/// Tweets and retweets by these authors, as `reader` reads them. Without direct ones of others.
///
/// A lower bound of the ids falls in steps until the page is full, so that a page near the top does not read
/// what each author wrote years ago.
pub fn by_authors(
    conn: &mut Conn,
    whose: (AccountId, Authors),
    slice: Slice,
    now_ms: Millis,
) -> Result<Vec<Line>, StoreError> {
    in_windows(slice, now_ms, |window| within(conn, whose, window))
}

/// Reads a slice in windows that reach further and further back, until one has enough.
fn in_windows(
    slice: Slice,
    now_ms: Millis,
    mut read: impl FnMut(Slice) -> Result<Vec<Line>, StoreError>,
) -> Result<Vec<Line>, StoreError> {
    let newest_ms = slice.before.map_or(now_ms, |id| id.time_ms().min(now_ms));
    for days in HOME_WINDOWS_DAYS {
        let floor = floor_at(newest_ms.saturating_sub(days.saturating_mul(DAY_MS)));
        if floor <= slice.after() {
            break;
        }
        let lines = read(Slice { after: Some(TweetId(floor)), ..slice })?;
        if i64::try_from(lines.len()).is_ok_and(|found| found >= slice.limit) {
            return Ok(lines);
        }
    }
    read(slice)
}

/// `lateral`: the newest of each author by index, of which the newest make the page.
macro_rules! by_each_author {
    ($authors:literal) => {
        select_lines!(
            "where t.id in (
                 select newest.id
                 from (",
            $authors,
            ") as authors
                 cross join lateral (
                     select id from tweets
                     where account_id = authors.author and id < $2 and id > $3
                       and (visibility < 3 or account_id = $1)
                     order by id desc limit $4) as newest
                 order by newest.id desc limit $4)
             order by t.id desc"
        )
    };
}

/// `cross join` fixes the order for SQLite: from each author into the index of its tweets.
macro_rules! by_range {
    ($authors:literal) => {
        select_lines!(
            "where t.id in (
                 select newest.id
                 from (",
            $authors,
            ") as authors
                 cross join tweets newest
                 where newest.account_id = authors.author and newest.id < $2 and newest.id > $3
                   and (newest.visibility < 3 or newest.account_id = $1)
                 order by newest.id desc limit $4)
             order by t.id desc"
        )
    };
}

fn within(
    conn: &mut Conn,
    (reader, authors): (AccountId, Authors),
    slice: Slice,
) -> Result<Vec<Line>, StoreError> {
    let (before, after, limit) = (slice.before(), slice.after(), slice.limit);
    match (authors, conn.dialect()) {
        (Authors::Followed, Dialect::Postgres) => conn.query(
            by_each_author!(
                "select followee_id as author from follows where follower_id = $1 union all select $1"
            ),
            args![reader, before, after, limit],
            line,
        ),
        (Authors::Followed, Dialect::Sqlite) => conn.query(
            by_range!("select followee_id as author from follows where follower_id = $1 union all select $1"),
            args![reader, before, after, limit],
            line,
        ),
        (Authors::Listed(list), Dialect::Postgres) => conn.query(
            by_each_author!("select member_id as author from list_members where list_id = $5"),
            args![reader, before, after, limit, list],
            line,
        ),
        (Authors::Listed(list), Dialect::Sqlite) => conn.query(
            by_range!("select member_id as author from list_members where list_id = $5"),
            args![reader, before, after, limit, list],
            line,
        ),
    }
}

/// Public tweets with any of these hashtags (folded), of accounts that are not limited, as a timeline of one's own wants
/// them; with the same windows as [`by_authors`]. The plus keeps the engines from walking all tagged tweets in order,
/// and `cross join` lets SQLite begin with the tags.
pub fn tagged(
    conn: &mut Conn,
    tags: &[String],
    slice: Slice,
    now_ms: Millis,
) -> Result<Vec<Line>, StoreError> {
    in_windows(slice, now_ms, |window| {
        conn.query(
            select_lines!(
                "where t.id in (
                     select +g.tweet_id as found from tweet_tags g cross join tweets x cross join accounts a
                     where g.tag in_texts($1) and g.tweet_id < $2 and g.tweet_id > $3
                         and x.id = g.tweet_id and a.id = x.account_id and x.visibility = 0 and x.retweet_of is null
                         and a.limited_at is null and a.suspended_at is null
                     group by 1 order by 1 desc limit $4)
                 order by t.id desc"
            ),
            args![tags.to_vec(), window.before(), window.after(), window.limit],
            line,
        )
    })
}

/// Tweets and retweets of one account.
pub fn by_account(conn: &mut Conn, account: AccountId, slice: Slice) -> Result<Vec<Line>, StoreError> {
    conn.query(
        select_lines!("where t.account_id = $1 and t.id < $2 and t.id > $3 order by t.id desc limit $4"),
        args![account, slice.before(), slice.after(), slice.limit],
        line,
    )
}

/// The newest `each` lines of several accounts, direct ones left out, for filling author rings.
pub fn newest_of(conn: &mut Conn, accounts: &[AccountId], each: i64) -> Result<Vec<Line>, StoreError> {
    if conn.dialect() == Dialect::Postgres {
        return conn.query(
            select_lines!(
                "where t.id in (
                     select newest.id from unnest($1::bigint[]) as authors (id)
                     cross join lateral (
                         select id from tweets where account_id = authors.id and visibility < 3
                         order by id desc limit $2) as newest)
                 order by t.id desc"
            ),
            args![accounts, each],
            line,
        );
    }
    // SQLite has no lateral join; a query each costs it microseconds.
    let mut lines = Vec::new();
    for account in accounts {
        lines.extend(conn.query(
            select_lines!("where t.account_id = $1 and t.visibility < 3 order by t.id desc limit $2"),
            args![*account, each],
            line,
        )?);
    }
    Ok(lines)
}

/// Tweets of one account that have pictures.
pub fn by_account_media(conn: &mut Conn, account: AccountId, slice: Slice) -> Result<Vec<Line>, StoreError> {
    conn.query(
        select_lines!(
            "where t.account_id = $1 and t.has_media and t.id < $2 and t.id > $3 order by t.id desc limit $4"
        ),
        args![account, slice.before(), slice.after(), slice.limit],
        line,
    )
}

/// Public tweets by accounts of ours.
pub fn local(conn: &mut Conn, slice: Slice) -> Result<Vec<Line>, StoreError> {
    conn.query(
        select_lines!(
            "where t.local and t.visibility = 0 and t.retweet_of is null and t.id < $1 and t.id > $2
             order by t.id desc limit $3"
        ),
        args![slice.before(), slice.after(), slice.limit],
        line,
    )
}

/// Public tweets by anybody.
pub fn public(conn: &mut Conn, slice: Slice) -> Result<Vec<Line>, StoreError> {
    conn.query(
        select_lines!(
            "where t.visibility = 0 and t.retweet_of is null and t.id < $1 and t.id > $2
             order by t.id desc limit $3"
        ),
        args![slice.before(), slice.after(), slice.limit],
        line,
    )
}

/// Public tweets with a hashtag (folded).
pub fn hashtag(conn: &mut Conn, tag: &str, slice: Slice) -> Result<Vec<Line>, StoreError> {
    conn.query(
        select_lines!(
            "join tweet_tags g on g.tweet_id = t.id
             where g.tag = $1 and t.visibility = 0 and g.tweet_id < $2 and g.tweet_id > $3
             order by g.tweet_id desc limit $4"
        ),
        args![tag, slice.before(), slice.after(), slice.limit],
        line,
    )
}

/// Public tweets with any of these hashtags, each once: the newest of each, of which the newest make the page.
pub fn any_hashtag(conn: &mut Conn, tags: &[String], slice: Slice) -> Result<Vec<Line>, StoreError> {
    let mut lines = Vec::new();
    for tag in tags {
        lines.extend(hashtag(conn, tag, slice)?);
    }
    lines.sort_unstable_by_key(|line| std::cmp::Reverse(line.id));
    lines.dedup_by_key(|line| line.id);
    lines.truncate(usize::try_from(slice.limit).unwrap_or(usize::MAX));
    Ok(lines)
}

/// Public tweets with the card of the page at this address.
pub fn linking_to(conn: &mut Conn, url: &str, slice: Slice) -> Result<Vec<Line>, StoreError> {
    conn.query(
        select_lines!(
            "join tweet_previews p on p.tweet_id = t.id
             where p.preview_id = (select l.id from link_previews l where l.url = $1 and l.state = 1)
                 and t.visibility = 0 and p.tweet_id < $2 and p.tweet_id > $3
             order by p.tweet_id desc limit $4"
        ),
        args![url, slice.before(), slice.after(), slice.limit],
        line,
    )
}

/// Direct answers to a tweet, oldest first.
pub fn replies(
    conn: &mut Conn,
    tweet: TweetId,
    after: TweetId,
    limit: i64,
) -> Result<Vec<TweetId>, StoreError> {
    conn.query(
        "select id from tweets where reply_to = $1 and id > $2 order by id limit $3",
        args![tweet, after, limit],
        |row| row.take(),
    )
}

/// What a tweet answers, and what that answers, up to `limit` steps; nearest first.
pub fn ancestors(conn: &mut Conn, tweet: TweetId, limit: i64) -> Result<Vec<TweetId>, StoreError> {
    conn.query(
        "with recursive up (id, reply_to, depth) as (
             select id, reply_to, cast(0 as bigint) from tweets where id = $1
             union all
             select t.id, t.reply_to, up.depth + 1 from tweets t join up on t.id = up.reply_to where up.depth < $2)
         select id from up where depth > 0 order by depth",
        args![tweet, limit],
        |row| row.take(),
    )
}

/// What is under a tweet, oldest first; of more than `limit`, about the nearest.
pub fn descendants(
    conn: &mut Conn,
    tweet: TweetId,
    limit: i64,
) -> Result<Vec<(TweetId, Option<TweetId>)>, StoreError> {
    conn.query(
        "with recursive down (id, reply_to, depth) as (
             select id, reply_to, cast(0 as bigint) from tweets where id = $1
             union all
             select t.id, t.reply_to, down.depth + 1
             from tweets t join down on t.reply_to = down.id where down.depth < $2)
         select id, reply_to from (select id, reply_to from down where depth > 0 limit $2) as nearest
         order by id",
        args![tweet, limit],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// Those who repeated a tweet, newest first.
pub fn retweeters(
    conn: &mut Conn,
    tweet: TweetId,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<(TweetId, AccountId)>, StoreError> {
    conn.query(
        "select id, account_id from tweets where retweet_of = $1 and id < $2 and id > $3
         order by id desc limit $4",
        args![tweet, older_than(cursor), newer_than(cursor), limit],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// Tweets that quote a tweet with consent, newest first.
pub fn quotes(conn: &mut Conn, tweet: TweetId, slice: Slice) -> Result<Vec<Line>, StoreError> {
    conn.query(
        select_lines!("where t.quote_of = $1 and t.quote_state = 0 and t.id < $2 and t.id > $3 order by t.id desc limit $4"),
        args![tweet, slice.before(), slice.after(), slice.limit],
        line,
    )
}
