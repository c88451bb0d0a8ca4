//! Filters: what somebody would rather not read. The server finds it and says so; nothing is left out of a list by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::Service;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::model::event::Event;
use crate::model::filter::{
    Filter, FilterAction, FilterContext, FilteredTweet, Keyword, Matcher, validate_contexts,
    validate_keyword, validate_title,
};
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::store::{Conn, Store, filters};
use crate::telemetry::caches::{self, Lookups, Room};

/// People whose filters are kept ready, as far as [`SIZE_KEPT`] goes; the least used go first.
const KEPT: usize = 50_000;
/// Words and tweets in all the filters that are kept ready, about 100 bytes each.
const SIZE_KEPT: u64 = 400_000;
/// The longest time of a filter that ends: beyond, it does not.
const LASTS_MAX_S: i64 = 100 * 365 * 24 * 60 * 60;

/// What a filter is made of, or becomes; what is `None` stays as it is, or as a new filter is.
#[derive(Clone, Debug, Default)]
pub struct FilterChanges {
    /// What its owner calls it.
    pub title: Option<String>,
    /// Where it counts.
    pub contexts: Option<Vec<FilterContext>>,
    /// What is done with what it finds.
    pub action: Option<FilterAction>,
    /// In how many seconds it ends; `Some(None)` is never.
    pub expires_in_s: Option<Option<i64>>,
    /// Changes of its words, in order.
    pub keywords: Vec<KeywordChange>,
    /// Whether those are all the words that it has from now on.
    pub only_these: bool,
}

/// A change of the words of a filter.
#[derive(Clone, Debug, Default)]
pub struct KeywordChange {
    /// Which words; `None` are new ones.
    pub id: Option<RowId>,
    /// The words.
    pub keyword: Option<String>,
    /// Whether they are not found inside of other words.
    pub whole_word: Option<bool>,
    /// Whether they go.
    pub remove: bool,
}

/// The filters of those who read, ready to be asked. Derived state: they are made anew when the log says so.
pub struct ReadyFilters {
    cache: Cache<AccountId, Arc<Matcher>, BySize>,
    /// Counts invalidations, so that a read that began before one is not kept after it.
    epoch: AtomicU64,
    lookups: Lookups,
}

#[derive(Clone)]
struct BySize;

impl Weighter<AccountId, Arc<Matcher>> for BySize {
    fn weight(&self, _: &AccountId, matcher: &Arc<Matcher>) -> u64 {
        u64::try_from(matcher.size()).unwrap_or(u64::MAX).saturating_add(1)
    }
}

impl ReadyFilters {
    pub(super) fn new(room: Room) -> Self {
        let cache = Cache::with_weighter(room.count(KEPT), room.of(SIZE_KEPT), BySize);
        Self { cache, epoch: AtomicU64::new(0), lookups: Lookups::of(&caches::FILTERS) }
    }

    /// An account's filters.
    pub(super) async fn of(&self, store: &Store, account: AccountId) -> Result<Arc<Matcher>> {
        if let Some(known) = self.lookups.seen(self.cache.get(&account)) {
            return Ok(known);
        }
        let epoch = self.epoch.load(Ordering::Acquire);
        let read = store.read(move |conn| filters::all(conn, account)).await?;
        let matcher = Arc::new(Matcher::new(read));
        self.cache.insert(account, Arc::clone(&matcher));
        if self.epoch.load(Ordering::Acquire) != epoch {
            self.cache.remove(&account);
        }
        Ok(matcher)
    }

    /// Forgets the filters that an event changed.
    pub(super) fn apply(&self, event: &Event) {
        if let Event::FiltersChanged { account } = event {
            self.epoch.fetch_add(1, Ordering::AcqRel);
            self.cache.remove(account);
        }
    }
}

impl Service {
    /// An account's filters, ready to be asked.
    pub(super) async fn matcher(&self, account: AccountId) -> Result<Arc<Matcher>> {
        self.0.filters.of(self.store(), account).await
    }

    /// All of an account's filters, in the order in which they were made.
    pub async fn filters(&self, owner: AccountId) -> Result<Vec<Filter>> {
        Ok(self.store().read(move |conn| filters::all(conn, owner)).await?)
    }

    /// A filter of an account's own.
    pub async fn filter(&self, owner: AccountId, id: RowId) -> Result<Filter> {
        self.filters(owner).await?.into_iter().find(|filter| filter.id == id).ok_or(NO_FILTER)
    }

