//! Values in and out of a statement, the same for both engines.

use std::collections::HashMap;

use crate::model::ids::{AccountId, AppId, MediaId, NotificationId, RowId, SessionId, TweetId};

use super::StoreError;

/// One argument of a statement. Every kind may be null, and says its type even then.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `bigint`
    Int(Option<i64>),
    /// `text`
    Text(Option<String>),
    /// `boolean`
    Bool(Option<bool>),
    /// `bytea` / `blob`
    Bytes(Option<Vec<u8>>),
    /// `double precision` / `real`
    Real(Option<f64>),
    /// A list of integers, for `in_ints($n)`.
    Ints(Vec<i64>),
    /// A list of texts, for `in_texts($n)`.
    Texts(Vec<String>),
}

/// The types a column of a set-form insert can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `bigint`
    Int,
    /// `text`
    Text,
    /// `boolean`
    Bool,
    /// `bytea` / `blob`
    Bytes,
}

macro_rules! values {
    ($($from:ty, $variant:ident, $value:ident => $as:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self { Self::$variant(Some($as)) }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self { Self::$variant(value.map(|$value| $as)) }
        }
    )*};
}

values! {
    i64, Int, value => value;
    AccountId, Int, value => value.0;
    TweetId, Int, value => value.0;
    MediaId, Int, value => value.0;
    SessionId, Int, value => value.0;
    AppId, Int, value => value.0;
    RowId, Int, value => value.0;
    NotificationId, Int, value => value.0;
    crate::model::visibility::Visibility, Int, value => value.code();
    String, Text, value => value;
    &str, Text, value => value.to_owned();
    &String, Text, value => value.clone();
    bool, Bool, value => value;
    Vec<u8>, Bytes, value => value;
    &[u8], Bytes, value => value.to_vec();
    f64, Real, value => value;
}

impl From<Vec<i64>> for Value {
    fn from(list: Vec<i64>) -> Self {
        Self::Ints(list)
    }
}

impl From<Vec<String>> for Value {
    fn from(list: Vec<String>) -> Self {
        Self::Texts(list)
    }
}

impl From<&[AccountId]> for Value {
    fn from(list: &[AccountId]) -> Self {
        Self::Ints(list.iter().map(|id| id.0).collect())
    }
}

impl From<&[TweetId]> for Value {
    fn from(list: &[TweetId]) -> Self {
        Self::Ints(list.iter().map(|id| id.0).collect())
    }
}

/// The arguments of a statement, in the order of its `$1`, `$2` …
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::store::value::Value::from($value)),*] };
}
pub(crate) use args;

/// A row of an answer, read column by column from the left.
pub struct Row<'r> {
    source: Source<'r>,
    next: usize,
}

enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r sqlx::postgres::PgRow),
}

impl<'r> Row<'r> {
    pub(super) fn sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Self { source: Source::Sqlite(row), next: 0 }
    }

    pub(super) fn postgres(row: &'r sqlx::postgres::PgRow) -> Self {
        Self { source: Source::Postgres(row), next: 0 }
    }

    /// The next column.
    pub fn take<T: Column>(&mut self) -> Result<T, StoreError> {
        let index = self.next;
        self.next += 1;
        T::read(self, index)
    }

    fn raw<'a, T>(&'a self, index: usize) -> Result<T, StoreError>
    where
        T: rusqlite::types::FromSql + sqlx::Decode<'a, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        match &self.source {
            Source::Sqlite(row) => row.get(index).map_err(StoreError::from),
            Source::Postgres(row) => sqlx::Row::try_get(*row, index).map_err(StoreError::from),
        }
    }
}

/// What a column can be read as.
pub trait Column: Sized {
    /// Reads column `index` of `row`.
    fn read(row: &Row<'_>, index: usize) -> Result<Self, StoreError>;
}

macro_rules! raw_columns {
    ($($type:ty),*) => {$(
        impl Column for $type {
            fn read(row: &Row<'_>, index: usize) -> Result<Self, StoreError> { row.raw(index) }
        }
        impl Column for Option<$type> {
            fn read(row: &Row<'_>, index: usize) -> Result<Self, StoreError> { row.raw(index) }
        }
    )*};
}

raw_columns!(i64, String, bool, Vec<u8>, f64);

macro_rules! id_columns {
    ($($type:ident),*) => {$(
        impl Column for $type {
            fn read(row: &Row<'_>, index: usize) -> Result<Self, StoreError> { row.raw(index).map($type) }
        }
        impl Column for Option<$type> {
            fn read(row: &Row<'_>, index: usize) -> Result<Self, StoreError> {
                row.raw::<Option<i64>>(index).map(|id| id.map($type))
            }
        }
    )*};
}

id_columns!(AccountId, AppId, TweetId, MediaId, SessionId, RowId, NotificationId);

impl Column for crate::model::visibility::Visibility {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, StoreError> {
        let code = row.raw::<i64>(index)?;
        Self::from_code(code).ok_or_else(|| StoreError::Corrupt(format!("visibility code {code}")))
    }
}

/// Collects values under their keys, in the order they come.
pub(super) fn grouped<K: std::hash::Hash + Eq, V>(rows: Vec<(K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in rows {
        groups.entry(key).or_default().push(value);
    }
    groups
}
