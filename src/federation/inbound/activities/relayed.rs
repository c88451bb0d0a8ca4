//! What a relay announces: a post to be fetched from its own host, or an activity that says that one is new, changed or
//! gone. It is kept without being repeated by anybody, while the relay is accepted and not too fast.

use super::{Failure, to_be_had};
use crate::federation::Federation;
use crate::federation::objects::{Activity, Body, IdOr, Object};
use crate::federation::quirks;
use crate::federation::resolve::Budget;
use crate::model::relay::{Relay, RelayState};
use crate::telemetry::metrics as names;

impl Federation {
    /// Does what concerns relays alone. Answers whether that was all.
    pub(super) async fn about_relays(&self, activity: &Activity) -> Result<bool, Failure> {
        match &activity.body {
            Body::Accept { object, .. } => {
                Ok(self.relay_answers(activity, object, RelayState::Accepted).await?)
            }
            Body::Reject(object) => Ok(self.relay_answers(activity, object, RelayState::Rejected).await?),
            Body::Follow(object) => Ok(self.relay_follows(activity, object).await?),
            Body::Announce(object) => match self.relay_of(&activity.actor).await? {
                Some(relay) => {
                    self.relayed(&relay, activity, object).await?;
                    Ok(true)
                }
                None => Ok(false),
            },
            _ => Ok(false),
        }
    }

    async fn relayed(&self, relay: &Relay, activity: &Activity, object: &IdOr) -> Result<(), Failure> {
        let (kind, uri) = match quirks::announced_activity(object).map(Object) {
            Some(inner) => (inner.kind().unwrap_or_default(), inner.loose_link("object")),
            None => ("Create", object.id().cloned()),
        };
        let Some(uri) = uri.filter(|uri| !self.is_ours(uri)) else { return Ok(()) };
        if relay.state != RelayState::Accepted || !self.has_room(relay) {
            return Ok(());
        }
        let budget = Budget::new();
        match kind {
            "Create" | "Announce" => {
                to_be_had(self.tweet_within(&uri, &budget).await)?;
                Ok(())
            }
            "Update" | "Delete" => self.look_again(activity, &uri, &budget).await,
            _ => Ok(()),
        }
    }

    /// Whether the relay may cause one more fetch.
    fn has_room(&self, relay: &Relay) -> bool {
        let key = u64::try_from(relay.id.0).unwrap_or_default();
        let has_room = self.0.inbound.relayed.check(key).retry_after_s.is_none();
        let outcome = if has_room { "taken" } else { "dropped" };
        metrics::counter!(names::RELAYED_TOTAL, "outcome" => outcome).increment(1);
        has_room
    }
}
