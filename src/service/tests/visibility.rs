//! Whatever is read, nobody sees what is not for them: every read of the service against a naive oracle, in
//! many small random worlds.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::world::{World, is_not_found, saying, start, walk, worlds};
use crate::model::ids::{AccountId, TweetId};
use crate::model::visibility::Visibility::{self, Direct, Followers, Public, Unlisted};
use crate::service::ConversationView;
use crate::service::timelines::{PublicList, Tab};
use crate::service::tweets::NewTweet;
use crate::service::views::TweetView;

const PEOPLE: usize = 5;
const STORIES: usize = 8;
const ACTS: usize = 40;
/// Small, so that lists have several pages.
const PAGE: usize = 4;

#[derive(Clone, Debug)]
enum Act {
    Tweet {
        who: usize,
        visibility: usize,
        mention: Option<usize>,
        reply: Option<usize>,
        quote: Option<usize>,
    },
    Retweet {
        who: usize,
        what: usize,
    },
    Like {
        who: usize,
        what: usize,
    },
    Bookmark {
        who: usize,
        what: usize,
    },
    Follow {
        who: usize,
        whom: usize,
    },
    Unfollow {
        who: usize,
        whom: usize,
    },
    Block {
        who: usize,
        whom: usize,
    },
    Unblock {
        who: usize,
        whom: usize,
    },
    Mute {
        who: usize,
        whom: usize,
        told: bool,
    },
    Suspend {
        who: usize,
    },
    Delete {
        who: usize,
        what: usize,
    },
}

fn act() -> impl Strategy<Value = Act> {
    let who = || 0..PEOPLE;
    let what = || 0..ACTS;
    let maybe = proptest::option::of;
    let tweet = (who(), 0..4_usize, maybe(who()), maybe(what()), maybe(what())).prop_map(
        |(who, visibility, mention, reply, quote)| Act::Tweet { who, visibility, mention, reply, quote },
    );
    prop_oneof![
        12 => tweet,
        4 => (who(), what()).prop_map(|(who, what)| Act::Retweet { who, what }),
        4 => (who(), what()).prop_map(|(who, what)| Act::Like { who, what }),
        3 => (who(), what()).prop_map(|(who, what)| Act::Bookmark { who, what }),
        8 => (who(), who()).prop_map(|(who, whom)| Act::Follow { who, whom }),
        2 => (who(), who()).prop_map(|(who, whom)| Act::Unfollow { who, whom }),
        2 => (who(), who()).prop_map(|(who, whom)| Act::Block { who, whom }),
        1 => (who(), who()).prop_map(|(who, whom)| Act::Unblock { who, whom }),
        2 => (who(), who(), any::<bool>()).prop_map(|(who, whom, told)| Act::Mute { who, whom, told }),
        1 => who().prop_map(|who| Act::Suspend { who }),
        2 => (who(), what()).prop_map(|(who, what)| Act::Delete { who, what }),
    ]
}

/// A tweet as the oracle remembers it.
#[derive(Clone, Debug)]
struct Remembered {
    id: TweetId,
    author: usize,
    visibility: Visibility,
    mentions: BTreeSet<usize>,
    reply_to: Option<TweetId>,
    retweet_of: Option<TweetId>,
    quote_of: Option<TweetId>,
}

/// What happened, in plain sets.
#[derive(Default)]
struct Memory {
    people: Vec<AccountId>,
    tweets: BTreeMap<TweetId, Remembered>,
    ever: Vec<TweetId>,
    authors_ever: BTreeMap<TweetId, usize>,
    follows: BTreeSet<(usize, usize)>,
    blocks: BTreeSet<(usize, usize)>,
    mutes: BTreeMap<(usize, usize), bool>,
    suspended: BTreeSet<usize>,
    likes: BTreeSet<(usize, TweetId)>,
    bookmarks: BTreeSet<(usize, TweetId)>,
}

impl Memory {
    fn apart(&self, a: usize, b: usize) -> bool {
        self.blocks.contains(&(a, b)) || self.blocks.contains(&(b, a))
    }

