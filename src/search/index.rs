//! The tweet index: a folder of tantivy's, and the position of the log that it has reached.
//!
//! The position is part of each commit, so index and cursor cannot disagree. The index is derived state:
//! when its folder is damaged or of another version, it is emptied and the caller is told to fill it again
//! from the database.

use std::fs;
use std::io;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, TrySendError, bounded};
use tantivy::directory::error::LockError;
use tantivy::directory::{Directory, INDEX_WRITER_LOCK, MmapDirectory};
use tantivy::{Index, IndexReader, ReloadPolicy};
use tokio::sync::oneshot;

use super::find::{self, Match};
use super::plan::{Plan, plan};
use super::schema::{self, Fields};
use super::tokenizer::Spaced;
use super::writer::{Command, Committed, Writer, open_writer, payload, read_payload};
use super::{Batch, LogPosition, TweetSearch};
use crate::clock::Millis;
use crate::crew::Crew;
use crate::error::{Error, Result};
use crate::model::ids::TweetId;

/// The folder inside the given one; everything in it is ours and may be deleted by a rebuild.
const FOLDER: &str = "tweets";
/// An index up to this size is compared with its checksums when it is opened, in a fraction of a second; of a
/// larger one only what every search reads.
const MAX_CHECKSUMMED_BYTES: u64 = 256 << 20;
/// Commands that may wait for the writing thread; a feeder waits for each reply, so more is a mistake.
const MAX_COMMANDS: usize = 16;
/// Searches at a time: they read files, and more would only take the cores from each other.
const SEARCHERS: usize = 2;
/// Searches that may wait; with more the answer is [`Error::Busy`].
const MAX_WAITING: usize = 64;

/// What was found on opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// There was no index, or it was never filled to the end: fill it from the database.
    Fresh,
    /// The index is there: read the log on from this position.
    Resumed {
        /// What it holds everything up to.
        position: LogPosition,
    },
    /// The index was unusable and has been emptied: fill it from the database.
    Rebuilt {
        /// Why, for the log.
        reason: String,
    },
}

