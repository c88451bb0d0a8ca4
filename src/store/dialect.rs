//! The one place that knows how the two engines' SQL differs.
//!
//! Statements are written once, in PostgreSQL's spelling with `$1` placeholders and these words:
//!
//! | written | PostgreSQL | SQLite |
//! |---|---|---|
//! | `in_ints($1)`, `in_texts($1)` | `= any($1)` | `in (select value from json_each(?1))`; for a list of one, which is most of them, `= ?1` |
//! | `not_in_ints($1)` | `<> all($1)` | `not in (select value from json_each(?1))`; for a list of one `<> ?1` |
//! | `greatest(a, b)` | same | `max(a, b)` |
//! | `least(a, b)` | same | `min(a, b)` |
//! | `for update`, `for update skip locked`, `for no key update` | same | nothing: there is one writer |
//! | `log_settled` | only rows of transactions older than every running one | `true` |
//! | `log_after($1, $2)` | `(txid, seq) > ($1, $2)` | `seq > ?2`: there `txid` is always 0, and would be all that an index finds by |
//! | `log_order` | `txid, seq` | `seq` |

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::value::{Kind, Value};

/// Which engine a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Embedded SQLite.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// Statements already translated, by the address of their text (all are `&'static`) and which arguments are lists of one.
#[derive(Default)]
pub(super) struct Translations(HashMap<(usize, usize, Lone), Arc<str>>);

impl Translations {
    pub(super) fn get(&mut self, dialect: Dialect, sql: &'static str, args: &[Value]) -> Arc<str> {
        let lone = match dialect {
            Dialect::Sqlite => Lone::of(args),
            Dialect::Postgres => Lone::default(),
        };
        Arc::clone(
            self.0
                .entry((sql.as_ptr().addr(), sql.len(), lone))
                .or_insert_with(|| Arc::from(translate(dialect, sql, lone))),
        )
    }
}

/// Which arguments of a statement are lists of one, which SQLite is given as the one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Lone(u64);

impl Lone {
    fn of(args: &[Value]) -> Self {
        let bits = args.iter().zip(0..u64::BITS).filter(|(value, _)| is_lone(value));
        Self(bits.fold(0, |all, (_, bit)| all | 1 << bit))
    }

    /// Whether the argument that is written like `$1` is one.
    fn has(self, argument: &str) -> bool {
        let number = argument.strip_prefix('$').and_then(|number| number.parse::<u32>().ok());
        number
            .and_then(|number| number.checked_sub(1))
            .is_some_and(|bit| bit < u64::BITS && self.0 >> bit & 1 == 1)
    }
}

/// Whether an argument is a list of one.
pub(super) fn is_lone(value: &Value) -> bool {
    match value {
        Value::Ints(list) => list.len() == 1,
        Value::Texts(list) => list.len() == 1,
        _ => false,
    }
}

fn translate(dialect: Dialect, sql: &str, lone: Lone) -> String {
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
        for (word, many, one) in [
            ("not_in_ints(", "not in (select value from json_each(", "<> "),
            ("in_ints(", "in (select value from json_each(", "= "),
            ("in_texts(", "in (select value from json_each(", "= "),
        ] {
            text = spell_lists(&text, word, (many, one), lone);
        }
        text = text.replace('$', "?");
    }
    text
}

/// Replaces `word $n)` by `many $n))`, or by `one $n` if that is a list of one.
fn spell_lists(text: &str, word: &str, (many, one): (&str, &str), lone: Lone) -> String {
    let mut parts = text.split(word);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (argument, rest) = part.split_once(')').unwrap_or((part, ""));
        let _ = match lone.has(argument) {
            true => write!(out, "{one}{argument}{rest}"),
            false => write!(out, "{many}{argument})){rest}"),
        };
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
            translate(Dialect::Sqlite, sql, Lone::default()),
            "select max(a, ?1) from t where id in (select value from json_each(?2)) \
             and b not in (select value from json_each(?3)) and true"
        );
        let log = "log_after($1, $2) order by log_order";
        assert_eq!(translate(Dialect::Sqlite, log, Lone::default()), "seq > ?2 order by seq");
        let postgres = |sql| translate(Dialect::Postgres, sql, Lone(6));
        assert_eq!(postgres(log), "(txid, seq) > ($1, $2) order by txid, seq");
        assert!(postgres(sql).contains("id = any($2) and b <> all($3) and txid < "));
    }

    #[test]
    fn a_list_of_one_is_spelled_as_the_one_on_sqlite() {
        let sql = "select 1 where a in_ints($1) and b not_in_ints($2) and c in_texts($3) and d in_ints($12)";
        let lists = |lengths: [usize; 12]| lengths.map(|length| Value::Ints(vec![7; length]));
        let of = |lengths| translate(Dialect::Sqlite, sql, Lone::of(&lists(lengths)));
        assert_eq!(
            of([1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            "select 1 where a = ?1 and b <> ?2 and c in (select value from json_each(?3)) and d = ?12"
        );
        assert_eq!(
            of([0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3]),
            "select 1 where a in (select value from json_each(?1)) \
             and b not in (select value from json_each(?2)) and c = ?3 and d in (select value from json_each(?12))"
        );
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
