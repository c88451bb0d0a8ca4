//! Looking at a database without changing it, for `rookery doctor`.

use std::path::Path;

use super::conn::Conn;
use super::value::args;
use super::{Place, StoreError, migrate, postgres, sqlite, users};

/// Faults that a check of the whole file names at most.
const FAULTS_MAX: usize = 5;

/// What a look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Examined {
    /// There is no database yet: the first start makes it.
    Absent,
    /// There is one.
    Found {
        /// The version of its schema; 0 when it has none yet.
        schema: i64,
        /// The version that this program brings it to.
        known: i64,
        /// Whether anybody has an account.
        inhabited: bool,
        /// What is wrong with the file, in the engine's words.
        faults: Vec<String>,
    },
}

/// Looks at a database, without migrating it. Blocks; on SQLite it reads the whole file.
pub fn examine(place: &Place) -> Result<Examined, StoreError> {
    match place {
        Place::Sqlite(path) if !path.exists() => Ok(Examined::Absent),
        Place::Sqlite(path) => examine_file(path),
        Place::Postgres(url) => found(&mut postgres::connect_to(url)?, Vec::new()),
    }
}

fn examine_file(path: &Path) -> Result<Examined, StoreError> {
    let mut conn = sqlite::open_to_look(path)?;
    let mut lines: Vec<String> = conn.query("pragma quick_check(5)", args![], |row| row.take())?;
    lines.retain(|line| line != "ok");
    lines.truncate(FAULTS_MAX);
    found(&mut conn, lines)
}

fn found(conn: &mut Conn, faults: Vec<String>) -> Result<Examined, StoreError> {
    let schema = migrate::version(conn)?;
    let inhabited = schema > 0 && users::any(conn)?;
    Ok(Examined::Found { schema, known: migrate::known(), inhabited, faults })
}
