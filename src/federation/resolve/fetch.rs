//! Fetching documents by their id: once at a time, within a budget, and believed only by the rules of origin.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use http::header::{CONTENT_TYPE, LINK};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::{Map, Value};
use tokio::sync::OnceCell;
use tokio::time::Instant;
use url::Url;

use super::page;
use crate::client::{ClientError, Response};
use crate::clock::{DAY_MS, MINUTE_MS, Millis};
use crate::config::limits;
use crate::federation::Federation;
use crate::federation::objects::tombstone::is_tombstone;
use crate::federation::objects::{Actor, Object, media_type, parse_document};
use crate::federation::origin::{self, Fetched, authority};
use crate::model::host::Host;
use crate::store::instances;
use crate::telemetry::caches::{self, Lookups};

/// Addresses of which it is remembered that they answer nothing; the least used go first.
const FAILURES_KEPT: usize = 10_000;
/// How long a refusal is believed before the address is asked again: whoever runs the host may mend it.
const REFUSAL_KEPT_MS: Millis = 10 * MINUTE_MS;
/// How long it is believed that there is nothing: ids that name nothing seldom begin to name something.
const NOTHING_KEPT_MS: Millis = 2 * DAY_MS;
/// How long the first passing failure is believed: long enough for a crowd, short enough for the retries of the inbox.
/// Each further one in a row doubles it, up to [`REFUSAL_KEPT_MS`].
const PASSING_FAILURE_KEPT_MS: Millis = MINUTE_MS / 3;
/// How long any failure is believed when a person asks: what they look for may be there since.
const BELIEVED_FOR_PERSON_MS: Millis = REFUSAL_KEPT_MS;
/// Bytes of actors' documents that were fetched lately.
const ACTORS_KEPT_BYTES: u64 = 16 * 1024 * 1024;
/// What such a document has on average, for the first size of the table.
const ACTOR_TYPICAL_BYTES: usize = 4 * 1024;

/// Why a document could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Its host says that it was there and is no more.
    #[error("its host says that it is gone")]
    Gone,
    /// Its host knows nothing of it.
    #[error("its host knows nothing of it")]
    Missing,
    /// It will not be believed, or not be given to us, tomorrow either.
    #[error("{0}")]
    Refused(String),
    /// What is there is no ActivityPub document, but perhaps a page that says where the document is.
    #[error("what is there is not an ActivityPub document")]
    Page(Option<Url>),
    /// An admin here blocked its host.
    #[error("its host is blocked here")]
    Blocked,
    /// The network, the host's load, or our own.
    #[error("{0}")]
    Passing(String),
    /// Too many fetches for one cause.
    #[error("it would take more fetches than are allowed at once")]
    OverBudget,
}

impl FetchError {
    pub(super) fn refused(reason: impl fmt::Display) -> Self {
        Self::Refused(reason.to_string())
    }

    pub(super) fn passing(reason: impl fmt::Display) -> Self {
        Self::Passing(reason.to_string())
    }
}

/// What one cause may have of other hosts.
#[derive(Clone, Copy, Debug)]
pub(in crate::federation) struct Allowance {
    /// Fetches.
    pub(super) fetches: usize,
    /// Hosts that are asked: no document leads to ever more of them.
    pub(super) hosts: usize,
    /// For how long all of it may go on. What is missing then stays missing until somebody asks for it.
    pub(super) time: Duration,
    /// How long failures are believed.
    pub(super) failures_ms: Millis,
}

impl Allowance {
    /// For an activity that arrived, or a small errand of our own.
    pub(super) const ACTIVITY: Self = Self {
        fetches: limits::FETCHES_PER_ACTIVITY_MAX,
        hosts: limits::HOSTS_PER_ACTIVITY_MAX,
        time: Duration::from_secs(20),
        failures_ms: Millis::MAX,
    };
    /// For a person who looks something up.
    pub(super) const PERSON: Self = Self { failures_ms: BELIEVED_FOR_PERSON_MS, ..Self::ACTIVITY };
}

/// What one cause may still have: an activity that arrived, a look-up by a person, a thread that is read.
#[derive(Debug)]
pub(in crate::federation) struct Budget {
    left: AtomicUsize,
    hosts_max: usize,
    hosts: Mutex<HashSet<String>>,
    until: Instant,
    failures_ms: Millis,
}

impl Budget {
    pub(in crate::federation) fn new() -> Self {
        Self::of(Allowance::ACTIVITY)
    }

