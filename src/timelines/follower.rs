//! The consumer "timelines": applies the log to the rings, one event after the other.

use std::collections::HashMap;

use roaring::RoaringBitmap;
use tokio_util::sync::CancellationToken;

use super::Entry;
use super::home::Home;
use crate::clock::{HOUR_MS, Millis};
use crate::model::event::{Event, Relation, TweetCreated};
use crate::model::ids::{AccountId, IdMap, IdSet};
use crate::model::visibility::Visibility;
use crate::store::events::{Logged, Position};
use crate::store::follower::follow;
use crate::store::{StoreError, accounts, follows};

/// Readers that one slice of a fan-out writes to: about a millisecond.
const PUSH_SLICE: usize = 10_000;
/// Followers that one query brings.
const FOLLOWERS_PORTION: i64 = 10_000;
/// Authors whose local followers are kept as bitmaps; beyond that they are read anew.
const AUTHORS_KEPT: usize = 100_000;
/// How often readers who stay away are forgotten.
const SWEEP_EVERY_MS: Millis = HOUR_MS;

/// Follows the log from `start` until `stop`, and keeps the rings of `home` up to date. `start` was the end of the
/// log before anybody read `home`: a ring that is loaded must hear of everything that comes later.
pub async fn run(home: Home, start: Position, stop: CancellationToken) {
    home.inner().progress.set(start);
    let store = home.inner().service.store().clone();
    let progress = home.inner().progress.clone();
    let state = std::sync::Arc::new(tokio::sync::Mutex::new(Applier {
        home,
        followers: HashMap::new(),
        swept_ms: 0,
    }));
    follow(store, "timelines", progress, stop, move |batch: Vec<Logged>| {
        let state = std::sync::Arc::clone(&state);
        async move { state.lock().await.apply(&batch).await }
    })
    .await;
}

struct Applier {
    home: Home,
    followers: HashMap<AccountId, RoaringBitmap>,
    swept_ms: Millis,
}

impl Applier {
    async fn apply(&mut self, batch: &[Logged]) -> Result<(), StoreError> {
        let counts = self.counts(batch).await?;
        for logged in batch {
            self.apply_one(&logged.event, &counts).await?;
        }
        let now_ms = self.home.inner().service.clock().now_ms();
        if now_ms.saturating_sub(self.swept_ms) > SWEEP_EVERY_MS {
            self.swept_ms = now_ms;
            self.home.inner().rings.sweep(now_ms);
        }
        Ok(())
    }

    /// How many follow the authors of what was written, as far as it is not known who does.
    async fn counts(&self, batch: &[Logged]) -> Result<IdMap<AccountId, u64>, StoreError> {
        let authors: IdSet<AccountId> = batch
            .iter()
            .filter_map(|logged| written(&logged.event))
            .map(|created| created.author)
            .filter(|author| !self.followers.contains_key(author))
            .collect();
        if authors.is_empty() {
            return Ok(IdMap::default());
        }
        let authors: Vec<AccountId> = authors.into_iter().collect();
        let read = move |conn: &mut _| accounts::followers_counts(conn, &authors);
        Ok(self.home.inner().service.store().read(read).await?.into_iter().collect())
    }

    async fn apply_one(&mut self, event: &Event, counts: &IdMap<AccountId, u64>) -> Result<(), StoreError> {
        let rings = &self.home.inner().rings;
        match event {
            Event::TweetCreated(_) => {
                if let Some(created) = written(event) {
                    self.added(created, counts).await?;
                }
            }
            Event::TweetDeleted(deleted) => rings.tweet_deleted(deleted.author, deleted.tweet),
            Event::Followed(relation) if relation.from_local => self.follow_changed(relation, true),
            Event::Unfollowed(relation) | Event::FollowRejected(relation) if relation.from_local => {
                self.follow_changed(relation, false);
            }
            Event::AccountSuspended { account, .. } => rings.author_reset(*account),
            _ => {}
        }
        Ok(())
    }

    async fn added(
        &mut self,
        created: &TweetCreated,
        counts: &IdMap<AccountId, u64>,
    ) -> Result<(), StoreError> {
        let Some(entry) = Entry::of(created) else { return Ok(()) };
        let known = self.followers.get(&created.author).map(RoaringBitmap::len);
        let count = known.or(counts.get(&created.author).copied()).unwrap_or_default();
        // Who follows an author is read only when somebody may have to be pushed to.
        if !self.home.inner().rings.tweet_added(&entry, count) {
            return Ok(());
        }
        self.load_followers(created.author).await?;
        let inner = self.home.inner();
        let nobody = RoaringBitmap::new();
        let followers = self.followers.get(&created.author).unwrap_or(&nobody);
        let own_slot = created.local.then(|| inner.slots.of(created.author));
        let mut fan_out = inner.rings.fan_out(&entry, followers, own_slot);
        while inner.rings.push(&mut fan_out, PUSH_SLICE) {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    async fn load_followers(&mut self, author: AccountId) -> Result<(), StoreError> {
        if self.followers.contains_key(&author) {
            return Ok(());
        }
        let inner = self.home.inner();
        let mut slots = RoaringBitmap::new();
        let mut after = AccountId::default();
        loop {
            let read = move |conn: &mut _| follows::local_followers(conn, author, after, FOLLOWERS_PORTION);
            let portion = inner.service.store().read(read).await?;
            slots.extend(portion.iter().map(|reader| inner.slots.of(*reader)));
            match portion.last() {
                Some(last) => after = *last,
                None => break,
            }
        }
        if self.followers.len() >= AUTHORS_KEPT {
            self.followers.clear();
        }
        self.followers.insert(author, slots);
        Ok(())
    }

    fn follow_changed(&mut self, relation: &Relation, follows: bool) {
        let inner = self.home.inner();
        let slot = inner.slots.of(relation.from);
        if let Some(known) = self.followers.get_mut(&relation.to) {
            if follows {
                known.insert(slot)
            } else {
                known.remove(slot)
            };
        }
        inner.rings.follows_changed(slot);
    }
}

/// What an event says was written, if homes show it.
fn written(event: &Event) -> Option<&TweetCreated> {
    match event {
        Event::TweetCreated(created) if created.visibility != Visibility::Direct => Some(created),
        _ => None,
    }
}
