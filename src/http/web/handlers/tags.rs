//! The posts with a hashtag.

use super::{At, PAGE, older};
use crate::error::Error;
use crate::http::extract::{Path, Query};
use crate::http::web::views::Nav;
use crate::http::web::views::pages::TagPage;
use crate::http::web::visit::{Answer, Visit, show};
use crate::model::entities::fold_tag;
use crate::service::PublicList;

/// `GET /tags/{tag}`
pub(in crate::http::web) async fn tag(visit: Visit, Path(tag): Path<String>, Query(at): Query<At>) -> Answer {
    if fold_tag(&tag).is_none() {
        return Err(Error::NotFound("hashtag").into());
    }
    let tag = tag.trim_start_matches(['#', '＃']).to_owned();
    let list = PublicList::Hashtag(tag.clone());
    let page = visit.service().public_tweets(visit.viewer(), list, at.cursor()?, PAGE).await?;
    let encoded: String = url::form_urlencoded::byte_serialize(tag.as_bytes()).collect();
    show(&TagPage {
        shell: visit.shell(Nav::Search).await?,
        tweets: visit.present().tweets(&page.items),
        older: older(&format!("/tags/{encoded}"), page.next),
        tag,
    })
}
