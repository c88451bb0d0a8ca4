//! Accounts and users as the rest of the house sees them.

use serde::{Deserialize, Serialize};

use super::emoji::RemoteEmoji;
use super::ids::{AccountId, AppId, SessionId};
use super::profile::Field;
use super::quote::QuotePolicy;
use crate::clock::Millis;

/// The account that stands for the instance itself: it owns what the instance's actor signs, and is seen by nobody.
pub const INSTANCE: AccountId = AccountId(0);

/// What kind of actor an account is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    /// A person.
    #[default]
    Person,
    /// A bot.
    Service,
    /// A group or channel.
    Group,
    /// An instance or a program.
    Application,
    /// An organization.
    Organization,
}

impl AccountKind {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Service => "service",
            Self::Group => "group",
            Self::Application => "application",
            Self::Organization => "organization",
        }
    }

    /// Reads the stored word; an unknown one is a person.
    pub fn from_stored(word: &str) -> Self {
        match word {
            "service" => Self::Service,
            "group" => Self::Group,
            "application" => Self::Application,
            "organization" => Self::Organization,
            _ => Self::Person,
        }
    }
}

/// What the host of a remote account says of it, as far as it was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// How many tweets it has.
    pub tweets: Option<i64>,
    /// How many follow it.
    pub followers: Option<i64>,
    /// How many it follows.
    pub following: Option<i64>,
}

/// A local user's public face, or a remote actor.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The name before the host, as written.
    pub username: String,
    /// The host; `None` for our own accounts.
    pub domain: Option<String>,
    /// The name shown, plain text; may be empty.
    pub display_name: String,
    /// The bio as its owner wrote it; empty for remote accounts.
    pub bio: String,
    /// The bio as sanitised HTML.
    pub bio_html: String,
    /// Profile lines.
    pub fields: Vec<Field>,
    /// Another instance's emoji in its name, bio and lines.
    pub emoji: Vec<RemoteEmoji>,
    /// A media key (local) or a remote address.
    pub avatar: Option<String>,
    /// A media key (local) or a remote address.
    pub header: Option<String>,
    /// What kind of actor it is.
    pub kind: AccountKind,
    /// Whether follows wait for its word.
    pub locked: bool,
    /// Whether it wants to be found in directories and suggestions.
    pub discoverable: bool,
    /// Whether its public tweets may be searched by all.
    pub indexable: bool,
    /// Whom one of ours lets quote its posts.
    pub quotable: QuotePolicy,
    /// When it was made, in milliseconds since 1970.
    pub created_at: Millis,
    /// When its profile last changed.
    pub updated_at: Millis,
    /// Whether nobody may see it.
    pub suspended: bool,
    /// Whether it is kept out of public lists.
    pub limited: bool,
    /// How many tweets it has here.
    pub tweets_count: i64,
    /// How many follow it, as far as is known here.
    pub followers_count: i64,
    /// How many it follows, as far as is known here.
    pub following_count: i64,
    /// The same three numbers as its own host says, when it is remote.
    pub stated: Stated,
    /// When it last tweeted.
    pub last_tweet_at: Option<Millis>,
    /// The account that it moved to.
    pub moved_to: Option<AccountId>,
    /// The ActivityPub id of a remote account.
    pub uri: Option<String>,
    /// The profile page of a remote account.
    pub url: Option<String>,
}

impl Account {
    /// A local person of whom nothing is known but the name.
    pub fn blank(id: AccountId, username: String, now_ms: Millis) -> Self {
        Self {
            id,
            username,
            domain: None,
            display_name: String::new(),
            bio: String::new(),
            bio_html: String::new(),
            fields: Vec::new(),
            emoji: Vec::new(),
            avatar: None,
            header: None,
            kind: AccountKind::Person,
            locked: false,
            discoverable: true,
            indexable: true,
            quotable: QuotePolicy::default(),
            created_at: now_ms,
            updated_at: now_ms,
            suspended: false,
            limited: false,
            tweets_count: 0,
            followers_count: 0,
            following_count: 0,
            stated: Default::default(),
            last_tweet_at: None,
            moved_to: None,
            uri: None,
            url: None,
        }
    }

    /// Whether it is one of ours.
    pub fn is_local(&self) -> bool {
        self.domain.is_none()
    }

    /// `user` for ours, `user@host` for others, as in addresses of pages.
    pub fn acct(&self) -> String {
        match &self.domain {
            Some(domain) => format!("{}@{domain}", self.username),
            None => self.username.clone(),
        }
    }

    /// How many tweets, followers and followed accounts to show: as its own host says, or else as is known here.
    pub fn counts_shown(&self) -> [i64; 3] {
        let Stated { tweets, followers, following } = self.stated;
        [
            tweets.unwrap_or(self.tweets_count),
            followers.unwrap_or(self.followers_count),
            following.unwrap_or(self.following_count),
        ]
    }

    /// The name to show: the display name, or the username when there is none.
    pub fn name(&self) -> &str {
        if self.display_name.is_empty() { &self.username } else { &self.display_name }
    }
}

/// What a user may do on this instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Uses it.
    User,
    /// Runs it.
    Admin,
}

impl Role {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }

    /// Reads the stored word; an unknown one has no rights.
    pub fn from_stored(word: &str) -> Self {
        if word == "admin" { Self::Admin } else { Self::User }
    }
}

/// Whether a user may log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserState {
    /// Yes.
    Active,
    /// Not before an admin approves.
    Pending,
}

impl UserState {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
        }
    }

    /// Reads the stored word; an unknown one may not log in.
    pub fn from_stored(word: &str) -> Self {
        if word == "active" { Self::Active } else { Self::Pending }
    }
}

/// Login data and settings of a local account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The account.
    pub account_id: AccountId,
    /// Its username.
    pub username: String,
    /// Its e-mail address.
    pub email: String,
    /// The Argon2id hash in PHC form.
    pub password_hash: String,
    /// What it may do.
    pub role: Role,
    /// Whether it may log in.
    pub state: UserState,
    /// Whether its account is suspended.
    pub suspended: bool,
    /// The language of its pages.
    pub language: Option<String>,
}

/// Somebody who waits for an admin's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signup {
    /// The account, which nobody else sees yet.
    pub account_id: AccountId,
    /// Its username.
    pub username: String,
    /// Its e-mail address.
    pub email: String,
    /// Why they would like to join; plain text of a stranger.
    pub reason: String,
    /// When they asked.
    pub asked_at: Millis,
}

/// How a session came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionKind {
    /// A browser's cookie.
    Web,
    /// A bearer token.
    Token,
}

impl SessionKind {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Token => "token",
        }
    }
}

/// A web login or a bearer token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// How it came to be.
    pub kind: SessionKind,
    /// Space-separated scopes, such as `read write`.
    pub scopes: String,
    /// The browser or program.
    pub name: String,
    /// The address it was made from.
    pub address: String,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last used, to the minute.
    pub last_used_at: Millis,
    /// When it ends by itself.
    pub expires_at: Option<Millis>,
    /// The app that has it; none for logins and tokens of one's own.
    pub app: Option<AppId>,
}
