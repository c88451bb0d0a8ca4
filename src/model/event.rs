//! Events: one per committed change that others react to, in the words of the house.
//!
//! An event carries what its followers need after the rows it speaks of are gone, such as the audience
//! of a deleted tweet. The JSON form is stored, so names here never change their meaning.

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, NotificationId, RowId, TweetId};
use super::visibility::Visibility;
use crate::clock::Millis;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A tweet, reply, quote or retweet exists.
    TweetCreated(TweetCreated),
    /// A tweet's text, warning or media changed.
    TweetEdited {
        /// The tweet.
        tweet: TweetId,
        /// Its author.
        author: AccountId,
    },
    /// A tweet or retweet is gone.
    TweetDeleted(TweetDeleted),
    /// An account likes a tweet.
    Liked(Reaction),
    /// A like was taken back.
    Unliked(Reaction),
    /// One of ours voted in a poll of another instance; an event for each choice.
    Voted(PollVote),
    /// A poll of ours has new counts that others shall hear of, or is over.
    PollChanged {
        /// The tweet.
        tweet: TweetId,
        /// Its author.
        author: AccountId,
        /// When.
        at_ms: Millis,
    },
    /// An edit gave a tweet of ours another poll, or none: votes of other instances are gone.
    PollRestarted {
        /// The tweet.
        tweet: TweetId,
        /// Its author.
        author: AccountId,
        /// Who had voted, of other instances.
        voters: Vec<AccountId>,
        /// When.
        at_ms: Millis,
    },
    /// One of ours quotes a tweet of another instance, whose author is to be asked.
    QuoteAsked {
        /// The quoting tweet.
        tweet: TweetId,
        /// Its author.
        author: AccountId,
    },
    /// A request from outside to quote one of ours is answered.
    QuoteAnswered(QuoteAnswer),
    /// How a quote by one of ours stands has changed.
    QuoteDecided {
        /// The quoting tweet.
        tweet: TweetId,
        /// Its author.
        author: AccountId,
        /// When.
        at_ms: Millis,
    },
    /// One of ours no longer allows a quote.
    QuoteWithdrawn {
        /// Whose tweet was quoted.
        owner: AccountId,
        /// Who quoted it.
        quoter: AccountId,
        /// The number of the stamp that is gone.
        stamp: i64,
    },
    /// A follow exists.
    Followed(Relation),
    /// A follow is over because its maker ended it, or never was although its followee's host thinks so.
    Unfollowed(Relation),
    /// A follow waits for the followee's word.
    FollowRequested(Relation),
    /// A follow request was taken back by its maker.
    FollowRequestCancelled(Relation),
    /// A follow request was answered with yes; a [`Event::Followed`] comes with it.
    FollowAccepted(Relation),
    /// A follow request was answered with no, or a follow is over because its followee does not have it (any more);
    /// no [`Event::Unfollowed`] comes with it.
    FollowRejected(Relation),
    /// `from` blocks `to`.
    Blocked(Relation),
    /// `from` no longer blocks `to`.
    Unblocked(Relation),
    /// `from` mutes `to`.
    Muted(Relation),
    /// `from` no longer mutes `to`.
    Unmuted(Relation),
    /// What `from` wants of the follow changed. Only `from` may know.
    FollowChanged(Relation),
    /// An account hid a host or shows it again. Only that account may know.
    HiddenHostsChanged {
        /// The account.
        account: AccountId,
        /// The host.
        host: String,
    },
    /// An account follows a hashtag, or no longer. Only that account may know.
    FollowedTagsChanged {
        /// The account.
        account: AccountId,
        /// The hashtag, folded.
        tag: String,
    },
    /// A list of somebody's changed: what it is, or who is on it. Only its owner may know.
    ListChanged {
        /// Whose list it is.
        account: AccountId,
        /// The list.
        list: RowId,
    },
    /// What somebody would rather not read changed. Only its owner may know.
    FiltersChanged {
        /// Whose filters they are.
        account: AccountId,
    },
    /// A tweet was put on top of its author's profile, or taken off.
    PinChanged {
        /// The tweet.
        tweet: TweetId,
        /// Its author.
        author: AccountId,
        /// Whether it is pinned now.
        pinned: bool,
    },
    /// A bookmark came or went; only its owner may know.
    BookmarkChanged {
        /// The tweet.
        tweet: TweetId,
        /// The owner of the bookmark.
        account: AccountId,
    },
    /// An account, local or remote, is known.
    AccountCreated {
        /// The account.
        account: AccountId,
    },
    /// A profile, or what is allowed to an account, changed.
    AccountUpdated {
        /// The account.
        account: AccountId,
        /// Whether it is one of ours.
        local: bool,
    },
    /// An account is another one from now on; who follows it is to follow that.
    AccountMoved {
        /// The old account.
        account: AccountId,
        /// Whether it is one of ours.
        local: bool,
        /// The new account.
        target: AccountId,
    },
    /// An account of ours, or the instance itself, has a new key pair.
    KeyRotated {
        /// The account.
        account: AccountId,
        /// The id of the key that was retired, which still vouches for the new one.
        retired: String,
        /// When.
        at_ms: Millis,
    },
    /// An account was suspended, or freed.
    AccountSuspended {
        /// The account.
        account: AccountId,
        /// Whether it is suspended now.
        suspended: bool,
    },
    /// An admin subscribed to a relay; it is to be asked for its posts.
    RelayAdded {
        /// The relay.
        relay: RowId,
    },
    /// An admin ended the subscription to a relay.
    RelayRemoved {
        /// The relay, whose row is gone.
        relay: RowId,
        /// Its inbox.
        inbox: String,
        /// The host of that.
        host: String,
        /// Its actor, if that was what we followed.
        actor: Option<String>,
    },
    /// A relay follows the instance's actor.
    RelayFollowed {
        /// The relay.
        relay: RowId,
        /// The id of its Follow.
        uri: String,
    },
    /// Somebody reported an account.
    Reported {
        /// The report.
        report: RowId,
    },
    /// An admin told everybody here something, or changed that.
    Announced {
        /// The announcement.
        announcement: RowId,
    },
    /// An announcement was taken back.
    AnnouncementRemoved {
        /// The announcement, whose row is gone.
        announcement: RowId,
    },
    /// Somebody reacted to an announcement, or took that back; how many did is read again.
    AnnouncementReacted {
        /// The announcement.
        announcement: RowId,
        /// The emoji, or the code of one of ours.
        name: String,
    },
    /// The instance's own emoji changed.
    EmojiChanged,
    /// The instance has another picture, or none.
    HousePictureChanged,
    /// An account has a new notification.
    Notified {
        /// Whom it is for.
        account: AccountId,
        /// Which; events of earlier versions do not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notification: Option<NotificationId>,
    },
    /// A conversation of an account has a new direct tweet.
    ConversationChanged {
        /// Whose it is.
        account: AccountId,
        /// The conversation.
        conversation: RowId,
    },
    /// Sessions or tokens of an account ended; streams that hang on them end too.
    SessionsEnded {
        /// The account.
        account: AccountId,
    },
}

