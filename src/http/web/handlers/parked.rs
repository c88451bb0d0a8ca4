//! What came in and could not be worked off, for the admins who decide on it.

use super::{At, older};
use crate::config::limits;
use crate::http::extract::{Form, Path, Query};
use crate::http::web::back::Back;
use crate::http::web::views::Nav;
use crate::http::web::views::pages::ParkedPage;
use crate::http::web::visit::{Admin, Answer, show};
use crate::model::ids::RowId;
use crate::service::Operator;

const HERE: &str = "/admin/inbox";

/// `GET /admin/inbox`
pub(in crate::http::web) async fn list(Admin { visit, .. }: Admin, Query(at): Query<At>) -> Answer {
    let page = visit.service().parked(at.cursor()?, limits::PAGE_MAX).await?;
    let shell = visit.shell(Nav::Admin).await?;
    show(&ParkedPage { shell, parked: page.items, older: older(HERE, page.next) })
}

/// `POST /admin/inbox/{id}/retry`
pub(in crate::http::web) async fn retry(
    Admin { visit, me }: Admin,
    Path(id): Path<RowId>,
    Form(form): Form<Back>,
) -> Answer {
    visit.service().retry_parked(Operator::Admin(me), id).await?;
    Ok(visit.to(&visit.return_path(&form.return_to, HERE), Some("parked-retried")))
}

/// `POST /admin/inbox/{id}/forget`
pub(in crate::http::web) async fn forget(
    Admin { visit, me }: Admin,
    Path(id): Path<RowId>,
    Form(form): Form<Back>,
) -> Answer {
    visit.service().forget_parked(Operator::Admin(me), id).await?;
    Ok(visit.to(&visit.return_path(&form.return_to, HERE), Some("parked-forgotten")))
}
