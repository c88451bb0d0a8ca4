//! Apps of OAuth 2, the codes that people let them have, and the tokens that they have for themselves. Secrets are
//! kept by their hashes.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError};
use crate::clock::Millis;
use crate::model::app::App;
use crate::model::ids::{AccountId, AppId, RowId, SessionId};

macro_rules! select_apps {
    ($rest:literal) => {
        concat!(
            "select id, client_id, name, website, redirect_uris, scopes, created_at, secret_hash from oauth_apps ",
            $rest
        )
    };
}

fn app(row: &mut Row<'_>) -> Result<App, StoreError> {
    Ok(App {
        id: row.take()?,
        client_id: row.take()?,
        name: row.take()?,
        website: row.take()?,
        redirect_uris: row.take::<String>()?.lines().map(str::to_owned).collect(),
        scopes: row.take()?,
        created_at: row.take()?,
    })
}

/// A code and what it was given for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its number.
    pub id: RowId,
    /// Whom it was given to.
    pub app: AppId,
    /// Who gave it.
    pub account: AccountId,
    /// What for, words with spaces between.
    pub scopes: String,
    /// Where it was sent.
    pub redirect_uri: String,
    /// The S256 challenge (RFC 7636) of who asked for it.
    pub challenge: Option<String>,
    /// When it can no longer be exchanged.
    pub expires_at: Millis,
    /// The session that it was exchanged for.
    pub session: Option<SessionId>,
}

/// A token of an app for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppToken {
    /// Its number.
    pub id: RowId,
    /// Whose it is.
    pub app: AppId,
    /// What for, words with spaces between.
    pub scopes: String,
    /// When it was made.
    pub created_at: Millis,
}

/// Writes an app; only the hash of its secret is kept.
pub fn insert(conn: &mut Conn, app: &App, secret_hash: &[u8]) -> Result<(), StoreError> {
    conn.execute(
        "insert into oauth_apps (id, client_id, secret_hash, name, website, redirect_uris, scopes, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            app.id,
            &app.client_id,
            secret_hash,
            &app.name,
            &app.website,
            app.redirect_uris.join("\n"),
            &app.scopes,
            app.created_at,
        ],
    )?;
    Ok(())
}

/// An app by its id.
pub fn by_id(conn: &mut Conn, id: AppId) -> Result<Option<App>, StoreError> {
    conn.query_opt(select_apps!("where id = $1"), args![id], app)
}

/// An app by what it calls itself by, and the hash of its secret.
pub fn by_client_id(conn: &mut Conn, client_id: &str) -> Result<Option<(App, Vec<u8>)>, StoreError> {
    conn.query_opt(select_apps!("where client_id = $1"), args![client_id], |row| Ok((app(row)?, row.take()?)))
}

/// Remembers that an app acted for a person: it is not forgotten by itself any more.
pub fn mark_used(conn: &mut Conn, id: AppId, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute("update oauth_apps set used_at = coalesce(used_at, $2) where id = $1", args![id, now_ms])?;
    Ok(())
}

/// Forgets apps that were registered before `before_ms` and never acted for anybody, at most `limit`.
pub fn prune(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from oauth_apps where id in (
             select id from oauth_apps where used_at is null and created_at < $1 order by created_at limit $2)",
        args![before_ms, limit],
    )
}

/// Writes a code; only its hash is kept.
pub fn insert_code(conn: &mut Conn, code: &Code, code_hash: &[u8]) -> Result<(), StoreError> {
    conn.execute(
        "insert into oauth_codes (id, code_hash, app_id, account_id, scopes, redirect_uri, challenge, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            code.id,
            code_hash,
            code.app,
            code.account,
            &code.scopes,
            &code.redirect_uri,
            code.challenge.as_deref(),
            code.expires_at,
        ],
    )?;
    Ok(())
}

/// The code that has this hash, exchanged or not.
pub fn code_by_hash(conn: &mut Conn, code_hash: &[u8]) -> Result<Option<Code>, StoreError> {
    conn.query_opt(
        "select id, app_id, account_id, scopes, redirect_uri, challenge, expires_at, session_id
         from oauth_codes where code_hash = $1",
        args![code_hash],
        |row| {
            Ok(Code {
                id: row.take()?,
                app: row.take()?,
                account: row.take()?,
                scopes: row.take()?,
                redirect_uri: row.take()?,
                challenge: row.take()?,
                expires_at: row.take()?,
                session: row.take()?,
            })
        },
    )
}

/// Exchanges a code for a session. Answers whether it was still there to be exchanged.
pub fn use_code(conn: &mut Conn, id: RowId, session: SessionId) -> Result<bool, StoreError> {
    let used = conn.execute(
        "update oauth_codes set session_id = $2 where id = $1 and session_id is null",
        args![id, session],
    )?;
    Ok(used > 0)
}

/// Forgets the codes of an account, exchanged or not.
pub fn forget_codes(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    conn.execute("delete from oauth_codes where account_id = $1", args![account])?;
    Ok(())
}

/// Forgets the codes of an account that one app has not exchanged yet.
pub fn forget_codes_of(conn: &mut Conn, account: AccountId, app: AppId) -> Result<(), StoreError> {
    conn.execute(
        "delete from oauth_codes where account_id = $1 and app_id = $2 and session_id is null",
        args![account, app],
    )?;
    Ok(())
}

/// Forgets codes that ended before `before_ms`, at most `limit`.
pub fn prune_codes(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from oauth_codes where id in (
             select id from oauth_codes where expires_at < $1 order by expires_at limit $2)",
        args![before_ms, limit],
    )
}

/// Writes a token of an app for itself, and forgets the app's oldest ones when there are more than `most`.
pub fn insert_token(
    conn: &mut Conn,
    token: &AppToken,
    token_hash: &[u8],
    most: i64,
) -> Result<(), StoreError> {
    conn.execute(
        "insert into app_tokens (id, token_hash, app_id, scopes, created_at) values ($1, $2, $3, $4, $5)",
        args![token.id, token_hash, token.app, &token.scopes, token.created_at],
    )?;
    conn.execute(
        "delete from app_tokens where app_id = $1 and id not in (
             select id from app_tokens where app_id = $1 order by id desc limit $2)",
        args![token.app, most],
    )?;
    Ok(())
}

/// The token of an app for itself that has this hash.
pub fn token_by_hash(conn: &mut Conn, token_hash: &[u8]) -> Result<Option<AppToken>, StoreError> {
    conn.query_opt(
        "select id, app_id, scopes, created_at from app_tokens where token_hash = $1",
        args![token_hash],
        |row| {
            Ok(AppToken { id: row.take()?, app: row.take()?, scopes: row.take()?, created_at: row.take()? })
        },
    )
}

/// Ends a token of an app for itself.
pub fn end_token(conn: &mut Conn, id: RowId) -> Result<(), StoreError> {
    conn.execute("delete from app_tokens where id = $1", args![id])?;
    Ok(())
}

/// The apps of these ids, in the order of their ids.
pub fn by_ids(conn: &mut Conn, ids: &[AppId]) -> Result<Vec<App>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    conn.query(select_apps!("where id in_ints($1) order by id"), args![ids], app)
}
