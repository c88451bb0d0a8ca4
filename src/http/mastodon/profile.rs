//! One's own account: what it says of itself, and what one prefers.

use axum::extract::{FromRequest as _, Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};

use super::compose::ForWhom;
use super::entities::{CredentialAccount, Own, Scene, word_of_quotable, word_of_visibility};
use super::{Answer, Json};
use crate::error::Result;
use crate::http::extract::lenient::{Fields, blank_is_none, blank_takes_away};
use crate::http::extract::{Auth, Lenient, Multipart};
use crate::http::media::upload::{self, Unclaimed};
use crate::http::problem::Problem;
use crate::http::state::AppState;
use crate::media::Purpose;
use crate::model::language;
use crate::model::profile::Field;
use crate::model::quote::QuotePolicy;
use crate::model::visibility::Visibility;
use crate::service::{PreferenceChanges, ProfileChanges, SignedIn};

/// What changes of one's profile; what is not sent stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Changes {
    display_name: Option<String>,
    note: Option<String>,
    locked: Option<bool>,
    bot: Option<bool>,
    discoverable: Option<bool>,
    indexable: Option<bool>,
    fields_attributes: Option<Vec<Line>>,
    source: Option<Defaults>,
}

/// A line of a profile.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line {
    name: String,
    value: String,
}

/// What one chooses for new posts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Defaults {
    #[serde(deserialize_with = "blank_is_none")]
    privacy: Option<ForWhom>,
    #[serde(deserialize_with = "blank_is_none")]
    sensitive: Option<bool>,
    #[serde(deserialize_with = "blank_takes_away")]
    language: Option<Option<String>>,
    #[serde(deserialize_with = "blank_is_none")]
    quote_policy: Option<Quoters>,
}

/// Mastodon's words for whom one lets quote.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Quoters {
    Public,
    Followers,
    Nobody,
}

/// New pictures of a profile. They remove themselves when nothing comes of them.
#[derive(Default)]
struct Pictures {
    avatar: Option<Unclaimed>,
    header: Option<Unclaimed>,
}

/// What a client may begin with.
#[derive(Debug, Serialize)]
pub(super) struct Preferences {
    #[serde(rename = "posting:default:visibility")]
    visibility: &'static str,
    #[serde(rename = "posting:default:sensitive")]
    sensitive: bool,
    #[serde(rename = "posting:default:language")]
    language: Option<String>,
    #[serde(rename = "posting:default:quote_policy")]
    quote_policy: &'static str,
    #[serde(rename = "reading:expand:media")]
    expand_media: &'static str,
    #[serde(rename = "reading:expand:spoilers")]
    expand_spoilers: bool,
    #[serde(rename = "reading:autoplay:gifs")]
    autoplay_gifs: bool,
}

/// `GET /api/v1/accounts/verify_credentials`
pub(super) async fn verify_credentials(
    State(state): State<AppState>,
    Auth(who): Auth,
) -> Answer<CredentialAccount> {
    Ok(current(&state, &who).await?)
}

/// `PATCH /api/v1/accounts/update_credentials`: texts in any form, pictures as parts named `avatar` and `header`.
pub(super) async fn update_credentials(
    State(state): State<AppState>,
    Auth(who): Auth,
    request: Request,
) -> Result<Json<CredentialAccount>, Problem> {
    let refused = |error| Problem::from(&error);
    let (changes, pictures) = match is_multipart(&request) {
        true => read_parts(&state, Multipart::from_request(request, &state).await?).await?,
        false => (Lenient::from_request(request, &state).await?.0, Pictures::default()),
    };
    let wishes = changes.source.as_ref().map(Defaults::wishes);
    if let Some(wishes) = wishes {
        state.service.set_preferences(who.account, wishes).await.map_err(refused)?;
    }
    let changes = changes.with(pictures).await;
    upload::change_profile(&state, who.account, changes).await.map_err(refused)?;
    current(&state, &who).await.map_err(refused)
}

