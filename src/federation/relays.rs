//! Relays: subscribing to them, and taking what they pass on. Nothing that a relay says of a post is believed: it only
//! tells where there is one, which is then fetched from its own host.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::Url;

use super::Federation;
use super::objects::liberal::ObjectError;
use super::objects::{Activity, Actor, Body, IdOr, LocalActor, Object};
use super::origin::{authority, parse_id, same_origin};
use super::resolve::Budget;
use crate::buckets::Allowance;
use crate::error::{Error, Result};
use crate::model::ids::RowId;
use crate::model::relay::{Relay, RelayKind, RelayState};
use crate::secrets;
use crate::store::relays::{self, RELAYS_MAX};
use crate::store::{StoreError, events};

/// Posts that are taken from one relay: each is a fetch, and nobody reads faster.
pub(super) const RELAYED: Allowance = Allowance { requests: 600, per: Duration::from_secs(60) };

/// An activity as it goes on, with its bytes.
pub(super) struct PassedOn {
    pub(super) activity: Activity,
    pub(super) bytes: Vec<u8>,
}

impl Federation {
    /// Subscribes to a relay. An address that ends in `/inbox` is one of Mastodon's kind, any other the actor of one of
    /// LitePub's kind.
    pub async fn add_relay(&self, address: &str) -> Result<Relay> {
        let not_a_relay = |message: &str| Error::invalid("address", "not_a_relay", message.to_owned());
        let address = parse_id(address.trim())
            .map_err(|_| not_a_relay("this is not the address of a relay's inbox or actor"))?;
        if self.is_ours(&address) {
            return Err(not_a_relay("this server is not a relay of itself"));
        }
        let (kind, inbox, actor_uri) = if address.path().ends_with("/inbox") {
            (RelayKind::Mastodon, address.clone(), None)
        } else {
            let document = self.document(&address, &Budget::new()).await.map_err(|error| {
                tracing::debug!(federation.address = address.as_str(), %error, "a relay was not found");
                not_a_relay("there is no actor at this address, or its server does not answer")
            })?;
            let actor = Actor::from_document(&document.map)
                .map_err(|_| not_a_relay("what is at this address is no actor"))?;
            (RelayKind::LitePub, actor.inbox, Some(actor.id.into()))
        };
        let relay = Relay {
            id: RowId(self.service().ids().next()),
            kind,
            address: address.into(),
            host: authority(&inbox),
            inbox: inbox.into(),
            actor_uri,
            state: RelayState::Asked,
            created_at: self.now_ms(),
        };
        let written = relay.clone();
        let write = self.service().store().write(move |conn| {
            if i64::try_from(relays::list(conn)?.len()).unwrap_or(i64::MAX) >= RELAYS_MAX {
                let message = format!("an instance has at most {RELAYS_MAX} relays");
                return Err(StoreError::from(Error::invalid("address", "too_many", message)));
            }
            relays::insert(conn, &written).map_err(|error| {
                let taken = || Error::conflict("address", "taken", "this relay is there already").into();
                if error.is_unique_violation() { taken() } else { error }
            })
        });
        write.await?;
        Ok(relay)
    }

    /// Ends the subscription to a relay.
    pub async fn remove_relay(&self, id: RowId) -> Result<()> {
        let now_ms = self.now_ms();
        let gone = self.service().store().write(move |conn| relays::remove(conn, id, now_ms)).await?;
        if gone { Ok(()) } else { Err(Error::NotFound("relay")) }
    }

    /// All relays, the oldest first.
    pub async fn relays(&self) -> Result<Vec<Relay>> {
        Ok(self.service().store().read(relays::list).await?)
    }

    /// The relay whose actor this is, whatever it answered.
    pub(super) async fn relay_of(&self, actor: &Url) -> Result<Option<Relay>, StoreError> {
        let uri = actor.as_str().to_owned();
        self.service().store().read(move |conn| relays::by_actor(conn, &uri)).await
    }

