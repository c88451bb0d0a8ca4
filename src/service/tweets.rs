//! Writing tweets: create, delete, retweet.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Service;
use super::polls::{self, NewPoll};
use super::views::TweetView;
use super::words::{Parsed, content_warning, mention, pictures, told_of};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::ids::{AccountId, MediaId, RowId, TweetId};
use crate::model::notification::NotificationKind;
use crate::model::quote::{QuotePolicy, QuoteState};
use crate::model::tweet::{Mention, Tweet, blank_tweet};
use crate::model::visibility::{Place, Visibility};
use crate::model::{language, text};
use crate::secrets;
use crate::store::media::KeptFor;
use crate::store::notifications::NewNotification;
use crate::store::tweet_commands::{self, CreateTweet, Created, Picture, Removal, RequestKey};
use crate::store::{Conn, accounts, media, tweets};
use crate::telemetry::metrics as names;

/// What a person wants to say. Its JSON is stored while it waits for its time, so names here never change their meaning.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
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
    /// New descriptions of these pictures.
    pub alts: BTreeMap<MediaId, String>,
    /// A warning to show before the content.
    pub content_warning: Option<String>,
    /// Whether pictures are hidden at first; yes by default when there is a warning.
    pub sensitive: Option<bool>,
    /// The language it is in.
    pub language: Option<String>,
    /// A poll below the text.
    pub poll: Option<NewPoll>,
    /// Whom its author lets quote it; as the account says by default.
    pub quotable: Option<QuotePolicy>,
    /// The client's word for "the same request again".
    #[serde(skip)]
    pub idempotency_key: Option<RequestKey>,
}

/// A tweet that keeps every rule, ready to be written.
#[derive(Clone, Debug)]
pub struct CheckedTweet {
    author: AccountId,
    state: Checked,
}

#[derive(Clone, Debug)]
enum Checked {
    /// The same request wrote it before.
    Written(TweetId),
    New(Box<Draft>),
}

#[derive(Clone, Debug)]
struct Draft {
    text: String,
    parsed: Parsed,
    pictures: Vec<Picture>,
    content_warning: String,
    sensitive: bool,
    language: Option<String>,
    visibility: Visibility,
    parent: Option<TweetView>,
    quoted: Option<TweetView>,
    poll: Option<NewPoll>,
    quotable: Option<QuotePolicy>,
    idempotency_key: Option<RequestKey>,
}

impl RequestKey {
    /// The key of a request, which is told from others by what it asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `Idempotency-Key`: `bad_key`.
    pub fn new(key: String, request: &impl Serialize) -> Result<Self> {
        if key.is_empty() || key.len() > limits::IDEMPOTENCY_KEY_MAX_BYTES {
            let message = format!("an idempotency key has 1 to {} bytes", limits::IDEMPOTENCY_KEY_MAX_BYTES);
            return Err(Error::invalid("Idempotency-Key", "bad_key", message));
        }
        let request = serde_json::to_string(request).map_err(Error::internal)?;
        Ok(Self { key, request_hash: secrets::token_hash(&request) })
    }
}

impl CheckedTweet {
    /// The text, in which accounts may be mentioned that are not known yet; empty when it is written already.
    pub fn text(&self) -> &str {
        match &self.state {
            Checked::Written(_) => "",
            Checked::New(draft) => &draft.text,
        }
    }
}

impl Service {
    /// Writes a tweet of ours and answers it. The same request under the same `idempotency_key` answers the
    /// same tweet.
    pub async fn create_tweet(&self, author: AccountId, new: NewTweet) -> Result<TweetView> {
        let checked = self.check_tweet(author, new).await?;
        self.publish(checked).await
    }

    /// Holds a new tweet against the rules. Nothing is written, and nothing looked up elsewhere, for a refused
    /// one.
    pub async fn check_tweet(&self, author: AccountId, new: NewTweet) -> Result<CheckedTweet> {
        self.check_tweet_of(author, new, None).await
    }

