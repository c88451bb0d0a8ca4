//! Who asks to follow the viewer, and the answer.

use super::{At, older};
use crate::config::limits;
use crate::http::extract::{Form, Path, Query};
use crate::http::web::back::Back;
use crate::http::web::views::pages::RequestsPage;
use crate::http::web::views::{Nav, RowMenu};
use crate::http::web::visit::{Answer, Member, show};
use crate::model::ids::AccountId;
use crate::store::follows::Bonds;

const HERE: &str = "/follow-requests";

/// `GET /follow-requests`
pub(in crate::http::web) async fn requests(member: Member, Query(at): Query<At>) -> Answer {
    let Member { visit, me, .. } = member;
    let page = visit.service().bonds(Bonds::Requests, me, at.cursor()?, limits::PAGE_MAX).await?;
    let rows = visit.present().rows(visit.service(), &page.items, RowMenu::Request).await?;
    let shell = visit.shell(Nav::Requests).await?;
    show(&RequestsPage { shell, rows, older: older(HERE, page.next) })
}

/// `POST /follow-requests/{id}/accept`
pub(in crate::http::web) async fn accept(
    member: Member,
    Path(id): Path<AccountId>,
    Form(form): Form<Back>,
) -> Answer {
    let Member { visit, me, .. } = member;
    visit.service().answer_request(me, id, true).await?;
    Ok(visit.to(&visit.return_path(&form.return_to, HERE), Some("request-accepted")))
}

/// `POST /follow-requests/{id}/reject`
pub(in crate::http::web) async fn reject(
    member: Member,
    Path(id): Path<AccountId>,
    Form(form): Form<Back>,
) -> Answer {
    let Member { visit, me, .. } = member;
    visit.service().answer_request(me, id, false).await?;
    Ok(visit.to(&visit.return_path(&form.return_to, HERE), Some("request-rejected")))
}
