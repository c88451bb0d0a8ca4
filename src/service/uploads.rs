//! Uploads: pictures, films and sounds that wait for their tweet.

use super::Service;
use super::words::alt_text;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::attachment::MediaState;
use crate::model::event::Event;
use crate::model::ids::{AccountId, MediaId};
use crate::model::tweet::Media;
pub use crate::store::media::{Description, Thumb};
use crate::store::{events, films, media};

impl Service {
    /// Remembers what was stored. The id is given here. Refused when too many wait for their tweet; busy when too many
    /// films of everybody's wait to be worked on.
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
                media::insert(conn, &written, now_ms)?;
                if written.state == MediaState::Waiting {
                    if films::count(conn, limits::WAITING_FILMS_MAX)? >= limits::WAITING_FILMS_MAX {
                        return Err(Error::Busy.into());
                    }
                    films::add(conn, written.id, now_ms)?;
                }
                Ok(())
            })
            .await?;
        if upload.state == MediaState::Waiting {
            self.0.film_due.notify_one();
        }
        Ok(upload)
    }

    /// One's own upload.
    pub async fn upload(&self, account: AccountId, id: MediaId) -> Result<Media> {
        let found = self.store().read(move |conn| media::by_id(conn, id)).await?;
        found.filter(|media| media.account == account).ok_or(Error::NotFound("upload"))
    }

    /// Says anew what there is to say of an upload: its words, what stays to be seen of it, another small picture. The
    /// same again changes nothing. Answers the upload, and the file that it no longer needs.
    pub async fn describe_upload(
        &self,
        account: AccountId,
        id: MediaId,
        mut new: Description,
    ) -> Result<(Media, Option<String>)> {
        new.alt = new.alt.as_deref().map(alt_text).transpose()?;
        let now_ms = self.now_ms();
        let changed = self
            .store()
            .write(move |conn| {
                let before = media::held(conn, id)?.filter(|media| media.account == account);
                let Some(before) = before else { return Ok(None) };
                let after = media::describe(conn, id, account, &new)?.unwrap_or_else(|| before.clone());
                if after == before {
                    return Ok(Some((after, None)));
                }
                if let Some(tweet) = after.tweet {
                    events::append(conn, &[Event::TweetEdited { tweet, author: account }], now_ms)?;
                }
                let unused = before.thumb_key.filter(|key| after.thumb_key.as_ref() != Some(key));
                Ok(Some((after, unused)))
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
