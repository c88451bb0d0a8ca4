//! An account's page: who it is and what it writes.

use axum::http::HeaderMap;
use serde::Deserialize;

use super::{PAGE, older};
use crate::error::Result;
use crate::http::extract::{Path, Query};
use crate::http::web::alternate;
use crate::http::web::present::relations;
use crate::http::web::views::pages::{ProfilePage, ProfileTab};
use crate::http::web::views::{Nav, TweetView};
use crate::http::web::visit::{Answer, Visit, show};
use crate::model::cursor::Cursor;
use crate::model::ids::AccountId;
use crate::service::Tab;

/// Which tab, and where in it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct TabAt {
    tab: String,
    cursor: String,
}

/// `GET /@{handle}?tab=`: the page, or the way to the ActivityPub actor.
pub(in crate::http::web) async fn profile(
    visit: Visit,
    Path(handle): Path<String>,
    Query(at): Query<TabAt>,
    headers: HeaderMap,
) -> Answer {
    let account = visit.service().account_by_handle(&handle).await?;
    let document = visit.service().addresses().actor(&account);
    if alternate::is_wanted(visit.service(), &headers) {
        return Ok(alternate::redirect(&document));
    }
    let present = visit.present();
    let href = present.account(&account).href();
    if account.acct() != handle {
        return Ok(visit.to(&href, None));
    }
    if visit.who.is_some() {
        visit.state.federation.look_at(&account);
    }
    let tab = ProfileTab::from_value(&at.tab);
    let (wanted, list) = match tab {
        ProfileTab::Posts => (Tab::Posts, href),
        ProfileTab::Replies => (Tab::Replies, format!("{href}?tab=replies")),
        ProfileTab::Media => (Tab::Media, format!("{href}?tab=media")),
    };
    let cursor = Cursor::parse(Some(&at.cursor))?;
    let page = visit.service().account_tweets(visit.viewer(), account.id, wanted, cursor, PAGE).await?;
    let pinned = match tab == ProfileTab::Posts && at.cursor.is_empty() {
        true => pinned(&visit, account.id).await?,
        false => Vec::new(),
    };
    let relation = relations(visit.service(), visit.viewer(), &[account.id]).await?.pop().unwrap_or_default();
    let moved_to = match account.moved_to {
        Some(new) => visit.service().accounts(vec![new]).await?.pop(),
        None => None,
    };
    let mut tweets = present.tweets(&page.items);
    tweets.retain(|tweet| pinned.iter().all(|above| above.entry != tweet.entry));
    let page = show(&ProfilePage {
        shell: visit.shell(nav(&visit, account.id)).await?,
        profile: present.profile(&account, moved_to.as_ref(), relation),
        tab,
        pinned,
        tweets,
        older: older(&list, page.next),
    })?;
    Ok(alternate::with_link(visit.service(), page, &document))
}

/// The entry of the navigation for pages about this account.
pub(super) fn nav(visit: &Visit, account: AccountId) -> Nav {
    if visit.viewer() == Some(account) { Nav::Profile } else { Nav::None }
}

async fn pinned(visit: &Visit, account: AccountId) -> Result<Vec<TweetView>> {
    let views = visit.service().pinned(visit.viewer(), account).await?;
    let mut pinned = visit.present().tweets(&views);
    for tweet in &mut pinned {
        tweet.on_top = true;
    }
    Ok(pinned)
}
