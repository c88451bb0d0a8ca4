//! Quotes: who may quote, and how a quote stands with whom it quotes.

use serde::{Deserialize, Serialize};

/// Whom an author lets quote their posts without asking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotePolicy {
    /// Everybody who may see them.
    #[default]
    Everyone,
    /// Who follows the author.
    Followers,
    /// Nobody but the author.
    Nobody,
    /// Nobody without asking, of whom the author decides one by one: so do some elsewhere, none of ours.
    #[serde(skip_deserializing)]
    Asked,
}

impl QuotePolicy {
    /// Those that an account of ours may have, the widest first.
    pub const ALL: [Self; 3] = [Self::Everyone, Self::Followers, Self::Nobody];

    /// The word of the API and of forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Followers => "followers",
            Self::Nobody => "nobody",
            Self::Asked => "asked",
        }
    }

    /// Reads that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == word)
    }

    /// The stored number.
    pub fn code(self) -> i64 {
        match self {
            Self::Everyone => 0,
            Self::Followers => 1,
            Self::Nobody => 2,
            Self::Asked => 3,
        }
    }

    /// Reads the stored number; what is not known allows nobody.
    pub fn from_code(code: i64) -> Self {
        let all = Self::ALL.into_iter().chain([Self::Asked]);
        all.into_iter().find(|policy| policy.code() == code).unwrap_or(Self::Nobody)
    }
}

/// Whether somebody may quote a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MayQuote {
    /// Yes.
    Yes,
    /// Its author is asked, and decides.
    Ask,
    /// No.
    No,
}

impl MayQuote {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Yes, Self::Ask, Self::No];

    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Ask => "ask",
            Self::No => "no",
        }
    }
}

/// How a quote stands with the author of what it quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuoteState {
    /// They allow it, or nobody needs to be asked.
    #[default]
    Accepted,
    /// They were asked and have not answered.
    Pending,
    /// They do not allow it.
    Rejected,
    /// They allowed it once.
    Revoked,
}

impl QuoteState {
    const ALL: [Self; 4] = [Self::Accepted, Self::Pending, Self::Rejected, Self::Revoked];

    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Pending => "pending",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
        }
    }

    /// The words of all of them.
    pub fn words() -> [&'static str; 4] {
        Self::ALL.map(Self::as_str)
    }

    /// The stored number.
    pub fn code(self) -> i64 {
        match self {
            Self::Accepted => 0,
            Self::Pending => 1,
            Self::Rejected => 2,
            Self::Revoked => 3,
        }
    }

    /// Reads the stored number; what is not known is not shown.
    pub fn from_code(code: i64) -> Self {
        Self::ALL.into_iter().find(|state| state.code() == code).unwrap_or(Self::Rejected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_numbers_are_read_back_and_unknown_ones_allow_nothing() {
        for policy in QuotePolicy::ALL {
            assert_eq!(QuotePolicy::from_code(policy.code()), policy);
            assert_eq!(QuotePolicy::from_word(policy.as_str()), Some(policy));
        }
        let asked = QuotePolicy::Asked;
        assert_eq!((QuotePolicy::from_code(asked.code()), QuotePolicy::from_word("asked")), (asked, None));
        for state in QuoteState::ALL {
            assert_eq!(QuoteState::from_code(state.code()), state);
        }
        assert_eq!(
            (QuotePolicy::from_code(9), QuoteState::from_code(9)),
            (QuotePolicy::Nobody, QuoteState::Rejected)
        );
    }
}
