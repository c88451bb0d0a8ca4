//! The one place that knows how the two engines' SQL differs.
//!
//! Statements are written once, in PostgreSQL's spelling with `$1` placeholders and these words:
//!
//! | written | PostgreSQL | SQLite |
//! |---|---|---|
//! | `in_ints($1)` | `= any($1)` | `in (select value from json_each(?1))` |
//! | `in_texts($1)` | `= any($1)` | `in (select value from json_each(?1))` |
//! | `greatest(a, b)` | same | `max(a, b)` |
//! | `least(a, b)` | same | `min(a, b)` |
//! | `for update`, `for update skip locked`, `for no key update` | same | nothing: there is one writer |
//! | `log_settled` | only rows of transactions older than every running one | `true` |
//! | `log_after($1, $2)` | `(txid, seq) > ($1, $2)` | `seq > ?2`: there `txid` is always 0, and would be all that an index finds by |
//! | `log_order` | `txid, seq` | `seq` |

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::value::Kind;

/// Which engine a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Embedded SQLite.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// Statements already translated, by the address of their text (all are `&'static`).
#[derive(Default)]
pub(super) struct Translations(HashMap<(usize, usize), Arc<str>>);

impl Translations {
    pub(super) fn get(&mut self, dialect: Dialect, sql: &'static str) -> Arc<str> {
        Arc::clone(
            self.0
                .entry((sql.as_ptr().addr(), sql.len()))
                .or_insert_with(|| Arc::from(translate(dialect, sql))),
        )
    }
}

fn translate(dialect: Dialect, sql: &str) -> String {
    let words: &[(&str, &str)] = match dialect {
        Dialect::Postgres => &[
            ("not_in_ints(", "<> all("),
            ("in_ints(", "= any("),
            ("in_texts(", "= any("),
            ("log_after(", "(txid, seq) > ("),
            ("log_order", "txid, seq"),
            ("log_settled", "txid < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint"),
        ],
        Dialect::Sqlite => &[
            ("greatest(", "max("),
            ("least(", "min("),
            ("for update skip locked", ""),
            ("for no key update", ""),
            ("for update", ""),
            ("log_after($1, $2)", "seq > $2"),
            ("log_order", "seq"),
            ("log_settled", "true"),
        ],
    };
    let mut text = sql.to_owned();
    for (word, spelling) in words {
        text = text.replace(word, spelling);
    }
    if dialect == Dialect::Sqlite {
        for (word, spelling) in [
            ("not_in_ints(", "not in (select value from json_each("),
            ("in_ints(", "in (select value from json_each("),
            ("in_texts(", "in (select value from json_each("),
        ] {
            text = close_lists(&text, word, spelling);
        }
        text = text.replace('$', "?");
    }
    text
}

/// Replaces `word $n)` by `spelling $n))`.
fn close_lists(text: &str, word: &str, spelling: &str) -> String {
    let mut parts = text.split(word);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(spelling);
        match part.split_once(')') {
            Some((argument, rest)) => {
                let _ = write!(out, "{argument})){rest}");
            }
            None => out.push_str(part),
        }
    }
    out
}

/// `insert into <table> (<columns>) …` for one row on SQLite, for a set of rows as arrays on PostgreSQL.
pub(super) fn insert_sql(dialect: Dialect, table: &str, columns: &[(&str, Kind)], tail: &str) -> String {
    let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let placeholders = columns
        .iter()
        .zip(1..)
        .map(|((_, kind), n)| match dialect {
            Dialect::Sqlite => format!("?{n}"),
            Dialect::Postgres => format!("${n}::{}[]", postgres_type(*kind)),
        })
        .collect::<Vec<_>>()
        .join(", ");
    match dialect {
        Dialect::Sqlite => format!("insert into {table} ({names}) values ({placeholders}) {tail}"),
        Dialect::Postgres => {
            format!("insert into {table} ({names}) select * from unnest({placeholders}) {tail}")
        }
    }
}

fn postgres_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Int => "bigint",
        Kind::Text => "text",
        Kind::Bool => "boolean",
        Kind::Bytes => "bytea",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_becomes_each_engines_spelling() {
        let sql = "select greatest(a, $1) from t where id in_ints($2) and b not_in_ints($3) and log_settled";
        assert_eq!(
            translate(Dialect::Sqlite, sql),
            "select max(a, ?1) from t where id in (select value from json_each(?2)) \
             and b not in (select value from json_each(?3)) and true"
        );
        let log = "log_after($1, $2) order by log_order";
        assert_eq!(translate(Dialect::Sqlite, log), "seq > ?2 order by seq");
        assert_eq!(translate(Dialect::Postgres, log), "(txid, seq) > ($1, $2) order by txid, seq");
        assert!(translate(Dialect::Postgres, sql).contains("id = any($2) and b <> all($3) and txid < "));
    }

    #[test]
    fn a_set_insert_takes_arrays_on_postgres_and_a_row_on_sqlite() {
        let columns = [("a", Kind::Int), ("b", Kind::Text)];
        assert_eq!(insert_sql(Dialect::Sqlite, "t", &columns, ""), "insert into t (a, b) values (?1, ?2) ");
        assert_eq!(
            insert_sql(Dialect::Postgres, "t", &columns, "on conflict do nothing"),
            "insert into t (a, b) select * from unnest($1::bigint[], $2::text[]) on conflict do nothing"
        );
    }
}
