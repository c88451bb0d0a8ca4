//! Accounts of other hosts: their documents judged, their names checked by WebFinger, stored as ours see them.

use url::Url;

use super::fetch::{Budget, Document, FetchError};
use super::{Freshness, ResolveError, is_stale};
use crate::clock::{HOUR_MS, Millis};
use crate::config::limits;
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::webfinger::{self, Resource};
use crate::federation::objects::{Actor, ActorKind};
use crate::federation::origin::authority;
use crate::model::account::{Account, AccountKind};
use crate::model::address::Local;
use crate::model::handle::{Handle, is_username};
use crate::model::host::Host;
use crate::model::ids::AccountId;
use crate::model::profile::Field;
use crate::model::sanitize;
use crate::store::actors::{self, Reach, RemoteActor};
use crate::store::{StoreError, accounts, tombstones};

/// For how long an actor that deleted itself is believed to be gone whatever its host shows: hosts take a while.
const GONE_FOR_SURE_MS: Millis = HOUR_MS;
/// What we ask of WebFinger; some servers only know the one or the other.
const JRD: &str = "application/jrd+json, application/json";

/// Whether an actor that deleted itself then is gone whatever its host shows now.
pub(in crate::federation) fn is_gone_for_sure(gone_since: Option<Millis>, now_ms: Millis) -> bool {
    gone_since.is_some_and(|since| now_ms < since.saturating_add(GONE_FOR_SURE_MS))
}

impl Federation {
    pub(in crate::federation) async fn actor_within(
        &self,
        uri: &Url,
        freshness: Freshness,
        budget: &Budget,
    ) -> Result<Account, ResolveError> {
        if self.is_ours(uri) {
            return Ok(self.local_account(uri).await?.ok_or(Error::NotFound("account"))?);
        }
        let known = self.known_actor(uri).await?;
        if let Some((account, fetched_at)) = &known {
            if account.suspended {
                return Err(ResolveError::Suspended);
            }
            let fresh = !is_stale(*fetched_at, self.now_ms());
            if freshness == Freshness::Known || (freshness == Freshness::Day && fresh) {
                return Ok(account.clone());
            }
        }
        let fetched = match freshness {
            Freshness::Now => self.actor_now(uri, budget).await,
            Freshness::Day | Freshness::Known => self.fetched_actor(uri, budget).await,
        };
        match (fetched, known) {
            (Ok(actor), _) => self.believe_actor(&actor, budget).await,
            (Err(FetchError::Gone), _) => Err(FetchError::Gone.into()),
            (Err(_), Some((account, _))) if freshness != Freshness::Now => Ok(account),
            (Err(error), _) => Err(error.into()),
        }
    }

    /// The account of ours with this address; `None` when there is none or it is suspended.
    pub(in crate::federation) async fn local_account(&self, address: &Url) -> Result<Option<Account>, Error> {
        let Some(Local::Account(username)) = self.service().addresses().parse(address.as_str()) else {
            return Ok(None);
        };
        let found =
            self.service().store().read(move |conn| accounts::by_handle(conn, &username, None)).await?;
        Ok(found.filter(|account| !account.suspended))
    }

    /// What is stored of the account with this id, and when it was fetched. One that is gone may come back later: then
    /// its host shows it.
    pub(in crate::federation) async fn known_actor(
        &self,
        uri: &Url,
    ) -> Result<Option<(Account, Millis)>, Error> {
        let (uri, now_ms) = (uri.as_str().to_owned(), self.now_ms());
        let read = self.service().store().read(move |conn| {
            if is_gone_for_sure(tombstones::actor_gone_since(conn, &uri)?, now_ms) {
                return Err(Error::Gone("account").into());
            }
            Ok(accounts::fetched_by_uri(conn, vec![uri.clone()])?.remove(&uri))
        });
        Ok(read.await?)
    }

