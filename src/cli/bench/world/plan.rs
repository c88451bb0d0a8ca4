//! What happens when: drawn from the seed in advance, so that the server's slowness never makes the load less (open loop).

use std::time::Duration;

use rand_distr::{Distribution as _, Exp, Uniform};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::SeedableRng as _;

use super::shape::{CELEBRITY, Shape};
use super::words::Words;
use crate::cli::Failure;
use crate::error::Error;

/// One hundredth of the Seed (200 million people a day, 500 million posts a day): posts a second.
pub(super) const POSTS: f64 = 57.87;
/// Home pages a second: 50 for each post.
pub(super) const HOMES: f64 = 50.0 * POSTS;
/// Likes, reposts, answers and follows a second: 4 for each post.
pub(super) const INTERACTIONS: f64 = 4.0 * POSTS;
/// Searches a second: one for each 200 home pages.
const SEARCHES: f64 = HOMES / 200.0;
/// How much more is written while it spikes, and for how long.
const SPIKE_TIMES: f64 = 25.0;
const SPIKE: Duration = Duration::from_secs(2);
/// How long the viral post spreads, and how much of everybody repeats it.
const VIRAL: Duration = Duration::from_secs(10);
const VIRAL_PART: usize = 100;
/// Who likes it for each who repeats it.
const VIRAL_LIKES: usize = 5;

/// Something that somebody does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Opens the home page.
    Home,
    /// Writes.
    Post(String),
    /// Likes one of the newest posts, by a number drawn.
    Like(usize),
    /// Repeats one of them.
    Retweet(usize),
    /// Answers one of them.
    Reply(usize, String),
    /// Follows somebody.
    Follow(u32),
    /// Searches for a word.
    Search(String),
    /// Repeats the post of the celebrity.
    Spread,
    /// Likes it.
    Cheer,
}

/// When, who and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    /// Since the beginning.
    pub(super) at: Duration,
    /// Who, by number.
    pub(super) who: u32,
    /// What.
    pub(super) act: Act,
}

/// A plan.
pub(super) struct Plan {
    /// In order of time.
    pub(super) acts: Vec<Planned>,
}

struct Drawer<'a> {
    shape: &'a Shape,
    words: Words,
    random: Pcg64Mcg,
    acts: Vec<Planned>,
}

impl Plan {
    /// Everyday life at so many hundredths of the Seed; with `story` also a spike, the celebrity's post and its spreading.
    pub(super) fn draw(
        shape: &Shape,
        percent: f64,
        (time, story): (Duration, bool),
        seed: u64,
    ) -> Result<Self, Failure> {
        let random = Pcg64Mcg::seed_from_u64(seed);
        let mut drawer = Drawer { shape, words: Words::new()?, random, acts: Vec::new() };
        let all = (Duration::ZERO, time);
        drawer.stream(HOMES * percent, all, Drawer::home)?;
        drawer.stream(POSTS * percent, all, Drawer::post)?;
        drawer.stream(INTERACTIONS * percent, all, Drawer::interaction)?;
        drawer.stream(SEARCHES * percent, all, Drawer::search)?;
        if story {
            let part = |parts: u32| time * parts / 10;
            drawer.stream(POSTS * percent * (SPIKE_TIMES - 1.0), (part(3), part(3) + SPIKE), Drawer::post)?;
            let text = drawer.words.text(&mut drawer.random);
            drawer.acts.push(Planned { at: part(5), who: CELEBRITY, act: Act::Post(text) });
            drawer.viral(part(6))?;
        }
        let mut acts = drawer.acts;
        acts.sort_by_key(|planned| planned.at);
        Ok(Self { acts })
    }
}

