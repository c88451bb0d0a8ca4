//! Who follows an account, and whom it follows.

use super::{At, older, profile};
use crate::config::limits;
use crate::http::extract::{Path, Query};
use crate::http::web::views::RowMenu;
use crate::http::web::views::pages::{FollowsKind, FollowsPage};
use crate::http::web::visit::{Answer, Visit, show};
use crate::store::follows::Bonds;

/// `GET /@{handle}/followers`
pub(in crate::http::web) async fn followers(
    visit: Visit,
    Path(handle): Path<String>,
    Query(at): Query<At>,
) -> Answer {
    list(&visit, &handle, &at, FollowsKind::Followers).await
}

/// `GET /@{handle}/following`
pub(in crate::http::web) async fn following(
    visit: Visit,
    Path(handle): Path<String>,
    Query(at): Query<At>,
) -> Answer {
    list(&visit, &handle, &at, FollowsKind::Following).await
}

async fn list(visit: &Visit, handle: &str, at: &At, kind: FollowsKind) -> Answer {
    let account = visit.service().account_by_handle(handle).await?;
    let (bonds, word) = match kind {
        FollowsKind::Followers => (Bonds::Followers, "followers"),
        FollowsKind::Following => (Bonds::Following, "following"),
    };
    let cursor = at.cursor()?;
    let page =
        visit.service().bonds_seen(visit.viewer(), bonds, account.id, cursor, limits::PAGE_MAX).await?;
    let menu = match kind {
        FollowsKind::Followers if visit.viewer() == Some(account.id) => RowMenu::Follower,
        _ => RowMenu::Follow,
    };
    let rows = visit.present().rows(visit.service(), &page.items, menu).await?;
    let view = visit.present().account(&account);
    show(&FollowsPage {
        shell: visit.shell(profile::nav(visit, account.id)).await?,
        kind,
        rows,
        older: older(&format!("{}/{word}", view.href()), page.next),
        account: view,
    })
}
