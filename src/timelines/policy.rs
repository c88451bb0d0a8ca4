//! Push or pull: who pays for a timeline entry, the writer's event or the reader's page.
//!
//! Pulling costs the reader a look at one ring for each followee at each page; pushing costs one write for
//! each pushed reader at each tweet, and about 3 kB of memory a reader. So a reader gets a ring when their
//! looks add up; an author is still pulled for that reader when the author writes more often than the reader
//! looks, and for everybody when one tweet would mean too many writes at once.

/// What is known of one author and one of their followers when the way is chosen.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// How many local accounts follow the author.
    pub author_followers: u64,
    /// Entries the author makes a day.
    pub author_entries_per_day: u64,
    /// How many accounts the reader follows.
    pub reader_follows: u64,
    /// Home pages the reader opens a day.
    pub reader_pages_per_day: u64,
}

/// How an author's entries reach a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Written into the reader's ring when they happen.
    Push,
    /// Merged from the author's ring when the reader looks.
    Pull,
}

/// The thresholds of [`push_or_pull`]; all are settings. Any values give the same pages.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// Authors with more local followers than this are never pushed.
    pub celebrity_followers: u64,
    /// A reader gets a ring when followees × pages a day reach this.
    pub dear_looks_per_day: u64,
    /// An author with more entries a day than this times the reader's pages a day is pulled for that reader.
    pub entries_per_page: u64,
}

impl Default for Thresholds {
    /// From `benches/timelines.rs` on one shared core: a look costs 13 ns in a merge, a push 25–40 ns, a page
    /// from one's own ring 1 µs. So a tweet of the largest pushed author takes 3–4 ms of a core, in slices; an
    /// author is worth pushing up to about one entry a page; and with a few entries a day from each followee
    /// a ring pays from some ten pages a day on. That a reader must make 100,000 looks a day (1.3 ms) to get
    /// one keeps the memory for those who gain most.
    fn default() -> Self {
        Self { celebrity_followers: 100_000, dear_looks_per_day: 100_000, entries_per_page: 1 }
    }
}

/// The way for one author and one reader.
pub fn push_or_pull(edge: &Edge, thresholds: &Thresholds) -> Way {
    let worth_a_write =
        edge.author_entries_per_day <= edge.reader_pages_per_day.saturating_mul(thresholds.entries_per_page);
    let push = !is_celebrity(edge.author_followers, thresholds)
        && wants_ring(edge.reader_follows, edge.reader_pages_per_day, thresholds)
        && worth_a_write;
    if push { Way::Push } else { Way::Pull }
}

/// The author's half: too many followers to push to any of them.
pub(super) fn is_celebrity(followers: u64, thresholds: &Thresholds) -> bool {
    followers > thresholds.celebrity_followers
}

/// The reader's half: whether pages are dear enough for a ring of one's own.
pub(super) fn wants_ring(follows: u64, pages_per_day: u64, thresholds: &Thresholds) -> bool {
    follows.saturating_mul(pages_per_day) >= thresholds.dear_looks_per_day
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAVY: Edge = Edge {
        author_followers: 500,
        author_entries_per_day: 5,
        reader_follows: 3_000,
        reader_pages_per_day: 60,
    };

    fn way(edge: Edge) -> Way {
        push_or_pull(&edge, &Thresholds::default())
    }

    #[test]
    fn a_heavy_reader_is_pushed_to_and_a_light_one_pulls() {
        assert_eq!(way(HEAVY), Way::Push);
        assert_eq!(way(Edge { reader_follows: 300, ..HEAVY }), Way::Pull);
        assert_eq!(way(Edge { reader_pages_per_day: 3, ..HEAVY }), Way::Pull);
        assert_eq!(way(Edge { reader_follows: 300, reader_pages_per_day: 600, ..HEAVY }), Way::Push);
    }

    #[test]
    fn celebrities_and_floods_are_pulled_even_for_a_heavy_reader() {
        assert_eq!(way(Edge { author_followers: 100_001, ..HEAVY }), Way::Pull);
        assert_eq!(way(Edge { author_entries_per_day: 61, ..HEAVY }), Way::Pull);
        assert_eq!(way(Edge { author_entries_per_day: 60, ..HEAVY }), Way::Push);
    }
}
