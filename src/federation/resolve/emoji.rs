//! Custom emoji of other hosts: those that a document names and its text uses, remembered under the host that speaks.

use std::collections::HashSet;

use url::Url;

use crate::config::limits::{EMOJI_DRAWN_MAX, URL_MAX_BYTES};
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::parts::Emoji;
use crate::federation::objects::{Actor, Post};
use crate::federation::origin::authority;
use crate::model::emoji::{RemoteEmoji, codes};
use crate::model::ids::RowId;
use crate::model::poll::Poll;
use crate::store::emoji::{self, Named};

use super::compose::Words;

impl Federation {
    /// The emoji of a post that stand in its words and options.
    pub(in crate::federation) async fn emoji_of_post(
        &self,
        post: &Post,
        words: &Words,
        poll: Option<&Poll>,
    ) -> Result<Vec<RemoteEmoji>, Error> {
        let options = poll.iter().flat_map(|poll| &poll.options).map(|option| option.title.as_str());
        let texts = [words.text.as_str(), words.content_warning.as_str()].into_iter().chain(options);
        self.learn_emoji(&post.id, &post.tags.emoji, texts).await
    }

    /// The emoji of an actor that stand in its name, biography and fields.
    pub(super) async fn emoji_of_actor(&self, actor: &Actor) -> Result<Vec<RemoteEmoji>, Error> {
        let fields = actor.fields.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
        let texts = [&actor.name, &actor.summary].into_iter().flatten().map(String::as_str).chain(fields);
        self.learn_emoji(&actor.id, &actor.tags.emoji, texts).await
    }

    /// Whoever speaks for an id speaks for the emoji of its host, and of no other. Most come again and again: only a
    /// new one, or one with another picture, is a write.
    async fn learn_emoji<'a>(
        &self,
        speaker: &Url,
        tagged: &[Emoji],
        texts: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<RemoteEmoji>, Error> {
        if tagged.is_empty() {
            return Ok(Vec::new());
        }
        let used: HashSet<&str> = texts.flat_map(codes).map(|(_, code)| code).collect();
        let http = self.0.client.allows_http();
        let is_usable = |emoji: &&Emoji| {
            let safe = emoji.url.scheme() == "https" || (http && emoji.url.scheme() == "http");
            safe && emoji.url.as_str().len() <= URL_MAX_BYTES && used.contains(emoji.shortcode.as_str())
        };
        let mut seen = HashSet::new();
        let fresh = tagged.iter().filter(is_usable).filter(|emoji| seen.insert(emoji.shortcode.as_str()));
        let named: Vec<Named> = fresh
            .take(EMOJI_DRAWN_MAX)
            .map(|emoji| Named {
                id: RowId(self.service().ids().next()),
                shortcode: emoji.shortcode.clone(),
                url: emoji.url.as_str().to_owned(),
                updated_at: emoji.updated_ms,
            })
            .collect();
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let (host, now_ms, store) = (authority(speaker), self.now_ms(), self.service().store());
        let (asked, name) = (named.clone(), host.clone());
        if let Some(known) = store.read(move |conn| emoji::known(conn, &name, &asked)).await? {
            return Ok(known);
        }
        Ok(store.write(move |conn| emoji::learn(conn, &host, &named, now_ms)).await?)
    }
}
