//! What a follower wants of those it follows.

use super::language;
use crate::config::limits;
use crate::error::{Error, Result};

/// What a follower wants of a follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowOptions {
    /// Whether home shows what the other repeats.
    pub retweets: bool,
    /// Whether the follower is told of each new tweet.
    pub notify: bool,
    /// The only languages whose tweets home shows; empty is all.
    pub languages: Vec<String>,
}

impl Default for FollowOptions {
    fn default() -> Self {
        Self { retweets: true, notify: false, languages: Vec::new() }
    }
}

/// What changes of that; `None` leaves as it is, or as a new follow is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowChoices {
    /// Whether home shows what the other repeats.
    pub retweets: Option<bool>,
    /// Whether the follower is told of each new tweet.
    pub notify: Option<bool>,
    /// The only languages whose tweets home shows; empty is all.
    pub languages: Option<Vec<String>>,
}

impl FollowChoices {
    /// The choices with languages as they are compared, each once.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `language`: `bad_language`, `too_many`.
    pub fn checked(self) -> Result<Self> {
        let Some(tags) = self.languages else { return Ok(self) };
        if tags.len() > limits::FOLLOW_LANGUAGES_MAX {
            let message = format!("at most {} languages", limits::FOLLOW_LANGUAGES_MAX);
            return Err(Error::invalid("languages", "too_many", message));
        }
        let mut languages = tags.iter().map(|tag| language::validate(tag)).collect::<Result<Vec<_>>>()?;
        languages.sort_unstable();
        languages.dedup();
        Ok(Self { languages: Some(languages), ..self })
    }

    /// What becomes of `options`.
    pub fn of(&self, options: &FollowOptions) -> FollowOptions {
        FollowOptions {
            retweets: self.retweets.unwrap_or(options.retweets),
            notify: self.notify.unwrap_or(options.notify),
            languages: self.languages.clone().unwrap_or_else(|| options.languages.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_kept_as_they_are_compared_and_what_is_not_chosen_stays() {
        let tags = ["pt-BR", "EN", "en"].map(str::to_owned).to_vec();
        let choices = FollowChoices { languages: Some(tags), ..FollowChoices::default() }.checked().unwrap();
        let options = choices.of(&FollowOptions { retweets: false, ..FollowOptions::default() });
        let languages = ["en", "pt"].map(str::to_owned).to_vec();
        assert_eq!(options, FollowOptions { retweets: false, notify: false, languages });
        let bad =
            FollowChoices { languages: Some(vec!["no language".to_owned()]), ..FollowChoices::default() };
        assert_eq!(bad.checked().unwrap_err().code(), "bad_language");
        let many = vec!["en".to_owned(); limits::FOLLOW_LANGUAGES_MAX + 1];
        let many = FollowChoices { languages: Some(many), ..FollowChoices::default() };
        assert_eq!(many.checked().unwrap_err().code(), "too_many");
    }
}
