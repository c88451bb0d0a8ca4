//! Receiving an activity: everything that can be said against it is said before a row is written.
//!
//! In this order: size, content type, form, signature (all that needs no key), blocked hosts, claims to be ours,
//! deletions of what we never knew, the key and its RSA signature. Then it is stored, and acknowledged after that
//! is durable. Nothing is processed here.

use std::borrow::Cow;

use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::verify::Unverified;
use crate::clock::Millis;
use crate::error::{Chain, Error};
use crate::federation::Federation;
use crate::federation::delivery::breaker::{Breaker, State};
use crate::federation::objects::liberal::ObjectError;
use crate::federation::objects::{Activity, ActorKind, Body, Post, media_type};
use crate::federation::origin::{authority, same_origin};
use crate::federation::outbound::to_row;
use crate::federation::signature::{self, Claim, MAX_BODY_BYTES, RequestParts, SignatureError};
use crate::model::ids::RowId;
use crate::store::actors::{self, PublicKeyRow};
use crate::store::inbox::Receipt;
use crate::store::instances::Health;
use crate::store::intake::{AskSigner, Signer};
use crate::store::{StoreError, inbox, instances};
use crate::telemetry::metrics as names;

/// What became of an activity that is answered 202.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is stored and will be worked off.
    New,
    /// It came before.
    Duplicate,
    /// It deletes what we never knew: there is nothing to do, and nothing was kept or asked.
    Forgotten,
}

