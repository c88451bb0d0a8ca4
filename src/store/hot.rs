//! Hot commands and questions in set form: what arrives within two milliseconds is written by one statement, and what is
//! asked while the last answers are under way is asked by one.
//!
//! On PostgreSQL a transaction per command costs a round trip and an fsync each, and a question a round trip; collected,
//! a set shares them. On SQLite the writer thread groups units already and a read costs little, so that each is simply a
//! unit of its own.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{Conn, Dialect, Store, StoreError};

/// How long the first command of a set waits for company.
const COLLECT_FOR: Duration = Duration::from_millis(2);
/// Commands in one set.
const SET_LIMIT: usize = 256;
/// Commands that may wait before callers are told that the server is busy.
const QUEUE_LIMIT: usize = 4_096;
/// Sets of one kind that are written at the same time.
const WRITERS: usize = 2;
/// Sets of one kind that are read at the same time.
const READERS: usize = 2;

/// A command that many callers give at once.
pub trait HotCommand: Clone + Send + Sync + 'static {
    /// What the caller gets.
    type Output: Send + 'static;

    /// Writes the whole set, in order; answers one output a command. An error fails the whole set, which
    /// is then written one by one, so that one bad command never undoes its neighbours.
    fn write_set(conn: &mut Conn, set: &[Self]) -> Result<Vec<Self::Output>, StoreError>;
}

type Waiting<C> = (C, oneshot::Sender<Result<<C as HotCommand>::Output, StoreError>>);

/// Collects commands of one kind.
pub struct SetWriter<C: HotCommand> {
    store: Store,
    queue: Option<mpsc::Sender<Waiting<C>>>,
}

impl<C: HotCommand> Clone for SetWriter<C> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), queue: self.queue.clone() }
    }
}

impl<C: HotCommand> SetWriter<C> {
    /// A collector over `store`. Must be called inside the async runtime.
    pub fn new(store: &Store) -> Self {
        let queue = (store.dialect() == Dialect::Postgres).then(|| {
            let (queue, waiting) = mpsc::channel(QUEUE_LIMIT);
            let waiting = Arc::new(tokio::sync::Mutex::new(waiting));
            for _ in 0..WRITERS {
                tokio::spawn(collect(store.clone(), Arc::clone(&waiting)));
            }
            queue
        });
        Self { store: store.clone(), queue }
    }

    /// Writes a command and answers after it is durable.
    pub async fn write(&self, command: C) -> Result<C::Output, StoreError> {
        let Some(queue) = &self.queue else {
            return write_alone(&self.store, command).await;
        };
        let (reply, answer) = oneshot::channel();
        queue.try_send((command, reply)).map_err(|_| StoreError::Busy)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}

async fn write_alone<C: HotCommand>(store: &Store, command: C) -> Result<C::Output, StoreError> {
    store
        .write(move |conn| C::write_set(conn, std::slice::from_ref(&command))?.pop().ok_or(StoreError::NoRow))
        .await
}

async fn collect<C: HotCommand>(store: Store, waiting: Arc<tokio::sync::Mutex<mpsc::Receiver<Waiting<C>>>>) {
    loop {
        let mut set = Vec::new();
        {
            let mut waiting = waiting.lock().await;
            let Some(first) = waiting.recv().await else { return };
            set.push(first);
            let until = tokio::time::Instant::now() + COLLECT_FOR;
            while set.len() < SET_LIMIT {
                match tokio::time::timeout_at(until, waiting.recv()).await {
                    Ok(Some(next)) => set.push(next),
                    Ok(None) | Err(_) => break,
                }
            }
        }
        write_together(&store, set).await;
    }
}

async fn write_together<C: HotCommand>(store: &Store, mut set: Vec<Waiting<C>>) {
    if set.len() == 1 {
        if let Some((command, reply)) = set.pop() {
            let _ = reply.send(write_alone(store, command).await);
        }
        return;
    }
    let (commands, replies): (Vec<C>, Vec<_>) = set.into_iter().unzip();
    let shared = Arc::new(commands);
    let batch = Arc::clone(&shared);
    let written = store.write(move |conn| {
        conn.units = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        C::write_set(conn, &batch)
    });
    match written.await {
        Ok(outputs) => {
            for (reply, output) in replies.into_iter().zip(outputs) {
                let _ = reply.send(Ok(output));
            }
        }
        Err(_) => {
            for (command, reply) in shared.iter().zip(replies) {
                let _ = reply.send(write_alone(store, command.clone()).await);
            }
        }
    }
}

/// A question that many callers ask at once.
pub trait HotQuery: Clone + Send + Sync + 'static {
    /// What the caller gets.
    type Output: Send + 'static;

    /// Answers the whole set, in order, one output a question. An error fails the whole set, which is then asked one by
    /// one.
    fn read_set(conn: &mut Conn, set: &[Self]) -> Result<Vec<Self::Output>, StoreError>;
}

type Asking<Q> = (Q, oneshot::Sender<Result<<Q as HotQuery>::Output, StoreError>>);

/// Collects questions of one kind: those that come while others are being answered.
pub struct SetReader<Q: HotQuery> {
    store: Store,
    queue: Option<mpsc::Sender<Asking<Q>>>,
}

impl<Q: HotQuery> SetReader<Q> {
    /// A collector over `store`. Must be called inside the async runtime.
    pub fn new(store: &Store) -> Self {
        let queue = (store.dialect() == Dialect::Postgres).then(|| {
            let (queue, waiting) = mpsc::channel(QUEUE_LIMIT);
            let waiting = Arc::new(tokio::sync::Mutex::new(waiting));
            for _ in 0..READERS {
                tokio::spawn(answer(store.clone(), Arc::clone(&waiting)));
            }
            queue
        });
        Self { store: store.clone(), queue }
    }

    /// Asks a question.
    pub async fn read(&self, query: Q) -> Result<Q::Output, StoreError> {
        let Some(queue) = &self.queue else {
            return read_alone(&self.store, query).await;
        };
        let (reply, answer) = oneshot::channel();
        queue.try_send((query, reply)).map_err(|_| StoreError::Busy)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}

async fn read_alone<Q: HotQuery>(store: &Store, query: Q) -> Result<Q::Output, StoreError> {
    store
        .read(move |conn| Q::read_set(conn, std::slice::from_ref(&query))?.pop().ok_or(StoreError::NoRow))
        .await
}

async fn answer<Q: HotQuery>(store: Store, waiting: Arc<tokio::sync::Mutex<mpsc::Receiver<Asking<Q>>>>) {
    loop {
        let mut set = Vec::new();
        if waiting.lock().await.recv_many(&mut set, SET_LIMIT).await == 0 {
            return;
        }
        let (queries, replies): (Vec<Q>, Vec<_>) = set.into_iter().unzip();
        let shared = Arc::new(queries);
        let batch = Arc::clone(&shared);
        match store.read(move |conn| Q::read_set(conn, &batch)).await {
            Ok(outputs) => {
                for (reply, output) in replies.into_iter().zip(outputs) {
                    let _ = reply.send(Ok(output));
                }
            }
            Err(_) => {
                for (query, reply) in shared.iter().zip(replies) {
                    let _ = reply.send(read_alone(&store, query.clone()).await);
                }
            }
        }
    }
}
