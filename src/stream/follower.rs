//! The consumer "streams": tells listeners what the log tells.
//!
//! Of a batch, sessions that ended and relations that changed are seen to first. What is told after that is told by the
//! newest word about who may hear it, so that nobody hears of an account that has blocked them since.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::audience::Audience;
use super::{Hub, Occurrence, Topic, What};
use crate::error::{Chain, Error};
use crate::model::event::{Event, TweetCreated, TweetDeleted};
use crate::model::ids::{AccountId, NotificationId, RowId, SessionId, TweetId};
use crate::model::tweet::Tweet;
use crate::model::visibility::{Place, Visibility};
use crate::service::{NotificationView, PublicList, SharedTweets, Sight, bonds_changed};
use crate::store::StoreError;
use crate::store::events::{Logged, Position};
use crate::store::follower::follow;
use crate::timelines::{Entry, Kind};

/// Tweets that are read in one unit of work.
const TWEETS_AT_ONCE: usize = 100;
/// Sessions that are asked after in one unit of work.
const SESSIONS_AT_ONCE: usize = 500;
/// How often it is made sure that sessions still live: those that end by themselves stand in no event.
const SESSIONS_EVERY: Duration = Duration::from_secs(5 * 60);
/// How long listeners may take for their last word once the server stops.
const FAREWELL: Duration = Duration::from_secs(1);

/// Follows the log from `start` until `stop`, and tells the hub's listeners. `start` is the end of the log before anybody
/// listens.
pub async fn run(hub: Hub, start: Position, stop: CancellationToken) {
    hub.0.progress.set(start);
    hub.audience().open();
    let teller = hub.clone();
    let telling =
        follow(hub.0.service.store().clone(), "streams", hub.progress(), stop.clone(), move |batch| {
            let hub = teller.clone();
            async move { hub.apply(&batch).await }
        });
    // Whoever listens must not wait for the log to move to hear that it is over.
    let closing = async {
        stop.cancelled().await;
        hub.audience().close();
    };
    tokio::join!(telling, closing, hub.look_after_sessions(&stop));
    hub.0.running.close();
    if tokio::time::timeout(FAREWELL, hub.0.running.wait()).await.is_err() {
        tracing::debug!("listeners did not take their last word");
    }
}

impl Hub {
    pub(super) async fn apply(&self, batch: &[Logged]) -> Result<(), StoreError> {
        if self.audience().is_empty() {
            return Ok(());
        }
        self.end_sessions(batch).await?;
        self.renew_relations(batch).await?;
        let mut tweets = Vec::new();
        let wanted: Vec<TweetId> = {
            let audience = self.audience();
            batch.iter().filter_map(|logged| wanted_tweet(&audience, &logged.event)).collect()
        };
        for wanted in wanted.chunks(TWEETS_AT_ONCE) {
            tweets.push(self.0.service.shared_tweets(wanted.to_vec()).await?);
        }
        let notifications = self.notifications(batch).await?;
        let conversations = self.conversations(batch).await?;
        let announced = self.announced(batch).await?;
        // Nothing waits from here on, so that a batch is told once.
        let mut audience = self.audience();
        for logged in batch {
            tell(&mut audience, &logged.event, &tweets, &notifications);
            tell_conversation(&mut audience, &logged.event, &conversations);
            announced.tell(&mut audience, &logged.event);
        }
        Ok(())
    }

    async fn end_sessions(&self, batch: &[Logged]) -> Result<(), StoreError> {
        let of = |event: &Event| match event {
            Event::SessionsEnded { account } | Event::AccountSuspended { account, .. } => Some(*account),
            _ => None,
        };
        let accounts: HashSet<AccountId> = batch.iter().filter_map(|logged| of(&logged.event)).collect();
        let sessions = {
            let audience = self.audience();
            accounts.iter().flat_map(|account| audience.sessions_of(*account)).collect()
        };
        self.end_dead(sessions).await
    }

