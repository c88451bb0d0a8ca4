//! What a home page and a push cost: the figures behind [`rookery::timelines::Thresholds`].
//!
//! `cargo bench --bench timelines` prints a table. Times are medians of many batches on one thread. The
//! authors are spread over 20,000 rings (20 MB), so that a merge finds them in the cache as rarely as on a
//! busy instance.

use std::hint::black_box;
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;
use rookery::clock::{DAY_MS, Millis, SECOND_MS};
use rookery::model::ids::{AccountId, TweetId, floor_at};
use rookery::timelines::{AccountSet, Entry, Kind, Outcome, Settings, Thresholds, Timelines, Viewer};

const NOW_MS: Millis = 20_000 * DAY_MS;
const AUTHORS: u64 = 20_000;
const AUTHOR_RING: i64 = 32;
const PAGE: usize = 20;
const MEASURE_FOR: Duration = Duration::from_millis(1_500);
const SLICE: usize = 10_000;

fn main() {
    println!("{:<58}{:>12}{:>16}", "", "µs", "a second");
    let timelines = pulled();
    for follows in [50, 500, 2_000, 5_000] {
        page_by_merge(&timelines, follows);
    }
    deep_page_by_merge(&timelines, 500);
    tweet_of_an_unpushed_author(&timelines);
    drop(timelines);
    page_by_ring();
    push("push to 10,000 followers, all with rings of 400", 10_000, 10_000, 400);
    push("push to 1,000,000 followers, 20,000 with rings of 400", 1_000_000, 20_000, 400);
    push("push to 1,000,000 followers, all with rings of 16", 1_000_000, 1_000_000, 16);
}

/// Nobody has a ring; every author's ring is loaded and full, and reaches about 30 days back.
fn pulled() -> Timelines {
    let thresholds = Thresholds { dear_looks_per_day: u64::MAX, ..Thresholds::default() };
    let timelines = Timelines::new(&Settings { thresholds, ..Settings::default() });
    let none = AccountSet::default();
    for author in 0..AUTHORS {
        let followees = [account(author)].into_iter().collect();
        let newest = newest_of(author);
        if let Outcome::NeedAuthors(tickets) =
            timelines.read_home(&viewer(None, &followees, &none), None, PAGE, NOW_MS)
        {
            tickets.iter().for_each(|ticket| _ = timelines.loaded(ticket, &newest, true));
        }
    }
    timelines
}

fn newest_of(author: u64) -> Vec<Entry> {
    let mut random = Random(author);
    (0..AUTHOR_RING)
        .map(|_| {
            let age_ms = Millis::try_from(random.below(30 * 86_400)).unwrap_or(0) * SECOND_MS;
            let low = i64::try_from(author).unwrap_or(0);
            Entry { id: TweetId(floor_at(NOW_MS - age_ms) + low), author: account(author), kind: Kind::Tweet }
        })
        .collect()
}

fn page_by_merge(timelines: &Timelines, follows: u64) {
    let sets = followee_sets(follows);
    let none = AccountSet::default();
    measure(&format!("page of {PAGE} merged from {follows} followees"), 1, |turn| {
        let followees = pick(&sets, turn);
        black_box(timelines.read_home(&viewer(None, followees, &none), None, PAGE, NOW_MS));
    });
}

fn deep_page_by_merge(timelines: &Timelines, follows: u64) {
    let sets = followee_sets(follows);
    let none = AccountSet::default();
    let before = Some(TweetId(floor_at(NOW_MS - DAY_MS)));
    measure(&format!("page of {PAGE} a day back, merged from {follows} followees"), 1, |turn| {
        let followees = pick(&sets, turn);
        black_box(timelines.read_home(&viewer(None, followees, &none), before, PAGE, NOW_MS));
    });
}

fn tweet_of_an_unpushed_author(timelines: &Timelines) {
    measure("tweet added, 500 followers, none with a ring", 1, |turn| {
        let entry = later_tweet(turn, turn % AUTHORS);
        black_box(timelines.tweet_added(&entry, 500));
    });
}

