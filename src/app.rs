//! The composition root: builds every part from the configuration and wires them.

mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::watch::Sender as Told;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use self::watch::Watch;
use crate::client::{Client, ClientSettings};
use crate::clock::{Clock, MINUTE_MS};
use crate::config::Config;
use crate::error::{Chain, Error, Result};
use crate::federation::{DeliverySettings, Federation, InstanceKey};
use crate::http::health::Check;
use crate::http::mastodon::{self, KeptPosts};
use crate::http::state::{AppState, Parts};
use crate::http::web;
use crate::mail::Mailer;
use crate::media::{FilmSettings, Media, MediaSettings, find_programs};
use crate::model::address::Addresses;
use crate::model::ids::IdMaker;
use crate::notify::{Letters, Pushes};
use crate::previews::Previews;
use crate::search::{Feeder, Finder, OpenError, Opened, Search};
use crate::secrets;
use crate::service::{
    PictureSettings, RemotePictures, Rules, Service, bonds, films, leaving, media_upkeep, moves, notices,
    polls, scheduled, upkeep,
};
use crate::store::events::{self, Logged, Position};
use crate::store::follower::{self, Progress};
use crate::store::{Place, Settings, Store, StoreError};
use crate::stream::{self, Hub};
use crate::telemetry::caches::Room;
use crate::timelines::{self, Home};
use crate::trends::Trends;

/// The process number that commands use in ids, beside a server that runs on the same data.
pub const COMMAND_PROCESS: u8 = 31;

/// The file in the data folder with the instance's own secret.
pub const INSTANCE_KEY_FILE: &str = "instance.key";

/// Threads that decode pictures; each may need half a GiB for the largest that is allowed.
const DECODE_THREADS: usize = 2;
/// Pictures that may wait for a thread before people are told to come back.
const DECODE_QUEUE: usize = 64;
/// The pause before the planner is started again that could not.
const PLANNER_PAUSE: Duration = Duration::from_secs(1);
/// Requests to one remote host at once: enough for bursts, little enough to be polite.
const PER_HOST_REQUESTS: usize = 8;

