//! The one table of everything that is kept in memory to be read again: `docs/caches.md` is written from it, and a test
//! holds it against the code.

use std::fmt::Write as _;
use std::fs;

use ::metrics::{Counter, counter};

use super::metrics;

/// Bytes that all of it takes at most when the room is 100 parts in 100.
pub const WHOLE_BYTES: u64 = 512 << 20;
/// The least room: less would read everything again and again.
const LEAST_PARTS: u64 = 10;

/// How much room there is for what is kept: hundredths of the sizes in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    parts: u64,
}

impl Default for Room {
    fn default() -> Self {
        Self { parts: 100 }
    }
}

impl Room {
    /// The room that so many bytes are.
    pub fn of_bytes(bytes: u64) -> Self {
        Self { parts: (bytes / (WHOLE_BYTES / 100)).max(LEAST_PARTS) }
    }

    /// An eighth of the memory of this machine, or of its container; the usual room where that cannot be told.
    pub fn of_machine() -> Self {
        memory_bytes().map_or_else(Self::default, |bytes| Self::of_bytes(bytes / 8))
    }

    /// A size of the table in this room.
    pub fn of(self, size: u64) -> u64 {
        size.saturating_mul(self.parts) / 100
    }

    /// A number of things of the table in this room.
    pub fn count(self, things: usize) -> usize {
        usize::try_from(self.of(u64::try_from(things).unwrap_or(u64::MAX))).unwrap_or(usize::MAX)
    }
}

/// The memory that there is, as Linux tells.
fn memory_bytes() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok()?;
    let total = machine.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB"))?;
    let total: u64 = total.trim().parse::<u64>().ok()?.checked_mul(1_024)?;
    let container = fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let most = container.and_then(|most| most.trim().parse().ok()).unwrap_or(u64::MAX);
    Some(total.min(most))
}

/// Something that is kept.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// Its name: the label `cache` of `rookery_cache_reads_total`.
    pub name: &'static str,
    /// What it is.
    pub what: &'static str,
    /// By what it is found.
    pub key: &'static str,
    /// How much of it there is at most.
    pub bound: &'static str,
    /// How long it counts though nothing is heard.
    pub lasts: &'static str,
    /// What ends it before.
    pub ended_by: &'static str,
    /// Where it is.
    pub code: &'static str,
}

/// The counters of something that is kept. Made once: to find a counter by its name and labels costs more than many a
/// look-up that it counts.
pub struct Lookups {
    hits: Counter,
    misses: Counter,
}

impl Lookups {
    /// Those of one line of the table.
    pub fn of(kept: &Kept) -> Self {
        let [hits, misses] = ["hit", "miss"]
            .map(|outcome| counter!(metrics::CACHE_READS_TOTAL, "cache" => kept.name, "outcome" => outcome));
        Self { hits, misses }
    }

    /// Counts what was there and what was not.
    pub fn count(&self, hits: usize, misses: usize) {
        self.hits.increment(u64::try_from(hits).unwrap_or(u64::MAX));
        self.misses.increment(u64::try_from(misses).unwrap_or(u64::MAX));
    }

    /// Counts what came of one look.
    pub fn seen<T>(&self, found: Option<T>) -> Option<T> {
        if found.is_some() {
            self.hits.increment(1)
        } else {
            self.misses.increment(1)
        }
        found
    }
}

macro_rules! kept {
    ($($constant:ident = $name:literal: $what:literal, by $key:literal, $bound:literal, $lasts:literal, $ended_by:literal, in $code:literal;)*) => {
        $(
            #[doc = $what]
            pub const $constant: Kept = Kept {
                name: $name, what: $what, key: $key, bound: $bound, lasts: $lasts, ended_by: $ended_by, code: $code,
            };
        )*
        /// Everything that is kept and whose look-ups are counted.
        pub const TABLE: &[Kept] = &[$($constant),*];
    };
}

