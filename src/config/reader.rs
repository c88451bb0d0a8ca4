//! Hands out values by key, keeps what is wrong, and notes every setting that was asked for.

use std::collections::BTreeMap;

use super::kind::Kind;
use super::places::{Found, Given, PREFIX};

/// The farthest misspelling that is still guessed: two wrong letters and a swap.
const GUESS_DISTANCE: usize = 3;

/// What the file and the environment hold.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// By key.
    pub(super) file: BTreeMap<String, Given>,
    /// By variable.
    pub(super) environment: BTreeMap<String, Given>,
    /// What was wrong so far.
    pub(super) problems: Vec<String>,
}

impl Sources {
    /// Both sources together.
    pub(super) fn new(file: Found, environment: Found) -> Self {
        let problems = file.1.into_iter().chain(environment.1).collect();
        Self { file: file.0, environment: environment.0, problems }
    }
}

/// One setting as it was declared, for the page that describes it.
#[derive(Debug)]
pub(super) struct Entry {
    /// The heading it stands under.
    pub(super) section: &'static str,
    /// Its name in the file.
    pub(super) key: &'static str,
    /// Its default as text.
    pub(super) default: String,
    /// What is allowed.
    pub(super) allowed: String,
    /// What it does.
    pub(super) doc: &'static str,
}

impl Entry {
    /// Its name in the environment.
    pub(super) fn variable(&self) -> String {
        variable_of(self.key)
    }
}

/// Reads settings one by one.
pub(super) struct Reader<'a> {
    sources: &'a mut Sources,
    section: &'static str,
    entries: Vec<Entry>,
}

impl<'a> Reader<'a> {
    /// A reader that has read nothing.
    pub(super) fn new(sources: &'a mut Sources) -> Self {
        Self { sources, section: "", entries: Vec::new() }
    }

    /// The settings that follow belong under this heading.
    pub(super) fn section(&mut self, heading: &'static str) {
        self.section = heading;
    }

    /// Declares and reads one setting. A bad value is noted and the default taken, so that the next setting
    /// can be looked at.
    pub(super) fn read<T>(&mut self, key: &'static str, default: T, kind: &Kind<T>, doc: &'static str) -> T {
        self.entries.push(Entry {
            section: self.section,
            key,
            default: (kind.show)(&default),
            allowed: kind.allowed.clone(),
            doc,
        });
        let from_file = self.sources.file.remove(key);
        let Some(given) = self.sources.environment.remove(&variable_of(key)).or(from_file) else {
            return default;
        };
        (kind.parse)(&given.text).unwrap_or_else(|what| {
            let value = if kind.secret { "the value".to_owned() } else { format!("{:?}", given.text) };
            self.problem(format!("{key} ({}): {value} {what}; allowed is {}", given.place, kind.allowed));
            default
        })
    }

    /// Notes what is wrong between settings.
    pub(super) fn problem(&mut self, sentence: String) {
        self.sources.problems.push(sentence);
    }

    /// Ends the reading: whatever is left was never asked for, so it is unknown.
    pub(super) fn finish(self) -> Vec<Entry> {
        let sources = self.sources;
        let unknown_keys = std::mem::take(&mut sources.file).into_iter();
        let unknown_variables = std::mem::take(&mut sources.environment).into_iter();
        for (name, given) in unknown_keys {
            let known = self.entries.iter().map(|entry| entry.key.to_owned());
            let guess = guess(&name, known);
            sources.problems.push(format!("{name} ({}): there is no such setting{guess}", given.place));
        }
        for (variable, _) in unknown_variables {
            let guess = guess(&variable, self.entries.iter().map(Entry::variable));
            sources.problems.push(format!("{variable} in the environment is not a setting{guess}"));
        }
        self.entries
    }
}

fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase())
}

fn guess(name: &str, known: impl Iterator<Item = String>) -> String {
    let spelled = name.replace('-', "_");
    let nearest = known
        .map(|candidate| (strsim::damerau_levenshtein(&spelled, &candidate), candidate))
        .min_by_key(|(distance, _)| *distance);
    match nearest {
        Some((distance, candidate)) if distance <= GUESS_DISTANCE => {
            format!("; did you mean {candidate}?")
        }
        _ => "; docs/configuration.md lists them all".to_owned(),
    }
}
