//! Profiles: what an account says of itself.

use url::Url;

use super::Service;
use crate::error::{Error, Result};
use crate::model::account::{Account, AccountKind};
use crate::model::entities;
use crate::model::event::Event;
use crate::model::html;
use crate::model::ids::AccountId;
use crate::model::profile::{self, Field};
use crate::model::quote::QuotePolicy;
use crate::store::{accounts, events};

/// What changes of a profile; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct ProfileChanges {
    /// The name shown.
    pub display_name: Option<String>,
    /// The bio, plain text.
    pub bio: Option<String>,
    /// Profile lines.
    pub fields: Option<Vec<Field>>,
    /// The media key of a new avatar; `Some(None)` takes it away.
    pub avatar: Option<Option<String>>,
    /// The media key of a new header; `Some(None)` takes it away.
    pub header: Option<Option<String>>,
    /// Whether follows wait for one's word.
    pub locked: Option<bool>,
    /// Whether it is a bot.
    pub bot: Option<bool>,
    /// Whether it wants to be found in directories and suggestions.
    pub discoverable: Option<bool>,
    /// Whether its public tweets may be searched by all.
    pub indexable: Option<bool>,
    /// Whom it lets quote its posts.
    pub quotable: Option<QuotePolicy>,
}

impl Service {
    /// Changes one's own profile. Answers it, with the media keys that no longer hang on it.
    pub async fn update_profile(
        &self,
        id: AccountId,
        changes: ProfileChanges,
    ) -> Result<(Account, Vec<String>)> {
        let changes = validated(changes)?;
        let base = self.addresses().base().clone();
        let now_ms = self.now_ms();
        let changed = self
            .store()
            .write(move |conn| {
                // Held from reading to writing, so that no change undoes another.
                let account = accounts::hold(conn, id)?.filter(|account| !account.suspended);
                let mut account = account.ok_or(Error::NotFound("account"))?;
                let orphans = apply(&changes, &mut account, &base);
                account.updated_at = now_ms;
                accounts::update_profile(conn, &account)?;
                events::append(conn, &[Event::AccountUpdated { account: id, local: true }], now_ms)?;
                Ok((account, orphans))
            })
            .await?;
        Ok(changed)
    }
}

/// The changes with every text cleaned and within its limits.
fn validated(mut changes: ProfileChanges) -> Result<ProfileChanges> {
    if let Some(name) = &mut changes.display_name {
        *name = profile::validate_display_name(name)?;
    }
    if let Some(bio) = &mut changes.bio {
        *bio = profile::validate_bio(bio)?;
    }
    if let Some(fields) = &mut changes.fields {
        *fields = profile::validate_fields(fields)?;
    }
    Ok(changes)
}

/// Changes an account; answers the media keys that no longer hang on it.
fn apply(changes: &ProfileChanges, account: &mut Account, base: &Url) -> Vec<String> {
    let mut orphans = Vec::new();
    if let Some(name) = &changes.display_name {
        account.display_name.clone_from(name);
    }
    if let Some(bio) = &changes.bio {
        account.bio.clone_from(bio);
        account.bio_html = html::render(bio, &entities::extract(bio), base, |_| None);
    }
    if let Some(fields) = &changes.fields {
        account.fields.clone_from(fields);
    }
    if let Some(avatar) = &changes.avatar {
        orphans.extend(std::mem::replace(&mut account.avatar, avatar.clone()));
    }
    if let Some(header) = &changes.header {
        orphans.extend(std::mem::replace(&mut account.header, header.clone()));
    }
    if let Some(bot) = changes.bot {
        account.kind = if bot { AccountKind::Service } else { AccountKind::Person };
    }
    account.locked = changes.locked.unwrap_or(account.locked);
    account.discoverable = changes.discoverable.unwrap_or(account.discoverable);
    account.indexable = changes.indexable.unwrap_or(account.indexable);
    account.quotable = changes.quotable.unwrap_or(account.quotable);
    orphans
}
