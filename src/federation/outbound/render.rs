//! Our own accounts and tweets as ActivityPub documents.

use url::Url;

use crate::error::{Error, Result};
use crate::federation::Federation;
use crate::federation::objects::actor::{ActorDocument, Profile};
use crate::federation::objects::liberal::write_time;
use crate::federation::objects::note::{MediaDocument, Note, NoteContent, PollContent};
use crate::federation::objects::tag::{Image, Tag};
use crate::federation::objects::{ActorKind, Addressing, Audience, LocalActor};
use crate::model::account::{Account, AccountKind};
use crate::model::attachment::{Focus, MediaState};
use crate::model::emoji::OwnEmoji;
use crate::model::ids::TweetId;
use crate::model::quote::{QuotePolicy, QuoteState};
use crate::model::tweet::{Media, Mention, Tweet};
use crate::model::visibility::Visibility;
use crate::model::{entities, html, quote_fallback};
use crate::service::TweetView;
use crate::store::tweets;

impl Federation {
    /// The document of an account of ours.
    pub async fn actor_document(&self, account: &Account) -> Result<ActorDocument> {
        let addresses = self.service().addresses();
        let picture = |key: &String| self.picture(key.as_str());
        let moved_to = match account.moved_to {
            Some(new) => self.service().accounts(vec![new]).await?.pop(),
            None => None,
        };
        let key = self.0.own_keys.of(account).await?;
        let profile = Profile {
            kind: kind(account.kind),
            username: account.username.clone(),
            name: account.name().to_owned(),
            summary: account.bio_html.clone(),
            url: Some(addresses.profile(account)),
            created_ms: account.created_at,
            locked: account.locked,
            discoverable: account.discoverable,
            indexable: account.indexable,
            also_known_as: self.service().aliases(account.id).await?,
            moved_to: moved_to.map(|new| addresses.actor(&new)),
            icon: account.avatar.as_ref().map(picture),
            image: account.header.as_ref().map(picture),
            fields: account
                .fields
                .iter()
                .map(|field| (field.name.clone(), self.field_html(&field.value)))
                .collect(),
            tags: self
                .service()
                .palette()
                .in_account(account)
                .into_iter()
                .map(|emoji| self.emoji(emoji))
                .collect(),
            public_key_id: key.key_id.clone(),
            public_key_pem: key.public_pem.clone(),
        };
        Ok(ActorDocument::new(&self.local_actor(account), profile))
    }

    /// The document of the instance actor, which signs fetches.
    pub async fn instance_document(&self) -> Result<ActorDocument> {
        let addresses = self.service().addresses();
        let key = self.0.own_keys.instance().await?;
        let profile = Profile {
            kind: ActorKind::Application,
            username: addresses.host().as_str().to_owned(),
            name: addresses.host().as_str().to_owned(),
            summary: String::new(),
            url: Some(addresses.at("/about")),
            created_ms: 0,
            locked: true,
            discoverable: false,
            indexable: false,
            also_known_as: Vec::new(),
            moved_to: None,
            icon: None,
            image: None,
            fields: Vec::new(),
            tags: Vec::new(),
            public_key_id: key.key_id.clone(),
            public_key_pem: key.public_pem.clone(),
        };
        Ok(ActorDocument::new(&LocalActor::instance(addresses.origin()), profile))
    }

    /// The document of a tweet of ours.
    pub async fn note(&self, view: &TweetView) -> Result<Note> {
        let tweet = &view.tweet;
        let actor = self.local_actor(&view.author);
        let in_reply_to = match tweet.reply_to {
            Some(parent) => self.tweet_uri(parent).await?,
            None => None,
        };
        // What its author does not allow is no quote any more.
        let is_quote = matches!(tweet.quote_state, QuoteState::Accepted | QuoteState::Pending);
        let quote = match tweet.quote_of.filter(|_| is_quote) {
            Some(quoted) => self.tweet_uri(quoted).await?,
            None => None,
        };
        // The page of it, when it is known here as a post that may be seen.
        let page = view
            .quote_of
            .as_ref()
            .map(|quoted| self.service().addresses().tweet_page(&quoted.tweet, &quoted.author));
        let html = match (&quote, page) {
            (Some(uri), page) => quote_fallback::with(&tweet.html, page.as_deref().unwrap_or(uri)),
            (None, _) => tweet.html.clone(),
        };
        let counted = |total: i64| u64::try_from(total).unwrap_or(0);
        let content = NoteContent {
            tweet: tweet.id.0,
            html,
            language: tweet.language.clone(),
            warning: Some(tweet.content_warning.clone()).filter(|warning| !warning.is_empty()),
            published_ms: tweet.created_at,
            updated_ms: tweet.edited_at,
            url: self.service().addresses().tweet_page(tweet, &view.author),
            sensitive: tweet.sensitive,
            in_reply_to,
            tags: self.tags(tweet),
            attachments: tweet.media.iter().filter_map(|media| self.attachment(media)).collect(),
            likes: counted(tweet.likes_count),
            shares: counted(tweet.retweets_count),
            poll: self.poll(tweet),
            quote,
            quote_authorization: tweet.quote_stamp.clone().filter(|_| tweet.quotes().is_some()),
            quotable_by: match tweet.quote_policy(&view.author) {
                Some(QuotePolicy::Everyone) => Audience::Public,
                Some(QuotePolicy::Followers) => Audience::Followers,
                _ => Audience::Direct,
            },
        };
        Ok(Note::new(&actor, self.addressing(&actor, tweet)?, content))
    }

