//! Writing tweets: create, edit, delete, retweet.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Service;
use super::views::TweetView;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::entities::{self, Entity, EntityKind};
use crate::model::handle::Handle;
use crate::model::html::{self, MentionLink};
use crate::model::ids::{AccountId, MediaId, TweetId};
use crate::model::notification::NotificationKind;
use crate::model::tweet::{Mention, Tweet, TweetEdit};
use crate::model::visibility::{Place, Visibility};
use crate::model::{language, text};
use crate::store::notifications::NewNotification;
use crate::store::tweet_commands::{self, CreateTweet, Created, EditTweet};
use crate::store::{accounts, tweets};
use crate::telemetry::metrics as names;

/// What a person wants to say.
#[derive(Clone, Debug, Default)]
pub struct NewTweet {
    /// The text.
    pub text: String,
    /// The tweet it answers.
    pub reply_to: Option<TweetId>,
    /// The tweet it quotes.
    pub quote_of: Option<TweetId>,
    /// Who may see it; public by default, of a reply what it answers. A reply to a closed tweet is no wider.
    pub visibility: Option<Visibility>,
    /// Uploads to show, in order.
    pub media: Vec<MediaId>,
    /// A warning to show before the content.
    pub content_warning: Option<String>,
    /// Whether pictures are hidden at first; yes by default when there is a warning.
    pub sensitive: Option<bool>,
    /// The language it is in.
    pub language: Option<String>,
    /// The client's word for "the same request again".
    pub idempotency_key: Option<String>,
}

/// What an author changes of a tweet; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct TweetChanges {
    /// The new text.
    pub text: String,
    /// The pictures after the edit.
    pub media: Option<Vec<MediaId>>,
    /// The new warning.
    pub content_warning: Option<String>,
    /// Whether pictures are hidden at first.
    pub sensitive: Option<bool>,
    /// The language.
    pub language: Option<String>,
}

/// A text taken apart: what it points at, with the accounts that are known.
struct Parsed {
    html: String,
    mentions: Vec<Mention>,
    tags: Vec<String>,
}

impl Service {
    /// Writes a tweet of ours and answers it. The same `idempotency_key` again answers the same tweet.
    pub async fn create_tweet(&self, author: AccountId, new: NewTweet) -> Result<TweetView> {
        let text = text::validate(&new.text, self.rules().tweet_limit, !new.media.is_empty())?;
        self.check_media(&new.media)?;
        let content_warning = content_warning(new.content_warning.as_deref())?;
        let language = new.language.as_deref().map(language::validate).transpose()?;
        let idempotency_key = idempotency_key(new.idempotency_key)?;
        let parent = self.target(author, new.reply_to, "reply_to").await?;
        let quoted = self.quotable(author, new.quote_of).await?;
        let visibility = reply_visibility(new.visibility, parent.as_ref());
        let parsed = self.parse(&text).await?;
        let now_ms = self.now_ms();
        let id = TweetId(self.next_id());
        let tweet = Tweet {
            id,
            author,
            local: true,
            visibility,
            text,
            html: parsed.html,
            sensitive: new.sensitive.unwrap_or(!content_warning.is_empty()),
            content_warning,
            language,
            reply_to: parent.as_ref().map(|view| view.tweet.id),
            reply_to_author: parent.as_ref().map(|view| view.tweet.author),
            thread: parent.as_ref().map_or(id, |view| view.tweet.thread),
            retweet_of: None,
            quote_of: quoted.as_ref().map(|view| view.tweet.id),
            mentions: parsed.mentions,
            tags: parsed.tags,
            ..blank_tweet(id, author, now_ms)
        };
        let notifications = told_of(&tweet, quoted.as_ref().map(|view| view.tweet.author), now_ms);
        let command = CreateTweet {
            tweet,
            media: new.media,
            retweet_of_author: None,
            notifications,
            idempotency_key,
            now_ms,
        };
        let id = self.write_tweet(command).await?;
        self.tweet(Some(author), id).await
    }

    /// Writes a tweet that is parsed and authorised; answers the id it has, which is an earlier one's when it
    /// was there already.
    pub(crate) async fn write_tweet(&self, command: CreateTweet) -> Result<TweetId> {
        let (id, author, local) = (command.tweet.id, command.tweet.author, command.tweet.local);
        match self.0.create_tweet.write(command).await? {
            Created::New => {
                if local {
                    metrics::counter!(names::TWEETS_CREATED_TOTAL).increment(1);
                    self.wrote(author);
                }
                Ok(id)
            }
            Created::Existing(existing) => Ok(existing),
        }
    }

