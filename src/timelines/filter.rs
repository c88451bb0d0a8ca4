//! The home rules, in one place for push, pull and database: what a viewer is shown, and how a page is cut.
//!
//! A page is a fold over the candidates from new to old, so it depends on nothing but where it starts, the
//! viewer and the candidates: not on how the candidates were found, nor in which portions they came.

use super::MAX_PAGE;
use super::accounts::AccountSet;
use super::entry::{Entry, Kind};
use crate::model::ids::{AccountId, TweetId};

/// Who is reading, with the relations that decide what they see.
#[derive(Clone, Copy, Debug)]
pub struct Viewer<'a> {
    /// The reading account. Its own entries are always shown.
    pub account: AccountId,
    /// The account's bit in the followers bitmaps given to [`super::Timelines::fan_out`]. `None` when the
    /// page is never to be served from a ring of the reader's own, as for a list.
    pub slot: Option<u32>,
    /// Whose entries make the page: for home the followed accounts and the viewer's own, for a list its members.
    pub followees: &'a AccountSet,
    /// Whom a reply may go to that is shown: for home the followees, for a list as its owner chose.
    pub answered: &'a AccountSet,
    /// Followees whose entries are read elsewhere: for home the members of lists that are read apart.
    pub elsewhere: &'a AccountSet,
    /// Accounts the viewer muted or blocked, and those that blocked the viewer.
    pub hidden: &'a AccountSet,
    /// Followed accounts whose retweets the viewer does not want.
    pub no_retweets: &'a AccountSet,
}

impl Viewer<'_> {
    /// Whether `entry`, written by a followee, is shown to this viewer.
    ///
    /// Hidden: anything by, to or originally from a hidden account, or by one that is read elsewhere; retweets of
    /// those whose retweets are unwanted; replies, unless they go to the viewer, to one of `answered`, or on from
    /// the author's own tweet.
    pub fn shows(&self, entry: &Entry) -> bool {
        if entry.author == self.account {
            return true;
        }
        if self.hidden.contains(entry.author) || self.elsewhere.contains(entry.author) {
            return false;
        }
        match entry.kind {
            Kind::Tweet => true,
            Kind::Reply { to: None } => false,
            Kind::Reply { to: Some(to) } => {
                let close = to == entry.author || to == self.account || self.answered.contains(to);
                close && !self.hidden.contains(to)
            }
            Kind::Retweet { original_author, .. } => {
                !self.no_retweets.contains(entry.author) && !self.hidden.contains(original_author)
            }
        }
    }
}

impl Viewer<'_> {
    /// Whether `entry`, whoever wrote it, is shown to this viewer for a hashtag that is followed. It is a public tweet or
    /// reply; hidden accounts are seen neither by their own words nor by what answers them.
    pub fn shows_tagged(&self, entry: &Entry) -> bool {
        let answers_hidden = matches!(entry.kind, Kind::Reply { to: Some(to) } if self.hidden.contains(to));
        entry.author == self.account || (!self.hidden.contains(entry.author) && !answers_hidden)
    }
}

/// A page in the making: what is kept so far, and below which id it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    kept: Vec<Entry>,
    limit: usize,
    below: Option<TweetId>,
}

/// A finished page, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The entries, newest first; none twice, and no tweet shown twice.
    pub entries: Vec<Entry>,
    /// Where the next page starts (its `before`); `None` when there is no older entry.
    pub next: Option<TweetId>,
}

impl Draft {
    /// An empty page of at most `limit` entries (1 to [`MAX_PAGE`]) that are older than `before`.
    pub fn new(before: Option<TweetId>, limit: usize) -> Self {
        let limit = limit.clamp(1, MAX_PAGE);
        Self { kept: Vec::with_capacity(limit), limit, below: before }
    }

    /// Everything from here on is settled: the page goes on with ids strictly below this one.
    pub fn below(&self) -> Option<TweetId> {
        self.below
    }

    /// How many more entries fit.
    pub fn room(&self) -> usize {
        self.limit.saturating_sub(self.kept.len())
    }