    /// The account of an actor's document that was fetched.
    pub(super) async fn actor_from(
        &self,
        document: &Document,
        budget: &Budget,
    ) -> Result<Account, ResolveError> {
        self.believe_actor(&Actor::from_document(&document.map)?, budget).await
    }

    /// Stores what an actor's own host says of it.
    pub(in crate::federation) async fn believe_actor(
        &self,
        actor: &Actor,
        budget: &Budget,
    ) -> Result<Account, ResolveError> {
        if self.is_ours(&actor.id) {
            return Err(ResolveError::Refused("it claims to be ours"));
        }
        if !is_username(&actor.preferred_username) {
            return Err(ResolveError::Refused("its name cannot be written in a handle"));
        }
        let domain = match self.known_actor(&actor.id).await? {
            Some((account, _)) if account.suspended => {
                return Err(ResolveError::Suspended);
            }
            Some((account, _)) => account.domain.unwrap_or_else(|| authority(&actor.id)),
            None => self.handle_host(actor, budget).await,
        };
        let id = AccountId(self.service().ids().next());
        let mut learned = remote_actor(actor, id, domain, self.now_ms())?;
        learned.account.emoji = self.emoji_of_actor(actor).await?;
        self.store_actor(learned).await
    }

    /// Writes an actor and answers its account.
    async fn store_actor(&self, actor: RemoteActor) -> Result<Account, ResolveError> {
        let now_ms = self.now_ms();
        let uri = actor.reach.uri.clone();
        let written = self.service().store().write(move |conn| {
            tombstones::lift(conn, &actor.reach.uri)?;
            let id = actors::upsert(conn, &actor, now_ms)?;
            accounts::by_id(conn, id)?.ok_or(StoreError::NoRow)
        });
        match written.await {
            Ok(account) => Ok(account),
            // Somebody else was quicker with the same actor, or its name is another's.
            Err(error) if error.is_unique_violation() => {
                let known = self.service().store().read(move |conn| accounts::by_uri(conn, &uri)).await?;
                known.ok_or(ResolveError::Refused("another account of its host has its name"))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The host of an actor's handle: that of its id, unless its name lives elsewhere and both places say so.
    async fn handle_host(&self, actor: &Actor, budget: &Budget) -> String {
        let own = authority(&actor.id);
        let Ok(found) = self.finger(&actor.preferred_username, &own, budget).await else { return own };
        let (user, host) = &found.subject;
        let is_other = *host != own && *host != self.service().addresses().host().as_str();
        if found.actor != actor.id || !is_other || !user.eq_ignore_ascii_case(&actor.preferred_username) {
            return own;
        }
        match self.finger(user, host, budget).await {
            Ok(back) if back.actor == actor.id && back.subject == found.subject => host.clone(),
            _ => own,
        }
    }

    pub(super) async fn by_handle_within(
        &self,
        handle: &str,
        budget: &Budget,
    ) -> Result<Account, ResolveError> {
        let parsed = Handle::parse(handle.trim()).map_err(|_| Error::NotFound("account"))?;
        let parsed = parsed.relative_to(self.service().addresses().host());
        let Some(host) = parsed.host.as_ref().map(Host::as_str) else {
            return Ok(self.service().account_by_handle(&parsed.username).await?);
        };
        let (name, domain) = (parsed.username.clone(), host.to_owned());
        let known =
            self.service().store().read(move |conn| accounts::by_handle(conn, &name, Some(&domain))).await?;
        let known_uri = known.and_then(|account| account.uri).and_then(|uri| Url::parse(&uri).ok());
        if let Some(uri) = known_uri {
            return self.actor_within(&uri, Freshness::Day, budget).await;
        }
        let found = self.finger(&parsed.username, host, budget).await?;
        let account = self.actor_within(&found.actor, Freshness::Day, budget).await?;
        let named = |user: &str, host: &str| {
            account.username.eq_ignore_ascii_case(user) && account.domain.as_deref() == Some(host)
        };
        if named(&parsed.username, host) || named(&found.subject.0, &found.subject.1) {
            Ok(account)
        } else {
            Err(ResolveError::Refused("the account does not go by this name"))
        }
    }

    /// An address that others are asked at: on one machine, instances speak plain http with each other as they do with
    /// their users.
    pub(super) fn as_peers_speak(&self, mut address: Url) -> Url {
        if self.0.client.allows_http() && self.service().addresses().base().scheme() == "http" {
            // Another web scheme is never refused.
            let _ = address.set_scheme("http");
        }
        address
    }

    async fn finger(&self, user: &str, host: &str, budget: &Budget) -> Result<webfinger::Found, FetchError> {
        let question = self.as_peers_speak(Resource::question(user, host).map_err(FetchError::refused)?);
        let answer = self.plain(&question, JRD, budget).await?;
        webfinger::Found::parse(&answer).map_err(FetchError::refused)
    }
}

/// An actor as it is stored. `id` counts when it is new.
fn remote_actor(
    actor: &Actor,
    id: AccountId,
    domain: String,
    now_ms: Millis,
) -> Result<RemoteActor, ResolveError> {
    let text = |url: &Url| url.as_str().to_owned();
    let aliases: Vec<&str> = actor.also_known_as.iter().map(Url::as_str).collect();
    let reach = Reach {
        uri: text(&actor.id),
        url: actor.url.as_ref().map(text),
        inbox: text(&actor.inbox),
        shared_inbox: actor.shared_inbox.as_ref().map(text),
        outbox: actor.outbox.as_ref().map(text),
        followers_uri: actor.followers.as_ref().map(text),
        following_uri: actor.following.as_ref().map(text),
        featured_uri: actor.featured.as_ref().map(text),
        host: authority(&actor.id),
        also_known_as: serde_json::to_string(&aliases).map_err(Error::internal)?,
        moved_to: actor.moved_to.as_ref().map(text),
    };
    let account =
        Account { uri: Some(reach.uri.clone()), url: reach.url.clone(), ..face(actor, id, domain, now_ms) };
    let keys = actor.keys.iter().map(|key| (key.id.clone(), key.pem.clone())).collect();
    Ok(RemoteActor { account, reach, keys })
}

/// What an actor says of itself, made safe to show. What it did not allow is not done.
fn face(actor: &Actor, id: AccountId, domain: String, now_ms: Millis) -> Account {
    let fields = actor.fields.iter().take(limits::REMOTE_FIELDS_MAX).map(|(name, value)| Field {
        name: sanitize::plain(name, limits::REMOTE_NAME_MAX),
        value: sanitize::plain(value, limits::REMOTE_NAME_MAX),
    });
    Account {
        domain: Some(domain),
        display_name: sanitize::plain(actor.name.as_deref().unwrap_or_default(), limits::REMOTE_NAME_MAX),
        bio_html: sanitize::html(actor.summary.as_deref().unwrap_or_default()),
        fields: fields.collect(),
        avatar: actor.icon.as_ref().map(Url::to_string),
        header: actor.image.as_ref().map(Url::to_string),
        kind: kind(actor.kind),
        locked: actor.manually_approves_followers,
        discoverable: actor.discoverable.unwrap_or(false),
        indexable: actor.indexable.unwrap_or(false),
        created_at: actor.published_ms.map_or(now_ms, |at_ms| at_ms.clamp(0, now_ms)),
        ..Account::blank(id, actor.preferred_username.clone(), now_ms)
    }
}

fn kind(kind: ActorKind) -> AccountKind {
    match kind {
        ActorKind::Person => AccountKind::Person,
        ActorKind::Service => AccountKind::Service,
        ActorKind::Group => AccountKind::Group,
        ActorKind::Application => AccountKind::Application,
        ActorKind::Organization => AccountKind::Organization,
    }
}
