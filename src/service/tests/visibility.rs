//! Whatever is read, nobody sees what is not for them: every read of the service against a naive oracle, in
//! many small random worlds.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::world::{World, saying, start, walk, worlds};
use crate::error::Result;
use crate::model::cursor::{Cursor, Page};
use crate::model::ids::{AccountId, TweetId};
use crate::model::visibility::Visibility::{self, Direct, Followers, Public};
use crate::service::timelines::{PublicList, Tab};
use crate::service::tweets::NewTweet;
use crate::service::views::TweetView;

const PEOPLE: usize = 5;
const STORIES: usize = 12;
const ACTS: usize = 40;

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
            Visibility::Public | Visibility::Unlisted => true,
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

    fn is_answer_to_another(&self, tweet: &Remembered) -> bool {
        tweet.reply_to.is_some() && self.answered_author(tweet) != Some(tweet.author)
    }

    fn answered_author(&self, tweet: &Remembered) -> Option<usize> {
        // The author of what was answered is known even when that is deleted; here nobody forgets.
        tweet.reply_to.and_then(|parent| self.authors_ever.get(&parent).copied())
    }

    /// Those of the tweets that fit, newest first.
    fn newest(&self, fits: impl Fn(&Remembered) -> bool) -> Vec<i64> {
        self.tweets.values().rev().filter(|tweet| fits(tweet)).map(|tweet| tweet.id.0).collect()
    }
}
