//! The home timeline, and the local one that visitors see first.

use super::{At, PAGE, compose, older};
use crate::error::Result;
use crate::http::extract::Query;
use crate::http::web::views::Nav;
use crate::http::web::views::pages::{HomePage, LocalPage};
use crate::http::web::visit::{Answer, Member, Visit, show};
use crate::service::PublicList;

/// `GET /`: the home of who is signed in, else a welcome.
pub(in crate::http::web) async fn start(visit: Visit, Query(at): Query<At>) -> Answer {
    match visit.who {
        Some(_) => Ok(visit.to("/home", None)),
        None => show(&local_list(&visit, &at, true).await?),
    }
}

/// `GET /home`
pub(in crate::http::web) async fn home(member: Member, Query(at): Query<At>) -> Answer {
    let Member { visit, me, .. } = member;
    let page = visit.state.home.page(me, at.cursor()?, PAGE).await?;
    let composer = match at.is_first() {
        true => Some(compose::blank(&visit)?),
        false => None,
    };
    show(&HomePage {
        shell: visit.shell(Nav::Home).await?,
        composer,
        tweets: visit.present().tweets(&page.items),
        older: older("/home", page.next),
    })
}

/// `GET /local`
pub(in crate::http::web) async fn local(visit: Visit, Query(at): Query<At>) -> Answer {
    show(&local_list(&visit, &at, false).await?)
}

async fn local_list(visit: &Visit, at: &At, welcome: bool) -> Result<LocalPage> {
    let list = PublicList::Local;
    let page = visit.service().public_tweets(visit.viewer(), list, at.cursor()?, PAGE).await?;
    Ok(LocalPage {
        shell: visit.shell(Nav::Local).await?,
        welcome: welcome && at.is_first(),
        tweets: visit.present().tweets(&page.items),
        older: older("/local", page.next),
    })
}
