//! The lane of one host: which of the waiting deliveries is sent next.
//!
//! Order is kept per author: one delivery of an author is under way at a time, and the next waits until it is done.
//! Several authors are under way at once, up to a bound, in turn. The breaker decides whether anything is sent at all;
//! a probe takes the next author in turn, so that one delivery at which the host chokes cannot pass for a dead host.
//!
//! What the lane knows beyond the breaker is how single deliveries fared ([`Tries`]). It is kept with their rows, so that
//! a lane in which all wait may be given up and taken up again.

use std::collections::{HashMap, VecDeque};

use super::breaker::{Breaker, Failure, Gate, NOT_SENT_WAIT_MS, Outcome, State, backoff_ms};
use crate::clock::{MINUTE_MS, Millis};
use crate::federation::signature::Form;
use crate::model::ids::{AccountId, RowId};

/// Deliveries a lane holds in memory; the rest waits in the database.
pub const MAX_LOADED: usize = 500;
/// Waits after a 401; then it is final. The peer may be unable to fetch our key right now.
const UNAUTHORIZED_WAITS_MS: [Millis; 3] = [MINUTE_MS, 10 * MINUTE_MS, 60 * MINUTE_MS];
/// Failures of one delivery at a host that meanwhile takes others; then the delivery is at fault and given up. With
/// the doubling waits between them that is a day and a half, so that a host which is merely flaky loses nothing.
const MAX_OWN_FAILURES: u32 = 14;

/// What the driver is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Send this delivery now, signed in this form, and report by [`Lane::answered`].
    Send {
        /// The delivery.
        id: RowId,
        /// The form of its signature.
        form: Form,
    },
    /// This delivery is over: delete its row.
    Done {
        /// The delivery.
        id: RowId,
        /// How it ended.
        end: End,
    },
    /// This delivery waits on: keep with its row how it fared.
    Keep {
        /// The delivery.
        id: RowId,
        /// How it fared.
        tries: Tries,
    },
    /// The host is dead: delete all rows that wait for it.
    HostDead,
}

/// How one delivery fared so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// Refusals by 401.
    pub unauthorized: u32,
    /// Failures while the host took others.
    pub own_failures: u32,
    /// When it last failed, be it the host's failure or its own.
    pub failed_ms: Option<Millis>,
    /// Its author waits until then.
    pub not_before_ms: Millis,
}

/// How a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Accepted.
    Delivered,
    /// Refused with this status.
    Refused(u16),
    /// It could not be sent at all.
    Unsendable,
    /// The host fails at it again and again while it takes others.
    GivenUp,
}

/// What the lane waits for when it has no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Answers of what is under way.
    Answers,
    /// This time; the lane may be dropped until then.
    Until(Millis),
    /// New deliveries.
    Nothing,
    /// A verified request from the dead host.
    Dead,
}

/// A waiting delivery as it is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The delivery.
    pub id: RowId,
    /// Its author.
    pub author: AccountId,
    /// How it fared so far.
    pub tries: Tries,
}

/// One waiting delivery.
#[derive(Clone, Copy, Debug)]
struct Item {
    id: RowId,
    // The form it is under way in.
    form: Form,
    // The other form has been tried too, because the first was refused.
    knocked: bool,
    was_unauthorized: bool,
    tries: Tries,
}

/// The waiting deliveries of one author, the oldest first.
#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    under_way: bool,
}

impl Queue {
    /// The oldest decides for all: none overtakes it.
    fn not_before_ms(&self) -> Millis {
        self.items.front().map_or(0, |item| item.tries.not_before_ms)
    }
}

/// The lane of one host.
#[derive(Debug)]
pub struct Lane {
    breaker: Breaker,
    queues: HashMap<AccountId, Queue>,
    authors: HashMap<RowId, AccountId>,
    // Authors with something waiting, the next in turn first.
    turn: VecDeque<AccountId>,
    under_way: usize,
    max_under_way: usize,
    probe: Option<RowId>,
}

impl Lane {
    /// A lane with nothing in it; at most `max_under_way` authors are sent for at once.
    pub fn new(breaker: Breaker, max_under_way: usize) -> Self {
        Self {
            breaker,
            queues: HashMap::new(),
            authors: HashMap::new(),
            turn: VecDeque::new(),
            under_way: 0,
            max_under_way: max_under_way.max(1),
            probe: None,
        }
    }

    /// The host's health, to be stored when it changed.
    pub fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// How many more deliveries may be loaded.
    pub fn room(&self) -> usize {
        MAX_LOADED.saturating_sub(self.authors.len())
    }