/// All parts of an instance.
pub struct App {
    /// What a person or an instance may do.
    pub service: Service,
    /// Home timelines.
    pub home: Home,
    /// Who listens to what happens.
    stream: Hub,
    /// Push messages.
    push: Pushes,
    /// Letters by mail.
    letters: Letters,
    /// Pictures.
    pub media: Arc<Media>,
    /// Pictures of other instances.
    pub pictures: RemotePictures,
    /// Cards of linked pages.
    previews: Previews,
    /// Exchange with other instances.
    pub federation: Federation,
    /// How deliveries run.
    delivery: DeliverySettings,
    /// Ends the consumers of the log and everything else that runs by itself.
    pub stop: CancellationToken,
    /// What runs by itself.
    pub tasks: TaskTracker,
    /// Whether what runs by itself still does.
    watch: Arc<Watch>,
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
            instance_name: config.community.instance_name.clone(),
            instance_description: config.community.instance_description.clone(),
            admin_contact: config.community.admin_contact.clone(),
            language: config.community.language.clone(),
            source_url: config.community.source_url.clone(),
            rate_limits: config.server.rate_limits,
            federation: config.federation.enabled,
            authorized_fetch: config.federation.authorized_fetch,
            publish_peers: config.federation.publish_peers,
            publish_domain_blocks: config.federation.publish_domain_blocks,
            link_previews: config.tweets.link_previews,
            room: room(config),
            trends_review: config.community.trends_review,
        };
        let service = Service::new(store.clone(), clock, ids, addresses(config)?, rules);
        let client = Client::new(client_settings(config)).map_err(Error::internal)?;
        let key_folder = config.storage.data_dir.clone();
        let instance_key = tokio::task::spawn_blocking(move || instance_key(&key_folder)).await;
        let instance_key = instance_key.map_err(Error::internal)??;
        let (push_key, mail_key) = (instance_key.clone(), instance_key.clone());
        let federation = Federation::open(service.clone(), client.clone(), instance_key).await?;
        // Whoever does not federate has phones too.
        let push_client = Client::new(ClientSettings { off: false, ..client_settings(config) });
        let push_client = push_client.map_err(Error::internal)?;
        let say = mastodon::say(&service);
        let push = Pushes::open(service.clone(), push_client, push_key, say).await?;
        let mailer = Mailer::new(&config.mail, &service.rules().instance_name).map_err(Error::internal)?;
        let letters = Letters::new(service.clone(), mailer, mail_key, web::word(&service));
        let media_settings = MediaSettings {
            data_dir: config.storage.data_dir.clone(),
            decode_threads: DECODE_THREADS,
            decode_queue: DECODE_QUEUE,
            image_max_bytes: config.media.image_max_bytes,
            films: film_settings(config),
        };
        let media_clock = service.clock().clone();
        let media = tokio::task::spawn_blocking(move || Media::open(&media_settings, &media_clock)).await;
        let media = Arc::new(media.map_err(Error::internal)??);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let picture_settings = PictureSettings {
            cache_bytes: config.media.cache_bytes,
            fetches: config.federation.enabled,
            stop: stop.clone(),
            tasks: tasks.clone(),
        };
        Ok(Self {
            previews: Previews::new(service.clone(), client.clone()),
            pictures: RemotePictures::new(service.clone(), Arc::clone(&media), client, picture_settings),
            media,
            federation,
            delivery: DeliverySettings { at_once: config.federation.delivery_concurrency, process },
            home: Home::new(service.clone(), &timeline_settings(config)),
            stream: Hub::new(service.clone()),
            push,
            letters,
            service,
            stop,
            tasks,
            watch: Arc::default(),
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
        // Before anybody reads: what is kept in memory must hear of all that comes after it was loaded.
        let head = self.store.read(events::head).await?;
        self.follow_graph(head);
        self.service.read_palette().await?;
        self.service.read_house().await?;
        self.consume("search", feeder.progress(), feeder.run(self.stop.clone()));
        let following = timelines::run(self.home.clone(), head, self.stop.clone());
        self.consume("timelines", self.home.progress(), following);
        let following = stream::run(self.stream.clone(), head, self.stop.clone());
        self.consume("streams", self.stream.progress(), following);
        self.start_push();
        self.run("letters", self.letters.clone().work(self.stop.clone()));
        self.pictures.refill().await?;
        let (service, media, stop) = (self.service.clone(), Arc::clone(&self.media), self.stop.clone());
        self.run("media upkeep", async move { media_upkeep::run(service, &media, stop).await });
        if self.media.films().is_some() {
            let (service, media, stop) = (self.service.clone(), Arc::clone(&self.media), self.stop.clone());
            let process = self.process;
            self.run("films", async move { films::run(service, &media, process, stop).await });
        }
        self.run("upkeep", upkeep::run(self.service.clone(), self.stop.clone()));
        self.run("moves", moves::run(self.service.clone(), self.stop.clone()));
        self.run("leaving", leaving::run(self.service.clone(), self.stop.clone()));
        self.run("scheduled", scheduled::run(self.service.clone(), self.stop.clone()));
        self.run("polls", polls::run(self.service.clone(), self.stop.clone()));
        self.run("mutes", bonds::run(self.service.clone(), self.stop.clone()));
        let progress = Progress::default();
        let telling = notices::run(self.service.clone(), progress.clone(), self.stop.clone());
        self.consume("notices", progress, telling);
        self.start_trends();
        if self.service.rules().federation {
            self.follow_documents(head);
            self.start_federation();
            if self.service.rules().link_previews {
                self.start_previews();
            }
        }
        Ok(AppState::from(Parts {
            service: self.service.clone(),
            home: self.home.clone(),
            finder,
            stream: self.stream.clone(),
            push: self.push.clone(),
            letters: self.letters.clone(),
            kept_posts: KeptPosts::new(self.service.rules().room),
            media: Arc::clone(&self.media),
            pictures: self.pictures.clone(),
            federation: self.federation.clone(),
        }))
    }

    fn follow_graph(&self, head: Position) {
        let (graph, progress) = (self.service.clone(), Progress::default());
        let federation = self.federation.clone();
        progress.set(head);
        let apply = move |batch: Vec<Logged>| {
            for logged in &batch {
                graph.heard(&logged.event);
                federation.heard(&logged.event);
            }
            let service = graph.clone();
            async move {
                service.heard_of_emoji(&batch).await?;
                service.heard_of_house(&batch).await
            }
        };
        let following =
            follower::follow(self.store.clone(), "graph", progress.clone(), self.stop.clone(), apply);
        self.consume("graph", progress, following);
    }

    fn follow_documents(&self, head: Position) {
        let progress = Progress::default();
        let following = self.federation.clone().follow_documents(progress.clone(), head, self.stop.clone());
        self.consume("documents", progress, following);
    }

    /// Starts planning from the log and delivering.
    fn start_federation(&self) {
        let (planned, progress) = (Told::new(()), Progress::default());
        let planning = plan(self.federation.clone(), progress.clone(), planned.clone(), self.stop.clone());
        self.consume("federation", progress, planning);
        let (federation, stop) = (self.federation.clone(), self.stop.clone());
        self.run("inbox", async move { federation.work_inbox(stop).await });
        let (federation, stop) = (self.federation.clone(), self.stop.clone());
        self.run("reading", async move { federation.read_network(stop).await });
        let (federation, stop) = (self.federation.clone(), self.stop.clone());
        self.run("account refresh", async move { federation.keep_accounts_fresh(stop).await });
        let (federation, stop) = (self.federation.clone(), self.stop.clone());
        self.run("software", async move { federation.keep_software_known(stop).await });
        let (federation, stop) = (self.federation.clone(), self.stop.clone());
        self.run("lane gauges", async move { federation.watch_lanes(stop).await });
        let (federation, told, stop) = (self.federation.clone(), planned.clone(), self.stop.clone());
        self.run("farewells", async move { federation.run_farewells(&told, stop).await });
        let (federation, settings, stop) = (self.federation.clone(), self.delivery, self.stop.clone());
        self.run("delivery", async move { federation.run_delivery(settings, &planned, stop).await });
    }

    /// Starts counting what is used, and reckoning what stands highest.
    fn start_trends(&self) {
        let (trends, progress) = (Trends::new(self.service.clone()), Progress::default());
        let following = trends.clone().follow(progress.clone(), self.stop.clone());
        self.consume("trends", progress, following);
        self.run("reckoning of trends", trends.work(self.stop.clone()));
    }

    /// Starts finding links in new tweets and asking their pages.
    fn start_previews(&self) {
        let progress = Progress::default();
        let following = self.previews.clone().follow(progress.clone(), self.stop.clone());
        self.consume("previews", progress, following);
        self.run("linked pages", self.previews.clone().work(self.stop.clone()));
    }

    /// Starts planning push messages from the log and sending them.
    fn start_push(&self) {
        let progress = Progress::default();
        let following = self.push.clone().follow(progress.clone(), self.stop.clone());
        self.consume("push", progress, following);
        self.run("push messages", self.push.clone().work(self.stop.clone()));
    }

    /// Runs `work` by itself; it ends only at the stop.
    fn run(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        self.watch.task(name, &self.tasks.spawn(work));
    }

    /// Runs a consumer of the log by itself.
    fn consume(
        &self,
        name: &'static str,
        progress: Progress,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        self.watch.consumer(name, progress, &self.tasks.spawn(work));
    }

    /// What must work before requests are welcome.
    pub fn checks(&self) -> Vec<Check> {
        let (reads, writes, watch) = (self.store.clone(), self.store.clone(), Arc::clone(&self.watch));
        let told = |error: StoreError| Chain(&error).to_string();
        vec![
            Check::new("database", move || {
                let store = reads.clone();
                Box::pin(async move { store.read(events::head).await.map(|_| ()).map_err(told) })
            }),
            // A unit of work that changes nothing: it waits for its turn like any other, and costs no sync.
            Check::new("writer", move || {
                let store = writes.clone();
                Box::pin(async move { store.write(|_| Ok(())).await.map_err(told) })
            }),
            Check::new("background", move || {
                let checked = watch.check();
                Box::pin(std::future::ready(checked))
            }),
        ]
    }

    /// Ends what runs by itself, lets the store finish what waits, and closes it.
    pub async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        let Self { service, home, stream, push, pictures, previews, federation, store, .. } = self;
        drop((service, home, stream, push, pictures, previews, federation));
        // Joining the database threads blocks.
        let closed = tokio::task::spawn_blocking(move || store.close()).await;
        if let Err(error) = closed {
            tracing::error!(%error, "the store did not close cleanly");
        }
    }
}