    /// An activity that an accepted relay passes on as it came, under the relay's own signature: it is taken as the
    /// relay's word that there is something to fetch, and nothing else of it is kept.
    pub(super) async fn passed_on_by_relay(
        &self,
        activity: &Activity,
        signers: &[Url],
    ) -> Result<Option<PassedOn>> {
        for signer in signers.iter().filter(|signer| !same_origin(signer, &activity.actor)) {
            let relay = self.relay_of(signer).await?;
            if relay.is_some_and(|relay| relay.state == RelayState::Accepted) {
                return announce_by(signer, activity).map_err(Error::internal);
            }
        }
        Ok(None)
    }

    /// Takes a relay's answer to our request: the Follow by its id, from the host that was asked. Answers whether it was
    /// one.
    pub(super) async fn relay_answers(
        &self,
        activity: &Activity,
        object: &IdOr,
        state: RelayState,
    ) -> Result<bool, StoreError> {
        let actor = LocalActor::instance(self.service().addresses().origin());
        let prefix = actor.relay_follow(String::new());
        let embedded = object.document().and_then(|follow| Object(follow).loose_link("id"));
        let id = object.id().cloned().or(embedded);
        let Some(number) = id.and_then(|id| id.as_str().strip_prefix(&prefix)?.parse::<RowId>().ok()) else {
            return Ok(false);
        };
        let (host, uri) = (authority(&activity.actor), activity.actor.as_str().to_owned());
        let write = self.service().store().write(move |conn| {
            let asked = relays::by_id(conn, number)?.filter(|relay| relay.host == host);
            if asked.is_some_and(|relay| relay.actor_uri.is_none_or(|known| known == uri)) {
                relays::answered(conn, number, &uri, state)?;
            }
            Ok(())
        });
        write.await?;
        Ok(true)
    }

    /// A relay that we follow follows back: it is told yes. Answers whether it was one.
    pub(super) async fn relay_follows(&self, activity: &Activity, object: &Url) -> Result<bool, StoreError> {
        let actor = LocalActor::instance(self.service().addresses().origin());
        if object.as_str() != actor.id() {
            return Ok(false);
        }
        let known = self.relay_of(&activity.actor).await?;
        let Some(relay) = known.filter(|relay| relay.state != RelayState::Rejected) else { return Ok(true) };
        let (uri, now_ms) = (activity.id.as_str().to_owned(), self.now_ms());
        let event = crate::model::event::Event::RelayFollowed { relay: relay.id, uri };
        self.service()
            .store()
            .write(move |conn| events::append(conn, std::slice::from_ref(&event), now_ms))
            .await?;
        Ok(true)
    }
}

/// The announcement that stands for an activity which a relay passes on; `None` for what is no post.
fn announce_by(relay: &Url, activity: &Activity) -> Result<Option<PassedOn>, ObjectError> {
    let (kind, object) = match &activity.body {
        Body::Create(objects) => ("Create", objects.first()),
        Body::Update(object) => ("Update", Some(object)),
        Body::Delete(object) => ("Delete", Some(object)),
        Body::Announce(object) => ("Announce", Some(object)),
        _ => return Ok(None),
    };
    let Some(object) = object.and_then(IdOr::id) else { return Ok(None) };
    let hash = URL_SAFE_NO_PAD.encode(secrets::token_hash(activity.id.as_str()));
    let inner = json!({ "id": activity.id.as_str(), "type": kind, "actor": activity.actor.as_str(),
        "object": object.as_str() });
    let announce = json!({ "id": format!("{relay}#passed-on/{hash}"), "type": "Announce",
        "actor": relay.as_str(), "object": inner });
    let bytes = announce.to_string().into_bytes();
    let Value::Object(document) = announce else { return Ok(None) };
    Ok(Some(PassedOn { activity: Activity::from_document(document)?, bytes }))
}
