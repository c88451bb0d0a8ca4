//! Both engines do what the plain list does, step by step.

use super::super::{Receipt, UnderWay, WINDOW, WorkedOff, claim, park, retry};
use super::Rng;
use super::plain::{Fate, Plain};
use crate::clock::{Millis, SECOND_MS};
use crate::model::ids::RowId;
use crate::store::hot::HotCommand as _;
use crate::store::tests::database::{TestStore, stores};
use crate::store::value::args;

const HISTORIES: u64 = 24;
const STEPS: usize = 40;
const LEASE_MS: Millis = 30 * SECOND_MS;

/// What tells a row's state: id, state, attempts, next attempt, lease.
type State = (i64, String, i64, Millis, Millis);

async fn stored(test: &TestStore) -> Vec<State> {
    let sql = "select id, state, attempts, next_attempt_at, lease_until from inbox order by id";
    let read = test.store.read(move |conn| {
        conn.query(sql, args![], |row| Ok((row.take()?, row.take()?, row.take()?, row.take()?, row.take()?)))
    });
    read.await.unwrap()
}

fn listed(plain: &Plain) -> Vec<State> {
    let state = |row: &super::plain::Row| {
        (row.id, row.fate.name().to_owned(), row.attempts, row.next_attempt_at, row.lease_until)
    };
    plain.rows.iter().map(state).collect()
}

struct History<'t> {
    test: &'t TestStore,
    rng: Rng,
    plain: Plain,
    now_ms: Millis,
    held: Vec<i64>,
}

impl History<'_> {
    async fn step(&mut self) {
        match self.rng.below(6) {
            0 | 1 => self.arrive().await,
            2 | 3 => self.claim().await,
            4 => self.end().await,
            _ => self.now_ms += [1, 6 * SECOND_MS, 31 * SECOND_MS][self.rng.index(3)],
        }
    }

    async fn arrive(&mut self) {
        let id = i64::try_from(self.plain.rows.len()).unwrap() + 1;
        let (object, host) = (self.rng.below(4), format!("h{}", self.rng.below(3)));
        self.plain.arrive(id, object, host.clone());
        let receipt = Receipt {
            id: RowId(id),
            activity_uri: format!("https://{host}/{id}"),
            actor_uri: format!("https://{host}/actor"),
            object_uri: format!("object {object}"),
            host,
            body: b"{}".to_vec(),
            now_ms: self.now_ms,
        };
        let write = move |conn: &mut _| Receipt::write_set(conn, std::slice::from_ref(&receipt));
        assert_eq!(self.test.store.write(write).await.unwrap(), [true]);
    }

    async fn claim(&mut self) {
        let limit = self.rng.index(5);
        let mut under_way = UnderWay { spare: self.rng.index(3), ..UnderWay::default() };
        for host in 0..3 {
            under_way.by_host.insert(format!("h{host}"), self.rng.index(3));
            if self.rng.one_in(3) {
                under_way.slow.insert(format!("h{host}"));
            }
        }
        let (now_ms, until_ms) = (self.now_ms, self.now_ms + LEASE_MS);
        let wanted = self.plain.claim(now_ms, until_ms, limit, &under_way);
        let write = move |conn: &mut _| claim(conn, now_ms, until_ms, limit, &under_way);
        let claimed = self.test.store.write(write).await.unwrap();
        let ids: Vec<i64> = claimed.iter().map(|row| row.id.0).collect();
        assert_eq!(ids, wanted, "{}", self.test.engine);
        self.held.extend(ids);
    }

    async fn end(&mut self) {
        if self.held.is_empty() {
            return;
        }
        let place = self.rng.index(self.held.len());
        let id = self.held.swap_remove(place);
        // Somebody else took it over meanwhile and ended it.
        if self.plain.row(id).fate != Fate::Waiting {
            return;
        }
        let (row, at_ms) = (RowId(id), self.now_ms + 30 * SECOND_MS);
        let store = &self.test.store;
        let written = match self.rng.below(3) {
            0 => {
                self.plain.end(id, Fate::Done);
                store.write(move |conn| WorkedOff::write_set(conn, &[WorkedOff(row)]).map(|_| ())).await
            }
            1 => {
                self.plain.end(id, Fate::Parked);
                store.write(move |conn| park(conn, row, "why")).await
            }
            _ => {
                self.plain.retry(id, at_ms);
                store.write(move |conn| retry(conn, row, "why", at_ms)).await
            }
        };
        written.unwrap();
    }
}

#[tokio::test]
async fn both_engines_claim_in_the_order_of_the_plain_list() {
    for test in stores().await {
        for seed in 0..HISTORIES {
            let nothing = |conn: &mut crate::store::Conn| conn.execute("delete from inbox", args![]);
            test.store.write(nothing).await.unwrap();
            let plain = Plain { rows: Vec::new(), window: usize::try_from(WINDOW).unwrap() };
            let mut history =
                History { test: &test, rng: Rng(seed), plain, now_ms: 1_000_000, held: Vec::new() };
            for step in 0..STEPS {
                history.step().await;
                assert_eq!(
                    stored(&test).await,
                    listed(&history.plain),
                    "{} seed {seed} step {step}",
                    test.engine
                );
            }
        }
    }
}