/// Runs federation's planner until `stop`, again and again while it cannot begin.
async fn plan(federation: Federation, progress: Progress, planned: Told<()>, stop: CancellationToken) {
    while let Err(error) = federation.run_planner(progress.clone(), planned.clone(), stop.clone()).await {
        progress.failed();
        tracing::warn!(error = %Chain(&error), "federation's planner could not begin; trying again");
        if stop.run_until_cancelled(tokio::time::sleep(PLANNER_PAUSE)).await.is_none() {
            return;
        }
    }
}

/// Which films and sounds are taken: those that there is ffmpeg for.
pub fn film_settings(config: &Config) -> Option<FilmSettings> {
    let set = match config.media.ffmpeg.as_str() {
        "off" => return None,
        "" => None,
        path => Some(Path::new(path)),
    };
    let programs = find_programs(set, std::env::var_os("PATH").as_deref())?;
    let max_ms = config.media.video_max_minutes.saturating_mul(MINUTE_MS);
    Some(FilmSettings { programs, max_bytes: config.media.video_max_bytes, max_ms })
}

/// Where our own things live, by the configured origin.
pub fn addresses(config: &Config) -> Result<Addresses> {
    let base = Url::parse(config.server.base_url.as_str()).map_err(Error::internal)?;
    Addresses::new(base).ok_or_else(|| Error::internal("base_url names no host"))
}

