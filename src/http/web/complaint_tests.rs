//! Every complaint that can reach a page has words in every language.

use std::fs;
use std::path::{Path, PathBuf};

use super::i18n::Words;

/// Where complaints are made that no page shows: programs get them, or the operator.
const NOT_FOR_PAGES: [&str; 12] = [
    "src/cli/",
    "src/federation/",
    "src/app.rs",
    "src/http/api/",
    "src/http/activitypub/",
    "src/http/mastodon/",
    "src/http/oauth/",
    "src/http/extract/lenient",
    "src/model/app.rs",
    "src/service/oauth/tokens.rs",
    "src/http/extract/json.rs",
    "/tests/",
];

/// Codes of inputs that no page has.
const NO_INPUT_OF_PAGES: [&str; 4] = ["bad_limit", "unknown_scope", "scope", "app_token"];

/// Statuses whose problem is explained on the page of the failure.
const EXPLAINED: [&str; 4] = ["FORBIDDEN", "CONFLICT", "PAYLOAD_TOO_LARGE", "UNPROCESSABLE_ENTITY"];

#[test]
fn every_complaint_that_a_page_can_show_has_words() {
    let mut found = 0;
    for (path, source) in sources() {
        for (field, code) in complaints(&source) {
            if NO_INPUT_OF_PAGES.contains(&code.as_str()) {
                continue;
            }
            found += 1;
            let [field, word] = [&field, &code].map(|name| name.replace('_', "-"));
            let keys = [format!("error-{field}-{word}"), format!("error-{word}")];
            let has_words = |key: &String| Words::english().maybe_limited(key, Some("7")).is_some();
            assert!(keys.iter().any(has_words), "{}: no words for {code}: {keys:?}", path.display());
        }
    }
    assert!(found > 60, "only {found} complaints were found: does the search still know how they are made?");
}

/// The code of every room, without tests.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && !NOT_FOR_PAGES.iter().any(|room| name.contains(room)) {
                let source = fs::read_to_string(&path).unwrap();
                sources.push((path, source.split("#[cfg(test)]").next().unwrap().to_owned()));
            }
        }
    }
    sources
}

/// Field (empty when there is none or it varies) and code of each complaint that is made in `source`.
fn complaints(source: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let calls = source.match_indices('(').filter_map(|(at, _)| source.split_at_checked(at));
    for (call, rest) in calls.map(|(call, rest)| (call.trim_end(), rest.strip_prefix('(').unwrap_or(rest))) {
        let [first, second] = arguments(rest);
        let (field, code) = match () {
            () if call.ends_with("::invalid") || call.ends_with("::conflict") => {
                (literal(first), literal(second))
            }
            // Local helpers of one field take the code alone.
            () if call.ends_with("invalid") || call.ends_with("forbidden") => (None, literal(first)),
            () if call.ends_with("Problem::new")
                && EXPLAINED.iter().any(|status| first.ends_with(status)) =>
            {
                (None, literal(second))
            }
            () => continue,
        };
        found.extend(code.map(|code| (field.unwrap_or_default(), code)));
    }
    // Errors of their own kind say their codes in one table.
    for table in source.split("fn code(&self)").skip(1).filter_map(|rest| rest.split("\n    }").next()) {
        found.extend(
            table
                .split("=> \"")
                .skip(1)
                .map(|rest| (String::new(), rest.split('"').next().unwrap().to_owned())),
        );
    }
    found
}

/// The first two arguments of a call, from behind its parenthesis.
fn arguments(rest: &str) -> [&str; 2] {
    let mut parts = rest.splitn(3, [',', ')']).map(str::trim);
    [parts.next().unwrap_or_default(), parts.next().unwrap_or_default()]
}

/// The text of a string literal.
fn literal(argument: &str) -> Option<String> {
    Some(argument.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}
