//! The composition root: builds every part from the configuration and wires them.

use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Chain, Error, Result};
use crate::http::health::Check;
use crate::http::state::AppState;
use crate::model::address::Addresses;
use crate::model::ids::IdMaker;
use crate::service::{Rules, Service};
use crate::store::follower::{self, Progress};
use crate::store::{Place, Settings, Store, events};
use crate::timelines::Home;

/// The process number that commands use in ids, beside a server that runs on the same data.
pub const COMMAND_PROCESS: u8 = 31;

/// All parts of an instance.
pub struct App {
    /// What a person or an instance may do.
    pub service: Service,
    /// Home timelines.
    pub home: Home,
    /// Ends the consumers of the log and everything else that runs by itself.
    pub stop: CancellationToken,
    /// What runs by itself.
    pub tasks: TaskTracker,
    store: Store,
}

impl App {
    /// Opens the data that `config` names and builds every part; nothing runs by itself yet.
    pub async fn open(config: &Config, process: u8) -> Result<Self> {
        let data_dir = config.storage.data_dir.clone();
        let settings = Settings { place: place(config), connections: config.storage.database_connections };
        let opened = tokio::task::spawn_blocking(move || open_store(&data_dir, &settings)).await;
        let store = opened.map_err(Error::internal)??;
        let clock = Clock::system();
        let ids = Arc::new(IdMaker::new(clock.clone(), process));
        let rules = Rules {
            registration: config.community.registration,
            tweet_limit: config.tweets.tweet_limit,
            max_images: config.tweets.max_images,
        };
        let service = Service::new(store.clone(), clock, ids, addresses(config)?, rules);
        Ok(Self {
            home: Home::new(service.clone()),
            service,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            store,
        })
    }

    /// Starts the consumers of the log.
    pub async fn start(&self) -> Result<()> {
        let head = self.store.read(events::head).await?;
        let graph = self.service.clone();
        let progress = Progress::default();
        progress.set(head);
        self.tasks.spawn(follower::follow(
            self.store.clone(),
            "graph",
            progress,
            self.stop.clone(),
            async move |batch: &[events::Logged]| {
                batch.iter().for_each(|logged| graph.graph().apply(&logged.event));
                Ok(())
            },
        ));
        Ok(())
    }

    /// What the handlers need.
    pub fn state(&self) -> AppState {
        AppState { service: self.service.clone(), home: self.home.clone() }
    }

    /// What must work before requests are welcome.
    pub fn checks(&self) -> Vec<Check> {
        let store = self.store.clone();
        vec![Check::new("database", move || {
            let store = store.clone();
            Box::pin(async move {
                let read = store.read(events::head).await;
                read.map(|_| ()).map_err(|error| Chain(&error).to_string())
            })
        })]
    }

    /// Ends what runs by itself, lets the store finish what waits, and closes it.
    pub async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        let Self { service, home, store, .. } = self;
        drop((service, home));
        // Joining the database threads blocks.
        let closed = tokio::task::spawn_blocking(move || store.close()).await;
        if let Err(error) = closed {
            tracing::error!(%error, "the store did not close cleanly");
        }
    }
}

/// Where our own things live, by the configured origin.
pub fn addresses(config: &Config) -> Result<Addresses> {
    let base = Url::parse(config.server.base_url.as_str()).map_err(Error::internal)?;
    Addresses::new(base).ok_or_else(|| Error::internal("base_url names no host"))
}

fn place(config: &Config) -> Place {
    match &config.storage.database_url {
        Some(url) => Place::Postgres(url.as_str().to_owned()),
        None => Place::Sqlite(config.storage.data_dir.join("rookery.db")),
    }
}

fn open_store(data_dir: &Path, settings: &Settings) -> Result<Store> {
    std::fs::create_dir_all(data_dir).map_err(Error::internal)?;
    Ok(Store::open(settings)?)
}