/// Which database the configuration names.
pub fn place(config: &Config) -> Place {
    match &config.storage.database_url {
        Some(url) => Place::Postgres(url.as_str().to_owned()),
        None => Place::Sqlite(config.storage.data_dir.join("rookery.db")),
    }
}

fn open_store(data_dir: &Path, settings: &Settings) -> Result<Store> {
    use std::os::unix::fs::DirBuilderExt as _;
    // Password hashes and private messages are in there: a new folder is its owner's alone.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(Error::internal)?;
    Ok(Store::open(settings)?)
}

/// When home timelines push, as the configuration says.
fn timeline_settings(config: &Config) -> timelines::Settings {
    let set = &config.timelines;
    let thresholds = timelines::Thresholds {
        celebrity_followers: set.celebrity_followers,
        dear_looks_per_day: set.dear_looks_per_day,
        entries_per_page: set.entries_per_page,
    };
    let (room, usual) = (room(config), timelines::Settings::default());
    timelines::Settings {
        thresholds,
        author_budget: room.count(usual.author_budget),
        reader_budget: room.count(usual.reader_budget),
        shared_entries: room.count(usual.shared_entries),
        ..usual
    }
}

/// How much is kept in memory: what is set, or a part of what the machine has.
fn room(config: &Config) -> Room {
    match config.storage.cache_memory_mb {
        0 => Room::of_machine(),
        set => Room::of_bytes(set.saturating_mul(1 << 20)),
    }
}

/// The one client for everything outgoing, as the configuration allows.
fn client_settings(config: &Config) -> ClientSettings {
    let dev_hosts =
        config.federation.dev_hosts.iter().map(|host| (host.name.clone(), host.address)).collect();
    ClientSettings {
        off: !config.federation.enabled,
        insecure: config.federation.insecure,
        dev_hosts,
        user_agent: format!("Rookery/{} (+{})", env!("CARGO_PKG_VERSION"), config.server.base_url),
        per_host: PER_HOST_REQUESTS,
    }
}

/// The instance's own secret, in [`INSTANCE_KEY_FILE`] of the data folder; made at the first start. Several processes
/// of one instance on several machines need the same file.
fn instance_key(data_dir: &Path) -> Result<InstanceKey> {
    let path = data_dir.join(INSTANCE_KEY_FILE);
    let stored = match std::fs::read_to_string(&path) {
        Ok(stored) => stored,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let fresh = STANDARD.encode(secrets::random_bytes::<32>().map_err(Error::internal)?);
            write_secret(&path, &fresh)?;
            // Whoever was quicker wrote the one that holds.
            std::fs::read_to_string(&path).map_err(Error::internal)?
        }
        Err(error) => return Err(Error::internal(error)),
    };
    let bytes = STANDARD.decode(stored.trim()).map_err(Error::internal)?;
    let bytes: [u8; 32] = bytes
        .try_into()
        .map_err(|_| Error::internal(format!("{} is not an instance key", path.display())))?;
    Ok(InstanceKey::new(bytes))
}

/// Writes a file that only its owner may read, durably, unless it is there already.
fn write_secret(path: &Path, text: &str) -> Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(Error::internal(error)),
    };
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(Error::internal)
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
mod tests;
