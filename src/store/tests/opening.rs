//! Opening a database: what its connections promise, two processes at once, a schema from the future; and a
//! commit that fails.

use super::count;
use super::database::{empty, open, stores};
use super::people::insert_accounts;
use crate::store::value::args;
use crate::store::{Conn, StoreError, settings};

/// What durability and references hang on, as this connection has it.
fn promises(conn: &mut Conn) -> Result<(String, i64, i64), StoreError> {
    Ok((
        conn.query_one("pragma journal_mode", args![], |row| row.take())?,
        conn.query_one("pragma synchronous", args![], |row| row.take())?,
        conn.query_one("pragma foreign_keys", args![], |row| row.take())?,
    ))
}

#[tokio::test]
async fn every_connection_of_sqlite_syncs_each_commit_and_checks_references() {
    for test in stores().await.into_iter().filter(|test| test.engine == "sqlite") {
        const FULL: i64 = 2;
        let expected = ("wal".to_owned(), FULL, 1);
        assert_eq!(test.store.write(promises).await.unwrap(), expected);
        for _ in 0..test.settings.connections * 4 {
            assert_eq!(test.store.read(promises).await.unwrap(), expected);
        }
    }
}

#[tokio::test]
async fn postgres_never_answers_before_a_write_is_durable_whatever_the_server_says() {
    for test in stores().await.into_iter().filter(|test| test.engine == "postgres") {
        for (server, ours) in [("off", "on"), ("remote_apply", "remote_apply"), ("on", "on")] {
            let set = move |conn: &mut Conn| {
                let name: String = conn.query_one("select current_database()", args![], |row| row.take())?;
                conn.batch(&format!("alter database {name} set synchronous_commit = {server}"))
            };
            test.store.write(set).await.unwrap();
            let opened = open(&test.settings).await.unwrap();
            let show = |conn: &mut Conn| conn.query_one("show synchronous_commit", args![], |row| row.take());
            let shown: String = opened.write(show).await.unwrap();
            assert_eq!(shown, ours, "the server says {server}");
            tokio::task::spawn_blocking(move || opened.close()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn processes_that_open_an_empty_database_at_once_all_find_it_ready() {
    for _ in 0..5 {
        for (engine, settings, _folder) in empty().await {
            let opened = futures_util::future::join_all([(); 6].map(|()| open(&settings))).await;
            for store in opened.into_iter().map(Result::unwrap) {
                let value = store.write(|conn| settings::get_or_insert(conn, "k", "v")).await.unwrap();
                assert_eq!(value, "v", "{engine}");
            }
        }
    }
}

#[tokio::test]
async fn a_database_that_a_newer_version_has_migrated_is_refused_with_a_sentence() {
    for test in stores().await {
        let newer = |conn: &mut Conn| conn.execute("insert into migrations (number) values (9999)", args![]);
        test.store.write(newer).await.unwrap();
        let refused = open(&test.settings).await.err().unwrap().to_string();
        assert!(
            refused.contains("version 9999") && refused.contains("start a newer Rookery"),
            "{}: {refused}",
            test.engine
        );
    }
}

/// Leaves a reference to nobody that only the commit looks at.
fn spoil(conn: &mut Conn) -> Result<(), StoreError> {
    conn.batch("pragma defer_foreign_keys = on")?;
    conn.execute(
        "insert into users (account_id, email, email_folded, password_hash, role, state, created_at)
         values (404, 'a', 'a', 'none', 'user', 'active', 1)",
        args![],
    )?;
    Ok(())
}

#[tokio::test]
async fn everybody_in_a_group_whose_commit_fails_is_told_and_the_next_group_is_clean() {
    for test in stores().await.into_iter().filter(|test| test.engine == "sqlite") {
        let (begun, has_begun) = crossbeam_channel::bounded::<()>(1);
        let (finish, may_finish) = crossbeam_channel::bounded::<()>(1);
        let store = test.store.clone();
        let busy = tokio::spawn(async move {
            let wait = move |_: &mut Conn| {
                let _ = begun.send(());
                let _ = may_finish.recv();
                Ok(())
            };
            store.write(wait).await
        });
        tokio::task::spawn_blocking(move || has_begun.recv()).await.unwrap().unwrap();
        // While the writer is busy, these three gather to one group: joining polls each of them once.
        let good = |key: &'static str| {
            test.store.write(move |conn| settings::get_or_insert(conn, key, "v").map(drop))
        };
        let release = async { finish.send(()).unwrap() };
        let (first, spoiled, last, ()) =
            tokio::join!(good("first"), test.store.write(spoil), good("last"), release);
        busy.await.unwrap().unwrap();
        for told in [first, spoiled, last] {
            assert!(matches!(told, Err(StoreError::Commit(_))), "{told:?}");
        }
        assert_eq!(count(&test.store, "select count(*) from settings").await, 0);
        assert_eq!(count(&test.store, "select count(*) from users").await, 0);
        good("next").await.unwrap();
        test.store.write(|conn| insert_accounts(conn, 1)).await.unwrap();
        assert_eq!(count(&test.store, "select count(*) from settings").await, 1);
    }
}
