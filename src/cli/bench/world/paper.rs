//! The Seed on paper: what its whole load would take of machines like this one, by what each thing cost in this run.

use std::fmt::Write as _;

/// People of the Seed who come on a day.
const PEOPLE: f64 = 200e6;
/// What they write on a day.
const POSTS_A_DAY: f64 = 500e6;
/// Home pages for each post, and likes, reposts, answers and follows.
const READS: f64 = 50.0;
const INTERACTIONS: f64 = 4.0;
/// Homes that each post comes to.
const FAN_OUT: f64 = 403.0;
const DAY_SECONDS: f64 = 86_400.0;
/// How long posts are kept on the paper.
const DAYS: f64 = 365.0;

/// What one of each costs, as measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Costs {
    /// Seconds of a core: a post, with all that follows from it.
    pub(super) post: f64,
    /// A home page.
    pub(super) read: f64,
    /// A like.
    pub(super) interaction: f64,
    /// Bytes of memory for each person who reads, above those of an idle server.
    pub(super) memory: f64,
    /// Bytes of the database for each post, its indexes included.
    pub(super) disk: f64,
    /// Bytes of the search index for each post.
    pub(super) index: f64,
}

/// The machines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fleet {
    /// Cores that are busy all day.
    pub(super) cores: f64,
    /// Terabytes of memory.
    pub(super) memory: f64,
    /// Terabytes that a year of posts takes.
    pub(super) disk: f64,
}

impl Costs {
    /// What the Seed would take.
    pub(super) fn fleet(&self) -> Fleet {
        let posts = POSTS_A_DAY / DAY_SECONDS;
        let each = self.post + READS * self.read + INTERACTIONS * self.interaction;
        Fleet {
            cores: posts * each,
            memory: PEOPLE * self.memory / 1e12,
            disk: POSTS_A_DAY * DAYS * (self.disk + self.index) / 1e12,
        }
    }

    /// The same with the formula, to be read.
    pub(super) fn shown(&self) -> String {
        let fleet = self.fleet();
        let posts = POSTS_A_DAY / DAY_SECONDS;
        let micros = |seconds: f64| seconds * 1e6;
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "The Seed on paper: 200 million people a day, 500 million posts, {READS} home pages and {INTERACTIONS} likes a post:\n\
             cores  = posts/s × (post + {READS} × home + {INTERACTIONS} × like)\n       \
             = {posts:.0} × ({:.0} + {READS} × {:.0} + {INTERACTIONS} × {:.0}) µs = {:.0} cores, busy all day\n\
             memory = people × {:.0} bytes = {:.1} TB\n\
             disk   = posts a year × ({:.0} + {:.0}) bytes = {:.0} TB a year\n\
             homes reached: {:.0} a second, at no cost beside the post: a home is merged when it is read",
            micros(self.post),
            micros(self.read),
            micros(self.interaction),
            fleet.cores,
            self.memory,
            fleet.memory,
            self.disk,
            self.index,
            fleet.disk,
            posts * FAN_OUT,
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_is_the_sum_of_what_each_thing_costs() {
        let costs =
            Costs { post: 1e-3, read: 1e-4, interaction: 2.5e-4, memory: 5_000.0, disk: 800.0, index: 200.0 };
        let fleet = costs.fleet();
        assert!((fleet.cores - 5_787.0 * 7e-3).abs() < 0.1, "{}", fleet.cores);
        assert!((fleet.memory - 1.0).abs() < 1e-9);
        assert!((fleet.disk - 182.5).abs() < 1e-6);
        assert!(costs.shown().contains("= 41 cores"), "{}", costs.shown());
    }
}
