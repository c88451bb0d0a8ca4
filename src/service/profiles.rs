//! Profiles: what an account says of itself.

use super::Service;
use crate::error::Result;
use crate::model::account::{Account, AccountKind};
use crate::model::entities;
use crate::model::event::Event;
use crate::model::html::{self};
use crate::model::ids::AccountId;
use crate::model::profile::{self, Field};
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
}

impl Service {
    /// Changes one's own profile. Answers it, with the media keys that no longer hang on it.
    pub async fn update_profile(
        &self,
        id: AccountId,
        changes: ProfileChanges,
    ) -> Result<(Account, Vec<String>)> {
        let mut account = self.account(id).await?;
        let mut orphans = Vec::new();
        if let Some(name) = changes.display_name {
            account.display_name = profile::validate_display_name(&name)?;
        }
        if let Some(bio) = changes.bio {
            account.bio = profile::validate_bio(&bio)?;
            let found = entities::extract(&account.bio);
            account.bio_html = html::render(&account.bio, &found, self.addresses().base(), |_| None);
        }
        if let Some(fields) = changes.fields {
            account.fields = profile::validate_fields(&fields)?;
        }
        if let Some(avatar) = changes.avatar {
            orphans.extend(std::mem::replace(&mut account.avatar, avatar));
        }
        if let Some(header) = changes.header {
            orphans.extend(std::mem::replace(&mut account.header, header));
        }
        if let Some(bot) = changes.bot {
            account.kind = if bot { AccountKind::Service } else { AccountKind::Person };
        }
        account.locked = changes.locked.unwrap_or(account.locked);
        account.discoverable = changes.discoverable.unwrap_or(account.discoverable);
        account.indexable = changes.indexable.unwrap_or(account.indexable);
        let now_ms = self.now_ms();
        account.updated_at = now_ms;
        let written = account.clone();
        self.store()
            .write(move |conn| {
                accounts::update_profile(conn, &written)?;
                events::append(conn, &[Event::AccountUpdated { account: id, local: true }], now_ms)
            })
            .await?;
        Ok((account, orphans))
    }
}
