//! Stems: `houses` finds `house` in an English tweet, `Häuser` finds `Haus` in a German one.
//!
//! A tweet is stemmed in its own language only, and its stems carry that language (`en:hous`). A query is
//! stemmed in every language, or in that of its `lang:`; a word that is English in one tweet and German in
//! another thus meets the right stems of both. An accented word is stemmed as written and without accents,
//! so that either way of typing it matches.

use tantivy::tokenizer::{Language, RawTokenizer, Stemmer as Filter, TextAnalyzer};

use super::fold;

const LANGUAGES: [(&str, Language); 18] = [
    ("ar", Language::Arabic),
    ("da", Language::Danish),
    ("nl", Language::Dutch),
    ("en", Language::English),
    ("fi", Language::Finnish),
    ("fr", Language::French),
    ("de", Language::German),
    ("el", Language::Greek),
    ("hu", Language::Hungarian),
    ("it", Language::Italian),
    ("no", Language::Norwegian),
    ("pt", Language::Portuguese),
    ("ro", Language::Romanian),
    ("ru", Language::Russian),
    ("es", Language::Spanish),
    ("sv", Language::Swedish),
    ("ta", Language::Tamil),
    ("tr", Language::Turkish),
];

/// The primary language of a BCP 47 tag, such as `de` of `de-AT`; both written Norwegians are `no`.
/// `None` when the text is not a language tag.
pub(crate) fn primary_language(tag: &str) -> Option<String> {
    let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    let is_tag = matches!(primary.len(), 2 | 3) && primary.bytes().all(|b| b.is_ascii_lowercase());
    match primary.as_str() {
        "nb" | "nn" => Some("no".to_owned()),
        _ => is_tag.then_some(primary),
    }
}

/// The stemmer of one language.
pub(crate) struct Stemmer {
    tag: &'static str,
    analyzer: TextAnalyzer,
}

impl Stemmer {
    /// The stemmer for a primary language, if there is one.
    pub(crate) fn of(language: &str) -> Option<Self> {
        LANGUAGES.iter().find(|(tag, _)| *tag == language).map(|(tag, of)| Self::new(tag, *of))
    }

    /// The stemmers of all languages.
    pub(crate) fn all() -> Vec<Self> {
        LANGUAGES.iter().map(|(tag, of)| Self::new(tag, *of)).collect()
    }

    /// The stems of a word, tagged with the language: one, or two when accents make a difference.
    pub(crate) fn stems(&mut self, plain: &str, folded: &str) -> Vec<String> {
        let as_written = fold::strip(&self.stem(plain));
        let mut stems = vec![format!("{}:{as_written}", self.tag)];
        if plain != folded {
            let without_accents = fold::strip(&self.stem(folded));
            if without_accents != as_written {
                stems.push(format!("{}:{without_accents}", self.tag));
            }
        }
        stems
    }

    fn new(tag: &'static str, language: Language) -> Self {
        let analyzer = TextAnalyzer::builder(RawTokenizer::default()).filter(Filter::new(language)).build();
        Self { tag, analyzer }
    }

    fn stem(&mut self, word: &str) -> String {
        let mut stream = self.analyzer.token_stream(word);
        if stream.advance() { stream.token().text.clone() } else { word.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(language: &str, word: &str) -> Vec<String> {
        let plain = fold::plain(word);
        Stemmer::of(language).unwrap().stems(&plain, &fold::strip(&plain))
    }

    fn share_a_stem(language: &str, a: &str, b: &str) -> bool {
        let others = stems(language, b);
        stems(language, a).iter().any(|stem| others.contains(stem))
    }

    #[test]
    fn forms_of_a_word_share_a_stem() {
        assert!(share_a_stem("en", "houses", "house"));
        assert!(share_a_stem("en", "Running", "runs"));
        assert!(share_a_stem("de", "Häuser", "Haus"));
        assert!(share_a_stem("de", "Hauser", "Häuser"));
        assert!(share_a_stem("fr", "étudiantes", "etudiante"));
        assert!(share_a_stem("ru", "кошками", "кошка"));
        assert!(!share_a_stem("en", "house", "mouse"));
    }

    #[test]
    fn a_language_tag_is_reduced_to_its_language() {
        assert_eq!(primary_language("de-AT").as_deref(), Some("de"));
        assert_eq!(primary_language("nb").as_deref(), Some("no"));
        assert_eq!(primary_language("yue_HK").as_deref(), Some("yue"));
        for bad in ["", "e", "english", "e1", "ñu"] {
            assert_eq!(primary_language(bad), None, "{bad}");
        }
    }
}
