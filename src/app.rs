//! The composition root: builds every part from the configuration and wires them.

use std::path::{Path, PathBuf};
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
use crate::search::{Feeder, Finder, OpenError, Opened, Search};
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
    search_folder: PathBuf,
    process: u8,
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
            search_folder: config.storage.data_dir.join("search"),
            process,
        })
    }

    /// Opens the search, which only one process can have open, and starts the consumers of the log. Answers
    /// what the handlers need.
    pub async fn start(&self) -> Result<AppState> {
        let search = Arc::new(open_search(self.search_folder.clone()).await?);
        let finder = Finder::new(self.service.clone(), Arc::clone(&search));
        let clock = self.service.clock().clone();
        let feeder = Feeder::new(self.store.clone(), clock, search, self.process);
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
        self.tasks.spawn(feeder.run(self.stop.clone()));
        Ok(AppState { service: self.service.clone(), home: self.home.clone(), finder })
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

/// Opens the search's files and tells what was found there.
async fn open_search(folder: PathBuf) -> Result<Search> {
    let opened = tokio::task::spawn_blocking(move || Search::open(&folder)).await.map_err(Error::internal)?;
    let (search, opened) = opened.map_err(|error| match error {
        OpenError::InUse(folder) => {
            let folder = folder.display();
            let message = format!(
                "the search index in {folder} is open in another process: stop the server that runs there, \
                 or give each server a data_dir of its own"
            );
            Error::conflict("data_dir", "in_use", message)
        }
        error => Error::internal(error),
    })?;
    match opened {
        Opened::Resumed { .. } => tracing::info!(tweets = search.tweets().len(), "the search index is open"),
        Opened::Fresh => tracing::info!("there is no search index yet"),
        Opened::Rebuilt { reason } => {
            tracing::warn!(reason, "the search index was unusable and is made anew")
        }
    }
    Ok(search)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[tokio::test]
    async fn the_search_folder_is_one_servers_and_commands_run_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let variables = [("ROOKERY_DATA_DIR".into(), folder.path().as_os_str().to_owned())];
        let config = config::load(None, variables).unwrap();
        let server = App::open(&config, 0).await.unwrap();
        let state = server.start().await.unwrap();
        let second = App::open(&config, COMMAND_PROCESS).await.unwrap();
        let refused = second.start().await.err().unwrap();
        assert_eq!(refused.code(), "in_use");
        assert!(refused.to_string().contains("open in another process"), "{refused}");
        second.close().await;

        drop(state);
        server.close().await;
        let again = App::open(&config, 0).await.unwrap();
        let state = again.start().await.unwrap();
        let found = state.finder.tweets(None, "nothing", Default::default(), Default::default(), 5).await;
        assert!(found.unwrap().found.items.is_empty());
        drop(state);
        again.close().await;
    }
}