    /// The page as it is: full, or all there is.
    pub fn finish(self) -> Page {
        let full = self.room() == 0;
        let next = self.kept.last().filter(|_| full).map(|oldest| oldest.id);
        Page { entries: self.kept, next }
    }

    /// The page as it is, although more may come: what is older starts where the looking ended.
    pub(super) fn cut_short(self) -> Page {
        Page { entries: self.kept, next: self.below }
    }

    /// All candidates with this id or a newer one have been offered.
    pub(super) fn settled_down_to(&mut self, id: TweetId) {
        if self.below.is_none_or(|below| id < below) {
            self.below = Some(id);
        }
    }
}

/// Continues `draft` with `entries` (candidates by the viewer's followees, newest first), and stops when it
/// is full.
///
/// A tweet that the page already shows is skipped: of an original and its retweets the newest stays. The
/// next page starts anew, so the same tweet may come again there. Candidates that are not older than
/// [`Draft::below`] were offered before and are skipped too, so portions may overlap.
pub fn filter_page(draft: Draft, entries: impl IntoIterator<Item = Entry>, viewer: &Viewer<'_>) -> Draft {
    filled(draft, entries, |entry| viewer.shows(entry))
}

/// The same with `entries` that have a hashtag which the viewer follows.
pub fn filter_tagged(draft: Draft, entries: impl IntoIterator<Item = Entry>, viewer: &Viewer<'_>) -> Draft {
    filled(draft, entries, |entry| viewer.shows_tagged(entry))
}

/// The page of two lists together, of which each has given its page of `limit` entries from the same place on: what one
/// page over both would be. Below where the shorter one ends, nothing is known of it.
pub fn joined(one: Page, other: Page, limit: usize) -> Page {
    let line = one.next.max(other.next);
    let mut both: Vec<Entry> = one.entries.into_iter().chain(other.entries).collect();
    both.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    both.retain(|entry| line.is_none_or(|line| entry.id >= line));
    let page = filled(Draft::new(None, limit), both, |_| true).finish();
    Page { next: page.next.or(line), ..page }
}

