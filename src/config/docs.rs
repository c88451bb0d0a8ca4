//! Writes `docs/configuration.md` from the declared settings, and keeps it equal to them.

use super::reader::{Entry, Reader, Sources};
use super::settings;

const HEAD: &str = "\
# Configuration

Rookery runs with no configuration at all. What you want otherwise goes into a file `rookery.toml` in the
working folder (or the file that `--config PATH` or `ROOKERY_CONFIG` names), or into the environment. The
environment wins over the file, and the file over the defaults.

```toml
base_url = \"https://example.org\"
instance_name = \"The Nest\"
registration = \"approval\"
trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]
```

Settings stand side by side at the top of the file, without tables. In the environment a setting's name is in
capitals with `ROOKERY_` before it, and lists are separated by commas: `ROOKERY_TRUSTED_PROXIES=127.0.0.1,10.0.0.0/8`.
Switches are `on` or `off`; `true` and `false` mean the same.

An unknown name or a bad value stops the start with a sentence that says which setting, where it stands, what
is wrong with it and what is allowed. Variables that begin with `ROOKERY_TEST_` belong to the tests and are
ignored.

This page is generated from `src/config/settings.rs`; a test fails when the two differ.
";

/// The whole of `docs/configuration.md`.
pub fn reference_page() -> String {
    let mut page = HEAD.to_owned();
    let mut section = "";
    for entry in entries() {
        if entry.section != section {
            section = entry.section;
            page.push_str(&format!("\n## {section}\n"));
        }
        let default =
            if entry.default.is_empty() { "empty".to_owned() } else { format!("`{}`", entry.default) };
        page.push_str(&format!("\n### `{}`\n", entry.key));
        page.push_str(&format!("Environment: `{}`. Default: {default}.\n", entry.variable()));
        page.push_str(&format!("Allowed: {}.\n\n{}\n", entry.allowed, entry.doc));
    }
    page
}

fn entries() -> Vec<Entry> {
    let mut sources = Sources::default();
    let mut reader = Reader::new(&mut sources);
    settings::declare(&mut reader);
    reader.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_page_says_what_the_code_does() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
        let page = reference_page();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == page, "renew the page: UPDATE_DOCS=1 cargo nextest run configuration_page");
    }

    #[test]
    fn every_setting_is_declared_once_with_a_name_a_section_and_a_paragraph() {
        let entries = entries();
        let mut keys: Vec<&str> = entries.iter().map(|entry| entry.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), entries.len());
        for entry in &entries {
            assert!(entry.key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{}", entry.key);
            assert!(!entry.section.is_empty() && !entry.allowed.is_empty(), "{}", entry.key);
            assert!(entry.doc.ends_with('.') && !entry.doc.contains("  "), "{}: {}", entry.key, entry.doc);
        }
    }

    #[test]
    fn every_default_is_itself_allowed() {
        for entry in entries() {
            let variables = [(entry.variable().into(), entry.default.clone().into())];
            let mut sources =
                Sources::new(Default::default(), super::super::places::from_environment(variables));
            let config = settings::declare(&mut Reader::new(&mut sources));
            assert_eq!(sources.problems, Vec::<String>::new(), "{}", entry.key);
            assert_eq!(config, super::super::Config::defaults(), "{}", entry.key);
        }
    }

    #[test]
    fn the_example_on_the_page_is_right() {
        let example = HEAD.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let mut sources =
            Sources::new(super::super::places::from_file("example", example), Default::default());
        let mut reader = Reader::new(&mut sources);
        settings::declare(&mut reader);
        reader.finish();
        assert_eq!(sources.problems, Vec::<String>::new());
    }
}
