//! What the viewer has bookmarked.

use super::{At, PAGE, older};
use crate::http::extract::Query;
use crate::http::web::views::Nav;
use crate::http::web::views::pages::BookmarksPage;
use crate::http::web::visit::{Answer, Member, show};

/// `GET /bookmarks`
pub(in crate::http::web) async fn bookmarks(member: Member, Query(at): Query<At>) -> Answer {
    let Member { visit, me, .. } = member;
    let page = visit.service().bookmarks(me, at.cursor()?, PAGE).await?;
    show(&BookmarksPage {
        shell: visit.shell(Nav::Bookmarks).await?,
        tweets: visit.present().tweets(&page.items),
        older: older("/bookmarks", page.next),
    })
}