    /// Whether the row itself may be opened.
    fn opens_row(&self, viewer: Option<usize>, tweet: &Remembered) -> bool {
        if viewer == Some(tweet.author) {
            return true;
        }
        if self.suspended.contains(&tweet.author) {
            return false;
        }
        let mentioned = viewer.is_some_and(|viewer| tweet.mentions.contains(&viewer));
        let follows = viewer.is_some_and(|viewer| self.follows.contains(&(viewer, tweet.author)));
        let addressed = match tweet.visibility {
            Public | Unlisted => true,
            Followers => follows || mentioned,
            Direct => mentioned,
        };
        addressed && !viewer.is_some_and(|viewer| self.apart(viewer, tweet.author))
    }

    fn opens(&self, viewer: Option<usize>, id: TweetId) -> bool {
        let Some(tweet) = self.tweets.get(&id) else { return false };
        self.opens_row(viewer, tweet)
            && tweet.retweet_of.is_none_or(|original| {
                self.tweets.get(&original).is_some_and(|original| self.opens_row(viewer, original))
            })
    }

    fn muted(&self, viewer: Option<usize>, author: usize) -> bool {
        viewer.is_some_and(|viewer| viewer != author && self.mutes.contains_key(&(viewer, author)))
    }

    fn in_list(&self, viewer: Option<usize>, id: TweetId) -> bool {
        self.opens(viewer, id) && !self.muted(viewer, self.tweets[&id].author)
    }

    /// Deleted or not, whose the answered tweet was is not forgotten.
    fn is_answer_to_another(&self, tweet: &Remembered) -> bool {
        tweet.reply_to.is_some_and(|parent| self.authors_ever[&parent] != tweet.author)
    }

    /// The tweet with this number, of all there ever were; a retweet stands for its original.
    fn pick(&self, what: usize) -> Option<TweetId> {
        self.ever.get(what % self.ever.len().max(1)).copied()
    }

    fn shown(&self, id: TweetId) -> TweetId {
        self.tweets.get(&id).and_then(|tweet| tweet.retweet_of).unwrap_or(id)
    }

    fn remember(&mut self, who: usize, tweet: &crate::model::tweet::Tweet) {
        let number = |id: AccountId| self.people.iter().position(|known| *known == id).unwrap();
        let remembered = Remembered {
            id: tweet.id,
            author: who,
            visibility: tweet.visibility,
            mentions: tweet.mentions.iter().map(|mention| number(mention.account)).collect(),
            reply_to: tweet.reply_to,
            retweet_of: tweet.retweet_of,
            quote_of: tweet.quote_of,
        };
        if self.tweets.insert(tweet.id, remembered).is_none() {
            self.ever.push(tweet.id);
            self.authors_ever.insert(tweet.id, who);
        }
    }

    fn forget(&mut self, id: TweetId) {
        self.tweets.retain(|_, tweet| tweet.id != id && tweet.retweet_of != Some(id));
    }

    /// Those of the tweets that fit, newest first.
    fn newest(&self, fits: impl Fn(&Remembered) -> bool) -> Vec<i64> {
        self.tweets.values().rev().filter(|tweet| fits(tweet)).map(|tweet| tweet.id.0).collect()
    }
}

