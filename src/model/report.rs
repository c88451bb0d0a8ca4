//! Reports: somebody's complaint about an account, for the admins of this instance to judge.

use super::ids::{AccountId, RowId, TweetId};
use super::text;
use crate::clock::Millis;
use crate::config::limits::{REPORT_COMMENT_MAX, TEXT_MAX_BYTES};
use crate::error::{Error, Result};

/// A complaint about an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its id.
    pub id: RowId,
    /// Whom it is about.
    pub account: AccountId,
    /// Who of ours made it; `None` when it came from another instance, or its maker is gone.
    pub reporter: Option<AccountId>,
    /// The host that it came from.
    pub origin: Option<String>,
    /// What is said, plain text; may be empty.
    pub comment: String,
    /// Whether the instance of a remote account is told.
    pub forward: bool,
    /// When it was made.
    pub created_at: Millis,
    /// When an admin was done with it.
    pub resolved_at: Option<Millis>,
    /// Which admin that was.
    pub resolver: Option<AccountId>,
    /// Rules of the instance that are broken.
    pub rules: Vec<RowId>,
    /// The tweets that it names, those that are still there.
    pub tweets: Vec<TweetId>,
}

/// What a person says of an account, cleaned and within its limit.
pub fn validate_comment(comment: &str) -> Result<String> {
    let comment = if comment.len() > TEXT_MAX_BYTES { None } else { Some(text::normalise(comment)) };
    let within = comment.filter(|comment| text::characters(comment) <= REPORT_COMMENT_MAX);
    within.ok_or_else(|| {
        let message = format!("a comment has at most {REPORT_COMMENT_MAX} characters");
        Error::invalid("comment", "too_long", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_may_be_empty_and_is_bounded() {
        assert_eq!(validate_comment("").unwrap(), "");
        assert_eq!(validate_comment(" spam\0 ").unwrap(), "spam");
        let most = "ä".repeat(REPORT_COMMENT_MAX);
        assert_eq!(validate_comment(&most).unwrap(), most);
        assert_eq!(validate_comment(&format!("{most}x")).unwrap_err().code(), "too_long");
    }
}
