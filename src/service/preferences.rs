//! What somebody begins a tweet with, and how they like to read.

use super::{NewTweet, Service};
use crate::error::{Error, Result};
use crate::model::hours;
use crate::model::ids::AccountId;
use crate::model::language;
use crate::model::preferences::{ExpandMedia, Preferences};
use crate::model::visibility::Visibility;
use crate::store::{Conn, accounts, digests, moves, preferences};

/// What changes of one's preferences; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct PreferenceChanges {
    /// Who may see a new tweet.
    pub visibility: Option<Visibility>,
    /// Whether pictures of a new tweet are hidden at first.
    pub sensitive: Option<bool>,
    /// The language of new tweets, or none.
    pub language: Option<Option<String>>,
    /// Which pictures are shown at first.
    pub expand_media: Option<ExpandMedia>,
    /// Whether what stands behind warnings is shown at first.
    pub expand_spoilers: Option<bool>,
    /// Whether moving pictures move by themselves.
    pub autoplay: Option<bool>,
    /// The time zone one lives in, or none.
    pub time_zone: Option<Option<String>>,
}

impl Service {
    /// What an account prefers.
    pub async fn preferences(&self, account: AccountId) -> Result<Preferences> {
        Ok(self.store().read(move |conn| preferences::of(conn, account)).await?)
    }

    /// Changes what one prefers. Answers all of it.
    pub async fn set_preferences(
        &self,
        account: AccountId,
        changes: PreferenceChanges,
    ) -> Result<Preferences> {
        let checked = |tag: Option<String>| tag.as_deref().map(language::validate).transpose();
        let language = changes.language.map(checked).transpose()?;
        let time_zone = changes.time_zone.as_ref().map(|zone| known_zone(zone.as_deref())).transpose()?;
        let now_ms = self.now_ms();
        let write = move |conn: &mut Conn| {
            // Held from reading to writing, so that no change undoes another.
            accounts::hold(conn, account)?;
            let before = preferences::of(conn, account)?;
            let after = Preferences {
                visibility: changes.visibility.or(before.visibility),
                sensitive: changes.sensitive.unwrap_or(before.sensitive),
                language: language.clone().unwrap_or(before.language),
                expand_media: changes.expand_media.unwrap_or(before.expand_media),
                expand_spoilers: changes.expand_spoilers.unwrap_or(before.expand_spoilers),
                autoplay: changes.autoplay.unwrap_or(before.autoplay),
                time_zone: time_zone.clone().unwrap_or(before.time_zone),
            };
            preferences::set(conn, account, &after)?;
            if time_zone.is_some() {
                let due_at = digests::of(conn, account)?.next_at(after.time_zone.as_deref(), now_ms);
                digests::next(conn, account, due_at, 0)?;
            }
            Ok(after)
        };
        Ok(self.store().write(write).await?)
    }

    /// A new tweet with what its author says by default where it says nothing. Refused is one by an account that moved.
    pub(super) async fn with_defaults(&self, author: AccountId, mut new: NewTweet) -> Result<NewTweet> {
        let read =
            move |conn: &mut Conn| Ok((moves::has_moved(conn, author)?, preferences::of(conn, author)?));
        let (has_moved, wishes) = self.store().read(read).await?;
        if has_moved {
            return Err(moved());
        }
        // An answer is as visible as what it answers.
        let visibility = wishes.visibility.filter(|_| new.reply_to.is_none());
        new.visibility = new.visibility.or(visibility);
        let has_warning = new.content_warning.as_deref().is_some_and(|warning| !warning.trim().is_empty());
        new.sensitive = new.sensitive.or(wishes.sensitive.then_some(true).filter(|_| !has_warning));
        new.language = new.language.or(wishes.language);
        Ok(new)
    }
}

/// The name of a time zone as it is stored.
pub(super) fn known_zone(name: Option<&str>) -> Result<Option<String>> {
    name.map(hours::time_zone).transpose()
}

/// 403: an account that moved away writes no more.
pub(super) fn moved() -> Error {
    let message = "this account has moved; post from the new one, or take the move back";
    Error::forbidden("moved", message)
}