    /// The same of one that waited for its time, with uploads that are kept for it.
    pub(super) async fn check_tweet_of(
        &self,
        author: AccountId,
        new: NewTweet,
        scheduled: Option<RowId>,
    ) -> Result<CheckedTweet> {
        if let Some(key) = new.idempotency_key.clone() {
            let claimed =
                self.store().read(move |conn| tweet_commands::claimed_by(conn, author, &key)).await?;
            if let Some(id) = claimed {
                return Ok(CheckedTweet { author, state: Checked::Written(id) });
            }
        }
        let new = self.with_defaults(author, new).await?;
        let text = text::validate(&new.text, self.rules().tweet_limit, !new.media.is_empty())?;
        let pictures = pictures(&new.media, (new.alts, BTreeMap::new()), self.rules().max_images)?;
        let content_warning = content_warning(new.content_warning.as_deref())?;
        let language = new.language.as_deref().map(language::validate).transpose()?;
        if let Some(poll) = &new.poll {
            polls::checked(poll, self.now_ms())?;
        }
        let parent = self.target(author, new.reply_to, "reply_to").await?;
        let quoted = self.quotable(author, new.quote_of).await?;
        let ids = new.media;
        if !ids.is_empty() {
            let wanted = ids.clone();
            let kept = scheduled.map_or(KeptFor::Nothing, KeptFor::Scheduled);
            if !self.store().read(move |conn| media::are_free(conn, author, kept, &wanted)).await? {
                return Err(tweet_commands::unknown_media());
            }
            self.refuse_unready(ids).await?;
        }
        let draft = Draft {
            parsed: self.parse(&text).await?,
            text,
            pictures,
            sensitive: new.sensitive.unwrap_or(!content_warning.is_empty()),
            content_warning,
            language,
            visibility: reply_visibility(new.visibility, parent.as_ref()),
            parent,
            quoted,
            poll: new.poll,
            quotable: new.quotable,
            idempotency_key: new.idempotency_key,
        };
        Ok(CheckedTweet { author, state: Checked::New(Box::new(draft)) })
    }

    /// 422 while one of these is still worked on, or when it could not be made into something to show.
    pub(super) async fn refuse_unready(&self, ids: Vec<MediaId>) -> Result<()> {
        if self.store().read(move |conn| media::any_unready(conn, &ids)).await? {
            return Err(tweet_commands::unready_media());
        }
        Ok(())
    }

    /// Writes a checked tweet and answers it.
    pub async fn publish(&self, checked: CheckedTweet) -> Result<TweetView> {
        let author = checked.author;
        let (id, keyed) = match checked.state {
            Checked::Written(id) => (id, true),
            Checked::New(draft) => {
                let keyed = draft.idempotency_key.is_some();
                let command = self.command(author, *draft).await?;
                (self.write_tweet(command).await?, keyed)
            }
        };
        match self.tweet(Some(author), id).await {
            Err(Error::NotFound(_)) if keyed => {
                let message = "the post that this key wrote is deleted; take a new key to write another";
                Err(Error::conflict("Idempotency-Key", "deleted", message))
            }
            answer => answer,
        }
    }

    /// What writes a checked tweet; `None` when the same request wrote it before.
    pub(super) async fn command_of(&self, checked: CheckedTweet) -> Result<Option<CreateTweet>> {
        match checked.state {
            Checked::Written(_) => Ok(None),
            Checked::New(draft) => self.command(checked.author, *draft).await.map(Some),
        }
    }

    async fn command(&self, author: AccountId, draft: Draft) -> Result<CreateTweet> {
        let parsed = self.parsed_again(&draft.text, draft.parsed).await?;
        let mut mentions = parsed.mentions;
        let answered = draft.parent.as_ref().filter(|parent| parent.author.id != author);
        let addressed = answered.and_then(|parent| addressed(parent, draft.visibility, &mentions));
        mentions.extend(addressed);
        let now_ms = self.now_ms();
        let id = TweetId(self.next_id());
        let parent = draft.parent.as_ref().map(|view| &view.tweet);
        let tweet = Tweet {
            id,
            author,
            local: true,
            visibility: draft.visibility,
            text: draft.text,
            html: parsed.html,
            content_warning: draft.content_warning,
            sensitive: draft.sensitive,
            language: draft.language,
            reply_to: parent.map(|tweet| tweet.id),
            reply_to_author: parent.map(|tweet| tweet.author),
            thread: parent.map_or(id, |tweet| tweet.thread),
            quote_of: draft.quoted.as_ref().map(|view| view.tweet.id),
            quote_state: draft.quoted.as_ref().map_or_else(QuoteState::default, first_state),
            quote_stamp: draft
                .quoted
                .as_ref()
                .filter(|view| view.author.is_local() && view.author.id != author)
                .map(|view| self.addresses().quote_stamp(&view.author.username, id.0)),
            can_quote: draft.quotable,
            mentions,
            tags: parsed.tags,
            // It runs from now on, not from when it was held against the rules.
            poll: draft.poll.as_ref().map(|poll| polls::checked(poll, now_ms)).transpose()?,
            ..blank_tweet(id, author, now_ms)
        };
        Ok(CreateTweet {
            notifications: told_of(&tweet, draft.quoted.as_ref().map(|view| view.tweet.author), now_ms),
            tweet,
            media: draft.pictures,
            retweet_of_author: None,
            idempotency_key: draft.idempotency_key,
            now_ms,
        })
    }