kept! {
    TWEETS = "tweets": "Tweets as they are shown, with pictures, mentions and counters; none with a poll",
        by "tweet", "96 MiB · room", "10 min, with several processes 30 s",
        "what is written of the tweet or to it: edited, deleted, answered, liked, repeated, quoted; the host's own counters",
        in "src/service/shelf.rs";
    ACCOUNTS = "accounts": "Accounts with their counters",
        by "account", "32 MiB · room", "10 min, with several processes 30 s",
        "profile, follows, tweets, suspension, move of the account",
        in "src/service/shelf.rs";
    CARDS = "cards": "Cards of linked pages, also that there is none",
        by "tweet", "20,000 · room", "10 min, with several processes 30 s",
        "a card that comes (all of them), an edit or deletion of the tweet",
        in "src/service/shelf.rs";
    MARKS = "marks": "What somebody did to an older tweet",
        by "viewer and tweet", "100,000 · room", "10 min, with several processes 30 s",
        "like, repost, bookmark, pin by the viewer; a thread that the viewer mutes (all of the viewer's)",
        in "src/service/shelf.rs";
    RECENT_MARKS = "recent_marks": "All that somebody did to tweets of the last seven days",
        by "viewer", "200,000 marks and viewers · room", "10 min, with several processes 30 s",
        "the same",
        in "src/service/shelf.rs";
    RELATIONS = "relations": "Whom somebody follows, blocks, mutes, hides, and who blocks them",
        by "account", "4 million relations of 50,000 accounts · room", "for good",
        "follows, blocks, mutes, lists, hidden hosts and followed hashtags of the account",
        in "src/service/graph.rs";
    FILTERS = "filters": "Filters, ready to be asked",
        by "account", "400,000 words of 50,000 accounts · room", "for good",
        "a change of the account's filters",
        in "src/service/filters.rs";
    SESSIONS = "sessions": "Whose a session or token is, and what it may do",
        by "hash of its secret", "50,000 · room", "30 s",
        "the end of the session, suspension of the account",
        in "src/service/known_sessions.rs";
    RECENT_WRITERS = "recent_writers": "Who wrote and has not read since, and so waits for the own write",
        by "account", "10,000", "until the next read of home",
        "that read",
        in "src/service/mod.rs";
    PICTURE_FAILURES = "picture_failures": "Remote pictures that could not be had",
        by "address", "10,000", "minutes to hours, by the failure",
        "nothing",
        in "src/service/remote_pictures.rs";
    READERS = "readers": "The relations of somebody in the order that merging wants",
        by "account", "4 million accounts in the sets of 50,000 readers · room", "for good",
        "the account's relations, of which it is made: they are compared each time",
        in "src/timelines/home.rs";
    SHOWN_POSTS = "shown_posts": "Posts as apps are shown them, as text",
        by "tweet and what the viewer did to it", "64 MiB · room", "for good",
        "anything that it is made of: that is compared each time",
        in "src/http/mastodon/entities/kept.rs";
    DOCUMENTS = "documents": "Posts and accounts as other instances read them",
        by "path", "16 MiB", "5 min",
        "an edit, deletion, vote or quote decision of a tweet in it; profile, key, move, suspension, pins of its account; a changed emoji (all of them)",
        in "src/federation/rendered.rs";
    OWN_KEYS = "own_keys": "Opened key pairs of accounts here",
        by "account", "2,000", "for good",
        "a new key, suspension of the account",
        in "src/federation/own_keys.rs";
    PAYLOADS = "payloads": "Activities that are being delivered",
        by "activity", "64 MiB", "for good", "nothing: an activity never changes",
        in "src/federation/outbound/send.rs";
    SIGNERS = "signers": "Keys of the authors of what is being delivered",
        by "account", "10,000", "5 s", "a new key, suspension of the account",
        in "src/federation/outbound/send.rs";
    REACHED = "reached": "Which hosts had something from whom",
        by "account and host", "50,000", "for good", "nothing: it only grows",
        in "src/federation/outbound/known_reached.rs";
    KNOCKS = "knocks": "How hosts want requests signed",
        by "host", "4,096", "for good", "a host that refuses it",
        in "src/federation/wire.rs";
    PUBLIC_KEYS = "public_keys": "Parsed public keys",
        by "the key's text", "10,000", "for good", "nothing: a changed key is another text",
        in "src/federation/verifier.rs";
    FOLLOWER_DIGESTS = "follower_digests": "Digests of who follows somebody, by host (FEP-8fcf)",
        by "account", "200,000 hosts of 1,000 accounts", "1 h", "a follow or its end",
        in "src/federation/followers/memo.rs";
    FETCH_FAILURES = "fetch_failures": "Documents of other instances that could not be had",
        by "address", "10,000", "minutes, by the failure", "a fetch that went well",
        in "src/federation/resolve/fetch.rs";
    KEY_QUESTIONS = "key_questions": "When a host was last asked for a key because a signature did not verify",
        by "actor", "10,000", "minutes", "nothing",
        in "src/federation/resolve/fetch.rs";
    ACTORS = "actors": "Actors that were fetched a moment ago",
        by "address", "16 MiB", "minutes", "nothing",
        in "src/federation/resolve/fetch.rs";
}

