//! Who may see a tweet: the four visibilities, and the one predicate that every surface asks.
//!
//! REST, pages, streams, search, feeds, ActivityPub, exports, previews and counts all go through [`can_see`]
//! (or a query that a property test holds against it), so that a rule is changed in one place.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::ids::AccountId;

/// Whom a tweet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// For everybody, and listed in public places.
    Public,
    /// For everybody, but not listed in public places.
    Unlisted,
    /// For the author's followers and the mentioned.
    Followers,
    /// For the mentioned only.
    Direct,
}

/// The word is not the name of a visibility.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a visibility is one of public, unlisted, followers, direct")]
pub struct BadVisibility;

impl Visibility {
    /// All of them, from the most open to the most closed.
    pub const ALL: [Self; 4] = [Self::Public, Self::Unlisted, Self::Followers, Self::Direct];

    /// The number under which it is stored; greater is more closed.
    pub fn code(self) -> i64 {
        match self {
            Self::Public => 0,
            Self::Unlisted => 1,
            Self::Followers => 2,
            Self::Direct => 3,
        }
    }

    /// The visibility stored under a number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|visibility| visibility.code() == code)
    }

    /// Its name in JSON, forms and settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Followers => "followers",
            Self::Direct => "direct",
        }
    }

    /// Whether everybody may see it who knows its address, signed in or not.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Public | Self::Unlisted)
    }
}

impl FromStr for Visibility {
    type Err = BadVisibility;

    fn from_str(name: &str) -> Result<Self, BadVisibility> {
        Self::ALL.into_iter().find(|visibility| visibility.as_str() == name).ok_or(BadVisibility)
    }
}

/// What an account has to do with others. Only what seeing needs; kept in memory, and followed from the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relations {
    /// Accounts it follows.
    pub following: HashSet<AccountId>,
    /// Accounts it asked to follow, still unanswered.
    pub requested: HashSet<AccountId>,
    /// Accounts it blocks.
    pub blocking: HashSet<AccountId>,
    /// Accounts that block it.
    pub blocked_by: HashSet<AccountId>,
    /// Accounts it mutes.
    pub muting: HashSet<AccountId>,
    /// Accounts it mutes, notifications included.
    pub muting_notifications: HashSet<AccountId>,
    /// Accounts it follows without their retweets.
    pub retweets_hidden: HashSet<AccountId>,
    /// Accounts of which home shows only tweets in some languages, and those.
    pub languages: HashMap<AccountId, Vec<String>>,
    /// Accounts that it reads in lists of their own and not in home.
    pub listed_away: HashSet<AccountId>,
    /// Hashtags it follows, folded.
    pub followed_tags: HashSet<String>,
    /// Hosts it hides, in the normal form of [`crate::model::host::Host`].
    pub blocked_domains: HashSet<String>,
}

impl Relations {
    /// How many bonds there are of all kinds.
    pub fn size(&self) -> usize {
        let accounts = [
            &self.following,
            &self.requested,
            &self.blocking,
            &self.blocked_by,
            &self.muting,
            &self.muting_notifications,
            &self.retweets_hidden,
            &self.listed_away,
        ];
        accounts.iter().map(|set| set.len()).sum::<usize>()
            + self.languages.len()
            + self.followed_tags.len()
            + self.blocked_domains.len()
    }

    /// Whether home shows what an account writes in this language; what says none is shown.
    pub fn wants_language(&self, author: AccountId, language: Option<&str>) -> bool {
        let wanted = self.languages.get(&author);
        wanted.zip(language).is_none_or(|(wanted, language)| wanted.iter().any(|known| known == language))
    }
}

/// Who is looking.
#[derive(Clone, Copy, Debug)]
pub struct Viewer<'a> {
    /// The account.
    pub id: AccountId,
    /// Its relations.
    pub relations: &'a Relations,
}

