//! The instance's own emoji.

use std::collections::BTreeMap;

use super::{EmojiPicture, codes};
use crate::clock::Millis;
use crate::config::limits::{EMOJI_CODE_MAX, EMOJI_DRAWN_MAX};
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::ids::RowId;
use crate::model::pictures;
use crate::model::tweet::Tweet;

/// The shortest code of ours: one letter between colons is more often a smiley.
const CODE_MIN: usize = 2;

/// An emoji of this instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnEmoji {
    /// Its number.
    pub id: RowId,
    /// The name between the colons.
    pub shortcode: String,
    /// Under which heading it is offered; may be empty.
    pub category: String,
    /// Where our media store keeps the picture.
    pub file_key: String,
    /// Whether it is drawn and offered.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Millis,
    /// When its picture was last replaced.
    pub updated_at: Millis,
}

impl From<&OwnEmoji> for EmojiPicture {
    fn from(emoji: &OwnEmoji) -> Self {
        Self {
            shortcode: emoji.shortcode.clone(),
            path: pictures::own_emoji_url(emoji),
            category: Some(emoji.category.clone()).filter(|category| !category.is_empty()),
            own: true,
        }
    }
}

/// Checks the code of an emoji of ours, written with its colons or without.
///
/// # Errors
/// [`Error::Invalid`] on `shortcode`: `too_short`, `too_long`, `bad_characters`.
pub fn validate_code(text: &str) -> Result<String> {
    let text = text.trim();
    let code = text.strip_prefix(':').and_then(|text| text.strip_suffix(':')).unwrap_or(text);
    if code.len() < CODE_MIN {
        let message = format!("a code has at least {CODE_MIN} characters");
        return Err(Error::invalid("shortcode", "too_short", message));
    }
    if code.len() > EMOJI_CODE_MAX {
        let message = format!("a code has at most {EMOJI_CODE_MAX} characters");
        return Err(Error::invalid("shortcode", "too_long", message));
    }
    if !code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        let message = "a code has letters from a to z, digits and underscores only";
        return Err(Error::invalid("shortcode", "bad_characters", message));
    }
    Ok(code.to_owned())
}

/// The instance's enabled emoji by code, as one moment knows them.
#[derive(Debug, Default)]
pub struct Palette(BTreeMap<String, OwnEmoji>);

impl Palette {
    /// Of these, those that are enabled.
    pub fn new(emoji: Vec<OwnEmoji>) -> Self {
        let enabled = emoji.into_iter().filter(|emoji| emoji.enabled);
        Self(enabled.map(|emoji| (emoji.shortcode.clone(), emoji)).collect())
    }

    /// The emoji with this code.
    pub fn get(&self, shortcode: &str) -> Option<&OwnEmoji> {
        self.0.get(shortcode)
    }

    /// All of them, by code.
    pub fn iter(&self) -> impl Iterator<Item = &OwnEmoji> {
        self.0.values()
    }

    /// What is drawn in a tweet's text, warning and poll: its own host's emoji, whoever looks.
    pub fn of_tweet(&self, tweet: &Tweet) -> Vec<EmojiPicture> {
        if !tweet.local {
            return tweet.emoji.iter().map(EmojiPicture::from).collect();
        }
        self.in_tweet(tweet).into_iter().map(EmojiPicture::from).collect()
    }

    /// What is drawn in an account's name, bio and lines.
    pub fn of_account(&self, account: &Account) -> Vec<EmojiPicture> {
        if !account.is_local() {
            return account.emoji.iter().map(EmojiPicture::from).collect();
        }
        self.in_account(account).into_iter().map(EmojiPicture::from).collect()
    }

    /// Our emoji in a tweet of ours.
    pub fn in_tweet(&self, tweet: &Tweet) -> Vec<&OwnEmoji> {
        let options = tweet.poll.iter().flat_map(|poll| &poll.options).map(|option| option.title.as_str());
        self.named_in([tweet.text.as_str(), tweet.content_warning.as_str()].into_iter().chain(options))
    }

    /// Our emoji in what an account of ours says of itself.
    pub fn in_account(&self, account: &Account) -> Vec<&OwnEmoji> {
        let lines = account.fields.iter().flat_map(|field| [field.name.as_str(), field.value.as_str()]);
        self.named_in([account.display_name.as_str(), account.bio.as_str()].into_iter().chain(lines))
    }

    /// Those whose codes stand in these texts, each once.
    fn named_in<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Vec<&OwnEmoji> {
        let mut found: BTreeMap<&str, &OwnEmoji> = BTreeMap::new();
        if self.0.is_empty() {
            return Vec::new();
        }
        for (_, code) in texts.flat_map(codes) {
            if let Some((code, emoji)) = self.0.get_key_value(code)
                && found.len() < EMOJI_DRAWN_MAX
            {
                found.insert(code, emoji);
            }
        }
        found.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_two_to_sixty_four_letters_digits_or_underscores() {
        assert_eq!(validate_code(" :rook_2: ").unwrap(), "rook_2");
        let code = |text: &str| validate_code(text).unwrap_err().code();
        assert_eq!((code("a"), code("::"), code("")), ("too_short", "too_short", "too_short"));
        assert_eq!(
            (code("rook-2"), code("<b>"), code(":rook")),
            ("bad_characters", "bad_characters", "bad_characters")
        );
        assert_eq!(code(&"x".repeat(EMOJI_CODE_MAX + 1)), "too_long");
    }
}
