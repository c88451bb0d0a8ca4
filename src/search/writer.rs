//! The one thread that writes the tweet index, so that no async thread ever waits for a disk.
//!
//! Changes come in batches; a commit makes all that came since the last one durable and findable at once,
//! together with the position of the log that they reach. When writing fails, everything since the last
//! commit is dropped and the feeder is told, so that it reads the log again from the committed position.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::query::AllQuery;
use tantivy::{Index, IndexReader, IndexWriter, TantivyDocument, TantivyError};
use tokio::sync::oneshot;

use super::schema::{Fields, INDEX_VERSION};
use super::{Batch, Change, LogPosition, SearchDoc};
use crate::error::{Chain, Error, Result};

/// A change is durable and findable after at most this and the time of one commit (some 30 ms).
const COMMIT_AFTER: Duration = Duration::from_millis(500);
/// A log that moves on without changes for us is noted this late: after a crash it is only read again.
const NOTE_POSITION_AFTER: Duration = Duration::from_secs(30);
/// Memory for documents between two commits; tantivy asks for 15 MB at least and frees it with the commit.
const WRITER_MEMORY_BYTES: usize = 20_000_000;
/// Segments with more tweets are left alone by merges of many: merging them costs more than it gives.
const MAX_MERGED_TWEETS: usize = 2_000_000;
/// Deleted and replaced tweets above this share make a segment worth writing anew.
const MAX_DELETED_SHARE: f32 = 0.3;
/// The first word of what a commit notes.
const PAYLOAD_NAME: &str = "rookery-tweets";

/// The position of the last commit that is also findable.
pub(crate) type Committed = Arc<Mutex<Option<LogPosition>>>;

/// What the thread is asked to do. The reply is sent when it is done.
pub(crate) enum Command {
    Apply(Batch, oneshot::Sender<Result<()>>),
    Flush(oneshot::Sender<Result<()>>),
    Clear(oneshot::Sender<Result<()>>),
}

/// What a commit notes beside the documents.
pub(crate) fn payload(position: Option<LogPosition>) -> String {
    match position {
        Some(LogPosition { txid, seq }) => format!("{PAYLOAD_NAME} {INDEX_VERSION} {txid} {seq}"),
        None => format!("{PAYLOAD_NAME} {INDEX_VERSION}"),
    }
}

/// Reads what [`payload`] wrote; `None` when it was another version or something else.
pub(crate) fn read_payload(payload: &str) -> Option<Option<LogPosition>> {
    let mut words = payload.split(' ');
    if words.next() != Some(PAYLOAD_NAME) || words.next()?.parse() != Ok(INDEX_VERSION) {
        return None;
    }
    match (words.next(), words.next()) {
        (None, _) => Some(None),
        (Some(txid), Some(seq)) => {
            Some(Some(LogPosition { txid: txid.parse().ok()?, seq: seq.parse().ok()? }))
        }
        (Some(_), None) => None,
    }
}

/// Opens tantivy's writer, with one indexing and one merging thread.
pub(crate) fn open_writer(index: &Index) -> tantivy::Result<IndexWriter> {
    let options = IndexWriterOptions::builder()
        .memory_budget_per_thread(WRITER_MEMORY_BYTES)
        .num_worker_threads(1)
        .num_merge_threads(1)
        .build();
    let writer = index.writer_with_options(options)?;
    let mut merges = LogMergePolicy::default();
    merges.set_max_docs_before_merge(MAX_MERGED_TWEETS);
    merges.set_del_docs_ratio_before_merge(MAX_DELETED_SHARE);
    writer.set_merge_policy(Box::new(merges));
    Ok(writer)
}

/// The state of the writing thread.
pub(crate) struct Writer {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    committed: Committed,
    /// `None` after a failure, until the next batch.
    writer: Option<IndexWriter>,
    /// Where the log stands after the batches since the last commit.
    reached: Option<LogPosition>,
    /// When the next commit is due, if there is something to commit.
    due: Option<Instant>,
    /// A commit failed when nobody was there to be told.
    lost: bool,
}

impl Writer {
    /// The state with nothing to do.
    pub(crate) fn new(
        writer: IndexWriter,
        reader: IndexReader,
        fields: Fields,
        committed: Committed,
    ) -> Self {
        let reached = *committed.lock().unwrap_or_else(PoisonError::into_inner);
        let index = writer.index().clone();
        Self { index, reader, fields, committed, writer: Some(writer), reached, due: None, lost: false }
    }

