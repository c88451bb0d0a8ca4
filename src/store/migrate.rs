//! Migrations: numbered files, one folder an engine, applied at start under a lock.

use super::conn::Conn;
use super::dialect::Dialect;
use super::value::args;
use super::{StoreError, int};

/// One step of the schema, in both spellings. Numbers are equal in both folders.
struct Migration {
    number: i64,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migrations {
    ($($number:literal $name:literal;)*) => {
        const MIGRATIONS: &[Migration] = &[$(Migration {
            number: $number,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        }),*];
    };
}

migrations! {
    1 "0001_foundation";
    2 "0002_signups";
    3 "0003_upkeep";
    4 "0004_lookups";
    5 "0005_federation";
    6 "0006_versions_and_keys";
    7 "0007_delivery";
    8 "0008_pace";
    9 "0009_reports";
    10 "0010_moves_and_relays";
    11 "0011_polls";
    12 "0012_quotes";
    13 "0013_reading";
    14 "0014_refresh";
    15 "0015_rotation";
    16 "0016_emoji";
    17 "0017_leaving";
    18 "0018_synchronization";
    19 "0019_previews";
    20 "0020_oauth";
    21 "0021_lists";
    22 "0022_films";
    23 "0023_markers";
    24 "0024_conversations";
    25 "0025_scheduled";
    26 "0026_edited_polls";
    27 "0027_sifting";
    28 "0028_preferences";
    29 "0029_about";
    30 "0030_featured";
    31 "0031_trends";
    32 "0032_announcements";
    33 "0033_filters";
    34 "0034_bonds";
    35 "0035_followed_tags";
    36 "0036_push";
    37 "0037_link_timelines";
    38 "0038_trend_reviews";
    39 "0039_telling";
    40 "0040_mail";
    41 "0041_digests";
}

/// Any number that no other program on the same database is likely to use: "rook" in ASCII.
const POSTGRES_LOCK: &str = "select pg_advisory_xact_lock(1919905643)";

/// Brings the schema up to date in one transaction. Refuses a database that a newer version has migrated.
pub(super) fn apply(conn: &mut Conn) -> Result<(), StoreError> {
    let dialect = conn.dialect();
    conn.batch(if dialect == Dialect::Sqlite { "begin immediate" } else { "begin" })?;
    let applied = apply_missing(conn, dialect).and_then(|()| conn.batch("commit"));
    if applied.is_err() {
        // What went wrong first is what the operator must hear.
        let _ = conn.batch("rollback");
    }
    applied
}

/// The newest version of the schema.
pub(super) fn known() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.number)
}

/// The version of the schema that a database has; 0 when it has none.
pub(super) fn version(conn: &mut Conn) -> Result<i64, StoreError> {
    let there = match conn.dialect() {
        Dialect::Sqlite => "select exists(select 1 from sqlite_master where name = 'migrations')",
        Dialect::Postgres => "select to_regclass('migrations') is not null",
    };
    if !conn.query_one::<bool>(there, args![], |row| row.take())? {
        return Ok(0);
    }
    conn.query_one("select coalesce(max(number), 0) from migrations", args![], int)
}

fn apply_missing(conn: &mut Conn, dialect: Dialect) -> Result<(), StoreError> {
    if dialect == Dialect::Postgres {
        conn.batch(POSTGRES_LOCK)?;
    }
    conn.batch("create table if not exists migrations (number bigint primary key)")?;
    let newest = conn.query_one("select coalesce(max(number), 0) from migrations", args![], int)?;
    let known = known();
    if newest > known {
        return Err(StoreError::Corrupt(format!(
            "its schema is version {newest}, but this Rookery knows only {known}; start a newer Rookery"
        )));
    }
    for migration in MIGRATIONS.iter().filter(|migration| migration.number > newest) {
        conn.batch(match dialect {
            Dialect::Sqlite => migration.sqlite,
            Dialect::Postgres => migration.postgres,
        })?;
        conn.execute("insert into migrations (number) values ($1)", args![migration.number])?;
    }
    Ok(())
}
