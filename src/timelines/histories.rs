//! Random histories: whatever happens, a page from the rings is the page a naive database would give.
//!
//! The naive side is a plain list of rows and sets, with rules of its own written as one expression. The log
//! is followed by two cursors that move apart at random: the timelines' and the one of the follow graph,
//! which supplies followees and followers. Loads stay in flight, fan-outs stop half way, readers look in
//! between. When both cursors have arrived, every page of every reader must be right.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use proptest::prelude::*;
use roaring::RoaringBitmap;

use super::{
    AccountSet, Draft, Entry, FanOut, Kind, LoadTicket, Outcome, Page, Settings, Thresholds, Timelines,
    Viewer, filter_page,
};
use crate::clock::{DAY_MS, HOUR_MS, Millis};
use crate::model::ids::{AccountId, TweetId, floor_at};
use crate::model::list::ListReplies;

/// Accounts are 1 to 7; the last two are remote and so never read.
const ACCOUNTS: i64 = 7;
const LOCALS: i64 = 5;

#[derive(Clone, Debug)]
enum Step {
    Post { author: i64, what: What, late_hours: Option<u8> },
    Delete { nth: usize, announce_retweets: bool },
    Relate { who: i64, whom: i64, relation: Relation, on: bool },
    Reset { author: i64 },
    Apply { events: usize, slices: usize },
    AdvanceGraph { events: usize },
    Look { reader: i64, limit: usize },
    FinishLoads,
    DropLoad { nth: usize },
    Pass { hours: u8 },
    Sweep,
    Check { limit: usize },
}

#[derive(Clone, Debug)]
enum What {
    Tweet,
    ReplyTo(Option<i64>),
    RetweetOf(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Relation {
    Follows,
    Mutes,
    Blocks,
    HidesRetweets,
    /// Is on the reader's list.
    Lists,
    /// Is on a list that is read apart from home.
    ListsAway,
}

/// Which timeline of a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Home,
    /// The reader's list, with replies to whom the reader follows, to other members, or to nobody.
    List(ListReplies),
}

const READINGS: [Reading; 4] = [
    Reading::Home,
    Reading::List(ListReplies::Followed),
    Reading::List(ListReplies::List),
    Reading::List(ListReplies::None),
];

#[derive(Clone, Debug)]
enum Event {
    Added(Entry),
    Deleted(Entry),
    Follow { who: i64, whom: i64, on: bool },
    Reset(i64),
}

type Relations = BTreeSet<(Relation, i64, i64)>;

/// The naive database, the log, and what follows it.
struct World {
    rows: BTreeMap<TweetId, Entry>,
    relations: Relations,
    log: Vec<Event>,
    timelines: Timelines,
    applied: usize,
    /// What was added and is yet to be fanned out.
    added: Option<Entry>,
    fan_out: Option<FanOut>,
    graph: BTreeSet<(i64, i64)>,
    graph_at: usize,
    loads: Vec<(LoadTicket, Vec<Entry>, bool)>,
    author_ring: usize,
    now_ms: Millis,
    sequence: i64,
}

impl World {
    fn new(settings: &Settings) -> Self {
        Self {
            rows: BTreeMap::new(),
            relations: BTreeSet::new(),
            log: Vec::new(),
            timelines: Timelines::new(settings),
            applied: 0,
            added: None,
            fan_out: None,
            graph: BTreeSet::new(),
            graph_at: 0,
            loads: Vec::new(),
            author_ring: settings.author_ring,
            now_ms: 100 * DAY_MS,
            sequence: 0,
        }
    }

    fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Post { author, what, late_hours } => self.post(author, &what, late_hours),
            Step::Delete { nth, announce_retweets } => self.delete(nth, announce_retweets),
            Step::Relate { who, whom, relation, on } if who != whom => self.relate(who, whom, relation, on),
            Step::Relate { .. } => {}
            Step::Reset { author } => self.log.push(Event::Reset(author)),
            Step::Apply { events, slices } => (0..events).for_each(|_| self.apply(slices)),
            Step::AdvanceGraph { events } => (0..events).for_each(|_| self.advance_graph()),
            Step::Look { reader, limit } => self.look(reader, limit),
            Step::FinishLoads => self.finish_loads(),
            Step::DropLoad { nth } => {
                if !self.loads.is_empty() {
                    self.loads.remove(nth % self.loads.len());
                }
            }
            Step::Pass { hours } => self.now_ms += Millis::from(hours) * HOUR_MS,
            Step::Sweep => self.timelines.sweep(self.now_ms),
            Step::Check { limit } => self.check(limit)?,
        }
        Ok(())
    }

    fn post(&mut self, author: i64, what: &What, late_hours: Option<u8>) {
        let kind = match *what {
            What::Tweet => Kind::Tweet,
            What::ReplyTo(to) => Kind::Reply { to: to.map(AccountId) },
            What::RetweetOf(nth) => {
                let originals: Vec<&Entry> = self.rows.values().filter(|row| !is_retweet(row)).collect();
                match originals.get(nth % originals.len().max(1)) {
                    Some(row) => Kind::Retweet { original: row.id, original_author: row.author },
                    None => Kind::Tweet,
                }
            }
        };
        self.sequence += 1;
        let at_ms = self.now_ms - Millis::from(late_hours.unwrap_or(0)) * HOUR_MS;
        let entry = Entry { id: TweetId(floor_at(at_ms) + self.sequence), author: AccountId(author), kind };
        self.rows.insert(entry.id, entry);
        self.log.push(Event::Added(entry));
    }

    fn delete(&mut self, nth: usize, announce_retweets: bool) {
        let Some(gone) = self.rows.values().nth(nth % self.rows.len().max(1)).copied() else { return };
        let retweets: Vec<Entry> =
            self.rows.values().filter(|row| row.id != gone.id && row.subject() == gone.id).copied().collect();
        self.log.push(Event::Deleted(gone));
        if announce_retweets {
            self.log.extend(retweets.iter().copied().map(Event::Deleted));
        }
        for row in retweets.iter().chain([&gone]) {
            self.rows.remove(&row.id);
        }
    }

    fn relate(&mut self, who: i64, whom: i64, relation: Relation, on: bool) {
        let changed = match on {
            true => self.relations.insert((relation, who, whom)),
            false => self.relations.remove(&(relation, who, whom)),
        };
        match relation {
            Relation::Follows if changed => {
                self.log.push(Event::Follow { who, whom, on });
                if !on {
                    self.relations.remove(&(Relation::Lists, who, whom));
                    self.relations.remove(&(Relation::ListsAway, who, whom));
                }
            }
            Relation::Blocks if on => {
                self.relate(who, whom, Relation::Follows, false);
                self.relate(whom, who, Relation::Follows, false);
            }
            _ => {}
        }
    }

    /// One move of the timelines' cursor: first what is left of a fan-out, then the next event.
    fn apply(&mut self, slices: usize) {
        if let Some(fan_out) = &mut self.fan_out {
            for _ in 0..slices {
                if !self.timelines.push(fan_out, 1) {
                    self.fan_out = None;
                    return;
                }
            }
            return;
        }
        if let Some(entry) = self.added.take() {
            let author = entry.author.0;
            let own_slot = (author <= LOCALS).then(|| slot(author));
            self.fan_out = Some(self.timelines.fan_out(&entry, &self.followers(author), own_slot));
            return;
        }
        let Some(event) = self.log.get(self.applied) else { return };
        self.applied += 1;
        match event {
            Event::Added(entry) => {
                let followers = self.followers(entry.author.0).len();
                self.added = self.timelines.tweet_added(entry, followers).then_some(*entry);
            }
            Event::Deleted(entry) => self.timelines.tweet_deleted(entry.author, entry.id),
            Event::Follow { who, .. } => self.timelines.follows_changed(slot(*who)),
            Event::Reset(author) => self.timelines.author_reset(AccountId(*author)),
        }
    }

    fn followers(&self, author: i64) -> RoaringBitmap {
        self.graph.iter().filter(|edge| edge.1 == author).map(|edge| slot(edge.0)).collect()
    }

    fn advance_graph(&mut self) {
        match self.log.get(self.graph_at) {
            Some(Event::Follow { who, whom, on: true }) => _ = self.graph.insert((*who, *whom)),
            Some(Event::Follow { who, whom, on: false }) => _ = self.graph.remove(&(*who, *whom)),
            Some(_) => {}
            None => return,
        }
        self.graph_at += 1;
    }

    /// A read whose answer nobody compares; what it asks for stays in flight.
    fn look(&mut self, reader: i64, limit: usize) {
        let relations = Known::of(reader, &self.relations, &self.graph);
        if let Outcome::NeedAuthors(tickets) =
            self.timelines.read_home(&relations.viewer(), None, limit, self.now_ms)
        {
            let read = tickets.into_iter().map(|ticket| self.read_author(ticket)).collect::<Vec<_>>();
            self.loads.extend(read);
        }
    }

    fn finish_loads(&mut self) {
        for (ticket, entries, complete) in self.loads.drain(..) {
            self.timelines.loaded(&ticket, &entries, complete);
        }
    }

    fn read_author(&self, ticket: LoadTicket) -> (LoadTicket, Vec<Entry>, bool) {
        let rows = self.rows.values().rev().filter(|row| row.author == ticket.author);
        let entries: Vec<Entry> = rows.take(self.author_ring).copied().collect();
        let complete = entries.len() < self.author_ring;
        (ticket, entries, complete)
    }

    /// Lets both cursors arrive, and compares every page of every reader.
    fn check(&mut self, limit: usize) -> Result<(), TestCaseError> {
        while self.graph_at < self.log.len() {
            self.advance_graph();
        }
        while self.applied < self.log.len() || self.added.is_some() || self.fan_out.is_some() {
            self.apply(3);
        }
        for (reader, reading) in (1..=LOCALS).flat_map(|reader| READINGS.map(|reading| (reader, reading))) {
            let known = Known::of(reader, &self.relations, &self.graph);
            let viewer = known.reading(reading);
            let mut before = None;
            loop {
                let page = self.page(&viewer, before, limit);
                let expected = self.naive_page((reader, reading), before, limit);
                prop_assert_eq!(&page, &expected, "{:?} of {} before {:?}", reading, reader, before);
                let falls = page.entries.windows(2).all(|pair| pair[0].id > pair[1].id);
                prop_assert!(falls && page.entries.iter().all(|entry| before.is_none_or(|id| entry.id < id)));
                match page.next {
                    Some(next) => before = Some(next),
                    None => break,
                }
            }
        }
        Ok(())
    }

    /// Follows what [`Outcome`] says, as a caller would.
    fn page(&self, viewer: &Viewer<'_>, before: Option<TweetId>, limit: usize) -> Page {
        for _ in 0..3 {
            match self.timelines.read_home(viewer, before, limit, self.now_ms) {
                Outcome::Page(page) => return page,
                Outcome::NeedDatabase(draft) => return self.page_from_rows(draft, viewer),
                Outcome::NeedAuthors(tickets) => {
                    for ticket in tickets {
                        let (ticket, entries, complete) = self.read_author(ticket);
                        self.timelines.loaded(&ticket, &entries, complete);
                    }
                }
            }
        }
        self.page_from_rows(Draft::new(before, limit), viewer)
    }

    fn page_from_rows(&self, mut draft: Draft, viewer: &Viewer<'_>) -> Page {
        const PORTION: usize = 3;
        loop {
            let below = draft.below();
            let older = self.rows.values().rev().filter(|row| below.is_none_or(|below| row.id < below));
            let portion: Vec<Entry> =
                older.filter(|row| viewer.followees.contains(row.author)).take(PORTION).copied().collect();
            let end = portion.len() < PORTION;
            draft = filter_page(draft, portion, viewer);
            if end || draft.room() == 0 {
                return draft.finish();
            }
        }
    }

    fn naive_page(&self, (reader, reading): (i64, Reading), before: Option<TweetId>, limit: usize) -> Page {
        let has = |relation, who, whom| self.relations.contains(&(relation, who, whom));
        let follows = |whom| whom == reader || has(Relation::Follows, reader, whom);
        let hidden = |whom| {
            has(Relation::Mutes, reader, whom)
                || has(Relation::Blocks, reader, whom)
                || has(Relation::Blocks, whom, reader)
        };
        let belongs = |author| match reading {
            Reading::Home => follows(author) && !has(Relation::ListsAway, reader, author),
            Reading::List(_) => has(Relation::Lists, reader, author),
        };
        let answers = |to| match reading {
            Reading::Home | Reading::List(ListReplies::Followed) => follows(to),
            Reading::List(ListReplies::List) => to == reader || has(Relation::Lists, reader, to),
            Reading::List(ListReplies::None) => to == reader,
        };
        let mut entries: Vec<Entry> = Vec::new();
        let mut shown = BTreeSet::new();
        for row in self.rows.values().rev().filter(|row| before.is_none_or(|before| row.id < before)) {
            let author = row.author.0;
            let allowed = author == reader && reading == Reading::Home
                || belongs(author)
                    && !hidden(author)
                    && match row.kind {
                        Kind::Tweet => true,
                        Kind::Reply { to } => {
                            to.is_some_and(|AccountId(to)| !hidden(to) && (answers(to) || to == author))
                        }
                        Kind::Retweet { original_author: AccountId(by), .. } => {
                            !hidden(by) && !has(Relation::HidesRetweets, reader, author)
                        }
                    };
            if allowed && shown.insert(row.subject()) {
                entries.push(*row);
                if entries.len() == limit {
                    return Page { next: Some(row.id), entries };
                }
            }
        }
        Page { entries, next: None }
    }
}