    /// The filter of an account's own that has these words, and their place in it.
    pub async fn keyword(&self, owner: AccountId, id: RowId) -> Result<(Filter, Keyword)> {
        let having = |filter: Filter| {
            let keyword = filter.keywords.iter().find(|keyword| keyword.id == id)?.clone();
            Some((filter, keyword))
        };
        self.filters(owner).await?.into_iter().find_map(having).ok_or(NO_KEYWORD)
    }

    /// A tweet that a filter of an account's own names, by the id of its row.
    pub async fn filtered_tweet(&self, owner: AccountId, id: RowId) -> Result<FilteredTweet> {
        let mut named = self.filters(owner).await?.into_iter().flat_map(|filter| filter.tweets);
        named.find(|named| named.id == id).ok_or(NO_TWEET)
    }

    /// Makes a filter.
    pub async fn create_filter(&self, owner: AccountId, new: FilterChanges) -> Result<Filter> {
        let blank = Filter {
            id: RowId(self.next_id()),
            owner,
            title: validate_title(new.title.as_deref().unwrap_or_default())?,
            contexts: validate_contexts(new.contexts.as_deref().unwrap_or_default())?,
            action: FilterAction::default(),
            expires_at: None,
            keywords: Vec::new(),
            tweets: Vec::new(),
        };
        let changes = self.checked(new)?;
        self.edit_filters(owner, move |filters| {
            let mut filter = blank.clone();
            changes.apply(&mut filter)?;
            filters.push(filter.clone());
            Ok((filter.id, filter))
        })
        .await
    }

    /// Changes a filter.
    pub async fn change_filter(&self, owner: AccountId, id: RowId, changes: FilterChanges) -> Result<Filter> {
        let changes = self.checked(changes)?;
        self.edit_filters(owner, move |filters| {
            let filter = filters.iter_mut().find(|filter| filter.id == id).ok_or(NO_FILTER)?;
            changes.apply(filter)?;
            Ok((id, filter.clone()))
        })
        .await
    }

    /// Removes a filter.
    pub async fn delete_filter(&self, owner: AccountId, id: RowId) -> Result<()> {
        self.edit_filters(owner, move |filters| {
            let before = filters.len();
            filters.retain(|filter| filter.id != id);
            if filters.len() == before { Err(NO_FILTER) } else { Ok((id, ())) }
        })
        .await
    }

    /// Puts new words into a filter.
    pub async fn add_keyword(&self, owner: AccountId, id: RowId, new: KeywordChange) -> Result<Keyword> {
        let new = KeywordChange { id: None, remove: false, ..new };
        let changes = FilterChanges { keywords: vec![new], ..FilterChanges::default() };
        let filter = self.change_filter(owner, id, changes).await?;
        filter.keywords.into_iter().next_back().ok_or(NO_KEYWORD)
    }

    /// Changes words of a filter, wherever they are.
    pub async fn change_keyword(
        &self,
        owner: AccountId,
        id: RowId,
        change: KeywordChange,
    ) -> Result<Keyword> {
        let filter = self.keyword(owner, id).await?.0.id;
        let change = KeywordChange { id: Some(id), remove: false, ..change };
        let changes = FilterChanges { keywords: vec![change], ..FilterChanges::default() };
        let filter = self.change_filter(owner, filter, changes).await?;
        filter.keywords.into_iter().find(|keyword| keyword.id == id).ok_or(NO_KEYWORD)
    }

    /// Takes words out of a filter. A filter that looks for nothing more goes with them when `and_filter` says so.
    pub async fn remove_keyword(&self, owner: AccountId, id: RowId, and_filter: bool) -> Result<()> {
        self.edit_filters(owner, move |filters| {
            let having = |filter: &&mut Filter| filter.keywords.iter().any(|keyword| keyword.id == id);
            let filter = filters.iter_mut().find(having).ok_or(NO_KEYWORD)?;
            filter.keywords.retain(|keyword| keyword.id != id);
            let (touched, bare) = (filter.id, filter.keywords.is_empty() && filter.tweets.is_empty());
            if and_filter && bare {
                filters.retain(|filter| filter.id != touched);
            }
            Ok((touched, ()))
        })
        .await
    }

    /// Puts a tweet that its owner may see into a filter; twice is once.
    pub async fn filter_tweet(&self, owner: AccountId, id: RowId, tweet: TweetId) -> Result<FilteredTweet> {
        let tweet = self.tweet(Some(owner), tweet).await?.tweet.id;
        let new = FilteredTweet { id: RowId(self.next_id()), tweet };
        self.edit_filters(owner, move |filters| {
            let filter = filters.iter_mut().find(|filter| filter.id == id).ok_or(NO_FILTER)?;
            let known = filter.tweets.iter().find(|named| named.tweet == tweet).copied();
            if known.is_none() {
                filter.tweets.push(new);
            }
            Ok((id, known.unwrap_or(new)))
        })
        .await
    }

