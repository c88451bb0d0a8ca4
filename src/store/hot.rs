//! Hot commands and questions in set form: what arrives within two milliseconds is written by one statement, and what is
//! asked while the last answers are under way is asked by one.
//!
//! On PostgreSQL a transaction per command costs a round trip and an fsync each, and a question a round trip; collected,
//! a set shares them. On SQLite the writer thread groups units already and a read costs little, so that each is simply a
//! unit of its own.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, oneshot};

use super::{Conn, Dialect, Store, StoreError};

/// How long the first command of a set waits for company.
const COLLECT_FOR: Duration = Duration::from_millis(2);
/// Commands or questions in one set.
const SET_LIMIT: usize = 256;
/// Commands or questions of one kind that may wait before callers are told that the server is busy.
const QUEUE_LIMIT: usize = 4_096;
/// Sets of one kind that are under way at the same time.
const AT_ONCE: usize = 2;

/// A command that many callers give at once.
pub trait HotCommand: Clone + Send + Sync + 'static {
    /// What the caller gets.
    type Output: Send + 'static;

    /// Writes the whole set, in order; answers one output a command. An error fails the whole set, which
    /// is then written one by one, so that one bad command never undoes its neighbours.
    fn write_set(conn: &mut Conn, set: &[Self]) -> Result<Vec<Self::Output>, StoreError>;
}

/// A question that many callers ask at once.
pub trait HotQuery: Clone + Send + Sync + 'static {
    /// What the caller gets.
    type Output: Send + 'static;

    /// Answers the whole set, in order, one output a question. An error fails the whole set, which is then asked one by
    /// one.
    fn read_set(conn: &mut Conn, set: &[Self]) -> Result<Vec<Self::Output>, StoreError>;
}

/// Collects commands of one kind.
pub type SetWriter<C> = Collector<C, Writing>;
/// Collects questions of one kind.
pub type SetReader<Q> = Collector<Q, Reading>;

/// What is done with what was collected.
pub trait Way<T>: Send + Sync + 'static {
    /// What each caller gets.
    type Output: Send + 'static;
    /// Whether it is a unit of writing, for which others are waited for.
    const WRITES: bool;

    /// Does it, for all of the set.
    fn run(conn: &mut Conn, set: &[T]) -> Result<Vec<Self::Output>, StoreError>;
}

/// Commands are written.
#[derive(Debug)]
pub enum Writing {}

impl<C: HotCommand> Way<C> for Writing {
    type Output = C::Output;
    const WRITES: bool = true;

    fn run(conn: &mut Conn, set: &[C]) -> Result<Vec<C::Output>, StoreError> {
        conn.units = u32::try_from(set.len()).unwrap_or(u32::MAX);
        C::write_set(conn, set)
    }
}

/// Questions are answered.
#[derive(Debug)]
pub enum Reading {}

impl<Q: HotQuery> Way<Q> for Reading {
    type Output = Q::Output;
    const WRITES: bool = false;

    fn run(conn: &mut Conn, set: &[Q]) -> Result<Vec<Q::Output>, StoreError> {
        Q::read_set(conn, set)
    }
}

type Waiting<T, W> = (T, oneshot::Sender<Result<<W as Way<T>>::Output, StoreError>>);

/// Collects what many callers want in sets.
pub struct Collector<T, W: Way<T>> {
    store: Store,
    queue: Option<mpsc::Sender<Waiting<T, W>>>,
    way: PhantomData<W>,
}

impl<T, W: Way<T>> Clone for Collector<T, W> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), queue: self.queue.clone(), way: PhantomData }
    }
}

impl<C: HotCommand> SetWriter<C> {
    /// Writes a command and answers after it is durable.
    pub async fn write(&self, command: C) -> Result<C::Output, StoreError> {
        self.give(command).await
    }
}

impl<Q: HotQuery> SetReader<Q> {
    /// Asks a question.
    pub async fn read(&self, query: Q) -> Result<Q::Output, StoreError> {
        self.give(query).await
    }
}

impl<T: Clone + Send + Sync + 'static, W: Way<T>> Collector<T, W> {
    /// A collector over `store`. Must be called inside the async runtime.
    pub fn new(store: &Store) -> Self {
        let queue = (store.dialect() == Dialect::Postgres).then(|| {
            let (queue, waiting) = mpsc::channel(QUEUE_LIMIT);
            let waiting = Arc::new(Mutex::new(waiting));
            for _ in 0..AT_ONCE {
                tokio::spawn(collect::<T, W>(store.clone(), Arc::clone(&waiting)));
            }
            queue
        });
        Self { store: store.clone(), queue, way: PhantomData }
    }

    async fn give(&self, one: T) -> Result<W::Output, StoreError> {
        let Some(queue) = &self.queue else {
            return alone::<T, W>(&self.store, one).await;
        };
        let (reply, answer) = oneshot::channel();
        queue.try_send((one, reply)).map_err(|_| StoreError::Busy)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}

async fn collect<T, W>(store: Store, waiting: Arc<Mutex<mpsc::Receiver<Waiting<T, W>>>>)
where
    T: Clone + Send + Sync + 'static,
    W: Way<T>,
{
    loop {
        let mut set = Vec::new();
        {
            let mut waiting = waiting.lock().await;
            // A question goes at once, with those that came while others were under way.
            if waiting.recv_many(&mut set, SET_LIMIT).await == 0 {
                return;
            }
            let until = tokio::time::Instant::now() + COLLECT_FOR;
            while W::WRITES && set.len() < SET_LIMIT {
                match tokio::time::timeout_at(until, waiting.recv()).await {
                    Ok(Some(next)) => set.push(next),
                    Ok(None) | Err(_) => break,
                }
            }
        }
        let (all, mut replies): (Vec<T>, Vec<_>) = set.into_iter().unzip();
        let all = Arc::new(all);
        match together::<T, W>(&store, Arc::clone(&all)).await {
            Ok(outputs) => {
                for (reply, output) in replies.into_iter().zip(outputs) {
                    let _ = reply.send(Ok(output));
                }
            }
            Err(error) if replies.len() < 2 => {
                if let Some(reply) = replies.pop() {
                    let _ = reply.send(Err(error));
                }
            }
            Err(_) => {
                for (one, reply) in all.iter().zip(replies) {
                    let _ = reply.send(alone::<T, W>(&store, one.clone()).await);
                }
            }
        }
    }
}

async fn together<T, W>(store: &Store, set: Arc<Vec<T>>) -> Result<Vec<W::Output>, StoreError>
where
    T: Send + Sync + 'static,
    W: Way<T>,
{
    let run = move |conn: &mut Conn| W::run(conn, &set);
    if W::WRITES { store.write(run).await } else { store.read(run).await }
}

async fn alone<T, W>(store: &Store, one: T) -> Result<W::Output, StoreError>
where
    T: Send + Sync + 'static,
    W: Way<T>,
{
    together::<T, W>(store, Arc::new(vec![one])).await?.pop().ok_or(StoreError::NoRow)
}
