//! Notifications that wait: whose are let through, and the requests of those whose are not.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::conn::Conn;
use super::notifications::NewNotification;
use super::value::args;
use super::{Kind, Row, StoreError, Value, newer_than, older_than};
use crate::clock::Millis;
use crate::model::cursor::Cursor;
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::sifting::{Sift, SiftFacts, SiftPolicy};
use crate::model::telling::{Channel, Doer, Telling};
use crate::model::visibility::Visibility;

/// Requests and waiting notifications are counted up to here.
pub const WAITING_COUNTED: i64 = 100;

fn policy(row: &mut Row<'_>) -> Result<SiftPolicy, StoreError> {
    let mut next = || row.take().map(Sift::from_code);
    Ok(SiftPolicy {
        not_following: next()?,
        not_followers: next()?,
        new_accounts: next()?,
        private_mentions: next()?,
        limited_accounts: next()?,
    })
}

/// What an account chose; `None` when it never did.
pub fn policy_of(conn: &mut Conn, account: AccountId) -> Result<Option<SiftPolicy>, StoreError> {
    conn.query_opt(
        "select not_following, not_followers, new_accounts, private_mentions, limited_accounts
         from notification_policies where account_id = $1",
        args![account],
        policy,
    )
}

/// Writes what an account chooses.
pub fn set_policy(conn: &mut Conn, account: AccountId, policy: &SiftPolicy) -> Result<(), StoreError> {
    conn.execute(
        "insert into notification_policies (account_id, not_following, not_followers, new_accounts,
             private_mentions, limited_accounts) values ($1, $2, $3, $4, $5, $6)
         on conflict (account_id) do update set not_following = excluded.not_following,
             not_followers = excluded.not_followers, new_accounts = excluded.new_accounts,
             private_mentions = excluded.private_mentions, limited_accounts = excluded.limited_accounts",
        args![
            account,
            policy.not_following.code(),
            policy.not_followers.code(),
            policy.new_accounts.code(),
            policy.private_mentions.code(),
            policy.limited_accounts.code(),
        ],
    )?;
    Ok(())
}

/// What becomes of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// By who the doer is.
    pub sift: Sift,
    /// Whether the list is to have such a thing by such a doer.
    pub wanted: bool,
}

/// What becomes of each of these notifications. Two questions when nobody among them chose anything and no doer is
/// limited, seven else, however many they are.
pub fn judge(conn: &mut Conn, new: &[&NewNotification]) -> Result<Vec<Verdict>, StoreError> {
    let receivers: Vec<i64> = new.iter().map(|n| n.account.0).collect();
    let doers: Vec<i64> = new.iter().map(|n| n.from.0).collect();
    let choices: HashMap<AccountId, (SiftPolicy, Telling)> = conn
        .query(
            "select account_id, not_following, not_followers, new_accounts, private_mentions, limited_accounts, telling
             from notification_policies where account_id in_ints($1)",
            args![receivers.clone()],
            |row| Ok((row.take()?, (policy(row)?, Telling::from_stored(&row.take::<String>()?)))),
        )?
        .into_iter()
        .collect();
    let accounts: HashMap<AccountId, (Millis, bool)> = conn
        .query(
            "select id, created_at, limited_at is not null from accounts where id in_ints($1)",
            args![doers.clone()],
            |row| Ok((row.take()?, (row.take()?, row.take()?))),
        )?
        .into_iter()
        .collect();
    if choices.is_empty() && !accounts.values().any(|(_, limited)| *limited) {
        return Ok(vec![Verdict { sift: Sift::Accept, wanted: true }; new.len()]);
    }
    let facts = Facts::read(conn, new, (receivers, doers))?;
    let judged = new.iter().map(|n| {
        let (made_at, limited) = accounts.get(&n.from).copied().unwrap_or_default();
        let (policy, telling) = choices.get(&n.account).cloned().unwrap_or_default();
        let facts = SiftFacts { made_at, limited, ..facts.of(n) };
        let doer = Doer::of(facts.follows, facts.followed_since.is_some());
        let wanted = telling.wants(n.kind, doer, Channel::List);
        Verdict { sift: policy.judge(&facts, n.at_ms), wanted }
    });
    Ok(judged.collect())
}

/// What is asked of all notifications of a set at once.
struct Facts {
    follows: HashSet<(AccountId, AccountId)>,
    followed_since: HashMap<(AccountId, AccountId), Millis>,
    permitted: HashSet<(AccountId, AccountId)>,
    tweets: HashMap<TweetId, (Visibility, Option<AccountId>)>,
}

