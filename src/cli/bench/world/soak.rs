//! Everyday life for long: whether memory, open files or times grow.

use std::sync::Arc;
use std::time::Duration;

use super::drive::{World, drive};
use super::plan::Plan;
use super::server::Running;
use super::{CONNECTIONS, tell};
use crate::cli::Failure;
use crate::cli::bench::report::{Figure, number};

const MINUTE: Duration = Duration::from_secs(60);
const MINUTES_AN_HOUR: f64 = 60.0;
const MIB: f64 = 1_048_576.0;

/// How a minute was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Minute {
    home_ms: f64,
    post_ms: f64,
    memory: f64,
    descriptors: usize,
    refused: usize,
}

/// Lives so many minutes at so many hundredths of the Seed.
pub(super) async fn soak(
    world: &Arc<World>,
    server: &Running,
    (percent, seed): (f64, u64),
    minutes: u32,
) -> Result<Vec<Minute>, Failure> {
    let mut soaked = Vec::new();
    for minute in 1..=minutes {
        let plan = Plan::draw(&world.shape, percent, (MINUTE, false), seed.wrapping_add(minute.into()))?;
        let tally = drive(world, plan, CONNECTIONS, &format!("minute {minute} of {minutes}")).await?;
        soaked.push(Minute {
            home_ms: tell::percentile(&tally.homes, 99),
            post_ms: tell::percentile(&tally.posts, 99),
            memory: server.used()?.memory,
            descriptors: server.descriptors()?,
            refused: tally.refused,
        });
    }
    Ok(soaked)
}

/// The figures: the first third beside the last, and how memory grows in the second half, when what is kept is full.
pub(super) fn tell(figures: &mut Vec<Figure>, soaked: &[Minute]) {
    let third = soaked.len() / 3;
    let (first, last) = (soaked.get(..third), soaked.get(soaked.len().saturating_sub(third)..));
    let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
    let (begin, end) = (soaked.first(), soaked.last());
    let beside = |name, of: fn(&Minute) -> f64| {
        Figure::new(name, median(last, of), "ms in the last third")
            .beside(median(first, of), "ms in the first")
    };
    let files = |minute: Option<&Minute>| minute.map_or(0.0, |minute| number(minute.descriptors));
    let memory = |minute: Option<&Minute>| minute.map_or(0.0, |minute| minute.memory / MIB);
    figures.extend([
        Figure::new("minutes", number(soaked.len()), ""),
        beside("home pages, 99 of 100 in", |minute| minute.home_ms),
        beside("posts, 99 of 100 in", |minute| minute.post_ms),
        Figure::new("memory", memory(end), "MiB at the end").beside(memory(begin), "MiB after a minute"),
        Figure::new(
            "… grows in the second half by",
            slope(soaked.get(soaked.len() / 2..).unwrap_or_default()),
            "MiB an hour",
        ),
        Figure::new("open files", files(end), "at the end").beside(files(begin), "after a minute"),
        Figure::new(
            "answers that were not good",
            number(soaked.iter().map(|minute| minute.refused).sum()),
            "",
        ),
    ]);
}

fn median(minutes: &[Minute], of: fn(&Minute) -> f64) -> f64 {
    let mut all: Vec<f64> = minutes.iter().map(of).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// How memory grows, by least squares, in MiB an hour.
fn slope(minutes: &[Minute]) -> f64 {
    let points: Vec<(f64, f64)> =
        (0_u32..).map(f64::from).zip(minutes.iter().map(|minute| minute.memory / MIB)).collect();
    let count = number(points.len()).max(1.0);
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (x, y) = (x / count, y / count);
    let (top, bottom) = points.iter().fold((0.0, 0.0), |(top, bottom), point| {
        (top + (point.0 - x) * (point.1 - y), bottom + (point.0 - x).powi(2))
    });
    if bottom > 0.0 { top / bottom * MINUTES_AN_HOUR } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_told_an_hour() {
        let minute = |memory: f64| Minute {
            home_ms: 1.0,
            post_ms: 2.0,
            memory: memory * MIB,
            descriptors: 9,
            refused: 0,
        };
        let grown: Vec<Minute> = [100.0, 101.0, 102.0, 103.0].map(minute).to_vec();
        assert!((slope(&grown) - 60.0).abs() < 1e-6);
        assert!(slope(&[minute(5.0); 4]).abs() < 1e-9);
        assert!(slope(&[]).abs() < 1e-9);
        assert!((median(&grown, |minute| minute.memory) - 102.0 * MIB).abs() < 1.0);
    }
}
