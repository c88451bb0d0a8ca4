//! Where given values come from: the file and the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What every variable of ours starts with.
pub(super) const PREFIX: &str = "ROOKERY_";
/// Variables that are not settings: the file's path, and whatever only the tests read.
const NOT_SETTINGS: [&str; 2] = ["ROOKERY_CONFIG", "ROOKERY_TEST_"];

/// Where a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A line of the file.
    File {
        /// The file as it was named.
        path: String,
        /// Counted from 1.
        line: usize,
    },
    /// A variable of the environment.
    Environment {
        /// Its whole name.
        variable: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{path}, line {line}"),
            Self::Environment { variable } => write!(f, "{variable} in the environment"),
        }
    }
}

/// A value before it is read: its text and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    /// The text, in the same form for file and environment.
    pub(super) text: String,
    /// Where it stands.
    pub(super) place: Place,
}

/// Values by key, and what was wrong before any key was looked at.
pub(super) type Found = (BTreeMap<String, Given>, Vec<String>);

/// The values of a file's text; `path` is only for the places.
pub(super) fn from_file(path: &str, text: &str) -> Found {
    let (document, errors) = DeTable::parse_recoverable(text);
    let line_of = |offset: usize| text.get(..offset).unwrap_or(text).matches('\n').count() + 1;
    if !errors.is_empty() {
        let sentence = |error: toml::de::Error| {
            let line = line_of(error.span().map_or(0, |span| span.start));
            format!("{path}, line {line}: this is not TOML: {}", error.message())
        };
        return (BTreeMap::new(), errors.into_iter().map(sentence).collect());
    }
    let mut values = BTreeMap::new();
    let mut problems = Vec::new();
    for (key, value) in document.get_ref() {
        let place = Place::File { path: path.to_owned(), line: line_of(key.span().start) };
        match text_of(value) {
            Ok(text) => drop(values.insert(key.get_ref().to_string(), Given { text, place })),
            Err(what) => problems.push(format!("{} ({place}): {what}", key.get_ref())),
        }
    }
    (values, problems)
}

/// The values of our variables, by lower-case key.
pub(super) fn from_environment(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Found {
    let mut values = BTreeMap::new();
    let mut problems = Vec::new();
    for (variable, text) in variables {
        let Some(variable) = variable.to_str().filter(|name| is_setting(name)) else { continue };
        let Some(text) = text.to_str() else {
            problems.push(format!("{variable} in the environment is not UTF-8 text"));
            continue;
        };
        let place = Place::Environment { variable: variable.to_owned() };
        values.insert(variable.to_owned(), Given { text: text.to_owned(), place });
    }
    (values, problems)
}

fn is_setting(variable: &str) -> bool {
    let [file, tests] = NOT_SETTINGS;
    variable.starts_with(PREFIX) && variable != file && !variable.starts_with(tests)
}

/// The text that the environment would have: `on`, `280`, `a,b`.
fn text_of(value: &Spanned<DeValue<'_>>) -> Result<String, String> {
    match value.get_ref() {
        DeValue::Array(items) => {
            let items: Result<Vec<String>, String> = items.iter().map(scalar).collect();
            items.map(|items| items.join(","))
        }
        _ => scalar(value),
    }
}

fn scalar(value: &Spanned<DeValue<'_>>) -> Result<String, String> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
        DeValue::Boolean(true) => Ok("on".to_owned()),
        DeValue::Boolean(false) => Ok("off".to_owned()),
        DeValue::Table(_) => Err("is a table; settings stand side by side at the top of the file".to_owned()),
        other => {
            Err(format!("is a TOML {}; use text in quotes, a whole number, true or false", other.type_str()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(found: &Found) -> Vec<(&str, &str)> {
        found.0.iter().map(|(key, given)| (key.as_str(), given.text.as_str())).collect()
    }

    #[test]
    fn a_file_gives_the_same_texts_as_the_environment_would() {
        let found = from_file("f", "a = \"x\"\nb = 1_000\nc = true\nd = [\"p\", \"q\"]\ne = []\n");
        assert_eq!(texts(&found), [("a", "x"), ("b", "1000"), ("c", "on"), ("d", "p,q"), ("e", "")]);
        assert_eq!(found.1, Vec::<String>::new());
        assert_eq!(found.0["c"].place, Place::File { path: "f".to_owned(), line: 3 });
    }

    #[test]
    fn what_is_not_a_plain_value_is_told_with_its_line() {
        let found = from_file("f", "ok = 1\nday = 2020-01-01\nhalf = 0.5\n[server]\nlisten = 1\n");
        assert_eq!(texts(&found), [("ok", "1")]);
        assert_eq!(found.1.len(), 3, "{:?}", found.1);
        assert!(found.1.iter().any(|sentence| sentence.starts_with("server (f, line 4): is a table")));
    }

    #[test]
    fn broken_toml_is_told_with_its_line() {
        let found = from_file("f", "a = 1\nb = \n");
        assert!(found.0.is_empty());
        assert!(found.1[0].starts_with("f, line 2: this is not TOML"), "{:?}", found.1);
    }

    #[test]
    fn only_our_variables_count_and_those_of_tests_do_not() {
        let variables =
            [("ROOKERY_LISTEN", "x"), ("PATH", "y"), ("ROOKERY_CONFIG", "z"), ("ROOKERY_TEST_POSTGRES", "t")];
        let found = from_environment(variables.map(|(key, text)| (key.into(), text.into())));
        assert_eq!(texts(&found), [("ROOKERY_LISTEN", "x")]);
    }
}
