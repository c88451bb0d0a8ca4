//! Polls: their options and counts, who chose what, and what is still to be told of them.

use std::collections::HashMap;

use super::conn::Conn;
use super::notifications::{self, NewNotification};
use super::value::{args, grouped};
use super::{Echo, Kind, Row, StoreError, Value, events, int};
use crate::clock::Millis;
use crate::model::event::{Event, PollVote};
use crate::model::ids::{AccountId, TweetId};
use crate::model::notification::NotificationKind;
use crate::model::poll::{Poll, PollOption};

/// Writes the poll of a tweet.
pub fn insert(conn: &mut Conn, tweet: TweetId, poll: &Poll, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "insert into polls (tweet_id, multiple, ends_at, voters_count, told_at, checked_at)
         values ($1, $2, $3, $4, $5, $5)",
        args![tweet, poll.multiple, poll.ends_at, poll.voters, now_ms],
    )?;
    let rows: Vec<Vec<Value>> = poll
        .options
        .iter()
        .zip(0_i64..)
        .map(|(option, position)| {
            vec![tweet.into(), position.into(), (&option.title).into(), option.votes.into()]
        })
        .collect();
    let columns =
        [("tweet_id", Kind::Int), ("position", Kind::Int), ("title", Kind::Text), ("votes_count", Kind::Int)];
    conn.insert_rows("poll_options", &columns, "", &rows)?;
    Ok(())
}

/// The polls of those of these tweets that have one.
pub fn of_tweets(conn: &mut Conn, ids: &[TweetId]) -> Result<HashMap<TweetId, Poll>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let options = conn.query(
        "select tweet_id, title, votes_count from poll_options
         where tweet_id in_ints($1) order by tweet_id, position",
        args![ids],
        |row| Ok((row.take()?, PollOption { title: row.take()?, votes: row.take()? })),
    )?;
    let mut options: HashMap<TweetId, Vec<PollOption>> = grouped(options);
    let polls = conn.query(
        "select tweet_id, multiple, ends_at, voters_count from polls where tweet_id in_ints($1)",
        args![ids],
        |row| {
            let tweet: TweetId = row.take()?;
            let options = options.remove(&tweet).unwrap_or_default();
            Ok((tweet, Poll { options, multiple: row.take()?, ends_at: row.take()?, voters: row.take()? }))
        },
    )?;
    Ok(polls.into_iter().collect())
}

/// The positions of the options that an account chose in these tweets' polls.
pub fn chosen_by(
    conn: &mut Conn,
    account: AccountId,
    ids: &[TweetId],
) -> Result<HashMap<TweetId, Vec<i64>>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = conn.query(
        "select tweet_id, position from poll_votes where account_id = $1 and tweet_id in_ints($2)",
        args![account, ids],
        |row| Ok((row.take()?, row.take()?)),
    )?;
    Ok(grouped(rows))
}

/// What somebody chooses in a poll.
#[derive(Clone, Debug)]
pub struct Ballot {
    /// The tweet.
    pub tweet: TweetId,
    /// Who chooses.
    pub account: AccountId,
    /// Whether that is one of ours, who chooses everything at once; what others choose comes one by one.
    pub by_ours: bool,
    /// The positions of the options, each with an id for its row.
    pub choices: Vec<(i64, i64)>,
    /// The present.
    pub now_ms: Millis,
}

/// What became of a [`Ballot`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cast {
    /// It counts.
    Counted,
    /// The account had voted already.
    Repeated,
    /// The poll was over.
    Over,
    /// The tweet has no such poll or option.
    Unknown,
}

