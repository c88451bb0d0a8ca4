//! Accounts, and what only their owner sees.

use serde::Serialize;

use super::{CustomEmoji, Scene, date, when, word_of_visibility};
use crate::clock::{DAY_MS, Millis};
use crate::http::media::urls;
use crate::http::web::assets;
use crate::model::account::{self, AccountKind, Role};
use crate::model::ids::AccountId;
use crate::model::preferences::Preferences;
use crate::model::profile;
use crate::model::quote::QuotePolicy;
use crate::model::visibility::Visibility;
use crate::model::{entities, html};

/// Stands where an account has no picture: clients read these addresses as given.
const NO_AVATAR: &str = "icon.png";
const NO_HEADER: &str = "colony.png";

/// An account.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct Account {
    id: AccountId,
    username: String,
    acct: String,
    url: String,
    uri: String,
    display_name: String,
    note: String,
    avatar: String,
    avatar_static: String,
    header: String,
    header_static: String,
    locked: bool,
    bot: bool,
    group: bool,
    discoverable: bool,
    indexable: bool,
    noindex: bool,
    hide_collections: bool,
    fields: Vec<Field>,
    emojis: Vec<CustomEmoji>,
    roles: [Field; 0],
    created_at: String,
    last_status_at: Option<String>,
    statuses_count: i64,
    followers_count: i64,
    following_count: i64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    limited: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved: Option<Box<Account>>,
}

/// A line of a profile.
#[derive(Clone, Debug, Serialize)]
struct Field {
    name: String,
    value: String,
    verified_at: Option<String>,
}

impl Account {
    /// The address of its picture.
    pub(in crate::http::mastodon) fn into_avatar(self) -> String {
        self.avatar
    }

    /// An account as this API shows it.
    pub(in crate::http::mastodon) fn of(account: &account::Account, scene: &Scene<'_>) -> Self {
        let [statuses_count, followers_count, following_count] = account.counts_shown();
        let picture = |path: Option<String>, instead| {
            scene.addresses.at(path.as_deref().unwrap_or_else(|| assets::url(instead)))
        };
        let avatar = picture(urls::avatar_url(account), NO_AVATAR);
        let header = picture(urls::header_url(account), NO_HEADER);
        Self {
            id: account.id,
            username: account.username.clone(),
            acct: account.acct(),
            url: scene.addresses.profile(account),
            uri: scene.addresses.actor(account),
            display_name: account.display_name.clone(),
            note: account.bio_html.clone(),
            avatar_static: avatar.clone(),
            avatar,
            header_static: header.clone(),
            header,
            locked: account.locked,
            bot: matches!(account.kind, AccountKind::Service | AccountKind::Application),
            group: account.kind == AccountKind::Group,
            discoverable: account.discoverable,
            indexable: account.indexable,
            noindex: !account.indexable,
            hide_collections: false,
            fields: account.fields.iter().map(|field| Field::of(field, scene)).collect(),
            emojis: CustomEmoji::list(scene.palette.of_account(account), scene),
            roles: [],
            created_at: when(account.created_at.saturating_sub(account.created_at.rem_euclid(DAY_MS))),
            last_status_at: account.last_tweet_at.map(date),
            statuses_count,
            followers_count,
            following_count,
            limited: account.limited,
            moved: None,
        }
    }

    /// The same, with the account that it moved to.
    pub(in crate::http::mastodon) fn moved_to(self, new: Option<Self>) -> Self {
        Self { moved: new.map(Box::new), ..self }
    }
}

impl Field {
    /// A line with the links in it, as the pages show it.
    fn of(field: &profile::Field, scene: &Scene<'_>) -> Self {
        let found = entities::extract(&field.value);
        let value = html::render(&field.value, &found, scene.addresses.base(), |_| None);
        Self { name: field.name.clone(), value, verified_at: None }
    }
}

/// An account that one mutes.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct MutedAccount {
    #[serde(flatten)]
    account: Account,
    mute_expires_at: Option<String>,
}

impl MutedAccount {
    /// A muted account as this API shows it.
    pub(in crate::http::mastodon) fn of(
        account: &account::Account,
        until: Option<Millis>,
        scene: &Scene<'_>,
    ) -> Self {
        Self { account: Account::of(account, scene), mute_expires_at: until.map(when) }
    }
}

/// One's own account.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct CredentialAccount {
    #[serde(flatten)]
    account: Account,
    source: Source,
    role: OwnRole,
}

/// What its owner wrote and chose.
#[derive(Clone, Debug, Serialize)]
struct Source {
    privacy: &'static str,
    sensitive: bool,
    language: Option<String>,
    note: String,
    fields: Vec<Field>,
    follow_requests_count: i64,
    hide_collections: bool,
    discoverable: bool,
    indexable: bool,
    attribution_domains: [String; 0],
    quote_policy: &'static str,
}

/// What one may do here.
#[derive(Clone, Debug, Serialize)]
struct OwnRole {
    id: &'static str,
    name: &'static str,
    color: &'static str,
    permissions: &'static str,
    highlighted: bool,
}

/// What only its owner sees of an account.
#[derive(Clone, Debug)]
pub(in crate::http::mastodon) struct Own {
    /// What one may do here.
    pub(in crate::http::mastodon) role: Role,
    /// How many wait for one's word.
    pub(in crate::http::mastodon) requests: i64,
    /// What one prefers.
    pub(in crate::http::mastodon) wishes: Preferences,
}

impl CredentialAccount {
    /// One's own account.
    pub(in crate::http::mastodon) fn of(account: &account::Account, own: Own, scene: &Scene<'_>) -> Self {
        let Own { role, requests, wishes } = own;
        let raw = |field: &profile::Field| Field {
            name: field.name.clone(),
            value: field.value.clone(),
            verified_at: None,
        };
        Self {
            account: Account::of(account, scene),
            source: Source {
                privacy: word_of_visibility(wishes.visibility.unwrap_or(Visibility::Public)),
                sensitive: wishes.sensitive,
                language: wishes.language,
                note: account.bio.clone(),
                fields: account.fields.iter().map(raw).collect(),
                follow_requests_count: requests,
                hide_collections: false,
                discoverable: account.discoverable,
                indexable: account.indexable,
                attribution_domains: [],
                quote_policy: word_of_quotable(account.quotable),
            },
            role: OwnRole::of(role),
        }
    }
}

impl OwnRole {
    /// The numbers are those that clients know: everybody's role, and its bit for all that an admin may do.
    fn of(role: Role) -> Self {
        let (id, name, permissions) = match role {
            Role::User => ("-99", "", "0"),
            Role::Admin => ("3", "Admin", "1"),
        };
        Self { id, name, color: "", permissions, highlighted: false }
    }
}

/// Mastodon's word for whom one lets quote.
pub(in crate::http::mastodon) fn word_of_quotable(policy: QuotePolicy) -> &'static str {
    match policy {
        QuotePolicy::Everyone => "public",
        QuotePolicy::Followers => "followers",
        QuotePolicy::Nobody | QuotePolicy::Asked => "nobody",
    }
}