    /// Lets go whose session no longer lives.
    async fn end_dead(&self, sessions: Vec<SessionId>) -> Result<(), StoreError> {
        for sessions in sessions.chunks(SESSIONS_AT_ONCE) {
            let living = self.0.service.live_sessions(sessions.to_vec()).await?;
            let dead = sessions.iter().filter(|session| !living.contains(session)).copied().collect();
            self.audience().end_sessions(&dead);
        }
        Ok(())
    }

    async fn look_after_sessions(&self, stop: &CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(SESSIONS_EVERY)).await.is_some() {
            let sessions = self.audience().sessions();
            if let Err(error) = self.end_dead(sessions).await {
                tracing::warn!(error = %Chain(&error), "the sessions of listeners could not be looked after");
            }
        }
    }

    async fn renew_relations(&self, batch: &[Logged]) -> Result<(), StoreError> {
        let stale = {
            let mut audience = self.audience();
            for account in batch.iter().flat_map(|logged| bonds_changed(&logged.event)) {
                audience.outdate(account);
            }
            audience.stale()
        };
        if stale.is_empty() {
            return Ok(());
        }
        let mut lists: HashMap<AccountId, Vec<_>> = HashMap::new();
        for (account, wanted) in &stale {
            for list in wanted {
                // One that is gone shows nothing.
                let found = match self.0.service.list_to_read(*account, *list).await {
                    Err(Error::NotFound(_)) => continue,
                    found => found?,
                };
                lists.entry(*account).or_default().push(found);
            }
        }
        let accounts = stale.into_iter().map(|(account, _)| account).collect();
        let relations = self.0.service.relations_now(accounts).await?;
        let mut audience = self.audience();
        for (account, relations) in relations {
            audience.relate(account, relations, lists.remove(&account).unwrap_or_default());
        }
        Ok(())
    }

    /// The conversations in which something was said, of those who want to hear of theirs.
    async fn conversations(&self, batch: &[Logged]) -> Result<Conversations, StoreError> {
        let wanted: HashSet<(AccountId, RowId)> = {
            let audience = self.audience();
            let changed = batch.iter().filter_map(|logged| match &logged.event {
                Event::ConversationChanged { account, conversation } => Some((*account, *conversation)),
                _ => None,
            });
            changed.filter(|(account, _)| audience.wants(*account, |topic| *topic == Topic::Direct)).collect()
        };
        let mut found = Conversations::new();
        for (account, id) in wanted {
            match self.0.service.conversation(account, id).await {
                Ok(view) => {
                    let occurrence = Occurrence::new(What::Conversation(Box::new(view)));
                    found.insert((account, id), Arc::new(occurrence));
                }
                // It is gone again, or what was said last is not for its owner's eyes.
                Err(Error::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found)
    }

    /// The new notifications of those who want to hear of theirs.
    async fn notifications(
        &self,
        batch: &[Logged],
    ) -> Result<HashMap<NotificationId, NotificationView>, StoreError> {
        let mut wanted: HashMap<AccountId, Vec<NotificationId>> = HashMap::new();
        {
            let audience = self.audience();
            for logged in batch {
                if let Event::Notified { account, notification: Some(id) } = &logged.event
                    && audience.wants(*account, |topic| *topic == Topic::Notifications)
                {
                    wanted.entry(*account).or_default().push(*id);
                }
            }
        }
        let mut found = HashMap::new();
        for (account, ids) in wanted {
            let views = self.0.service.notifications_of(account, ids).await?;
            found.extend(views.into_iter().map(|view| (view.notification.id, view)));
        }
        Ok(found)
    }
}

/// Conversations of those who listen to theirs, as they stand now.
type Conversations = HashMap<(AccountId, RowId), Arc<Occurrence>>;

fn tell_conversation(audience: &mut Audience, event: &Event, conversations: &Conversations) {
    if let Event::ConversationChanged { account, conversation } = event
        && let Some(occurrence) = conversations.get(&(*account, *conversation))
    {
        audience.tell(*account, |topic| *topic == Topic::Direct, occurrence);
    }
}

/// The tweet that must be read to tell of an event, if anybody may want to hear of it.
fn wanted_tweet(audience: &Audience, event: &Event) -> Option<TweetId> {
    let (tweet, author, listed) = match event {
        Event::TweetCreated(created) => {
            let listed = created.visibility == Visibility::Public && created.retweet_of.is_none();
            (created.tweet, created.author, listed)
        }
        Event::TweetEdited { tweet, author } | Event::QuoteDecided { tweet, author, .. } => {
            (*tweet, *author, true)
        }
        _ => return None,
    };
    let shared = || !audience.sharing().is_empty() || audience.following_any().next().is_some();
    (audience.is_followed(author) || (listed && shared())).then_some(tweet)
}

fn tell(
    audience: &mut Audience,
    event: &Event,
    tweets: &[SharedTweets],
    notifications: &HashMap<NotificationId, NotificationView>,
) {
    let found = |id: TweetId| tweets.iter().find(|tweets| tweets.row(id).is_some());
    match event {
        Event::TweetCreated(created) => {
            if let Some(tweets) = found(created.tweet) {
                tell_created(audience, created, tweets);
            }
        }
        Event::TweetEdited { tweet, .. } | Event::QuoteDecided { tweet, .. } => {
            if let Some(tweets) = found(*tweet) {
                tell_edited(audience, *tweet, tweets);
            }
        }
        Event::TweetDeleted(deleted) => tell_deleted(audience, deleted),
        Event::FiltersChanged { account } => {
            let occurrence = Arc::new(Occurrence::new(What::FiltersChanged));
            audience.tell(*account, |topic| *topic == Topic::Home, &occurrence);
        }
        Event::Notified { account, notification: Some(id) } => {
            if let Some(view) = notifications.get(id) {
                let occurrence = Arc::new(Occurrence::new(What::Notification(Box::new(view.clone()))));
                audience.tell(*account, |topic| *topic == Topic::Notifications, &occurrence);
            }
        }
        _ => {}
    }
}

fn tell_created(audience: &mut Audience, created: &TweetCreated, tweets: &SharedTweets) {
    let mut telling = Telling::new(tweets, created.tweet, What::Tweet);
    // Direct tweets are conversations.
    if created.visibility != Visibility::Direct
        && let Some(entry) = Entry::of(created)
    {
        telling.home(audience, &entry);
    }
    telling.shared(audience);
}

fn tell_edited(audience: &mut Audience, id: TweetId, tweets: &SharedTweets) {
    let Some((tweet, author)) = tweets.row(id) else { return };
    let (visibility, entry) = (tweet.visibility, entry_of(&tweet, author.id));
    let mut telling = Telling::new(tweets, id, What::Edited);
    if visibility != Visibility::Direct {
        telling.home(audience, &entry);
    }
    telling.shared(audience);
}

/// What is edited is never a retweet.
fn entry_of(tweet: &Tweet, author: AccountId) -> Entry {
    let kind = match tweet.reply_to {
        Some(_) => Kind::Reply { to: tweet.reply_to_author },
        None => Kind::Tweet,
    };
    Entry { id: tweet.id, author, kind }
}

/// Whoever may have been shown it is told its number: who follows the author, who may hold a copy, and who listens to
/// lists that everybody shares. That an account which one must not see has deleted something is not told.
fn tell_deleted(audience: &mut Audience, deleted: &TweetDeleted) {
    let occurrence = Arc::new(Occurrence::new(What::Deleted(deleted.tweet)));
    let mut readers = audience.followers(deleted.author);
    readers.extend(deleted.audience.iter().filter(|account| **account != deleted.author));
    if deleted.visibility == Visibility::Public && deleted.retweet_of.is_none() {
        // Which hashtags it had is not known any more.
        readers.extend(audience.following_any());
    }
    readers.sort_unstable();
    readers.dedup();
    readers.retain(|reader| sees_of(audience, *reader, deleted.author));
    for reader in readers {
        audience.tell(reader, |topic| matches!(topic, Topic::Home | Topic::List(_)), &occurrence);
    }
    if deleted.visibility == Visibility::Public && deleted.retweet_of.is_none() {
        let mut sharing: Vec<AccountId> = audience.sharing().iter().copied().collect();
        sharing.retain(|reader| sees_of(audience, *reader, deleted.author));
        for reader in sharing {
            audience.tell(reader, |topic| topic.may_have_had(deleted.local), &occurrence);
        }
    }
}

fn sees_of(audience: &Audience, reader: AccountId, author: AccountId) -> bool {
    audience.eyes(reader).is_some_and(|(reader, _)| !reader.hides(author))
}

/// A tweet on its way to listeners, who share what is made of it.
struct Telling<'a> {
    tweets: &'a SharedTweets,
    id: TweetId,
    what: fn(Box<crate::service::TweetView>) -> What,
    made: HashMap<Sight, Arc<Occurrence>>,
}

