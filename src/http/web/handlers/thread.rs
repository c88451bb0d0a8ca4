//! A tweet on a page of its own, with what it answers and what answers it.

use axum::http::HeaderMap;

use super::compose;
use crate::http::extract::Path;
use crate::http::web::alternate;
use crate::http::web::views::pages::{BackfillView, ThreadPage};
use crate::http::web::views::{Nav, TweetView};
use crate::http::web::visit::{Answer, Visit, show};
use crate::model::ids::TweetId;

/// `GET /@{handle}/{id}`: the page, or the way to the ActivityPub object.
pub(in crate::http::web) async fn thread(
    visit: Visit,
    Path((handle, id)): Path<(String, TweetId)>,
    headers: HeaderMap,
) -> Answer {
    let thread = visit.service().thread(visit.viewer(), id).await?;
    let shown = thread.tweet.shown();
    let document = visit.service().addresses().tweet(&shown.tweet, &shown.author);
    if alternate::is_wanted(visit.service(), &headers) {
        return Ok(alternate::redirect(&document));
    }
    let present = visit.present();
    let focus = present.tweet(&thread.tweet);
    // A retweet has no page of its own, and a tweet has one address.
    if focus.author.handle != handle || focus.id != id {
        return Ok(visit.to(&focus.href(), None));
    }
    visit.state.federation.freshen_poll(&thread.tweet);
    let composer = match visit.who {
        Some(_) => Some(compose::reply(&visit, &thread.tweet)?),
        None => None,
    };
    let backfill = visit.state.federation.open_thread(&thread, visit.who.is_some()).await?;
    let (ancestors, replies) = (present.tweets(&thread.ancestors), present.tweets(&thread.descendants));
    let page = show(&ThreadPage {
        shell: visit.shell(Nav::None).await?,
        above: ancestors.first().filter(|_| thread.more_above).map(TweetView::href),
        below: replies.last().filter(|_| thread.more_below).map(TweetView::href),
        ancestors,
        focus,
        composer,
        replies,
        backfill: backfill.map(|backfill| BackfillView {
            running: backfill.running,
            posts: u64::try_from(backfill.found).unwrap_or_default(),
        }),
    })?;
    Ok(alternate::with_link(visit.service(), page, &document))
}
