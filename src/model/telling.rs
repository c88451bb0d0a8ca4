//! What somebody wants to be told of: by what happened, by who did it, and by the way it is told.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::notification::NotificationKind;

/// Who did it, seen from who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Doer {
    /// Somebody whom one follows.
    Followed,
    /// Somebody who follows one and whom one does not follow.
    Follower,
    /// Anybody else, and oneself: one's own poll is over.
    Other,
}

impl Doer {
    /// Every one, the nearest first.
    pub const ALL: [Self; 3] = [Self::Followed, Self::Follower, Self::Other];

    /// Who somebody is by the follows between them.
    pub fn of(follows: bool, follows_back: bool) -> Self {
        match (follows, follows_back) {
            (true, _) => Self::Followed,
            (false, true) => Self::Follower,
            (false, false) => Self::Other,
        }
    }

    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Followed => "followed",
            Self::Follower => "follower",
            Self::Other => "other",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Followed => 4,
            Self::Follower => 2,
            Self::Other => 1,
        }
    }
}

/// Some of the three kinds of doers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doers(u8);

impl Doers {
    /// All of them.
    pub const ALL: Self = Self(7);
    /// None of them.
    pub const NONE: Self = Self(0);

    /// Whether this one is among them.
    pub fn has(self, doer: Doer) -> bool {
        self.0 & doer.bit() != 0
    }

    /// Those that are among them, the nearest first.
    pub fn each(self) -> impl Iterator<Item = Doer> {
        Doer::ALL.into_iter().filter(move |doer| self.has(*doer))
    }

    fn from_digit(digit: char) -> Option<Self> {
        digit.to_digit(8).and_then(|bits| u8::try_from(bits).ok()).map(Self)
    }
}

impl FromIterator<Doer> for Doers {
    fn from_iter<I: IntoIterator<Item = Doer>>(doers: I) -> Self {
        Self(doers.into_iter().fold(0, |bits, doer| bits | doer.bit()))
    }
}

/// The ways by which one is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// The list of notifications, with its badge and its stream. What is not in it is told nowhere.
    List,
    /// Messages to phones and browsers.
    Push,
    /// The digest by mail.
    Mail,
}

impl Channel {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::List, Self::Push, Self::Mail];

    /// A word for forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Push => "push",
            Self::Mail => "mail",
        }
    }
}

/// Of whom one is told something, by each way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// In the list.
    pub list: Doers,
    /// By push.
    pub push: Doers,
    /// By mail.
    pub mail: Doers,
}

impl Told {
    /// What holds for a kind of which nothing was chosen: everything, but what is told most often is not mailed.
    pub fn by_default(kind: NotificationKind) -> Self {
        let often = matches!(kind, NotificationKind::Posted | NotificationKind::QuotedEdited);
        Self { list: Doers::ALL, push: Doers::ALL, mail: if often { Doers::NONE } else { Doers::ALL } }
    }

    /// Of whom by this way.
    pub fn by(self, channel: Channel) -> Doers {
        match channel {
            Channel::List => self.list,
            Channel::Push => self.push,
            Channel::Mail => self.mail,
        }
    }

    fn put(&mut self, channel: Channel, doers: Doers) {
        match channel {
            Channel::List => self.list = doers,
            Channel::Push => self.push = doers,
            Channel::Mail => self.mail = doers,
        }
    }
}

/// What somebody chose; holds only what differs from the defaults, so that a kind that comes to be later has its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    changed: Vec<(NotificationKind, Told)>,
}

impl Telling {
    /// What holds for a kind.
    pub fn of(&self, kind: NotificationKind) -> Told {
        let chosen = self.changed.iter().find(|(changed, _)| *changed == kind);
        chosen.map_or_else(|| Told::by_default(kind), |(_, told)| *told)
    }

    /// Chooses of whom one is told a kind by one way.
    pub fn choose(&mut self, kind: NotificationKind, channel: Channel, doers: Doers) {
        let mut told = self.of(kind);
        told.put(channel, doers);
        self.put(kind, told);
    }

