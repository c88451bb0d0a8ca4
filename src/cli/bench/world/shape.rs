//! Who there is and who follows whom: drawn from a seed, the same for the same seed.
//!
//! The figures are those of a large network: one account in ten is heavy; how many somebody follows is lognormal with a
//! median of 456 for the heavy and of 74 for the others; how many follow somebody goes by attractiveness, lognormal too and
//! so wide (σ 1.9) that a few are followed by very many. One celebrity is followed by 86 of 100 accounts.

use std::collections::HashSet;

use rand_distr::weighted::WeightedAliasIndex;
use rand_distr::{Distribution as _, LogNormal, Uniform};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::SeedableRng as _;

use crate::cli::Failure;
use crate::config::limits::FOLLOWS_MAX;
use crate::error::Error;

/// The account that most follow.
pub(super) const CELEBRITY: u32 = 0;
/// How many of 100 accounts follow it.
const CELEBRITY_PERCENT: u32 = 86;
/// One account in this many is heavy.
const HEAVY_PART: u32 = 10;
const HEAVY_FOLLOWS_MEDIAN: f64 = 456.0;
const FOLLOWS_MEDIAN: f64 = 74.0;
/// How wide the numbers of follows are; the mean is 1.65 times the median.
const FOLLOWS_SIGMA: f64 = 1.0;
const ATTRACTIVENESS_SIGMA: f64 = 1.9;
/// How much oftener the heavy write and read.
const HEAVY_TIMES: f64 = 5.0;
/// Followers of those who write, by posts, on average: the Seed's.
const FAN_OUT: f64 = 403.0;
/// Halvings of the interval in which the exponent lies that gives this fan-out.
const HALVINGS: usize = 40;

/// The people of a world, by number.
pub(super) struct Shape {
    /// Whom each follows.
    pub(super) following: Edges,
    /// Who follows each.
    pub(super) followers: Edges,
    /// Whose turn it is to write.
    pub(super) writers: WeightedAliasIndex<f64>,
    /// Whose turn it is to read.
    pub(super) readers: WeightedAliasIndex<f64>,
    /// Whom the next follow chooses.
    pub(super) liked: WeightedAliasIndex<f64>,
    /// Followers of an author, by posts, on average.
    pub(super) fan_out: f64,
}

/// For each number, the numbers on the other end.
pub(super) struct Edges {
    starts: Vec<usize>,
    ends: Vec<u32>,
}

impl Edges {
    /// Those of one.
    pub(super) fn of(&self, number: u32) -> &[u32] {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        let bounds = self.starts.get(place).zip(self.starts.get(place.saturating_add(1)));
        bounds.and_then(|(from, to)| self.ends.get(*from..*to)).unwrap_or_default()
    }

