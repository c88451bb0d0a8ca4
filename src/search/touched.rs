//! Which tweets and accounts some events speak of: what the search has to read again from the database.
//!
//! Reading again instead of taking what the event says makes order and repetition harmless.

use std::collections::BTreeSet;

use crate::model::event::Event;
use crate::model::ids::{AccountId, TweetId};

/// What has to be read again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// Tweets that are new, edited or gone, or whose local audience changed.
    pub(super) tweets: BTreeSet<TweetId>,
    /// Those of them that are new.
    pub(super) created: BTreeSet<TweetId>,
    /// Accounts whose name changed, or whether they may be found.
    pub(super) accounts: BTreeSet<AccountId>,
    /// Authors all of whose tweets may have to be found by others than before.
    pub(super) authors: BTreeSet<AccountId>,
    /// Accounts with another number of followers.
    pub(super) followed: BTreeSet<AccountId>,
}

impl Touched {
    /// What these events touched.
    pub(super) fn by<'e>(events: impl Iterator<Item = &'e Event>) -> Self {
        let mut touched = Self::default();
        for event in events {
            touched.note(event);
        }
        touched
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::TweetCreated(new) => match new.retweet_of {
                None => {
                    self.tweets.insert(new.tweet);
                    self.created.insert(new.tweet);
                }
                Some(original) => self.tweets.extend(new.local.then_some(original)),
            },
            Event::TweetDeleted(gone) => match gone.retweet_of {
                None => {
                    self.tweets.insert(gone.tweet);
                }
                Some(original) => self.tweets.extend(gone.local.then_some(original)),
            },
            Event::TweetEdited { tweet, .. }
            | Event::PollRestarted { tweet, .. }
            | Event::BookmarkChanged { tweet, .. } => {
                self.tweets.insert(*tweet);
            }
            Event::Liked(like) | Event::Unliked(like) => self.tweets.extend(like.local.then_some(like.tweet)),
            Event::AccountCreated { account } => {
                self.accounts.insert(*account);
            }
            Event::AccountUpdated { account, .. } | Event::AccountSuspended { account, .. } => {
                self.accounts.insert(*account);
                self.authors.insert(*account);
            }
            Event::Followed(relation) | Event::Unfollowed(relation) | Event::FollowRejected(relation) => {
                self.followed.insert(relation.to);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Reaction, TweetCreated, TweetDeleted};
    use crate::model::visibility::Visibility;

    const ANN: AccountId = AccountId(1);

    fn created(tweet: i64, local: bool, retweet_of: Option<i64>) -> Event {
        Event::TweetCreated(TweetCreated {
            tweet: TweetId(tweet),
            author: ANN,
            local,
            visibility: Visibility::Public,
            retweet_of: retweet_of.map(TweetId),
            retweet_of_author: None,
            reply_to: None,
            reply_to_author: None,
            has_media: false,
        })
    }

    fn deleted(tweet: i64, local: bool, retweet_of: Option<i64>) -> Event {
        Event::TweetDeleted(TweetDeleted {
            tweet: TweetId(tweet),
            author: ANN,
            local,
            visibility: Visibility::Public,
            retweet_of: retweet_of.map(TweetId),
            audience: Vec::new(),
        })
    }

    fn liked(tweet: i64, local: bool) -> Event {
        Event::Liked(Reaction { account: ANN, local, tweet: TweetId(tweet), author: ANN, id: 1 })
    }

    fn tweets(events: &[Event]) -> Vec<i64> {
        Touched::by(events.iter()).tweets.into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn a_retweet_of_ours_touches_the_original_and_is_no_tweet_itself() {
        assert_eq!(tweets(&[created(1, true, None), created(2, false, None)]), [1, 2]);
        assert_eq!(tweets(&[created(3, true, Some(1)), created(4, false, Some(2))]), [1]);
        assert_eq!(
            tweets(&[deleted(3, true, Some(1)), deleted(4, false, Some(2)), deleted(5, false, None)]),
            [1, 5]
        );
        assert_eq!(Touched::by([created(3, true, Some(1))].iter()).created, BTreeSet::new());
    }

    #[test]
    fn only_likes_of_ours_are_read_again_and_each_tweet_once() {
        assert_eq!(tweets(&[liked(7, true), liked(7, true), liked(8, false)]), [7]);
    }
}
