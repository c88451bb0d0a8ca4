//! Announcements: admins write them, everybody says that they have read them.

use serde::Deserialize;

use super::refused;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::http::extract::{Form, Path};
use crate::http::web::back::Back;
use crate::http::web::views::pages::{AnnouncementForm, AnnouncementPage, AnnouncementsPage, ToldView};
use crate::http::web::views::{self, FieldError, FormErrors, Nav, SafeHtml};
use crate::http::web::visit::{Admin, Answer, Member, Visit, show};
use crate::model::announcement::{Announcement, typed_time};
use crate::model::ids::RowId;
use crate::model::{html, time};
use crate::service::NewAnnouncement;

const HERE: &str = "/admin/announcements";

/// `GET /admin/announcements`
pub(in crate::http::web) async fn list(Admin { visit, .. }: Admin) -> Answer {
    show(&page(&visit, AnnouncementForm::default(), FormErrors::default()).await?)
}

/// An announcement.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Typed {
    words: String,
    starts_at: String,
    ends_at: String,
    all_day: Option<String>,
}

/// `POST /admin/announcements`
pub(in crate::http::web) async fn announce(Admin { visit, .. }: Admin, Form(typed): Form<Typed>) -> Answer {
    let told = async { visit.service().announce(typed.read()?).await };
    let Err(error) = told.await else { return Ok(visit.to(HERE, Some("announced"))) };
    let (status, errors) = complaints(error)?;
    Ok(views::page(status, &page(&visit, typed.form(), errors).await?))
}

/// `GET /admin/announcements/{id}`
pub(in crate::http::web) async fn one(Admin { visit, .. }: Admin, Path(id): Path<RowId>) -> Answer {
    let all = visit.service().all_announcements().await?;
    let found = all.into_iter().find(|one| one.id == id).ok_or(Error::NotFound("announcement"))?;
    let form = AnnouncementForm {
        words: found.text,
        starts_at: found.starts_at.map(input).unwrap_or_default(),
        ends_at: found.ends_at.map(input).unwrap_or_default(),
        all_day: found.all_day,
    };
    let shell = visit.shell(Nav::Admin).await?;
    show(&AnnouncementPage { shell, id, form, errors: FormErrors::default() })
}

/// `POST /admin/announcements/{id}`
pub(in crate::http::web) async fn change(
    Admin { visit, .. }: Admin,
    Path(id): Path<RowId>,
    Form(typed): Form<Typed>,
) -> Answer {
    let changed = async { visit.service().change_announcement(id, typed.read()?).await };
    let Err(error) = changed.await else { return Ok(visit.to(HERE, Some("announcement-changed"))) };
    let (status, errors) = complaints(error)?;
    let shell = visit.shell(Nav::Admin).await?;
    Ok(views::page(status, &AnnouncementPage { shell, id, form: typed.form(), errors }))
}

/// `POST /admin/announcements/{id}/remove`
pub(in crate::http::web) async fn remove(
    Admin { visit, .. }: Admin,
    Path(id): Path<RowId>,
    Form(form): Form<Back>,
) -> Answer {
    match visit.service().remove_announcement(id).await {
        // A second click came late.
        Ok(()) | Err(Error::NotFound(_)) => {
            Ok(visit.to(&visit.return_path(&form.return_to, HERE), Some("announcement-removed")))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /announcements/{id}/dismiss`
pub(in crate::http::web) async fn dismiss(
    Member { visit, me, .. }: Member,
    Path(id): Path<RowId>,
    Form(form): Form<Back>,
) -> Answer {
    match visit.service().dismiss_announcement(me, id).await {
        // It is over, or was taken back meanwhile: it does not come again either.
        Ok(()) | Err(Error::NotFound(_)) => Ok(visit.to(&visit.return_path(&form.return_to, "/home"), None)),
        Err(error) => Err(error.into()),
    }
}

/// What a page shows of an announcement.
pub(super) fn told(visit: &Visit, announcement: Announcement) -> ToldView {
    // Our own renderer wrote the tags.
    let html = SafeHtml::sanitised(html::of_plain(&announcement.text, visit.base()));
    ToldView { announcement, html }
}

impl Typed {
    fn read(&self) -> Result<NewAnnouncement> {
        let all_day = self.all_day.is_some();
        Ok(NewAnnouncement {
            text: self.words.clone(),
            starts_at: typed_time(&self.starts_at, all_day, false)?,
            ends_at: typed_time(&self.ends_at, all_day, true)?,
            all_day,
        })
    }

    fn form(self) -> AnnouncementForm {
        let Self { words, starts_at, ends_at, all_day } = self;
        AnnouncementForm { words, starts_at, ends_at, all_day: all_day.is_some() }
    }
}

/// A time as an input of this kind holds it: to the minute, UTC.
fn input(at_ms: Millis) -> String {
    time::to_rfc3339(at_ms).chars().take("2026-01-31T12:00".len()).collect()
}

/// An announcement's words have an input of their own name, as posts have texts too.
fn complaints(error: Error) -> Result<(axum::http::StatusCode, FormErrors), crate::http::problem::ApiError> {
    let (status, errors) = refused(error)?;
    let errors = errors.0.into_iter().map(|error| match error.field.as_str() {
        "text" => FieldError { field: "words".to_owned(), ..error },
        _ => error,
    });
    Ok((status, FormErrors(errors.collect())))
}

async fn page(visit: &Visit, form: AnnouncementForm, errors: FormErrors) -> Result<AnnouncementsPage> {
    let all = visit.service().all_announcements().await?;
    let announcements = all.into_iter().map(|one| told(visit, one)).collect();
    Ok(AnnouncementsPage { shell: visit.shell(Nav::Admin).await?, announcements, form, errors })
}
