//! What handlers ask: tweets, accounts, hashtags, and suggestions while somebody types.
//!
//! The engine finds candidates. What is shown of them is decided here by the one predicate: a tweet that the
//! viewer has to do with (wrote, is mentioned in, liked, bookmarked, repeated) like in any list of their own;
//! any other like in a public list, and only if its author wants to be found.

use std::collections::HashMap;
use std::sync::Arc;

use super::find::MAX_RANKED;
use super::{
    AccountSearch, Building, MAX_PAGE, MatchFacts, Search, SearchQuery, TagHit, TweetSearch, ranking,
};
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::cursor::{Cursor, Page};
use crate::model::handle::Handle;
use crate::model::host::Host;
use crate::model::ids::{AccountId, TweetId, floor_at};
use crate::model::visibility::{Facts, Place, Viewer, can_see};
use crate::service::{Eyes, Look, Service, TweetView, filled_page};
use crate::store::accounts;

/// Accounts asked for on each one wanted, as some may not be shown.
const SPARE: usize = 2;

/// A tweet among the best, with what its place goes by.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// The tweet.
    pub view: TweetView,
    /// What is known of it; its score and reasons follow from that.
    pub facts: MatchFacts,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// It.
    pub found: T,
    /// Set while the index is being filled: older tweets may still be missing.
    pub building: Option<Building>,
}

/// What completes a beginning.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suggestions {
    /// Accounts, those whom the viewer follows first.
    pub accounts: Vec<Account>,
    /// Hashtags, the most used first.
    pub tags: Vec<TagHit>,
    /// The viewer's own recent searches.
    pub searches: Vec<String>,
}

/// Finds. Cheap to clone.
#[derive(Clone)]
pub struct Finder {
    service: Service,
    search: Arc<Search>,
}

impl Finder {
    /// A finder over an engine that a [`Feeder`](super::Feeder) keeps in step.
    pub fn new(service: Service, search: Arc<Search>) -> Self {
        Self { service, search }
    }

