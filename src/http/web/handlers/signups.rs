//! Who asks for an account, for the admins who decide.

use super::{At, older};
use crate::config::limits;
use crate::http::extract::{Form, Path, Query};
use crate::http::web::back::Back;
use crate::http::web::views::Nav;
use crate::http::web::views::pages::SignupsPage;
use crate::http::web::visit::{Admin, Answer, show};
use crate::model::ids::AccountId;

const HERE: &str = "/admin/signups";

/// `GET /admin`: to where somebody waits, else to the other instances.
pub(in crate::http::web) async fn start(Admin { visit, .. }: Admin) -> Answer {
    let first = if visit.service().signups_waiting().await? > 0 {
        HERE
    } else if visit.service().reports_open().await? > 0 {
        "/admin/reports"
    } else {
        "/admin/instances"
    };
    Ok(visit.to(first, None))
}

/// `GET /admin/signups`
pub(in crate::http::web) async fn signups(Admin { visit, .. }: Admin, Query(at): Query<At>) -> Answer {
    let page = visit.service().signups(at.cursor()?, limits::PAGE_MAX).await?;
    let shell = visit.shell(Nav::Admin).await?;
    show(&SignupsPage { shell, signups: page.items, older: older(HERE, page.next) })
}

/// `POST /admin/signups/{id}/approve`
pub(in crate::http::web) async fn approve(
    Admin { visit, .. }: Admin,
    Path(id): Path<AccountId>,
    Form(form): Form<Back>,
) -> Answer {
    visit.service().approve(id).await?;
    Ok(visit.to(&visit.return_path(&form.return_to, HERE), Some("signup-approved")))
}

/// `POST /admin/signups/{id}/reject`
pub(in crate::http::web) async fn reject(
    Admin { visit, .. }: Admin,
    Path(id): Path<AccountId>,
    Form(form): Form<Back>,
) -> Answer {
    visit.service().turn_away(id).await?;
    Ok(visit.to(&visit.return_path(&form.return_to, HERE), Some("signup-rejected")))
}
