//! Folding: text in the form in which it is compared, so that `CAFÉ`, `café` and `cafe` are one word.
//!
//! NFKC and lower case first ([`plain`], what the stemmers want), then accents are dropped ([`strip`]):
//! only marks that people leave out when they type. Marks that make another letter stay: Cyrillic й, the
//! kana voicing marks, the vowel signs of the Indic scripts.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// `text` in compatibility form and lower case, accents kept.
pub(crate) fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkc().collect::<String>().to_lowercase()
}

/// [`plain`] text without accents; letters that do not decompose are spelt out (`ß` → `ss`, `ø` → `o`).
pub(crate) fn strip(plain: &str) -> String {
    if plain.is_ascii() {
        return plain.to_owned();
    }
    let mut out = String::with_capacity(plain.len());
    let mut base = '\0';
    for c in plain.nfkd() {
        if !is_combining_mark(c) {
            base = c;
            push_letter(&mut out, c);
        } else if keeps_mark(base, c) {
            out.push(c);
        }
    }
    if out.is_ascii() { out } else { out.nfc().collect() }
}

/// [`plain`] and [`strip`] in one.
pub(crate) fn fold(text: &str) -> String {
    strip(&plain(text))
}

fn push_letter(out: &mut String, c: char) {
    match c {
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'þ' => out.push_str("th"),
        'ø' => out.push('o'),
        'đ' | 'ð' => out.push('d'),
        'ł' => out.push('l'),
        'ħ' => out.push('h'),
        'ı' => out.push('i'),
        'ŋ' => out.push('n'),
        'ς' => out.push('σ'),
        // Tatweel, soft hyphen and skin tones change how a word looks, not which one it is.
        '\u{640}' | '\u{ad}' | '\u{1f3fb}'..='\u{1f3ff}' => {}
        other => out.push(other),
    }
}

fn keeps_mark(base: char, mark: char) -> bool {
    match mark {
        '\u{300}'..='\u{36f}' => match base {
            'a'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => false,
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => false,
            // Cyrillic: ё is written е, and stress marks are left out; й and ї are letters of their own.
            'е' if mark == '\u{308}' => false,
            '\u{400}'..='\u{4ff}' => !matches!(mark, '\u{300}' | '\u{301}'),
            _ => true,
        },
        // Arabic and Hebrew vowel points, and variation selectors.
        '\u{64b}'..='\u{65f}' | '\u{670}' => false,
        '\u{591}'..='\u{5c7}' => false,
        '\u{fe00}'..='\u{fe0f}' => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_do_not_matter() {
        for (written, folded) in [
            ("CAFÉ", "cafe"),
            ("Straße", "strasse"),
            ("Ærøskøbing", "aeroskobing"),
            ("Łódź", "lodz"),
            ("İSTANBUL", "istanbul"),
            ("ısı", "isi"),
            ("Việt Nam", "viet nam"),
            ("ΟΔΥΣΣΕΎΣ", "οδυσσευσ"),
            ("Ёлка", "елка"),
            ("ＦＵＬＬ ｗｉｄｔｈ", "full width"),
            ("ﬁn", "fin"),
            ("كِتَاب", "كتاب"),
            ("❤️", "❤"),
            ("👍🏽", "👍"),
        ] {
            assert_eq!(fold(written), folded, "{written}");
        }
    }

    #[test]
    fn marks_that_make_another_letter_stay() {
        for word in ["мой", "їжак", "が", "한국어", "हिन्दी", "ไทย"] {
            assert_eq!(fold(word), word.nfc().collect::<String>(), "{word}");
        }
        assert_ne!(fold("が"), fold("か"));
        assert_eq!(fold("ｶﾞ"), "ガ");
    }
}