/// Lets an act happen in the world and in the memory, and holds what was allowed against what should be.
async fn play(world: &World, memory: &mut Memory, act: &Act) {
    let service = &world.service;
    let people = memory.people.clone();
    match *act {
        Act::Tweet { who, visibility, mention, reply, quote } if !memory.suspended.contains(&who) => {
            let (reply, quote) = (reply.and_then(|n| memory.pick(n)), quote.and_then(|n| memory.pick(n)));
            let mention = mention.map_or(String::new(), |whom| format!("@p{whom} "));
            let new = NewTweet {
                visibility: Some(Visibility::ALL[visibility]),
                reply_to: reply,
                quote_of: quote,
                ..saying(&format!("{mention}#day"))
            };
            let may_quote = |id: TweetId| {
                let quoted = memory.tweets.get(&memory.shown(id));
                quoted.is_some_and(|quoted| quoted.visibility.is_open() || quoted.author == who)
            };
            let allowed = reply.is_none_or(|id| memory.opens(Some(who), id))
                && quote.is_none_or(|id| memory.opens(Some(who), id) && may_quote(id));
            let written = service.create_tweet(people[who], new).await;
            assert_eq!(written.is_ok(), allowed, "{act:?} {written:?}");
            if let Ok(view) = written {
                memory.remember(who, &view.tweet);
            }
        }
        Act::Retweet { who, what } if !memory.suspended.contains(&who) => {
            let Some(id) = memory.pick(what) else { return };
            let original = memory.tweets.get(&memory.shown(id));
            let allowed = memory.opens(Some(who), id)
                && original.is_some_and(|original| {
                    original.visibility.is_open()
                        || (original.visibility == Followers && original.author == who)
                });
            let written = service.retweet(people[who], id).await;
            assert_eq!(written.is_ok(), allowed, "{act:?} {written:?}");
            if let Ok(view) = written {
                memory.remember(who, &view.tweet);
            }
        }
        Act::Like { who, what } | Act::Bookmark { who, what } if !memory.suspended.contains(&who) => {
            let Some(id) = memory.pick(what) else { return };
            let (allowed, shown) = (memory.opens(Some(who), id), memory.shown(id));
            let is_like = matches!(act, Act::Like { .. });
            let marked = match is_like {
                true => service.like(people[who], id).await,
                false => service.set_bookmark(people[who], id, true).await,
            };
            assert_eq!(marked.is_ok(), allowed, "{act:?}");
            let marks = if is_like { &mut memory.likes } else { &mut memory.bookmarks };
            marks.extend(allowed.then_some((who, shown)));
        }
        Act::Delete { who, what } if !memory.suspended.contains(&who) => {
            let Some(id) = memory.pick(what) else { return };
            let allowed = memory.tweets.get(&id).is_some_and(|tweet| tweet.author == who);
            assert_eq!(service.delete_tweet(people[who], id).await.is_ok(), allowed, "{act:?}");
            if allowed {
                memory.forget(id);
            }
        }
        Act::Suspend { who } => {
            let suspended = memory.suspended.insert(who) || !memory.suspended.remove(&who);
            service.set_suspended(people[who], suspended).await.unwrap();
        }
        _ => relate(world, memory, act).await,
    }
}

async fn relate(world: &World, memory: &mut Memory, act: &Act) {
    let service = &world.service;
    let (Act::Follow { who, whom }
    | Act::Unfollow { who, whom }
    | Act::Block { who, whom }
    | Act::Unblock { who, whom }
    | Act::Mute { who, whom, .. }) = *act
    else {
        return;
    };
    if who == whom || memory.suspended.contains(&who) || memory.suspended.contains(&whom) {
        return;
    }
    let (from, to) = (memory.people[who], memory.people[whom]);
    match *act {
        Act::Follow { .. } => {
            let allowed = !memory.apart(who, whom);
            assert_eq!(service.follow(from, to).await.is_ok(), allowed, "{act:?}");
            memory.follows.extend(allowed.then_some((who, whom)));
        }
        Act::Unfollow { .. } => {
            service.unfollow(from, to).await.unwrap();
            memory.follows.remove(&(who, whom));
        }
        Act::Block { .. } => {
            service.block(from, to).await.unwrap();
            memory.blocks.insert((who, whom));
            memory.follows.retain(|bond| *bond != (who, whom) && *bond != (whom, who));
        }
        Act::Unblock { .. } => {
            service.unblock(from, to).await.unwrap();
            memory.blocks.remove(&(who, whom));
        }
        Act::Mute { told, .. } => {
            service.mute(from, to, told).await.unwrap();
            memory.mutes.insert((who, whom), told);
        }
        _ => {}
    }
}

fn said(view: &ConversationView) -> i64 {
    view.last.tweet.id.0
}

fn id(view: &TweetView) -> i64 {
    view.tweet.id.0
}

fn ids(views: &[TweetView]) -> Vec<i64> {
    views.iter().map(id).collect()
}

