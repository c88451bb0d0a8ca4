//! Configuration: one file, the environment, and defaults.
//!
//! A setting comes from `ROOKERY_*` in the environment, else from `rookery.toml`, else from its default.
//! Every setting is declared once, in `settings`: that line gives the typed value here, the sentences that
//! explain a bad value, and its entry in `docs/configuration.md`. A server never starts on a bad or unknown
//! setting: all problems are told at once.

pub mod limits;

mod base_url;
mod docs;
mod kind;
mod load;
mod places;
mod reader;
mod settings;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use tracing::level_filters::LevelFilter;

pub use base_url::BaseUrl;
pub use docs::reference_page;
pub use load::{DEFAULT_FILE, load};

/// Everything that can be set, checked. Passed by reference to whoever needs a part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where the server listens and under which name it is known.
    pub server: Server,
    /// Where data are kept.
    pub storage: Storage,
    /// What this instance is and who may join it.
    pub community: Community,
    /// What a tweet may carry.
    pub tweets: Tweets,
    /// What is taken and kept of images, films and sounds.
    pub media: Media,
    /// Exchange with other instances.
    pub federation: Federation,
    /// The server that takes our mail.
    pub mail: Mail,
    /// When a home timeline is pushed and when it is pulled.
    pub timelines: Timelines,
    /// What is logged and how.
    pub log: Log,
}

impl Config {
    /// The configuration of a server for which nothing was set.
    pub fn defaults() -> Self {
        settings::declare(&mut reader::Reader::new(&mut reader::Sources::default()))
    }
}

/// Where the server listens and under which name it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// The address and port to accept connections on.
    pub listen: SocketAddr,
    /// The public origin; handles take its host.
    pub base_url: BaseUrl,
    /// Proxies whose `X-Forwarded-For` and `Forwarded` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether too many requests are refused. The headers are sent either way.
    pub rate_limits: bool,
}

/// Where data are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Storage {
    /// The folder of the database, media, search index and keys.
    pub data_dir: PathBuf,
    /// PostgreSQL's address; `None` is SQLite in the data folder.
    pub database_url: Option<DatabaseUrl>,
    /// Database threads, each with one connection: PostgreSQL connections, or SQLite readers.
    pub database_connections: usize,
    /// Megabytes for what is kept in memory; 0 is a part of what the machine has.
    pub cache_memory_mb: u64,
    /// This process's number in ids, 0–31; unique among the processes of one instance.
    pub process_id: u8,
}

/// What this instance is and who may join it.
#[derive(Clone, Debug, PartialEq)]
pub struct Community {
    /// Who may sign up.
    pub registration: Registration,
    /// The instance's name on pages and in its public description.
    pub instance_name: String,
    /// A sentence or two about the instance; may be empty.
    pub instance_description: String,
    /// How to reach who runs the instance: an e-mail address or a link; may be empty.
    pub admin_contact: String,
    /// The language of pages for people who chose none, as a BCP 47 tag.
    pub language: String,
    /// Where the source of this very server is; empty when it is an unchanged Rookery.
    pub source_url: String,
    /// Whether nothing trends before an admin approved it.
    pub trends_review: bool,
}

/// What a tweet may carry.
#[derive(Clone, Debug, PartialEq)]
pub struct Tweets {
    /// Characters in a tweet, as people count them.
    pub tweet_limit: usize,
    /// Images in a tweet.
    pub max_images: usize,
    /// Whether linked pages are asked what they say of themselves, and shown.
    pub link_previews: bool,
}

/// What is taken and kept of images, films and sounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Media {
    /// The largest uploaded image, in bytes.
    pub image_max_bytes: u64,
    /// Where ffmpeg is: a path, or `off`; empty looks for it in `PATH`.
    pub ffmpeg: String,
    /// The largest uploaded film or sound, in bytes.
    pub video_max_bytes: u64,
    /// How long a film may last, in minutes.
    pub video_max_minutes: i64,
    /// The most that copies of remote media may take on disk, in bytes.
    pub cache_bytes: u64,
}

/// Exchange with other instances.
#[derive(Clone, Debug, PartialEq)]
pub struct Federation {
    /// Whether this instance talks with others at all.
    pub enabled: bool,
    /// Whether other instances must sign what they read here.
    pub authorized_fetch: bool,
    /// Whether everybody may read which instances this one knows.
    pub publish_peers: bool,
    /// Whether everybody may read which instances are blocked here.
    pub publish_domain_blocks: bool,
    /// For tests only: plain http, any port, private and loopback addresses are allowed.
    pub insecure: bool,
    /// For tests only: names that are dialled at a fixed address instead of being resolved.
    pub dev_hosts: Vec<DevHost>,
    /// Deliveries under way at once, over all hosts.
    pub delivery_concurrency: usize,
}

/// A name for an instance on this machine, and where it listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DevHost {
    /// The host name, lower case, without a port.
    pub name: String,
    /// The address that connections to it go to.
    pub address: SocketAddr,
}

/// The server that takes our mail.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// Where it is; `None` sends no mail.
    pub server: Option<MailServer>,
    /// The name by which we log in there; empty for none.
    pub user: String,
    /// The password of that name.
    pub password: Secret,
    /// The address that letters come from.
    pub from: String,
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Its name, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub tls: MailTls,
}

/// How a connection to a mail server is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// Not at all: for a server on this machine.
    None,
    /// TLS after the first words, or nothing is sent.
    StartTls,
    /// TLS from the first byte.
    Wrapped,
}

/// A password. It is not shown by `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The password itself: for logging in only.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// When a home timeline is pushed and when it is pulled.
#[derive(Clone, Debug, PartialEq)]
pub struct Timelines {
    /// A reader gets pushes when accounts followed times home pages a day reach this.
    pub dear_looks_per_day: u64,
    /// An author with more tweets a day than this times the reader's pages a day is pulled for that reader.
    pub entries_per_page: u64,
    /// An author with at least this many followers is never pushed, always pulled.
    pub celebrity_followers: u64,
}

/// What is logged and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// The shape of a line.
    pub format: LogFormat,
    /// The least important level that is written.
    pub level: LevelFilter,
}

/// Who may sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Everybody, at once.
    Open,
    /// Everybody may ask; an admin lets them in.
    Approval,
    /// Nobody; `rookery user create` still works.
    Closed,
}

/// The shape of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people at a terminal.
    Pretty,
    /// One JSON object a line, for collectors.
    Json,
}

/// A PostgreSQL address. It holds a password, so it is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The whole address, password included: for the driver only.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(hidden)")
    }
}

/// All that is wrong with the configuration: one sentence each, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(Vec<String>);

impl ConfigErrors {
    /// The sentences.
    pub fn sentences(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for ConfigErrors {}

/// Whether an address is this machine itself.
fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}
