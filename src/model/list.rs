//! Lists: accounts that somebody follows, put together to be read as a timeline of their own.

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, RowId};
use super::text;
use crate::config::limits;
use crate::error::{Error, Result};

/// A list of somebody's; nobody else knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Its id.
    pub id: RowId,
    /// Whose it is.
    pub owner: AccountId,
    /// What its owner calls it.
    pub title: String,
    /// Which replies of its members it shows.
    pub replies: ListReplies,
    /// Whether home leaves out what its members write.
    pub exclusive: bool,
}

/// Which replies a list shows, beside those to its owner and those of members to themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListReplies {
    /// Those to anybody whom the owner follows.
    Followed,
    /// Those to other members.
    #[default]
    List,
    /// No others.
    None,
}

impl ListReplies {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Followed, Self::List, Self::None];

    /// Its word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Followed => "followed",
            Self::List => "list",
            Self::None => "none",
        }
    }

    /// What a word of the database stands for.
    pub fn from_stored(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|replies| replies.as_str() == word)
    }
}

/// A title as it is kept: one line, not empty.
///
/// # Errors
/// [`Error::Invalid`] on `title`: `empty`, `too_long`.
pub fn validate_title(title: &str) -> Result<String> {
    let title = text::one_line(title);
    if title.is_empty() {
        return Err(Error::invalid("title", "empty", "a list needs a title"));
    }
    if text::characters(&title) > limits::LIST_TITLE_MAX {
        let message = format!("a title has at most {} characters", limits::LIST_TITLE_MAX);
        return Err(Error::invalid("title", "too_long", message));
    }
    Ok(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_and_neither_empty_nor_endless() {
        assert_eq!(validate_title(" close\n friends ").unwrap(), "close friends");
        assert_eq!(validate_title(" \n\0").unwrap_err().code(), "empty");
        assert_eq!(validate_title(&"x".repeat(limits::LIST_TITLE_MAX + 1)).unwrap_err().code(), "too_long");
    }

    #[test]
    fn words_go_both_ways() {
        for replies in ListReplies::ALL {
            assert_eq!(ListReplies::from_stored(replies.as_str()), Some(replies));
            assert_eq!(serde_json::to_value(replies).unwrap(), replies.as_str());
        }
    }
}