/// What must be known of a tweet (or of the row of a retweet) to decide who sees it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Its author; of a retweet row the one who retweeted.
    pub author: AccountId,
    /// The author's host, `None` for a local author.
    pub author_domain: Option<&'a str>,
    /// Moderators suspended the author: nobody else sees anything of them.
    pub author_suspended: bool,
    /// Moderators limited the author: listed publicly only for those who follow them.
    pub author_limited: bool,
    /// Whom it is for.
    pub visibility: Visibility,
    /// The accounts it mentions.
    pub mentions: &'a [AccountId],
}

/// Where the tweet would appear. Mutes and hidden hosts clean lists; they do not close doors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Opened by its address: the focus of a thread, a profile one went to, a fetch by another instance.
    Direct,
    /// A list of the viewer's own world: home, lists, replies, notifications, own search, counts.
    List,
    /// A list for everybody: local, federated and hashtag timelines, public search, trends.
    PublicList,
}

/// Whether `viewer` (`None` when anonymous) may see the tweet in this place.
pub fn can_see(viewer: Option<&Viewer>, facts: &Facts, place: Place) -> bool {
    if place == Place::PublicList && facts.visibility != Visibility::Public {
        return false;
    }
    if viewer.is_some_and(|viewer| viewer.id == facts.author) {
        return true;
    }
    if facts.author_suspended || !is_addressed(viewer, facts) {
        return false;
    }
    let Some(viewer) = viewer else {
        return place != Place::PublicList || !facts.author_limited;
    };
    let relations = viewer.relations;
    if relations.blocking.contains(&facts.author) || relations.blocked_by.contains(&facts.author) {
        return false;
    }
    match place {
        Place::Direct => true,
        Place::List => !is_hushed(relations, facts),
        Place::PublicList => {
            let is_listed = !facts.author_limited || relations.following.contains(&facts.author);
            is_listed && !is_hushed(relations, facts)
        }
    }
}

/// Whether `viewer` may see a retweet: both the retweet's own row and the tweet it shows must be visible to them,
/// and in a list they must not have hidden the retweets of this account.
pub fn can_see_retweet(viewer: Option<&Viewer>, retweet: &Facts, original: &Facts, place: Place) -> bool {
    let is_hidden = viewer.is_some_and(|viewer| {
        place != Place::Direct && viewer.relations.retweets_hidden.contains(&retweet.author)
    });
    !is_hidden && can_see(viewer, retweet, place) && can_see(viewer, original, place)
}

fn is_addressed(viewer: Option<&Viewer>, facts: &Facts) -> bool {
    if facts.visibility.is_open() {
        return true;
    }
    viewer.is_some_and(|viewer| {
        let follows =
            facts.visibility == Visibility::Followers && viewer.relations.following.contains(&facts.author);
        follows || facts.mentions.contains(&viewer.id)
    })
}

