//! Finding posts, people and hashtags here, and accounts and posts on other servers.

use serde::Deserialize;

use super::{PAGE, older};
use crate::error::{Error, Result};
use crate::federation::resolve::{Found, Miss, Missed, is_address};
use crate::http::extract::Query;
use crate::http::web::views::pages::{Lookup, SearchKind, SearchPage, TagRow};
use crate::http::web::views::{Nav, PageShell, RowMenu};
use crate::http::web::visit::{Answer, Visit, show};
use crate::model::account::Account;
use crate::model::cursor::Cursor;
use crate::model::handle::Handle;
use crate::model::ids::TweetId;
use crate::model::trend::DayUse;
use crate::service::{Reason, Slice};

/// Hashtags and people that the page has before a search.
const EXPLORED: usize = 5;

/// What is searched for, and where in the results.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Asked {
    q: String,
    kind: String,
    sort: String,
    cursor: String,
}

/// `GET /search?q=&kind=`
pub(in crate::http::web) async fn search(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    let query = asked.q.trim().to_owned();
    let kind = match asked.kind.as_str() {
        // A name is looked for among people, unless one of the tabs was chosen.
        "" if query.starts_with('@') => SearchKind::People,
        kind => SearchKind::from_value(kind),
    };
    let lookup = look_up(&visit, &query).await?;
    let mut page = SearchPage {
        shell: visit.shell(Nav::Search).await?,
        query,
        kind,
        best: asked.sort == "best",
        lookup,
        tweets: Vec::new(),
        why: Vec::new(),
        trending: Vec::new(),
        suggested: Vec::new(),
        people: Vec::new(),
        tags: Vec::new(),
        older: None,
    };
    if page.query.is_empty() {
        explore(&visit, &mut page).await?;
    } else if !is_address(&page.query) {
        fill(&visit, &mut page, &asked.cursor).await?;
    }
    show(&page)
}

/// Fills the page before a search: what many use of late, and whom the viewer might follow.
async fn explore(visit: &Visit, page: &mut SearchPage) -> Result<()> {
    let service = visit.service();
    let tags = service.trending_tags(Slice { offset: 0, limit: EXPLORED }).await?;
    let posts = |days: &[DayUse]| days.iter().map(|day| u64::try_from(day.uses).unwrap_or_default()).sum();
    page.trending = tags.into_iter().map(|(name, days)| TagRow { tweets: posts(&days), name }).collect();
    let Some(me) = visit.viewer() else { return Ok(()) };
    let found = service.suggestions(me, EXPLORED).await?;
    let reasons: Vec<String> =
        found.iter().map(|suggestion| reason(&page.shell, &suggestion.reason)).collect();
    let people: Vec<Account> = found.into_iter().map(|suggestion| suggestion.account).collect();
    page.suggested = visit.present().rows(service, &people, RowMenu::Follow).await?;
    page.suggested.iter_mut().zip(reasons).for_each(|(row, why)| row.why = why);
    Ok(())
}

/// Why an account is suggested, in words.
fn reason(shell: &PageShell, reason: &Reason) -> String {
    match reason {
        Reason::Friends(friends) => {
            shell.plural("suggested-friends", &u64::try_from(*friends).unwrap_or_default())
        }
        Reason::Hashtag(tag) => shell.with("suggested-hashtag", "tag", tag),
        Reason::MostFollowed => shell.t("suggested-known"),
    }
    .into_owned()
}

/// Fills the list of the tab.
async fn fill(visit: &Visit, page: &mut SearchPage, cursor: &str) -> Result<()> {
    let finder = &visit.state.finder;
    if let Some(me) = visit.viewer()
        && cursor.is_empty()
    {
        finder.remember(me, &page.query);
    }
    match page.kind {
        SearchKind::Posts => {
            let cursor = Cursor::parse(Some(cursor))?;
            let (viewer, query) = (visit.viewer(), page.query.as_str());
            let found = if page.best {
                let found = finder.best(viewer, query, cursor, PAGE).await?.found;
                page.why = found.items.iter().map(|ranked| ranked.facts.reasons()).collect();
                found.map(|ranked| ranked.view)
            } else {
                finder.tweets(viewer, query, cursor, PAGE).await?.found
            };
            page.tweets = visit.present().tweets(&found.items);
            page.older = older(&page.order_href(page.best), found.next);
        }
        SearchKind::People => {
            let mut found = finder.accounts(visit.viewer(), &page.query, PAGE).await?;
            if let Lookup::Found(row) = &page.lookup {
                found.retain(|account| account.id != row.account.id);
            }
            page.people = visit.present().rows(visit.service(), &found, RowMenu::Follow).await?;
        }
        SearchKind::Tags => {
            let found = finder.hashtags(&page.query, PAGE).await?;
            page.tags =
                found.into_iter().map(|hit| TagRow { name: hit.name, tweets: u64::from(hit.uses) }).collect();
        }
    }
    Ok(())
}

/// An account or a tweet that the query names exactly. Only members make this server ask another one.
async fn look_up(visit: &Visit, query: &str) -> Result<Lookup> {
    let is_remote_handle = Handle::parse(query)
        .is_ok_and(|handle| handle.relative_to(visit.service().addresses().host()).host.is_some());
    if !is_address(query) && !is_remote_handle {
        return Ok(Lookup::None);
    }
    if visit.who.is_none() {
        return match visit.service().account_by_handle(query).await {
            Ok(account) => found_account(visit, account).await,
            Err(Error::NotFound(_)) if visit.service().rules().federation => Ok(Lookup::SignIn),
            Err(Error::NotFound(_)) => Ok(Lookup::Failed(Missed::Unknown)),
            Err(error) => Err(error),
        };
    }
    match visit.state.federation.lookup(query).await {
        Ok(Found::Account(account)) => found_account(visit, *account).await,
        Ok(Found::Tweet(id)) => found_tweet(visit, id).await,
        Err(Miss::Outside(missed)) => Ok(Lookup::Failed(missed)),
        Err(Miss::Inside(error)) => Err(error),
    }
}

async fn found_account(visit: &Visit, account: Account) -> Result<Lookup> {
    let rows = visit.present().rows(visit.service(), &[account], RowMenu::Follow).await?;
    Ok(rows.into_iter().next().map_or(Lookup::Failed(Missed::Unknown), |row| Lookup::Found(Box::new(row))))
}

async fn found_tweet(visit: &Visit, id: TweetId) -> Result<Lookup> {
    match visit.service().tweet(visit.viewer(), id).await {
        Ok(view) => Ok(Lookup::FoundTweet(Box::new(visit.present().tweet(&view)))),
        Err(Error::NotFound(_)) => Ok(Lookup::Failed(Missed::Unknown)),
        Err(error) => Err(error),
    }
}