    /// Writes a tweet that is parsed and authorised; answers the id it has, which is an earlier one's when it
    /// was there already.
    pub(crate) async fn write_tweet(&self, command: CreateTweet) -> Result<TweetId> {
        let (id, author, local) = (command.tweet.id, command.tweet.author, command.tweet.local);
        match self.0.create_tweet.write(command).await? {
            Created::New => {
                if local {
                    self.written(author);
                }
                Ok(id)
            }
            Created::Existing(existing) => Ok(existing),
        }
    }

    /// There is one more tweet by one of ours.
    pub(super) fn written(&self, author: AccountId) {
        metrics::counter!(names::TWEETS_CREATED_TOTAL).increment(1);
        self.wrote(author);
    }

    /// Removes a tweet of the author's; what hangs on it goes first, a slice at a time.
    pub async fn delete_tweet(&self, author: AccountId, id: TweetId) -> Result<()> {
        self.take_back(author, id, false).await
    }

    /// The same of one that its author means to write anew: its pictures wait for that, as new uploads do.
    pub async fn delete_to_redraft(&self, author: AccountId, id: TweetId) -> Result<()> {
        self.take_back(author, id, true).await
    }

    async fn take_back(&self, author: AccountId, id: TweetId, keeps_media: bool) -> Result<()> {
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
        self.remove(id, tombstone, keeps_media).await
    }

    /// Removes a tweet, whoever wrote it.
    pub(crate) async fn remove_tweet(&self, id: TweetId, tombstone: Option<String>) -> Result<()> {
        self.remove(id, tombstone, false).await
    }

    async fn remove(&self, id: TweetId, tombstone: Option<String>, keeps_media: bool) -> Result<()> {
        let now_ms = self.now_ms();
        let read = move |conn: &mut Conn| Removal::of(conn, id, tombstone.clone(), now_ms);
        let removal = Removal { keeps_media, ..self.store().read(read).await? };
        loop {
            let slice = removal.clone();
            let gone =
                self.store().write(move |conn| tweet_commands::delete_slice(conn, &slice, DELETE_SLICE));
            if gone.await? {
                return Ok(());
            }
        }
    }

    /// Repeats a tweet to one's own followers. Doing it twice changes nothing. Answers the retweet.
    pub async fn retweet(&self, account: AccountId, id: TweetId) -> Result<TweetView> {
        self.refuse_moved(account).await?;
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
            // Others are asked, unless their server says that the answer is no.
            Some(view) if !view.author.is_local() && view.tweet.can_quote == Some(QuotePolicy::Nobody) => {
                Err(Error::invalid("quote_of", "not_allowed", "its author does not let you quote it"))
            }
            Some(view)
                if view.author.is_local() && !self.may_quote(author, &view.author, &view.tweet).await? =>
            {
                Err(Error::invalid("quote_of", "not_allowed", "its author does not let you quote it"))
            }
            _ => Ok(quoted),
        }
    }

    /// A tweet that belongs to `author`: else 404, or 403 when it can be seen but is another's.
    pub(super) async fn own_tweet(&self, author: AccountId, id: TweetId) -> Result<TweetView> {
        let view = self.tweet(Some(author), id).await?;
        if view.tweet.author != author {
            return Err(Error::forbidden("not_yours", "this post is somebody else's"));
        }
        Ok(view)
    }
}

/// Retweets that are removed in one unit of work before their original goes.
const DELETE_SLICE: i64 = 100;

/// How a new quote by one of ours stands: of whom their server says that they want to be asked, they are.
fn first_state(quoted: &TweetView) -> QuoteState {
    match quoted.tweet.can_quote {
        Some(_) if !quoted.tweet.local => QuoteState::Pending,
        _ => QuoteState::Accepted,
    }
}

/// Whom a closed reply is for beside those it mentions: the author of what it answers, when it is as closed as that
/// or direct to nobody else. A direct word to others about somebody's tweet is not.
fn addressed(parent: &TweetView, visibility: Visibility, mentions: &[Mention]) -> Option<Mention> {
    let as_closed = !visibility.is_open() && visibility == parent.tweet.visibility;
    let to_nobody = visibility == Visibility::Direct && mentions.is_empty();
    let named = mentions.iter().any(|mention| mention.account == parent.author.id);
    ((as_closed || to_nobody) && !named).then(|| mention(&parent.author))
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
