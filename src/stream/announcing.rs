//! What admins tell everybody here, on its way to everybody who is connected. Whoever listens to their home is told, by
//! bytes that are the same for all: whether one has read it, and which reactions are one's own, each knows themselves.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::audience::Audience;
use super::{Hub, Occurrence, Topic, What};
use crate::model::announcement::ReactionCount;
use crate::model::event::Event;
use crate::model::ids::RowId;
use crate::store::StoreError;
use crate::store::events::Logged;

/// What there is to tell of the announcements of a batch, as they stand now.
#[derive(Default)]
pub(super) struct Announced {
    occurrences: HashMap<RowId, Arc<Occurrence>>,
    reactions: HashMap<RowId, Vec<ReactionCount>>,
}

impl Hub {
    /// The announcements of a batch, if somebody wants to hear of them: two statements, however much happened.
    pub(super) async fn announced(&self, batch: &[Logged]) -> Result<Announced, StoreError> {
        let touched: HashSet<RowId> = batch.iter().filter_map(|logged| touched(&logged.event)).collect();
        if touched.is_empty() || !self.audience().anybody_wants(is_home) {
            return Ok(Announced::default());
        }
        let views = self.0.service.announced(touched.into_iter().collect()).await?;
        let mut announced = Announced::default();
        for view in views {
            let id = view.announcement.id;
            announced.reactions.insert(id, view.reactions.clone());
            let occurrence = Occurrence::new(What::Announced(Box::new(view)));
            announced.occurrences.insert(id, Arc::new(occurrence));
        }
        Ok(announced)
    }
}

impl Announced {
    /// Tells of an event. One that is over meanwhile is told like one that was taken back.
    pub(super) fn tell(&self, audience: &mut Audience, event: &Event) {
        match event {
            Event::Announced { announcement } => match self.occurrences.get(announcement) {
                Some(occurrence) => audience.tell_all(is_home, occurrence),
                None => removed(audience, *announcement),
            },
            Event::AnnouncementRemoved { announcement } => removed(audience, *announcement),
            Event::AnnouncementReacted { announcement, name } => {
                let Some(reactions) = self.reactions.get(announcement) else { return };
                let known = reactions.iter().find(|reaction| reaction.name == *name);
                let count = known.map_or(0, |reaction| reaction.count);
                let reaction = ReactionCount { name: name.clone(), count, mine: false };
                let told = Arc::new(Occurrence::new(What::Reacted(*announcement, reaction)));
                audience.tell_all(is_home, &told);
            }
            _ => {}
        }
    }
}

fn removed(audience: &mut Audience, announcement: RowId) {
    let told = Arc::new(Occurrence::new(What::AnnouncementRemoved(announcement)));
    audience.tell_all(is_home, &told);
}

fn touched(event: &Event) -> Option<RowId> {
    match event {
        Event::Announced { announcement } | Event::AnnouncementReacted { announcement, .. } => {
            Some(*announcement)
        }
        _ => None,
    }
}

fn is_home(topic: &Topic) -> bool {
    *topic == Topic::Home
}
