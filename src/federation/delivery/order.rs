//! What waits in a lane, and what of it may go next as far as order, turns and pauses decide.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::lane::Tries;
use crate::clock::{Millis, SECOND_MS};
use crate::federation::signature::Form;
use crate::model::ids::{AccountId, RowId};

/// Deliveries a lane holds in memory; the rest waits in the database.
pub const MAX_LOADED: usize = 1_000;
/// What an activity is about that concerns its author as a whole.
pub const WHOLE: i64 = 0;
/// Authors who wait with nothing in memory.
const MAX_PARKED: usize = 10_000;
/// An author who has to wait for longer gives up the places in memory when they are wanted.
const LONG_MS: Millis = SECOND_MS;

/// A waiting delivery as it is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The delivery.
    pub id: RowId,
    /// Its author.
    pub author: AccountId,
    /// The tweet or account that it is about, or [`WHOLE`].
    pub about: i64,
    /// How it fared so far.
    pub tries: Tries,
}

/// An author and what is told.
pub(super) type Key = (AccountId, i64);

/// One waiting delivery.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) id: RowId,
    /// The form it is under way in.
    pub(super) form: Form,
    /// The other form has been tried too, because the first was refused.
    pub(super) knocked: bool,
    pub(super) was_unauthorized: bool,
    pub(super) tries: Tries,
}

/// What waits of one author about one thing, the oldest first.
#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    under_way: bool,
}

/// An author of waiting deliveries.
#[derive(Debug, Default)]
struct Author {
    /// All of theirs, the oldest first.
    ids: BTreeSet<RowId>,
    under_way: usize,
    /// The host refused them by 401: until it accepts something again they go one at a time.
    doubted: bool,
    /// All of theirs wait until then.
    not_before_ms: Millis,
}

/// An author who waits with nothing in memory.
#[derive(Clone, Copy, Debug)]
struct Parked {
    until_ms: Millis,
    /// The oldest of theirs.
    from: RowId,
}

/// Everything that waits in a lane.
#[derive(Debug, Default)]
pub(super) struct Order {
    queues: HashMap<Key, Queue>,
    authors: HashMap<AccountId, Author>,
    keys: HashMap<RowId, Key>,
    parked: HashMap<AccountId, Parked>,
    // Authors with something waiting, the next in turn first.
    turn: VecDeque<AccountId>,
}

impl Order {
    /// How many more deliveries may be loaded.
    pub(super) fn room(&self) -> usize {
        MAX_LOADED.saturating_sub(self.keys.len())
    }

    /// Whether a delivery is loaded.
    pub(super) fn holds(&self, id: RowId) -> bool {
        self.keys.contains_key(&id)
    }

    /// Adds waiting deliveries in their order. Those already here are not added twice; those beyond the room,
    /// and those of authors who are left to the database, are left for later.
    pub(super) fn load(&mut self, rows: impl IntoIterator<Item = Loaded>) {
        for Loaded { id, author, about, tries } in rows {
            if self.room() == 0 {
                return;
            }
            if self.keys.contains_key(&id) || self.parked.contains_key(&author) {
                continue;
            }
            self.keys.insert(id, (author, about));
            let state = self.authors.entry(author).or_default();
            if state.ids.is_empty() {
                self.turn.push_back(author);
            }
            state.ids.insert(id);
            if tries.unauthorized > 0 {
                state.doubted = true;
                state.not_before_ms = state.not_before_ms.max(tries.not_before_ms);
            }
            self.queues.entry((author, about)).or_default().items.push_back(Item {
                id,
                form: Form::Cavage,
                knocked: false,
                was_unauthorized: false,
                tries,
            });
        }
    }

    /// Leaves what waits of authors who all have to wait for long to the database. Call it when there is little room.
    pub(super) fn make_room(&mut self, now_ms: Millis) {
        let long = |author: &AccountId| {
            let state = self.authors.get(author).filter(|state| state.under_way == 0)?;
            let until_ms =
                self.first_time(*author).filter(|first| *first > now_ms.saturating_add(LONG_MS))?;
            Some((*author, Parked { until_ms, from: *state.ids.first()? }))
        };
        let room = MAX_PARKED.saturating_sub(self.parked.len());
        let parked: Vec<(AccountId, Parked)> = self.turn.iter().filter_map(long).take(room).collect();
        for (author, parked) in parked {
            for id in self.authors.remove(&author).map(|state| state.ids).unwrap_or_default() {
                self.keys.remove(&id);
            }
            self.parked.insert(author, parked);
        }
        self.queues.retain(|(author, _), _| self.authors.contains_key(author));
        self.turn.retain(|author| self.authors.contains_key(author));
    }

    /// Lets authors be loaded again who were left to the database and whose time has come. Answers where the oldest
    /// delivery of theirs is: what waits from there on is to be loaded once more.
    pub(super) fn wake(&mut self, now_ms: Millis) -> Option<RowId> {
        let due = |parked: &Parked| parked.until_ms <= now_ms;
        let from = self.parked.values().filter(|parked| due(parked)).map(|parked| parked.from).min();
        self.parked.retain(|_, parked| !due(parked));
        from
    }

    /// What a delivery is about that is under way, and the delivery.
    pub(super) fn under_way(&mut self, id: RowId) -> Option<(Key, &mut Item)> {
        let key = *self.keys.get(&id)?;
        let queue = self.queues.get_mut(&key).filter(|queue| queue.under_way)?;
        Some((key, queue.items.front_mut().filter(|item| item.id == id)?))
    }