/// Counts a ballot. Whoever votes holds the poll, so that two votes of an account never both count.
pub fn vote(conn: &mut Conn, ballot: &Ballot) -> Result<Cast, StoreError> {
    let Some((multiple, ends_at)) = hold(conn, ballot.tweet)? else { return Ok(Cast::Unknown) };
    if ends_at.is_some_and(|end| end <= ballot.now_ms) {
        return Ok(Cast::Over);
    }
    let before = chosen_by(conn, ballot.account, &[ballot.tweet])?.remove(&ballot.tweet);
    if before.is_some() && (ballot.by_ours || !multiple) {
        return Ok(Cast::Repeated);
    }
    let Some(poll) = of_tweets(conn, &[ballot.tweet])?.remove(&ballot.tweet) else {
        return Ok(Cast::Unknown);
    };
    let title = |position: i64| usize::try_from(position).ok().and_then(|at| poll.options.get(at));
    if ballot.choices.is_empty() || ballot.choices.iter().any(|(position, _)| title(*position).is_none()) {
        return Ok(Cast::Unknown);
    }
    let written = insert_votes(conn, ballot)?;
    if written.is_empty() {
        return Ok(Cast::Repeated);
    }
    conn.execute(
        "update poll_options set votes_count = votes_count + 1 where tweet_id = $1 and position in_ints($2)",
        args![ballot.tweet, written.clone()],
    )?;
    let (author, ours) =
        conn.query_one("select account_id, local from tweets where id = $1", args![ballot.tweet], |row| {
            Ok((row.take::<AccountId>()?, row.take::<bool>()?))
        })?;
    conn.execute(
        "update polls set voters_count = voters_count + $2, untold = (untold or $3) where tweet_id = $1",
        args![ballot.tweet, i64::from(before.is_none()), ours],
    )?;
    if ballot.by_ours && !ours {
        let chosen = ballot.choices.iter().filter(|(position, _)| written.contains(position));
        let told = |(position, id): &(i64, i64)| {
            let option = title(*position)?.title.clone();
            let (account, tweet) = (ballot.account, ballot.tweet);
            Some(Event::Voted(PollVote { id: *id, account, tweet, author, option }))
        };
        let log: Vec<Event> = chosen.filter_map(told).collect();
        events::append(conn, &log, ballot.now_ms)?;
    }
    Ok(Cast::Counted)
}

