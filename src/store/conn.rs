//! One database connection, the same for both engines. Lives on a database thread and never leaves it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use sqlx::Arguments as _;
use sqlx::postgres::{PgArguments, PgConnection};

use super::StoreError;
use super::dialect::{self, Dialect, Translations};
use super::echo::Echo;
use super::value::{Kind, Row, Value};
use crate::model::ids::{AccountId, TweetId};

/// A connection inside a unit of work.
pub struct Conn {
    link: Link,
    translations: Translations,
    /// What the running transaction changes, for whoever hears of it after the commit.
    pub(super) echoes: Vec<Echo>,
    /// Writes that the running transaction carries: a set counts its members.
    pub(super) units: u32,
    /// How the engine goes about each query, when a test asks for it.
    #[cfg(test)]
    pub(super) plans: Option<Vec<String>>,
}

pub(super) enum Link {
    Sqlite(rusqlite::Connection),
    Postgres(PgLink),
}

/// A PostgreSQL connection with the small runtime that drives it: the thread waits in its own socket.
pub(super) struct PgLink {
    pub(super) runtime: tokio::runtime::Runtime,
    pub(super) connection: PgConnection,
}

impl Conn {
    pub(super) fn new(link: Link) -> Self {
        Self {
            link,
            translations: Translations::default(),
            echoes: Vec::new(),
            units: 1,
            #[cfg(test)]
            plans: None,
        }
    }