/// Holds every read of one viewer against the memory.
async fn check_reads(world: &World, memory: &Memory, viewer: Option<usize>) {
    let service = &world.service;
    let me = viewer.map(|viewer| memory.people[viewer]);
    for tweet in &memory.ever {
        check_tweet(world, memory, viewer, *tweet).await;
    }
    for (number, account) in memory.people.iter().enumerate() {
        let by = |tweet: &Remembered| tweet.author == number && memory.opens(viewer, tweet.id);
        let posts = memory
            .newest(|tweet| by(tweet) && (tweet.retweet_of.is_some() || !memory.is_answer_to_another(tweet)));
        for (tab, expected) in [(Tab::Replies, memory.newest(by)), (Tab::Posts, posts)] {
            if memory.suspended.contains(&number) {
                assert!(is_not_found(&service.account_tweets(me, *account, tab, start(), PAGE).await));
                continue;
            }
            let seen = walk(id, async |c| service.account_tweets(me, *account, tab, c, PAGE).await).await.0;
            assert_eq!(seen, expected, "{viewer:?} {tab:?} of {number}");
        }
    }
    let listed = memory.newest(|tweet| {
        tweet.visibility == Public
            && tweet.retweet_of.is_none()
            && !memory.is_answer_to_another(tweet)
            && memory.in_list(viewer, tweet.id)
    });
    for list in [PublicList::Local, PublicList::Federated, PublicList::Hashtag("DAY".into())] {
        let seen = walk(id, async |c| service.public_tweets(me, list.clone(), c, PAGE).await).await.0;
        assert_eq!(seen, listed, "{viewer:?} {list:?}");
    }
}

/// Holds every read that starts from one tweet against the memory.
async fn check_tweet(world: &World, memory: &Memory, viewer: Option<usize>, tweet: TweetId) {
    let service = &world.service;
    let me = viewer.map(|viewer| memory.people[viewer]);
    let what = format!("{viewer:?} {tweet}");
    if !memory.opens(viewer, tweet) {
        assert!(is_not_found(&service.tweet(me, tweet).await), "{what}");
        assert!(is_not_found(&service.thread(me, tweet).await), "{what}");
        assert!(is_not_found(&service.likers(me, tweet, start(), PAGE).await), "{what}");
        assert!(is_not_found(&service.retweeters(me, tweet, start(), PAGE).await), "{what}");
        assert!(is_not_found(&service.quotes(me, tweet, start(), PAGE).await), "{what}");
        assert!(is_not_found(&service.tweet_history(me, tweet).await), "{what}");
        return;
    }
    let view = service.tweet(me, tweet).await.unwrap();
    let shown = memory.shown(tweet);
    let row = &memory.tweets[&shown];
    let quote = row.quote_of.filter(|quoted| memory.opens(viewer, *quoted));
    assert_eq!(view.shown().quote_of.as_ref().map(|quoted| quoted.tweet.id), quote, "{what}");
    if let Some(viewer) = viewer {
        let flags = view.shown().flags;
        assert_eq!(flags.liked, memory.likes.contains(&(viewer, shown)), "{what}");
        assert_eq!(flags.bookmarked, memory.bookmarks.contains(&(viewer, shown)), "{what}");
    }
    let people = |wanted: &dyn Fn(usize) -> bool| {
        let blocked = |who: usize| viewer.is_some_and(|viewer| memory.apart(viewer, who));
        let fits = |who: &usize| !memory.suspended.contains(who) && !blocked(*who) && wanted(*who);
        (0..PEOPLE).filter(fits).map(|who| memory.people[who]).collect::<BTreeSet<_>>()
    };
    let likers = service.likers(me, tweet, start(), 9).await.unwrap();
    let likers: BTreeSet<_> = likers.items.iter().map(|account| account.id).collect();
    assert_eq!(likers, people(&|who| memory.likes.contains(&(who, shown))), "{what}");
    let retweeters = service.retweeters(me, tweet, start(), 9).await.unwrap();
    let retweeters: BTreeSet<_> = retweeters.items.iter().map(|account| account.id).collect();
    let repeats = |who| memory.tweets.values().any(|row| row.author == who && row.retweet_of == Some(shown));
    assert_eq!(retweeters, people(&repeats), "{what}");
    let quotes = walk(id, async |c| service.quotes(me, tweet, c, PAGE).await).await.0;
    let expected = memory.newest(|row| row.quote_of == Some(shown) && memory.in_list(viewer, row.id));
    assert_eq!(quotes, expected, "{what}");
    check_thread(world, memory, viewer, tweet).await;
}