/// A new tweet, reply, quote or retweet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TweetCreated {
    /// The tweet.
    pub tweet: TweetId,
    /// Its author.
    pub author: AccountId,
    /// Whether the author is one of ours.
    pub local: bool,
    /// Who may see it.
    pub visibility: Visibility,
    /// The tweet that this row repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retweet_of: Option<TweetId>,
    /// The author of the repeated tweet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retweet_of_author: Option<AccountId>,
    /// The tweet that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<TweetId>,
    /// The author of the answered tweet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to_author: Option<AccountId>,
    /// Whether it has pictures.
    #[serde(default)]
    pub has_media: bool,
}

/// A tweet that is gone, with all that its followers need to tell others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TweetDeleted {
    /// The tweet.
    pub tweet: TweetId,
    /// Its author.
    pub author: AccountId,
    /// Whether the author is one of ours.
    pub local: bool,
    /// Who could see it.
    pub visibility: Visibility,
    /// The tweet that this row repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retweet_of: Option<TweetId>,
    /// Accounts that were mentioned or answered, or repeated or liked it: they may hold a copy.
    #[serde(default)]
    pub audience: Vec<AccountId>,
}

/// A like, or its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// Who likes.
    pub account: AccountId,
    /// Whether that is one of ours.
    pub local: bool,
    /// The tweet.
    pub tweet: TweetId,
    /// The tweet's author.
    pub author: AccountId,
    /// The id of the like's row.
    pub id: i64,
}

/// A choice in a poll of another instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollVote {
    /// The id of the vote's row.
    pub id: i64,
    /// Who chose.
    pub account: AccountId,
    /// The tweet.
    pub tweet: TweetId,
    /// The tweet's author.
    pub author: AccountId,
    /// The words of the option.
    pub option: String,
}

/// The answer to a request to quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteAnswer {
    /// Whose tweet is to be quoted.
    pub owner: AccountId,
    /// Who asks.
    pub quoter: AccountId,
    /// The tweet.
    pub tweet: TweetId,
    /// The id of the request.
    pub request: String,
    /// The id of the quoting post.
    pub quoting: String,
    /// The number of the stamp that allows it; `None` is a no.
    pub stamp: Option<i64>,
    /// Our number for the answer.
    pub id: i64,
}

/// A bond from one account to another, or its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// The acting side: the follower, the blocker.
    pub from: AccountId,
    /// The other side.
    pub to: AccountId,
    /// Whether the acting side is one of ours.
    pub from_local: bool,
    /// Whether the other side is one of ours.
    pub to_local: bool,
    /// The id of the bond's row.
    pub id: i64,
    /// The id that a remote instance gave the bond.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}
