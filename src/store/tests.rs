//! What the store promises, on both engines.

#[path = "../../tests/support/rows.rs"]
pub(crate) mod counted;
#[path = "../../tests/support/database.rs"]
pub(crate) mod database;
mod emoji;
mod films;
mod home;
#[path = "../../tests/support/hosts.rs"]
pub(crate) mod hosts;
mod intake;
mod log;
mod marks;
mod opening;
mod people;
mod plans;
mod previews;
mod races;
mod rows;
mod schema;
mod seeding;
pub(crate) mod seeds;
pub(crate) mod units;

use std::collections::BTreeSet;

use super::value::args;
use super::{Store, StoreError, events, int};
use crate::model::event::Event;
use crate::model::ids::AccountId;
use database::stores;

fn note(n: i64) -> Event {
    Event::AccountCreated { account: AccountId(n) }
}

async fn count(store: &Store, sql: &'static str) -> i64 {
    store.read(move |conn| conn.query_one(sql, args![], int)).await.unwrap()
}

#[tokio::test]
async fn a_failing_unit_is_undone_alone_and_its_neighbours_stay() {
    for test in stores().await {
        let units: Vec<_> = (0..200_i64)
            .map(|n| {
                let store = test.store.clone();
                tokio::spawn(async move {
                    store
                        .write(move |conn| {
                            conn.execute(
                                "insert into settings (key, value) values ($1, 'x')",
                                args![n.to_string()],
                            )?;
                            events::append(conn, &[note(n)], n)?;
                            if n % 3 == 0 { Err(StoreError::NoRow) } else { Ok(n) }
                        })
                        .await
                })
            })
            .collect();
        let mut kept = 0;
        for (n, unit) in units.into_iter().enumerate() {
            let result = unit.await.unwrap();
            assert_eq!(result.is_err(), n % 3 == 0, "{} unit {n}", test.engine);
            kept += i64::from(result.is_ok());
        }
        assert_eq!(count(&test.store, "select count(*) from settings").await, kept, "{}", test.engine);
        assert_eq!(count(&test.store, "select count(*) from events").await, kept, "{}", test.engine);
    }
}

#[tokio::test]
async fn a_panicking_unit_answers_an_error_and_the_store_goes_on() {
    for test in stores().await {
        let panicked: Result<(), _> = test.store.write(|_| panic!("on purpose")).await;
        assert!(matches!(panicked, Err(StoreError::Panicked)), "{}", test.engine);
        let value = test.store.write(|conn| super::settings::get_or_insert(conn, "k", "v")).await.unwrap();
        assert_eq!(value, "v");
    }
}

#[tokio::test]
async fn a_follower_sees_every_event_once_and_in_order_while_many_write() {
    for test in stores().await {
        let writers: Vec<_> = (0..8_i64)
            .map(|writer| {
                let store = test.store.clone();
                tokio::spawn(async move {
                    for n in 0..50 {
                        let id = writer * 1_000 + n;
                        store.write(move |conn| events::append(conn, &[note(id)], id)).await.unwrap();
                    }
                })
            })
            .collect();
        let follower = tokio::spawn(follow(test.store.clone(), 400));
        for writer in writers {
            writer.await.unwrap();
        }
        let seen = follower.await.unwrap();
        let distinct: BTreeSet<i64> = seen.iter().copied().collect();
        assert_eq!((seen.len(), distinct.len()), (400, 400), "{}", test.engine);
        for writer in 0..8 {
            let own: Vec<i64> = seen.iter().copied().filter(|id| id / 1_000 == writer).collect();
            assert!(own.is_sorted(), "{}: a writer's events come in its order", test.engine);
        }
    }
}

