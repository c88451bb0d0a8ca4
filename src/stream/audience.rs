//! Who is connected, with what they listen to and what they have to do with others. Nothing waits here: all of it runs
//! under one short lock.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;
use tokio::sync::mpsc::{self, error::TrySendError};

use super::listener::{Delivery, Ending, Joined, ListenerId};
use super::topic::{Subscription, Topic};
use super::{
    LISTENERS_MAX, Occurrence, PER_NETWORK_MAX, PER_SESSION_MAX, QUEUE_MAX, RETRY_AFTER_S, SUBSCRIPTIONS_MAX,
    Transport,
};
use crate::error::{Error, Result};
use crate::model::ids::{AccountId, RowId, SessionId};
use crate::model::list::{List, ListReplies};
use crate::model::visibility::Relations;
use crate::service::{Eyes, SignedIn};
use crate::telemetry::metrics as names;
use crate::timelines::{AccountSet, Reader};

/// Everybody who is connected.
#[derive(Default)]
pub(super) struct Audience {
    open: bool,
    last: u64,
    listeners: HashMap<ListenerId, Entry>,
    accounts: HashMap<AccountId, Connected>,
    /// The accounts by their bits in `followers`.
    slots: Vec<Option<AccountId>>,
    /// Of each account that somebody connected has on their home, the connected ones.
    followers: HashMap<AccountId, RoaringBitmap>,
    /// Of each hashtag that somebody connected follows, the connected ones.
    tagged: HashMap<String, HashSet<AccountId>>,
    /// Accounts that listen to lists that everybody shares.
    sharing: HashSet<AccountId>,
    sessions: HashMap<SessionId, usize>,
    networks: HashMap<IpAddr, usize>,
}

/// A listener.
struct Entry {
    account: AccountId,
    session: SessionId,
    network: IpAddr,
    transport: Transport,
    subscriptions: Vec<Subscription>,
    queue: mpsc::Sender<Delivery>,
    ending: Arc<OnceLock<Ending>>,
}

/// An account with listeners.
#[derive(Default)]
struct Connected {
    slot: usize,
    listeners: Vec<ListenerId>,
    /// What it has to do with others, once that was read; before, it is told nothing.
    eyes: Option<(Reader, Eyes)>,
    /// The lists that it listens to, as they were read with that.
    lists: HashMap<RowId, (ListReplies, AccountSet)>,
    /// It must be read anew before anything else is told.
    stale: bool,
}

impl Audience {
    /// Takes listeners in from now on.
    pub(super) fn open(&mut self) {
        self.open = true;
    }

    /// Lets everybody go, and takes nobody in any more.
    pub(super) fn close(&mut self) {
        self.open = false;
        for id in self.listeners.keys().copied().collect::<Vec<_>>() {
            self.end(id, Ending::Stopped);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.listeners.is_empty()
    }

    /// How many listen.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.listeners.len()
    }

    /// Takes a listener in.
    pub(super) fn join(&mut self, who: &SignedIn, network: IpAddr, transport: Transport) -> Result<Joined> {
        let (sender, queue) = mpsc::channel(QUEUE_MAX);
        self.last = self.last.wrapping_add(1);
        let (id, ending) = (ListenerId(self.last), Arc::new(OnceLock::new()));
        let joined = Joined { id, queue, ending: Arc::clone(&ending) };
        if !self.open {
            // It cannot have been set.
            let _ = ending.set(Ending::Stopped);
            return Ok(joined);
        }
        if self.listeners.len() >= LISTENERS_MAX {
            return Err(Error::Busy);
        }
        let of_session = self.sessions.get(&who.session).copied().unwrap_or_default();
        let of_network = self.networks.get(&network).copied().unwrap_or_default();
        if of_session >= PER_SESSION_MAX || of_network >= PER_NETWORK_MAX {
            return Err(Error::TooMany { retry_after_s: RETRY_AFTER_S });
        }
        self.sessions.insert(who.session, of_session.saturating_add(1));
        self.networks.insert(network, of_network.saturating_add(1));
        let entry = Entry {
            account: who.account,
            session: who.session,
            network,
            transport,
            subscriptions: Vec::new(),
            queue: sender,
            ending,
        };
        self.listeners.insert(id, entry);
        self.connected(who.account).listeners.push(id);
        metrics::gauge!(names::STREAM_LISTENERS, "transport" => transport.name()).increment(1);
        Ok(joined)
    }