    /// The tweets that match what somebody typed and that the viewer may see, the newest first.
    /// A query that makes no sense is an [`Error::Invalid`] on `q` with a sentence for its writer.
    pub async fn tweets(
        &self,
        viewer: Option<AccountId>,
        q: &str,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Found<Page<TweetView>>> {
        let query = SearchQuery::parse(q)?;
        let handles = self.resolve(&query).await?;
        let eyes = self.service.eyes(viewer).await?;
        let search = TweetSearch { query: &query, viewer, handles: &handles, before: None, limit: MAX_PAGE };
        let found = self.newest(&eyes, search, cursor, limit.clamp(1, MAX_PAGE)).await?;
        Ok(Found { found, building: self.search.building() })
    }

    /// The same, the best first: by words, age and what the viewer has to do with them, as [`MatchFacts`] tell.
    ///
    /// 200 of them are put in order. A cursor of this order says when it was first asked (what is newer does not come into
    /// the list any more, and age is counted from then) and how many were gone through; so the pages are those of one list
    /// as long as nothing in it changes, and nothing is kept for them.
    pub async fn best(
        &self,
        viewer: Option<AccountId>,
        q: &str,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Found<Page<Ranked>>> {
        let query = SearchQuery::parse(q)?;
        let handles = self.resolve(&query).await?;
        let eyes = self.service.eyes(viewer).await?;
        let asked =
            cursor.before.unwrap_or_else(|| floor_at(self.service.clock().now_ms().saturating_add(1)));
        let now_ms = TweetId(asked).time_ms();
        let before = Some(TweetId(asked));
        let search = TweetSearch { query: &query, viewer, handles: &handles, before, limit: MAX_RANKED };
        let matches = self.search.tweets().best(&search, now_ms).await?;
        let ranked = ranking::ranked(&self.service, &eyes, matches, now_ms).await?;
        let gone = usize::try_from(cursor.after.unwrap_or_default()).unwrap_or(usize::MAX);
        let (items, gone) = self.page_of(&eyes, &ranked, gone, limit.clamp(1, MAX_PAGE)).await?;
        let place = |gone| Cursor { before: Some(asked), after: i64::try_from(gone).ok() };
        let next = (gone < ranked.len()).then(|| place(gone).to_string());
        let found = Page { items, next, prev: None };
        Ok(Found { found, building: self.search.building() })
    }

    /// The accounts whose handle or name begins with these words: first the one with exactly this handle,
    /// then those whom the viewer follows. Mistyped names are found too.
    pub async fn accounts(&self, viewer: Option<AccountId>, q: &str, limit: usize) -> Result<Vec<Account>> {
        let eyes = self.service.eyes(viewer).await?;
        let mut found = self.people(&eyes, q, limit, true).await?;
        // Whoever knows the whole handle finds its account, as by its address.
        match self.service.account_by_handle(q.trim()).await {
            Ok(exact) => {
                found.retain(|account| account.id != exact.id);
                found.insert(0, exact);
                found.truncate(limit.max(1));
            }
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(found)
    }

    /// The most used hashtags that begin with this, with or without `#`.
    pub async fn hashtags(&self, q: &str, limit: usize) -> Result<Vec<TagHit>> {
        // A short beginning goes through many of some hundred thousand: not on an async thread.
        let (search, q) = (Arc::clone(&self.search), q.trim().to_owned());
        let finding = tokio::task::spawn_blocking(move || search.suggest_tags(&q, limit));
        finding.await.map_err(Error::internal)
    }

    /// What the viewer may mean to type: accounts after `@`, hashtags after `#`, both and their own recent
    /// searches otherwise; those alone before the first letter.
    pub async fn suggest(
        &self,
        viewer: Option<AccountId>,
        prefix: &str,
        limit: usize,
    ) -> Result<Suggestions> {
        let text = prefix.trim_start();
        let mut suggestions = Suggestions::default();
        if let Some(viewer) = viewer {
            suggestions.searches = self.search.suggest_searches(viewer, text, limit);
        }
        if text.is_empty() {
            return Ok(suggestions);
        }
        if !text.starts_with('@') {
            suggestions.tags = self.hashtags(text, limit).await?;
        }
        if !text.starts_with(['#', '＃']) {
            let eyes = self.service.eyes(viewer).await?;
            suggestions.accounts = self.people(&eyes, text, limit, false).await?;
        }
        Ok(suggestions)
    }

    /// Remembers a search that the viewer sent, for their own suggestions.
    pub fn remember(&self, viewer: AccountId, q: &str) {
        self.search.remember_search(viewer, q);
    }

    /// The accounts behind the handles of a query, in one read.
    async fn resolve(&self, query: &SearchQuery) -> Result<HashMap<String, AccountId>> {
        let own = self.service.addresses().host();
        let named = |text: &str| Some((text.to_owned(), Handle::parse(text).ok()?.relative_to(own)));
        let wanted: Vec<(String, Handle)> = query.handles().into_iter().filter_map(named).collect();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let read = self.service.store().read(move |conn| {
            let mut known = HashMap::new();
            for (text, handle) in &wanted {
                let host = handle.host.as_ref().map(Host::as_str);
                if let Some(account) = accounts::by_handle(conn, &handle.username, host)? {
                    known.insert(text.clone(), account.id);
                }
            }
            Ok(known)
        });
        Ok(read.await?)
    }

    async fn newest(
        &self,
        eyes: &Eyes,
        search: TweetSearch<'_>,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<TweetView>> {
        let after = TweetId(cursor.after.unwrap_or_default());
        let chunk = limit.saturating_mul(2).min(MAX_PAGE);
        let look = |before: Option<i64>| {
            let search = TweetSearch { before: before.map(TweetId), limit: chunk, ..search };
            async move {
                let mut ids = self.search.tweets().newest(&search).await?;
                let last = ids.last().copied();
                let more = ids.len() == chunk && last.is_some_and(|last| last > after);
                ids.retain(|id| *id > after);
                Ok::<_, Error>(Look {
                    shown: self.shown(eyes, ids).await?,
                    last: last.map(|last| last.0),
                    more,
                })
            }
        };
        filled_page(cursor, limit, |view: &TweetView| view.tweet.id.0, look).await
    }

    /// At most `limit` of a list from its place `gone` on that may be shown, and the place where they end.
    async fn page_of(
        &self,
        eyes: &Eyes,
        ranked: &[(TweetId, MatchFacts)],
        mut gone: usize,
        limit: usize,
    ) -> Result<(Vec<Ranked>, usize)> {
        let mut items = Vec::new();
        while let Some(rest) = ranked.get(gone..).filter(|rest| !rest.is_empty()) {
            let part = rest.get(..limit.saturating_sub(items.len()).min(rest.len())).unwrap_or(rest);
            let shown = self.shown(eyes, part.iter().map(|(id, _)| *id).collect()).await?;
            let mut shown: HashMap<TweetId, TweetView> =
                shown.into_iter().map(|view| (view.tweet.id, view)).collect();
            let found =
                part.iter().filter_map(|(id, facts)| Some(Ranked { view: shown.remove(id)?, facts: *facts }));
            items.extend(found);
            gone = gone.saturating_add(part.len());
            if items.len() >= limit {
                break;
            }
        }
        Ok((items, gone))
    }

    async fn shown(&self, eyes: &Eyes, ids: Vec<TweetId>) -> Result<Vec<TweetView>> {
        let mut views = self.service.views(eyes, ids, Place::List).await?;
        let viewer = eyes.viewer();
        views.retain(|view| is_shown(viewer.as_ref(), view));
        Ok(views)
    }

    async fn people(&self, eyes: &Eyes, text: &str, limit: usize, typos: bool) -> Result<Vec<Account>> {
        let followed: Vec<AccountId> = eyes
            .relations()
            .map(|relations| relations.following.iter().copied().collect())
            .unwrap_or_default();
        let (search, text) = (Arc::clone(&self.search), text.to_owned());
        let wanted = limit.max(1).saturating_mul(SPARE);
        let finding = tokio::task::spawn_blocking(move || {
            search.accounts(AccountSearch { text: &text, followed: &followed, typos, limit: wanted })
        });
        let ids = finding.await.map_err(Error::internal)?;
        let mut found = self.service.accounts(ids).await?;
        found.retain(|account| is_offered(eyes.viewer().as_ref(), account));
        found.truncate(limit.max(1));
        Ok(found)
    }
}

/// Whether a tweet that may be in a list of the viewer's own is shown among what was found.
fn is_shown(viewer: Option<&Viewer>, view: &TweetView) -> bool {
    let (tweet, author) = (&view.tweet, &view.author);
    let mentions: Vec<AccountId> = tweet.mentions.iter().map(|mention| mention.account).collect();
    let flags = view.flags;
    let is_own = viewer.is_some_and(|viewer| viewer.id == tweet.author || mentions.contains(&viewer.id));
    if is_own || flags.liked || flags.bookmarked || flags.retweeted {
        return true;
    }
    let facts = Facts {
        author: author.id,
        author_domain: author.domain.as_deref(),
        author_suspended: author.suspended,
        author_limited: author.limited,
        visibility: tweet.visibility,
        mentions: &mentions,
    };
    author.indexable && can_see(viewer, &facts, Place::PublicList)
}

/// Whether an account that was found by a part of its name is shown.
fn is_offered(viewer: Option<&Viewer>, account: &Account) -> bool {
    let public = account.discoverable && !account.limited;
    let Some(viewer) = viewer else { return public };
    let relations = viewer.relations;
    let hides_host = account.domain.as_ref().is_some_and(|domain| relations.blocked_domains.contains(domain));
    let hidden =
        relations.blocking.contains(&account.id) || relations.blocked_by.contains(&account.id) || hides_host;
    !hidden && (public || viewer.id == account.id || relations.following.contains(&account.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tweet::Tweet;
    use crate::model::visibility::{Relations, Visibility};
    use crate::service::blank_tweet;

    const ANN: AccountId = AccountId(1);
    const BEA: AccountId = AccountId(2);

    fn by_ann(change: impl FnOnce(&mut TweetView, &mut Account)) -> TweetView {
        let mut author = Account::blank(ANN, "ann".into(), 0);
        let mut view = TweetView {
            tweet: Arc::new(Tweet { visibility: Visibility::Public, ..blank_tweet(TweetId(9), ANN, 0) }),
            author: Arc::new(author.clone()),
            flags: crate::store::marks::Flags::default(),
            filtered: Vec::new(),
            reply_to_author: None,
            retweet_of: None,
            quote_of: None,
            may_quote: crate::model::quote::MayQuote::No,
            poll: None,
            preview: None,
        };
        change(&mut view, &mut author);
        view.author = Arc::new(author);
        view
    }

    #[test]
    fn a_limited_author_is_hidden_from_strangers_and_not_from_followers() {
        let view = by_ann(|_, author| author.limited = true);
        let (stranger, follower) =
            (Relations::default(), Relations { following: [ANN].into(), ..Relations::default() });
        assert!(!is_shown(None, &view));
        assert!(!is_shown(Some(&Viewer { id: BEA, relations: &stranger }), &view));
        assert!(is_shown(Some(&Viewer { id: BEA, relations: &follower }), &view));
        assert!(is_shown(Some(&Viewer { id: ANN, relations: &stranger }), &view));
        assert!(!is_offered(Some(&Viewer { id: BEA, relations: &stranger }), &view.author));
        assert!(is_offered(Some(&Viewer { id: BEA, relations: &follower }), &view.author));
    }

    #[test]
    fn an_index_that_lags_behind_shows_strangers_nothing_that_is_no_longer_for_them() {
        let stranger = Relations::default();
        let bea = Viewer { id: BEA, relations: &stranger };
        assert!(is_shown(Some(&bea), &by_ann(|_, _| {})) && is_shown(None, &by_ann(|_, _| {})));
        let unwilling = |liked| {
            by_ann(|view, author| {
                author.indexable = false;
                view.flags.liked = liked;
            })
        };
        assert!(!is_shown(Some(&bea), &unwilling(false)) && is_shown(Some(&bea), &unwilling(true)));
        let unlisted = by_ann(|view, _| Arc::make_mut(&mut view.tweet).visibility = Visibility::Unlisted);
        assert!(!is_shown(Some(&bea), &unlisted));
    }

    #[test]
    fn blocked_accounts_and_hidden_hosts_are_not_offered() {
        let mut far = Account::blank(ANN, "ann".into(), 0);
        far.domain = Some("far.test".into());
        let offered =
            |relations: Relations| is_offered(Some(&Viewer { id: BEA, relations: &relations }), &far);
        assert!(offered(Relations::default()));
        assert!(!offered(Relations { blocking: [ANN].into(), ..Relations::default() }));
        assert!(!offered(Relations { blocked_by: [ANN].into(), ..Relations::default() }));
        assert!(!offered(Relations { blocked_domains: ["far.test".into()].into(), ..Relations::default() }));
    }
}