    /// Adds waiting deliveries in their order. Those already here are not added twice; those beyond [`Lane::room`] are
    /// left for later.
    pub fn load(&mut self, rows: impl IntoIterator<Item = Loaded>) {
        for Loaded { id, author, tries } in rows {
            if self.room() == 0 {
                return;
            }
            if self.authors.contains_key(&id) {
                continue;
            }
            self.authors.insert(id, author);
            let queue = self.queues.entry(author).or_default();
            if queue.items.is_empty() {
                self.turn.push_back(author);
            }
            queue.items.push_back(Item {
                id,
                form: Form::Cavage,
                knocked: false,
                was_unauthorized: false,
                tries,
            });
        }
    }

    /// What may be sent at this moment. Call it after [`Lane::load`], and when the time of [`Rest::Until`] has come.
    pub fn advance(&mut self, now_ms: Millis) -> Vec<Command> {
        let mut commands = Vec::new();
        loop {
            let is_probe = match self.breaker.gate(now_ms) {
                Gate::Free => false,
                Gate::Probe => true,
                Gate::Wait { .. } | Gate::Probing | Gate::Dead => return commands,
            };
            if self.under_way >= self.max_under_way {
                return commands;
            }
            let Some(send) = self.next_in_turn(is_probe, now_ms) else { return commands };
            if let (true, Command::Send { id, .. }) = (is_probe, send) {
                self.probe = Some(id);
                self.breaker.begin_probe();
            }
            commands.push(send);
        }
    }

    /// A delivery that was sent has been answered or has failed. `seed` is any random number.
    pub fn answered(&mut self, id: RowId, outcome: Outcome, now_ms: Millis, seed: u64) -> Vec<Command> {
        let Some(author) = self.authors.get(&id).copied() else { return Vec::new() };
        let Some(queue) = self.queues.get_mut(&author).filter(|queue| queue.under_way) else {
            return Vec::new();
        };
        let Some(item) = queue.items.front_mut().filter(|item| item.id == id) else { return Vec::new() };
        let tries_before = item.tries;
        if matches!(outcome, Outcome::Unauthorized | Outcome::Final(400)) && may_knock(&self.breaker, item) {
            item.knocked = true;
            item.was_unauthorized = outcome == Outcome::Unauthorized;
            item.form = other(item.form);
            return vec![Command::Send { id, form: item.form }];
        }
        // One form was right but for the key: what the host says to the other does not count.
        let only_key = item.knocked && item.was_unauthorized && outcome == Outcome::Final(400);
        queue.under_way = false;
        self.under_way = self.under_way.saturating_sub(1);
        let was_probe = self.probe.take_if(|probe| *probe == id).is_some();
        let failure = Failure { was_probe, retry_after_ms: None, seed };
        let mut commands = Vec::new();
        let end = self.judge(author, if only_key { Outcome::Unauthorized } else { outcome }, failure, now_ms);
        if let Some(end) = end {
            self.pop(author);
            commands.push(Command::Done { id, end });
        }
        if let State::Dead { .. } = self.breaker.state() {
            self.drop_waiting();
            commands.push(Command::HostDead);
        } else if end.is_none() && outcome != Outcome::NotSent {
            // Our own load is soon over, that need not be remembered.
            let tries = self.head(author).map(|item| item.tries).filter(|tries| *tries != tries_before);
            commands.extend(tries.map(|tries| Command::Keep { id, tries }));
        }
        commands.extend(self.advance(now_ms));
        commands
    }

    /// What the lane waits for.
    pub fn rest(&self, now_ms: Millis) -> Rest {
        if self.under_way > 0 {
            return Rest::Answers;
        }
        let until_ms = match self.breaker.gate(now_ms) {
            Gate::Dead => return Rest::Dead,
            Gate::Wait { until_ms } => until_ms,
            Gate::Free | Gate::Probe | Gate::Probing => now_ms,
        };
        let waiting = self.queues.values().filter(|queue| !queue.items.is_empty());
        waiting
            .map(Queue::not_before_ms)
            .min()
            .map_or(Rest::Nothing, |first| Rest::Until(first.max(until_ms)))
    }

    /// The oldest delivery of the next author in turn who is not under way and need not wait. A probe takes the one
    /// that failed the longest ago, or never: the lane may be a new one that knows nothing of turns.
    fn next_in_turn(&mut self, is_probe: bool, now_ms: Millis) -> Option<Command> {
        let ready = |queue: &&Queue| !queue.under_way && queue.not_before_ms() <= now_ms;
        let mut places = self.turn.iter().enumerate().filter_map(|(place, author)| {
            let queue = self.queues.get(author).filter(ready)?;
            Some((queue.items.front()?.tries.failed_ms, place))
        });
        let (_, place) = if is_probe { places.min() } else { places.next() }?;
        let author = self.turn.remove(place)?;
        self.turn.push_back(author);
        let queue = self.queues.get_mut(&author)?;
        let item = queue.items.front_mut()?;
        item.form = self.breaker.form().unwrap_or(Form::Cavage);
        item.knocked = false;
        queue.under_way = true;
        self.under_way += 1;
        Some(Command::Send { id: item.id, form: item.form })
    }

