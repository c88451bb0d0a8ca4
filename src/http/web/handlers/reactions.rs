//! Who likes a tweet, who shared it, and what quotes it.

use super::{At, PAGE, older};
use crate::config::limits;
use crate::http::extract::{Path, Query};
use crate::http::web::views::pages::{Reaction, ReactionsPage};
use crate::http::web::views::{Nav, RowMenu};
use crate::http::web::visit::{Answer, Visit, show};
use crate::model::ids::TweetId;

/// `GET /tweets/{id}/likes`
pub(in crate::http::web) async fn likes(
    visit: Visit,
    Path(id): Path<TweetId>,
    Query(at): Query<At>,
) -> Answer {
    list(&visit, id, &at, Reaction::Like).await
}

/// `GET /tweets/{id}/reposts`
pub(in crate::http::web) async fn reposts(
    visit: Visit,
    Path(id): Path<TweetId>,
    Query(at): Query<At>,
) -> Answer {
    list(&visit, id, &at, Reaction::Repost).await
}

/// `GET /tweets/{id}/quotes`
pub(in crate::http::web) async fn quotes(
    visit: Visit,
    Path(id): Path<TweetId>,
    Query(at): Query<At>,
) -> Answer {
    list(&visit, id, &at, Reaction::Quote).await
}

async fn list(visit: &Visit, id: TweetId, at: &At, kind: Reaction) -> Answer {
    let (service, viewer, present) = (visit.service(), visit.viewer(), visit.present());
    let tweet = present.tweet(&service.tweet(viewer, id).await?);
    let (mut rows, mut quotes) = (Vec::new(), Vec::new());
    let next = if kind == Reaction::Quote {
        let page = service.quotes(viewer, id, at.cursor()?, PAGE).await?;
        quotes = present.tweets(&page.items);
        page.next
    } else {
        let page = match kind {
            Reaction::Repost => service.retweeters(viewer, id, at.cursor()?, limits::PAGE_MAX).await?,
            _ => service.likers(viewer, id, at.cursor()?, limits::PAGE_MAX).await?,
        };
        rows = present.rows(service, &page.items, RowMenu::Follow).await?;
        page.next
    };
    let path = format!("{}/{}", tweet.path(), kind.word());
    let shell = visit.shell(Nav::None).await?;
    show(&ReactionsPage { shell, tweet, kind, rows, quotes, older: older(&path, next) })
}