    /// Changes a tweet of the author's; the version before is kept.
    pub async fn edit_tweet(
        &self,
        author: AccountId,
        id: TweetId,
        changes: TweetChanges,
    ) -> Result<TweetView> {
        let before = self.own_tweet(author, id).await?.tweet;
        if before.retweet_of.is_some() {
            return Err(Error::forbidden("not_yours", "a repost has no text of its own to edit"));
        }
        let pictures = changes.media.as_ref().map_or(before.media.len(), Vec::len);
        let text = text::validate(&changes.text, self.rules().tweet_limit, pictures > 0)?;
        if let Some(media) = &changes.media {
            self.check_media(media)?;
        }
        let warning = match changes.content_warning {
            Some(warning) => content_warning(Some(&warning))?,
            None => before.content_warning.clone(),
        };
        let parsed = self.parse(&text).await?;
        let now_ms = self.now_ms();
        let mentioned: HashSet<AccountId> = before.mentions.iter().map(|mention| mention.account).collect();
        let tweet = Tweet {
            text,
            html: parsed.html,
            content_warning: warning,
            sensitive: changes.sensitive.unwrap_or(before.sensitive),
            language: match changes.language {
                Some(tag) => Some(language::validate(&tag)?),
                None => before.language.clone(),
            },
            edited_at: Some(now_ms),
            mentions: parsed.mentions,
            tags: parsed.tags,
            ..before
        };
        let notifications = told_of(&tweet, None, now_ms)
            .into_iter()
            .filter(|told| told.kind == NotificationKind::Mention && !mentioned.contains(&told.account))
            .collect();
        let edit =
            EditTweet { tweet, version_id: self.next_id(), media: changes.media, notifications, now_ms };
        if !self.store().write(move |conn| tweet_commands::edit(conn, &edit)).await? {
            return Err(Error::NotFound("tweet"));
        }
        self.tweet(Some(author), id).await
    }

    /// Removes a tweet of the author's; its retweets go first, a slice at a time.
    pub async fn delete_tweet(&self, author: AccountId, id: TweetId) -> Result<()> {
        // Read as it is: a repost can be taken back when its original is no longer to be seen.
        let own = self
            .store()
            .read(move |conn| {
                let own = tweets::by_id(conn, id)?.filter(|tweet| tweet.author == author);
                Ok(own.zip(accounts::by_id(conn, author)?))
            })
            .await?;
        let Some((tweet, account)) = own else {
            self.own_tweet(author, id).await?;
            return Err(Error::NotFound("tweet"));
        };
        let tombstone =
            tweet.retweet_of.is_none().then(|| self.addresses().local_tweet(&account.username, id));
        self.remove_tweet(id, tombstone).await
    }

    /// Removes a tweet, whoever wrote it.
    pub(crate) async fn remove_tweet(&self, id: TweetId, tombstone: Option<String>) -> Result<()> {
        let now_ms = self.now_ms();
        loop {
            let tombstone = tombstone.clone();
            let gone = self
                .store()
                .write(move |conn| {
                    let tombstone = tombstone.as_deref();
                    tweet_commands::delete_with_retweets(conn, id, tombstone, RETWEETS_SLICE, now_ms)
                })
                .await?;
            if gone {
                return Ok(());
            }
        }
    }

    /// Repeats a tweet to one's own followers. Doing it twice changes nothing. Answers the retweet.
    pub async fn retweet(&self, account: AccountId, id: TweetId) -> Result<TweetView> {
        let original = self.tweet(Some(account), id).await?.shown().clone();
        let allowed = original.tweet.visibility.is_open()
            || (original.tweet.visibility == Visibility::Followers && original.tweet.author == account);
        if !allowed {
            return Err(Error::forbidden("not_public", "only public and unlisted posts can be reposted"));
        }
        let now_ms = self.now_ms();
        let id = TweetId(self.next_id());
        let visibility = original.tweet.visibility;
        let tweet =
            Tweet { visibility, retweet_of: Some(original.tweet.id), ..blank_tweet(id, account, now_ms) };
        let told = NewNotification {
            account: original.tweet.author,
            kind: NotificationKind::Retweet,
            from: account,
            tweet: Some(original.tweet.id),
            at_ms: now_ms,
        };
        let command = CreateTweet {
            tweet,
            media: Vec::new(),
            retweet_of_author: Some(original.tweet.author),
            notifications: vec![told],
            idempotency_key: None,
            now_ms,
        };
        let id = self.write_tweet(command).await?;
        self.tweet(Some(account), id).await
    }