/// What a caller knows of one reader.
struct Known {
    reader: i64,
    followees: AccountSet,
    members: AccountSet,
    away: AccountSet,
    hidden: AccountSet,
    no_retweets: AccountSet,
    nobody: AccountSet,
}

impl Known {
    fn of(reader: i64, relations: &Relations, graph: &BTreeSet<(i64, i64)>) -> Self {
        let followed = graph.iter().filter(|edge| edge.0 == reader).map(|edge| edge.1);
        let set = |relation| {
            relations
                .iter()
                .filter(move |row| row.0 == relation && row.1 == reader)
                .map(|row| AccountId(row.2))
        };
        let blocked_by = relations.iter().filter(|row| row.0 == Relation::Blocks && row.2 == reader);
        Self {
            reader,
            followees: followed.chain([reader]).map(AccountId).collect(),
            members: set(Relation::Lists).collect(),
            away: set(Relation::ListsAway).collect(),
            nobody: AccountSet::default(),
            hidden: set(Relation::Mutes)
                .chain(set(Relation::Blocks))
                .chain(blocked_by.map(|row| AccountId(row.1)))
                .collect(),
            no_retweets: set(Relation::HidesRetweets).collect(),
        }
    }

    fn viewer(&self) -> Viewer<'_> {
        self.reading(Reading::Home)
    }

    fn reading(&self, reading: Reading) -> Viewer<'_> {
        let home = Viewer {
            account: AccountId(self.reader),
            slot: Some(slot(self.reader)),
            followees: &self.followees,
            answered: &self.followees,
            elsewhere: &self.away,
            hidden: &self.hidden,
            no_retweets: &self.no_retweets,
        };
        let answered = match reading {
            Reading::Home => return home,
            Reading::List(ListReplies::Followed) => &self.followees,
            Reading::List(ListReplies::List) => &self.members,
            Reading::List(ListReplies::None) => &self.nobody,
        };
        Viewer { slot: None, followees: &self.members, answered, elsewhere: &self.nobody, ..home }
    }
}