/// The table as it stands in `docs/caches.md`.
pub fn markdown() -> String {
    let mut text = String::from(
        "| Kept | What | Found by | At most | Counts for | Ended before by |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for kept in TABLE {
        let Kept { name, what, key, bound, lasts, ended_by, .. } = kept;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{name}` | {what} | {key} | {bound} | {lasts} | {ended_by} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;

    /// The histograms of routes are handles, nothing that can be stale.
    const NO_DATA: &str = "src/http/middleware/track.rs";

    fn read(path: &str) -> String {
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
    }

    /// Every source file, by its path from the root.
    fn sources(folder: &str, into: &mut Vec<String>) {
        for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().unwrap().is_dir() {
                sources(&path, into);
            } else if path.ends_with(".rs") {
                into.push(path);
            }
        }
    }

    #[test]
    fn everything_that_is_kept_stands_in_the_table_and_its_looks_are_counted() {
        let mut files = Vec::new();
        sources("src", &mut files);
        let mut in_code: BTreeMap<String, usize> = BTreeMap::new();
        for file in files.into_iter().filter(|file| file != NO_DATA && file != "src/telemetry/caches.rs") {
            let text = read(&file);
            let code = text.split("\nmod tests {").next().unwrap();
            let made = code.matches("Cache::new(").count() + code.matches("Cache::with_weighter(").count();
            let counted = code.matches("Lookups::of(&caches::").count();
            assert_eq!(made, counted, "{file}: caches made and caches counted");
            if made > 0 {
                in_code.insert(file, made);
            }
        }
        let mut in_table: BTreeMap<String, usize> = BTreeMap::new();
        for kept in TABLE {
            *in_table.entry(kept.code.to_owned()).or_default() += 1;
            assert_eq!(TABLE.iter().filter(|other| other.name == kept.name).count(), 1, "{}", kept.name);
        }
        assert_eq!(in_code, in_table);
    }

    #[test]
    fn the_page_about_caches_shows_the_table_as_it_is() {
        let document = read("docs/caches.md");
        let Some((prose, after)) = document.split_once("| Kept |") else { panic!("the page has no table") };
        let rest = after.split_once("\n\n").map_or("", |(_, rest)| rest);
        let page = format!("{prose}{}\n{rest}", markdown());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/caches.md"), &page).unwrap();
        }
        assert!(
            read("docs/caches.md") == page,
            "renew the page: UPDATE_DOCS=1 cargo nextest run the_page_about_caches"
        );
    }

    #[test]
    fn a_room_is_a_part_of_every_size_and_never_nothing() {
        assert_eq!(Room::of_bytes(WHOLE_BYTES).of(1_000), 1_000);
        assert_eq!(Room::of_bytes(4 * WHOLE_BYTES).count(50), 200);
        assert_eq!(Room::of_bytes(0).of(1_000), 100);
        assert!(Room::of_machine().of(1_000) >= 100);
    }
}
