//! One's e-mail address, and the page that a letter leads to.

use axum::http::StatusCode;
use serde::Deserialize;

use super::refused;
use crate::error::{Error, Result};
use crate::http::extract::{Form, Query};
use crate::http::web::views::pages::{ConfirmEmailPage, EmailPage};
use crate::http::web::views::{self, FormErrors, Nav};
use crate::http::web::visit::{Answer, Member, Visit, show};
use crate::model::ids::AccountId;

const HERE: &str = "/settings/email";

/// `GET /settings/email`
pub(in crate::http::web) async fn page(member: Member) -> Answer {
    show(&email_page(&member.visit, member.me, String::new(), FormErrors::default()).await?)
}

/// Another address, and the password of whoever asks.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct NewEmail {
    email: String,
    password: String,
}

/// `POST /settings/email`
pub(in crate::http::web) async fn change(member: Member, Form(form): Form<NewEmail>) -> Answer {
    let Member { visit, me, session } = member;
    match visit.state.letters.set_email(&session, &form.email, form.password).await {
        Ok(view) => Ok(visit.to(HERE, Some(if view.sends { "letter-sent" } else { "appearance-saved" }))),
        Err(error) => {
            let (status, errors) = refused(error)?;
            Ok(views::page(status, &email_page(&visit, me, form.email, errors).await?))
        }
    }
}

/// `POST /settings/email/again`
pub(in crate::http::web) async fn ask_again(member: Member) -> Answer {
    let Member { visit, me, .. } = member;
    match visit.state.letters.ask_again(me).await {
        Ok(_) => Ok(visit.to(HERE, Some("letter-sent"))),
        // It was confirmed meanwhile, or a second click came at once: the page says how it stands.
        Err(Error::Forbidden { .. } | Error::TooMany { .. }) => Ok(visit.to(HERE, Some("letter-later"))),
        Err(error) => Err(error.into()),
    }
}

/// Whose address, and the proof that a letter to it was read.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Link {
    pub(super) account: AccountId,
    pub(super) token: String,
}

/// `GET /email/confirm`: asks, as programs follow links in letters too.
pub(in crate::http::web) async fn confirm_page(visit: Visit, Query(link): Query<Link>) -> Answer {
    match visit.state.letters.asked_by(link.account, &link.token).await {
        Ok(address) => show(&confirmation(&visit, address, link, FormErrors::default()).await?),
        Err(error) => refuse(&visit, link, error).await,
    }
}

/// `POST /email/confirm`
pub(in crate::http::web) async fn confirm(visit: Visit, Form(link): Form<Link>) -> Answer {
    match visit.state.letters.confirm_email(link.account, &link.token).await {
        Ok(_) => Ok(visit.to("/", Some("email-confirmed"))),
        Err(error) => refuse(&visit, link, error).await,
    }
}

async fn refuse(visit: &Visit, link: Link, error: Error) -> Answer {
    let (_, errors) = refused(error)?;
    let page = confirmation(visit, String::new(), link, errors).await?;
    Ok(views::page(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn confirmation(
    visit: &Visit,
    address: String,
    link: Link,
    errors: FormErrors,
) -> Result<ConfirmEmailPage> {
    let shell = visit.shell(Nav::None).await?;
    Ok(ConfirmEmailPage { shell, address, account: link.account, token: link.token, errors })
}

async fn email_page(visit: &Visit, me: AccountId, typed: String, errors: FormErrors) -> Result<EmailPage> {
    let email = visit.state.letters.email(me).await?;
    Ok(EmailPage { shell: visit.shell(Nav::Settings).await?, email, typed, errors })
}
