//! Accounts, and what only their owner sees.

use serde::Serialize;
use utoipa::ToSchema;

use super::{CustomEmoji, Id, Scene, address, when, words};
use crate::http::media::urls;
use crate::model::account::{self, Account, AccountKind};
use crate::model::ids::{AccountId, SessionId};
use crate::model::quote::QuotePolicy;
use crate::service::SignedIn;

/// An account, ours or remote, as everybody sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct User {
    /// Its id.
    #[schema(value_type = Id)]
    id: AccountId,
    /// The name before the host.
    username: String,
    /// The host; null for accounts of this instance.
    host: Option<String>,
    /// `user` for accounts of this instance, `user@host` for others.
    handle: String,
    /// The name shown; may be empty.
    display_name: String,
    /// The bio as its owner wrote it; empty for remote accounts.
    bio: String,
    /// The bio as safe HTML.
    bio_html: String,
    /// Lines of the profile.
    fields: Vec<Field>,
    /// The custom emoji in its name, bio and lines.
    emoji: Vec<CustomEmoji>,
    /// The picture.
    avatar: Option<String>,
    /// The picture on top of the profile.
    header: Option<String>,
    /// The profile's page.
    url: String,
    /// Whether it is a bot.
    bot: bool,
    /// Whether follows wait for its word.
    locked: bool,
    /// Whether it wants to be found in directories and suggestions.
    discoverable: bool,
    /// Whether its public tweets may be searched by all.
    indexable: bool,
    /// The account that it moved to; it posts no more.
    #[schema(value_type = Option<Id>)]
    moved_to: Option<AccountId>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// How many tweets it has; of another instance's account as that one says, if it was asked.
    #[schema(minimum = 0)]
    tweets_count: i64,
    /// How many follow it, counted likewise.
    #[schema(minimum = 0)]
    followers_count: i64,
    /// How many it follows, counted likewise.
    #[schema(minimum = 0)]
    following_count: i64,
    /// How many of its tweets are here.
    #[schema(minimum = 0)]
    tweets_seen_here: i64,
    /// How many of its followers are known here.
    #[schema(minimum = 0)]
    followers_seen_here: i64,
    /// How many of those it follows are known here.
    #[schema(minimum = 0)]
    following_seen_here: i64,
}

/// A line of a profile, such as a web site.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Field {
    /// What it is.
    name: String,
    /// Its text.
    value: String,
}

impl User {
    /// An account as the API shows it.
    pub(in crate::http::api) fn of(account: &Account, scene: &Scene<'_>) -> Self {
        let addresses = scene.addresses;
        let field = |field: &crate::model::profile::Field| Field {
            name: field.name.clone(),
            value: field.value.clone(),
        };
        let [tweets_count, followers_count, following_count] = account.counts_shown();
        Self {
            id: account.id,
            username: account.username.clone(),
            host: account.domain.clone(),
            handle: account.acct(),
            display_name: account.display_name.clone(),
            bio: account.bio.clone(),
            bio_html: account.bio_html.clone(),
            fields: account.fields.iter().map(field).collect(),
            emoji: CustomEmoji::list(scene.palette.of_account(account), scene),
            avatar: address(addresses, urls::avatar_url(account)),
            header: address(addresses, urls::header_url(account)),
            url: addresses.profile(account),
            bot: account.kind == AccountKind::Service,
            locked: account.locked,
            discoverable: account.discoverable,
            indexable: account.indexable,
            moved_to: account.moved_to,
            created_at: when(account.created_at),
            tweets_count,
            followers_count,
            following_count,
            tweets_seen_here: account.tweets_count,
            followers_seen_here: account.followers_count,
            following_seen_here: account.following_count,
        }
    }
}

/// An account in few words.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct UserRef {
    /// Its id.
    #[schema(value_type = Id)]
    pub(in crate::http::api) id: AccountId,
    /// `user` for accounts of this instance, `user@host` for others.
    pub(in crate::http::api) handle: String,
}

/// One's own account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct CurrentUser {
    /// What everybody sees.
    #[serde(flatten)]
    user: User,
    /// The e-mail address; nobody else is shown it.
    email: String,
    /// What the user may do: `user` or `admin`.
    #[schema(example = "user")]
    role: &'static str,
    /// The language of the pages.
    language: Option<String>,
    /// Whom you let quote your public and unlisted tweets.
    #[schema(schema_with = words::quote_policy)]
    quotable: QuotePolicy,
}

impl CurrentUser {
    /// One's own account as the API shows it to oneself.
    pub(in crate::http::api) fn of(account: &Account, own: account::User, scene: &Scene<'_>) -> Self {
        Self {
            user: User::of(account, scene),
            email: own.email,
            role: own.role.as_str(),
            language: own.language,
            quotable: account.quotable,
        }
    }
}

/// Somebody who waits for an account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Signup {
    /// The id of the account.
    #[schema(value_type = Id)]
    id: AccountId,
    /// The name before the host.
    username: String,
    /// The e-mail address, not proven.
    email: String,
    /// Why they would like to join.
    reason: String,
    /// When they asked.
    #[schema(format = DateTime)]
    created_at: String,
}

impl Signup {
    /// What an admin sees of them.
    pub(in crate::http::api) fn of(signup: account::Signup) -> Self {
        Self {
            id: signup.account_id,
            username: signup.username,
            email: signup.email,
            reason: signup.reason,
            created_at: when(signup.asked_at),
        }
    }
}

/// A login or a token of one's own.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Session {
    /// Its id.
    #[schema(value_type = Id)]
    id: SessionId,
    /// `web` for a login in a browser, `token` for a bearer token.
    kind: &'static str,
    /// What it may do.
    scopes: Vec<String>,
    /// The browser or program.
    name: String,
    /// The address it was made from.
    address: String,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last used, to some minutes.
    #[schema(format = DateTime)]
    last_used_at: String,
    /// When it ends by itself.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Whether this very request was made with it.
    current: bool,
}

impl Session {
    /// A session as the API shows it to its owner, `who` is asking.
    pub(in crate::http::api) fn of(session: account::Session, who: &SignedIn) -> Self {
        Self {
            id: session.id,
            kind: session.kind.as_str(),
            scopes: session.scopes.split_whitespace().map(str::to_owned).collect(),
            name: session.name,
            address: session.address,
            created_at: when(session.created_at),
            last_used_at: when(session.last_used_at),
            expires_at: session.expires_at.map(when),
            current: session.id == who.session,
        }
    }
}
