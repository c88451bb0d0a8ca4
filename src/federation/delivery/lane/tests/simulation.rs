//! A host with moods, some authors, and time: every delivery ends as it is fated to.

use std::collections::BTreeMap;

use super::*;
use crate::chance::Rng;
use crate::clock::SECOND_MS;
use crate::federation::delivery::breaker::BreakerRow;

/// Seeds of each simulation; the four together run 100,000 worlds.
const WORLDS: u64 = 25_000;

fn ms_below(rng: &mut Rng, bound: Millis) -> Millis {
    Millis::try_from(rng.below(u64::try_from(bound).unwrap())).unwrap()
}

/// What will become of a delivery at a host that is up.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Taken,
    Refused,
    UnauthorizedTimes(u64),
    Chokes,
}

#[derive(Clone, Copy)]
struct Mood {
    /// Up only outside of this time.
    outage: (Millis, Millis),
    /// One in so many requests fails though it is up; 0 for none.
    flaky: u64,
    takes: Option<Form>,
    chokes: bool,
    /// The process ends now and then, and only what is stored is left.
    restarts: bool,
}

struct World {
    rng: Rng,
    mood: Mood,
    lane: Lane,
    now_ms: Millis,
    waiting: BTreeMap<i64, (i64, Fate)>,
    /// What each is about.
    abouts: BTreeMap<i64, i64>,
    arrivals: Vec<(Millis, i64)>,
    pending: Vec<(Millis, i64, Outcome)>,
    ends: BTreeMap<i64, End>,
    /// What a restart finds of the tries.
    kept: BTreeMap<i64, Tries>,
    fates: BTreeMap<i64, Fate>,
    died: bool,
    requests: usize,
}

impl World {
    fn new(seed: u64, mood: Mood) -> Self {
        let mut rng = Rng(seed);
        let count = 1 + i64::try_from(rng.below(9)).unwrap();
        let mut world = Self {
            mood,
            lane: new_lane(Breaker::default()),
            now_ms: 0,
            waiting: BTreeMap::new(),
            abouts: BTreeMap::new(),
            arrivals: Vec::new(),
            pending: Vec::new(),
            ends: BTreeMap::new(),
            kept: BTreeMap::new(),
            fates: BTreeMap::new(),
            died: false,
            requests: 0,
            rng,
        };
        for id in 0..count {
            let fate = match world.rng.below(8) {
                0 => Fate::Refused,
                1 => Fate::UnauthorizedTimes(world.rng.below(3)),
                2 if mood.chokes => Fate::Chokes,
                _ => Fate::Taken,
            };
            let author = i64::try_from(world.rng.below(4)).unwrap();
            let about = i64::try_from(world.rng.below(3)).unwrap();
            world.abouts.insert(id, about);
            world.fates.insert(id, fate);
            world.waiting.insert(id, (author, fate));
            let at_ms = if world.rng.one_in(2) { 0 } else { ms_below(&mut world.rng, 10 * MINUTE_MS) };
            world.arrivals.push((at_ms, id));
        }
        // Rows are committed, and so loaded, in the order of their ids.
        let mut times: Vec<Millis> = world.arrivals.iter().map(|(at_ms, _)| *at_ms).collect();
        times.sort_unstable();
        world.arrivals = times.into_iter().zip(0..count).collect();
        world
    }

    /// How the host will answer a request that starts now.
    fn outcome(&mut self, id: i64, form: Form) -> Outcome {
        let Some((_, fate)) = self.waiting.get_mut(&id) else { return Outcome::Final(404) };
        let (fate, flaky) = (fate, self.mood.flaky);
        let takes = self.mood.takes;
        if (self.mood.outage.0..self.mood.outage.1).contains(&self.now_ms) {
            return if self.rng.one_in(3) { Outcome::RetryAfter(90 * SECOND_MS) } else { Outcome::Transient };
        }
        if takes.is_some_and(|known| known != form) {
            return if self.rng.one_in(2) { Outcome::Unauthorized } else { Outcome::Final(400) };
        }
        if flaky > 0 && self.rng.one_in(20) {
            return Outcome::NotSent;
        }
        if flaky > 0 && self.rng.one_in(flaky) {
            return Outcome::Transient;
        }
        match fate {
            Fate::Taken | Fate::UnauthorizedTimes(0) => Outcome::Delivered,
            Fate::Refused => Outcome::Final(404),
            Fate::Chokes => Outcome::Transient,
            Fate::UnauthorizedTimes(times) => {
                *times -= 1;
                Outcome::Unauthorized
            }
        }
    }