/// Far enough apart to be in several runs and shards.
fn slot(account: i64) -> u32 {
    u32::try_from(account * 700).unwrap()
}

fn is_retweet(row: &Entry) -> bool {
    matches!(row.kind, Kind::Retweet { .. })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let account = || 1..=ACCOUNTS;
    let local = || 1..=LOCALS;
    let what = prop_oneof![
        3 => Just(What::Tweet),
        2 => proptest::option::weighted(0.9, account()).prop_map(What::ReplyTo),
        2 => (0..60usize).prop_map(What::RetweetOf),
    ];
    let post = (account(), what, proptest::option::weighted(0.3, 0..80u8))
        .prop_map(|(author, what, late_hours)| Step::Post { author, what, late_hours });
    let relation = prop_oneof![
        8 => Just(Relation::Follows),
        1 => Just(Relation::Mutes),
        1 => Just(Relation::Blocks),
        1 => Just(Relation::HidesRetweets),
        2 => Just(Relation::Lists),
        1 => Just(Relation::ListsAway),
    ];
    let relate = (local(), account(), relation, prop::bool::weighted(0.75))
        .prop_map(|(who, whom, relation, on)| Step::Relate { who, whom, relation, on });
    let step = prop_oneof![
        24 => post,
        4 => (0..60usize, any::<bool>())
            .prop_map(|(nth, announce_retweets)| Step::Delete { nth, announce_retweets }),
        10 => relate,
        1 => account().prop_map(|author| Step::Reset { author }),
        12 => (1..6usize, 1..4usize).prop_map(|(events, slices)| Step::Apply { events, slices }),
        6 => (1..8usize).prop_map(|events| Step::AdvanceGraph { events }),
        12 => (local(), 1..6usize).prop_map(|(reader, limit)| Step::Look { reader, limit }),
        5 => Just(Step::FinishLoads),
        1 => (0..8usize).prop_map(|nth| Step::DropLoad { nth }),
        4 => (0..30u8).prop_map(|hours| Step::Pass { hours }),
        1 => Just(Step::Sweep),
        3 => (1..6usize).prop_map(|limit| Step::Check { limit }),
    ];
    prop::collection::vec(step, 1..140)
}