    /// Which engine this is.
    pub fn dialect(&self) -> Dialect {
        match self.link {
            Link::Sqlite(_) => Dialect::Sqlite,
            Link::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement; returns how many rows it changed.
    pub fn execute(&mut self, sql: &'static str, args: &[Value]) -> Result<u64, StoreError> {
        let text = self.translations.get(self.dialect(), sql, args);
        match &mut self.link {
            Link::Sqlite(link) => {
                let changed =
                    link.prepare_cached(&text)?.execute(rusqlite::params_from_iter(sqlite_args(args)?))?;
                Ok(u64::try_from(changed).unwrap_or(u64::MAX))
            }
            Link::Postgres(link) => {
                let query = sqlx::query_with(sqlx::AssertSqlSafe(text), postgres_args(args)?);
                let done = link.runtime.block_on(query.execute(&mut link.connection))?;
                Ok(done.rows_affected())
            }
        }
    }

    /// Runs a query and reads each row. Every query has a `limit` or a key that bounds its answer.
    pub fn query<T>(
        &mut self,
        sql: &'static str,
        args: &[Value],
        mut read: impl FnMut(&mut Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        #[cfg(test)]
        self.note_plan(sql, args)?;
        let text = self.translations.get(self.dialect(), sql, args);
        match &mut self.link {
            Link::Sqlite(link) => {
                let mut statement = link.prepare_cached(&text)?;
                let args = sqlite_args(args)?;
                let mut rows = statement.query(rusqlite::params_from_iter(args))?;
                let mut out = Vec::new();
                while let Some(row) = rows.next()? {
                    out.push(read(&mut Row::sqlite(row))?);
                }
                Ok(out)
            }
            Link::Postgres(link) => {
                let query = sqlx::query_with(sqlx::AssertSqlSafe(text), postgres_args(args)?);
                let rows = link.runtime.block_on(query.fetch_all(&mut link.connection))?;
                rows.iter().map(|row| read(&mut Row::postgres(row))).collect()
            }
        }
    }

    /// The first row of a query, when there is one.
    pub fn query_opt<T>(
        &mut self,
        sql: &'static str,
        args: &[Value],
        read: impl FnMut(&mut Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.query(sql, args, read)?.into_iter().next())
    }

    /// The first row of a query that always has one, such as a count.
    pub fn query_one<T>(
        &mut self,
        sql: &'static str,
        args: &[Value],
        read: impl FnMut(&mut Row<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.query_opt(sql, args, read)?.ok_or(StoreError::NoRow)
    }

    /// Inserts many rows: one statement of arrays on PostgreSQL, a prepared loop on SQLite.
    /// `tail` is what follows the values, such as `on conflict do nothing`. Returns how many were inserted.
    pub fn insert_rows(
        &mut self,
        table: &'static str,
        columns: &[(&'static str, Kind)],
        tail: &'static str,
        rows: &[Vec<Value>],
    ) -> Result<u64, StoreError> {
        Ok(self.insert_each(table, columns, tail, rows, |_| Ok(()))?.1)
    }

    /// Like [`Conn::insert_rows`] with a `returning` clause in `tail`: reads the rows that were inserted.
    #[expect(clippy::too_many_arguments, reason = "the parts of one statement")]
    pub fn insert_rows_returning<T>(
        &mut self,
        table: &'static str,
        columns: &[(&'static str, Kind)],
        tail: &'static str,
        rows: &[Vec<Value>],
        read: impl FnMut(&mut Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        Ok(self.insert_each(table, columns, tail, rows, read)?.0)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one statement")]
    fn insert_each<T>(
        &mut self,
        table: &'static str,
        columns: &[(&'static str, Kind)],
        tail: &'static str,
        rows: &[Vec<Value>],
        mut read: impl FnMut(&mut Row<'_>) -> Result<T, StoreError>,
    ) -> Result<(Vec<T>, u64), StoreError> {
        if rows.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let text = dialect::insert_sql(self.dialect(), table, columns, tail);
        let mut out = Vec::new();
        let mut inserted = 0;
        match &mut self.link {
            Link::Sqlite(link) => {
                let mut statement = link.prepare_cached(&text)?;
                let returning = statement.column_count() > 0;
                for row in rows {
                    let args = sqlite_args(row)?;
                    if returning {
                        let mut answers = statement.query(rusqlite::params_from_iter(args))?;
                        while let Some(answer) = answers.next()? {
                            out.push(read(&mut Row::sqlite(answer))?);
                        }
                    } else {
                        inserted += u64::try_from(statement.execute(rusqlite::params_from_iter(args))?)
                            .unwrap_or(u64::MAX);
                    }
                }
            }
            Link::Postgres(link) => {
                let args = postgres_columns(columns, rows)?;
                let query = sqlx::query_with(sqlx::AssertSqlSafe(text), args);
                if tail.contains("returning") {
                    let answers = link.runtime.block_on(query.fetch_all(&mut link.connection))?;
                    for answer in &answers {
                        out.push(read(&mut Row::postgres(answer))?);
                    }
                } else {
                    inserted = link.runtime.block_on(query.execute(&mut link.connection))?.rows_affected();
                }
            }
        }
        Ok((out, inserted))
    }

    /// Adds to a counter of many rows at once, in the order of their keys. A row that is gone is passed over.
    pub fn bump(&mut self, counter: Counter, by: &BTreeMap<i64, i64>) -> Result<(), StoreError> {
        let rows: Vec<[i64; 2]> = by.iter().map(|(id, n)| [*id, *n]).collect();
        self.echoes.extend(by.keys().map(|id| counter.echo(*id)));
        self.update_rows(counter.sql(), &rows)
    }

    /// Updates by rows of numbers: the first statement takes one row's, PostgreSQL's takes an array a column.
    pub(super) fn update_rows<const N: usize>(
        &mut self,
        (one, set): (&'static str, &'static str),
        rows: &[[i64; N]],
    ) -> Result<(), StoreError> {
        match self.dialect() {
            Dialect::Sqlite => {
                for row in rows {
                    self.execute(one, &row.map(Value::from))?;
                }
            }
            Dialect::Postgres if rows.is_empty() => {}
            Dialect::Postgres => {
                let column = |n| Value::Ints(rows.iter().filter_map(|row| row.get(n).copied()).collect());
                let columns: Vec<Value> = (0..N).map(column).collect();
                self.execute(set, &columns)?;
            }
        }
        Ok(())
    }

    /// Notes that something is not as it was, beyond what events tell.
    pub(super) fn touched(&mut self, what: Echo) {
        self.echoes.push(what);
    }

    /// Whether the running transaction appended to the event log.
    pub(super) fn logged(&self) -> bool {
        self.echoes.iter().any(|echo| matches!(echo, Echo::Event(_)))
    }

    /// Runs one statement of those that frame every unit of work, `begin`, `savepoint` …: prepared once on SQLite.
    pub(super) fn frame(&mut self, sql: &'static str) -> Result<(), StoreError> {
        match &mut self.link {
            Link::Sqlite(link) => {
                link.prepare_cached(sql)?.execute([])?;
                Ok(())
            }
            Link::Postgres(_) => self.batch(sql),
        }
    }

    /// Runs statements without arguments or answers, such as migrations.
    pub(super) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        match &mut self.link {
            Link::Sqlite(link) => Ok(link.execute_batch(sql)?),
            Link::Postgres(link) => {
                let statements = sqlx::raw_sql(sqlx::AssertSqlSafe(Arc::<str>::from(sql)));
                link.runtime.block_on(statements.execute(&mut link.connection))?;
                Ok(())
            }
        }
    }
}

/// A counter column that changes in the transaction of what it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Tweets of an account.
    AccountTweets,
    /// Followers of an account.
    AccountFollowers,
    /// Accounts that an account follows.
    AccountFollowing,
    /// Likes of a tweet.
    Likes,
    /// Retweets of a tweet.
    Retweets,
    /// Replies to a tweet.
    Replies,
    /// Quotes of a tweet.
    Quotes,
}

macro_rules! counter_sql {
    ($table:literal, $column:literal) => {
        (
            concat!("update ", $table, " set ", $column, " = greatest(0, ", $column, " + $2) where id = $1"),
            concat!(
                "update ",
                $table,
                " set ",
                $column,
                " = greatest(0, ",
                $table,
                ".",
                $column,
                " + v.n)
                 from unnest($1::bigint[], $2::bigint[]) as v(id, n) where ",
                $table,
                ".id = v.id"
            ),
        )
    };
}

impl Counter {
    /// What is not as it was when the counter of this row changed.
    fn echo(self, id: i64) -> Echo {
        match self {
            Self::AccountTweets | Self::AccountFollowers | Self::AccountFollowing => {
                Echo::Account(AccountId(id))
            }
            Self::Likes | Self::Retweets | Self::Replies | Self::Quotes => Echo::Tweet(TweetId(id)),
        }
    }

    /// The statement for one row, and PostgreSQL's for a set.
    fn sql(self) -> (&'static str, &'static str) {
        match self {
            Self::AccountTweets => counter_sql!("accounts", "tweets_count"),
            Self::AccountFollowers => counter_sql!("accounts", "followers_count"),
            Self::AccountFollowing => counter_sql!("accounts", "following_count"),
            Self::Likes => counter_sql!("tweets", "likes_count"),
            Self::Retweets => counter_sql!("tweets", "retweets_count"),
            Self::Replies => counter_sql!("tweets", "replies_count"),
            Self::Quotes => counter_sql!("tweets", "quotes_count"),
        }
    }
}

fn sqlite_args(args: &[Value]) -> Result<Vec<SqliteArg<'_>>, StoreError> {
    args.iter()
        .map(|value| {
            Ok(match value {
                lone if dialect::is_lone(lone) => SqliteArg::Plain(lone),
                Value::Ints(list) => SqliteArg::List(serde_json::to_string(list)?),
                Value::Texts(list) => SqliteArg::List(serde_json::to_string(list)?),
                plain => SqliteArg::Plain(plain),
            })
        })
        .collect()
}

enum SqliteArg<'v> {
    Plain(&'v Value),
    List(String),
}

impl rusqlite::ToSql for SqliteArg<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::List(json) => ValueRef::Text(json.as_bytes()),
            Self::Plain(Value::Int(int)) => int.map_or(ValueRef::Null, ValueRef::Integer),
            Self::Plain(Value::Text(text)) => {
                text.as_ref().map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes()))
            }
            Self::Plain(Value::Bool(bool)) => {
                bool.map_or(ValueRef::Null, |bool| ValueRef::Integer(i64::from(bool)))
            }
            Self::Plain(Value::Bytes(bytes)) => {
                bytes.as_ref().map_or(ValueRef::Null, |bytes| ValueRef::Blob(bytes))
            }
            Self::Plain(Value::Real(real)) => real.map_or(ValueRef::Null, ValueRef::Real),
            // Of lists only those of one are plain.
            Self::Plain(Value::Ints(list)) => {
                list.first().map_or(ValueRef::Null, |int| ValueRef::Integer(*int))
            }
            Self::Plain(Value::Texts(list)) => {
                list.first().map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes()))
            }
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

fn postgres_args(args: &[Value]) -> Result<PgArguments, StoreError> {
    let mut out = PgArguments::default();
    for value in args {
        match value {
            Value::Int(int) => out.add(*int),
            Value::Text(text) => out.add(text.as_deref()),
            Value::Bool(bool) => out.add(*bool),
            Value::Bytes(bytes) => out.add(bytes.as_deref()),
            Value::Real(real) => out.add(*real),
            Value::Ints(list) => out.add(list.as_slice()),
            Value::Texts(list) => out.add(list.as_slice()),
        }
        .map_err(StoreError::argument)?;
    }
    Ok(out)
}

/// Turns rows into one array a column, as `unnest` wants them.
fn postgres_columns(
    columns: &[(&'static str, Kind)],
    rows: &[Vec<Value>],
) -> Result<PgArguments, StoreError> {
    let mut out = PgArguments::default();
    for (index, (name, kind)) in columns.iter().enumerate() {
        let cells = rows.iter().map(|row| row.get(index));
        let wrong = || StoreError::Corrupt(format!("column {name} was given a value of another type"));
        match kind {
            Kind::Int => out.add(
                cells
                    .map(|cell| match cell {
                        Some(Value::Int(int)) => Ok(*int),
                        _ => Err(wrong()),
                    })
                    .collect::<Result<Vec<_>, _>>()?,
            ),
            Kind::Text => out.add(
                cells
                    .map(|cell| match cell {
                        Some(Value::Text(text)) => Ok(text.as_deref()),
                        _ => Err(wrong()),
                    })
                    .collect::<Result<Vec<_>, _>>()?,
            ),
            Kind::Bool => out.add(
                cells
                    .map(|cell| match cell {
                        Some(Value::Bool(bool)) => Ok(*bool),
                        _ => Err(wrong()),
                    })
                    .collect::<Result<Vec<_>, _>>()?,
            ),
            Kind::Bytes => out.add(
                cells
                    .map(|cell| match cell {
                        Some(Value::Bytes(bytes)) => Ok(bytes.as_deref()),
                        _ => Err(wrong()),
                    })
                    .collect::<Result<Vec<_>, _>>()?,
            ),
        }
        .map_err(StoreError::argument)?;
    }
    Ok(out)
}