impl Facts {
    fn read(
        conn: &mut Conn,
        new: &[&NewNotification],
        (receivers, doers): (Vec<i64>, Vec<i64>),
    ) -> Result<Self, StoreError> {
        let follows = conn.query(
            "select follower_id, followee_id from follows
             where follower_id in_ints($1) and followee_id in_ints($2)",
            args![receivers.clone(), doers.clone()],
            |row| Ok((row.take()?, row.take()?)),
        )?;
        let followed = conn.query(
            "select follower_id, followee_id, created_at from follows
             where follower_id in_ints($2) and followee_id in_ints($1)",
            args![receivers.clone(), doers.clone()],
            |row| Ok(((row.take()?, row.take()?), row.take()?)),
        )?;
        let permitted = conn.query(
            "select account_id, from_id from notification_permissions
             where account_id in_ints($1) and from_id in_ints($2)",
            args![receivers, doers],
            |row| Ok((row.take()?, row.take()?)),
        )?;
        let tweets: Vec<i64> = new.iter().filter_map(|n| n.tweet).map(|tweet| tweet.0).collect();
        let tweets = conn.query(
            "select id, visibility, reply_to_account from tweets where id in_ints($1)",
            args![tweets],
            |row| Ok((row.take()?, (row.take()?, row.take()?))),
        )?;
        Ok(Self {
            follows: follows.into_iter().collect(),
            followed_since: followed.into_iter().collect(),
            permitted: permitted.into_iter().collect(),
            tweets: tweets.into_iter().collect(),
        })
    }

    fn of(&self, n: &NewNotification) -> SiftFacts {
        let tweet = n.tweet.and_then(|tweet| self.tweets.get(&tweet));
        SiftFacts {
            kind: n.kind,
            follows: self.follows.contains(&(n.account, n.from)),
            followed_since: self.followed_since.get(&(n.from, n.account)).copied(),
            made_at: 0,
            limited: false,
            visibility: tweet.map(|(visibility, _)| *visibility),
            answers: tweet.is_some_and(|(_, answered)| *answered == Some(n.account)),
            permitted: self.permitted.contains(&(n.account, n.from)),
        }
    }
}

/// Writes down that notifications of these doers wait for these receivers.
pub fn request<'n>(
    conn: &mut Conn,
    waiting: impl Iterator<Item = &'n NewNotification>,
) -> Result<(), StoreError> {
    let pairs: BTreeSet<(AccountId, AccountId, Millis)> =
        waiting.map(|n| (n.account, n.from, n.at_ms)).collect();
    let mut newest: HashMap<(AccountId, AccountId), Millis> = HashMap::new();
    for (account, from, at_ms) in &pairs {
        newest.insert((*account, *from), *at_ms);
    }
    let mut rows: Vec<((AccountId, AccountId), Millis)> = newest.into_iter().collect();
    rows.sort_unstable();
    let rows: Vec<Vec<Value>> = rows
        .into_iter()
        .map(|((account, from), at_ms)| vec![account.into(), from.into(), at_ms.into(), at_ms.into()])
        .collect();
    conn.insert_rows(
        "notification_requests",
        &[
            ("account_id", Kind::Int),
            ("from_id", Kind::Int),
            ("created_at", Kind::Int),
            ("updated_at", Kind::Int),
        ],
        "on conflict (account_id, from_id) do update set updated_at = excluded.updated_at",
        &rows,
    )?;
    Ok(())
}

/// Somebody whose notifications wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its id, from a plain sequence.
    pub id: RowId,
    /// Who caused them.
    pub from: AccountId,
    /// How many there are, counted up to [`WAITING_COUNTED`].
    pub count: i64,
    /// The tweet of the newest one that is about a tweet.
    pub last_tweet: Option<TweetId>,
    /// Since when.
    pub created_at: Millis,
    /// When the newest came.
    pub updated_at: Millis,
}

macro_rules! select_requests {
    ($rest:literal) => {
        concat!(
            "select r.id, r.from_id,
                 (select count(*) from (select 1 from notifications n
                      where n.from_id = r.from_id and n.account_id = r.account_id and n.filtered limit $1) counted),
                 (select n.tweet_id from notifications n
                      where n.from_id = r.from_id and n.account_id = r.account_id and n.filtered
                          and n.tweet_id is not null
                      order by n.id desc limit 1),
                 r.created_at, r.updated_at
             from notification_requests r ",
            $rest
        )
    };
}