    /// Takes a tweet out of a filter, by the id of its row.
    pub async fn unfilter_tweet(&self, owner: AccountId, id: RowId) -> Result<()> {
        self.edit_filters(owner, move |filters| {
            let having = |filter: &&mut Filter| filter.tweets.iter().any(|named| named.id == id);
            let filter = filters.iter_mut().find(having).ok_or(NO_TWEET)?;
            filter.tweets.retain(|named| named.id != id);
            Ok((filter.id, ()))
        })
        .await
    }

    async fn edit_filters<T: Send + 'static>(
        &self,
        owner: AccountId,
        edit: impl Fn(&mut Vec<Filter>) -> Result<(RowId, T)> + Send + 'static,
    ) -> Result<T> {
        let now_ms = self.now_ms();
        let change = move |conn: &mut Conn| filters::change(conn, owner, now_ms, &edit);
        Ok(self.store().write(change).await?)
    }

    /// Changes with every text cleaned, with ids for new words, and with times.
    fn checked(&self, changes: FilterChanges) -> Result<Checked> {
        let mut keywords = Vec::with_capacity(changes.keywords.len());
        for change in changes.keywords {
            let keyword = match (change.remove, &change.keyword, change.id) {
                (false, Some(keyword), _) => Some(validate_keyword(keyword)?),
                (false, None, None) => return Err(Error::invalid("keyword", "missing", "say which words")),
                _ => None,
            };
            keywords.push((RowId(self.next_id()), KeywordChange { keyword, ..change }));
        }
        Ok(Checked {
            title: changes.title.as_deref().map(validate_title).transpose()?,
            contexts: changes.contexts.as_deref().map(validate_contexts).transpose()?,
            action: changes.action,
            expires_at: match changes.expires_in_s {
                None => None,
                Some(None) => Some(None),
                Some(Some(seconds)) if seconds > 0 => {
                    let lasts_ms = seconds.min(LASTS_MAX_S).saturating_mul(1_000);
                    Some(Some(self.now_ms().saturating_add(lasts_ms)))
                }
                Some(Some(_)) => {
                    let message = "a filter ends in a number of seconds, or never";
                    return Err(Error::invalid("expires_in", "bad_time", message));
                }
            },
            keywords,
            only_these: changes.only_these,
        })
    }
}

const NO_FILTER: Error = Error::NotFound("filter");
const NO_KEYWORD: Error = Error::NotFound("filter keyword");
const NO_TWEET: Error = Error::NotFound("filtered post");

/// Changes that were checked.
struct Checked {
    title: Option<String>,
    contexts: Option<Vec<FilterContext>>,
    action: Option<FilterAction>,
    expires_at: Option<Option<Millis>>,
    /// With the ids that new words get.
    keywords: Vec<(RowId, KeywordChange)>,
    only_these: bool,
}

impl Checked {
    fn apply(&self, filter: &mut Filter) -> Result<()> {
        if let Some(title) = &self.title {
            filter.title.clone_from(title);
        }
        if let Some(contexts) = &self.contexts {
            filter.contexts.clone_from(contexts);
        }
        filter.action = self.action.unwrap_or(filter.action);
        filter.expires_at = self.expires_at.unwrap_or(filter.expires_at);
        if self.only_these {
            let named: Vec<RowId> = self.keywords.iter().filter_map(|(_, change)| change.id).collect();
            filter.keywords.retain(|keyword| named.contains(&keyword.id));
        }
        self.keywords.iter().try_for_each(|(new, change)| apply_to_words(filter, *new, change))
    }
}

fn apply_to_words(filter: &mut Filter, new: RowId, change: &KeywordChange) -> Result<()> {
    let Some(id) = change.id else {
        let keyword = change.keyword.clone().unwrap_or_default();
        // New words that go at once were never there.
        if !change.remove {
            filter.keywords.push(Keyword { id: new, keyword, whole_word: change.whole_word.unwrap_or(true) });
        }
        return Ok(());
    };
    let known = filter.keywords.iter_mut().find(|keyword| keyword.id == id).ok_or(NO_KEYWORD)?;
    if change.remove {
        filter.keywords.retain(|keyword| keyword.id != id);
        return Ok(());
    }
    if let Some(keyword) = &change.keyword {
        known.keyword.clone_from(keyword);
    }
    known.whole_word = change.whole_word.unwrap_or(known.whole_word);
    Ok(())
}