    pub(super) fn of(allowance: Allowance) -> Self {
        Self {
            left: AtomicUsize::new(allowance.fetches),
            hosts_max: allowance.hosts,
            hosts: Mutex::default(),
            until: Instant::now() + allowance.time,
            failures_ms: allowance.failures_ms,
        }
    }

    /// Takes one fetch from the host of this address.
    pub(super) fn take(&self, address: &Url) -> Result<(), FetchError> {
        let host = authority(address);
        {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            if !hosts.contains(&host) {
                if hosts.len() >= self.hosts_max {
                    return Err(FetchError::OverBudget);
                }
                hosts.insert(host);
            }
        }
        let taken = self.left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1));
        taken.map(|_| ()).map_err(|_| FetchError::OverBudget)
    }

    /// Whether nothing more may be had.
    pub(super) fn is_spent(&self) -> bool {
        self.left.load(Ordering::Acquire) == 0 || Instant::now() >= self.until
    }

    /// What a fetch comes to before the time is over.
    async fn in_time<T>(&self, fetch: impl Future<Output = T>) -> Result<T, FetchError> {
        tokio::time::timeout_at(self.until, fetch).await.map_err(|_| FetchError::OverBudget)
    }
}

/// A document that may be believed: its id is the address that answered, and not ours.
#[derive(Debug)]
pub(in crate::federation) struct Document {
    /// Its id.
    pub(in crate::federation) id: Url,
    /// All of it.
    pub(in crate::federation) map: Map<String, Value>,
    /// Its size.
    pub(in crate::federation) bytes: usize,
}

type Outcome = Result<Arc<Document>, FetchError>;

/// What is being fetched, what lately failed, and which actors were fetched lately.
pub(in crate::federation) struct Fetcher {
    flights: Mutex<HashMap<String, Arc<OnceCell<Outcome>>>>,
    failures: Cache<String, Failed>,
    /// When the host of an actor was last asked because a signature did not verify.
    asked_for_key: Mutex<quick_cache::unsync::Cache<String, Millis>>,
    actors: Cache<String, LateActor, Bytes>,
    lookups: Looks,
}

struct Looks {
    failures: Lookups,
    asked_for_key: Lookups,
    actors: Lookups,
}

/// A failure, and for how long it is believed.
#[derive(Clone)]
struct Failed {
    at_ms: Millis,
    kept_ms: Millis,
    failure: FetchError,
}

#[derive(Clone)]
struct LateActor {
    at_ms: Millis,
    bytes: usize,
    actor: Arc<Actor>,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<String, LateActor> for Bytes {
    fn weight(&self, _: &String, actor: &LateActor) -> u64 {
        u64::try_from(actor.bytes).unwrap_or(u64::MAX).max(1)
    }
}

impl Fetcher {
    pub(in crate::federation) fn new() -> Self {
        let actors = usize::try_from(ACTORS_KEPT_BYTES).unwrap_or(usize::MAX) / ACTOR_TYPICAL_BYTES;
        Self {
            flights: Mutex::default(),
            failures: Cache::new(FAILURES_KEPT),
            asked_for_key: Mutex::new(quick_cache::unsync::Cache::new(FAILURES_KEPT)),
            actors: Cache::with_weighter(actors, ACTORS_KEPT_BYTES, Bytes),
            lookups: Looks {
                failures: Lookups::of(&caches::FETCH_FAILURES),
                asked_for_key: Lookups::of(&caches::KEY_QUESTIONS),
                actors: Lookups::of(&caches::ACTORS),
            },
        }
    }

    /// A failure that is still believed by this cause.
    fn failure(&self, address: &str, budget: &Budget, now_ms: Millis) -> Option<FetchError> {
        let failed = self.lookups.failures.seen(self.failures.get(address))?;
        let kept_ms = failed.kept_ms.min(budget.failures_ms);
        (now_ms < failed.at_ms.saturating_add(kept_ms)).then_some(failed.failure)
    }

    /// Remembers how a fetch ended; one that went well ends a row of failures.
    fn remember<T>(&self, address: &str, outcome: &Result<T, FetchError>, now_ms: Millis) {
        let failure = match outcome {
            Ok(_) => {
                self.failures.remove(address);
                return;
            }
            Err(FetchError::OverBudget) => return,
            Err(failure) => failure.clone(),
        };
        let kept_ms = match &failure {
            FetchError::Passing(_) => match self.failures.get(address) {
                Some(Failed { failure: FetchError::Passing(_), kept_ms, .. }) => {
                    kept_ms.saturating_mul(2).min(REFUSAL_KEPT_MS)
                }
                _ => PASSING_FAILURE_KEPT_MS,
            },
            FetchError::Gone | FetchError::Missing => NOTHING_KEPT_MS,
            _ => REFUSAL_KEPT_MS,
        };
        self.failures.insert(address.to_owned(), Failed { at_ms: now_ms, kept_ms, failure });
    }

