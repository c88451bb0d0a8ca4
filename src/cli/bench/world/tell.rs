//! The figures of a world, one line each.

use std::time::Duration;

use super::drive::{Tally, Took, World};
use super::maxima::Most;
use super::paper::Costs;
use super::plan::{HOMES, INTERACTIONS, POSTS};
use super::server::Used;
use super::{HOME_MS, POST_MS};
use crate::cli::bench::report::{Figure, number, percentile_ms, rate};

const MIB: f64 = 1_048_576.0;

/// The time that this share of the answers took at most, in milliseconds.
pub(super) fn percentile(took: &[Took], percent: usize) -> f64 {
    let mut times: Vec<Duration> = took.iter().map(|(_, took)| *took).collect();
    times.sort_unstable();
    percentile_ms(&times, percent)
}

fn percentile_of(times: &[Duration], percent: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    percentile_ms(&times, percent)
}

/// The world and its first pages.
pub(super) fn start(figures: &mut Vec<Figure>, cold: &Most, (idle, warm): (&Used, &Used), world: &World) {
    let people = number(world.shape.following.people());
    figures.extend([
        Figure::new("accounts", people, ""),
        Figure::new("follows", number(world.shape.following.len()), ""),
        Figure::new("followers of who writes, on average", world.shape.fan_out, ""),
        Figure::new("first pages after a start, everybody's", cold.a_second, "a second"),
        Figure::new("… 99 of 100 in", cold.within_ms[1], "ms"),
        Figure::new("memory when started", idle.memory / MIB, "MiB"),
        Figure::new("memory with everybody's home open", warm.memory / MIB, "MiB"),
        Figure::new("… for each of them", (warm.memory - idle.memory) / people, "bytes"),
    ]);
}

/// Everyday life with its story.
pub(super) fn life(figures: &mut Vec<Figure>, tally: &Tally, (before, after): (Used, Used), time: Duration) {
    let deliveries = shape_number(tally.deliveries) / time.as_secs_f64();
    figures.extend([
        Figure::new("life: home pages", rate(tally.homes.len(), time), "a second").beside(HOMES, "wanted"),
        Figure::new("… half of them in", percentile(&tally.homes, 50), "ms"),
        Figure::new("… 99 of 100 in", percentile(&tally.homes, 99), "ms").beside(HOME_MS, "ms at most"),
        Figure::new("life: posts on the disk", rate(tally.posts.len(), time), "a second")
            .beside(POSTS, "wanted"),
        Figure::new("… 99 of 100 in", percentile(&tally.posts, 99), "ms").beside(POST_MS, "ms at most"),
        Figure::new("life: homes with a new post", deliveries, "a second").beside(23_000.0, "wanted"),
        Figure::new(
            "life: likes, reposts, answers, follows",
            rate(tally.interactions.len(), time),
            "a second",
        )
        .beside(INTERACTIONS, "wanted"),
        Figure::new("… 99 of 100 in", percentile(&tally.interactions, 99), "ms"),
        Figure::new("life: searches, 99 of 100 in", percentile(&tally.searches, 99), "ms"),
        Figure::new("from a post to the last of 20 homes", percentile_of(&tally.visible, 50), "ms"),
        Figure::new("… 99 of 100 in", percentile_of(&tally.visible, 99), "ms"),
        Figure::new("… the celebrity's, the last of 500", percentile_of(&tally.celebrated, 100), "ms"),
        Figure::new("from a post to the search that finds it", percentile_of(&tally.found, 50), "ms"),
        Figure::new("… 99 of 100 in", percentile_of(&tally.found, 99), "ms"),
        Figure::new("answers that were not good", number(tally.refused), ""),
        Figure::new("cores busy with it", (after.cpu - before.cpu) / time.as_secs_f64(), "of a core"),
        Figure::new("memory after it", after.memory / MIB, "MiB"),
    ]);
    if let Some(complaint) = &tally.complaint {
        eprintln!("the first answer that was not good: {complaint}");
    }
}

/// More and more of the Seed.
pub(super) fn more(figures: &mut Vec<Figure>, steps: &[(f64, Tally)]) {
    for (percent, tally) in steps {
        figures.extend([
            Figure::new("hundredths of the Seed tried", *percent, "%"),
            Figure::new("… home pages, 99 of 100 in", percentile(&tally.homes, 99), "ms")
                .beside(HOME_MS, "ms at most"),
            Figure::new("… posts, 99 of 100 in", percentile(&tally.posts, 99), "ms")
                .beside(POST_MS, "ms at most"),
        ]);
    }
}

/// The most of each thing alone.
pub(super) fn mosts(
    figures: &mut Vec<Figure>,
    (homes, likes, searches): (&Most, &Most, &Most),
    (posts, bare, fan_out): (&Most, f64, f64),
    costs: &Costs,
) {
    let micros = |most: &Most| Figure::new("… of a core for one", most.cpu * 1e6, "µs");
    let slowest = |most: &Most| Figure::new("… 99 of 100 in", most.within_ms[1], "ms");
    figures.extend([
        Figure::new("most: home pages", homes.a_second, "a second"),
        slowest(homes),
        micros(homes),
        Figure::new("most: likes", likes.a_second, "a second"),
        slowest(likes),
        micros(likes),
        Figure::new("most: searches", searches.a_second, "a second"),
        slowest(searches),
        micros(searches),
        Figure::new("most: posts on the disk", posts.a_second, "a second").beside(bare, "rows written bare"),
        slowest(posts),
        micros(posts),
        Figure::new("most: homes with a new post", posts.a_second * fan_out, "a second"),
        Figure::new("disk for a post, indexes and follows included", costs.disk, "bytes"),
        Figure::new("search index for a post", costs.index, "bytes"),
    ]);
}

fn shape_number(count: u64) -> f64 {
    number(usize::try_from(count).unwrap_or(usize::MAX))
}
