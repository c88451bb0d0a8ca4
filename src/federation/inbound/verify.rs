//! Whose key verifies a signature: the stored one first, then the one the actor's own document lists now.

use std::sync::Arc;

use url::Url;

use crate::clock::{DAY_MS, Millis};
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::{Activity, Actor, Body};
use crate::federation::resolve::{Budget, FetchError, Freshness, ResolveError};
use crate::federation::signature::Claim;
use crate::store::actors::PublicKeyRow;

/// How old a stored key may be before its actor is asked again, beside the request: a key that was taken back must not
/// live on here.
const KEY_STALE_AFTER_MS: Millis = DAY_MS;
/// How old a stored key may be to count at all.
pub(super) const KEY_ENDS_AFTER_MS: Millis = 7 * DAY_MS;

/// Why a signature is not believed.
pub(super) enum Unverified {
    /// It is not the actor's.
    No(String),
    /// The key could not be fetched for a passing cause.
    Unreachable,
    /// Our side.
    Inside(Error),
}

impl From<Error> for Unverified {
    fn from(error: Error) -> Self {
        Self::Inside(error)
    }
}

impl Federation {
    /// Checks that the activity was signed by its actor. Writes nothing, except new keys of a known actor, and
    /// those only after they have verified the signature.
    pub(super) async fn verify(
        &self,
        activity: &Activity,
        claim: Claim,
        stored: Option<&PublicKeyRow>,
        actor_known: bool,
    ) -> Result<(), Unverified> {
        let is_theirs = |key: &&PublicKeyRow| key.actor_uri.as_deref() == Some(activity.actor.as_str());
        if stored.is_some_and(|key| !is_theirs(&key)) {
            return Err(Unverified::No("the signer is not the actor".to_owned()));
        }
        let claim = Arc::new(claim);
        // A deletion is the last that comes of an actor: its document may be gone already.
        let is_deletion = matches!(activity.body, Body::Delete(_));
        let age_ms = |key: &PublicKeyRow| self.now_ms().saturating_sub(key.fetched_at);
        let usable = stored.filter(|key| is_deletion || age_ms(key) < KEY_ENDS_AFTER_MS);
        if let Some(key) = usable
            && self.0.verifier.holds(&claim, &key.pem).await?
        {
            if age_ms(key) >= KEY_STALE_AFTER_MS && !is_deletion {
                self.refresh_later(activity.actor.clone());
            }
            return Ok(());
        }
        let signer = match self.signer(activity, &claim, usable.is_some()).await? {
            Some(signer) => signer,
            None if deletes_itself(activity) => return Ok(()),
            None => return Err(Unverified::No("the actor is gone".to_owned())),
        };
        if actor_known { self.learn(&signer).await } else { Ok(()) }
    }

    /// The actor, whose document lists the key that verifies the signature; `None` when it is gone. What came of it
    /// lately may do. When it does not, its host is asked, because the key may be new; but once in a while only, when
    /// it was `doubted` that what we know is all.
    async fn signer(
        &self,
        activity: &Activity,
        claim: &Arc<Claim>,
        mut doubted: bool,
    ) -> Result<Option<Arc<Actor>>, Unverified> {
        let (id, fetcher, now_ms) = (&activity.actor, &self.0.fetcher, self.now_ms());
        let mut asks = true;
        if let Some(late) = fetcher.late_actor(id, now_ms) {
            match self.signed_by(&late, id, claim).await {
                Err(Unverified::No(reason)) if !fetcher.may_ask_for_key(id, now_ms) => {
                    return Err(Unverified::No(reason));
                }
                Err(Unverified::No(_)) => doubted = true,
                verdict => return verdict.map(|()| Some(late)),
            }
        } else {
            // Whoever comes while this is under way finds what it brings, and does not ask once more.
            asks = fetcher.may_ask_for_key(id, now_ms);
        }
        let budget = Budget::new();
        let asked =
            if asks { self.actor_now(id, &budget).await } else { self.fetched_actor(id, &budget).await };
        let actor = match asked {
            Ok(actor) => actor,
            Err(FetchError::Gone) => return Ok(None),
            Err(FetchError::Passing(_) | FetchError::OverBudget) => return Err(Unverified::Unreachable),
            Err(error) => {
                return Err(Unverified::No(format!(
                    "the key of the signature could not be fetched: {error}"
                )));
            }
        };
        let verdict = self.signed_by(&actor, id, claim).await;
        if verdict.is_ok() && !doubted {
            fetcher.forget_asking(id);
        }
        verdict.map(|()| Some(actor))
    }

    /// Checks the signature with the key that an actor's document lists.
    async fn signed_by(&self, actor: &Actor, id: &Url, claim: &Arc<Claim>) -> Result<(), Unverified> {
        let bare = claim.key_id().url() == &actor.id;
        let listed = actor.key(claim.key_id().as_str()).or(actor.keys.first().filter(|_| bare));
        let Some(key) = listed.filter(|_| actor.id == *id) else {
            return Err(Unverified::No("the actor does not list the key of the signature".to_owned()));
        };
        if self.0.verifier.holds(claim, &key.pem).await? {
            Ok(())
        } else {
            Err(Unverified::No("the signature does not verify with the actor's key".to_owned()))
        }
    }

    /// Asks an actor's host again, while what it signed is taken. Few at once: whoever finds no place is asked when it
    /// writes next.
    fn refresh_later(&self, actor: Url) {
        let Ok(place) = Arc::clone(&self.0.inbound.refreshing).try_acquire_owned() else { return };
        let federation = self.clone();
        tokio::spawn(async move {
            if let Err(error) = federation.actor_within(&actor, Freshness::Now, &Budget::new()).await {
                tracing::debug!(federation.address = actor.as_str(), %error, "an actor was not refreshed");
            }
            drop(place);
        });
    }

    async fn learn(&self, actor: &Actor) -> Result<(), Unverified> {
        match self.believe_actor(actor, &Budget::new()).await {
            Ok(_) => Ok(()),
            Err(ResolveError::Inside(error)) => Err(Unverified::Inside(error)),
            Err(error) => Err(Unverified::No(error.to_string())),
        }
    }
}

/// A deletion of the actor itself: that its document is gone is proof enough.
fn deletes_itself(activity: &Activity) -> bool {
    matches!(&activity.body, Body::Delete(object) if object.id() == Some(&activity.actor))
}
