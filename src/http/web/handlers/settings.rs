//! Password and sessions; looks and language.

use serde::Deserialize;

use super::refused;
use crate::error::Error;
use crate::http::extract::{Form, Path};
use crate::http::web::cookies;
use crate::http::web::i18n::Words;
use crate::http::web::present;
use crate::http::web::views::pages::{AppearancePage, SecurityPage};
use crate::http::web::views::{self, FieldError, FormErrors, Nav, Theme};
use crate::http::web::visit::{Answer, Member, Visit, show};
use crate::model::ids::SessionId;
use crate::service::SignedIn;

const SECURITY: &str = "/settings/security";

/// `GET /settings`
pub(in crate::http::web) async fn settings(visit: Visit) -> Answer {
    let first = if visit.who.is_some() { "/settings/profile" } else { "/settings/appearance" };
    Ok(visit.to(first, None))
}

/// `GET /settings/security`
pub(in crate::http::web) async fn security(member: Member) -> Answer {
    let Member { visit, session, .. } = member;
    show(&security_page(&visit, &session, FormErrors::default()).await?)
}

/// The old and the new password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct NewPassword {
    current_password: String,
    new_password: String,
}

/// `POST /settings/password`
pub(in crate::http::web) async fn change_password(member: Member, Form(form): Form<NewPassword>) -> Answer {
    let Member { visit, session, .. } = member;
    let changed = visit.service().change_password(&session, form.current_password, form.new_password).await;
    let Err(error) = changed else { return Ok(visit.to(SECURITY, Some("password-changed"))) };
    let (status, errors) = refused(error)?;
    // The rule speaks of a password; this form has two.
    let errors = errors.0.into_iter().map(|error| match error.field.as_str() {
        "password" => FieldError { field: "new_password".to_owned(), ..error },
        _ => error,
    });
    Ok(views::page(status, &security_page(&visit, &session, FormErrors(errors.collect())).await?))
}

/// `POST /settings/sessions/{id}/end`
pub(in crate::http::web) async fn end_session(member: Member, Path(id): Path<SessionId>) -> Answer {
    match member.visit.service().end_session(member.me, id).await {
        // It has ended by itself meanwhile, or a second click came late.
        Ok(()) | Err(Error::NotFound(_)) => Ok(member.visit.to(SECURITY, Some("session-ended"))),
        Err(error) => Err(error.into()),
    }
}

async fn security_page(
    visit: &Visit,
    current: &SignedIn,
    errors: FormErrors,
) -> crate::error::Result<SecurityPage> {
    let sessions = visit.service().sessions(current.account).await?;
    // Apps have a page of their own.
    let sessions = sessions.iter().filter(|session| session.app.is_none());
    let mut sessions: Vec<_> = sessions.map(|session| present::session(session, current.session)).collect();
    sessions.sort_by_key(|session| !session.current);
    Ok(SecurityPage { shell: visit.shell(Nav::Settings).await?, sessions, errors })
}

/// `GET /settings/appearance`
pub(in crate::http::web) async fn appearance(visit: Visit) -> Answer {
    let language = visit.language.map(Words::tag).unwrap_or_default().to_owned();
    show(&AppearancePage { shell: visit.shell(Nav::Settings).await?, language })
}

/// Looks, language and keys.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Appearance {
    theme: String,
    language: String,
    keys: Option<String>,
    return_to: String,
}

/// `POST /settings/appearance`
pub(in crate::http::web) async fn change_appearance(visit: Visit, Form(form): Form<Appearance>) -> Answer {
    let language = Words::tagged(&form.language).map(Words::tag);
    if let Some(me) = visit.viewer() {
        visit.service().set_language(me, language.map(str::to_owned)).await?;
    }
    let path = visit.return_path(&form.return_to, "/settings/appearance");
    let response = visit.to(&path, Some("appearance-saved"));
    let response = cookies::with(response, visit.cookies().theme(Theme::from_value(&form.theme)));
    let response = cookies::with(response, visit.cookies().keys(form.keys.is_some()));
    Ok(cookies::with(response, visit.cookies().language(language)))
}
