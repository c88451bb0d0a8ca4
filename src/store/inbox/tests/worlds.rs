//! Workers, hosts with moods, and time: whatever happens, one object is worked on in order and all of it comes to an end.

use std::collections::{HashMap, HashSet};

use super::super::{PER_HOST, UnderWay};
use super::plain::{Fate, Plain};
use crate::chance::Rng;
use crate::clock::{Millis, SECOND_MS};

/// Seeds of each test; the four together run 100,000 worlds.
const WORLDS: u64 = 25_000;
/// Places of a worker that hosts may have beyond their own.
const SPARE: usize = 2;
const LEASE_MS: Millis = 30 * SECOND_MS;
/// Turns in which a world of a dozen activities must have come to its end.
const TURNS_MAX: usize = 2_000;

/// A process that works off activities.
#[derive(Default)]
struct Worker {
    /// What it holds: the activity, its host and object.
    held: Vec<(i64, String, u64)>,
}

impl Worker {
    fn by_host(&self) -> HashMap<String, usize> {
        let mut by_host = HashMap::new();
        for (_, host, _) in &self.held {
            *by_host.entry(host.clone()).or_default() += 1;
        }
        by_host
    }

    /// Places that hosts have beyond their own.
    fn beyond(&self) -> usize {
        self.by_host().values().map(|count| count.saturating_sub(PER_HOST)).sum()
    }
}

#[derive(Clone, Copy)]
struct Mood {
    workers: u64,
    /// Workers end now and then, and what they hold is taken over.
    deaths: bool,
    /// How many activities a claim looks at together.
    window: usize,
}

struct World {
    rng: Rng,
    deaths: bool,
    inbox: Plain,
    workers: Vec<Worker>,
    now_ms: Millis,
    to_come: i64,
    came: i64,
    hosts: u64,
    objects: u64,
    /// The order in which the activities of each object came to their end.
    ended: HashMap<u64, Vec<i64>>,
}

impl World {
    fn new(seed: u64, mood: Mood) -> Self {
        let mut rng = Rng(seed);
        let inbox = Plain { rows: Vec::new(), window: mood.window };
        let workers = (0..mood.workers).map(|_| Worker::default()).collect();
        let (to_come, hosts, objects) = (1 + rng.below(8), 1 + rng.below(2), 1 + rng.below(8));
        Self {
            deaths: mood.deaths,
            inbox,
            workers,
            now_ms: 1,
            to_come: i64::try_from(to_come).unwrap(),
            came: 0,
            hosts,
            objects,
            ended: HashMap::new(),
            rng,
        }
    }

    fn run(&mut self, seed: u64) {
        for _ in 0..TURNS_MAX {
            let idle = self.workers.iter().all(|worker| worker.held.is_empty());
            if self.came == self.to_come && idle && self.inbox.waiting().next().is_none() {
                return;
            }
            self.turn(seed);
        }
        panic!("seed {seed}: it never ends: {:?}", self.inbox);
    }

    fn turn(&mut self, seed: u64) {
        let place = self.rng.index(self.workers.len());
        match self.rng.below(8) {
            0 | 1 if self.came < self.to_come => self.arrive(),
            0..=3 => self.claim(place, seed),
            4 | 5 => self.end_one(place),
            6 if self.deaths && self.rng.one_in(12) => self.die(place),
            _ => self.pass_time(),
        }
    }

    fn arrive(&mut self) {
        self.came += 1;
        let host = format!("h{}", self.rng.below(self.hosts));
        self.inbox.arrive(self.came, self.rng.below(self.objects), host);
    }