/// Why the index could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("the search index in {0} is in use by another process")]
    InUse(PathBuf),
    /// The folder cannot be read or written.
    #[error("the search index in {0} cannot be opened")]
    Io(PathBuf, #[source] io::Error),
    /// The index cannot be made, even anew.
    #[error("the search index in {0} cannot be made")]
    Index(PathBuf, #[source] tantivy::TantivyError),
}

/// The full-text index of tweets. Dropping it commits what was applied and waits for that.
#[derive(Debug)]
pub struct TweetIndex {
    /// `None` only while it is being dropped.
    commands: Option<Sender<Command>>,
    thread: Option<JoinHandle<()>>,
    committed: Committed,
    reader: ReaderBox,
    fields: Fields,
    searchers: Crew,
}

impl TweetIndex {
    /// Opens or makes the index in `folder` and starts its threads. Blocks while files are read.
    pub fn open(folder: &Path) -> Result<(Self, Opened), OpenError> {
        let folder = folder.join(FOLDER);
        let io = |error| OpenError::Io(folder.clone(), error);
        let tantivy = |error| OpenError::Index(folder.clone(), error);
        fs::create_dir_all(&folder).map_err(io)?;
        refuse_if_in_use(&folder)?;
        let (index, opened) = match resume(&folder) {
            Ok(Some((index, Some(position)))) => (index, Opened::Resumed { position }),
            Ok(Some((index, None))) => (index, Opened::Fresh),
            Ok(None) => (create(&folder).map_err(tantivy)?, Opened::Fresh),
            Err(reason) => {
                empty(&folder).map_err(io)?;
                (create(&folder).map_err(tantivy)?, Opened::Rebuilt { reason })
            }
        };
        let position = match opened {
            Opened::Resumed { position } => Some(position),
            Opened::Fresh | Opened::Rebuilt { .. } => None,
        };
        let writer = open_writer(&index).map_err(tantivy)?;
        let reader = reader(&index).map_err(tantivy)?;
        let (_, fields) = schema::schema();
        let committed: Committed = Arc::new(Mutex::new(position));
        let writer = Writer::new(writer, reader.clone(), fields, Arc::clone(&committed));
        let (commands, queue) = bounded(MAX_COMMANDS);
        let thread = std::thread::Builder::new()
            .name("search-writer".to_owned())
            .spawn(move || writer.run(&queue))
            .map_err(io)?;
        let searchers = Crew::start("search", SEARCHERS, MAX_WAITING).map_err(io)?;
        let reader = ReaderBox(reader);
        Ok((
            Self { commands: Some(commands), thread: Some(thread), committed, reader, fields, searchers },
            opened,
        ))
    }

    /// Takes changes in; they are durable and findable within a second. Feed one batch after the other.
    ///
    /// After any error, what was applied since [`position`](Self::position) may be lost: read the log
    /// again from there. Applying twice does no harm.
    pub async fn apply(&self, batch: Batch) -> Result<()> {
        self.command(|reply| Command::Apply(batch, reply)).await
    }

    /// Makes everything applied so far durable and findable now. Errors as in [`apply`](Self::apply).
    pub async fn flush(&self) -> Result<()> {
        self.command(Command::Flush).await
    }

    /// Removes every tweet and forgets the position, to be filled anew from the database.
    pub async fn clear(&self) -> Result<()> {
        self.command(Command::Clear).await
    }

    /// Up to where in the log everything is durable and findable; `None` before the first filling is done.
    pub fn position(&self) -> Option<LogPosition> {
        *self.committed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many tweets can be found.
    pub fn len(&self) -> u64 {
        self.reader.0.searcher().num_docs()
    }

    /// Whether no tweet can be found.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The newest tweets that match and that the viewer may find, newest first. The next page begins
    /// `before` the last of them; a page that is not full is the last.
    pub async fn newest(&self, search: &TweetSearch<'_>) -> Result<Vec<TweetId>> {
        let (plan, reader) = (self.plan(search)?, self.reader.0.clone());
        let found = self.searchers.run(move || find::newest(&reader.searcher(), &plan)).await?;
        found.map_err(Error::internal)
    }

    /// The tweets that match best and that the viewer may find, best first, up to 200; newer ones are better.
    pub async fn best(&self, search: &TweetSearch<'_>, now_ms: Millis) -> Result<Vec<Match>> {
        let limit = search.limit.clamp(1, find::MAX_RANKED);
        let (plan, reader) = (plan(&self.fields, search, limit)?, self.reader.0.clone());
        let found = self.searchers.run(move || find::best(&reader.searcher(), &plan, now_ms)).await?;
        found.map_err(Error::internal)
    }

    fn plan(&self, search: &TweetSearch<'_>) -> Result<Plan> {
        plan(&self.fields, search, search.limit.clamp(1, find::MAX_PAGE))
    }

    async fn command(&self, command: impl FnOnce(oneshot::Sender<Result<()>>) -> Command) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        let sent = self.commands.as_ref().map(|commands| commands.try_send(command(reply)));
        match sent {
            Some(Ok(())) => answer.await.map_err(Error::internal)?,
            Some(Err(TrySendError::Full(_))) => Err(Error::Busy),
            Some(Err(TrySendError::Disconnected(_))) | None => {
                Err(Error::internal("the search writer has ended"))
            }
        }
    }
}

impl Drop for TweetIndex {
    fn drop(&mut self) {
        drop(self.commands.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// tantivy's reader, which cannot print itself.
struct ReaderBox(IndexReader);

impl std::fmt::Debug for ReaderBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IndexReader")
    }
}

/// The lock is the operating system's and ends with its process: a file left behind does not count.
fn refuse_if_in_use(folder: &Path) -> Result<(), OpenError> {
    let directory =
        MmapDirectory::open(folder).map_err(|error| OpenError::Index(folder.to_owned(), error.into()))?;
    match directory.acquire_lock(&INDEX_WRITER_LOCK) {
        Ok(_) => Ok(()),
        Err(LockError::LockBusy) => Err(OpenError::InUse(folder.to_owned())),
        Err(LockError::IoError(error)) => {
            Err(OpenError::Io(folder.to_owned(), io::Error::new(error.kind(), error)))
        }
    }
}

/// The index in `folder` and its position, `None` if the folder is empty, or why it cannot be used.
fn resume(folder: &Path) -> Result<Option<(Index, Option<LogPosition>)>, String> {
    if files(folder).map_err(|error| error.to_string())?.is_empty() {
        return Ok(None);
    }
    let index = catch_unwind(|| open_checked(folder)).map_err(|_| "reading it panicked".to_owned())?;
    index.map(Some)
}

fn open_checked(folder: &Path) -> Result<(Index, Option<LogPosition>), String> {
    let index = Index::open_in_dir(folder).map_err(|error| error.to_string())?;
    let metas = index.load_metas().map_err(|error| error.to_string())?;
    let position = metas
        .payload
        .as_deref()
        .and_then(read_payload)
        .ok_or_else(|| format!("it is not of version {}", schema::INDEX_VERSION))?;
    if index.schema() != schema::schema().0 || *index.settings() != schema::settings() {
        return Err("its fields are not those of this version".to_owned());
    }
    let mut bytes = 0;
    for file in files(folder).map_err(|error| error.to_string())? {
        bytes += file.metadata().map_err(|error| error.to_string())?.len();
    }
    if bytes <= MAX_CHECKSUMMED_BYTES {
        let damaged = index.validate_checksum().map_err(|error| error.to_string())?;
        if let Some(file) = damaged.iter().next() {
            return Err(format!("the checksum of {} is wrong", file.display()));
        }
    }
    register(&index);
    let searcher = reader(&index).map_err(|error| error.to_string())?.searcher();
    find::check(&searcher).map_err(|error| error.to_string())?;
    Ok((index, position))
}

fn create(folder: &Path) -> tantivy::Result<Index> {
    let index =
        Index::builder().schema(schema::schema().0).settings(schema::settings()).create_in_dir(folder)?;
    register(&index);
    // From the first moment on, the folder says of which version it is.
    let mut writer = open_writer(&index)?;
    let mut commit = writer.prepare_commit()?;
    commit.set_payload(&payload(None));
    commit.commit()?;
    Ok(index)
}

fn register(index: &Index) {
    index.tokenizers().register(schema::TOKENIZER, Spaced);
}

/// The writing thread reloads it after each commit; nothing is stored, so nothing need be cached.
fn reader(index: &Index) -> tantivy::Result<IndexReader> {
    index.reader_builder().reload_policy(ReloadPolicy::Manual).doc_store_cache_num_blocks(1).try_into()
}

/// The files of an index; locks do not count.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "lock") {
            files.push(path);
        }
    }
    Ok(files)
}

fn empty(folder: &Path) -> io::Result<()> {
    for path in files(folder)? {
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        } else {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
