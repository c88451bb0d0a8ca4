//! Who signed a request that reads: what is not for everybody is shown to those who may see it.

use std::sync::Arc;

use url::Url;

use super::Refused;
use super::verify::KEY_ENDS_AFTER_MS;
use crate::federation::Federation;
use crate::federation::objects::Actor;
use crate::federation::origin::authority;
use crate::federation::resolve::{Budget, FetchError};
use crate::federation::signature::{self, Claim, RequestParts};
use crate::model::ids::AccountId;
use crate::store::{accounts, actors, instances};
use crate::telemetry::metrics as names;

/// What is stored of the owner of a key.
struct Known {
    blocked: bool,
    account: Option<AccountId>,
    actor: Option<Url>,
    pem: Option<String>,
}

/// Somebody whose signature has held.
struct Signer {
    account: Option<AccountId>,
    actor: Url,
}

impl Federation {
    /// The account that signed a request, as far as it is known here: `None` is somebody whose signature holds and
    /// with whom nobody here has to do, such as another instance's own actor. Writes nothing.
    pub async fn reader(&self, request: &RequestParts<'_>) -> Result<Option<AccountId>, Refused> {
        self.signer_of(request).await.map(|signer| signer.account)
    }

    /// The ActivityPub id of the actor that signed a request. Writes nothing.
    pub async fn signing_actor(&self, request: &RequestParts<'_>) -> Result<Url, Refused> {
        self.signer_of(request).await.map(|signer| signer.actor)
    }

    async fn signer_of(&self, request: &RequestParts<'_>) -> Result<Signer, Refused> {
        let checked = self.check_reader(request).await;
        let outcome = if checked.is_ok() { "accepted" } else { "refused" };
        metrics::counter!(names::SIGNED_READS_TOTAL, "outcome" => outcome).increment(1);
        checked
    }

    async fn check_reader(&self, request: &RequestParts<'_>) -> Result<Signer, Refused> {
        let claim = signature::inspect(request, self.now_ms(), self.service().addresses().base())?;
        if self.is_ours(claim.key_id().url()) {
            return Err(Refused::Ours);
        }
        let known = self.owner_of_key(&claim).await?;
        if known.blocked {
            return Err(Refused::Blocked);
        }
        let claim = Arc::new(claim);
        if let (Some(pem), Some(actor)) = (&known.pem, known.actor)
            && self.0.verifier.holds(&claim, pem).await?
        {
            return Ok(Signer { account: known.account, actor });
        }
        let (actor, pem) = self.listed_key(&claim).await?;
        if !self.0.verifier.holds(&claim, &pem).await? {
            return Err(Refused::NotVerified("the signature does not verify with its key".to_owned()));
        }
        let uri = actor.id.as_str().to_owned();
        let account = self.service().store().read(move |conn| accounts::by_uri(conn, &uri)).await?;
        match account {
            Some(account) if account.suspended => Err(Refused::Blocked),
            account => Ok(Signer { account: account.map(|account| account.id), actor: actor.id.clone() }),
        }
    }

    async fn owner_of_key(&self, claim: &Claim) -> Result<Known, Refused> {
        let (key_id, host) = (claim.key_id().as_str().to_owned(), authority(claim.key_id().url()));
        let fresh_after_ms = self.now_ms().saturating_sub(KEY_ENDS_AFTER_MS);
        let read = self.service().store().read(move |conn| {
            let key = actors::key(conn, &key_id)?.filter(|key| key.actor_uri.is_some());
            let owner = key.as_ref().map(|key| key.account);
            let suspended = match owner {
                Some(owner) => accounts::by_id(conn, owner)?.is_some_and(|account| account.suspended),
                None => false,
            };
            Ok(Known {
                blocked: suspended || instances::is_blocked(conn, &host)?,
                account: owner,
                actor: key.as_ref().and_then(|key| Url::parse(key.actor_uri.as_deref()?).ok()),
                pem: key.filter(|key| key.fetched_at > fresh_after_ms).map(|key| key.pem),
            })
        });
        Ok(read.await?)
    }

    /// The actor that lists the key of a signature, as its host shows it, and the key. Few strangers are asked at
    /// once: whoever finds no place asks again later.
    async fn listed_key(&self, claim: &Claim) -> Result<(Arc<Actor>, String), Refused> {
        let Ok(_place) = self.0.inbound.introductions.try_acquire() else {
            return Err(Refused::KeyUnreachable);
        };
        let budget = Budget::new();
        let mut unreachable = false;
        for candidate in claim.key_id().actor_candidates() {
            let lists = |actor: &Actor| actor.key(claim.key_id().as_str()).map(|key| key.pem.clone());
            let mut found = self.fetched_actor(&candidate, &budget).await;
            let is_old = found.as_ref().is_ok_and(|actor| lists(actor).is_none());
            // It may have a new key since it was read.
            if is_old && self.0.fetcher.may_ask_for_key(&candidate, self.now_ms()) {
                found = self.actor_now(&candidate, &budget).await;
            }
            match found {
                Ok(actor) => {
                    if let Some(pem) = lists(&actor) {
                        return Ok((actor, pem));
                    }
                }
                Err(FetchError::Passing(_) | FetchError::OverBudget) => unreachable = true,
                Err(_) => {}
            }
        }
        if unreachable {
            return Err(Refused::KeyUnreachable);
        }
        Err(Refused::NotVerified("no actor lists the key of the signature".to_owned()))
    }
}
