//! Uploads: pictures that wait for their tweet.

use super::Service;
use super::words::alt_text;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::event::Event;
use crate::model::ids::{AccountId, MediaId};
use crate::model::tweet::Media;
use crate::store::{events, media};

impl Service {
    /// Remembers a picture that was stored. The id is given here. Refused when too many wait for their tweet.
    pub async fn add_upload(&self, account: AccountId, mut upload: Media) -> Result<Media> {
        upload.id = MediaId(self.next_id());
        upload.account = account;
        upload.tweet = None;
        upload.alt = alt_text(&upload.alt)?;
        let now_ms = self.now_ms();
        let written = upload.clone();
        let most = i64::try_from(limits::PENDING_UPLOADS_MAX).unwrap_or(i64::MAX);
        self.store()
            .write(move |conn| {
                if media::count_pending(conn, account, most)? >= most {
                    let message =
                        format!("at most {most} pictures can wait for their post; use some, or wait a day");
                    return Err(Error::invalid("file", "too_many_uploads", message).into());
                }
                media::insert(conn, &written, now_ms)
            })
            .await?;
        Ok(upload)
    }

    /// One's own upload.
    pub async fn upload(&self, account: AccountId, id: MediaId) -> Result<Media> {
        let found = self.store().read(move |conn| media::by_id(conn, id)).await?;
        found.filter(|media| media.account == account).ok_or(Error::NotFound("upload"))
    }

    /// Describes a picture for those who cannot see it. The same words again change nothing.
    pub async fn describe_upload(&self, account: AccountId, id: MediaId, alt: &str) -> Result<Media> {
        let alt = alt_text(alt)?;
        let now_ms = self.now_ms();
        let changed = self
            .store()
            .write(move |conn| {
                let before = media::by_id(conn, id)?.filter(|media| media.account == account);
                if before.as_ref().is_none_or(|media| media.alt == alt) {
                    return Ok(before);
                }
                let changed = media::set_alt(conn, id, account, &alt)?;
                if let Some(tweet) = changed.as_ref().and_then(|media| media.tweet) {
                    events::append(conn, &[Event::TweetEdited { tweet, author: account }], now_ms)?;
                }
                Ok(changed)
            })
            .await?;
        changed.ok_or(Error::NotFound("upload"))
    }

    /// Forgets one's own upload that no tweet has; answers it, so that its files can go too.
    pub async fn remove_upload(&self, account: AccountId, id: MediaId) -> Result<Media> {
        let removed = self.store().write(move |conn| media::take_free(conn, id, account)).await?;
        removed.ok_or(Error::NotFound("upload"))
    }

    /// Forgets uploads that no tweet took within a day; answers them, so that their files can go too.
    pub async fn take_abandoned_uploads(&self, limit: i64) -> Result<Vec<Media>> {
        let before_ms = self.now_ms().saturating_sub(limits::UNUSED_MEDIA_KEEP_MS);
        Ok(self.store().write(move |conn| media::take_abandoned(conn, before_ms, limit)).await?)
    }
}
