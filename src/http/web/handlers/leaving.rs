//! Deleting one's own account.

use serde::Deserialize;

use super::refused;
use crate::error::Result;
use crate::http::extract::Form;
use crate::http::web::cookies;
use crate::http::web::views::pages::LeavePage;
use crate::http::web::views::{self, FormErrors, Nav};
use crate::http::web::visit::{Answer, Member, Visit, show};

/// `GET /settings/delete`
pub(in crate::http::web) async fn page(member: Member) -> Answer {
    show(&leave_page(&member.visit, FormErrors::default()).await?)
}

/// The password of whoever asks.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Farewell {
    password: String,
}

/// `POST /settings/delete`
pub(in crate::http::web) async fn leave(member: Member, Form(form): Form<Farewell>) -> Answer {
    let Member { visit, session, .. } = member;
    let Err(error) = visit.service().leave(&session, form.password).await else {
        return Ok(cookies::with(visit.to("/", Some("account-deleted")), visit.cookies().no_session()));
    };
    let (status, errors) = refused(error)?;
    Ok(views::page(status, &leave_page(&visit, errors).await?))
}

async fn leave_page(visit: &Visit, errors: FormErrors) -> Result<LeavePage> {
    Ok(LeavePage { shell: visit.shell(Nav::Settings).await?, errors })
}