impl<'a> Telling<'a> {
    fn new(tweets: &'a SharedTweets, id: TweetId, what: fn(Box<crate::service::TweetView>) -> What) -> Self {
        Self { tweets, id, what, made: HashMap::new() }
    }

    /// Tells those on whose home, or in whose lists, it is.
    fn home(&mut self, audience: &mut Audience, entry: &Entry) {
        let shown = self.tweets.row(entry.subject()).map(|(tweet, _)| tweet.language.clone());
        let language = shown.flatten();
        let tagged = self.tagged(audience);
        let mut readers = audience.followers(entry.author);
        readers.extend(&tagged);
        readers.sort_unstable();
        readers.dedup();
        for account in readers {
            let Some((reader, eyes)) = audience.eyes(account) else { continue };
            let by_tag = tagged.contains(&account) && reader.shows_tagged(entry);
            let (at_home, lists) = (by_tag || reader.shows(entry), audience.lists_with(account, entry));
            if (at_home || !lists.is_empty())
                && reader.relations().wants_language(entry.author, language.as_deref())
                && let Some(sight) = self.tweets.sight(self.id, eyes, Place::List)
            {
                self.tell(audience, account, sight, |topic| match topic {
                    Topic::Home => at_home,
                    Topic::List(list) => lists.contains(list),
                    _ => false,
                });
            }
        }
    }

