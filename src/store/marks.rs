//! What a viewer did to tweets: liked, repeated, bookmarked, pinned them, or muted their thread.

use std::collections::HashMap;

use super::StoreError;
use super::conn::Conn;
use super::value::args;
use crate::clock::{HOUR_MS, Millis};
use crate::config::limits::MUTED_THREADS_MAX;
use crate::model::ids::{AccountId, IdMap, IdSet, TweetId, floor_at};

/// What a viewer has done to a tweet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags {
    /// Likes it.
    pub liked: bool,
    /// Repeated it.
    pub retweeted: bool,
    /// Bookmarked it.
    pub bookmarked: bool,
    /// Has it pinned on the own profile.
    pub pinned: bool,
    /// Wants to be told nothing more of its thread.
    pub muted: bool,
}

impl Flags {
    fn add(&mut self, which: i64) {
        match which {
            0 => self.liked = true,
            1 => self.retweeted = true,
            2 => self.bookmarked = true,
            3 => self.pinned = true,
            _ => self.muted = true,
        }
    }
}

/// All that a viewer did to tweets of late: what stands here of none of them was done to none of them.
#[derive(Clone, Debug, Default)]
pub struct RecentMarks {
    /// The oldest tweet for which that holds.
    from: TweetId,
    flags: IdMap<TweetId, Flags>,
    muted_threads: IdSet<TweetId>,
}

impl RecentMarks {
    /// What was done to a tweet of this thread; `None` when it is too old to be known here.
    pub fn of(&self, tweet: TweetId, thread: TweetId) -> Option<Flags> {
        (tweet >= self.from).then(|| {
            let flags = self.flags.get(&tweet).copied().unwrap_or_default();
            Flags { muted: self.muted_threads.contains(&thread), ..flags }
        })
    }

    /// How many marks there are.
    pub fn len(&self) -> usize {
        self.flags.len().saturating_add(self.muted_threads.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Marks of each kind that are read at once; what is older than the last of them is not told.
const RECENT: i64 = 500;
/// A repost is a tweet of its own and younger than what it repeats, by the clocks of the processes that made them.
const CLOCKS_MS: Millis = HOUR_MS;

/// What `viewer` did to tweets since `since_ms`, in one query: ranges of indexes, however much there is.
pub fn recent(conn: &mut Conn, viewer: AccountId, since_ms: Millis) -> Result<RecentMarks, StoreError> {
    let rows = conn.query(
        "select * from (
             select cast(0 as bigint) as which, tweet_id, tweet_id as place from likes
             where account_id = $1 and tweet_id >= $2 order by tweet_id desc limit $4) liked
         union all select * from (
             select cast(1 as bigint), retweet_of, id from tweets
             where account_id = $1 and id >= $3 and retweet_of is not null order by id desc limit $4) retweeted
         union all select * from (
             select cast(2 as bigint), tweet_id, tweet_id from bookmarks
             where account_id = $1 and tweet_id >= $2 order by tweet_id desc limit $4) bookmarked
         union all select cast(3 as bigint), tweet_id, tweet_id from pins where account_id = $1
         union all select * from (
             select cast(4 as bigint), thread_id, thread_id from muted_threads where account_id = $1 limit $5) muted",
        args![viewer, floor_at(since_ms), floor_at(since_ms.saturating_sub(CLOCKS_MS)), RECENT, MUTED_THREADS_MAX],
        |row| Ok((row.take::<i64>()?, row.take::<TweetId>()?, row.take::<TweetId>()?)),
    )?;
    let mut marks = RecentMarks { from: TweetId(floor_at(since_ms)), ..RecentMarks::default() };
    let mut seen = [0_i64; 3];
    for (which, tweet, place) in rows {
        if which > 3 {
            marks.muted_threads.insert(tweet);
            continue;
        }
        marks.flags.entry(tweet).or_default().add(which);
        let seen = usize::try_from(which).ok().and_then(|which| seen.get_mut(which));
        if let Some(seen) = seen {
            *seen = seen.saturating_add(1);
            // There may be more of them: what is known ends with the oldest that came.
            if *seen == RECENT {
                let from_ms = place.time_ms().saturating_add(if which == 1 { CLOCKS_MS } else { 1 });
                marks.from = marks.from.max(TweetId(floor_at(from_ms)));
            }
        }
    }
    Ok(marks)
}

/// What `viewer` has done to these tweets, in one query; untouched ones are left out.
pub fn flags(
    conn: &mut Conn,
    viewer: AccountId,
    ids: &[TweetId],
) -> Result<HashMap<TweetId, Flags>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = conn.query(
        "select tweet_id, cast(0 as bigint) from likes where account_id = $1 and tweet_id in_ints($2)
         union all
         select retweet_of, cast(1 as bigint) from tweets where account_id = $1 and retweet_of in_ints($2)
         union all
         select tweet_id, cast(2 as bigint) from bookmarks where account_id = $1 and tweet_id in_ints($2)
         union all
         select tweet_id, cast(3 as bigint) from pins where account_id = $1 and tweet_id in_ints($2)
         union all
         select t.id, cast(4 as bigint) from tweets t
             join muted_threads m on m.account_id = $1 and m.thread_id = t.thread_id where t.id in_ints($2)",
        args![viewer, ids],
        |row| Ok((row.take::<TweetId>()?, row.take::<i64>()?)),
    )?;
    let mut flags: HashMap<TweetId, Flags> = HashMap::new();
    for (tweet, which) in rows {
        flags.entry(tweet).or_default().add(which);
    }
    Ok(flags)
}
