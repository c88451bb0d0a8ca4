//! Filters: words and single tweets that somebody would rather not read, where, and what is done with them.

mod matcher;

pub use matcher::{FilterHit, Matcher};

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, RowId, TweetId};
use super::text;
use crate::clock::Millis;
use crate::config::limits;
use crate::error::{Error, Result};

/// A filter of somebody's; nobody else knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Its id.
    pub id: RowId,
    /// Whose it is.
    pub owner: AccountId,
    /// What its owner calls it.
    pub title: String,
    /// Where it counts; at least one place.
    pub contexts: Vec<FilterContext>,
    /// What is done with what it finds.
    pub action: FilterAction,
    /// When it ends by itself; it is kept after, and finds nothing.
    pub expires_at: Option<Millis>,
    /// The words.
    pub keywords: Vec<Keyword>,
    /// The tweets.
    pub tweets: Vec<FilteredTweet>,
}

/// Words of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyword {
    /// Its id.
    pub id: RowId,
    /// The words, one line.
    pub keyword: String,
    /// Whether they are not found inside of other words.
    pub whole_word: bool,
}

/// A tweet of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilteredTweet {
    /// The id of its row.
    pub id: RowId,
    /// The tweet.
    pub tweet: TweetId,
}

/// A place where a filter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilterContext {
    /// Home and lists.
    Home,
    /// Notifications.
    Notifications,
    /// What everybody shares: local, federated, hashtags.
    Public,
    /// A post with its answers.
    Thread,
    /// The posts of a profile.
    Account,
}

impl FilterContext {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Home, Self::Notifications, Self::Public, Self::Thread, Self::Account];

    /// Its word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Notifications => "notifications",
            Self::Public => "public",
            Self::Thread => "thread",
            Self::Account => "account",
        }
    }

    fn bit(self) -> i64 {
        match self {
            Self::Home => 1,
            Self::Notifications => 2,
            Self::Public => 4,
            Self::Thread => 8,
            Self::Account => 16,
        }
    }

    /// Some of them as the number under which they are stored.
    pub fn code_of(contexts: &[Self]) -> i64 {
        contexts.iter().fold(0, |code, context| code | context.bit())
    }

    /// Those stored under a number, in the order of [`FilterContext::ALL`].
    pub fn from_code(code: i64) -> Vec<Self> {
        Self::ALL.into_iter().filter(|context| code & context.bit() != 0).collect()
    }
}

/// What is done with what a filter finds. The server says what it found; whoever shows it does the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilterAction {
    /// It is shown behind a warning.
    #[default]
    Warn,
    /// It is not shown.
    Hide,
    /// Its pictures are shown blurred.
    Blur,
}

impl FilterAction {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Warn, Self::Hide, Self::Blur];

    /// Its word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Hide => "hide",
            Self::Blur => "blur",
        }
    }

    /// What a word of the database stands for.
    pub fn from_stored(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }
}

/// A title as it is kept: one line, not empty.
///
/// # Errors
/// [`Error::Invalid`] on `title`: `empty`, `too_long`.
pub fn validate_title(title: &str) -> Result<String> {
    line("title", title, limits::FILTER_TITLE_MAX)
}

/// Words as they are kept: one line, not empty.
///
/// # Errors
/// [`Error::Invalid`] on `keyword`: `empty`, `too_long`.
pub fn validate_keyword(keyword: &str) -> Result<String> {
    line("keyword", keyword, limits::FILTER_KEYWORD_MAX)
}

/// The places as they are kept: each once, at least one.
///
/// # Errors
/// [`Error::Invalid`] on `contexts`: `empty`.
pub fn validate_contexts(contexts: &[FilterContext]) -> Result<Vec<FilterContext>> {
    if contexts.is_empty() {
        return Err(Error::invalid("contexts", "empty", "say where the filter counts"));
    }
    Ok(FilterContext::from_code(FilterContext::code_of(contexts)))
}

fn line(field: &'static str, text: &str, most: usize) -> Result<String> {
    let line = text::one_line(text);
    if line.is_empty() {
        return Err(Error::invalid(field, "empty", format!("a filter needs a {field}")));
    }
    if text::characters(&line) > most {
        return Err(Error::invalid(field, "too_long", format!("at most {most} characters")));
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_words_go_both_ways() {
        assert_eq!(FilterContext::from_code(FilterContext::code_of(&FilterContext::ALL)), FilterContext::ALL);
        let some = [FilterContext::Account, FilterContext::Home, FilterContext::Home];
        assert_eq!(validate_contexts(&some).unwrap(), [FilterContext::Home, FilterContext::Account]);
        for context in FilterContext::ALL {
            assert_eq!(serde_json::to_value(context).unwrap(), context.as_str());
        }
        for action in FilterAction::ALL {
            assert_eq!(FilterAction::from_stored(action.as_str()), Some(action));
            assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
        }
    }

    #[test]
    fn what_says_nothing_is_no_filter() {
        assert_eq!(validate_contexts(&[]).unwrap_err().code(), "empty");
        assert_eq!(validate_keyword(" \n").unwrap_err().code(), "empty");
        assert_eq!(validate_title(&"x".repeat(limits::FILTER_TITLE_MAX + 1)).unwrap_err().code(), "too_long");
    }
}