    fn board(&self, address: &str) -> Flight<'_> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        let cell = Arc::clone(flights.entry(address.to_owned()).or_default());
        Flight { fetcher: self, address: address.to_owned(), cell }
    }

    /// The actor, if it was fetched within the last [`limits::KEY_REFETCH_MS`].
    pub(in crate::federation) fn late_actor(&self, id: &Url, now_ms: Millis) -> Option<Arc<Actor>> {
        let late = self.lookups.actors.seen(self.actors.get(id.as_str()))?;
        (now_ms < late.at_ms.saturating_add(limits::KEY_REFETCH_MS)).then_some(late.actor)
    }

    /// Whether its host may be asked for the key of a signature that what is known does not verify. Who is told yes is
    /// the one who asks: nobody else is for [`limits::KEY_REFETCH_MS`].
    pub(in crate::federation) fn may_ask_for_key(&self, id: &Url, now_ms: Millis) -> bool {
        let mut asked = self.asked_for_key.lock().unwrap_or_else(PoisonError::into_inner);
        let last = self.lookups.asked_for_key.seen(asked.get(id.as_str()).copied());
        let lately = last.is_some_and(|at_ms| at_ms.saturating_add(limits::KEY_REFETCH_MS) > now_ms);
        if !lately {
            asked.insert(id.as_str().to_owned(), now_ms);
        }
        !lately
    }

    /// The host was asked for another reason than doubt, and what it said was good.
    pub(in crate::federation) fn forget_asking(&self, id: &Url) {
        self.asked_for_key.lock().unwrap_or_else(PoisonError::into_inner).remove(id.as_str());
    }

    /// Remembers an actor whose document just came from its host.
    fn keep_actor(&self, actor: Arc<Actor>, bytes: usize, now_ms: Millis) {
        let id = actor.id.as_str().to_owned();
        self.actors.insert(id, LateActor { at_ms: now_ms, bytes, actor });
    }
}

/// A fetch that several may wait for; the last one to leave takes it off the list.
struct Flight<'f> {
    fetcher: &'f Fetcher,
    address: String,
    cell: Arc<OnceCell<Outcome>>,
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut flights = self.fetcher.flights.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = |listed: &Arc<OnceCell<Outcome>>| Arc::ptr_eq(listed, &self.cell);
        // A fetch that is over is over for those who come later, too.
        if flights.get(&self.address).is_some_and(mine)
            && (self.cell.initialized() || Arc::strong_count(&self.cell) <= 2)
        {
            flights.remove(&self.address);
        }
    }
}

impl Federation {
    /// Whether an address is of our own host, whatever its scheme: nothing from outside is believed of those.
    pub(in crate::federation) fn is_ours(&self, address: &Url) -> bool {
        Host::of(address).as_ref() == Some(self.service().addresses().host())
    }

    /// The document with this id, from its own host. An address that is a page is followed to the id its host
    /// gives it.
    pub(in crate::federation) async fn document(
        &self,
        address: &Url,
        budget: &Budget,
    ) -> Result<Arc<Document>, FetchError> {
        let mut address = address.clone();
        address.set_fragment(None);
        if self.is_ours(&address) {
            return Err(FetchError::refused("it is our own"));
        }
        let fetcher = &self.0.fetcher;
        // First the flight, then what came of former ones: in between, none can end unseen.
        let flight = fetcher.board(address.as_str());
        if let Some(failure) = fetcher.failure(address.as_str(), budget, self.now_ms()) {
            return Err(failure);
        }
        budget.take(&address)?;
        let fetched =
            budget.in_time(flight.cell.get_or_init(|| self.arrival(&address, budget))).await?.clone();
        fetcher.remember(address.as_str(), &fetched, self.now_ms());
        fetched
    }

    /// The actor as its host shows it, or showed it within the last [`limits::KEY_REFETCH_MS`].
    pub(in crate::federation) async fn fetched_actor(
        &self,
        id: &Url,
        budget: &Budget,
    ) -> Result<Arc<Actor>, FetchError> {
        // First the flight, then what came of former ones: in between, none can end unseen.
        let _flight = self.0.fetcher.board(id.as_str());
        match self.0.fetcher.late_actor(id, self.now_ms()) {
            Some(late) => Ok(late),
            None => self.actor_now(id, budget).await,
        }
    }