    /// Takes a retweet back. Answers the original.
    pub async fn unretweet(&self, account: AccountId, id: TweetId) -> Result<TweetView> {
        let original = self.tweet(Some(account), id).await?.shown().tweet.clone();
        let now_ms = self.now_ms();
        let original_id = original.id;
        self.store()
            .write(move |conn| {
                if let Some(retweet) = tweets::retweet_by(conn, account, original_id)? {
                    tweet_commands::delete(conn, retweet, None, now_ms)?;
                }
                Ok(())
            })
            .await?;
        self.tweet(Some(account), original_id).await
    }

    /// The versions of a tweet, oldest first; the last one is the present.
    pub async fn tweet_history(&self, viewer: Option<AccountId>, id: TweetId) -> Result<Vec<TweetEdit>> {
        let now = self.tweet(viewer, id).await?.shown().tweet.clone();
        let id = now.id;
        let limit = i64::try_from(limits::EDITS_MAX).unwrap_or(i64::MAX);
        let mut versions = self.store().read(move |conn| tweets::edits(conn, id, limit)).await?;
        versions.push(TweetEdit {
            text: now.text,
            html: now.html,
            content_warning: now.content_warning,
            created_at: now.edited_at.unwrap_or(now.created_at),
        });
        Ok(versions)
    }

    fn check_media(&self, media: &[MediaId]) -> Result<()> {
        let most = self.rules().max_images;
        let distinct: HashSet<&MediaId> = media.iter().collect();
        if media.len() > most || distinct.len() < media.len() {
            return Err(Error::invalid("media", "too_many", format!("at most {most} different pictures")));
        }
        Ok(())
    }

    /// A tweet that the author's new tweet refers to; a retweet stands for its original.
    async fn target(
        &self,
        author: AccountId,
        id: Option<TweetId>,
        field: &'static str,
    ) -> Result<Option<TweetView>> {
        let Some(id) = id else { return Ok(None) };
        let eyes = self.eyes(Some(author)).await?;
        match self.views(&eyes, vec![id], Place::Direct).await?.pop() {
            Some(view) => Ok(Some(view.shown().clone())),
            None => {
                Err(Error::invalid(field, "unknown_tweet", format!("there is no post {id} that you can see")))
            }
        }
    }

    async fn quotable(&self, author: AccountId, id: Option<TweetId>) -> Result<Option<TweetView>> {
        let quoted = self.target(author, id, "quote_of").await?;
        match &quoted {
            Some(view) if !view.tweet.visibility.is_open() && view.tweet.author != author => {
                Err(Error::invalid("quote_of", "not_public", "only public and unlisted posts can be quoted"))
            }
            _ => Ok(quoted),
        }
    }

    /// A tweet that belongs to `author`: else 404, or 403 when it can be seen but is another's.
    async fn own_tweet(&self, author: AccountId, id: TweetId) -> Result<TweetView> {
        let view = self.tweet(Some(author), id).await?;
        if view.tweet.author != author {
            return Err(Error::forbidden("not_yours", "this post is somebody else's"));
        }
        Ok(view)
    }

    /// Finds what a text points at, and turns it into HTML.
    async fn parse(&self, text: &str) -> Result<Parsed> {
        let entities = entities::extract(text);
        let known = self.resolve_mentions(&entities).await?;
        let mut mentions: BTreeMap<AccountId, Mention> = BTreeMap::new();
        for account in known.values() {
            mentions.entry(account.id).or_insert_with(|| mention(account));
        }
        if mentions.len() > limits::MENTIONS_MAX {
            return Err(Error::invalid(
                "text",
                "too_many_mentions",
                format!("a post can mention at most {} accounts", limits::MENTIONS_MAX),
            ));
        }
        let html = html::render(text, &entities, self.addresses().base(), |handle| {
            known
                .get(&handle.folded())
                .map(|account| MentionLink { href: self.addresses().profile(account), acct: account.acct() })
        });
        let tags: HashSet<String> = entities
            .into_iter()
            .filter_map(|entity| match entity.kind {
                EntityKind::Hashtag(tag) => Some(tag),
                _ => None,
            })
            .collect();
        let mut tags: Vec<String> = tags.into_iter().collect();
        tags.sort_unstable();
        Ok(Parsed { html, mentions: mentions.into_values().collect(), tags })
    }

