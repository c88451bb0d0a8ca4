//! The instance's own custom emoji: admins make, change and remove them, and everybody may write their codes.
//!
//! The enabled ones are in memory ([`Palette`]), so that drawing a page asks nobody for them. Whoever changes one sees
//! it at once; other processes hear of it by the log.

use std::sync::{Arc, PoisonError, RwLock};

use super::pages::{cut, one_more};
use super::{Operator, Service};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::emoji::{OwnEmoji, Palette, validate_code};
use crate::model::event::Event;
use crate::model::ids::RowId;
use crate::model::text;
use crate::store::events::Logged;
use crate::store::{Conn, StoreError, custom_emoji};

/// The palette as it was last read, and the turn to read it: who reads later has read newer rows.
#[derive(Default)]
pub(super) struct Palettes {
    current: RwLock<Arc<Palette>>,
    reading: tokio::sync::Mutex<()>,
}

/// An emoji that an admin wants to add.
#[derive(Clone, Debug, Default)]
pub struct NewEmoji {
    /// The name between the colons.
    pub shortcode: String,
    /// Under which heading it is offered; may be empty.
    pub category: String,
    /// The media key of its picture.
    pub file_key: String,
}

/// What changes of an emoji; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct EmojiChanges {
    /// Under which heading it is offered.
    pub category: Option<String>,
    /// The media key of another picture.
    pub file_key: Option<String>,
    /// Whether it is drawn and offered.
    pub enabled: Option<bool>,
}

/// Some emoji, by code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmojiList {
    /// The emoji.
    pub items: Vec<OwnEmoji>,
    /// The code after which the list goes on; `None` at its end.
    pub next: Option<String>,
}

impl Service {
    /// The instance's enabled emoji.
    pub fn palette(&self) -> Arc<Palette> {
        Arc::clone(&self.0.palettes.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the instance's emoji anew.
    pub async fn read_palette(&self) -> Result<(), StoreError> {
        let palettes = &self.0.palettes;
        let _turn = palettes.reading.lock().await;
        let read = self.store().read(|conn| custom_emoji::list(conn, "", all())).await?;
        let palette = Arc::new(Palette::new(read));
        *palettes.current.write().unwrap_or_else(PoisonError::into_inner) = palette;
        Ok(())
    }

    /// Reads the instance's emoji anew if a batch of the log says that they changed.
    pub async fn heard_of_emoji(&self, batch: &[Logged]) -> Result<(), StoreError> {
        match batch.iter().any(|logged| logged.event == Event::EmojiChanged) {
            true => self.read_palette().await,
            false => Ok(()),
        }
    }

    /// Emoji after the code `after`, also those that are not enabled.
    pub async fn emoji(&self, after: &str, limit: usize) -> Result<EmojiList> {
        let (after, limit) = (after.to_owned(), limit.max(1));
        let read = self.store().read(move |conn| custom_emoji::list(conn, &after, one_more(limit)));
        let mut items = read.await?;
        let more = cut(&mut items, limit);
        let next = items.last().filter(|_| more).map(|emoji| emoji.shortcode.clone());
        Ok(EmojiList { items, next })
    }

    /// Adds an emoji with a picture that is stored already.
    ///
    /// # Errors
    /// 422 on `shortcode` and `category` for what breaks a rule, and `too_many`; 409 on `shortcode`: `taken`.
    pub async fn add_emoji(&self, by: Operator, new: NewEmoji) -> Result<OwnEmoji> {
        let now_ms = self.now_ms();
        let emoji = OwnEmoji {
            id: RowId(self.next_id()),
            shortcode: validate_code(&new.shortcode)?,
            category: category(&new.category)?,
            file_key: new.file_key,
            enabled: true,
            created_at: now_ms,
            updated_at: now_ms,
        };
        let row = emoji.clone();
        let write = move |conn: &mut Conn| {
            if custom_emoji::hold(conn, &row.shortcode)?.is_some() {
                return Err(taken().into());
            }
            if custom_emoji::count(conn)? >= all() {
                let message = format!("an instance has at most {} emoji", limits::EMOJI_OWN_MAX);
                return Err(Error::invalid("shortcode", "too_many", message).into());
            }
            custom_emoji::insert(conn, &row)
        };
        match self.store().write(write).await {
            Err(error) if error.is_unique_violation() => return Err(taken()),
            written => written?,
        }
        tracing::info!(%by, emoji = emoji.shortcode, "a custom emoji is added");
        self.read_palette().await?;
        Ok(emoji)
    }

    /// Changes an emoji. Answers it, and the media key that no longer hangs on it.
    pub async fn change_emoji(
        &self,
        by: Operator,
        shortcode: &str,
        changes: EmojiChanges,
    ) -> Result<(OwnEmoji, Option<String>)> {
        let heading = changes.category.as_deref().map(category).transpose()?;
        let (code, now_ms) = (shortcode.to_owned(), self.now_ms());
        let write = self.store().write(move |conn| {
            let mut emoji = custom_emoji::hold(conn, &code)?.ok_or(Error::NotFound("emoji"))?;
            let mut orphan = None;
            if let Some(heading) = heading.clone() {
                emoji.category = heading;
            }
            if let Some(key) = changes.file_key.clone() {
                orphan = Some(std::mem::replace(&mut emoji.file_key, key));
                emoji.updated_at = now_ms;
            }
            emoji.enabled = changes.enabled.unwrap_or(emoji.enabled);
            custom_emoji::update(conn, &emoji, now_ms)?;
            Ok((emoji, orphan))
        });
        let changed = write.await?;
        tracing::info!(%by, emoji = shortcode, enabled = changed.0.enabled, "a custom emoji is changed");
        self.read_palette().await?;
        Ok(changed)
    }

    /// Removes an emoji. Answers the media key that no longer hangs on it.
    pub async fn remove_emoji(&self, by: Operator, shortcode: &str) -> Result<String> {
        let (code, now_ms) = (shortcode.to_owned(), self.now_ms());
        let gone = self.store().write(move |conn| custom_emoji::remove(conn, &code, now_ms)).await?;
        let gone = gone.ok_or(Error::NotFound("emoji"))?;
        tracing::info!(%by, emoji = shortcode, "a custom emoji is removed");
        self.read_palette().await?;
        Ok(gone.file_key)
    }
}

fn all() -> i64 {
    i64::try_from(limits::EMOJI_OWN_MAX).unwrap_or(i64::MAX)
}

fn taken() -> Error {
    Error::conflict("shortcode", "taken", "there is an emoji with this code; replace its picture instead")
}

fn category(text: &str) -> Result<String> {
    let category = text::one_line(text);
    if text::characters(&category) > limits::EMOJI_CATEGORY_MAX {
        let message = format!("a category has at most {} characters", limits::EMOJI_CATEGORY_MAX);
        return Err(Error::invalid("category", "too_long", message));
    }
    Ok(category)
}