async fn check_thread(world: &World, memory: &Memory, viewer: Option<usize>, tweet: TweetId) {
    let me = viewer.map(|viewer| memory.people[viewer]);
    let thread = world.service.thread(me, tweet).await.unwrap();
    let shown = memory.shown(tweet);
    let mut above = Vec::new();
    let mut next = memory.tweets[&shown].reply_to;
    while let Some(row) = next.and_then(|id| memory.tweets.get(&id)) {
        above.extend(memory.opens(viewer, row.id).then_some(row.id.0));
        next = row.reply_to;
    }
    above.reverse();
    assert_eq!(ids(&thread.ancestors), above, "{viewer:?} above {tweet}");
    // Here an answer is always younger than its question.
    let mut below = BTreeSet::from([shown]);
    for row in memory.tweets.values() {
        if row.reply_to.is_some_and(|parent| below.contains(&parent)) && memory.in_list(viewer, row.id) {
            below.insert(row.id);
        }
    }
    below.remove(&shown);
    let below: Vec<i64> = below.into_iter().map(|id| id.0).collect();
    assert_eq!(ids(&thread.descendants), below, "{viewer:?} below {tweet}");
}

/// What is the viewer's own: bookmarks, likes, notifications.
async fn check_own(world: &World, memory: &Memory, viewer: usize) {
    let (service, me) = (&world.service, memory.people[viewer]);
    let bookmarks = walk(id, async |c| service.bookmarks(me, c, PAGE).await).await.0;
    let likes = walk(id, async |c| service.likes(me, c, PAGE).await).await.0;
    for (seen, marks) in [(bookmarks, &memory.bookmarks), (likes, &memory.likes)] {
        let expected: BTreeSet<i64> = marks
            .iter()
            .filter(|(who, tweet)| *who == viewer && memory.opens(Some(viewer), *tweet))
            .map(|(_, tweet)| tweet.0)
            .collect();
        assert_eq!(seen.len(), expected.len(), "nothing twice");
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected, "{viewer}");
    }
    let talks = walk(said, async |c| service.conversations(me, c, PAGE).await).await.0;
    for last in talks {
        assert!(memory.opens(Some(viewer), TweetId(last)), "{viewer} hears {last}");
    }
    let told = service.notifications(me, Vec::new(), start(), 40).await.unwrap().items;
    let kinds: BTreeSet<_> = told
        .iter()
        .map(|view| (view.notification.kind.as_str(), view.from.id, view.notification.tweet))
        .collect();
    assert_eq!(kinds.len(), told.len(), "nothing is told twice");
    for view in &told {
        let from = memory.people.iter().position(|id| *id == view.from.id).unwrap();
        assert!(from != viewer && !memory.suspended.contains(&from) && !memory.apart(viewer, from));
        assert_ne!(memory.mutes.get(&(viewer, from)), Some(&true), "{viewer} muted {from}");
        let about = view.notification.tweet;
        assert!(about.is_none_or(|tweet| memory.opens(Some(viewer), tweet)), "{viewer} {about:?}");
    }
}

#[tokio::test]
async fn nobody_sees_what_is_not_for_them_whatever_is_read() {
    let mut runner = TestRunner::deterministic();
    let stories = proptest::collection::vec(act(), ACTS);
    for _ in 0..STORIES {
        let story = stories.new_tree(&mut runner).unwrap().current();
        for world in worlds().await {
            let mut memory = Memory { people: world.crowd(PEOPLE).await, ..Memory::default() };
            for act in &story {
                world.clock.advance(7);
                play(&world, &mut memory, act).await;
            }
            check_reads(&world, &memory, None).await;
            for viewer in (0..PEOPLE).filter(|viewer| !memory.suspended.contains(viewer)) {
                check_reads(&world, &memory, Some(viewer)).await;
                check_own(&world, &memory, viewer).await;
            }
        }
    }
}
