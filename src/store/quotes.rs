//! How quotes stand with whom they quote, and the stamps by which accounts of ours allow them.

use std::collections::BTreeMap;

use super::conn::{Conn, Counter};
use super::value::args;
use super::{Echo, Row, StoreError, events, tombstones, tweets};
use crate::clock::Millis;
use crate::model::event::{Event, QuoteAnswer};
use crate::model::ids::{AccountId, TweetId};
use crate::model::quote::{QuotePolicy, QuoteState};

/// A stamp of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Our number for it.
    pub id: i64,
    /// The quoted tweet of ours.
    pub tweet: TweetId,
    /// The id of the quoting post.
    pub quoting: String,
    /// Who quotes.
    pub quoter: AccountId,
}

fn stamp(row: &mut Row<'_>) -> Result<Stamp, StoreError> {
    Ok(Stamp { id: row.take()?, tweet: row.take()?, quoting: row.take()?, quoter: row.take()? })
}

/// The stamp with this number.
pub fn by_number(conn: &mut Conn, id: i64) -> Result<Option<Stamp>, StoreError> {
    let sql = "select id, tweet_id, quoting_uri, quoter_id from quote_stamps where id = $1";
    conn.query_opt(sql, args![id], stamp)
}

/// The stamp that allows this quote.
pub fn allowing(conn: &mut Conn, tweet: TweetId, quoting: &str) -> Result<Option<Stamp>, StoreError> {
    let sql = "select id, tweet_id, quoting_uri, quoter_id from quote_stamps
         where tweet_id = $1 and quoting_uri = $2";
    conn.query_opt(sql, args![tweet, quoting], stamp)
}

/// Answers a request to quote: with a stamp it is a yes, and the same request again gets the same stamp.
pub fn answer(
    conn: &mut Conn,
    mut answer: QuoteAnswer,
    stamp: Option<&Stamp>,
    now_ms: Millis,
) -> Result<(), StoreError> {
    if let Some(new) = stamp {
        conn.execute(
            "insert into quote_stamps (id, tweet_id, quoting_uri, quoter_id, created_at)
             values ($1, $2, $3, $4, $5) on conflict (tweet_id, quoting_uri) do nothing",
            args![new.id, new.tweet, &new.quoting, new.quoter, now_ms],
        )?;
        answer.stamp = allowing(conn, new.tweet, &new.quoting)?.map(|stamp| stamp.id);
    }
    events::append(conn, &[Event::QuoteAnswered(answer)], now_ms)
}

/// Writes whom the author of a tweet lets quote it; nothing is as the account says. Answers whether that is news.
pub fn set_policy(conn: &mut Conn, tweet: TweetId, policy: Option<QuotePolicy>) -> Result<bool, StoreError> {
    let changed = conn.execute(
        "update tweets set can_quote = $2 where id = $1 and coalesce(can_quote, -1) <> coalesce($2, -1)",
        args![tweet, policy.map(QuotePolicy::code)],
    )?;
    conn.touched(Echo::Tweet(tweet));
    Ok(changed > 0)
}

/// Tweets of ours that quote a tweet with its author's consent, with who wrote them; the newest, at most `limit`.
pub fn local_quoters(
    conn: &mut Conn,
    quoted: TweetId,
    limit: i64,
) -> Result<Vec<(TweetId, AccountId)>, StoreError> {
    conn.query(
        "select id, account_id from tweets where quote_of = $1 and local and quote_state = $2
         order by id desc limit $3",
        args![quoted, QuoteState::Accepted.code(), limit],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// What is decided of a quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The quoting tweet.
    pub tweet: TweetId,
    /// How it stands from now on.
    pub state: QuoteState,
    /// The id of the stamp that allows it.
    pub stamp: Option<String>,
}

/// Writes how a quote stands. One that was revoked stays so. Answers whether that is news.
pub fn decide(conn: &mut Conn, decision: &Decision, now_ms: Millis) -> Result<bool, StoreError> {
    let Some(before) = tweets::hold(conn, decision.tweet)? else { return Ok(false) };
    let is_same = before.quote_state == decision.state && before.quote_stamp == decision.stamp;
    let (Some(quoted), false) = (before.quote_of, is_same || before.quote_state == QuoteState::Revoked)
    else {
        return Ok(false);
    };
    conn.execute(
        "update tweets set quote_state = $2, quote_stamp = $3 where id = $1",
        args![decision.tweet, decision.state.code(), decision.stamp.as_deref()],
    )?;
    conn.touched(Echo::Tweet(decision.tweet));
    let counts = |state| i64::from(state == QuoteState::Accepted);
    let more = counts(decision.state) - counts(before.quote_state);
    conn.bump(Counter::Quotes, &BTreeMap::from([(quoted.0, more)]))?;
    if before.local {
        let decided = Event::QuoteDecided { tweet: before.id, author: before.author, at_ms: now_ms };
        events::append(conn, &[decided], now_ms)?;
    }
    Ok(true)
}

/// Takes back that `owner`'s tweet is quoted by `decision.tweet`. `gone` is the id of the stamp, which answers "gone"
/// from then on. Answers whether there was such a quote.
pub fn withdraw(
    conn: &mut Conn,
    decision: &Decision,
    gone: Option<(&str, i64)>,
    (owner, quoter): (AccountId, AccountId),
    now_ms: Millis,
) -> Result<bool, StoreError> {
    if !decide(conn, decision, now_ms)? {
        return Ok(false);
    }
    if let Some((uri, stamp)) = gone {
        conn.execute("delete from quote_stamps where id = $1", args![stamp])?;
        tombstones::insert(conn, uri, now_ms)?;
        events::append(conn, &[Event::QuoteWithdrawn { owner, quoter, stamp }], now_ms)?;
    }
    Ok(true)
}

/// Quoting tweets that this stamp allows and whose quoted tweet is by `owner`, at most `limit`.
pub fn allowed_by(
    conn: &mut Conn,
    stamp: &str,
    owner: AccountId,
    limit: i64,
) -> Result<Vec<TweetId>, StoreError> {
    conn.query(
        "select t.id from tweets t join tweets q on q.id = t.quote_of
         where t.quote_stamp = $1 and q.account_id = $2 order by t.id limit $3",
        args![stamp, owner, limit],
        |row| row.take(),
    )
}
