//! What somebody's filters find in a tweet. Made once for a person, then asked for every tweet they read.

use std::borrow::Cow;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization as _;

use super::Filter;
use crate::clock::Millis;
use crate::model::ids::TweetId;
use crate::model::tweet::Tweet;

/// All filters of somebody, ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    filters: Vec<Ready>,
}

/// What a filter found in a tweet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterHit {
    /// The filter.
    pub filter: Arc<Filter>,
    /// Its words that are in the tweet, as they were written into the filter.
    pub keywords: Vec<String>,
    /// The tweets it names that this one is, or that it repeats.
    pub tweets: Vec<TweetId>,
}

#[derive(Clone, Debug)]
struct Ready {
    filter: Arc<Filter>,
    /// The keywords folded, in their order.
    folded: Vec<String>,
}

impl Matcher {
    /// A matcher of these filters.
    pub fn new(filters: Vec<Filter>) -> Self {
        let ready = |filter: Filter| {
            let folded = filter.keywords.iter().map(|keyword| fold(&keyword.keyword)).collect();
            Ready { filter: Arc::new(filter), folded }
        };
        Self { filters: filters.into_iter().map(ready).collect() }
    }

    /// How many words and tweets it looks for.
    pub fn size(&self) -> usize {
        self.filters.iter().map(|ready| 1 + ready.folded.len() + ready.filter.tweets.len()).sum()
    }

    /// What the filters that have not ended find in `tweet`, which may be shown by the row `shown_by` that repeats it.
    pub fn hits(&self, tweet: &Tweet, shown_by: TweetId, now_ms: Millis) -> Vec<FilterHit> {
        let mut words: Option<String> = None;
        let mut hits = Vec::new();
        for Ready { filter, folded } in &self.filters {
            if filter.expires_at.is_some_and(|end| end <= now_ms) {
                continue;
            }
            let mut keywords = Vec::new();
            if !folded.is_empty() {
                let words = words.get_or_insert_with(|| fold(&words_of(tweet)));
                let found = filter.keywords.iter().zip(folded);
                keywords.extend(
                    found
                        .filter(|(keyword, folded)| contains(words, folded, keyword.whole_word))
                        .map(|(keyword, _)| keyword.keyword.clone()),
                );
            }
            let named = filter.tweets.iter().map(|named| named.tweet);
            let tweets: Vec<TweetId> = named.filter(|named| [tweet.id, shown_by].contains(named)).collect();
            if !keywords.is_empty() || !tweets.is_empty() {
                hits.push(FilterHit { filter: Arc::clone(filter), keywords, tweets });
            }
        }
        hits
    }
}

/// All words that a tweet shows: its warning, its text, the options of its poll, what its pictures are said to be.
fn words_of(tweet: &Tweet) -> Cow<'_, str> {
    let options = tweet.poll.iter().flat_map(|poll| &poll.options).map(|option| option.title.as_str());
    let alts = tweet.media.iter().map(|media| media.alt.as_str());
    let parts = [tweet.content_warning.as_str(), tweet.text.as_str()].into_iter().chain(options).chain(alts);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => Cow::Borrowed(""),
        [only] => Cow::Borrowed(only),
        several => Cow::Owned(several.join("\n")),
    }
}

