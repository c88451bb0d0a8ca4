//! Editing one's profile.

use axum::http::StatusCode;

use super::parts::Posted;
use super::refused;
use crate::config::limits;
use crate::error::Result;
use crate::http::extract::Multipart;
use crate::http::media::{upload, urls};
use crate::http::web::views::pages::{EditProfilePage, ProfileForm};
use crate::http::web::views::{self, FieldError, FormErrors, Nav};
use crate::http::web::visit::{Answer, Member, Visit, show};
use crate::media::Purpose;
use crate::model::account::{Account, AccountKind};
use crate::model::profile::Field;
use crate::model::quote::QuotePolicy;
use crate::service::ProfileChanges;

/// `GET /settings/profile`
pub(in crate::http::web) async fn page(member: Member) -> Answer {
    let Member { visit, me, .. } = member;
    let account = visit.service().account(me).await?;
    show(&form_page(&visit, &account, form_of(&account), FormErrors::default()).await?)
}

/// `POST /settings/profile`
pub(in crate::http::web) async fn change(member: Member, form: Multipart) -> Answer {
    let Member { visit, me, .. } = member;
    let purpose = |name: &str| match name {
        "avatar" => Some(Purpose::Avatar),
        "header" => Some(Purpose::Header),
        _ => None,
    };
    let mut posted = Posted::read(&visit.state, form, purpose).await?;
    let pictures = Pictures::take(&mut posted).await;
    let form = form_from(&posted);
    let (status, errors) = match &pictures.refusal {
        Some(refusal) => {
            upload::remove_files(&visit.state, pictures.new_files()).await;
            (StatusCode::UNPROCESSABLE_ENTITY, FormErrors(vec![refusal.clone()]))
        }
        None => match upload::change_profile(&visit.state, me, changes(&form, &pictures)).await {
            Ok(account) => {
                return Ok(visit.to(&visit.present().account(&account).href(), Some("profile-saved")));
            }
            Err(error) => refused(error)?,
        },
    };
    let account = visit.service().account(me).await?;
    let form = ProfileForm { header: urls::header_url(&account), ..form };
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
        header: urls::header_url(account),
        fields: account.fields.iter().map(|field| (field.name.clone(), field.value.clone())).collect(),
        locked: account.locked,
        bot: account.kind == AccountKind::Service,
        discoverable: account.discoverable,
        indexable: account.indexable,
        quotable: account.quotable,
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
        quotable: QuotePolicy::from_word(posted.text("quotable")).unwrap_or_default(),
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
        quotable: Some(form.quotable),
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
    async fn take(posted: &mut Posted) -> Self {
        let mut pictures = Self::default();
        pictures.avatar = pictures.one(posted, "avatar").await;
        pictures.header = pictures.one(posted, "header").await;
        pictures
    }

    async fn one(&mut self, posted: &mut Posted, name: &str) -> Option<Option<String>> {
        match posted.take_picture(name) {
            // A profile's picture is small itself.
            Some(Ok(picture)) => Some(Some(picture.claim_image().await.key.to_string())),
            Some(Err(refusal)) => {
                let errors = FormErrors::from_error(&refusal);
                self.refusal =
                    errors.0.into_iter().next().map(|error| FieldError { field: name.to_owned(), ..error });
                None
            }
            None => posted.has(&format!("remove_{name}")).then_some(None),
        }
    }

    /// The files that a refused form leaves without a use.
    fn new_files(&self) -> Vec<String> {
        [&self.avatar, &self.header].into_iter().flatten().flatten().cloned().collect()
    }
}