    /// Obeys until nobody can give commands any more, then commits and ends.
    pub(crate) fn run(mut self, commands: &Receiver<Command>) {
        loop {
            let command = match self.due {
                Some(due) => commands.recv_deadline(due),
                None => commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match command {
                Ok(command) => self.obey(command),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.commit_unasked();
                    return;
                }
            }
            if self.due.is_some_and(|due| due <= Instant::now()) {
                self.commit_unasked();
            }
        }
    }

    fn obey(&mut self, command: Command) {
        let (reply, result) = match command {
            Command::Apply(batch, reply) => (reply, self.attempt(|writer| writer.apply(batch))),
            Command::Flush(reply) => (reply, self.attempt(Self::commit)),
            Command::Clear(reply) => (reply, self.attempt(Self::clear)),
        };
        let _ = reply.send(result);
    }

    /// Tells of an earlier loss, or tries `action`; a failure drops what was not committed.
    fn attempt(&mut self, action: impl FnOnce(&mut Self) -> tantivy::Result<()>) -> Result<()> {
        if std::mem::take(&mut self.lost) {
            return Err(Error::internal("changes to the search index were lost; read the log again"));
        }
        let result = catch_unwind(AssertUnwindSafe(|| action(self)))
            .unwrap_or_else(|_| Err(TantivyError::ErrorInThread("the search writer panicked".to_owned())));
        if result.is_err() {
            self.writer = None;
            self.due = None;
            self.reached = *self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        }
        result.map_err(Error::internal)
    }

    fn commit_unasked(&mut self) {
        if let Err(error) = self.attempt(Self::commit) {
            tracing::error!(error = %Chain(&error), "The search index could not be written.");
            self.lost = true;
        }
    }

    fn apply(&mut self, batch: Batch) -> tantivy::Result<()> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => open_writer(&self.index)?,
        };
        let wait = if batch.changes.is_empty() { NOTE_POSITION_AFTER } else { COMMIT_AFTER };
        for change in batch.changes {
            match change {
                Change::Put(doc) => {
                    writer.delete_term(self.fields.id_term(doc.id.0));
                    if let Some(document) = self.document(&doc) {
                        writer.add_document(document)?;
                    }
                }
                Change::Delete(id) => {
                    writer.delete_term(self.fields.id_term(id.0));
                }
                Change::DeleteBy(author) => {
                    writer.delete_term(self.fields.author_term(author.0));
                }
            }
        }
        self.writer = Some(writer);
        self.reached = batch.position.or(self.reached);
        let due = Instant::now() + wait;
        self.due = Some(self.due.map_or(due, |earlier| earlier.min(due)));
        Ok(())
    }

    /// The document of a tweet that anybody could find. Text that a stemmer trips over costs this tweet
    /// only; otherwise the log could never be followed past it.
    fn document(&self, doc: &SearchDoc) -> Option<TantivyDocument> {
        if !doc.everyone && doc.audience.is_empty() {
            return None;
        }
        let document = catch_unwind(AssertUnwindSafe(|| self.fields.document(doc)));
        if document.is_err() {
            tracing::error!(tweet.id = doc.id.0, "A tweet could not be read for the search index.");
        }
        document.ok()
    }

    fn commit(&mut self) -> tantivy::Result<()> {
        if self.due.take().is_none() {
            return Ok(());
        }
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&payload(self.reached));
        commit.commit()?;
        self.reader.reload()?;
        *self.committed.lock().unwrap_or_else(PoisonError::into_inner) = self.reached;
        Ok(())
    }

    fn clear(&mut self) -> tantivy::Result<()> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => open_writer(&self.index)?,
        };
        writer.delete_query(Box::new(AllQuery))?;
        self.writer = Some(writer);
        self.reached = None;
        self.due = Some(Instant::now());
        self.commit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_commit_notes_is_read_back() {
        for position in [None, Some(LogPosition { txid: 0, seq: 0 }), Some(LogPosition { txid: -4, seq: 9 })]
        {
            assert_eq!(read_payload(&payload(position)), Some(position));
        }
    }

    #[test]
    fn another_version_or_anything_else_is_not_read() {
        let other_version = format!("{PAYLOAD_NAME} {} 1 2", INDEX_VERSION + 1);
        for bad in ["", "other 1 2 3", &other_version, "rookery-tweets 1 2", "rookery-tweets 1 x y"] {
            assert_eq!(read_payload(bad), None, "{bad:?}");
        }
    }
}