    /// Whether one is told of it. What the list does not have is told by no other way.
    pub fn wants(&self, kind: NotificationKind, doer: Doer, channel: Channel) -> bool {
        let told = self.of(kind);
        told.list.has(doer) && told.by(channel).has(doer)
    }

    /// The stored words: `like:706 posted:400`, with a digit for each way. Nothing when nothing was chosen.
    pub fn to_stored(&self) -> String {
        let mut stored = String::new();
        for (kind, told) in &self.changed {
            let space = if stored.is_empty() { "" } else { " " };
            let Told { list, push, mail } = told;
            // Writing to a string does not fail.
            let _ = write!(stored, "{space}{}:{}{}{}", kind.as_str(), list.0, push.0, mail.0);
        }
        stored
    }

    /// Reads the stored words; what is not understood is as by default.
    pub fn from_stored(stored: &str) -> Self {
        let mut telling = Self::default();
        for word in stored.split(' ') {
            let Some((kind, digits)) = word.split_once(':') else { continue };
            let doers: Vec<Doers> = digits.chars().filter_map(Doers::from_digit).collect();
            if let (Some(kind), [list, push, mail]) = (NotificationKind::from_stored(kind), doers.as_slice())
            {
                telling.put(kind, Told { list: *list, push: *push, mail: *mail });
            }
        }
        telling
    }

    /// Keeps the order of the kinds, so that the same choice is stored the same way.
    fn put(&mut self, kind: NotificationKind, told: Told) {
        self.changed.retain(|(changed, _)| *changed != kind);
        if told != Told::by_default(kind) {
            self.changed.push((kind, told));
            let place =
                |kind: NotificationKind| NotificationKind::ALL.iter().position(|known| *known == kind);
            self.changed.sort_by_key(|(kind, _)| place(*kind));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_chosen_is_everything_told_and_nothing_stored() {
        let telling = Telling::default();
        assert_eq!(telling.to_stored(), "");
        for kind in NotificationKind::ALL {
            for doer in Doer::ALL {
                assert!(telling.wants(kind, doer, Channel::List) && telling.wants(kind, doer, Channel::Push));
            }
        }
        assert!(!telling.wants(NotificationKind::Posted, Doer::Followed, Channel::Mail));
    }

    #[test]
    fn what_the_list_does_not_have_is_told_nowhere() {
        let mut telling = Telling::default();
        telling.choose(NotificationKind::Like, Channel::List, Doers::from_iter([Doer::Followed]));
        for channel in Channel::ALL {
            assert!(telling.wants(NotificationKind::Like, Doer::Followed, channel));
            assert!(!telling.wants(NotificationKind::Like, Doer::Other, channel));
        }
        assert!(telling.wants(NotificationKind::Retweet, Doer::Other, Channel::List));
        assert_eq!(telling.to_stored(), "like:477");
    }

    #[test]
    fn who_follows_both_ways_is_somebody_followed() {
        let known = [(true, true), (true, false), (false, true), (false, false)];
        let doers = known.map(|(follows, back)| Doer::of(follows, back));
        assert_eq!(doers, [Doer::Followed, Doer::Followed, Doer::Follower, Doer::Other]);
    }

    #[test]
    fn words_that_are_not_understood_are_as_by_default() {
        for odd in ["", "like", "like:9", "like:77", "like:7777", "unheard:000", ":::", "like:7x7"] {
            assert_eq!(Telling::from_stored(odd), Telling::default(), "{odd:?}");
        }
    }

    proptest! {
        #[test]
        fn a_choice_is_read_as_it_was_stored(choices in prop::collection::vec((0_usize..11, 0_usize..3, 0_u8..8), 0..40)) {
            let mut telling = Telling::default();
            for (kind, channel, bits) in choices {
                let (kind, channel) = (NotificationKind::ALL[kind], Channel::ALL[channel]);
                telling.choose(kind, channel, Doers(bits));
                prop_assert_eq!(telling.of(kind).by(channel), Doers(bits));
            }
            prop_assert_eq!(Telling::from_stored(&telling.to_stored()), telling);
        }
    }
}