    /// When the first delivery may be sent, if nothing is under way; `None` when nothing waits.
    pub(super) fn first(&self) -> Option<Millis> {
        let loaded = self.turn.iter().filter_map(|author| self.first_time(*author));
        loaded.chain(self.parked.values().map(|parked| parked.until_ms)).min()
    }

    /// The next delivery in turn that may be sent, now under way in this form. A probe takes the one that failed the
    /// longest ago, or never: the lane may be a new one that knows nothing of turns.
    pub(super) fn next(&mut self, is_probe: bool, form: Form, now_ms: Millis) -> Option<RowId> {
        let (_, place, id) = {
            let mut places = self.turn.iter().enumerate().flat_map(|(place, author)| {
                let ready = self.ready(*author, now_ms);
                ready.map(move |item| (item.tries.failed_ms, place, item.id))
            });
            if is_probe { places.min() } else { places.next() }
        }?;
        let author = self.turn.remove(place)?;
        self.turn.push_back(author);
        let queue = self.queues.get_mut(self.keys.get(&id)?)?;
        let item = queue.items.front_mut()?;
        item.form = form;
        item.knocked = false;
        queue.under_way = true;
        self.authors.entry(author).or_default().under_way += 1;
        Some(id)
    }

    /// What is under way about something is so no more.
    pub(super) fn land(&mut self, key: Key) {
        if let Some(queue) = self.queues.get_mut(&key) {
            queue.under_way = false;
        }
        if let Some(author) = self.authors.get_mut(&key.0) {
            author.under_way = author.under_way.saturating_sub(1);
        }
    }

    /// The oldest about something.
    pub(super) fn head(&self, key: Key) -> Option<&Item> {
        self.queues.get(&key)?.items.front()
    }

    /// The oldest about something, to be changed.
    pub(super) fn head_mut(&mut self, key: Key) -> Option<&mut Item> {
        self.queues.get_mut(&key)?.items.front_mut()
    }

    /// The host accepted something of an author: nothing of theirs is in doubt.
    pub(super) fn trust(&mut self, author: AccountId) {
        if let Some(author) = self.authors.get_mut(&author) {
            author.doubted = false;
            author.not_before_ms = 0;
        }
    }

    /// The host refused an author: all of theirs waits until then, and goes one at a time after.
    pub(super) fn doubt(&mut self, author: AccountId, until_ms: Millis) {
        if let Some(author) = self.authors.get_mut(&author) {
            author.doubted = true;
            author.not_before_ms = until_ms;
        }
    }

    /// The oldest about something is over.
    pub(super) fn pop(&mut self, key: Key) {
        let Some(queue) = self.queues.get_mut(&key) else { return };
        let item = queue.items.pop_front();
        if queue.items.is_empty() {
            self.queues.remove(&key);
        }
        let (Some(item), Some(author)) = (item, self.authors.get_mut(&key.0)) else { return };
        self.keys.remove(&item.id);
        author.ids.remove(&item.id);
        if author.ids.is_empty() {
            self.authors.remove(&key.0);
            self.turn.retain(|known| *known != key.0);
        }
    }

    /// Forgets everything but what is under way.
    pub(super) fn drop_waiting(&mut self) {
        self.queues.retain(|_, queue| {
            queue.items.truncate(1);
            queue.under_way
        });
        self.parked.clear();
        let kept: BTreeSet<RowId> =
            self.queues.values().filter_map(|queue| Some(queue.items.front()?.id)).collect();
        self.keys.retain(|id, _| kept.contains(id));
        self.authors.retain(|_, author| {
            author.ids.retain(|id| kept.contains(id));
            !author.ids.is_empty()
        });
        self.turn.retain(|author| self.authors.contains_key(author));
    }

    /// What an author may send next, as far as order decides: the oldest about each thing, and nothing beyond what
    /// concerns them as a whole.
    fn in_order(&self, author: AccountId) -> impl Iterator<Item = &Item> {
        let whole = self.head((author, WHOLE)).map(|item| item.id);
        let ids = self.authors.get(&author).map(|state| &state.ids);
        let first = ids.and_then(|ids| ids.first().copied());
        ids.into_iter().flatten().take_while(move |id| whole.is_none_or(|whole| **id <= whole)).filter_map(
            move |id| {
                let (_, about) = self.keys.get(id)?;
                let queue = self.queues.get(&(author, *about)).filter(|queue| !queue.under_way)?;
                let item = queue.items.front().filter(|item| item.id == *id)?;
                (*about != WHOLE || first == Some(*id)).then_some(item)
            },
        )
    }

    /// When the first of an author's deliveries may be sent, if nothing of theirs is under way.
    fn first_time(&self, author: AccountId) -> Option<Millis> {
        let all_ms = self.authors.get(&author)?.not_before_ms;
        self.in_order(author).map(|item| item.tries.not_before_ms.max(all_ms)).min()
    }

    /// What an author may send at this moment.
    fn ready(&self, author: AccountId, now_ms: Millis) -> impl Iterator<Item = &Item> {
        let may = self
            .authors
            .get(&author)
            .is_some_and(|state| state.not_before_ms <= now_ms && !(state.doubted && state.under_way > 0));
        let items = may.then(|| self.in_order(author)).into_iter().flatten();
        items.filter(move |item| item.tries.not_before_ms <= now_ms)
    }
}