    /// How many people there are.
    pub(super) fn people(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many edges.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn turned(&self, people: u32) -> Self {
        let mut starts = vec![0_usize; usize::try_from(people).unwrap_or_default().saturating_add(1)];
        for end in &self.ends {
            if let Some(count) = starts.get_mut(usize::try_from(*end).unwrap_or(usize::MAX).saturating_add(1))
            {
                *count = count.saturating_add(1);
            }
        }
        let mut sum = 0_usize;
        for count in &mut starts {
            sum = sum.saturating_add(*count);
            *count = sum;
        }
        let mut free = starts.clone();
        let mut ends = vec![0_u32; self.ends.len()];
        for number in 0..people {
            for end in self.of(number) {
                let Some(place) = free.get_mut(usize::try_from(*end).unwrap_or(usize::MAX)) else { continue };
                if let Some(slot) = ends.get_mut(*place) {
                    *slot = number;
                }
                *place = place.saturating_add(1);
            }
        }
        Self { starts, ends }
    }
}

impl Shape {
    /// Draws the relations of so many people.
    pub(super) fn draw(people: u32, seed: u64) -> Result<Self, Failure> {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let attractiveness = LogNormal::new(0.0, ATTRACTIVENESS_SIGMA).map_err(Error::internal)?;
        let attractive: Vec<f64> = (0..people).map(|_| attractiveness.sample(&mut random)).collect();
        let liked = WeightedAliasIndex::new(attractive).map_err(Error::internal)?;
        let following = follows(people, &liked, &mut random)?;
        let followers = following.turned(people);
        let (writers, fan_out) = writers(people, &followers)?;
        let readers = (0..people).map(|number| weight(number, 1.0)).collect();
        let readers = WeightedAliasIndex::new(readers).map_err(Error::internal)?;
        Ok(Self { following, followers, writers, readers, liked, fan_out })
    }
}

/// Whether somebody reads and writes much.
fn is_heavy(number: u32) -> bool {
    number.is_multiple_of(HEAVY_PART)
}

fn weight(number: u32, times: f64) -> f64 {
    if is_heavy(number) { HEAVY_TIMES * times } else { times }
}

fn follows(people: u32, liked: &WeightedAliasIndex<f64>, random: &mut Pcg64Mcg) -> Result<Edges, Failure> {
    let degrees = |median: f64| LogNormal::new(median.ln(), FOLLOWS_SIGMA).map_err(Error::internal);
    let (heavy, others) = (degrees(HEAVY_FOLLOWS_MEDIAN)?, degrees(FOLLOWS_MEDIAN)?);
    let percent = Uniform::new(0, 100).map_err(Error::internal)?;
    // Nobody follows more than half of everybody: the draws would hardly find somebody new.
    let most = usize::try_from(people / 2).unwrap_or_default().min(FOLLOWS_MAX);
    let mut edges = Edges { starts: vec![0], ends: Vec::new() };
    let mut chosen: HashSet<u32> = HashSet::new();
    for number in 0..people {
        let degree = if is_heavy(number) { heavy.sample(random) } else { others.sample(random) };
        let degree = whole(degree).clamp(1, most);
        chosen.clear();
        if number != CELEBRITY && percent.sample(random) < CELEBRITY_PERCENT {
            chosen.insert(CELEBRITY);
        }
        // The most attractive are drawn again and again.
        for _ in 0..degree.saturating_mul(4) {
            if chosen.len() >= degree {
                break;
            }
            let other = u32::try_from(liked.sample(random)).unwrap_or(u32::MAX);
            if other != number && other != CELEBRITY {
                chosen.insert(other);
            }
        }
        let mut ends: Vec<u32> = chosen.iter().copied().collect();
        ends.sort_unstable();
        edges.ends.extend(ends);
        edges.starts.push(edges.ends.len());
    }
    Ok(edges)
}

/// Who writes how often, so that a post has the wanted number of followers on average: the oftener, the more followers one
/// has, by an exponent that is found by halving. Also the average that this gives.
fn writers(people: u32, followers: &Edges) -> Result<(WeightedAliasIndex<f64>, f64), Failure> {
    let degree = |number: u32| f64::from(u32::try_from(followers.of(number).len()).unwrap_or(u32::MAX));
    let weights = |exponent: f64| -> Vec<f64> {
        let of = |number: u32| match number {
            // It writes when the story says so.
            CELEBRITY => 0.0,
            _ => weight(number, degree(number).max(0.5).powf(exponent)),
        };
        (0..people).map(of).collect()
    };
    let mean = |exponent: f64| {
        let weights = weights(exponent);
        let reached: f64 = weights.iter().zip(0_u32..).map(|(weight, number)| weight * degree(number)).sum();
        reached / weights.iter().sum::<f64>()
    };
    let (mut low, mut high) = (-2.0_f64, 2.0_f64);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if mean(middle) < FAN_OUT { low = middle } else { high = middle }
    }
    Ok((WeightedAliasIndex::new(weights(high)).map_err(Error::internal)?, mean(high)))
}

/// A drawn number as a count.
pub(super) fn whole(drawn: f64) -> usize {
    // There is no checked way from a float to an integer but by its text.
    format!("{:.0}", drawn.clamp(0.0, 1e9)).parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn median(mut numbers: Vec<usize>) -> usize {
        numbers.sort_unstable();
        numbers[numbers.len() / 2]
    }

    #[test]
    fn a_world_has_the_figures_of_a_large_network() {
        let shape = Shape::draw(5_000, 7).unwrap();
        let degrees = |heavy: bool| {
            let of = (0..5_000).filter(|number| is_heavy(*number) == heavy);
            median(of.map(|number| shape.following.of(number).len()).collect())
        };
        assert!((60..90).contains(&degrees(false)), "{}", degrees(false));
        assert!((380..530).contains(&degrees(true)), "{}", degrees(true));
        let fans = shape.followers.of(CELEBRITY).len();
        assert!((4_200..4_400).contains(&fans), "{fans}");
        assert!((shape.fan_out - FAN_OUT).abs() < 1.0, "{}", shape.fan_out);
        assert_eq!(shape.followers.len(), shape.following.len());
    }

    #[test]
    fn who_follows_is_followed_and_the_same_seed_draws_the_same() {
        let (one, other) = (Shape::draw(500, 3).unwrap(), Shape::draw(500, 3).unwrap());
        for number in 0..500 {
            assert_eq!(one.following.of(number), other.following.of(number));
            for followee in one.following.of(number) {
                assert_ne!(*followee, number);
                assert!(one.followers.of(*followee).contains(&number));
            }
        }
        assert_ne!(Shape::draw(500, 4).unwrap().following.len(), one.following.len());
    }
}