fn filled(
    mut draft: Draft,
    entries: impl IntoIterator<Item = Entry>,
    shows: impl Fn(&Entry) -> bool,
) -> Draft {
    if draft.room() == 0 {
        return draft;
    }
    for entry in entries {
        if draft.below.is_some_and(|below| entry.id >= below) {
            continue;
        }
        draft.below = Some(entry.id);
        let shown_already = || draft.kept.iter().any(|kept| kept.subject() == entry.subject());
        if shows(&entry) && !shown_already() {
            draft.kept.push(entry);
            if draft.room() == 0 {
                break;
            }
        }
    }
    draft
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ME: AccountId = AccountId(1);
    const FRIEND: AccountId = AccountId(2);
    const OTHER_FRIEND: AccountId = AccountId(3);
    const STRANGER: AccountId = AccountId(9);

    fn set(accounts: &[AccountId]) -> AccountSet {
        accounts.iter().copied().collect()
    }

    fn shows(entry: Entry, hidden: &[AccountId], no_retweets: &[AccountId]) -> bool {
        let (hidden, no_retweets) = (set(hidden), set(no_retweets));
        let (followees, none) = (set(&[ME, FRIEND, OTHER_FRIEND]), AccountSet::default());
        let viewer = Viewer {
            account: ME,
            slot: None,
            followees: &followees,
            answered: &followees,
            elsewhere: &none,
            hidden: &hidden,
            no_retweets: &no_retweets,
        };
        viewer.shows(&entry)
    }

    fn reading<'a>(followees: &'a AccountSet, none: &'a AccountSet) -> Viewer<'a> {
        Viewer {
            account: ME,
            slot: None,
            followees,
            answered: followees,
            elsewhere: none,
            hidden: none,
            no_retweets: none,
        }
    }

    fn tweet(id: i64, author: AccountId) -> Entry {
        Entry { id: TweetId(id), author, kind: Kind::Tweet }
    }

    fn reply(author: AccountId, to: AccountId) -> Entry {
        Entry { id: TweetId(5), author, kind: Kind::Reply { to: Some(to) } }
    }

    fn retweet(id: i64, author: AccountId, original: i64, original_author: AccountId) -> Entry {
        let kind = Kind::Retweet { original: TweetId(original), original_author };
        Entry { id: TweetId(id), author, kind }
    }

    #[test]
    fn a_reply_is_shown_only_among_people_one_follows() {
        for (to, shown) in [(ME, true), (FRIEND, true), (OTHER_FRIEND, true), (STRANGER, false)] {
            assert_eq!(shows(reply(FRIEND, to), &[], &[]), shown, "reply to {to}");
        }
        let orphan = Entry { kind: Kind::Reply { to: None }, ..tweet(5, FRIEND) };
        assert!(!shows(orphan, &[], &[]));
        assert!(shows(reply(ME, STRANGER), &[], &[]), "one's own are always shown");
    }

    #[test]
    fn a_hidden_account_is_seen_neither_itself_nor_through_others() {
        assert!(!shows(tweet(5, FRIEND), &[FRIEND], &[]));
        assert!(!shows(reply(OTHER_FRIEND, FRIEND), &[FRIEND], &[]));
        assert!(!shows(retweet(5, OTHER_FRIEND, 4, FRIEND), &[FRIEND], &[]));
        assert!(shows(retweet(5, OTHER_FRIEND, 4, FRIEND), &[STRANGER], &[]));
    }

    #[test]
    fn unwanted_retweets_hide_the_retweets_but_not_the_tweets() {
        assert!(!shows(retweet(5, FRIEND, 4, STRANGER), &[], &[FRIEND]));
        assert!(shows(tweet(5, FRIEND), &[], &[FRIEND]));
        assert!(shows(retweet(5, OTHER_FRIEND, 4, STRANGER), &[], &[FRIEND]));
    }

    #[test]
    fn what_is_read_elsewhere_is_left_out_but_may_be_answered_and_retweeted() {
        let (followees, away, none) = (set(&[FRIEND, OTHER_FRIEND]), set(&[FRIEND]), AccountSet::default());
        let viewer = Viewer { elsewhere: &away, ..reading(&followees, &none) };
        assert!(!viewer.shows(&tweet(5, FRIEND)) && !viewer.shows(&retweet(5, FRIEND, 4, OTHER_FRIEND)));
        assert!(viewer.shows(&reply(OTHER_FRIEND, FRIEND)));
        assert!(viewer.shows(&retweet(5, OTHER_FRIEND, 4, FRIEND)));
    }

    #[test]
    fn a_list_shows_replies_to_whom_its_owner_chose() {
        let (members, none) = (set(&[FRIEND]), AccountSet::default());
        let viewer = reading(&members, &none);
        assert!(!viewer.shows(&reply(FRIEND, OTHER_FRIEND)) && viewer.shows(&reply(FRIEND, ME)));
        let chosen = set(&[OTHER_FRIEND]);
        assert!(Viewer { answered: &chosen, ..viewer }.shows(&reply(FRIEND, OTHER_FRIEND)));
        assert!(Viewer { answered: &none, ..viewer }.shows(&reply(FRIEND, FRIEND)));
    }

    #[test]
    fn of_an_original_and_its_retweets_a_page_shows_the_newest() {
        let followees = set(&[ME, FRIEND, OTHER_FRIEND]);
        let none = AccountSet::default();
        let viewer = reading(&followees, &none);
        let all = [
            retweet(9, FRIEND, 4, STRANGER),
            tweet(8, FRIEND),
            retweet(7, OTHER_FRIEND, 4, STRANGER),
            tweet(4, FRIEND),
        ];
        let page = filter_page(Draft::new(None, 10), all, &viewer).finish();
        assert_eq!(page.entries, [all[0], all[1]]);
        assert_eq!(page.next, None);

        let second = filter_page(Draft::new(Some(TweetId(8)), 1), all, &viewer).finish();
        assert_eq!(second, Page { entries: vec![all[2]], next: Some(TweetId(7)) });
    }

    #[test]
    fn a_followed_hashtag_shows_strangers_but_nobody_who_is_hidden() {
        let (none, hidden) = (AccountSet::default(), set(&[FRIEND]));
        let viewer = Viewer { hidden: &hidden, ..reading(&none, &none) };
        assert!(
            viewer.shows_tagged(&tweet(5, STRANGER)) && viewer.shows_tagged(&reply(STRANGER, OTHER_FRIEND))
        );
        assert!(!viewer.shows_tagged(&tweet(5, FRIEND)) && !viewer.shows_tagged(&reply(STRANGER, FRIEND)));
        assert!(viewer.shows_tagged(&reply(ME, FRIEND)));
    }

    #[test]
    fn of_two_lists_nothing_is_shown_below_where_one_of_them_was_cut_short() {
        let page = |ids: &[i64], next: Option<i64>| Page {
            entries: ids.iter().map(|id| tweet(*id, FRIEND)).collect(),
            next: next.map(TweetId),
        };
        let ids = |page: Page| (page.entries.iter().map(|entry| entry.id.0).collect::<Vec<_>>(), page.next);
        let cut = page(&[9], Some(6));
        assert_eq!(ids(joined(cut, page(&[8, 7, 5], None), 5)), (vec![9, 8, 7], Some(TweetId(6))));
        let both = joined(page(&[9, 4], None), page(&[9, 7], None), 5);
        assert_eq!(ids(both), (vec![9, 7, 4], None));
        assert_eq!(ids(joined(page(&[], Some(3)), page(&[], None), 5)), (vec![], Some(TweetId(3))));
    }

    fn some_entries() -> impl Strategy<Value = Vec<Entry>> {
        let original = proptest::option::weighted(0.3, 1..30_i64);
        proptest::collection::btree_map(1..30_i64, original, 0..25).prop_map(|entries| {
            let entry = |(id, original): (i64, Option<i64>)| match original {
                Some(original) => retweet(id, FRIEND, original, STRANGER),
                None => tweet(id, FRIEND),
            };
            entries.into_iter().map(entry).rev().collect()
        })
    }

    proptest! {
        #[test]
        fn a_page_of_two_lists_is_the_page_of_both_together(
            one in some_entries(),
            other in some_entries(),
            limit in 1..8_usize,
            before in proptest::option::of((1..30_i64).prop_map(TweetId)),
        ) {
            // An id is one thing, in whichever list it is.
            let other: Vec<Entry> = other
                .into_iter()
                .map(|entry| one.iter().copied().find(|known| known.id == entry.id).unwrap_or(entry))
                .collect();
            let page = |entries: &[Entry]| {
                filled(Draft::new(before, limit), entries.iter().copied(), |_| true).finish()
            };
            let mut both = [one.clone(), other.clone()].concat();
            both.sort_by_key(|entry| std::cmp::Reverse(entry.id));
            let expected = page(&both);
            let found = joined(page(&one), page(&other), limit);
            prop_assert_eq!(&found.entries, &expected.entries);
            // It leads on as long as there is more.
            prop_assert!(found.next == expected.next || expected.next.is_none());
        }
    }

    #[test]
    fn portions_of_candidates_may_overlap() {
        let followees = set(&[FRIEND]);
        let none = AccountSet::default();
        let viewer = reading(&followees, &none);
        let all: Vec<Entry> = (1..=9).rev().map(|id| tweet(id, FRIEND)).collect();
        let whole = filter_page(Draft::new(None, 8), all.iter().copied(), &viewer);
        let portions = filter_page(Draft::new(None, 8), all.iter().take(5).copied(), &viewer);
        let portions = filter_page(portions, all.iter().skip(2).copied(), &viewer);
        assert_eq!(portions, whole);
        assert_eq!(whole.finish().next, Some(TweetId(2)));
    }
}
