//! The words of the pages, in every language the binary knows.
//!
//! Each language is one Fluent file under `locales/`, embedded and parsed once. A page asks for a
//! key and gets text of its own language, of English when a key is missing there. Texts are plain:
//! templates escape them like any other text. Adding a language is one file and one row in
//! `LOCALES`; a test keeps every file complete and free of unused keys.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// Tag, own name, Fluent source. English comes first: it is the fallback.
const LOCALES: [(&str, &str, &str); 2] = [
    ("en", "English", include_str!("../../../locales/en.ftl")),
    ("de", "Deutsch", include_str!("../../../locales/de.ftl")),
];

/// Entries of one `Accept-Language` header that are looked at; browsers send fewer than ten.
const ACCEPTED_LANGUAGES_LIMIT: usize = 16;

/// Stands for a link inside a translated sentence until the sentence is split around it.
const LINK_MARK: &str = "\u{E000}";

static ALL: LazyLock<[Words; LOCALES.len()]> =
    LazyLock::new(|| LOCALES.map(|(tag, own_name, source)| Words::parse(tag, own_name, source)));

/// The texts of one language. Shared by all threads, built once.
pub struct Words {
    tag: &'static str,
    own_name: &'static str,
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Words").field(&self.tag).finish()
    }
}

impl Words {
    /// Every language of this binary, English first.
    pub fn all() -> &'static [Self] {
        &*ALL
    }

    /// English, the fallback.
    pub fn english() -> &'static Self {
        let [english, ..] = &*ALL;
        english
    }

    /// The language with exactly this tag.
    pub fn tagged(tag: &str) -> Option<&'static Self> {
        ALL.iter().find(|words| words.tag == tag)
    }

    /// The language for a reader: their own setting, else the best of `Accept-Language`
    /// (RFC 9110, 12.5.4), else that of the instance, else English. `de-AT` is served by `de`.
    pub fn negotiate(setting: Option<&str>, accept_language: Option<&str>, instance: &str) -> &'static Self {
        setting
            .and_then(Self::tagged)
            .or_else(|| accept_language.and_then(best_accepted))
            .or_else(|| best_accepted(instance))
            .unwrap_or_else(|| Self::english())
    }

    /// The BCP 47 tag, for `lang`.
    pub fn tag(&self) -> &'static str {
        self.tag
    }

    /// What the language calls itself.
    pub fn own_name(&self) -> &'static str {
        self.own_name
    }

    /// The text of `key`.
    pub fn t(&'static self, key: &str) -> Cow<'static, str> {
        self.find(key, None).unwrap_or_else(|| Cow::Owned(key.to_owned()))
    }

    /// The text of `key` with one text argument.
    pub fn with(&'static self, key: &str, name: &str, value: &str) -> Cow<'static, str> {
        let mut args = FluentArgs::with_capacity(1);
        args.set(name, value);
        self.find_or_key(key, &args)
    }

    /// The text of `key` for a count: `$n` chooses the plural, `$count` is the number to show.
    pub fn plural(&'static self, key: &str, n: u64) -> Cow<'static, str> {
        let mut args = FluentArgs::with_capacity(2);
        args.set("n", n);
        args.set("count", self.compact(n));
        self.find_or_key(key, &args)
    }

    /// The text of `key` with several arguments.
    pub fn with_args(&'static self, key: &str, args: &FluentArgs<'_>) -> Cow<'static, str> {
        self.find_or_key(key, args)
    }

    /// The text of `key` before and after the place of its argument `$name`, where a link goes.
    pub fn around(&'static self, key: &str) -> (String, String) {
        let text = self.with(key, "name", LINK_MARK);
        match text.split_once(LINK_MARK) {
            Some((before, after)) => (before.to_owned(), after.to_owned()),
            None => (String::new(), format!(" {text}")),
        }
    }

    /// The text of `key`, or `None` when no language has it: for keys made from error codes.
    pub fn maybe(&'static self, key: &str) -> Option<Cow<'static, str>> {
        self.find(key, None)
    }

    /// [`Words::maybe`] with the argument `$limit`; `None` too when the text names a limit and there is none.
    pub fn maybe_limited(&'static self, key: &str, limit: Option<&str>) -> Option<Cow<'static, str>> {
        let mut args = FluentArgs::with_capacity(1);
        if let Some(limit) = limit {
            args.set("limit", limit);
        }
        self.find(key, Some(&args)).filter(|text| !text.contains("{$limit}"))
    }

    /// A number short enough for a button: 999, 1.2K, 56K, 3.4M.
    pub fn compact(&'static self, n: u64) -> String {
        let (key, unit) = match n {
            0..=999 => return n.to_string(),
            1_000..=999_999 => ("count-thousands", 1_000),
            _ => ("count-millions", 1_000_000),
        };
        let (whole, tenth) = (n / unit, n % unit / (unit / 10));
        let number = match (whole, tenth) {
            (0..=9, 1..) => format!("{whole}{}{tenth}", self.t("count-decimal-mark")),
            _ => whole.to_string(),
        };
        self.with(key, "number", &number).into_owned()
    }

    fn parse(tag: &'static str, own_name: &'static str, source: &str) -> Self {
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(partial, _)| partial);
        let language: LanguageIdentifier = tag.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Isolation marks would end up in titles and attributes; templates isolate names with <bdi>.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self { tag, own_name, bundle }
    }

    fn find_or_key(&'static self, key: &str, args: &FluentArgs<'_>) -> Cow<'static, str> {
        self.find(key, Some(args)).unwrap_or_else(|| Cow::Owned(key.to_owned()))
    }

    fn find(&'static self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<Cow<'static, str>> {
        self.format(key, args).or_else(|| Self::english().format(key, args))
    }

    fn format(&'static self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<Cow<'static, str>> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = match args {
            None => self.bundle.format_pattern(pattern, None, &mut errors),
            Some(args) => {
                Cow::Owned(self.bundle.format_pattern(pattern, Some(args), &mut errors).into_owned())
            }
        };
        Some(text)
    }
}

fn best_accepted(header: &str) -> Option<&'static Words> {
    let mut best: Option<(&'static Words, f32)> = None;
    for entry in header.split(',').take(ACCEPTED_LANGUAGES_LIMIT) {
        let mut parts = entry.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|p| p.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
        let language = tag.split('-').next().unwrap_or_default();
        let Some(words) = Words::tagged(&tag).or_else(|| Words::tagged(language)) else { continue };
        if quality > 0.0 && best.is_none_or(|(_, so_far)| quality > so_far) {
            best = Some((words, quality));
        }
    }
    best.map(|(words, _)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_wins_then_the_browser_then_the_instance_then_english() {
        let tag = |setting, header| Words::negotiate(setting, header, "fr").tag();
        assert_eq!(tag(Some("de"), Some("en")), "de");
        assert_eq!(tag(None, Some("fr-FR, de-AT;q=0.8, en;q=0.5")), "de");
        assert_eq!(tag(None, Some("en;q=0.3, de;q=0.9")), "de");
        assert_eq!(tag(None, Some("de;q=0, fr")), "en");
        assert_eq!(tag(Some("xx"), None), "en");
        assert_eq!(tag(None, Some(";;;q=,,-")), "en");
        let german = |header| Words::negotiate(None, header, "de-AT").tag();
        assert_eq!((german(None), german(Some("fr")), german(Some("en"))), ("de", "de", "en"));
    }

    #[test]
    fn plurals_follow_the_language() {
        let (en, de) = (Words::english(), Words::tagged("de").unwrap());
        assert_eq!(en.plural("profile-followers", 1), "1 follower");
        assert_eq!(en.plural("profile-followers", 2), "2 followers");
        assert_eq!(de.plural("profile-posts", 1), "1 Beitrag");
        assert_eq!(de.plural("profile-posts", 0), "0 Beiträge");
    }

    #[test]
    fn large_counts_are_short() {
        let (en, de) = (Words::english(), Words::tagged("de").unwrap());
        let short: Vec<String> = [0, 999, 1_000, 1_249, 9_999, 56_700, 999_999, 3_400_000, u64::MAX]
            .into_iter()
            .map(|n| en.compact(n))
            .collect();
        assert_eq!(short, ["0", "999", "1K", "1.2K", "9.9K", "56K", "999K", "3.4M", "18446744073709M"]);
        assert_eq!(de.compact(1_249), "1,2\u{a0}Tsd.");
    }

    #[test]
    fn a_sentence_is_split_around_its_link() {
        let (before, after) = Words::english().around("notification-like");
        assert_eq!((before.as_str(), after.as_str()), ("", " liked your post"));
    }

    #[test]
    fn every_locale_parses_without_errors_and_has_the_keys_of_english() {
        let english = keys(LOCALES[0].2);
        for (tag, _, source) in LOCALES {
            assert_eq!(keys(source), english, "keys of {tag}");
        }
    }

    #[test]
    fn every_key_that_is_used_exists_and_every_key_that_exists_is_used() {
        let sources = used_sources();
        let keys = keys(LOCALES[0].2);
        for key in &keys {
            let by_code = key.starts_with("error-") || key.starts_with("flash-");
            let in_code = sources.contains(&format!("\"{key}\""));
            let in_words = LOCALES[0].2.contains(&format!("{{ {key} }}"));
            let of_scope = |word: &&str| format!("scope-{}", word.replace([':', '_'], "-")) == *key;
            let names_scope = crate::model::scopes::SCOPES.iter().any(of_scope);
            assert!(by_code || in_code || in_words || names_scope, "{key} is used nowhere");
        }
        let calls = ["t", "plural", "numbered", "with", "phrase", "around", "empty"];
        for call in calls.map(|call| format!(".{call}(\"")) {
            for used in sources.split(&call).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert!(keys.contains(&used), "{used} is in no locale");
            }
        }
    }

    fn keys(source: &str) -> Vec<&str> {
        assert!(FluentResource::try_new(source.to_owned()).is_ok(), "a locale does not parse");
        let mut keys: Vec<&str> = source
            .lines()
            .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key))
            .collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count, "a key is defined twice");
        keys
    }

    /// All templates, and the code of this folder without its tests.
    fn used_sources() -> String {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut folders = vec![root.join("templates"), root.join("src/http/web")];
        let mut text = String::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let source = std::fs::read_to_string(&path).unwrap();
                    text.push_str(source.split("#[cfg(test)]\nmod tests").next().unwrap());
                }
            }
        }
        text
    }
}