    fn connected(&mut self, account: AccountId) -> &mut Connected {
        let slots = &mut self.slots;
        self.accounts.entry(account).or_insert_with(|| {
            let free = slots.iter().position(Option::is_none);
            let slot = free.unwrap_or(slots.len());
            match slots.get_mut(slot) {
                Some(place) => *place = Some(account),
                None => slots.push(Some(account)),
            }
            Connected { slot, stale: true, ..Connected::default() }
        })
    }

    /// A listener listens to more.
    pub(super) fn subscribe(&mut self, id: ListenerId, label: &str, topics: Vec<Topic>) -> Result<()> {
        let Some(entry) = self.listeners.get_mut(&id) else { return Ok(()) };
        if entry.subscriptions.iter().any(|known| &*known.label == label) {
            return Ok(());
        }
        if entry.subscriptions.len() >= SUBSCRIPTIONS_MAX {
            let message = format!("at most {SUBSCRIPTIONS_MAX} streams on one connection");
            return Err(Error::invalid("stream", "too_many", message));
        }
        let account = entry.account;
        let of_list = topics.iter().any(|topic| matches!(topic, Topic::List(_)));
        entry.subscriptions.push(Subscription { label: label.into(), topics });
        if of_list {
            self.outdate(account);
        }
        self.note_sharing(account);
        Ok(())
    }

    /// A listener listens to less.
    pub(super) fn unsubscribe(&mut self, id: ListenerId, label: &str) {
        let Some(entry) = self.listeners.get_mut(&id) else { return };
        entry.subscriptions.retain(|known| &*known.label != label);
        let account = entry.account;
        self.note_sharing(account);
    }

    fn note_sharing(&mut self, account: AccountId) {
        if self.wants(account, Topic::is_shared) {
            self.sharing.insert(account);
        } else {
            self.sharing.remove(&account);
        }
    }

    /// A listener goes away by itself.
    pub(super) fn leave(&mut self, id: ListenerId) {
        if self.remove(id).is_some() {
            metrics::counter!(names::STREAMS_CLOSED_TOTAL, "reason" => "client").increment(1);
        }
    }

    /// Lets a listener go.
    pub(super) fn end(&mut self, id: ListenerId, ending: Ending) {
        if let Some(entry) = self.remove(id) {
            // Only here, and an entry is removed once. Dropping the entry wakes the listener.
            let _ = entry.ending.set(ending);
            metrics::counter!(names::STREAMS_CLOSED_TOTAL, "reason" => ending.name()).increment(1);
        }
    }

    fn remove(&mut self, id: ListenerId) -> Option<Entry> {
        let entry = self.listeners.remove(&id)?;
        metrics::gauge!(names::STREAM_LISTENERS, "transport" => entry.transport.name()).decrement(1);
        one_less(&mut self.sessions, &entry.session);
        one_less(&mut self.networks, &entry.network);
        if let Some(connected) = self.accounts.get_mut(&entry.account) {
            connected.listeners.retain(|other| *other != id);
            if connected.listeners.is_empty() {
                self.disconnect(entry.account);
            }
        }
        self.note_sharing(entry.account);
        Some(entry)
    }

    fn disconnect(&mut self, account: AccountId) {
        let Some(connected) = self.accounts.remove(&account) else { return };
        if let Some((reader, _)) = &connected.eyes {
            self.unfollow(connected.slot, reader);
            self.unfollow_tags(account, reader);
        }
        if let Some(place) = self.slots.get_mut(connected.slot) {
            *place = None;
        }
    }

