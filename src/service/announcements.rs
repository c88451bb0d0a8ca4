//! Announcements: admins write them, everybody here reads, dismisses and reacts.

use std::collections::HashSet;

use super::Service;
use crate::clock::Millis;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::announcement::{self, Announcement, ReactionCount};
use crate::model::ids::{AccountId, RowId};
use crate::store::{StoreError, announcements};

/// What an admin wants to tell everybody.
#[derive(Clone, Debug, Default)]
pub struct NewAnnouncement {
    /// The words.
    pub text: String,
    /// When that of which it tells begins.
    pub starts_at: Option<Millis>,
    /// When that ends; then the announcement is over.
    pub ends_at: Option<Millis>,
    /// Whether only the days of these times count.
    pub all_day: bool,
}

/// An announcement as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnouncementView {
    /// The announcement.
    pub announcement: Announcement,
    /// Whether the viewer has read it.
    pub read: bool,
    /// Reactions, the first emoji first.
    pub reactions: Vec<ReactionCount>,
}

impl Service {
    /// What is announced now, the newest first.
    pub async fn announcements(&self, viewer: AccountId) -> Result<Vec<AnnouncementView>> {
        let now_ms = self.now_ms();
        let read = self.store().read(move |conn| {
            let current = announcements::current(conn, now_ms)?;
            let ids: Vec<RowId> = current.iter().map(|one| one.id).collect();
            let read: HashSet<RowId> = announcements::read_among(conn, viewer, &ids)?.into_iter().collect();
            Ok((current, read, announcements::reactions(conn, Some(viewer), &ids)?))
        });
        let (current, read, mut reactions) = read.await?;
        let views = current.into_iter().map(|announcement| AnnouncementView {
            read: read.contains(&announcement.id),
            reactions: reactions.remove(&announcement.id).unwrap_or_default(),
            announcement,
        });
        Ok(views.collect())
    }

    /// What is announced now and this account has not read, the newest first, `limit` at most.
    pub async fn unread_announcements(&self, viewer: AccountId, limit: usize) -> Result<Vec<Announcement>> {
        let (now_ms, limit) = (self.now_ms(), i64::try_from(limit).unwrap_or(i64::MAX));
        Ok(self.store().read(move |conn| announcements::unread(conn, viewer, now_ms, limit)).await?)
    }

    /// Those of these that are announced now, as anybody sees them who has neither read them nor reacted.
    pub async fn announced(&self, ids: Vec<RowId>) -> Result<Vec<AnnouncementView>, StoreError> {
        let now_ms = self.now_ms();
        let read = self.store().read(move |conn| {
            Ok((announcements::among(conn, &ids)?, announcements::reactions(conn, None, &ids)?))
        });
        let (found, mut reactions) = read.await?;
        let current = found.into_iter().filter(|one| one.is_current(now_ms));
        let views = current.map(|announcement| AnnouncementView {
            read: false,
            reactions: reactions.remove(&announcement.id).unwrap_or_default(),
            announcement,
        });
        Ok(views.collect())
    }

    /// All announcements, over or not, for admins.
    pub async fn all_announcements(&self) -> Result<Vec<Announcement>> {
        Ok(self.store().read(announcements::all).await?)
    }

    /// Publishes an announcement.
    ///
    /// # Errors
    /// 422: `empty`, `too_long` and `too_many` on `text`, `bad_time` on `ends_at`.
    pub async fn announce(&self, new: NewAnnouncement) -> Result<Announcement> {
        let now_ms = self.now_ms();
        let announcement = Announcement {
            id: RowId(self.next_id()),
            text: announcement::validate(&new.text, new.starts_at, new.ends_at)?,
            starts_at: new.starts_at,
            ends_at: new.ends_at,
            all_day: new.all_day,
            published_at: now_ms,
            updated_at: now_ms,
        };
        let written = announcement.clone();
        self.store()
            .write(move |conn| {
                let most = i64::try_from(limits::ANNOUNCEMENTS_MAX).unwrap_or(i64::MAX);
                if announcements::count(conn)? >= most {
                    let message = format!("at most {most} announcements; take an old one back first");
                    return Err(Error::invalid("text", "too_many", message).into());
                }
                announcements::put(conn, &written)
            })
            .await?;
        Ok(announcement)
    }

    /// Changes an announcement as a whole.
    pub async fn change_announcement(&self, id: RowId, new: NewAnnouncement) -> Result<Announcement> {
        let text = announcement::validate(&new.text, new.starts_at, new.ends_at)?;
        let now_ms = self.now_ms();
        let written = self.store().write(move |conn| {
            let before = announcements::by_id(conn, id)?.ok_or(Error::NotFound("announcement"))?;
            let changed = Announcement {
                text: text.clone(),
                starts_at: new.starts_at,
                ends_at: new.ends_at,
                all_day: new.all_day,
                updated_at: now_ms,
                ..before
            };
            announcements::put(conn, &changed)?;
            Ok(changed)
        });
        Ok(written.await?)
    }

    /// Takes an announcement back.
    pub async fn remove_announcement(&self, id: RowId) -> Result<()> {
        let now_ms = self.now_ms();
        let removed = self.store().write(move |conn| announcements::remove(conn, id, now_ms)).await?;
        if removed { Ok(()) } else { Err(Error::NotFound("announcement")) }
    }

    /// Remembers that somebody has read an announcement.
    pub async fn dismiss_announcement(&self, account: AccountId, id: RowId) -> Result<()> {
        self.current_announcement(id).await?;
        Ok(self.store().write(move |conn| announcements::read(conn, id, account)).await?)
    }

    /// Reacts to an announcement with an emoji, of Unicode or by the code of one of ours. Doing it twice changes
    /// nothing.
    ///
    /// # Errors
    /// 422 on `name`: `bad_emoji`, `too_many`.
    pub async fn react_to_announcement(&self, account: AccountId, id: RowId, name: &str) -> Result<()> {
        self.current_announcement(id).await?;
        let name = name.trim().to_owned();
        if !announcement::is_emoji(&name) && !self.palette().iter().any(|own| own.shortcode == name) {
            let message = "react with one emoji, or the code of one of this server's own";
            return Err(Error::invalid("name", "bad_emoji", message));
        }
        let now_ms = self.now_ms();
        let there =
            self.store().write(move |conn| announcements::react(conn, (id, account), &name, now_ms)).await?;
        if there {
            return Ok(());
        }
        let message = format!("at most {} different emoji; take one that is there", limits::REACTIONS_MAX);
        Err(Error::invalid("name", "too_many", message))
    }

    /// Takes a reaction back.
    pub async fn unreact_to_announcement(&self, account: AccountId, id: RowId, name: &str) -> Result<()> {
        self.current_announcement(id).await?;
        let (name, now_ms) = (name.trim().to_owned(), self.now_ms());
        Ok(self.store().write(move |conn| announcements::unreact(conn, (id, account), &name, now_ms)).await?)
    }

    async fn current_announcement(&self, id: RowId) -> Result<Announcement> {
        let now_ms = self.now_ms();
        let found = self.store().read(move |conn| announcements::by_id(conn, id)).await?;
        let current = found.filter(|one| one.is_current(now_ms));
        current.ok_or(Error::NotFound("announcement"))
    }
}
