//! In which order the best matches stand for a viewer, and why.
//!
//! ```text
//! score = text · freshness · nearness
//! ```
//!
//! Each factor is one question, so that each can be told to whoever asks: how well do the words match, how old is it, and
//! what has the viewer to do with it. They are multiplied, so that nothing comes up for being new or near alone: a match
//! that is half as good has to be twice as near. Neither factor is ever nought: an old tweet of a stranger that says it
//! best is still found.

use crate::clock::{DAY_MS, HOUR_MS, Millis};

/// The age at which half of the part of the score that fades has faded: most of what people look for is from these days.
const HALF_LIFE_MS: Millis = 3 * DAY_MS;
/// The part of the score that never fades.
const LASTING: f64 = 0.2;
/// A tweet is called recent up to this age.
const RECENT_MS: Millis = HALF_LIFE_MS;

/// By somebody whom the viewer follows. The strongest tie: they chose to read them. A stranger's tweet must match 1.6 times
/// as well to stand above.
const FOLLOWED: f64 = 0.6;
/// Liked or repeated by somebody whom the viewer follows: somebody they trust found it good. Less than a follow, as people
/// like many things.
const TOUCHED: f64 = 0.3;
/// By somebody whom one of those follows: the same circle, but unknown to the viewer.
const NEAR: f64 = 0.2;
/// Written by the viewer: they look for others' more often, and have `from:me` for their own.
const OWN: f64 = 0.2;
/// How well words match where none were asked for: operators match all alike.
const NO_WORDS: f64 = 1.0;

/// What is known of a match.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MatchFacts {
    /// How well the words match (BM25); nought where no words were asked for.
    pub text: f64,
    /// How old it is.
    pub age_ms: Millis,
    /// The viewer wrote it.
    pub own: bool,
    /// The viewer follows its author.
    pub followed: bool,
    /// Somebody whom the viewer follows follows its author.
    pub near: bool,
    /// Somebody whom the viewer follows liked or repeated it.
    pub touched: bool,
}

/// The factors of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// How well the words match; above nought.
    pub text: f64,
    /// What age leaves of it, from 0.2 to 1.
    pub freshness: f64,
    /// What the viewer has to do with it, from 1 for a stranger's to 1.9.
    pub nearness: f64,
}

impl Score {
    /// What the order goes by.
    pub fn total(self) -> f64 {
        self.text * self.freshness * self.nearness
    }
}

/// Why a tweet stands where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The viewer wrote it.
    Own,
    /// The viewer follows its author.
    Followed,
    /// Somebody whom the viewer follows liked or repeated it.
    Touched,
    /// Somebody whom the viewer follows follows its author.
    Near,
    /// It is some days old at most.
    Recent,
    /// The words match.
    Words,
}

impl Why {
    /// Its word in answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Followed => "followed",
            Self::Touched => "touched",
            Self::Near => "near",
            Self::Recent => "recent",
            Self::Words => "words",
        }
    }
}

impl MatchFacts {
    /// The score with its factors.
    pub fn score(&self) -> Score {
        let weight = |there: bool, weight: f64| if there { weight } else { 0.0 };
        // One is closest to oneself, then to those whom one follows: the wider circle adds nothing to the nearer one.
        let author = match (self.own, self.followed) {
            (true, _) => OWN,
            (_, true) => FOLLOWED,
            _ => weight(self.near, NEAR),
        };
        Score {
            text: if self.text > 0.0 { self.text } else { NO_WORDS },
            freshness: freshness(self.age_ms),
            nearness: 1.0 + author + weight(self.touched, TOUCHED),
        }
    }

    /// What speaks for it, the nearest to the viewer first.
    pub fn reasons(&self) -> Vec<Why> {
        let reasons = [
            (self.own, Why::Own),
            (self.followed && !self.own, Why::Followed),
            (self.touched, Why::Touched),
            (self.near && !self.followed && !self.own, Why::Near),
            (self.age_ms <= RECENT_MS, Why::Recent),
            (self.text > 0.0, Why::Words),
        ];
        reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, why)| why).collect()
    }
}

/// What age leaves of a score, between [`LASTING`] and 1.
pub(super) fn freshness(age_ms: Millis) -> f64 {
    let hours = |ms: Millis| f64::from(i32::try_from(ms.max(0) / HOUR_MS).unwrap_or(i32::MAX));
    LASTING + (1.0 - LASTING) * (-hours(age_ms) / hours(HALF_LIFE_MS)).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGE: MatchFacts =
        MatchFacts { text: 2.0, age_ms: DAY_MS, own: false, followed: false, near: false, touched: false };

    #[test]
    fn a_score_fades_by_half_and_never_wholly() {
        assert!((freshness(0) - 1.0).abs() < 1e-9);
        assert!((freshness(-DAY_MS) - 1.0).abs() < 1e-9);
        assert!((freshness(HALF_LIFE_MS) - (LASTING + (1.0 - LASTING) / 2.0)).abs() < 1e-9);
        assert!((freshness(Millis::MAX) - LASTING).abs() < 1e-9);
    }

    #[test]
    fn nearer_newer_and_better_matches_score_higher_each_by_itself() {
        let score = |facts: MatchFacts| facts.score().total();
        let near = score(MatchFacts { near: true, ..STRANGE });
        let touched = score(MatchFacts { touched: true, ..STRANGE });
        let followed = score(MatchFacts { followed: true, ..STRANGE });
        let both = score(MatchFacts { followed: true, touched: true, ..STRANGE });
        assert!(score(STRANGE) < near && near < touched && touched < followed && followed < both);
        assert!(score(MatchFacts { age_ms: 0, ..STRANGE }) > score(STRANGE));
        assert!(score(MatchFacts { text: 3.0, ..STRANGE }) > score(STRANGE));
        assert!(score(MatchFacts { text: 3.3, ..STRANGE }) > followed, "a stranger may say it much better");
        let wider = MatchFacts { followed: true, near: true, ..STRANGE };
        assert!((score(wider) - followed).abs() < 1e-9, "the wider circle adds nothing");
    }

    #[test]
    fn operators_alone_leave_age_and_nearness_to_decide() {
        let unscored = MatchFacts { text: 0.0, ..STRANGE };
        assert!((unscored.score().text - NO_WORDS).abs() < 1e-9);
        assert!(MatchFacts { followed: true, ..unscored }.score().total() > unscored.score().total());
    }

    #[test]
    fn reasons_are_told_from_the_nearest_on() {
        let all = MatchFacts { own: true, followed: true, near: true, touched: true, ..STRANGE };
        assert_eq!(all.reasons(), [Why::Own, Why::Touched, Why::Recent, Why::Words]);
        let circle = MatchFacts { near: true, age_ms: 9 * DAY_MS, ..STRANGE };
        assert_eq!(circle.reasons(), [Why::Near, Why::Words]);
        assert_eq!(MatchFacts { text: 0.0, age_ms: 9 * DAY_MS, ..STRANGE }.reasons(), []);
    }
}
