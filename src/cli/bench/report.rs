//! Figures as a table for people and as JSON for programs.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::{Failure, table};

/// One measured figure.
pub(super) struct Figure {
    /// What was measured.
    pub(super) name: &'static str,
    /// How much.
    pub(super) value: f64,
    /// In what.
    pub(super) unit: &'static str,
    /// The bare limit beside it, and the word for it.
    pub(super) limit: Option<(f64, &'static str)>,
}

impl Figure {
    /// A figure that stands for itself.
    pub(super) fn new(name: &'static str, value: f64, unit: &'static str) -> Self {
        Self { name, value, unit, limit: None }
    }

    /// The same beside its limit.
    pub(super) fn beside(self, limit: f64, what: &'static str) -> Self {
        Self { limit: Some((limit, what)), ..self }
    }

    fn ratio(&self) -> Option<f64> {
        self.limit.filter(|(limit, _)| *limit > 0.0).map(|(limit, _)| self.value / limit)
    }
}

/// The figures of one run.
pub(super) fn shown(figures: &[Figure]) -> String {
    let rows: Vec<[String; 4]> = figures
        .iter()
        .map(|figure| {
            let limit =
                figure.limit.map_or_else(String::new, |(limit, what)| format!("{} {what}", rounded(limit)));
            let ratio = figure.ratio().map_or_else(String::new, |ratio| format!("{ratio:.2}"));
            [figure.name.to_owned(), format!("{} {}", rounded(figure.value), figure.unit), limit, ratio]
        })
        .collect();
    table(["MEASURED", "VALUE", "BESIDE", "RATIO"], &rows)
}

/// As many digits as tell something.
fn rounded(value: f64) -> String {
    if value.abs() < 10.0 && value.fract() != 0.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

/// Writes the figures of one run to a file.
pub(super) fn write(path: &Path, about: Value, figures: &[Figure]) -> Result<(), Failure> {
    let rows: Vec<Value> = figures
        .iter()
        .map(|figure| {
            json!({ "name": figure.name, "value": figure.value, "unit": figure.unit,
                "beside": figure.limit.map(|(limit, what)| json!({ "value": limit, "what": what })),
                "ratio": figure.ratio() })
        })
        .collect();
    let text = format!("{:#}\n", json!({ "run": about, "figures": rows }));
    Ok(std::fs::write(path, text)?)
}

/// So many in that time, a second.
pub(super) fn rate(count: usize, time: Duration) -> f64 {
    number(count) / time.as_secs_f64().max(f64::EPSILON)
}

/// A count as a figure; counts of a bench are far below 2³².
pub(super) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The time that this share of the sorted times is below, in milliseconds.
pub(super) fn percentile_ms(sorted: &[Duration], percent: usize) -> f64 {
    let place = sorted.len().saturating_sub(1).saturating_mul(percent) / 100;
    sorted.get(place).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_stands_beside_its_limit() {
        let figures = [
            Figure::new("accepted", 300.0, "a second").beside(600.0, "signatures a second"),
            Figure::new("alone", 7.0, "ms"),
        ];
        let text = shown(&figures);
        assert!(text.contains("accepted  300 a second  600 signatures a second  0.50"), "{text}");
        assert!(text.lines().last().unwrap().ends_with("alone     7 ms"), "{text}");
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_times() {
        let times: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        assert!((percentile_ms(&times, 50) - 50.0).abs() < 1.0);
        assert!((percentile_ms(&times, 99) - 99.0).abs() < 1.0);
        assert!(percentile_ms(&[], 99).abs() < f64::EPSILON);
    }
}
