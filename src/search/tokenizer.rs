//! Cuts text into what is indexed: words, and bigrams for scripts that put no spaces between words.
//!
//! - A **word** is a run of letters and digits, folded. `don't` is `dont`, `l'amour` is `l` `amour`; any other
//!   sign inside (`foo-bar`, `3.14`, `example.com`) separates words, and a query for the whole is a phrase.
//! - A **run** of Chinese, Japanese, Korean, Thai, Lao, Khmer or Burmese becomes overlapping pairs of
//!   characters, so that a query finds inside it, exactly; a dictionary would be larger than the server.
//! - An **emoji** is a word, without its skin tone.
//!
//! The field `text` has words and pairs with their positions; the field `forms` has, without positions,
//! the stems ([`stems`](super::stems)) and the single characters of runs.

use std::str::Split;

use tantivy::tokenizer::{Token as IndexToken, TokenStream, Tokenizer};
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use super::fold;
use super::stems::Stemmer;

/// Longer words are cut, in the index and in queries alike: enough for any word, small enough for garbage.
const MAX_WORD_CHARS: usize = 40;
/// What is read of one text; longer articles are found by their beginning.
const MAX_TEXT_CHARS: usize = 20_000;
/// After an apostrophe, this many letters are a word of their own (`l'amour`), fewer an ending (`don't`).
const MIN_ELIDED_CHARS: usize = 3;

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A word, lower-cased (`plain`) and without accents (`folded`, never empty).
    Word { plain: String, folded: String },
    /// The characters of unspaced writing, one after the other, folded.
    Run(Vec<String>),
}

/// One entry of the field `text`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Where it stands in the text; a gap keeps pairs of two runs apart.
    pub(crate) position: usize,
    /// A folded word or a pair of characters.
    pub(crate) text: String,
    /// A run of one character: to be looked up in `forms`, where all characters are.
    pub(crate) lone: bool,
}

/// What a tweet's two text fields are given, in the notation that [`Spaced`] reads.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Encoded {
    pub(crate) text: String,
    pub(crate) forms: String,
}

/// Encodes a tweet's text; `language` is a primary language, if known.
pub(crate) fn encode(text: &str, language: Option<&str>) -> Encoded {
    let pieces = pieces(text);
    let mut stemmer = language.and_then(Stemmer::of);
    let mut encoded = Encoded::default();
    let mut next = 0;
    for token in tokens(&pieces) {
        while next < token.position {
            encoded.text.push(' ');
            next += 1;
        }
        encoded.text.push_str(&token.text);
    }
    let mut forms = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Run(chars) => forms.extend(chars),
            Piece::Word { plain, folded } => {
                forms.extend(stemmer.iter_mut().flat_map(|stemmer| stemmer.stems(&plain, &folded)));
            }
        }
    }
    encoded.forms = forms.join(" ");
    encoded
}

/// The parts of a text, in order.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let end = text.char_indices().nth(MAX_TEXT_CHARS).map_or(text.len(), |(at, _)| at);
    let text = fold::plain(text.get(..end).unwrap_or(text));
    let mut scanner = Scanner::default();
    for cluster in text.graphemes(true) {
        match cluster.chars().next().map_or(Class::Gap, class_of) {
            Class::Letter => scanner.letter(cluster),
            Class::Apostrophe => scanner.letter("'"),
            Class::Unspaced => scanner.unspaced(cluster),
            Class::Emoji => {
                scanner.end();
                scanner.letter(cluster);
                scanner.end();
            }
            Class::Gap => scanner.end(),
        }
    }
    scanner.end();
    scanner.pieces
}

/// The tokens of the field `text` with their positions.
pub(crate) fn tokens(pieces: &[Piece]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut position = 0;
    for piece in pieces {
        match piece {
            Piece::Word { folded, .. } => {
                tokens.push(Token { position, text: folded.clone(), lone: false });
                position += 1;
            }
            Piece::Run(chars) => {
                if let [only] = chars.as_slice() {
                    tokens.push(Token { position, text: only.clone(), lone: true });
                    position += 1;
                }
                for (first, second) in chars.iter().zip(chars.iter().skip(1)) {
                    tokens.push(Token { position, text: format!("{first}{second}"), lone: false });
                    position += 1;
                }
                // Without the gap, 東京 and 京都 in two sentences would read as 東京都.
                position += 1;
            }
        }
    }
    tokens
}

/// Whether a character belongs to a script that puts no spaces between words.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e01}'..='\u{0e3a}' | '\u{0e40}'..='\u{0eff}' // Thai, Lao
        | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17d3}' // Burmese, Khmer
        | '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7ff}' // Hangul
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{309f}' // Japanese signs, Hiragana
        | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{312f}' | '\u{31f0}'..='\u{31ff}' // Katakana, Bopomofo
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{a000}'..='\u{a4cf}' // Han, Yi
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' // Han, the rest
    )
}

enum Class {
    Letter,
    Apostrophe,
    Unspaced,
    Emoji,
    Gap,
}

fn class_of(c: char) -> Class {
    match c {
        'a'..='z' | '0'..='9' => Class::Letter,
        '\'' | '\u{2019}' | '\u{2bc}' => Class::Apostrophe,
        c if is_unspaced(c) => Class::Unspaced,
        '\u{2300}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' => Class::Emoji,
        '\u{1f000}'..='\u{1faff}' => Class::Emoji,
        c if c.is_alphanumeric() && !is_combining_mark(c) => Class::Letter,
        _ => Class::Gap,
    }
}