/// Why an activity is refused. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// 413: larger than [`MAX_BODY_BYTES`].
    #[error("an activity has at most {MAX_BODY_BYTES} bytes")]
    TooLarge,
    /// 415: not an ActivityPub document.
    #[error("send application/activity+json, or application/ld+json with the ActivityStreams profile")]
    WrongType,
    /// 400: not an activity.
    #[error("this is not an activity")]
    Malformed(#[from] ObjectError),
    /// 400, 401 or 413: the signature is missing, unreadable, too old, or does not fit the request.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// 401: the signer is not the actor, or its key does not verify the signature.
    #[error("{0}")]
    NotVerified(String),
    /// 403: this instance does not exchange with that host or account.
    #[error("this instance takes nothing from there")]
    Blocked,
    /// 403: it claims to be from here.
    #[error("an activity from outside cannot be of our own origin")]
    Ours,
    /// 403: it carries something that is of another origin than its sender.
    #[error("what an activity carries must be of its sender's own origin")]
    Foreign,
    /// 503: the signer's key cannot be fetched at this moment.
    #[error("the key of the signer cannot be had now; send it again later")]
    KeyUnreachable,
    /// 503 or 500: our side.
    #[error(transparent)]
    Inside(#[from] Error),
}

impl Refused {
    /// The status that answers it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Signature(error) => error.status(),
            Self::NotVerified(_) => StatusCode::UNAUTHORIZED,
            Self::Blocked | Self::Ours | Self::Foreign => StatusCode::FORBIDDEN,
            Self::KeyUnreachable | Self::Inside(Error::Busy) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Inside(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::WrongType => "unsupported_media_type",
            Self::Malformed(_) => "bad_activity",
            Self::Signature(_) | Self::NotVerified(_) => "bad_signature",
            Self::Blocked => "blocked",
            Self::Ours | Self::Foreign => "not_yours",
            Self::KeyUnreachable => "key_unreachable",
            Self::Inside(error) => error.code(),
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Inside(error.into())
    }
}

/// What one read tells of an activity and its signer.
struct Facts {
    blocked: bool,
    actor_known: bool,
    key: Option<PublicKeyRow>,
    probe_at: Option<Millis>,
    undone_object: Option<String>,
}

impl Federation {
    /// Takes an activity in, or says why not. When it answers `Ok`, it is durable or there is nothing to do.
    pub async fn receive(&self, request: &RequestParts<'_>) -> Result<Accepted, Refused> {
        let outcome = self.take_in(request).await;
        let word = match &outcome {
            Ok(Accepted::New | Accepted::Forgotten) => "accepted",
            Ok(Accepted::Duplicate) => "duplicate",
            Err(_) => "refused",
        };
        metrics::counter!(names::INBOX_TOTAL, "outcome" => word).increment(1);
        if let Err(refused) = &outcome {
            tracing::debug!(federation.reason = %Chain(refused), "an activity was refused");
        }
        outcome
    }

    async fn take_in(&self, request: &RequestParts<'_>) -> Result<Accepted, Refused> {
        let mut activity = read(request)?;
        let claim = signature::inspect(request, self.now_ms(), self.service().addresses().base())?;
        let (mut body, mut by_itself) = (Cow::Borrowed(request.body), true);
        if !same_origin(claim.key_id().url(), &activity.actor) {
            let signers = claim.key_id().actor_candidates();
            if let Some(passed_on) = self.passed_on_by_relay(&activity, &signers).await? {
                (activity, body) = (passed_on.activity, Cow::Owned(passed_on.bytes));
                by_itself = false;
            }
        }
        let facts = self.facts(&activity, &claim).await?;
        if facts.blocked {
            return Err(Refused::Blocked);
        }
        if self.is_ours(&activity.actor) || self.is_ours(claim.key_id().url()) {
            return Err(Refused::Ours);
        }
        if !same_origin(claim.key_id().url(), &activity.actor) {
            return Err(Refused::NotVerified("the signer is not the actor".to_owned()));
        }
        if matches!(activity.body, Body::Delete(_)) && !facts.actor_known {
            return Ok(Accepted::Forgotten);
        }
        match self.verify(&activity, claim, facts.key.as_ref(), facts.actor_known).await {
            Ok(()) => {}
            Err(Unverified::No(reason)) => return Err(Refused::NotVerified(reason)),
            Err(Unverified::Unreachable) => return Err(Refused::KeyUnreachable),
            Err(Unverified::Inside(error)) => return Err(Refused::Inside(error)),
        }
        if let Some(at_ms) = facts.probe_at {
            let host = authority(&activity.actor);
            self.service().store().write(move |conn| instances::earn_probe(conn, &host, at_ms)).await?;
        }
        let accepted = self.keep(&activity, facts.undone_object, &body).await?;
        if accepted == Accepted::New && by_itself {
            self.heed_synchronization(&activity.actor, request.headers);
        }
        Ok(accepted)
    }

    async fn facts(&self, activity: &Activity, claim: &Claim) -> Result<Facts, StoreError> {
        let host = authority(&activity.actor);
        let key_host = authority(claim.key_id().url());
        let actor = activity.actor.as_str().to_owned();
        let key_id = claim.key_id().as_str().to_owned();
        let undone = match &activity.body {
            Body::Undo(object) => object.id().map(|id| id.as_str().to_owned()),
            _ => None,
        };
        let is_bare = key_id == actor;
        let ask = AskSigner { actor_uri: actor.clone(), key_uri: key_id, host, key_host };
        let Signer { suspended, mut key, standing } = self.0.inbound.signers.read(ask).await?;
        let mut undone_object = None;
        // Some sign with the bare id of the actor: then its first key is meant.
        let wants_first = key.is_none() && is_bare;
        if wants_first || undone.is_some() {
            let read = self.service().store().read(move |conn| {
                let first = if wants_first { actors::first_key(conn, &actor)? } else { None };
                let object = undone.as_deref().map(|id| inbox::object_of(conn, id, &actor)).transpose()?;
                Ok((first, object.flatten()))
            });
            let (first, object) = read.await?;
            key = key.or(first);
            undone_object = object;
        }
        Ok(Facts {
            blocked: standing.blocked || suspended == Some(true),
            actor_known: suspended.is_some(),
            key,
            probe_at: standing.health.and_then(|health| probe_at(&health, self.now_ms())),
            undone_object,
        })
    }

    /// Stores an activity and wakes the workers.
    async fn keep(
        &self,
        activity: &Activity,
        undone_object: Option<String>,
        body: &[u8],
    ) -> Result<Accepted, Refused> {
        let receipt = Receipt {
            id: RowId(self.service().ids().next()),
            activity_uri: activity.id.as_str().to_owned(),
            actor_uri: activity.actor.as_str().to_owned(),
            host: authority(&activity.actor),
            object_uri: super::subject::of(activity, undone_object),
            body: body.to_vec(),
            now_ms: self.now_ms(),
        };
        if self.0.inbound.receipts.write(receipt).await? {
            self.0.inbound.arrived.notify_one();
            Ok(Accepted::New)
        } else {
            Ok(Accepted::Duplicate)
        }
    }
}

/// The checks that need nothing but the request.
fn read(request: &RequestParts<'_>) -> Result<Activity, Refused> {
    if request.body.len() > MAX_BODY_BYTES {
        return Err(Refused::TooLarge);
    }
    let content_type = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(media_type::is_activity) {
        return Err(Refused::WrongType);
    }
    let activity = Activity::parse(request.body)?;
    check_carried(&activity)?;
    Ok(activity)
}

/// When a host that writes to us may be probed, if that is news: the first of many requests earns the probe.
fn probe_at(health: &Health, now_ms: Millis) -> Option<Millis> {
    let mut breaker = Breaker::from_row(&to_row(health));
    let before = breaker.state();
    breaker.on_inbound_contact(now_ms);
    match breaker.state() {
        State::Open { until_ms } if breaker.state() != before => Some(until_ms),
        _ => None,
    }
}

/// What a new or changed post or actor carries is of its sender's origin, and can be read.
fn check_carried(activity: &Activity) -> Result<(), Refused> {
    let carried = match &activity.body {
        Body::Create(objects) => objects.as_slice(),
        Body::Update(object) => std::slice::from_ref(object),
        _ => return Ok(()),
    };
    for object in carried {
        let (Some(id), Some(document)) = (object.id(), object.document()) else { continue };
        if !same_origin(id, &activity.actor) {
            return Err(Refused::Foreign);
        }
        let is_actor = object.kind().and_then(ActorKind::of).is_some();
        match Post::from_document(document) {
            // Not everything that is called an actor shows all of itself: it is fetched then.
            Ok(_) | Err(ObjectError::UnknownType(_)) => {}
            Err(_) if is_actor => {}
            Err(unreadable) => return Err(unreadable.into()),
        }
    }
    Ok(())
}
