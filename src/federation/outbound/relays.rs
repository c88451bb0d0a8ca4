//! What relays are told: our public posts, and what the instance's own actor has to say to them.

use std::collections::BTreeSet;

use url::Url;

use crate::error::{Error, Result};
use crate::federation::objects::outgoing::Asked;
use crate::federation::objects::{Addressing, LocalActor, OutgoingActivity};
use crate::federation::{Federation, unwritable};
use crate::model::event::Event;
use crate::model::relay::{Relay, RelayKind, RelayState};
use crate::model::visibility::Visibility;
use crate::store::deliveries::Target;
use crate::store::{instances, relays};

/// An activity of the instance's own actor, and where it goes.
pub(super) struct ByInstance {
    pub(super) activity: OutgoingActivity,
    pub(super) inboxes: Vec<Target>,
}

/// The inboxes of relays.
pub(super) fn inboxes<'r>(relays: impl Iterator<Item = &'r Relay>) -> Vec<Target> {
    relays.map(|relay| Target { host: relay.host.clone(), inbox: relay.inbox.clone() }).collect()
}

/// Whether relays may have to hear of an event: of a public post of ours, its edit and its end.
pub(super) fn may_hear(event: &Event) -> bool {
    match event {
        Event::TweetCreated(new) => {
            new.local && new.retweet_of.is_none() && new.visibility == Visibility::Public
        }
        Event::TweetDeleted(gone) => {
            gone.local && gone.retweet_of.is_none() && gone.visibility == Visibility::Public
        }
        Event::TweetEdited { .. } => true,
        _ => false,
    }
}

impl Federation {
    /// The relays that hear of public posts.
    pub(super) async fn accepted_relays(&self) -> Result<Vec<Relay>> {
        let accepted = self.service().store().read(|conn| {
            let mut all = relays::list(conn)?;
            let hosts: BTreeSet<&str> = all.iter().map(|relay| relay.host.as_str()).collect();
            let blocked = instances::blocked_among(conn, &hosts)?;
            all.retain(|relay| relay.state == RelayState::Accepted && !blocked.contains(&relay.host));
            Ok(all)
        });
        Ok(accepted.await?)
    }

    /// Those of the accepted relays that hear of an event.
    pub(super) async fn relays_told<'r>(&self, event: &Event, accepted: &'r [Relay]) -> Result<&'r [Relay]> {
        if accepted.is_empty() || !may_hear(event) {
            return Ok(&[]);
        }
        let Event::TweetEdited { tweet, author } = event else { return Ok(accepted) };
        match self.service().tweet(Some(*author), *tweet).await {
            Ok(view) if view.tweet.local && view.tweet.visibility == Visibility::Public => Ok(accepted),
            Ok(_) | Err(Error::NotFound(_)) => Ok(&[]),
            Err(error) => Err(error),
        }
    }

    /// What the instance's own actor says of an event; `told` are the relays that hear of it.
    pub(super) async fn by_instance(&self, event: &Event, told: &[Relay]) -> Result<Option<ByInstance>> {
        let actor = LocalActor::instance(self.service().addresses().origin());
        match event {
            Event::RelayAdded { relay } => {
                let id = *relay;
                let Some(relay) = self.service().store().read(move |conn| relays::by_id(conn, id)).await?
                else {
                    return Ok(None);
                };
                let followed = relay.actor_uri.as_deref().filter(|_| relay.kind == RelayKind::LitePub);
                let activity = actor.follow_relay(id.0, followed);
                Ok(Some(ByInstance { activity, inboxes: inboxes(std::iter::once(&relay)) }))
            }
            Event::RelayRemoved { relay, inbox, host, actor: followed } => {
                let follow = actor.follow_relay(relay.0, followed.as_deref());
                let inboxes = vec![Target { host: host.clone(), inbox: inbox.clone() }];
                Ok(Some(ByInstance { activity: actor.undo(&follow).map_err(unwritable)?, inboxes }))
            }
            Event::RelayFollowed { relay, uri } => {
                let id = *relay;
                let relay = self.service().store().read(move |conn| relays::by_id(conn, id)).await?;
                let Some((relay, follower)) =
                    relay.and_then(|relay| relay.actor_uri.clone().map(|follower| (relay, follower)))
                else {
                    return Ok(None);
                };
                let asked = Asked { id: uri, actor: &follower, object: actor.id() };
                let activity = actor.accept_follow(self.service().ids().next(), &asked);
                Ok(Some(ByInstance { activity, inboxes: inboxes(std::iter::once(&relay)) }))
            }
            Event::TweetCreated(created) => {
                let litepub = inboxes(told.iter().filter(|relay| relay.kind == RelayKind::LitePub));
                if litepub.is_empty() {
                    return Ok(None);
                }
                let Some(uri) = self.tweet_uri(created.tweet).await? else { return Ok(None) };
                let followers = Url::parse(&actor.followers()).map_err(Error::internal)?;
                let addressing = Addressing { to: vec![followers], cc: Vec::new() };
                let activity = actor.announce(created.tweet.0, &uri, created.tweet.time_ms(), &addressing);
                Ok(Some(ByInstance { activity, inboxes: litepub }))
            }
            _ => Ok(None),
        }
    }
}