    /// Who a tweet of ours, or a retweet by `actor`, is for.
    pub(super) fn addressing(&self, actor: &LocalActor, tweet: &Tweet) -> Result<Addressing> {
        let followers = Url::parse(&actor.followers()).map_err(Error::internal)?;
        let mentioned: Vec<Url> =
            tweet.mentions.iter().filter_map(|mention| Url::parse(&self.mention_uri(mention)).ok()).collect();
        Ok(Addressing::of(audience(tweet.visibility), &followers, &mentioned))
    }

    /// The ActivityPub id of a tweet, wherever it comes from; `None` when it is gone.
    pub async fn tweet_uri(&self, id: TweetId) -> Result<Option<String>> {
        let parts = self.service().store().read(move |conn| tweets::id_parts(conn, id)).await?;
        let addresses = self.service().addresses();
        Ok(parts.map(|parts| parts.uri.unwrap_or_else(|| addresses.local_tweet(&parts.username, id))))
    }

    fn mention_uri(&self, mention: &Mention) -> String {
        let local = || self.service().addresses().local_actor(&mention.username);
        mention.uri.clone().unwrap_or_else(local)
    }

    fn tags(&self, tweet: &Tweet) -> Vec<Tag> {
        let own_host = self.service().addresses().host().as_str();
        let mentions = tweet.mentions.iter().map(|mention| Tag::Mention {
            href: self.mention_uri(mention),
            name: format!("@{}@{}", mention.username, mention.domain.as_deref().unwrap_or(own_host)),
        });
        let hashtags = tweet.tags.iter().map(|tag| Tag::Hashtag {
            href: self.service().addresses().at(&format!("/tags/{tag}")),
            name: format!("#{tag}"),
        });
        let palette = self.service().palette();
        let emoji = palette.in_tweet(tweet).into_iter().map(|emoji| self.emoji(emoji));
        mentions.chain(hashtags).chain(emoji).collect()
    }

    /// The document of an emoji of ours, which is also the tag of what uses it.
    pub fn emoji(&self, emoji: &OwnEmoji) -> Tag {
        Tag::Emoji {
            id: self.service().addresses().emoji(&emoji.shortcode),
            name: format!(":{}:", emoji.shortcode),
            updated: write_time(emoji.updated_at),
            icon: self.picture(&emoji.file_key),
        }
    }

    fn poll(&self, tweet: &Tweet) -> Option<PollContent> {
        let poll = tweet.poll.as_ref()?;
        let counted = |votes: i64| u64::try_from(votes).unwrap_or(0);
        let over = poll.is_over(self.service().clock().now_ms());
        Some(PollContent {
            options: poll.options.iter().map(|one| (one.title.clone(), counted(one.votes))).collect(),
            multiple: poll.multiple,
            ends_ms: poll.ends_at,
            closed_ms: poll.ends_at.filter(|_| over),
            voters: poll.voters.map_or(0, counted),
        })
    }

    fn attachment(&self, media: &Media) -> Option<MediaDocument> {
        let key = media.file_key.as_ref().filter(|_| media.state == MediaState::Ready)?;
        let pixels = |n: i64| u32::try_from(n).ok().filter(|n| *n > 0);
        Some(MediaDocument {
            kind: match media.kind.as_str() {
                "video" | "gifv" => "Video",
                "audio" => "Audio",
                _ => "Image",
            },
            media_type: media.mime.clone(),
            url: self.media_url(key),
            name: Some(media.alt.clone()).filter(|alt| !alt.is_empty()),
            width: pixels(media.width),
            height: pixels(media.height),
            blurhash: media.blurhash.clone(),
            focal_point: media.focus.map(Focus::point),
        })
    }

    fn picture(&self, key: &str) -> Image {
        let media_type = match key.rsplit('.').next() {
            Some("png") => "image/png",
            Some("gif") => "image/gif",
            Some("webp") => "image/webp",
            _ => "image/jpeg",
        };
        Image { media_type: media_type.to_owned(), url: self.media_url(key) }
    }

    fn media_url(&self, key: &str) -> String {
        self.service().addresses().at(&format!("/media/{key}"))
    }

    fn field_html(&self, value: &str) -> String {
        let found = entities::extract(value);
        html::render(value, &found, self.service().addresses().base(), |_| None)
    }
}

/// The audience that a visibility is on the wire.
pub(super) fn audience(visibility: Visibility) -> Audience {
    match visibility {
        Visibility::Public => Audience::Public,
        Visibility::Unlisted => Audience::Unlisted,
        Visibility::Followers => Audience::Followers,
        Visibility::Direct => Audience::Direct,
    }
}

fn kind(kind: AccountKind) -> ActorKind {
    match kind {
        AccountKind::Person => ActorKind::Person,
        AccountKind::Service => ActorKind::Service,
        AccountKind::Group => ActorKind::Group,
        AccountKind::Application => ActorKind::Application,
        AccountKind::Organization => ActorKind::Organization,
    }
}
