//! The schemas of the two engines are one: names, types, keys, references, indexes and their conditions.

use super::database::{TestStore, stores};
use crate::store::value::args;

/// Each column with its type, and whether it may be null.
const COLUMNS: [&str; 2] = [
    "select m.name || '.' || c.name || ' ' || case lower(c.type)
             when 'integer' then 'bigint' when 'blob' then 'bytea' when 'real' then 'double precision'
             else lower(c.type) end
         || case when c.\"notnull\" or c.pk > 0 then ' not null' else '' end
     from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%'",
    "select table_name || '.' || column_name || ' ' || data_type
         || case when is_nullable = 'NO' then ' not null' else '' end
     from information_schema.columns where table_schema = 'public'",
];

/// Primary keys, unique columns and references, in PostgreSQL's words.
const KEYS: [&str; 2] = [
    "select m.name || ': primary key (' || group_concat(c.name, ', ' order by c.pk) || ')'
     from sqlite_master m, pragma_table_info(m.name) c
     where m.type = 'table' and m.name not like 'sqlite_%' and c.pk > 0 group by m.name
     union all
     select m.name || ': unique (' || (select group_concat(name, ', ' order by seqno) from pragma_index_info(i.name))
         || ')'
     from sqlite_master m, pragma_index_list(m.name) i where m.type = 'table' and i.origin = 'u'
     union all
     select m.name || ': foreign key (' || f.\"from\" || ') references ' || f.\"table\" || '(' || f.\"to\" || ')'
         || case f.on_delete when 'NO ACTION' then '' else ' on delete ' || f.on_delete end
         || case f.on_update when 'NO ACTION' then '' else ' on update ' || f.on_update end
     from sqlite_master m, pragma_foreign_key_list(m.name) f where m.type = 'table'",
    "select conrelid::regclass::text || ': ' || pg_get_constraintdef(oid) from pg_constraint
     where contype in ('p', 'u', 'f', 'c', 'x') and connamespace = 'public'::regnamespace",
];

/// The other indexes, as they are made.
const INDEXES: [&str; 2] = [
    "select sql from sqlite_master where type = 'index' and sql is not null",
    "select pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indexrelid
     where c.relnamespace = 'public'::regnamespace
         and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))",
];

/// One spelling of what the engines write differently: case, casts, quotes, brackets, spaces.
fn normalized(text: &str) -> String {
    let plain = ["public.", "using btree", "::text", "(", ")", "\""]
        .iter()
        .fold(text.to_lowercase(), |text, word| text.replace(word, " "));
    plain.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",")
}

pub(super) async fn described(test: &TestStore) -> Vec<String> {
    let engine = usize::from(test.engine == "postgres");
    let mut lines = Vec::new();
    for sql in [COLUMNS[engine], KEYS[engine], INDEXES[engine]] {
        let read = test.store.read(move |conn| conn.query(sql, args![], |row| row.take::<String>()));
        let part = read.await.unwrap();
        assert!(part.len() > 20, "{}: a part of the schema has only {part:?}", test.engine);
        lines.extend(part.iter().map(|line| normalized(line)));
    }
    lines.sort();
    lines
}

#[tokio::test]
async fn both_engines_have_the_same_columns_types_keys_references_and_indexes() {
    let mut schemas = Vec::new();
    for test in stores().await {
        schemas.push(described(&test).await);
    }
    if let [sqlite, postgres] = schemas.as_slice() {
        let missing = |here: &[String], there: &[String]| -> Vec<String> {
            here.iter().filter(|line| !there.contains(line)).cloned().collect()
        };
        let (only_sqlite, only_postgres) = (missing(sqlite, postgres), missing(postgres, sqlite));
        assert!(only_sqlite.is_empty(), "only SQLite has {only_sqlite:#?}, PostgreSQL {only_postgres:#?}");
        assert_eq!(sqlite, postgres);
    }
}