/// `DELETE /api/v1/profile/avatar`
pub(super) async fn remove_avatar(
    State(state): State<AppState>,
    Auth(who): Auth,
) -> Answer<CredentialAccount> {
    let changes = ProfileChanges { avatar: Some(None), ..ProfileChanges::default() };
    upload::change_profile(&state, who.account, changes).await?;
    Ok(current(&state, &who).await?)
}

/// `DELETE /api/v1/profile/header`
pub(super) async fn remove_header(
    State(state): State<AppState>,
    Auth(who): Auth,
) -> Answer<CredentialAccount> {
    let changes = ProfileChanges { header: Some(None), ..ProfileChanges::default() };
    upload::change_profile(&state, who.account, changes).await?;
    Ok(current(&state, &who).await?)
}

/// `GET /api/v1/preferences`
pub(super) async fn preferences(State(state): State<AppState>, Auth(who): Auth) -> Answer<Preferences> {
    let account = state.service.account(who.account).await?;
    let wishes = state.service.preferences(who.account).await?;
    Ok(Json(Preferences {
        visibility: word_of_visibility(wishes.visibility.unwrap_or(Visibility::Public)),
        sensitive: wishes.sensitive,
        language: wishes.language,
        quote_policy: word_of_quotable(account.quotable),
        expand_media: wishes.expand_media.as_str(),
        expand_spoilers: wishes.expand_spoilers,
        autoplay_gifs: wishes.autoplay,
    }))
}

async fn current(state: &AppState, who: &SignedIn) -> Result<Json<CredentialAccount>> {
    let service = &state.service;
    let (account, user) = (service.account(who.account).await?, service.user(who.account).await?);
    let requests = service.requests_waiting(who.account).await?;
    let own = Own { role: user.role, requests, wishes: service.preferences(who.account).await? };
    Ok(Json(CredentialAccount::of(&account, own, &Scene::of(state, Some(who)))))
}

fn is_multipart(request: &Request) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with(b"multipart/form-data"))
}

async fn read_parts(state: &AppState, mut form: Multipart) -> Result<(Changes, Pictures), Problem> {
    let refused = |error| Problem::from(&error);
    let (mut fields, mut pictures) = (Fields::default(), Pictures::default());
    while let Some(part) = form.next().await.map_err(refused)? {
        match part.name() {
            "avatar" => {
                pictures.avatar = Some(upload::receive(state, part, Purpose::Avatar).await.map_err(refused)?);
            }
            "header" => {
                pictures.header = Some(upload::receive(state, part, Purpose::Header).await.map_err(refused)?);
            }
            name => {
                let name = name.to_owned();
                fields.add(&name, part.text("body").await.map_err(refused)?).map_err(refused)?;
            }
        }
    }
    Ok((fields.read()?, pictures))
}

impl Changes {
    async fn with(self, pictures: Pictures) -> ProfileChanges {
        let field = |line: Line| Field { name: line.name, value: line.value };
        ProfileChanges {
            display_name: self.display_name,
            bio: self.note,
            fields: self.fields_attributes.map(|lines| lines.into_iter().map(field).collect()),
            avatar: claimed(pictures.avatar).await,
            header: claimed(pictures.header).await,
            locked: self.locked,
            bot: self.bot,
            discoverable: self.discoverable,
            indexable: self.indexable,
            quotable: self.source.and_then(|source| source.quote_policy).map(QuotePolicy::from),
        }
    }
}

impl Defaults {
    /// What changes for new posts. Clients send the language of their own words, which here may be any.
    fn wishes(&self) -> PreferenceChanges {
        PreferenceChanges {
            visibility: self.privacy.map(Visibility::from),
            sensitive: self.sensitive,
            language: self.language.as_ref().map(|tag| tag.as_deref().and_then(language::primary)),
            ..PreferenceChanges::default()
        }
    }
}

async fn claimed(picture: Option<Unclaimed>) -> Option<Option<String>> {
    Some(Some(picture?.claim_image().await.key.to_string()))
}

impl From<Quoters> for QuotePolicy {
    fn from(word: Quoters) -> Self {
        match word {
            Quoters::Public => Self::Everyone,
            Quoters::Followers => Self::Followers,
            Quoters::Nobody => Self::Nobody,
        }
    }
}