fn settings() -> impl Strategy<Value = Settings> {
    let rings = (2..=8usize, 6..=30usize, 2..=8usize, 0..=6usize, 3..=60usize);
    let thresholds =
        (0..6u64, prop_oneof![3 => Just(0), 1 => 1..40u64], prop_oneof![2 => Just(1_000), 1 => 0..4u64]);
    (rings, thresholds).prop_map(
        |((author_ring, author_budget, reader_ring, reader_budget, shared_entries), thresholds)| Settings {
            author_ring,
            author_budget,
            reader_ring,
            reader_budget,
            shared_entries,
            rows_looked_through: Settings::default().rows_looked_through,
            own_write_patience: Settings::default().own_write_patience,
            thresholds: Thresholds {
                celebrity_followers: thresholds.0,
                dear_looks_per_day: thresholds.1,
                entries_per_page: thresholds.2,
            },
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(768) })]

    #[test]
    fn every_page_is_the_page_of_the_database(settings in settings(), steps in steps()) {
        let mut world = World::new(&settings);
        for step in steps {
            world.step(step)?;
        }
        world.finish_loads();
        world.check(3)?;
    }
}

#[test]
fn readers_may_look_while_the_log_is_applied() {
    let thresholds = Thresholds { celebrity_followers: 4, dear_looks_per_day: 0, entries_per_page: 1_000 };
    let settings = Settings { author_ring: 8, author_budget: 20, thresholds, ..Settings::default() };
    let mut world = World::new(&settings);
    for who in 1..=LOCALS {
        (1..=ACCOUNTS).for_each(|whom| world.relate(who, whom, Relation::Follows, who != whom));
    }
    world.check(5).unwrap();
    let readers: Vec<Known> =
        (1..=LOCALS).map(|reader| Known::of(reader, &world.relations, &world.graph)).collect();
    for turn in 0..3_000 {
        world.post(turn % ACCOUNTS + 1, &What::Tweet, None);
    }
    let World { timelines, log, graph, .. } = &world;
    let from = world.applied;
    thread::scope(|scope| {
        scope.spawn(move || {
            for event in &log[from..] {
                let Event::Added(entry) = event else { continue };
                let followers: RoaringBitmap =
                    graph.iter().filter(|edge| edge.1 == entry.author.0).map(|edge| slot(edge.0)).collect();
                let author = entry.author.0;
                let own_slot = (author <= LOCALS).then(|| slot(author));
                if timelines.tweet_added(entry, followers.len()) {
                    let mut fan_out = timelines.fan_out(entry, &followers, own_slot);
                    while timelines.push(&mut fan_out, 1) {}
                }
            }
        });
        for known in &readers {
            scope.spawn(move || {
                for _ in 0..2_000 {
                    let outcome = timelines.read_home(&known.viewer(), None, 8, 0);
                    let Outcome::Page(page) = outcome else { panic!("{outcome:?}") };
                    // Posts came in the order of their ids, so a page without gaps holds consecutive ids.
                    assert!(page.entries.windows(2).all(|pair| pair[0].id.0 == pair[1].id.0 + 1));
                }
            });
        }
    });
    world.applied = world.log.len();
    world.check(5).unwrap();
}
