//! Sessions: web logins and bearer tokens, kept by the hash of their secret.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError, apps, users};
use crate::clock::Millis;
use crate::model::account::{Role, Session, SessionKind, UserState};
use crate::model::ids::{AccountId, AppId, SessionId};

macro_rules! select_sessions {
    ($rest:literal) => {
        concat!(
            "select id, account_id, kind, scopes, name, address, created_at, last_used_at, expires_at, app_id
             from sessions ",
            $rest
        )
    };
}

fn session(row: &mut Row<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.take()?,
        account_id: row.take()?,
        kind: if row.take::<String>()? == "web" { SessionKind::Web } else { SessionKind::Token },
        scopes: row.take()?,
        name: row.take()?,
        address: row.take()?,
        created_at: row.take()?,
        last_used_at: row.take()?,
        expires_at: row.take()?,
        app: row.take()?,
    })
}

/// Writes a session; only the hash of its secret is kept.
pub fn insert(conn: &mut Conn, session: &Session, token_hash: &[u8]) -> Result<(), StoreError> {
    conn.execute(
        "insert into sessions (id, account_id, token_hash, kind, scopes, name, address, created_at, last_used_at,
             expires_at, app_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            session.id,
            session.account_id,
            token_hash,
            session.kind.as_str(),
            &session.scopes,
            &session.name,
            &session.address,
            session.created_at,
            session.last_used_at,
            session.expires_at,
            session.app,
        ],
    )?;
    Ok(())
}

/// The live session whose secret has this hash, when its user may act now.
pub fn by_hash(
    conn: &mut Conn,
    token_hash: &[u8],
    now_ms: Millis,
) -> Result<Option<(Session, Role)>, StoreError> {
    let found = conn.query_opt(
        select_sessions!("where token_hash = $1 and (expires_at is null or expires_at > $2)"),
        args![token_hash, now_ms],
        session,
    )?;
    let Some(session) = found else { return Ok(None) };
    let user = users::by_account(conn, session.account_id)?;
    Ok(user
        .filter(|user| user.state == UserState::Active && !user.suspended)
        .map(|user| (session, user.role)))
}

/// Those of some sessions that live, and whose users may act now.
pub fn live(conn: &mut Conn, ids: Vec<SessionId>, now_ms: Millis) -> Result<Vec<SessionId>, StoreError> {
    let ids: Vec<i64> = ids.into_iter().map(|id| id.0).collect();
    conn.query(
        "select s.id from sessions s
         join users u on u.account_id = s.account_id
         join accounts a on a.id = s.account_id
         where s.id in_ints($1) and (s.expires_at is null or s.expires_at > $2)
             and u.state = 'active' and a.suspended_at is null",
        args![ids, now_ms],
        |row| row.take(),
    )
}

/// Remembers that a session was used; one that ends by itself then ends at `expires_at` at the earliest.
pub fn touch(
    conn: &mut Conn,
    id: SessionId,
    expires_at: Option<Millis>,
    now_ms: Millis,
) -> Result<(), StoreError> {
    conn.execute(
        "update sessions set last_used_at = greatest(last_used_at, $2),
             expires_at = greatest(expires_at, coalesce($3, expires_at))
         where id = $1",
        args![id, now_ms, expires_at],
    )?;
    Ok(())
}

/// The live sessions of an account, newest first.
pub fn list(
    conn: &mut Conn,
    account: AccountId,
    limit: i64,
    now_ms: Millis,
) -> Result<Vec<Session>, StoreError> {
    conn.query(
        select_sessions!(
            "where account_id = $1 and (expires_at is null or expires_at > $3) order by id desc limit $2"
        ),
        args![account, limit, now_ms],
        session,
    )
}

/// Forgets the sessions of an account that have ended, and those unused for longest when there are more than `most`.
/// Answers whether live ones were among them.
pub fn trim(conn: &mut Conn, account: AccountId, most: i64, now_ms: Millis) -> Result<bool, StoreError> {
    conn.execute("delete from sessions where account_id = $1 and expires_at <= $2", args![account, now_ms])?;
    let ended = conn.execute(
        "delete from sessions where account_id = $1 and id not in (
             select id from sessions where account_id = $1 order by last_used_at desc, id desc limit $2)",
        args![account, most],
    )?;
    Ok(ended > 0)
}

/// Ends one session of an account. Answers whether there was one.
pub fn end(conn: &mut Conn, account: AccountId, id: SessionId) -> Result<bool, StoreError> {
    Ok(conn.execute("delete from sessions where id = $1 and account_id = $2", args![id, account])? > 0)
}

/// The sessions of an account that apps have, newest first.
pub fn of_apps(conn: &mut Conn, account: AccountId, limit: i64) -> Result<Vec<Session>, StoreError> {
    conn.query(
        select_sessions!("where account_id = $1 and app_id is not null order by id desc limit $2"),
        args![account, limit],
        session,
    )
}

/// The session whose secret has this hash, whether or not its user may act now.
pub fn of_hash(conn: &mut Conn, token_hash: &[u8]) -> Result<Option<Session>, StoreError> {
    conn.query_opt(select_sessions!("where token_hash = $1"), args![token_hash], session)
}

/// Ends the sessions of an account that one app has, and what it could begin new ones with. Answers how many.
pub fn end_of_app(conn: &mut Conn, account: AccountId, app: AppId) -> Result<u64, StoreError> {
    apps::forget_codes_of(conn, account, app)?;
    conn.execute("delete from sessions where account_id = $1 and app_id = $2", args![account, app])
}

/// Ends all sessions of an account but `keep`, and what apps could begin new ones with. Answers how many.
pub fn end_all(conn: &mut Conn, account: AccountId, keep: Option<SessionId>) -> Result<u64, StoreError> {
    apps::forget_codes(conn, account)?;
    conn.execute(
        "delete from sessions where account_id = $1 and id <> $2",
        args![account, keep.unwrap_or_default()],
    )
}

/// Forgets sessions that ended by themselves before `before_ms`, at most `limit`.
pub fn prune(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    conn.execute(
        "delete from sessions where id in (
             select id from sessions where expires_at < $1 order by expires_at limit $2)",
        args![before_ms, limit],
    )
}