#[derive(Default)]
struct Scanner {
    pieces: Vec<Piece>,
    word: String,
    word_chars: usize,
    run: Vec<String>,
}

impl Scanner {
    fn letter(&mut self, cluster: &str) {
        self.end_run();
        for c in cluster.chars() {
            if self.word_chars < MAX_WORD_CHARS {
                self.word.push(c);
                self.word_chars += 1;
            }
        }
    }

    fn unspaced(&mut self, cluster: &str) {
        self.end_word();
        let folded: String = fold::strip(cluster).chars().take(MAX_WORD_CHARS).collect();
        self.run.push(folded);
    }

    fn end(&mut self) {
        self.end_word();
        self.end_run();
    }

    fn end_run(&mut self) {
        if !self.run.is_empty() {
            self.pieces.push(Piece::Run(std::mem::take(&mut self.run)));
        }
    }

    fn end_word(&mut self) {
        self.word_chars = 0;
        let word = std::mem::take(&mut self.word);
        let mut parts = word.split('\'');
        let mut plain = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            if part.chars().count() >= MIN_ELIDED_CHARS {
                self.push_word(std::mem::replace(&mut plain, part.to_owned()));
            } else {
                plain.push_str(part);
            }
        }
        self.push_word(plain);
    }

    fn push_word(&mut self, plain: String) {
        let mut folded = fold::strip(&plain);
        folded.retain(|c| !c.is_whitespace());
        if !folded.is_empty() {
            self.pieces.push(Piece::Word { plain, folded });
        }
    }
}

/// The tokenizer that tantivy is given: entries separated by single spaces; an empty entry is a gap.
#[derive(Clone, Default)]
pub(crate) struct Spaced;

/// The entries of one encoded text.
pub(crate) struct SpacedStream<'a> {
    entries: Split<'a, char>,
    token: IndexToken,
}

impl Tokenizer for Spaced {
    type TokenStream<'a> = SpacedStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> SpacedStream<'a> {
        SpacedStream { entries: text.split(' '), token: IndexToken::default() }
    }
}

impl TokenStream for SpacedStream<'_> {
    fn advance(&mut self) -> bool {
        for entry in self.entries.by_ref() {
            self.token.position = self.token.position.wrapping_add(1);
            if !entry.is_empty() {
                self.token.text.clear();
                self.token.text.push_str(entry);
                return true;
            }
        }
        false
    }

    fn token(&self) -> &IndexToken {
        &self.token
    }

    fn token_mut(&mut self) -> &mut IndexToken {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        tokens(&pieces(text)).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_are_folded_and_cut_at_signs() {
        assert_eq!(texts("Café, naïve FOO_bar!"), ["cafe", "naive", "foo", "bar"]);
        assert_eq!(texts("pi is 3.14, see example.com"), ["pi", "is", "3", "14", "see", "example", "com"]);
        assert_eq!(texts(" … ---"), [""; 0]);
    }

    #[test]
    fn apostrophes_join_endings_and_split_elisions() {
        assert_eq!(texts("don't dog\u{2019}s l'amour O'Brien"), ["dont", "dogs", "l", "amour", "o", "brien"]);
        assert_eq!(texts("'quoted'"), ["quoted"]);
    }

    #[test]
    fn unspaced_writing_becomes_pairs() {
        assert_eq!(texts("東京都"), ["東京", "京都"]);
        assert_eq!(texts("한국어를 배운다"), ["한국", "국어", "어를", "배운", "운다"]);
        assert_eq!(texts("Tシャツ"), ["t", "シャ", "ャツ"]);
        assert_eq!(texts("ข้าวผัด").len(), 4);
    }

    #[test]
    fn pairs_of_two_runs_are_kept_apart() {
        let positions: Vec<usize> = tokens(&pieces("東京、京都")).iter().map(|t| t.position).collect();
        assert_eq!(positions, [0, 2]);
    }

    #[test]
    fn an_emoji_is_a_word_of_its_own() {
        assert_eq!(texts("nice👍🏽👩‍🚀❤️"), ["nice", "👍", "👩\u{200d}🚀", "❤"]);
    }

    #[test]
    fn a_very_long_word_is_cut_alike_everywhere() {
        let long = "é".repeat(5_000);
        assert_eq!(texts(&long), ["e".repeat(MAX_WORD_CHARS)]);
        let zalgo = format!("a{}", "\u{301}".repeat(5_000));
        assert_eq!(texts(&zalgo), ["a"]);
    }

    #[test]
    fn a_tweet_is_encoded_with_stems_and_characters() {
        let encoded = encode("Two houses 猫だ", Some("en"));
        assert_eq!(encoded.text, "two houses 猫だ");
        assert_eq!(encoded.forms, "en:two en:hous 猫 だ");
        assert_eq!(encode("houses", None).forms, "");
    }

    proptest! {
        #[test]
        fn the_index_reads_back_the_tokens_with_their_positions(text in any::<String>()) {
            let wanted: Vec<(usize, String)> =
                tokens(&pieces(&text)).into_iter().map(|t| (t.position, t.text)).collect();
            let encoded = encode(&text, Some("de")).text;
            let mut spaced = Spaced;
            let mut stream = spaced.token_stream(&encoded);
            let mut read = Vec::new();
            while stream.advance() {
                read.push((stream.token().position, stream.token().text.clone()));
            }
            prop_assert_eq!(read, wanted);
        }
    }
}
