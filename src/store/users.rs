//! Users: login data and settings of local accounts.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError};
use crate::clock::Millis;
use crate::model::account::{Role, User, UserState};
use crate::model::ids::AccountId;

macro_rules! select_users {
    ($rest:literal) => {
        concat!(
            "select u.account_id, a.username, u.email, u.password_hash, u.role, u.state,
                a.suspended_at is not null, u.language
             from users u join accounts a on a.id = u.account_id ",
            $rest
        )
    };
}

fn user(row: &mut Row<'_>) -> Result<User, StoreError> {
    Ok(User {
        account_id: row.take()?,
        username: row.take()?,
        email: row.take()?,
        password_hash: row.take()?,
        role: Role::from_stored(&row.take::<String>()?),
        state: UserState::from_stored(&row.take::<String>()?),
        suspended: row.take()?,
        language: row.take()?,
    })
}

/// Writes a new user. A taken e-mail address is a unique violation.
pub fn insert(conn: &mut Conn, user: &User, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "insert into users (account_id, email, email_folded, password_hash, role, state, language, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            user.account_id,
            &user.email,
            user.email.to_lowercase(),
            &user.password_hash,
            user.role.as_str(),
            user.state.as_str(),
            user.language.as_deref(),
            now_ms,
        ],
    )?;
    Ok(())
}

/// The user of an account.
pub fn by_account(conn: &mut Conn, id: AccountId) -> Result<Option<User>, StoreError> {
    conn.query_opt(select_users!("where u.account_id = $1"), args![id], user)
}

/// The user with this username or e-mail address.
pub fn by_login(conn: &mut Conn, login: &str) -> Result<Option<User>, StoreError> {
    let folded = login.to_lowercase();
    conn.query_opt(
        select_users!(
            "where u.email_folded = $1
                or u.account_id = (select id from accounts where username_folded = $1 and coalesce(domain, '') = '')"
        ),
        args![folded],
        user,
    )
}

/// Users, the newest first.
pub fn list(conn: &mut Conn, limit: i64) -> Result<Vec<User>, StoreError> {
    conn.query(select_users!("order by u.account_id desc limit $1"), args![limit], user)
}

/// Whether any user exists: if not, the first visit leads to making one.
pub fn any(conn: &mut Conn) -> Result<bool, StoreError> {
    conn.query_one("select exists(select 1 from users)", args![], |row| row.take())
}

/// Changes a password.
pub fn set_password(conn: &mut Conn, id: AccountId, password_hash: &str) -> Result<(), StoreError> {
    conn.execute("update users set password_hash = $2 where account_id = $1", args![id, password_hash])?;
    Ok(())
}

/// Changes the language of a user's pages.
pub fn set_language(conn: &mut Conn, id: AccountId, language: Option<&str>) -> Result<(), StoreError> {
    conn.execute("update users set language = $2 where account_id = $1", args![id, language])?;
    Ok(())
}