    /// Connected accounts on whose home it may be for a hashtag that they follow: it is for everybody, no retweet, and by
    /// somebody whom moderators did not limit.
    fn tagged(&self, audience: &Audience) -> HashSet<AccountId> {
        let Some((tweet, author)) = self.tweets.row(self.id) else { return HashSet::new() };
        let open = tweet.visibility == Visibility::Public && tweet.retweet_of.is_none();
        match open && !author.limited && !author.suspended {
            true => audience.following(&tweet.tags),
            false => HashSet::new(),
        }
    }

    /// Tells those who listen to a list that everybody shares, and that has it.
    fn shared(&mut self, audience: &mut Audience) {
        let tweets = self.tweets;
        let Some((tweet, _)) = tweets.row(self.id) else { return };
        if !PublicList::takes(&tweet) {
            return;
        }
        for account in audience.sharing().iter().copied().collect::<Vec<_>>() {
            let Some((_, eyes)) = audience.eyes(account) else { continue };
            if audience.wants(account, |topic| topic.takes(&tweet))
                && let Some(sight) = tweets.sight(self.id, eyes, Place::PublicList)
            {
                self.tell(audience, account, sight, |topic| topic.takes(&tweet));
            }
        }
    }

    fn tell(
        &mut self,
        audience: &mut Audience,
        account: AccountId,
        sight: Sight,
        topic: impl Fn(&Topic) -> bool,
    ) {
        let occurrence = match self.made.get(&sight) {
            Some(made) => Arc::clone(made),
            None => {
                let Some(view) = self.tweets.view(self.id, sight) else { return };
                let made = Arc::new(Occurrence::new((self.what)(Box::new(view))));
                self.made.insert(sight, Arc::clone(&made));
                made
            }
        };
        audience.tell(account, topic, &occurrence);
    }
}
