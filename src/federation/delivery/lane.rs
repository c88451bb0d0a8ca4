//! The lane of one host: which of the waiting deliveries is sent next.
//!
//! Order is kept per author and thing: what an author tells about one tweet, or to one account, goes one after the
//! other, and what concerns the author as a whole goes after all that is older and before all that is newer. For the
//! rest nothing has to wait: a receiver sorts by the thing, and posts that were told together may arrive in any order.
//! Authors go in turn, and how many deliveries are under way at once is the host's [`Pace`]. The breaker decides whether
//! anything is sent at all; a probe takes the delivery that failed the longest ago, so that one at which the host
//! chokes cannot pass for a dead host.
//!
//! What the lane knows beyond the breaker is how single deliveries fared ([`Tries`]). It is kept with their rows, so that
//! a lane in which all wait may be given up and taken up again. For the same reason an author who has to wait need not
//! stay in memory: [`Lane::make_room`] leaves theirs to the database until their time ([`Lane::wake`]).

use super::breaker::{Breaker, Failure, Gate, NOT_SENT_WAIT_MS, Outcome, State, backoff_ms};
use super::order::{Item, Key, Order};
pub use super::order::{Loaded, MAX_LOADED, WHOLE};
use super::pace::Pace;
use crate::clock::{MINUTE_MS, Millis};
use crate::federation::signature::Form;
use crate::model::ids::RowId;

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

/// A delivery that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The delivery.
    pub id: RowId,
    /// What came of it.
    pub outcome: Outcome,
    /// How long the exchange took.
    pub took_ms: Millis,
}

/// The lane of one host.
#[derive(Debug)]
pub struct Lane {
    breaker: Breaker,
    pace: Pace,
    order: Order,
    under_way: usize,
    probe: Option<RowId>,
    closing: bool,
}

impl Lane {
    /// A lane with nothing in it.
    pub fn new(breaker: Breaker, pace: Pace) -> Self {
        Self { breaker, pace, order: Order::default(), under_way: 0, probe: None, closing: false }
    }

    /// The host's health, to be stored when it changed.
    pub fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// How quickly the host takes deliveries.
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Bounds how many deliveries are under way at once, since other hosts are busy too.
    pub fn set_cap(&mut self, cap: usize) {
        self.pace.set_cap(cap);
    }

    /// Nothing more is begun: the host's turn is over.
    pub fn close(&mut self) {
        self.closing = true;
    }

    /// Whether the host's turn is over.
    pub fn is_closing(&self) -> bool {
        self.closing
    }

    /// Whether a delivery is loaded.
    pub fn holds(&self, id: RowId) -> bool {
        self.order.holds(id)
    }

    /// How many more deliveries may be loaded.
    pub fn room(&self) -> usize {
        self.order.room()
    }

    /// Adds waiting deliveries in their order. Those already here are not added twice; those beyond [`Lane::room`],
    /// and those of authors who are left to the database, are left for later.
    pub fn load(&mut self, rows: impl IntoIterator<Item = Loaded>) {
        self.order.load(rows);
    }

    /// Leaves what waits of authors who all have to wait for long to the database. Call it when there is little room.
    pub fn make_room(&mut self, now_ms: Millis) {
        self.order.make_room(now_ms);
    }

    /// Lets authors be loaded again who were left to the database and whose time has come. Answers where the oldest
    /// delivery of theirs is: what waits from there on is to be loaded once more.
    pub fn wake(&mut self, now_ms: Millis) -> Option<RowId> {
        self.order.wake(now_ms)
    }

    /// What may be sent at this moment. Call it after [`Lane::load`], and when the time of [`Rest::Until`] has come.
    pub fn advance(&mut self, now_ms: Millis) -> Vec<Command> {
        let mut commands = Vec::new();
        while !self.closing {
            let is_probe = match self.breaker.gate(now_ms) {
                Gate::Free => false,
                Gate::Probe => true,
                Gate::Wait { .. } | Gate::Probing | Gate::Dead => return commands,
            };
            if self.under_way >= self.pace.window() {
                return commands;
            }
            let form = self.breaker.form().unwrap_or(Form::Cavage);
            let Some(id) = self.order.next(is_probe, form, now_ms) else { return commands };
            self.under_way += 1;
            if is_probe {
                self.probe = Some(id);
                self.breaker.begin_probe();
            }
            commands.push(Command::Send { id, form });
        }
        commands
    }

