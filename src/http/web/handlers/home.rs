//! The home timeline, the local one that visitors see first, and the one of all servers that are known here.

use super::announcements::told;
use super::{At, PAGE, compose, older};
use crate::error::Result;
use crate::http::extract::Query;
use crate::http::web::views::Nav;
use crate::http::web::views::pages::{HomePage, LocalPage};
use crate::http::web::visit::{Answer, Member, Visit, show};
use crate::service::PublicList;

/// Announcements that a home shows at once; the next one comes when one is read.
const ANNOUNCED: usize = 3;

/// `GET /`: the home of who is signed in, else a welcome.
pub(in crate::http::web) async fn start(visit: Visit, Query(at): Query<At>) -> Answer {
    match visit.who {
        Some(_) => Ok(visit.to("/home", None)),
        None => show(&shared_list(&visit, &at, PublicList::Local, true).await?),
    }
}

/// `GET /home`
pub(in crate::http::web) async fn home(member: Member, Query(at): Query<At>) -> Answer {
    let Member { visit, me, .. } = member;
    let page = visit.state.home.page(me, at.cursor()?, PAGE).await?;
    let (composer, unread) = match at.is_first() {
        true => (Some(compose::blank(&visit)?), visit.service().unread_announcements(me, ANNOUNCED).await?),
        false => (None, Vec::new()),
    };
    show(&HomePage {
        shell: visit.shell(Nav::Home).await?,
        composer,
        announcements: unread.into_iter().map(|one| told(&visit, one)).collect(),
        tweets: visit.present().tweets(&page.items),
        older: older("/home", page.next),
    })
}

/// `GET /local`
pub(in crate::http::web) async fn local(visit: Visit, Query(at): Query<At>) -> Answer {
    show(&shared_list(&visit, &at, PublicList::Local, false).await?)
}

/// `GET /federated`
pub(in crate::http::web) async fn federated(visit: Visit, Query(at): Query<At>) -> Answer {
    show(&shared_list(&visit, &at, PublicList::Federated, false).await?)
}

async fn shared_list(visit: &Visit, at: &At, list: PublicList, welcome: bool) -> Result<LocalPage> {
    let federated = list == PublicList::Federated;
    let page = visit.service().public_tweets(visit.viewer(), list, at.cursor()?, PAGE).await?;
    Ok(LocalPage {
        shell: visit.shell(Nav::Local).await?,
        welcome: welcome && at.is_first(),
        federated,
        tweets: visit.present().tweets(&page.items),
        older: older(if federated { "/federated" } else { "/local" }, page.next),
    })
}