/// Whether several may be chosen, and the end; the poll is held until the unit ends.
fn hold(conn: &mut Conn, tweet: TweetId) -> Result<Option<(bool, Option<Millis>)>, StoreError> {
    conn.query_opt(
        "select multiple, ends_at from polls where tweet_id = $1 for no key update",
        args![tweet],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// Writes the choices that were not made before; answers their positions.
fn insert_votes(conn: &mut Conn, ballot: &Ballot) -> Result<Vec<i64>, StoreError> {
    let rows: Vec<Vec<Value>> = ballot
        .choices
        .iter()
        .map(|(position, id)| {
            let (tweet, account) = (ballot.tweet.into(), ballot.account.into());
            vec![(*id).into(), tweet, account, (*position).into(), ballot.now_ms.into()]
        })
        .collect();
    let columns = [
        ("id", Kind::Int),
        ("tweet_id", Kind::Int),
        ("account_id", Kind::Int),
        ("position", Kind::Int),
        ("created_at", Kind::Int),
    ];
    let tail = "on conflict do nothing returning position";
    conn.insert_rows_returning("poll_votes", &columns, tail, &rows, int)
}

/// Takes over what the author's server says of a remote tweet's poll now. Another question begins anew, without the
/// votes for the old one.
pub fn refresh(
    conn: &mut Conn,
    tweet: TweetId,
    poll: Option<&Poll>,
    now_ms: Millis,
) -> Result<(), StoreError> {
    hold(conn, tweet)?;
    let before = of_tweets(conn, &[tweet])?.remove(&tweet);
    match (before, poll) {
        (None, None) => return Ok(()),
        (Some(before), Some(poll)) if before.asks_the_same(poll) => {
            return recount(conn, tweet, &before, poll, now_ms);
        }
        _ => {}
    }
    conn.execute("delete from polls where tweet_id = $1", args![tweet])?;
    if let Some(poll) = poll {
        insert(conn, tweet, poll, now_ms)?;
    }
    conn.execute("update tweets set has_poll = $2 where id = $1", args![tweet, poll.is_some()])?;
    conn.touched(Echo::Tweet(tweet));
    Ok(())
}

/// Voters of ours, and of others, who are told that their votes are gone, at most: the newest.
const DROPPED_MAX: i64 = 500;

/// Whose votes are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Of ours.
    pub ours: Vec<AccountId>,
    /// Of other instances.
    pub others: Vec<AccountId>,
}

/// Gives a tweet of ours another poll, or none. The same question goes on with its votes until its new end; once it is
/// over it stays as it is. Another one begins anew. Answers whose votes are gone.
pub fn rewrite(
    conn: &mut Conn,
    tweet: TweetId,
    poll: Option<&Poll>,
    now_ms: Millis,
) -> Result<Dropped, StoreError> {
    hold(conn, tweet)?;
    let before = of_tweets(conn, &[tweet])?.remove(&tweet);
    if let (Some(before), Some(poll)) = (&before, poll)
        && before.asks_the_same(poll)
    {
        conn.execute(
            "update polls set ends_at = $2 where tweet_id = $1 and not ended and ends_at > $3",
            args![tweet, poll.ends_at, now_ms],
        )?;
        return Ok(Dropped::default());
    }
    let others = remote_voters(conn, tweet, DROPPED_MAX)?;
    let ours = conn.query(
        "select distinct v.account_id
         from (select account_id from poll_votes where tweet_id = $1 order by id desc limit $2) v
             join users u on u.account_id = v.account_id",
        args![tweet, DROPPED_MAX],
        |row| row.take(),
    )?;
    conn.execute("delete from polls where tweet_id = $1", args![tweet])?;
    if let Some(poll) = poll {
        insert(conn, tweet, poll, now_ms)?;
    }
    conn.execute("update tweets set has_poll = $2 where id = $1", args![tweet, poll.is_some()])?;
    conn.touched(Echo::Tweet(tweet));
    Ok(Dropped { ours, others })
}

fn recount(
    conn: &mut Conn,
    tweet: TweetId,
    before: &Poll,
    poll: &Poll,
    now_ms: Millis,
) -> Result<(), StoreError> {
    for ((old, new), position) in before.options.iter().zip(&poll.options).zip(0_i64..) {
        if old.votes != new.votes {
            conn.execute(
                "update poll_options set votes_count = $3 where tweet_id = $1 and position = $2",
                args![tweet, position, new.votes],
            )?;
        }
    }
    conn.execute(
        "update polls set ends_at = $2, voters_count = $3, checked_at = $4 where tweet_id = $1",
        args![tweet, poll.ends_at, poll.voters, now_ms],
    )?;
    Ok(())
}

/// Whether the counts of a running poll are older than `before_ms`.
pub fn is_old(conn: &mut Conn, tweet: TweetId, before_ms: Millis) -> Result<bool, StoreError> {
    conn.query_one(
        "select exists(select 1 from polls where tweet_id = $1 and checked_at <= $2 and not ended)",
        args![tweet, before_ms],
        |row| row.take(),
    )
}

/// Takes the turn to ask the author's server for the counts of a poll, unless they are younger than `before_ms`.
pub fn claim_check(
    conn: &mut Conn,
    tweet: TweetId,
    before_ms: Millis,
    now_ms: Millis,
) -> Result<bool, StoreError> {
    let claimed = conn.execute(
        "update polls set checked_at = $3 where tweet_id = $1 and checked_at <= $2 and not ended",
        args![tweet, before_ms, now_ms],
    )?;
    Ok(claimed > 0)
}

/// Notices the end of at most `limit` polls: from then on the voters wait to be told, and for ours the last counts
/// are told to others. Answers how many ended.
pub fn end_due(conn: &mut Conn, now_ms: Millis, limit: i64) -> Result<usize, StoreError> {
    let ended = conn.query(
        "update polls set ended = true, untold = false, told_at = $1, told_to = 0
         where not ended and tweet_id in (
             select tweet_id from polls where not ended and ends_at <= $1 order by ends_at limit $2)
         returning tweet_id",
        args![now_ms, limit],
        |row| row.take::<TweetId>(),
    )?;
    changed(conn, &ended, now_ms)?;
    Ok(ended.len())
}

/// Lets the counts of at most `limit` polls of ours be told that changed, and were last told before `before_ms`.
/// Answers how many.
pub fn tell_counts(
    conn: &mut Conn,
    before_ms: Millis,
    now_ms: Millis,
    limit: i64,
) -> Result<usize, StoreError> {
    let told = conn.query(
        "update polls set untold = false, told_at = $2
         where untold and tweet_id in (
             select tweet_id from polls where untold and told_at <= $1 order by told_at limit $3)
         returning tweet_id",
        args![before_ms, now_ms, limit],
        |row| row.take::<TweetId>(),
    )?;
    changed(conn, &told, now_ms)?;
    Ok(told.len())
}

fn changed(conn: &mut Conn, polls: &[TweetId], now_ms: Millis) -> Result<(), StoreError> {
    if polls.is_empty() {
        return Ok(());
    }
    let log = conn.query(
        "select id, account_id from tweets where id in_ints($1) and local order by id",
        args![polls],
        |row| Ok(Event::PollChanged { tweet: row.take()?, author: row.take()?, at_ms: now_ms }),
    )?;
    events::append(conn, &log, now_ms)
}

/// Tells the author, and at most `limit` choices' voters, that a poll is over. Answers whether there was one.
pub fn tell_end(conn: &mut Conn, now_ms: Millis, limit: i64) -> Result<bool, StoreError> {
    let waiting = conn.query_opt(
        "select tweet_id, told_to from polls where told_to is not null
         order by tweet_id limit 1 for update skip locked",
        args![],
        |row| Ok((row.take::<TweetId>()?, row.take::<i64>()?)),
    )?;
    let Some((tweet, told_to)) = waiting else { return Ok(false) };
    let author: AccountId =
        conn.query_one("select account_id from tweets where id = $1", args![tweet], |row| row.take())?;
    let votes = conn.query(
        "select id, account_id from poll_votes where tweet_id = $1 and id > $2 order by id limit $3",
        args![tweet, told_to, limit],
        |row: &mut Row<'_>| Ok((row.take::<i64>()?, row.take::<AccountId>()?)),
    )?;
    let mut people: Vec<AccountId> = votes.iter().map(|(_, voter)| *voter).collect();
    people.extend((told_to == 0).then_some(author));
    people.sort_unstable();
    people.dedup();
    let told = |account| NewNotification {
        account,
        kind: NotificationKind::PollEnded,
        from: author,
        tweet: Some(tweet),
        at_ms: now_ms,
    };
    let log = notifications::insert(conn, &people.into_iter().map(told).collect::<Vec<_>>())?;
    events::append(conn, &log, now_ms)?;
    let all = i64::try_from(votes.len()).is_ok_and(|read| read < limit);
    let last = votes.last().map(|(id, _)| *id).filter(|_| !all);
    conn.execute("update polls set told_to = $2 where tweet_id = $1", args![tweet, last])?;
    Ok(true)
}

/// Accounts of other instances that voted, the newest first, each once: at most `limit` votes are looked at.
pub fn remote_voters(conn: &mut Conn, tweet: TweetId, limit: i64) -> Result<Vec<AccountId>, StoreError> {
    conn.query(
        "select distinct v.account_id
         from (select account_id from poll_votes where tweet_id = $1 order by id desc limit $2) v
             join actors r on r.account_id = v.account_id",
        args![tweet, limit],
        |row| row.take(),
    )
}
