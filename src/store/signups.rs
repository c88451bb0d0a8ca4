//! People who asked for an account and wait for an admin's word. What they wrote is kept only while they wait.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError, newer_than, older_than};
use crate::model::account::Signup;
use crate::model::cursor::Cursor;
use crate::model::ids::AccountId;

/// Keeps why somebody would like to join.
pub fn set_reason(conn: &mut Conn, id: AccountId, reason: &str) -> Result<(), StoreError> {
    conn.execute("update users set signup_reason = $2 where account_id = $1", args![id, reason])?;
    Ok(())
}

/// Who waits, the newest first.
pub fn waiting(conn: &mut Conn, cursor: Cursor, limit: i64) -> Result<Vec<Signup>, StoreError> {
    conn.query(
        "select u.account_id, a.username, u.email, u.signup_reason, u.created_at
         from users u join accounts a on a.id = u.account_id
         where u.state = 'pending' and u.account_id < $1 and u.account_id > $2
         order by u.account_id desc limit $3",
        args![older_than(cursor), newer_than(cursor), limit],
        signup,
    )
}

fn signup(row: &mut Row<'_>) -> Result<Signup, StoreError> {
    Ok(Signup {
        account_id: row.take()?,
        username: row.take()?,
        email: row.take()?,
        reason: row.take()?,
        asked_at: row.take()?,
    })
}

/// How many wait, counted up to `most`.
pub fn count(conn: &mut Conn, most: i64) -> Result<i64, StoreError> {
    conn.query_one(
        "select count(*) from (select 1 from users where state = 'pending' limit $1) as waiting",
        args![most],
        |row| row.take(),
    )
}

/// Lets somebody in who waits. Answers whether there was such a one.
pub fn approve(conn: &mut Conn, id: AccountId) -> Result<bool, StoreError> {
    let changed = conn.execute(
        "update users set state = 'active', signup_reason = '' where account_id = $1 and state = 'pending'",
        args![id],
    )?;
    Ok(changed > 0)
}

/// Removes an account that waits, with all that hangs on it. Answers whether there was such a one.
pub fn remove(conn: &mut Conn, id: AccountId) -> Result<bool, StoreError> {
    let gone = conn.execute(
        "delete from accounts where id = $1
         and exists (select 1 from users where account_id = $1 and state = 'pending')",
        args![id],
    )?;
    Ok(gone > 0)
}