    fn obey(&mut self, commands: Vec<Command>, before: Gate) {
        let mut started = 0;
        for command in commands {
            match command {
                Command::Send { id, form } => {
                    let knocks = self.pending.iter().all(|(_, known, _)| *known != id.0);
                    assert!(knocks, "{} is already under way", id.0);
                    self.check_order(id.0);
                    started += 1;
                    self.requests += 1;
                    let outcome = self.outcome(id.0, form);
                    let at_ms = self.now_ms + 20 + ms_below(&mut self.rng, 10 * SECOND_MS);
                    self.pending.push((at_ms, id.0, outcome));
                }
                Command::Done { id, end } => {
                    let first = self.ends.insert(id.0, end).is_none();
                    assert!(first || self.died, "{} ended twice", id.0);
                    self.waiting.remove(&id.0);
                }
                Command::Keep { id, tries } => {
                    self.kept.insert(id.0, tries);
                }
                Command::HostDead => {
                    self.died = true;
                    self.waiting.clear();
                    self.arrivals.clear();
                }
            }
        }
        assert!(self.pending.len() <= BOUND);
        match before {
            Gate::Wait { .. } | Gate::Probing | Gate::Dead => assert_eq!(started, 0),
            Gate::Probe => assert!(started <= 1),
            Gate::Free => {}
        }
    }

    /// Nothing older of the author that is about the same, or concerns them as a whole, may still wait; and before what
    /// concerns them as a whole nothing older at all.
    fn check_order(&self, id: i64) {
        let Some((author, _)) = self.waiting.get(&id) else { return assert!(self.died) };
        let about = self.abouts[&id];
        let mut older = self.waiting.range(..id).filter(|(_, (known, _))| known == author);
        let first = older.find(|(older, _)| {
            let older = self.abouts[*older];
            older == about || older == WHOLE || about == WHOLE
        });
        assert!(self.died || first.is_none(), "{id} overtook {:?}", first.map(|(older, _)| older));
    }

    /// Those that wait from `from` on, as their rows tell.
    fn stored(&self, from: i64) -> Vec<Loaded> {
        let arrived = self.waiting.range(from..).map(|(id, (author, _))| (*id, *author));
        let arrived = arrived.filter(|(id, _)| self.arrivals.iter().all(|(_, known)| known != id));
        let tries = |id| self.kept.get(&id).copied().unwrap_or_default();
        let loaded =
            arrived.map(|(id, author)| Loaded { tries: tries(id), ..about(self.abouts[&id], id, author) });
        loaded.collect()
    }

    /// Authors who have to wait are left to the database now and then, and are loaded again in time.
    fn park_and_wake(&mut self) {
        if self.rng.one_in(4) {
            self.lane.make_room(self.now_ms);
        }
        if let Some(from) = self.lane.wake(self.now_ms) {
            let stored = self.stored(from.0);
            self.lane.load(stored);
        }
    }

    fn restart(&mut self) {
        let stored: BreakerRow = self.lane.breaker().to_row();
        self.lane = new_lane(Breaker::from_row(&stored));
        self.pending.clear();
        let loaded = self.stored(0);
        self.lane.load(loaded);
        let before = self.lane.breaker().gate(self.now_ms);
        let commands = self.lane.advance(self.now_ms);
        self.obey(commands, before);
    }

    /// Runs until nothing can happen any more.
    fn run(&mut self) {
        for step in 0.. {
            assert!(step < 3_000, "it never ends");
            let rest = match self.lane.rest(self.now_ms) {
                Rest::Until(at_ms) => Some(at_ms),
                Rest::Answers | Rest::Nothing | Rest::Dead => None,
            };
            let answer = self.pending.iter().map(|(at_ms, ..)| *at_ms).min();
            let arrival = self.arrivals.first().map(|(at_ms, _)| *at_ms);
            let Some(next_ms) = [rest, answer, arrival].into_iter().flatten().min() else { return };
            self.now_ms = self.now_ms.max(next_ms);
            if self.mood.restarts && self.rng.one_in(40) {
                self.restart();
            } else {
                self.step(arrival == Some(next_ms), answer == Some(next_ms));
            }
        }
    }

