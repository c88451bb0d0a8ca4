//! Small facts about the instance itself, such as its secret.

use super::StoreError;
use super::conn::Conn;
use super::value::args;

/// A setting.
pub fn get(conn: &mut Conn, key: &str) -> Result<Option<String>, StoreError> {
    conn.query_opt("select value from settings where key = $1", args![key], |row| row.take())
}

/// Writes a setting unless it is there; answers what holds now.
pub fn get_or_insert(conn: &mut Conn, key: &str, value: &str) -> Result<String, StoreError> {
    conn.execute(
        "insert into settings (key, value) values ($1, $2) on conflict do nothing",
        args![key, value],
    )?;
    conn.query_one("select value from settings where key = $1", args![key], |row| row.take())
}

/// Writes a setting, whatever it was.
pub fn set(conn: &mut Conn, key: &str, value: &str) -> Result<(), StoreError> {
    conn.execute(
        "insert into settings (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value",
        args![key, value],
    )?;
    Ok(())
}

/// Removes a setting.
pub fn remove(conn: &mut Conn, key: &str) -> Result<(), StoreError> {
    conn.execute("delete from settings where key = $1", args![key])?;
    Ok(())
}