fn page_by_ring() {
    let timelines = pushed_readers(1_000, 1_000, 400);
    let followees = [account(0)].into_iter().collect();
    let none = AccountSet::default();
    let followers: RoaringBitmap = (0..1_000).collect();
    for turn in 0..500 {
        add(&timelines, &later_tweet(turn, 0), &followers);
    }
    measure(&format!("page of {PAGE} from the reader's own ring"), 1, |turn| {
        let slot = u32::try_from(turn % 1_000).ok();
        black_box(timelines.read_home(&viewer(slot, &followees, &none), None, PAGE, NOW_MS));
    });
}

/// `readers` of the `followers` have a ring, evenly spread.
fn push(title: &str, followers: u32, readers: u32, ring: usize) {
    let timelines = pushed_readers(followers, readers, ring);
    let bitmap: RoaringBitmap = (0..followers).collect();
    measure(title, u64::from(readers), |turn| {
        add(&timelines, &later_tweet(turn, 0), &bitmap);
    });
}

fn add(timelines: &Timelines, entry: &Entry, followers: &RoaringBitmap) {
    timelines.tweet_added(entry, followers.len());
    let mut fan_out = timelines.fan_out(entry, followers, None);
    while timelines.push(&mut fan_out, SLICE) {}
}

fn pushed_readers(followers: u32, readers: u32, reader_ring: usize) -> Timelines {
    let thresholds =
        Thresholds { celebrity_followers: u64::MAX, dear_looks_per_day: 0, entries_per_page: u64::MAX };
    let settings = Settings { reader_ring, reader_budget: usize::MAX, thresholds, ..Settings::default() };
    let timelines = Timelines::new(&settings);
    let followees = [account(0)].into_iter().collect();
    let none = AccountSet::default();
    for reader in 0..readers {
        let viewer = viewer(Some(reader * (followers / readers)), &followees, &none);
        while let Outcome::NeedAuthors(tickets) = timelines.read_home(&viewer, None, PAGE, NOW_MS) {
            tickets.iter().for_each(|ticket| _ = timelines.loaded(ticket, &[], true));
        }
    }
    timelines
}

fn followee_sets(follows: u64) -> Vec<AccountSet> {
    let set = |seed| {
        let mut random = Random(seed);
        (0..follows).map(|_| account(random.below(AUTHORS))).collect()
    };
    (0..64).map(set).collect()
}

fn pick(sets: &[AccountSet], turn: u64) -> &AccountSet {
    static NONE: std::sync::LazyLock<AccountSet> = std::sync::LazyLock::new(AccountSet::default);
    let at = usize::try_from(turn).unwrap_or(0) % sets.len().max(1);
    sets.get(at).unwrap_or(&NONE)
}

fn viewer<'a>(slot: Option<u32>, followees: &'a AccountSet, none: &'a AccountSet) -> Viewer<'a> {
    Viewer {
        account: AccountId(i64::MAX),
        slot,
        followees,
        answered: followees,
        elsewhere: none,
        hidden: none,
        no_retweets: none,
    }
}

// Account ids are times too, so they are far from dense.
fn account(number: u64) -> AccountId {
    AccountId(floor_at(i64::try_from(number).unwrap_or(0) * 977 + 1))
}

fn later_tweet(turn: u64, author: u64) -> Entry {
    let id = TweetId(floor_at(NOW_MS) + i64::try_from(turn).unwrap_or(0));
    Entry { id, author: account(author), kind: Kind::Tweet }
}

/// Runs batches for a while, and prints the median time of one call, and items a second.
fn measure(title: &str, items: u64, mut call: impl FnMut(u64)) {
    let mut turn = 0;
    let mut batch = |calls: u64| {
        let begun = Instant::now();
        for _ in 0..calls {
            call(turn);
            turn += 1;
        }
        begun.elapsed().as_secs_f64()
    };
    let mut calls = 1;
    while batch(calls) < 0.002 {
        calls *= 2;
    }
    let begun = Instant::now();
    let mut times = Vec::new();
    while begun.elapsed() < MEASURE_FOR {
        times.push(batch(calls));
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or(f64::NAN);
    let calls = u32::try_from(calls).map_or(f64::NAN, f64::from);
    let items = u32::try_from(items).map_or(f64::NAN, f64::from);
    println!("{title:<58}{:>12.2}{:>16.0}", median / calls * 1e6, items * calls / median);
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ (value >> 31)) % limit
    }
}
