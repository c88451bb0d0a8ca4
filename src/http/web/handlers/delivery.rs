//! What became of a tweet at other instances, for its author and for admins.

use super::{At, older};
use crate::config::limits;
use crate::http::extract::{Path, Query};
use crate::http::web::views::Nav;
use crate::http::web::views::pages::DeliveryPage;
use crate::http::web::visit::{Answer, Member, show};
use crate::model::ids::TweetId;

/// `GET /tweets/{id}/delivery`
pub(in crate::http::web) async fn page(
    member: Member,
    Path(id): Path<TweetId>,
    Query(at): Query<At>,
) -> Answer {
    let Member { visit, me, session } = member;
    let page = visit.service().deliveries_of(&session, id, at.cursor()?, limits::PAGE_MAX).await?;
    let tweet = visit.present().tweet(&visit.service().tweet(Some(me), id).await?);
    let older = older(&format!("{}/delivery", tweet.path()), page.next);
    show(&DeliveryPage { shell: visit.shell(Nav::None).await?, tweet, traces: page.items, older })
}
