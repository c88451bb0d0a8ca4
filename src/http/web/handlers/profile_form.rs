//! Editing one's profile.

use super::parts::{Parts, Posted, remove};
use super::refused;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::http::state::AppState;
use crate::http::web::present::file_path;
use crate::http::web::views::pages::{EditProfilePage, ProfileForm};
use crate::http::web::views::{self, FieldError, FormErrors, Nav};
use crate::http::web::visit::{Answer, Member, Visit, show};
use crate::media::{Key, Purpose};
use crate::model::account::{Account, AccountKind};
use crate::model::profile::Field;
use crate::service::ProfileChanges;

/// `GET /settings/profile`
pub(in crate::http::web) async fn page(member: Member) -> Answer {
    let Member { visit, me, .. } = member;
    let account = visit.service().account(me).await?;
    show(&form_page(&visit, &account, form_of(&account), FormErrors::default()).await?)
}

/// `POST /settings/profile`
pub(in crate::http::web) async fn change(member: Member, parts: Parts) -> Answer {
    let Member { visit, me, .. } = member;
    let purpose = |name: &str| match name {
        "avatar" => Some(Purpose::Avatar),
        "header" => Some(Purpose::Header),
        _ => None,
    };
    let mut posted = Posted::read(&visit.state, parts, purpose).await?;
    let pictures = Pictures::take(&visit.state, &mut posted).await;
    let form = form_from(&posted);
    let changed = match &pictures.refusal {
        Some(_) => None,
        None => Some(visit.service().update_profile(me, changes(&form, &pictures)).await),
    };
    let (status, errors) = match changed {
        Some(Ok((account, orphans))) => {
            remove_all(&visit.state, orphans).await;
            return Ok(visit.to(&visit.present().account(&account).href(), Some("profile-saved")));
        }
        Some(Err(error)) => {
            pictures.discard(&visit.state).await;
            refused(error)?
        }
        None => {
            let refusal = pictures.refusal.clone().into_iter().collect();
            pictures.discard(&visit.state).await;
            (axum::http::StatusCode::UNPROCESSABLE_ENTITY, FormErrors(refusal))
        }
    };
    let account = visit.service().account(me).await?;
    let form = ProfileForm { header: account.header.as_deref().and_then(file_path), ..form };
    Ok(views::page(status, &form_page(&visit, &account, form, errors).await?))
}

async fn form_page(
    visit: &Visit,
    account: &Account,
    mut form: ProfileForm,
    errors: FormErrors,
) -> Result<EditProfilePage> {
    form.fields.resize_with(limits::FIELDS_MAX, Default::default);
    let shell = visit.shell(Nav::Settings).await?;
    Ok(EditProfilePage { shell, account: visit.present().account(account), form, errors })
}

/// The form with the profile as it is.
fn form_of(account: &Account) -> ProfileForm {
    ProfileForm {
        display_name: account.display_name.clone(),
        bio: account.bio.clone(),
        header: account.header.as_deref().and_then(file_path),
        fields: account.fields.iter().map(|field| (field.name.clone(), field.value.clone())).collect(),
        locked: account.locked,
        bot: account.kind == AccountKind::Service,
        discoverable: account.discoverable,
        indexable: account.indexable,
    }
}

/// The form as it was sent.
fn form_from(posted: &Posted) -> ProfileForm {
    let field = |n: usize| {
        let part = |part: &str| posted.text(&format!("field_{part}_{n}")).to_owned();
        (part("name"), part("value"))
    };
    ProfileForm {
        display_name: posted.text("display_name").to_owned(),
        bio: posted.text("bio").to_owned(),
        header: None,
        fields: (0..limits::FIELDS_MAX).map(field).collect(),
        locked: posted.has("locked"),
        bot: posted.has("bot"),
        discoverable: posted.has("discoverable"),
        indexable: posted.has("indexable"),
    }
}

fn changes(form: &ProfileForm, pictures: &Pictures) -> ProfileChanges {
    let fields = form.fields.iter().map(|(name, value)| Field { name: name.clone(), value: value.clone() });
    ProfileChanges {
        display_name: Some(form.display_name.clone()),
        bio: Some(form.bio.clone()),
        fields: Some(fields.collect()),
        avatar: pictures.avatar.clone(),
        header: pictures.header.clone(),
        locked: Some(form.locked),
        bot: Some(form.bot),
        discoverable: Some(form.discoverable),
        indexable: Some(form.indexable),
    }
}

/// What happens to the pictures: the key of a new one, `Some(None)` to take it away, `None` to leave it.
#[derive(Default)]
struct Pictures {
    avatar: Option<Option<String>>,
    header: Option<Option<String>>,
    refusal: Option<FieldError>,
}

impl Pictures {
    async fn take(state: &AppState, posted: &mut Posted) -> Self {
        let mut pictures = Self::default();
        pictures.avatar = pictures.one(state, posted, "avatar").await;
        pictures.header = pictures.one(state, posted, "header").await;
        pictures
    }

    async fn one(&mut self, state: &AppState, posted: &mut Posted, name: &str) -> Option<Option<String>> {
        match posted.take_file(name) {
            Some(Ok(stored)) => {
                // A profile's picture is small itself.
                remove(state, &stored.thumb.key).await;
                Some(Some(stored.image.key.to_string()))
            }
            Some(Err(refusal)) => {
                let errors = FormErrors::from_error(&Error::from(refusal));
                self.refusal =
                    errors.0.into_iter().next().map(|error| FieldError { field: name.to_owned(), ..error });
                None
            }
            None => posted.has(&format!("remove_{name}")).then_some(None),
        }
    }

    /// Removes the new files of a refused form.
    async fn discard(self, state: &AppState) {
        remove_all(state, [self.avatar, self.header].into_iter().flatten().flatten().collect()).await;
    }
}

async fn remove_all(state: &AppState, keys: Vec<String>) {
    for key in keys.iter().filter_map(|key| key.parse::<Key>().ok()) {
        remove(state, &key).await;
    }
}