    /// The accounts that a text mentions, by folded handle, as far as they are known here.
    async fn resolve_mentions(&self, entities: &[Entity]) -> Result<HashMap<String, Account>> {
        let handles: Vec<Handle> = entities
            .iter()
            .filter_map(|entity| match &entity.kind {
                EntityKind::Mention(handle) => Some(handle.clone()),
                _ => None,
            })
            .collect();
        if handles.is_empty() {
            return Ok(HashMap::new());
        }
        let own = self.addresses().host().clone();
        let found = self
            .store()
            .read(move |conn| {
                let mut found = HashMap::new();
                for written in &handles {
                    let handle = written.clone().relative_to(&own);
                    let host = handle.host.as_ref().map(crate::model::host::Host::as_str);
                    if let Some(account) = accounts::by_handle(conn, &handle.username, host)?
                        && !account.suspended
                    {
                        found.insert(written.folded(), account);
                    }
                }
                Ok(found)
            })
            .await?;
        Ok(found)
    }
}

/// Retweets that are removed in one unit of work before their original goes.
const RETWEETS_SLICE: i64 = 100;

/// The account as a mention of it.
pub(crate) fn mention(account: &Account) -> Mention {
    Mention {
        account: account.id,
        username: account.username.clone(),
        domain: account.domain.clone(),
        uri: account.uri.clone(),
    }
}

/// A local public tweet with nothing in it.
pub(crate) fn blank_tweet(id: TweetId, author: AccountId, now_ms: crate::clock::Millis) -> Tweet {
    Tweet {
        id,
        author,
        local: true,
        visibility: Visibility::Public,
        text: String::new(),
        html: String::new(),
        content_warning: String::new(),
        sensitive: false,
        language: None,
        reply_to: None,
        reply_to_author: None,
        thread: id,
        retweet_of: None,
        quote_of: None,
        uri: None,
        url: None,
        created_at: now_ms,
        edited_at: None,
        likes_count: 0,
        retweets_count: 0,
        replies_count: 0,
        quotes_count: 0,
        media: Vec::new(),
        mentions: Vec::new(),
        tags: Vec::new(),
    }
}

/// Who is told of a new tweet: the answered, the quoted, the mentioned; each once, for the strongest reason.
pub(crate) fn told_of(
    tweet: &Tweet,
    quoted: Option<AccountId>,
    now_ms: crate::clock::Millis,
) -> Vec<NewNotification> {
    let answered = tweet.reply_to_author.into_iter().map(|id| (id, NotificationKind::Reply));
    let quoted = quoted.into_iter().map(|id| (id, NotificationKind::Quote));
    let mentioned = tweet.mentions.iter().map(|mention| (mention.account, NotificationKind::Mention));
    let reachable: HashSet<AccountId> = tweet.mentions.iter().map(|mention| mention.account).collect();
    let mut seen = HashSet::new();
    answered
        .chain(quoted)
        .chain(mentioned)
        .filter(|(account, _)| tweet.visibility != Visibility::Direct || reachable.contains(account))
        .filter(|(account, _)| seen.insert(*account))
        .map(|(account, kind)| NewNotification {
            account,
            kind,
            from: tweet.author,
            tweet: Some(tweet.id),
            at_ms: now_ms,
        })
        .collect()
}

/// A reply is as visible as what it answers, unless its author says otherwise; what answers a closed tweet is
/// never wider than that.
fn reply_visibility(wanted: Option<Visibility>, parent: Option<&TweetView>) -> Visibility {
    let Some(parent) = parent else { return wanted.unwrap_or(Visibility::Public) };
    match (wanted, parent.tweet.visibility) {
        (None, of_parent) => of_parent,
        (Some(wanted), of_parent @ (Visibility::Followers | Visibility::Direct)) => wanted.max(of_parent),
        (Some(wanted), _) => wanted,
    }
}

fn content_warning(warning: Option<&str>) -> Result<String> {
    let warning = text::one_line(warning.unwrap_or_default());
    if text::characters(&warning) > limits::CONTENT_WARNING_MAX {
        return Err(Error::invalid(
            "content_warning",
            "too_long",
            format!("a content warning has at most {} characters", limits::CONTENT_WARNING_MAX),
        ));
    }
    Ok(warning)
}

fn idempotency_key(key: Option<String>) -> Result<Option<String>> {
    match key {
        Some(key) if key.is_empty() || key.len() > limits::IDEMPOTENCY_KEY_MAX_BYTES => Err(Error::invalid(
            "Idempotency-Key",
            "bad_key",
            format!("an idempotency key has 1 to {} bytes", limits::IDEMPOTENCY_KEY_MAX_BYTES),
        )),
        other => Ok(other),
    }
}
