//! One activity to one inbox: its bytes, its signature, its exchange.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Url;

use crate::client::{ClientError, Response};
use crate::clock::Millis;
use crate::error::{Chain, Error, Result};
use crate::federation::Federation;
use crate::federation::delivery::breaker::{Outcome, retry_after_ms};
use crate::federation::delivery::lane::Answered;
use crate::federation::own_keys::SigningKey;
use crate::federation::signature::{BodyDigest, Form};
use crate::federation::signing::SignedBy;
use crate::federation::wire::refuses_signature;
use crate::model::account::INSTANCE;
use crate::model::ids::{AccountId, RowId};
use crate::store::deliveries::{self, Stored, Waiting};
use crate::store::departures;
use crate::telemetry::caches::{self, Lookups};
use crate::telemetry::metrics as names;

/// Bytes of activities that are kept for all hosts together; the least used go first.
const KEPT_BYTES: u64 = 64 * 1024 * 1024;
/// How many activities that is about.
const KEPT: usize = 20_000;
/// What an activity costs beside its bytes.
const OVERHEAD_BYTES: u64 = 200;

/// An activity as it is sent, the same to every host.
pub(in crate::federation) struct Payload {
    /// The JSON bytes.
    pub(in crate::federation) body: Bytes,
    /// Their digest.
    pub(in crate::federation) digest: BodyDigest,
    /// The id of a retired key that signs it.
    key_uri: Option<String>,
    /// Whether it goes with a word of who follows its author.
    synchronizes: bool,
    /// Its author left, and this says so.
    is_farewell: bool,
}

/// The activities that are being delivered: read and digested once, whoever gets them.
pub(in crate::federation) struct Payloads {
    kept: Cache<RowId, Arc<Payload>, ByBytes>,
    lookups: Lookups,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<RowId, Arc<Payload>> for ByBytes {
    fn weight(&self, _: &RowId, payload: &Arc<Payload>) -> u64 {
        u64::try_from(payload.body.len()).unwrap_or(u64::MAX).saturating_add(OVERHEAD_BYTES)
    }
}

impl Payloads {
    pub(in crate::federation) fn new() -> Self {
        Self {
            kept: Cache::with_weighter(KEPT, KEPT_BYTES, ByBytes),
            lookups: Lookups::of(&caches::PAYLOADS),
        }
    }
}

/// Authors whose keys are kept.
const KEYS: usize = 10_000;
/// How long an author's key is used before it is asked whether there still is the author: suspensions and new keys are
/// heard of at once, and this is for when they are not.
const KEYS_FOR: Duration = Duration::from_secs(5);

/// The keys of the authors of what is being delivered; `None` when the author is gone or suspended.
pub(super) struct Keys {
    kept: Cache<KeyOf, Option<Arc<SigningKey>>>,
    since: Instant,
    lookups: Lookups,
}

/// Whose key, since how many keys were forgotten, in which span of [`KEYS_FOR`].
type KeyOf = (AccountId, u64, u128);

impl Keys {
    pub(super) fn new() -> Self {
        Self { kept: Cache::new(KEYS), since: Instant::now(), lookups: Lookups::of(&caches::SIGNERS) }
    }