impl Drawer<'_> {
    /// So many a second, each at a moment of its own (a Poisson process).
    fn stream(
        &mut self,
        a_second: f64,
        (from, to): (Duration, Duration),
        draw: fn(&mut Self) -> Result<(u32, Act), Failure>,
    ) -> Result<(), Failure> {
        let pause = Exp::new(a_second).map_err(Error::internal)?;
        let mut at = from;
        loop {
            at = at.saturating_add(Duration::from_secs_f64(pause.sample(&mut self.random)));
            if at >= to {
                return Ok(());
            }
            let (who, act) = draw(self)?;
            self.acts.push(Planned { at, who, act });
        }
    }

    fn viral(&mut self, from: Duration) -> Result<(), Failure> {
        let people = self.shape.following.people();
        let (moment, who) = (
            Uniform::new(0.0, VIRAL.as_secs_f64()),
            Uniform::new(1, u32::try_from(people).unwrap_or(2).max(2)),
        );
        let (moment, who) = (moment.map_err(Error::internal)?, who.map_err(Error::internal)?);
        for number in 0..people / VIRAL_PART * (VIRAL_LIKES + 1) {
            let at = from + Duration::from_secs_f64(moment.sample(&mut self.random));
            let act = if number % (VIRAL_LIKES + 1) == 0 { Act::Spread } else { Act::Cheer };
            self.acts.push(Planned { at, who: who.sample(&mut self.random), act });
        }
        Ok(())
    }

    fn reader(&mut self) -> u32 {
        u32::try_from(self.shape.readers.sample(&mut self.random)).unwrap_or_default()
    }

    fn number(&mut self, below: usize) -> Result<usize, Failure> {
        Ok(Uniform::new(0, below).map_err(Error::internal)?.sample(&mut self.random))
    }

    fn home(&mut self) -> Result<(u32, Act), Failure> {
        Ok((self.reader(), Act::Home))
    }

    fn post(&mut self) -> Result<(u32, Act), Failure> {
        let who = u32::try_from(self.shape.writers.sample(&mut self.random)).unwrap_or_default();
        Ok((who, Act::Post(self.words.text(&mut self.random))))
    }

    fn search(&mut self) -> Result<(u32, Act), Failure> {
        Ok((self.reader(), Act::Search(self.words.word(&mut self.random))))
    }

    /// Of twenty: fourteen likes, three reposts, two answers, one follow.
    fn interaction(&mut self) -> Result<(u32, Act), Failure> {
        let (who, which) = (self.reader(), self.number(usize::MAX)?);
        let act = match self.number(20)? {
            0..14 => Act::Like(which),
            14..17 => Act::Retweet(which),
            17..19 => Act::Reply(which, self.words.text(&mut self.random)),
            _ => {
                let whom = u32::try_from(self.shape.liked.sample(&mut self.random)).unwrap_or_default();
                // Nobody follows themselves.
                if whom == who { Act::Like(which) } else { Act::Follow(whom) }
            }
        };
        Ok((who, act))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_the_seeds_rates_and_is_the_same_for_the_same_seed() {
        let shape = Shape::draw(1_000, 1).unwrap();
        let draw = |seed| Plan::draw(&shape, 1.0, (Duration::from_secs(40), true), seed).unwrap();
        let (one, other) = (draw(5), draw(5));
        assert_eq!(one.acts, other.acts);
        assert_ne!(one.acts, draw(6).acts);
        assert!(one.acts.is_sorted_by_key(|planned| planned.at));
        let count = |wanted: fn(&Act) -> bool| one.acts.iter().filter(|planned| wanted(&planned.act)).count();
        let homes = count(|act| *act == Act::Home);
        assert!((110_000..121_000).contains(&homes), "{homes}");
        let posts = count(|act| matches!(act, Act::Post(_)));
        assert!((4_500..5_700).contains(&posts), "{posts}: 40 s of everyday and 2 s of 25 times as many");
        assert_eq!((count(|act| *act == Act::Spread), count(|act| *act == Act::Cheer)), (10, 50));
        assert_eq!(
            one.acts
                .iter()
                .filter(|planned| planned.who == CELEBRITY && matches!(planned.act, Act::Post(_)))
                .count(),
            1
        );
    }
}