fn is_hushed(relations: &Relations, facts: &Facts) -> bool {
    relations.muting.contains(&facts.author)
        || facts.author_domain.is_some_and(|domain| relations.blocked_domains.contains(domain))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ANN: AccountId = AccountId(1);
    const BEA: AccountId = AccountId(2);

    fn by_ann(visibility: Visibility) -> Facts<'static> {
        Facts {
            author: ANN,
            author_domain: None,
            author_suspended: false,
            author_limited: false,
            visibility,
            mentions: &[],
        }
    }

    fn bea(relations: &Relations) -> Viewer<'_> {
        Viewer { id: BEA, relations }
    }

    #[test]
    fn names_and_codes_go_both_ways() {
        for visibility in Visibility::ALL {
            assert_eq!(Visibility::from_code(visibility.code()), Some(visibility));
            assert_eq!(visibility.as_str().parse(), Ok(visibility));
            let json = serde_json::to_string(&visibility).unwrap();
            assert_eq!(json, format!("\"{}\"", visibility.as_str()));
            assert_eq!(serde_json::from_str::<Visibility>(&json).unwrap(), visibility);
        }
        assert_eq!(Visibility::from_code(4), None);
        assert_eq!("Public".parse::<Visibility>(), Err(BadVisibility));
    }

    #[test]
    fn a_stranger_sees_what_is_open_and_public_lists_show_only_public() {
        let seen = |place| Visibility::ALL.map(|visibility| can_see(None, &by_ann(visibility), place));
        assert_eq!(seen(Place::Direct), [true, true, false, false]);
        assert_eq!(seen(Place::List), [true, true, false, false]);
        assert_eq!(seen(Place::PublicList), [true, false, false, false]);
    }

    #[test]
    fn a_follower_sees_followers_tweets_but_not_direct_ones() {
        let relations = Relations { following: [ANN].into(), ..Relations::default() };
        assert!(can_see(Some(&bea(&relations)), &by_ann(Visibility::Followers), Place::List));
        assert!(!can_see(Some(&bea(&relations)), &by_ann(Visibility::Direct), Place::Direct));
        let asked = Relations { requested: [ANN].into(), ..Relations::default() };
        assert!(!can_see(Some(&bea(&asked)), &by_ann(Visibility::Followers), Place::Direct));
    }

    #[test]
    fn the_mentioned_see_closed_tweets() {
        let relations = Relations::default();
        for visibility in [Visibility::Followers, Visibility::Direct] {
            let facts = Facts { mentions: &[BEA], ..by_ann(visibility) };
            assert!(can_see(Some(&bea(&relations)), &facts, Place::List));
            assert!(!can_see(None, &facts, Place::Direct));
        }
    }

    #[test]
    fn a_block_in_either_direction_closes_the_door() {
        let blocking = Relations { blocking: [ANN].into(), following: [ANN].into(), ..Relations::default() };
        let blocked = Relations { blocked_by: [ANN].into(), ..Relations::default() };
        for relations in [blocking, blocked] {
            let facts = Facts { mentions: &[BEA], ..by_ann(Visibility::Public) };
            assert!(!can_see(Some(&bea(&relations)), &facts, Place::Direct));
        }
    }

    #[test]
    fn mutes_and_hidden_hosts_clean_lists_but_do_not_close_doors() {
        let muting = Relations { muting: [ANN].into(), ..Relations::default() };
        let hiding = Relations { blocked_domains: ["b.test".to_owned()].into(), ..Relations::default() };
        for relations in [muting, hiding] {
            let facts = Facts { author_domain: Some("b.test"), ..by_ann(Visibility::Public) };
            let seen = [Place::Direct, Place::List, Place::PublicList]
                .map(|place| can_see(Some(&bea(&relations)), &facts, place));
            assert_eq!(seen, [true, false, false]);
        }
    }

    #[test]
    fn a_suspended_author_is_seen_by_nobody_else() {
        let relations = Relations { following: [ANN].into(), ..Relations::default() };
        let facts = Facts { author_suspended: true, ..by_ann(Visibility::Public) };
        assert!(!can_see(Some(&bea(&relations)), &facts, Place::Direct));
        assert!(!can_see(None, &facts, Place::Direct));
        assert!(can_see(Some(&Viewer { id: ANN, relations: &relations }), &facts, Place::Direct));
    }

    #[test]
    fn a_limited_author_is_listed_publicly_only_for_followers() {
        let facts = Facts { author_limited: true, ..by_ann(Visibility::Public) };
        let follower = Relations { following: [ANN].into(), ..Relations::default() };
        let stranger = Relations::default();
        assert!(can_see(Some(&bea(&follower)), &facts, Place::PublicList));
        assert!(!can_see(Some(&bea(&stranger)), &facts, Place::PublicList));
        assert!(!can_see(None, &facts, Place::PublicList));
        assert!(can_see(None, &facts, Place::List));
    }

    #[test]
    fn a_retweet_needs_both_its_parts() {
        const CAT: AccountId = AccountId(3);
        let original = by_ann(Visibility::Public);
        let retweet = Facts { author: CAT, ..by_ann(Visibility::Public) };
        let seen =
            |relations: &Relations, place| can_see_retweet(Some(&bea(relations)), &retweet, &original, place);
        assert!(seen(&Relations::default(), Place::List));
        assert!(!seen(&Relations { muting: [ANN].into(), ..Relations::default() }, Place::List));
        assert!(!seen(&Relations { blocking: [CAT].into(), ..Relations::default() }, Place::Direct));
        let hidden = Relations { retweets_hidden: [CAT].into(), ..Relations::default() };
        assert!(!seen(&hidden, Place::List) && seen(&hidden, Place::Direct));
    }

    /// The rules again, written as a list of reasons to refuse rather than as a path through the cases.
    fn oracle(viewer: Option<&Viewer>, facts: &Facts, place: Place) -> bool {
        let nobody = Relations::default();
        let (own, mentioned, relations) = match viewer {
            Some(viewer) => {
                (viewer.id == facts.author, facts.mentions.contains(&viewer.id), viewer.relations)
            }
            None => (false, false, &nobody),
        };
        let follows = relations.following.contains(&facts.author);
        let in_list = place != Place::Direct;
        let refusals = [
            facts.author_suspended,
            relations.blocking.contains(&facts.author),
            relations.blocked_by.contains(&facts.author),
            facts.visibility == Visibility::Followers && !follows && !mentioned,
            facts.visibility == Visibility::Direct && !mentioned,
            in_list && relations.muting.contains(&facts.author),
            in_list
                && facts
                    .author_domain
                    .is_some_and(|domain| relations.blocked_domains.iter().any(|hidden| hidden == domain)),
            place == Place::PublicList && facts.author_limited && !follows,
        ];
        let unlisted_here = place == Place::PublicList && facts.visibility != Visibility::Public;
        !unlisted_here && (own || !refusals.contains(&true))
    }

    fn ids() -> impl Strategy<Value = HashSet<AccountId>> {
        proptest::collection::hash_set((0..4_i64).prop_map(AccountId), 0..3)
    }

    fn relations() -> impl Strategy<Value = Relations> {
        let domains = proptest::collection::hash_set("[ab]".prop_map(String::from), 0..2);
        (ids(), ids(), ids(), ids(), ids(), domains).prop_map(
            |(following, blocking, blocked_by, muting, retweets_hidden, blocked_domains)| Relations {
                following,
                blocking,
                blocked_by,
                muting,
                retweets_hidden,
                blocked_domains,
                ..Relations::default()
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        #[test]
        fn the_predicate_agrees_with_a_naive_oracle(
            relations in relations(),
            who in proptest::option::of(0..4_i64),
            author in 0..4_i64,
            domain in proptest::option::of("[ab]"),
            suspended in proptest::bool::weighted(0.2),
            limited in any::<bool>(),
            code in 0..4_i64,
            mentions in proptest::collection::vec((0..4_i64).prop_map(AccountId), 0..3),
        ) {
            let viewer = who.map(|id| Viewer { id: AccountId(id), relations: &relations });
            let facts = Facts {
                author: AccountId(author),
                author_domain: domain.as_deref(),
                author_suspended: suspended,
                author_limited: limited,
                visibility: Visibility::from_code(code).unwrap(),
                mentions: &mentions,
            };
            for place in [Place::Direct, Place::List, Place::PublicList] {
                prop_assert_eq!(can_see(viewer.as_ref(), &facts, place), oracle(viewer.as_ref(), &facts, place));
            }
            // Going from an address to a list to a public list never shows more.
            let [direct, list, public] = [Place::Direct, Place::List, Place::PublicList].map(|place| can_see(viewer.as_ref(), &facts, place));
            prop_assert!(direct >= list && list >= public);
        }
    }
}