    async fn of(&self, account: AccountId, federation: &Federation) -> Result<Option<Arc<SigningKey>>> {
        let span = self.since.elapsed().as_millis() / KEYS_FOR.as_millis();
        let present = (account, federation.0.own_keys.forgotten(), span);
        if let Some(known) = self.lookups.seen(self.kept.get(&present)) {
            return Ok(known);
        }
        self.kept.get_or_insert_async(&present, federation.signing_key(account)).await
    }
}

/// The places for sends, over all hosts.
pub(super) struct Places {
    all: Semaphore,
    /// Those that slow hosts, and hosts not known to be quick, may hold: half of them.
    for_slow: Semaphore,
}

impl Places {
    pub(super) fn new(all: usize) -> Self {
        Self { all: Semaphore::new(all.max(1)), for_slow: Semaphore::new((all / 2).max(1)) }
    }
}

/// A delivery that is to be sent.
pub(super) struct Send {
    pub(super) federation: Federation,
    pub(super) places: Arc<Places>,
    pub(super) keys: Arc<Keys>,
    pub(super) row: Waiting,
    pub(super) form: Form,
    /// Its host is slow, or not known to be quick.
    pub(super) is_slow: bool,
}

/// A send that has ended.
pub(super) struct Answer {
    pub(super) answered: Answered,
    /// What went wrong, for the admin.
    pub(super) trouble: Option<String>,
}

/// What came of an exchange.
struct Exchanged {
    outcome: Outcome,
    took: Duration,
    trouble: Option<String>,
}

impl Exchanged {
    /// Nothing was exchanged.
    fn without(outcome: Outcome) -> Self {
        Self { outcome, took: Duration::ZERO, trouble: None }
    }
}

impl Send {
    pub(super) async fn run(self) -> Answer {
        let (id, form) = (self.row.id, self.form);
        let Exchanged { outcome, took, trouble } = match self.exchange().await {
            Ok(exchanged) => exchanged,
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "a delivery could not be prepared; it is tried again");
                Exchanged::without(Outcome::NotSent)
            }
        };
        if matches!(outcome, Outcome::Transient | Outcome::RetryAfter(_) | Outcome::Unauthorized) {
            count("retry", form);
        }
        let took_ms = Millis::try_from(took.as_millis()).unwrap_or(Millis::MAX);
        Answer { answered: Answered { id, outcome, took_ms }, trouble }
    }

    async fn exchange(&self) -> Result<Exchanged> {
        let _slow = match self.is_slow {
            true => Some(self.places.for_slow.acquire().await.map_err(Error::internal)?),
            false => None,
        };
        let _place = self.places.all.acquire().await.map_err(Error::internal)?;
        let payload = self.federation.payload(self.row.outgoing).await?;
        let key = match &payload {
            Some(payload) if payload.is_farewell => self.federation.leavers_key(self.row.account).await?,
            _ => self.keys.of(self.row.account, &self.federation).await?,
        };
        let (Some(payload), Some(key), Ok(inbox)) = (payload, key, Url::parse(&self.row.inbox)) else {
            // Its activity or its signer is gone, or the inbox is no address: it cannot be sent, ever.
            return Ok(Exchanged::without(Outcome::Unsendable));
        };
        let began = Instant::now();
        match self.post(&inbox, &payload, key).await? {
            Ok(response) => {
                let wait = response.header(http::header::RETRY_AFTER);
                let now_ms = self.federation.service().clock().now_ms();
                let wait_ms = wait.and_then(|wait| retry_after_ms(wait, now_ms));
                let is_gone = response.status == http::StatusCode::GONE;
                let shared = is_gone && self.federation.is_shared(&self.row.inbox).await;
                let outcome = Outcome::of_status(response.status, shared, wait_ms);
                let failed = matches!(outcome, Outcome::Transient | Outcome::RetryAfter(_) | Outcome::Gone);
                let trouble = failed.then(|| response.status.to_string());
                Ok(Exchanged { outcome, took: response.took, trouble })
            }
            Err(error) => {
                tracing::debug!(inbox = self.row.inbox, error = %Chain(&error), "a delivery failed");
                let trouble = Some(Chain(&error).to_string());
                Ok(Exchanged { outcome: Outcome::of_error(&error), took: began.elapsed(), trouble })
            }
        }
    }

    /// Posts under the key that the activity asks for. Who keeps no keys finds the present one alone, and is told by that.
    async fn post(
        &self,
        inbox: &Url,
        payload: &Payload,
        present: Arc<SigningKey>,
    ) -> Result<std::result::Result<Response, ClientError>> {
        let (federation, own_keys) = (&self.federation, &self.federation.0.own_keys);
        let synchronization = match payload.synchronizes {
            true => federation.synchronization(self.row.account, inbox).await?,
            false => None,
        };
        let by = |key| SignedBy {
            key,
            form: self.form,
            digest: Some(payload.digest),
            path_only: false,
            synchronization: synchronization.clone(),
        };
        if let Some(uri) = &payload.key_uri
            && let Some(retired) = own_keys.retired(self.row.account, uri).await?
        {
            let answer = federation.post_activity(inbox, payload, by(retired)).await;
            if !answer.as_ref().is_ok_and(|response| refuses_signature(response.status)) {
                return Ok(answer);
            }
        }
        Ok(federation.post_activity(inbox, payload, by(present)).await)
    }
}

/// Counts what became of an attempt.
pub(super) fn count(outcome: &'static str, form: Form) {
    let form = match form {
        Form::Cavage => "cavage",
        Form::Rfc9421 => "rfc9421",
    };
    metrics::counter!(names::DELIVERY_TOTAL, "outcome" => outcome, "form" => form).increment(1);
}

impl Federation {
    /// An activity that is to be sent; `None` when it is gone.
    async fn payload(&self, outgoing: RowId) -> Result<Option<Arc<Payload>>> {
        let payloads = &self.0.payloads;
        if let Some(known) = payloads.lookups.seen(payloads.kept.get(&outgoing)) {
            return Ok(Some(known));
        }
        let read = payloads.kept.get_or_insert_async(&outgoing, async {
            let read = move |conn: &mut _| deliveries::stored(conn, outgoing);
            let Stored { body, key_uri, synchronizes, is_farewell } =
                self.service().store().read(read).await?.ok_or(Error::Gone("activity"))?;
            let body = Bytes::from(body);
            let digest = self.0.signers.digest(body.clone()).await?;
            Ok::<_, Error>(Arc::new(Payload { body, digest, key_uri, synchronizes, is_farewell }))
        });
        match read.await {
            Ok(payload) => Ok(Some(payload)),
            Err(Error::Gone(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// An author's key; `None` when the account is gone or suspended.
    async fn signing_key(&self, account: AccountId) -> Result<Option<Arc<SigningKey>>> {
        if account == INSTANCE {
            return Ok(Some(self.0.own_keys.instance().await?));
        }
        match self.service().account(account).await {
            Ok(account) => Ok(Some(self.0.own_keys.of(&account).await?)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// The key of an account that left; `None` once it is over.
    async fn leavers_key(&self, account: AccountId) -> Result<Option<Arc<SigningKey>>> {
        match self.service().store().read(move |conn| departures::leaver(conn, account)).await? {
            Some(account) => Ok(Some(self.0.own_keys.of(&account).await?)),
            None => Ok(None),
        }
    }

    pub(super) async fn is_shared(&self, inbox: &str) -> bool {
        let inbox = inbox.to_owned();
        let shared = self.service().store().read(move |conn| deliveries::is_shared_inbox(conn, &inbox)).await;
        shared.unwrap_or(false)
    }
}