/// A text in one case and one composition, with single blanks between its words; parts stay on lines of their own.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkc().flat_map(char::to_lowercase) {
        match c.is_whitespace() {
            false => folded.push(c),
            true if folded.ends_with(' ') => {}
            true => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Whether the folded `words` have the folded `keyword`, when wanted not as a part of another word.
fn contains(words: &str, keyword: &str, whole_word: bool) -> bool {
    if keyword.is_empty() {
        return false;
    }
    words.match_indices(keyword).any(|(at, found)| {
        if !whole_word {
            return true;
        }
        let before = words.get(..at).and_then(|before| before.chars().next_back());
        let after = words.get(at.saturating_add(found.len())..).and_then(|after| after.chars().next());
        parts(before, found.chars().next()) && parts(found.chars().next_back(), after)
    })
}

/// Whether a word may end between these two.
fn parts(left: Option<char>, right: Option<char>) -> bool {
    let in_word = |c: Option<char>| c.filter(|c| c.is_alphanumeric() || *c == '_');
    match (in_word(left), in_word(right)) {
        (Some(left), Some(right)) => is_unspaced(left) || is_unspaced(right),
        _ => true,
    }
}

/// Whether this is of a script that puts no blanks between words, so that none can be asked for.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' // Thai, Lao
        | '\u{1000}'..='\u{109f}' // Myanmar
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{3040}'..='\u{30ff}' // Hiragana, Katakana
        | '\u{3400}'..='\u{9fff}' // Han
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::super::{FilterAction, FilterContext, FilteredTweet, Keyword};
    use super::*;
    use crate::model::ids::{AccountId, RowId};
    use crate::model::tweet::blank_tweet;

    const SHOWN: TweetId = TweetId(9);

    fn filter(keywords: &[(&str, bool)], tweets: &[i64]) -> Filter {
        let keyword = |(id, (keyword, whole_word)): (i64, &(&str, bool))| Keyword {
            id: RowId(id),
            keyword: (*keyword).to_owned(),
            whole_word: *whole_word,
        };
        Filter {
            id: RowId(1),
            owner: AccountId(1),
            title: "birds".to_owned(),
            contexts: vec![FilterContext::Home],
            action: FilterAction::Warn,
            expires_at: None,
            keywords: (1..).zip(keywords).map(keyword).collect(),
            tweets: tweets.iter().map(|id| FilteredTweet { id: RowId(*id), tweet: TweetId(*id) }).collect(),
        }
    }

    fn saying(text: &str) -> Tweet {
        Tweet { text: text.to_owned(), ..blank_tweet(SHOWN, AccountId(2), 0) }
    }

    fn finds(keyword: &str, whole_word: bool, text: &str) -> bool {
        !Matcher::new(vec![filter(&[(keyword, whole_word)], &[])]).hits(&saying(text), SHOWN, 0).is_empty()
    }

    #[test]
    fn words_are_found_in_any_case_whole_or_as_parts() {
        assert!(
            finds("Rook", true, "a ROOK, here")
                && finds("rook", true, "(rook)")
                && finds("rook", true, "rook")
        );
        assert!(
            !finds("rook", true, "rookery")
                && !finds("rook", true, "brook")
                && !finds("rook", true, "rook_1")
        );
        assert!(finds("rook", false, "Brookes"));
        assert!(finds("rook", true, "rookery of a rook"), "a later place counts too");
        assert!(finds("ÜBER", true, "u\u{308}ber alles") && finds("straße", true, "Straße"));
        assert!(finds("two  words", true, "two\nWORDS"));
        assert!(!finds("rook", true, "crow") && !finds("crow", false, ""));
    }

    #[test]
    fn what_begins_or_ends_with_no_letter_needs_no_end_of_a_word_there() {
        assert!(finds("#rook", true, "x#rook") && !finds("#rook", true, "#rooks"));
        assert!(finds("c++", true, "c++11"));
    }

    #[test]
    fn scripts_without_blanks_have_words_anywhere() {
        assert!(
            finds("猫", true, "この猫は")
                && finds("ネコ", true, "野良ネコ達")
                && finds("แมว", true, "รักแมวมาก")
        );
        assert!(!finds("кот", true, "который") && finds("кот", true, "мой кот!"));
    }

    #[test]
    fn all_words_that_a_tweet_shows_are_looked_at() {
        let matcher = Matcher::new(vec![filter(&[("rook", true), ("crow", true)], &[])]);
        let mut tweet = saying("crow");
        tweet.content_warning = "rook".to_owned();
        let hits = matcher.hits(&tweet, SHOWN, 0);
        assert_eq!(hits[0].keywords, ["rook", "crow"]);
        assert!(hits[0].tweets.is_empty() && hits.len() == 1);
        assert!(!finds("rook crow", true, "rook"));
    }

    #[test]
    fn a_tweet_is_found_by_its_id_also_when_it_is_repeated() {
        let matcher = Matcher::new(vec![filter(&[], &[9, 10])]);
        assert_eq!(matcher.hits(&saying("x"), SHOWN, 0)[0].tweets, [SHOWN]);
        assert_eq!(matcher.hits(&saying("x"), TweetId(10), 0)[0].tweets, [SHOWN, TweetId(10)]);
        assert!(Matcher::new(vec![filter(&[], &[7])]).hits(&saying("x"), SHOWN, 0).is_empty());
    }

    #[test]
    fn a_filter_that_has_ended_finds_nothing() {
        let ends = Filter { expires_at: Some(100), ..filter(&[("rook", true)], &[]) };
        let matcher = Matcher::new(vec![ends]);
        assert_eq!([99, 100].map(|now_ms| matcher.hits(&saying("rook"), SHOWN, now_ms).len()), [1, 0]);
    }
}