    fn step(&mut self, is_arrival: bool, is_answer: bool) {
        self.park_and_wake();
        let before = self.lane.breaker().gate(self.now_ms);
        if is_arrival {
            let (_, id) = self.arrivals.remove(0);
            let author = self.waiting[&id].0;
            self.lane.load([about(self.abouts[&id], id, author)]);
        }
        if is_answer && !is_arrival {
            let place = (0..self.pending.len()).min_by_key(|place| self.pending[*place].0).unwrap();
            let (_, id, outcome) = self.pending.remove(place);
            let commands = self.lane.hears(id, outcome, self.now_ms, self.rng.0);
            // An answer of any kind opens the way; a failure does not.
            let failed = matches!(outcome, Outcome::Transient | Outcome::RetryAfter(_) | Outcome::NotSent);
            self.obey(commands, if failed { before } else { Gate::Free });
            return;
        }
        let commands = self.lane.advance(self.now_ms);
        self.obey(commands, before);
    }

    fn check_all_as_fated(&self, seed: u64) {
        assert!(!self.died, "seed {seed}: a host that recovered was given up");
        for (id, fate) in &self.fates {
            let end = self.ends.get(id);
            match fate {
                Fate::Taken | Fate::UnauthorizedTimes(_) => {
                    assert_eq!(end, Some(&End::Delivered), "seed {seed}: {id}")
                }
                Fate::Refused => assert_eq!(end, Some(&End::Refused(404)), "seed {seed}: {id}"),
                Fate::Chokes => assert_eq!(end, Some(&End::GivenUp), "seed {seed}: {id}"),
            }
        }
    }
}

fn mood(rng: &mut Rng) -> Mood {
    let start_ms = ms_below(rng, 10 * MINUTE_MS);
    let length_ms = if rng.one_in(3) { 0 } else { ms_below(rng, 6 * DAY_MS) };
    Mood {
        outage: (start_ms, start_ms + length_ms),
        flaky: 0,
        takes: [None, Some(Form::Cavage), Some(Form::Rfc9421)][usize::try_from(rng.below(3)).unwrap()],
        chokes: false,
        restarts: false,
    }
}

fn for_all_worlds(first: u64, change: impl Fn(&mut Rng, Mood) -> Mood, check: impl Fn(&World, u64)) {
    for seed in first..first + WORLDS {
        let mut rng = Rng(seed ^ 0x5eed);
        let mood = mood(&mut rng);
        let mut world = World::new(seed, change(&mut rng, mood));
        world.run();
        check(&world, seed);
    }
}

#[test]
fn every_delivery_reaches_a_host_that_recovers() {
    for_all_worlds(0, |_, mood| mood, World::check_all_as_fated);
}

#[test]
fn every_delivery_reaches_a_flaky_host() {
    // Long before a week is over, or bad luck after the outage would make it look dead.
    let flaky = |rng: &mut Rng, mood: Mood| {
        let (start_ms, end_ms) = mood.outage;
        Mood { flaky: 3 + rng.below(8), outage: (start_ms, end_ms.min(start_ms + 3 * DAY_MS)), ..mood }
    };
    for_all_worlds(WORLDS, flaky, World::check_all_as_fated);
}

#[test]
fn nothing_is_lost_by_restarts() {
    for_all_worlds(2 * WORLDS, |_, mood| Mood { restarts: true, ..mood }, World::check_all_as_fated);
}

#[test]
fn a_host_that_chokes_or_dies_loses_only_what_it_must() {
    let change = |rng: &mut Rng, mood: Mood| match rng.below(2) {
        0 => Mood { chokes: true, ..mood },
        _ => Mood { outage: (mood.outage.0, Millis::MAX), ..mood },
    };
    for_all_worlds(3 * WORLDS, change, |world, seed| {
        let all_ended = world.fates.keys().all(|id| world.ends.contains_key(id));
        assert!(all_ended || world.died, "seed {seed}: something was forgotten");
        assert!(world.requests < 60 * world.fates.len() + 60, "seed {seed}: {} requests", world.requests);
        if !world.mood.chokes {
            let wrong = world.ends.values().any(|end| *end == End::GivenUp);
            assert!(!wrong, "seed {seed}: a delivery was blamed for its host");
        }
    });
}