    /// The actor as its host shows it now.
    pub(in crate::federation) async fn actor_now(
        &self,
        id: &Url,
        budget: &Budget,
    ) -> Result<Arc<Actor>, FetchError> {
        let document = self.document(id, budget).await?;
        Actor::from_document(&document.map).map(Arc::new).map_err(FetchError::refused)
    }

    /// Fetches; an actor is kept before the flight is over, so that whoever comes later finds it.
    async fn arrival(&self, address: &Url, budget: &Budget) -> Outcome {
        let document = self.believable(address, budget).await?;
        if let Ok(actor) = Actor::from_document(&document.map) {
            self.0.fetcher.keep_actor(Arc::new(actor), document.bytes, self.now_ms());
        }
        Ok(document)
    }

    async fn believable(&self, address: &Url, budget: &Budget) -> Outcome {
        let (document, answered) = self.fetch(address).await?;
        match origin::judge_fetched(&document.id, &answered) {
            Fetched::Valid => Ok(Arc::new(document)),
            Fetched::Foreign => Err(FetchError::refused("the document has another host's id")),
            Fetched::FetchItsId => {
                budget.take(&document.id)?;
                let (again, answered) = self.fetch(&document.id).await?;
                let same = again.id == document.id;
                if same && origin::judge_fetched(&again.id, &answered) == Fetched::Valid {
                    Ok(Arc::new(again))
                } else {
                    Err(FetchError::refused("the document is not found under its own id"))
                }
            }
        }
    }

    async fn fetch(&self, address: &Url) -> Result<(Document, Url), FetchError> {
        self.allow(address).await?;
        let response = self.get_document(address).await.map_err(from_client)?;
        if response.final_url.authority() != address.authority() {
            self.allow(&response.final_url).await?;
        }
        let response = successful(response)?;
        let content_type = response.header(CONTENT_TYPE).unwrap_or_default();
        if !media_type::is_activity(content_type) {
            let link = response.header(LINK);
            return Err(FetchError::Page(page::alternate(&response.final_url, link, &response.body)));
        }
        let map = parse_document(&response.body).map_err(FetchError::refused)?;
        let object = Object(&map);
        if is_tombstone(object) {
            return Err(FetchError::Gone);
        }
        let id = object.id().map_err(FetchError::refused)?;
        if self.is_ours(&id) {
            return Err(FetchError::refused("the document claims to be ours"));
        }
        Ok((Document { id, bytes: response.body.len(), map }, response.final_url))
    }

    /// Refuses to speak with ourselves and with blocked hosts.
    async fn allow(&self, address: &Url) -> Result<(), FetchError> {
        if self.is_ours(address) {
            return Err(FetchError::refused("it is our own"));
        }
        let host = authority(address);
        let asked = self.service().store().read(move |conn| instances::is_blocked(conn, &host)).await;
        match asked {
            Ok(false) => Ok(()),
            Ok(true) => Err(FetchError::Blocked),
            Err(error) => Err(FetchError::passing(error)),
        }
    }

    /// Fetches a plain JSON document; failures are remembered as for [`Federation::document`].
    pub(super) async fn plain(
        &self,
        address: &Url,
        accept: &'static str,
        budget: &Budget,
    ) -> Result<bytes::Bytes, FetchError> {
        if let Some(failure) = self.0.fetcher.failure(address.as_str(), budget, self.now_ms()) {
            return Err(failure);
        }
        budget.take(address)?;
        let fetched = async {
            self.allow(address).await?;
            let response = self.get_plain(address, accept).await.map_err(from_client)?;
            Ok(successful(response)?.body)
        };
        let fetched = budget.in_time(fetched).await?;
        self.0.fetcher.remember(address.as_str(), &fetched, self.now_ms());
        fetched
    }

    /// The present.
    pub(in crate::federation) fn now_ms(&self) -> Millis {
        self.service().clock().now_ms()
    }
}

fn successful(response: Response) -> Result<Response, FetchError> {
    match response.status {
        StatusCode::GONE => Err(FetchError::Gone),
        StatusCode::NOT_FOUND => {
            let left = parse_document(&response.body);
            let is_gone = left.is_ok_and(|document| is_tombstone(Object(&document)));
            Err(if is_gone { FetchError::Gone } else { FetchError::Missing })
        }
        _ => response.success().map_err(from_client),
    }
}

fn from_client(error: ClientError) -> FetchError {
    let reason = crate::error::Chain(&error).to_string();
    if error.is_transient() { FetchError::Passing(reason) } else { FetchError::Refused(reason) }
}