    fn unfollow(&mut self, slot: usize, reader: &Reader) {
        let Ok(bit) = u32::try_from(slot) else { return };
        for author in reader.followees().iter() {
            if let Some(known) = self.followers.get_mut(&author) {
                known.remove(bit);
                if known.is_empty() {
                    self.followers.remove(&author);
                }
            }
        }
    }

    fn unfollow_tags(&mut self, account: AccountId, reader: &Reader) {
        for tag in &reader.relations().followed_tags {
            if let Some(known) = self.tagged.get_mut(tag) {
                known.remove(&account);
                if known.is_empty() {
                    self.tagged.remove(tag);
                }
            }
        }
    }

    /// What an account has to do with others has changed, if it is connected.
    pub(super) fn outdate(&mut self, account: AccountId) {
        if let Some(connected) = self.accounts.get_mut(&account) {
            connected.stale = true;
        }
    }

    /// Accounts whose relations are to be read, with the lists that they listen to.
    pub(super) fn stale(&self) -> Vec<(AccountId, Vec<RowId>)> {
        let stale = self.accounts.iter().filter(|(_, connected)| connected.stale);
        stale.map(|(account, connected)| (*account, self.lists_of(connected))).collect()
    }

    fn lists_of(&self, connected: &Connected) -> Vec<RowId> {
        let entries = connected.listeners.iter().filter_map(|id| self.listeners.get(id));
        let topics = entries.flat_map(|entry| &entry.subscriptions).flat_map(|known| &known.topics);
        let mut lists: Vec<RowId> = topics
            .filter_map(|topic| if let Topic::List(list) = topic { Some(*list) } else { None })
            .collect();
        lists.sort_unstable();
        lists.dedup();
        lists
    }

    /// What an account has to do with others now, and the lists that it listens to.
    pub(super) fn relate(
        &mut self,
        account: AccountId,
        relations: Arc<Relations>,
        lists: Vec<(List, Vec<AccountId>)>,
    ) {
        let Some(connected) = self.accounts.get_mut(&account) else { return };
        let slot = connected.slot;
        let reader = Reader::new(account, Arc::clone(&relations));
        if let Ok(bit) = u32::try_from(slot) {
            let old = connected.eyes.take();
            if let Some((old, _)) = old {
                self.unfollow(slot, &old);
                self.unfollow_tags(account, &old);
            }
            for tag in &relations.followed_tags {
                self.tagged.entry(tag.clone()).or_default().insert(account);
            }
            for author in reader.followees().iter() {
                self.followers.entry(author).or_default().insert(bit);
            }
        }
        if let Some(connected) = self.accounts.get_mut(&account) {
            connected.eyes = Some((reader, Eyes::of(account, relations)));
            let members = |(list, members): (List, Vec<AccountId>)| {
                (list.id, (list.replies, members.into_iter().collect()))
            };
            connected.lists = lists.into_iter().map(members).collect();
            connected.stale = false;
        }
    }

    /// The sessions of an account's listeners.
    pub(super) fn sessions_of(&self, account: AccountId) -> Vec<SessionId> {
        let ids = self.accounts.get(&account).map(|connected| connected.listeners.as_slice());
        ids.unwrap_or_default().iter().filter_map(|id| Some(self.listeners.get(id)?.session)).collect()
    }

    /// All sessions with listeners.
    pub(super) fn sessions(&self) -> Vec<SessionId> {
        self.sessions.keys().copied().collect()
    }

