//! Many rows at once, for the world that a bench lives in. No event tells of them, so nobody may follow the log meanwhile;
//! what counts them is counted once, at the end.

use super::conn::Conn;
use super::value::args;
use super::{Kind, StoreError, Value, accounts, sessions, users};
use crate::clock::Millis;
use crate::model::account::{Account, Session, User};
use crate::model::ids::{AccountId, TweetId};

/// The indexes whose rows come in no order at all: taken down while rows are written, and made at once afterwards. As the
/// migrations have them.
const INDEXES: [(&str, &str); 2] = [
    ("follows_by_followee", "create index follows_by_followee on follows (followee_id, id)"),
    ("tweets_by_account", "create index tweets_by_account on tweets (account_id, id)"),
];

/// Somebody who is signed up and signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub account: Account,
    /// Its user.
    pub user: User,
    /// A session.
    pub session: Session,
    /// The hash of the session's secret.
    pub token_hash: Vec<u8>,
}

/// A public post of somebody here.
#[derive(Clone, Debug)]
pub struct Post {
    /// Its id, which is its time too.
    pub id: TweetId,
    /// Who wrote it.
    pub author: AccountId,
    /// What is in it.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Its language.
    pub language: &'static str,
}

/// Makes ready for many rows.
pub fn begin(conn: &mut Conn) -> Result<(), StoreError> {
    for (name, _) in INDEXES {
        conn.batch(&format!("drop index {name}"))?;
    }
    Ok(())
}

/// Writes people.
pub fn people(conn: &mut Conn, people: &[Person], now_ms: Millis) -> Result<(), StoreError> {
    for person in people {
        accounts::insert(conn, &person.account)?;
        users::insert(conn, &person.user, now_ms)?;
        sessions::insert(conn, &person.session, &person.token_hash)?;
    }
    Ok(())
}

/// Writes who follows whom; `first` is the id of the first row, the others count on.
pub fn follows(
    conn: &mut Conn,
    first: i64,
    pairs: &[(AccountId, AccountId)],
    now_ms: Millis,
) -> Result<(), StoreError> {
    let columns = [
        ("id", Kind::Int),
        ("follower_id", Kind::Int),
        ("followee_id", Kind::Int),
        ("created_at", Kind::Int),
    ];
    let rows: Vec<Vec<Value>> = (first..)
        .zip(pairs)
        .map(|(id, (follower, followee))| {
            vec![id.into(), (*follower).into(), (*followee).into(), now_ms.into()]
        })
        .collect();
    conn.insert_rows("follows", &columns, "", &rows)?;
    Ok(())
}

/// Writes posts.
pub fn posts(conn: &mut Conn, posts: &[Post]) -> Result<(), StoreError> {
    let columns = [
        ("id", Kind::Int),
        ("account_id", Kind::Int),
        ("local", Kind::Bool),
        ("visibility", Kind::Int),
        ("text", Kind::Text),
        ("html", Kind::Text),
        ("language", Kind::Text),
        ("thread_id", Kind::Int),
        ("created_at", Kind::Int),
    ];
    let rows: Vec<Vec<Value>> = posts
        .iter()
        .map(|post| {
            vec![
                post.id.into(),
                post.author.into(),
                true.into(),
                0_i64.into(),
                (&post.text).into(),
                (&post.html).into(),
                post.language.into(),
                post.id.into(),
                post.id.time_ms().into(),
            ]
        })
        .collect();
    conn.insert_rows("tweets", &columns, "", &rows)?;
    Ok(())
}

/// Puts back what [`begin`] took down.
pub fn end(conn: &mut Conn) -> Result<(), StoreError> {
    for (_, made) in INDEXES {
        conn.batch(made)?;
    }
    Ok(())
}

/// Counts what was written for the accounts of these ids, both ends included.
pub fn count(conn: &mut Conn, from: AccountId, to: AccountId) -> Result<(), StoreError> {
    conn.execute(
        "update accounts set
             followers_count = (select count(*) from follows where followee_id = accounts.id),
             following_count = (select count(*) from follows where follower_id = accounts.id),
             tweets_count = (select count(*) from tweets where account_id = accounts.id),
             last_tweet_at = (select max(created_at) from tweets where account_id = accounts.id)
         where id >= $1 and id <= $2",
        args![from, to],
    )?;
    Ok(())
}
