//! A fresh, empty database for each test, on each engine.

use crate::store::{Place, Settings, Store, StoreError};

/// Reader connections of a test's store: few, so that tests run side by side.
const CONNECTIONS: usize = 2;

/// A store of its own, with the folder that keeps it alive.
pub(crate) struct TestStore {
    /// The store.
    pub(crate) store: Store,
    /// How to open the same database again.
    pub(crate) settings: Settings,
    /// `sqlite` or `postgres`.
    pub(crate) engine: &'static str,
    pub(crate) _folder: tempfile::TempDir,
}

/// An empty database an engine, not yet opened, with the folder that keeps it alive. PostgreSQL is there when `ROOKERY_TEST_POSTGRES` names a server, as the test script
/// makes it; with `CI` set its absence is an error, so that no run passes on one engine alone.
pub(crate) async fn empty() -> Vec<(&'static str, Settings, tempfile::TempDir)> {
    let mut places = vec![("sqlite", None)];
    match std::env::var("ROOKERY_TEST_POSTGRES") {
        Ok(server) => places.push(("postgres", Some(server))),
        Err(_) => assert!(std::env::var("CI").is_err(), "CI runs must set ROOKERY_TEST_POSTGRES"),
    }
    let mut made = Vec::new();
    for (engine, server) in places {
        let folder = tempfile::tempdir().unwrap();
        let place = match server {
            None => Place::Sqlite(folder.path().join("rookery.db")),
            Some(server) => Place::Postgres(create_database(&server).await),
        };
        made.push((engine, Settings { place, connections: CONNECTIONS }, folder));
    }
    made
}

/// One store an engine; see [`empty`].
pub(crate) async fn stores() -> Vec<TestStore> {
    let mut stores = Vec::new();
    for (engine, settings, folder) in empty().await {
        let store = open(&settings).await.unwrap();
        stores.push(TestStore { store, settings, engine, _folder: folder });
    }
    stores
}

/// Opens a store without holding up the runtime.
pub(crate) async fn open(settings: &Settings) -> Result<Store, StoreError> {
    let settings = settings.clone();
    tokio::task::spawn_blocking(move || Store::open(&settings)).await.unwrap()
}

async fn create_database(server: &str) -> String {
    use sqlx::{Connection as _, Executor as _};
    let name =
        format!("t{}", crate::secrets::random_bytes::<8>().unwrap().map(|b| format!("{b:02x}")).concat());
    let mut connection = sqlx::PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    connection
        .execute(sqlx::AssertSqlSafe(format!("create database {name} template template0")))
        .await
        .unwrap();
    connection.close().await.unwrap();
    format!("{server}/{name}")
}

/// The log after `position`, once all of it is settled: on PostgreSQL it waits for transactions of other tests too.
pub(crate) async fn settled_log(
    store: &Store,
    position: crate::store::events::Position,
) -> Vec<crate::store::events::Logged> {
    use crate::store::events;
    let settled = async {
        let mut look = tokio::time::interval(std::time::Duration::from_millis(10));
        loop {
            let next = store.read(move |conn| events::after(conn, position, 100_000)).await.unwrap();
            if !next.unsettled {
                return next.events;
            }
            look.tick().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), settled).await.unwrap()
}
