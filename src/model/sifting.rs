//! Which notifications somebody wants: let through, let wait until they have a look, or not at all.

use serde::{Deserialize, Serialize};

use super::notification::NotificationKind;
use super::visibility::Visibility;
use crate::clock::{DAY_MS, Millis};

/// How long an account is new.
pub const NEW_ACCOUNT_MS: Millis = 30 * DAY_MS;
/// How long somebody follows before that counts: else a follow would be the way past the rule.
pub const NEW_FOLLOWER_MS: Millis = 3 * DAY_MS;

/// What becomes of a notification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sift {
    /// It is told.
    #[default]
    Accept,
    /// It waits until one has a look.
    Filter,
    /// It is not made.
    Drop,
}

impl Sift {
    /// Every one, the mildest first.
    pub const ALL: [Self; 3] = [Self::Accept, Self::Filter, Self::Drop];

    /// The word of the APIs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Filter => "filter",
            Self::Drop => "drop",
        }
    }

    /// The stored number.
    pub fn code(self) -> i64 {
        match self {
            Self::Accept => 0,
            Self::Filter => 1,
            Self::Drop => 2,
        }
    }

    /// Reads the stored number; what is not known waits.
    pub fn from_code(code: i64) -> Self {
        Self::ALL.into_iter().find(|sift| sift.code() == code).unwrap_or(Self::Filter)
    }
}

/// What becomes of notifications by the kinds of accounts that cause them; the strictest that applies holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiftPolicy {
    /// By accounts that one does not follow.
    pub not_following: Sift,
    /// By accounts that do not follow one, or have only for a few days.
    pub not_followers: Sift,
    /// By accounts that are less than 30 days old.
    pub new_accounts: Sift,
    /// Direct mentions by accounts that one does not follow, unless they answer oneself.
    pub private_mentions: Sift,
    /// By accounts that moderators limited and that one does not follow.
    pub limited_accounts: Sift,
}

impl Default for SiftPolicy {
    /// All are told, but of those whom moderators limited: these wait.
    fn default() -> Self {
        Self {
            not_following: Sift::Accept,
            not_followers: Sift::Accept,
            new_accounts: Sift::Accept,
            private_mentions: Sift::Accept,
            limited_accounts: Sift::Filter,
        }
    }
}

/// What must be known of a notification to sift it.
#[derive(Clone, Copy, Debug)]
pub struct SiftFacts {
    /// What happened.
    pub kind: NotificationKind,
    /// The receiver follows the doer.
    pub follows: bool,
    /// Since when the doer follows the receiver.
    pub followed_since: Option<Millis>,
    /// When the doer's account was made.
    pub made_at: Millis,
    /// Moderators limited the doer.
    pub limited: bool,
    /// Who may see the tweet it is about.
    pub visibility: Option<Visibility>,
    /// That tweet answers one of the receiver's.
    pub answers: bool,
    /// The receiver once let notifications of the doer through.
    pub permitted: bool,
}

impl SiftPolicy {
    /// What becomes of a notification at this time.
    pub fn judge(&self, facts: &SiftFacts, now_ms: Millis) -> Sift {
        if facts.permitted || !is_sifted(facts.kind) {
            return Sift::Accept;
        }
        let new_follower = facts.followed_since.is_none_or(|since| since > now_ms - NEW_FOLLOWER_MS);
        let is_mention = matches!(facts.kind, NotificationKind::Mention | NotificationKind::Reply);
        let is_private = is_mention && facts.visibility == Some(Visibility::Direct) && !facts.answers;
        let rules = [
            (!facts.follows, self.not_following),
            (new_follower, self.not_followers),
            (facts.made_at > now_ms - NEW_ACCOUNT_MS, self.new_accounts),
            (is_private && !facts.follows, self.private_mentions),
            (facts.limited && !facts.follows, self.limited_accounts),
        ];
        rules.into_iter().filter(|(applies, _)| *applies).map(|(_, sift)| sift).max().unwrap_or_default()
    }
}

/// What concerns what one did oneself is always told.
fn is_sifted(kind: NotificationKind) -> bool {
    !matches!(kind, NotificationKind::PollEnded | NotificationKind::Edited | NotificationKind::QuotedEdited)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_780_000_000_000;
    const FRIEND: SiftFacts = SiftFacts {
        kind: NotificationKind::Mention,
        follows: true,
        followed_since: Some(NOW - NEW_FOLLOWER_MS),
        made_at: NOW - NEW_ACCOUNT_MS,
        limited: false,
        visibility: Some(Visibility::Public),
        answers: false,
        permitted: false,
    };

    const STRICT: SiftPolicy = SiftPolicy {
        not_following: Sift::Filter,
        not_followers: Sift::Filter,
        new_accounts: Sift::Filter,
        private_mentions: Sift::Filter,
        limited_accounts: Sift::Drop,
    };

    fn judged(change: impl FnOnce(&mut SiftFacts)) -> Sift {
        let mut facts = FRIEND;
        change(&mut facts);
        STRICT.judge(&facts, NOW)
    }

    #[test]
    fn each_rule_sifts_whom_it_is_about_and_the_strictest_holds() {
        assert_eq!(judged(|_| {}), Sift::Accept);
        assert_eq!(judged(|facts| facts.follows = false), Sift::Filter);
        assert_eq!(judged(|facts| facts.followed_since = None), Sift::Filter);
        assert_eq!(judged(|facts| facts.followed_since = Some(NOW - NEW_FOLLOWER_MS + 1)), Sift::Filter);
        assert_eq!(judged(|facts| facts.made_at += 1), Sift::Filter);
        assert_eq!(judged(|facts| facts.limited = true), Sift::Accept, "one follows them");
        assert_eq!(judged(|facts| (facts.limited, facts.follows) = (true, false)), Sift::Drop);
        assert_eq!(judged(|facts| (facts.permitted, facts.follows) = (true, false)), Sift::Accept);
    }

    #[test]
    fn a_private_mention_of_a_stranger_waits_unless_it_answers() {
        let policy = SiftPolicy { private_mentions: Sift::Filter, ..SiftPolicy::default() };
        let stranger = SiftFacts { follows: false, visibility: Some(Visibility::Direct), ..FRIEND };
        assert_eq!(policy.judge(&stranger, NOW), Sift::Filter);
        assert_eq!(policy.judge(&SiftFacts { answers: true, ..stranger }, NOW), Sift::Accept);
        let open = SiftFacts { visibility: Some(Visibility::Public), ..stranger };
        assert_eq!(policy.judge(&open, NOW), Sift::Accept);
    }

    #[test]
    fn what_one_took_part_in_is_always_told() {
        for kind in [NotificationKind::PollEnded, NotificationKind::Edited, NotificationKind::QuotedEdited] {
            assert_eq!(judged(|facts| (facts.kind, facts.follows) = (kind, false)), Sift::Accept);
        }
        for sift in Sift::ALL {
            assert_eq!(Sift::from_code(sift.code()), sift);
        }
    }
}