    /// Lets the listeners of these sessions go.
    pub(super) fn end_sessions(&mut self, ended: &HashSet<SessionId>) {
        let gone = self.listeners.iter().filter(|(_, entry)| ended.contains(&entry.session));
        for id in gone.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.end(id, Ending::SessionEnded);
        }
    }

    /// Whether an account is connected and listens to such a topic.
    pub(super) fn wants(&self, account: AccountId, topic: impl Fn(&Topic) -> bool) -> bool {
        let ids = self.accounts.get(&account).map(|connected| connected.listeners.as_slice());
        let mut entries = ids.unwrap_or_default().iter().filter_map(|id| self.listeners.get(id));
        entries.any(|entry| entry.subscriptions.iter().any(|known| known.topics.iter().any(&topic)))
    }

    /// Connected accounts that have this author on their home, the author too.
    pub(super) fn followers(&self, author: AccountId) -> Vec<AccountId> {
        let bits = self.followers.get(&author).into_iter().flatten();
        bits.filter_map(|bit| *self.slots.get(usize::try_from(bit).ok()?)?).collect()
    }

    /// Connected accounts that follow one of these hashtags.
    pub(super) fn following(&self, tags: &[String]) -> HashSet<AccountId> {
        tags.iter().filter_map(|tag| self.tagged.get(tag)).flatten().copied().collect()
    }

    /// Connected accounts that follow any hashtag.
    pub(super) fn following_any(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.tagged.values().flatten().copied()
    }

    /// Whether somebody connected has this author on their home.
    pub(super) fn is_followed(&self, author: AccountId) -> bool {
        self.followers.contains_key(&author)
    }

    /// Accounts that listen to lists that everybody shares.
    pub(super) fn sharing(&self) -> &HashSet<AccountId> {
        &self.sharing
    }

    /// How a connected account sees, once that is known.
    pub(super) fn eyes(&self, account: AccountId) -> Option<(&Reader, &Eyes)> {
        let (reader, eyes) = self.accounts.get(&account)?.eyes.as_ref()?;
        Some((reader, eyes))
    }

    /// The lists that a connected account listens to and that show an entry.
    pub(super) fn lists_with(&self, account: AccountId, entry: &crate::timelines::Entry) -> Vec<RowId> {
        let Some(connected) = self.accounts.get(&account) else { return Vec::new() };
        let Some((reader, _)) = &connected.eyes else { return Vec::new() };
        let shown = connected
            .lists
            .iter()
            .filter(|(_, (replies, members))| reader.shows_in_list(members, *replies, entry));
        shown.map(|(list, _)| *list).collect()
    }

    /// Tells the listeners of all accounts.
    pub(super) fn tell_all(&mut self, topic: impl Fn(&Topic) -> bool, occurrence: &Arc<Occurrence>) {
        for account in self.accounts.keys().copied().collect::<Vec<_>>() {
            self.tell(account, &topic, occurrence);
        }
    }

    /// Whether anybody connected listens to such a topic.
    pub(super) fn anybody_wants(&self, topic: impl Fn(&Topic) -> bool) -> bool {
        self.accounts.keys().any(|account| self.wants(*account, &topic))
    }

    /// Tells an account's listeners, each once for every name under which it wants to hear of it.
    pub(super) fn tell(
        &mut self,
        account: AccountId,
        topic: impl Fn(&Topic) -> bool,
        occurrence: &Arc<Occurrence>,
    ) {
        let Some(connected) = self.accounts.get(&account) else { return };
        let mut sent: u64 = 0;
        let mut lagging = Vec::new();
        for id in &connected.listeners {
            let Some(entry) = self.listeners.get(id) else { continue };
            let wanted = entry.subscriptions.iter().filter(|known| known.topics.iter().any(&topic));
            for subscription in wanted {
                let delivery =
                    Delivery { label: Arc::clone(&subscription.label), occurrence: Arc::clone(occurrence) };
                match entry.queue.try_send(delivery) {
                    Ok(()) => sent = sent.saturating_add(1),
                    Err(TrySendError::Full(_)) => lagging.push(*id),
                    // It is about to leave.
                    Err(TrySendError::Closed(_)) => {}
                }
            }
        }
        metrics::counter!(names::STREAM_EVENTS_TOTAL, "event" => occurrence.what().name()).increment(sent);
        for id in lagging {
            self.end(id, Ending::Lagging);
        }
    }
}

fn one_less<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}