/// Follows the log until `wanted` events have come.
async fn follow(store: Store, wanted: usize) -> Vec<i64> {
    let mut signal = store.log_signal().subscribe();
    let mut position = events::Position::default();
    let mut seen = Vec::new();
    while seen.len() < wanted {
        let batch = store.read(move |conn| events::after(conn, position, 64)).await.unwrap().events;
        if batch.is_empty() {
            // The last row may wait for an older transaction: look again soon, as real followers do.
            let _ = tokio::time::timeout(std::time::Duration::from_millis(20), signal.changed()).await;
        }
        for logged in batch {
            position = logged.position;
            if let Event::AccountCreated { account } = logged.event {
                seen.push(account.0);
            }
        }
    }
    seen
}

#[tokio::test]
async fn a_late_commit_is_never_skipped_by_a_follower() {
    for test in stores().await {
        if test.engine == "sqlite" {
            continue; // One writer: transactions commit in the order they begin.
        }
        let (begun, has_begun) = crossbeam_channel::bounded::<()>(1);
        let (finish, may_finish) = crossbeam_channel::bounded::<()>(1);
        let store = test.store.clone();
        let slow = tokio::spawn(async move {
            store
                .write(move |conn| {
                    events::append(conn, &[note(1)], 1)?;
                    let _ = begun.send(());
                    let _ = may_finish.recv();
                    Ok(())
                })
                .await
        });
        tokio::task::spawn_blocking(move || has_begun.recv()).await.unwrap().unwrap();
        test.store.write(|conn| events::append(conn, &[note(2)], 2)).await.unwrap();
        let early =
            test.store.read(|conn| events::after(conn, events::Position::default(), 10)).await.unwrap();
        assert!(early.events.is_empty() && early.unsettled, "the second event waits for the first");
        finish.send(()).unwrap();
        slow.await.unwrap().unwrap();
        assert_eq!(follow(test.store.clone(), 2).await, [1, 2]);
    }
}

#[tokio::test]
async fn acknowledged_writes_are_there_after_the_store_is_opened_again() {
    for test in stores().await {
        let database::TestStore { store, settings, engine, _folder } = test;
        store.write(|conn| super::settings::get_or_insert(conn, "kept", "yes")).await.unwrap();
        let reopened = tokio::task::spawn_blocking(move || {
            store.close();
            Store::open(&settings)
        });
        let store = reopened.await.unwrap().unwrap();
        let value = store.read(|conn| super::settings::get(conn, "kept")).await.unwrap();
        assert_eq!(value.as_deref(), Some("yes"), "{engine}");
    }
}

#[tokio::test]
async fn postgres_finds_rows_by_an_index_while_the_table_is_small() {
    for test in stores().await.into_iter().filter(|test| test.engine == "postgres") {
        let many: Vec<i64> = (0..50).collect();
        let sql = "explain select text from tweets where id in_ints($1)";
        let read =
            move |conn: &mut super::Conn| conn.query(sql, args![many.clone()], |row| row.take::<String>());
        let plan = test.store.read(read).await.unwrap().join("\n");
        assert!(plan.contains("tweets_pkey") && !plan.contains("Seq Scan"), "{plan}");
    }
}

#[tokio::test]
async fn a_database_is_examined_as_it_is_and_not_changed() {
    for test in stores().await {
        let place = test.settings.place.clone();
        let look = async move || {
            let place = place.clone();
            tokio::task::spawn_blocking(move || super::examine(&place)).await.unwrap().unwrap()
        };
        let super::Examined::Found { schema, known, inhabited, faults } = look().await else {
            panic!("{}: there is a database", test.engine);
        };
        assert_eq!((schema, inhabited, faults), (known, false, Vec::new()), "{}", test.engine);
        test.store
            .write(|conn| conn.execute("delete from migrations where number > 1", args![]))
            .await
            .unwrap();
        let super::Examined::Found { schema, .. } = look().await else { panic!("{}", test.engine) };
        assert_eq!(schema, 1, "{}: looking migrates nothing", test.engine);
    }
    let nowhere = tempfile::tempdir().unwrap().path().join("rookery.db");
    assert_eq!(super::examine(&super::Place::Sqlite(nowhere.clone())).unwrap(), super::Examined::Absent);
    assert!(!nowhere.exists());
}