    /// A delivery that was sent has been answered or has failed. `seed` is any random number.
    pub fn answered(&mut self, answered: Answered, now_ms: Millis, seed: u64) -> Vec<Command> {
        let Answered { id, outcome, took_ms } = answered;
        let Some((key, item)) = self.order.under_way(id) else { return Vec::new() };
        let tries_before = item.tries;
        if matches!(outcome, Outcome::Unauthorized | Outcome::Final(400)) && may_knock(&self.breaker, item) {
            item.knocked = true;
            item.was_unauthorized = outcome == Outcome::Unauthorized;
            item.form = other(item.form);
            return vec![Command::Send { id, form: item.form }];
        }
        // One form was right but for the key: what the host says to the other does not count.
        let only_key = item.knocked && item.was_unauthorized && outcome == Outcome::Final(400);
        let outcome = if only_key { Outcome::Unauthorized } else { outcome };
        self.keep_pace(outcome, took_ms);
        self.order.land(key);
        self.under_way = self.under_way.saturating_sub(1);
        let was_probe = self.probe.take_if(|probe| *probe == id).is_some();
        let failure = Failure { was_probe, retry_after_ms: None, seed };
        let mut commands = Vec::new();
        let end = self.judge(key, outcome, failure, now_ms);
        if let Some(end) = end {
            self.order.pop(key);
            commands.push(Command::Done { id, end });
        }
        if let State::Dead { .. } = self.breaker.state() {
            self.order.drop_waiting();
            commands.push(Command::HostDead);
        } else if end.is_none() && outcome != Outcome::NotSent {
            // Our own load is soon over, that need not be remembered.
            let tries = self.order.head(key).map(|item| item.tries).filter(|tries| *tries != tries_before);
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
        self.order.first().map_or(Rest::Nothing, |first| Rest::Until(first.max(until_ms)))
    }

    fn keep_pace(&mut self, outcome: Outcome, took_ms: Millis) {
        let was_full = self.under_way >= self.pace.window();
        match outcome {
            Outcome::Delivered | Outcome::Final(_) | Outcome::Unauthorized => {
                self.pace.answered(took_ms, was_full);
            }
            Outcome::Transient | Outcome::RetryAfter(_) => self.pace.failed(took_ms),
            Outcome::Gone | Outcome::NotSent | Outcome::Unsendable => {}
        }
    }

    /// What the outcome means for the oldest delivery about something and for the host; the end of the delivery, if it
    /// is one.
    fn judge(&mut self, key: Key, outcome: Outcome, failure: Failure, now_ms: Millis) -> Option<End> {
        match outcome {
            Outcome::Delivered => self.delivered(key, now_ms),
            Outcome::Final(status) => Some(self.refused(status, now_ms)),
            // It was not even asked: that says nothing about the host.
            Outcome::Unsendable => {
                if failure.was_probe {
                    self.breaker.probe_not_sent(now_ms);
                }
                Some(End::Unsendable)
            }
            Outcome::Unauthorized => self.unauthorized(key, now_ms),
            Outcome::Transient => self.failed(key, failure, now_ms),
            Outcome::RetryAfter(wait_ms) => {
                self.failed(key, Failure { retry_after_ms: Some(wait_ms), ..failure }, now_ms)
            }
            Outcome::Gone => {
                self.breaker.gone(now_ms);
                None
            }
            Outcome::NotSent => {
                let item = self.order.head_mut(key)?;
                item.tries.not_before_ms = now_ms.saturating_add(NOT_SENT_WAIT_MS);
                if failure.was_probe {
                    self.breaker.probe_not_sent(now_ms);
                }
                None
            }
        }
    }

    fn delivered(&mut self, key: Key, now_ms: Millis) -> Option<End> {
        self.breaker.answered(now_ms);
        let form = self.order.head(key).map(|item| item.form);
        self.breaker.set_form(form);
        self.order.trust(key.0);
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

    /// The host may be unable to fetch the author's key right now: all of theirs waits.
    fn unauthorized(&mut self, key: Key, now_ms: Millis) -> Option<End> {
        self.breaker.answered(now_ms);
        let tries = &mut self.order.head_mut(key)?.tries;
        let waited = usize::try_from(tries.unauthorized).unwrap_or(usize::MAX);
        let Some(wait_ms) = UNAUTHORIZED_WAITS_MS.get(waited) else { return Some(self.refused(401, now_ms)) };
        tries.unauthorized += 1;
        tries.not_before_ms = now_ms.saturating_add(*wait_ms);
        let until_ms = tries.not_before_ms;
        self.order.doubt(key.0, until_ms);
        None
    }

    /// The host failed at a delivery: its own failure, unless it has taken others since it failed at this one before.
    fn failed(&mut self, key: Key, failure: Failure, now_ms: Millis) -> Option<End> {
        let tries = &mut self.order.head_mut(key)?.tries;
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
