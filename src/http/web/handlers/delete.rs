//! Deleting a tweet, asked twice.

use serde::Deserialize;

use super::edit::own;
use crate::http::extract::{Form, Path, Query};
use crate::http::web::back::Back;
use crate::http::web::views::Nav;
use crate::http::web::views::pages::DeletePage;
use crate::http::web::visit::{Answer, Member, show};
use crate::model::ids::TweetId;

/// Where the question came from.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Asked {
    return_to: String,
}

/// `GET /tweets/{id}/delete?return_to=`
pub(in crate::http::web) async fn page(
    member: Member,
    Path(id): Path<TweetId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let Member { visit, me, .. } = member;
    let tweet = visit.present().tweet(&own(&visit, me, id).await?);
    let return_to = visit.return_path(&asked.return_to, &tweet.href());
    show(&DeletePage { shell: visit.shell(Nav::None).await?, tweet, return_to })
}

/// `POST /tweets/{id}/delete`
pub(in crate::http::web) async fn delete(
    member: Member,
    Path(id): Path<TweetId>,
    Form(form): Form<Back>,
) -> Answer {
    let Member { visit, me, .. } = member;
    let tweet = visit.present().tweet(&own(&visit, me, id).await?);
    visit.service().delete_tweet(me, id).await?;
    let profile = tweet.author.href();
    let return_to = visit.return_path(&form.return_to, &profile);
    // The tweet's own page is gone with it.
    let is_gone = return_to.split(['?', '#']).next() == Some(tweet.href().as_str());
    Ok(visit.to(if is_gone { &profile } else { &return_to }, Some("deleted")))
}