fn request_row(row: &mut Row<'_>) -> Result<Request, StoreError> {
    Ok(Request {
        id: row.take()?,
        from: row.take()?,
        count: row.take()?,
        last_tweet: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
    })
}

/// Whose notifications wait for an account, the newest requests first.
pub fn requests(
    conn: &mut Conn,
    account: AccountId,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<Request>, StoreError> {
    conn.query(
        select_requests!("where r.account_id = $2 and r.id < $3 and r.id > $4 order by r.id desc limit $5"),
        args![WAITING_COUNTED, account, older_than(cursor), newer_than(cursor), limit],
        request_row,
    )
}

/// Some of them by their ids.
pub fn requests_by_ids(
    conn: &mut Conn,
    account: AccountId,
    ids: &[RowId],
) -> Result<Vec<Request>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    conn.query(
        select_requests!("where r.id in_ints($3) and r.account_id = $2 order by r.id desc"),
        args![WAITING_COUNTED, account, ids],
        request_row,
    )
}

/// The one of an account.
pub fn request_of(
    conn: &mut Conn,
    account: AccountId,
    from: AccountId,
) -> Result<Option<Request>, StoreError> {
    conn.query_opt(
        select_requests!("where r.account_id = $2 and r.from_id = $3"),
        args![WAITING_COUNTED, account, from],
        request_row,
    )
}

/// How many requests and notifications wait, each counted up to [`WAITING_COUNTED`].
pub fn waiting(conn: &mut Conn, account: AccountId) -> Result<(i64, i64), StoreError> {
    conn.query_one(
        "select (select count(*) from (select 1 from notification_requests where account_id = $1 limit $2) counted),
             (select count(*) from (select 1 from notifications where account_id = $1 and filtered limit $2) counted)",
        args![account, WAITING_COUNTED],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// From now on notifications of `from` are told.
pub fn permit(conn: &mut Conn, account: AccountId, from: AccountId) -> Result<(), StoreError> {
    conn.execute(
        "insert into notification_permissions (account_id, from_id) values ($1, $2) on conflict do nothing",
        args![account, from],
    )?;
    Ok(())
}

/// Lets at most `limit` of the waiting notifications of `from` through. Answers the tweets that they are about; `None`
/// when none waited any more, and then the request is gone too.
pub fn let_through(
    conn: &mut Conn,
    account: AccountId,
    from: AccountId,
    limit: i64,
) -> Result<Option<Vec<TweetId>>, StoreError> {
    let told: Vec<Option<TweetId>> = conn.query(
        "update notifications set filtered = false where id in (
             select id from notifications where from_id = $2 and account_id = $1 and filtered order by id limit $3)
         returning tweet_id",
        args![account, from, limit],
        |row| row.take(),
    )?;
    if told.is_empty() {
        close(conn, account, from)?;
        return Ok(None);
    }
    Ok(Some(told.into_iter().flatten().collect()))
}

/// Removes at most `limit` of the waiting notifications of `from`. Answers whether none are left, and then the request is
/// gone too.
pub fn dismiss(conn: &mut Conn, account: AccountId, from: AccountId, limit: i64) -> Result<bool, StoreError> {
    let removed = conn.execute(
        "delete from notifications where id in (
             select id from notifications where from_id = $2 and account_id = $1 and filtered order by id limit $3)",
        args![account, from, limit],
    )?;
    if i64::try_from(removed).is_ok_and(|removed| removed >= limit) {
        return Ok(false);
    }
    close(conn, account, from)?;
    Ok(true)
}

/// Forgets a request of which nothing waits any more.
pub fn close_empty(conn: &mut Conn, account: AccountId, from: AccountId) -> Result<(), StoreError> {
    conn.execute(
        "delete from notification_requests where account_id = $1 and from_id = $2 and not exists (
             select 1 from notifications n where n.from_id = $2 and n.account_id = $1 and n.filtered)",
        args![account, from],
    )?;
    Ok(())
}

/// Forgets a request.
pub fn close(conn: &mut Conn, account: AccountId, from: AccountId) -> Result<(), StoreError> {
    conn.execute(
        "delete from notification_requests where account_id = $1 and from_id = $2",
        args![account, from],
    )?;
    Ok(())
}