    /// What the outcome means for the author's oldest delivery and for the host; the end of the delivery, if it is one.
    fn judge(
        &mut self,
        author: AccountId,
        outcome: Outcome,
        failure: Failure,
        now_ms: Millis,
    ) -> Option<End> {
        match outcome {
            Outcome::Delivered => self.delivered(author, now_ms),
            Outcome::Final(status) => Some(self.refused(status, now_ms)),
            // It was not even asked: that says nothing about the host.
            Outcome::Unsendable => {
                if failure.was_probe {
                    self.breaker.probe_not_sent(now_ms);
                }
                Some(End::Unsendable)
            }
            Outcome::Unauthorized => self.unauthorized(author, now_ms),
            Outcome::Transient => self.failed(author, failure, now_ms),
            Outcome::RetryAfter(wait_ms) => {
                self.failed(author, Failure { retry_after_ms: Some(wait_ms), ..failure }, now_ms)
            }
            Outcome::Gone => {
                self.breaker.gone(now_ms);
                None
            }
            Outcome::NotSent => {
                let item = self.queues.get_mut(&author)?.items.front_mut()?;
                item.tries.not_before_ms = now_ms.saturating_add(NOT_SENT_WAIT_MS);
                if failure.was_probe {
                    self.breaker.probe_not_sent(now_ms);
                }
                None
            }
        }
    }

    fn delivered(&mut self, author: AccountId, now_ms: Millis) -> Option<End> {
        self.breaker.answered(now_ms);
        let form = self.head(author).map(|item| item.form);
        self.breaker.set_form(form);
        Some(End::Delivered)
    }

    /// The host answered by a refusal. After a 400 or the last 401 the known form is in doubt: let the next delivery
    /// try both again. Never conclude from refusals which form is taken, they may be for another cause.
    fn refused(&mut self, status: u16, now_ms: Millis) -> End {
        self.breaker.answered(now_ms);
        if matches!(status, 400 | 401) {
            self.breaker.set_form(None);
        }
        End::Refused(status)
    }

    fn unauthorized(&mut self, author: AccountId, now_ms: Millis) -> Option<End> {
        self.breaker.answered(now_ms);
        let tries = &mut self.queues.get_mut(&author)?.items.front_mut()?.tries;
        let waited = usize::try_from(tries.unauthorized).unwrap_or(usize::MAX);
        match UNAUTHORIZED_WAITS_MS.get(waited) {
            Some(wait_ms) => {
                tries.unauthorized += 1;
                tries.not_before_ms = now_ms.saturating_add(*wait_ms);
                None
            }
            None => Some(self.refused(401, now_ms)),
        }
    }

    /// The host failed at the author's oldest delivery: its own failure, unless it has taken others since it failed at
    /// this one before.
    fn failed(&mut self, author: AccountId, failure: Failure, now_ms: Millis) -> Option<End> {
        let tries = &mut self.queues.get_mut(&author)?.items.front_mut()?.tries;
        let failed_before_ms = tries.failed_ms.replace(now_ms);
        let took_others =
            failed_before_ms.is_some_and(|before_ms| self.breaker.last_answer_ms() > Some(before_ms));
        if took_others && self.breaker.state() == State::Closed {
            tries.own_failures += 1;
            let wait_ms =
                backoff_ms(tries.own_failures, failure.seed).max(failure.retry_after_ms.unwrap_or(0));
            tries.not_before_ms = now_ms.saturating_add(wait_ms);
            return (tries.own_failures >= MAX_OWN_FAILURES).then_some(End::GivenUp);
        }
        self.breaker.failed(failure, now_ms);
        None
    }

    fn head(&self, author: AccountId) -> Option<&Item> {
        self.queues.get(&author)?.items.front()
    }

    fn pop(&mut self, author: AccountId) {
        let Some(queue) = self.queues.get_mut(&author) else { return };
        if let Some(item) = queue.items.pop_front() {
            self.authors.remove(&item.id);
        }
        if queue.items.is_empty() {
            self.queues.remove(&author);
            self.turn.retain(|known| *known != author);
        }
    }

    /// Forgets everything but what is under way.
    fn drop_waiting(&mut self) {
        self.queues.retain(|_, queue| {
            queue.items.truncate(1);
            queue.under_way
        });
        self.turn.retain(|author| self.queues.contains_key(author));
        let kept: Vec<RowId> =
            self.queues.values().filter_map(|queue| Some(queue.items.front()?.id)).collect();
        self.authors.retain(|id, _| kept.contains(id));
    }
}

/// The other form of signatures is tried once, unless this one is known to work.
fn may_knock(breaker: &Breaker, item: &Item) -> bool {
    !item.knocked && breaker.form() != Some(item.form)
}

fn other(form: Form) -> Form {
    match form {
        Form::Cavage => Form::Rfc9421,
        Form::Rfc9421 => Form::Cavage,
    }
}

#[cfg(test)]
mod tests;
