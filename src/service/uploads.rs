//! Uploads: pictures that wait for their tweet.

use super::Service;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::event::Event;
use crate::model::ids::{AccountId, MediaId};
use crate::model::text;
use crate::model::tweet::Media;
use crate::store::{events, media};

impl Service {
    /// Remembers a picture that was stored. The id is given here.
    pub async fn add_upload(&self, account: AccountId, mut upload: Media) -> Result<Media> {
        upload.id = MediaId(self.next_id());
        upload.account = account;
        upload.tweet = None;
        upload.alt = alt_text(&upload.alt)?;
        let now_ms = self.now_ms();
        let written = upload.clone();
        self.store().write(move |conn| media::insert(conn, &written, now_ms)).await?;
        Ok(upload)
    }

    /// One's own upload.
    pub async fn upload(&self, account: AccountId, id: MediaId) -> Result<Media> {
        let found = self.store().read(move |conn| media::by_id(conn, id)).await?;
        found.filter(|media| media.account == account).ok_or(Error::NotFound("upload"))
    }

    /// Describes a picture for those who cannot see it.
    pub async fn describe_upload(&self, account: AccountId, id: MediaId, alt: &str) -> Result<Media> {
        let alt = alt_text(alt)?;
        let now_ms = self.now_ms();
        let changed = self
            .store()
            .write(move |conn| {
                let changed = media::set_alt(conn, id, account, &alt)?;
                if let Some(tweet) = changed.as_ref().and_then(|media| media.tweet) {
                    events::append(conn, &[Event::TweetEdited { tweet, author: account }], now_ms)?;
                }
                Ok(changed)
            })
            .await?;
        changed.ok_or(Error::NotFound("upload"))
    }

    /// Forgets uploads that no tweet took within a day; answers them, so that their files can go too.
    pub async fn take_abandoned_uploads(&self, limit: i64) -> Result<Vec<Media>> {
        let before_ms = self.now_ms().saturating_sub(limits::UNUSED_MEDIA_KEEP_MS);
        Ok(self.store().write(move |conn| media::take_abandoned(conn, before_ms, limit)).await?)
    }
}

fn alt_text(alt: &str) -> Result<String> {
    let alt = text::normalise(alt);
    if text::characters(&alt) > limits::ALT_TEXT_MAX {
        let message = format!("a description has at most {} characters", limits::ALT_TEXT_MAX);
        return Err(Error::invalid("alt", "too_long", message));
    }
    Ok(alt)
}