    fn claim(&mut self, place: usize, seed: u64) {
        let (by_host, beyond) = (self.workers[place].by_host(), self.workers[place].beyond());
        let hosts = (0..self.hosts).map(|host| format!("h{host}"));
        let slow: HashSet<String> = hosts.filter(|_| self.rng.one_in(3)).collect();
        let under_way = UnderWay { by_host, slow, spare: SPARE.saturating_sub(beyond) };
        let limit = 1 + self.rng.index(5);
        let claimed = self.inbox.claim(self.now_ms, self.now_ms + LEASE_MS, limit, &under_way);
        assert!(claimed.len() <= limit, "seed {seed}: {claimed:?}");
        for id in claimed {
            let row = self.inbox.row(id).clone();
            assert!(self.inbox.is_oldest(&row), "seed {seed}: {id} overtakes");
            let others = self.workers.iter().flat_map(|worker| &worker.held);
            let twice = others.filter(|(_, _, object)| *object == row.object).count();
            assert_eq!(twice, 0, "seed {seed}: two of object {} at once", row.object);
            self.workers[place].held.push((id, row.host, row.object));
        }
        assert!(self.workers[place].beyond() <= SPARE, "seed {seed}: {:?}", self.workers[place].held);
        let now = self.workers[place].by_host();
        for (host, before) in under_way.by_host.iter().filter(|(host, _)| under_way.slow.contains(*host)) {
            assert!(now[host] <= (*before).max(PER_HOST), "seed {seed}: more of {host}, which is slow");
        }
    }

    fn end_one(&mut self, place: usize) {
        if self.workers[place].held.is_empty() {
            return;
        }
        let one = self.rng.index(self.workers[place].held.len());
        let (id, _, object) = self.workers[place].held.swap_remove(one);
        match self.rng.below(6) {
            0 if self.inbox.row(id).attempts < 3 => self.inbox.retry(id, self.now_ms + 30 * SECOND_MS),
            0 | 1 => self.over(id, object, Fate::Parked),
            _ => self.over(id, object, Fate::Done),
        }
    }

    fn over(&mut self, id: i64, object: u64, fate: Fate) {
        self.inbox.end(id, fate);
        self.ended.entry(object).or_default().push(id);
    }

    /// What it held is taken over when the leases are over.
    fn die(&mut self, place: usize) {
        self.workers[place].held.clear();
    }

    /// Those who live renew what they hold.
    fn pass_time(&mut self) {
        self.now_ms += [SECOND_MS, 8 * SECOND_MS, LEASE_MS + 1][self.rng.index(3)];
        let held: HashSet<i64> =
            self.workers.iter().flat_map(|worker| worker.held.iter().map(|(id, ..)| *id)).collect();
        let now_ms = self.now_ms;
        self.inbox
            .rows
            .iter_mut()
            .filter(|row| held.contains(&row.id))
            .for_each(|row| row.lease_until = now_ms + LEASE_MS);
    }
}

fn for_all_worlds(first: u64, mood: Mood) {
    for seed in first..first + WORLDS {
        let mut world = World::new(seed, mood);
        world.run(seed);
        let ended: usize = world.ended.values().map(Vec::len).sum();
        assert_eq!(ended, usize::try_from(world.to_come).unwrap(), "seed {seed}: each ends once");
        for (object, ids) in &world.ended {
            assert!(ids.is_sorted(), "seed {seed}: object {object} in the order {ids:?}");
        }
    }
}

#[test]
fn one_worker_works_on_each_object_in_order_and_comes_to_an_end() {
    for_all_worlds(0, Mood { workers: 1, deaths: false, window: 6 });
}

#[test]
fn several_workers_never_work_on_one_object_at_once() {
    for_all_worlds(WORLDS, Mood { workers: 3, deaths: false, window: 6 });
}

#[test]
fn what_a_dead_worker_held_is_taken_over_in_order() {
    for_all_worlds(2 * WORLDS, Mood { workers: 2, deaths: true, window: 4 });
}

#[test]
fn a_claim_that_sees_little_at_a_time_overlooks_nothing() {
    for_all_worlds(3 * WORLDS, Mood { workers: 2, deaths: true, window: 1 });
}
