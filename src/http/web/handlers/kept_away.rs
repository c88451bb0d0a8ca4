//! Whom the viewer has blocked or muted, and taking it back.

use super::{At, older};
use crate::config::limits;
use crate::http::extract::Query;
use crate::http::web::views::pages::{Away, KeptAwayPage};
use crate::http::web::views::{Nav, RowMenu};
use crate::http::web::visit::{Answer, Member, show};
use crate::store::follows::Bonds;

/// `GET /settings/blocked`
pub(in crate::http::web) async fn blocked(member: Member, Query(at): Query<At>) -> Answer {
    list(member, &at, Away::Blocked).await
}

/// `GET /settings/muted`
pub(in crate::http::web) async fn muted(member: Member, Query(at): Query<At>) -> Answer {
    list(member, &at, Away::Muted).await
}

async fn list(member: Member, at: &At, kind: Away) -> Answer {
    let Member { visit, me, .. } = member;
    // The button of a blocked account unblocks wherever it stands.
    let (bonds, menu, path) = match kind {
        Away::Blocked => (Bonds::Blocks, RowMenu::Follow, "/settings/blocked"),
        Away::Muted => (Bonds::Mutes, RowMenu::Muted, "/settings/muted"),
    };
    let page = visit.service().bonds(bonds, me, at.cursor()?, limits::PAGE_MAX).await?;
    let rows = visit.present().rows(visit.service(), &page.items, menu).await?;
    let shell = visit.shell(Nav::Settings).await?;
    show(&KeptAwayPage { shell, kind, rows, older: older(path, page.next) })
}
