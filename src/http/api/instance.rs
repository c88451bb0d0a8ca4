//! What this instance is.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Answer;
use crate::config::{Registration, limits};
use crate::http::extract::Json;
use crate::http::state::AppState;
use crate::media::Films;
use crate::model::about::HousePicture;
use crate::model::address::Addresses;
use crate::model::pictures;
use crate::service;

/// This instance.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Instance {
    /// Its name.
    name: String,
    /// A sentence or two about it; may be empty.
    description: String,
    /// How to reach whoever runs it: an e-mail address, a link or words; may be empty.
    contact: String,
    /// The host that follows the `@` in handles.
    host: String,
    /// Its address.
    url: String,
    /// The version of Rookery.
    version: &'static str,
    /// How accounts come to be: `open`, `approval` or `closed`.
    #[schema(example = "open")]
    registration: &'static str,
    /// Its picture, which an admin gave it.
    picture: Option<InstancePicture>,
    /// What an account or a tweet may have.
    limits: Limits,
    /// How big it is.
    counts: Counts,
}

/// The picture of an instance.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct InstancePicture {
    /// Where it is.
    url: String,
    /// Pixels from left to right.
    width: u32,
    /// Pixels from top to bottom.
    height: u32,
    /// What to show until it is there.
    blurhash: String,
    /// Where its middle is, as an icon.
    icon_url: String,
}

/// What an account or a tweet may have.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct Limits {
    /// Characters in a tweet, as people count them.
    tweet_characters: usize,
    /// Characters that a link counts for.
    link_characters: usize,
    /// Pictures in a tweet.
    images: usize,
    /// Bytes of a picture.
    image_bytes: u64,
    /// Bytes of a film or sound; 0 where none is taken.
    video_bytes: u64,
    /// Characters of a picture's description.
    alt_characters: usize,
    /// Characters of a content warning.
    content_warning_characters: usize,
    /// Characters of a display name.
    display_name_characters: usize,
    /// Characters of a bio.
    bio_characters: usize,
    /// Lines of a profile.
    profile_fields: usize,
    /// Pinned tweets.
    pinned_tweets: usize,
    /// The shortest password, in characters.
    password_min_characters: usize,
    /// The most tweets or notifications on a page.
    page: usize,
    /// The most accounts on a page.
    account_page: usize,
}

/// How big an instance is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct Counts {
    /// Accounts.
    users: u64,
    /// Tweets that its accounts have written.
    tweets: u64,
}

/// This instance: its name, rules, limits and size
#[utoipa::path(get, path = "/api/instance", tag = "instance", responses((status = 200, description = "The instance.", body = Instance)))]
pub(super) async fn get_instance(State(state): State<AppState>) -> Answer<Instance> {
    let counts = state.service.counts().await?.into();
    let addresses = state.service.addresses();
    let rules = state.service.rules();
    Ok(Json(Instance {
        name: rules.instance_name.clone(),
        description: rules.instance_description.clone(),
        contact: rules.admin_contact.clone(),
        host: addresses.host().to_string(),
        url: addresses.origin().to_owned(),
        version: env!("CARGO_PKG_VERSION"),
        registration: registration(rules.registration),
        picture: state.service.house_picture().map(|picture| InstancePicture::of(&picture, addresses)),
        limits: Limits::of(&state),
        counts,
    }))
}

impl InstancePicture {
    fn of(picture: &HousePicture, addresses: &Addresses) -> Self {
        Self {
            url: addresses.at(&pictures::house_url(picture)),
            width: picture.width,
            height: picture.height,
            blurhash: picture.blurhash.clone(),
            icon_url: addresses.at(&pictures::house_icon_url(picture)),
        }
    }
}

impl From<service::Counts> for Counts {
    fn from(counts: service::Counts) -> Self {
        Self { users: counts.users, tweets: counts.tweets }
    }
}

impl Limits {
    fn of(state: &AppState) -> Self {
        let rules = state.service.rules();
        Self {
            tweet_characters: rules.tweet_limit,
            link_characters: limits::LINK_CHARACTERS,
            images: rules.max_images,
            image_bytes: state.media.image_max_bytes(),
            video_bytes: state.media.films().map_or(0, Films::max_bytes),
            alt_characters: limits::ALT_TEXT_MAX,
            content_warning_characters: limits::CONTENT_WARNING_MAX,
            display_name_characters: limits::DISPLAY_NAME_MAX,
            bio_characters: limits::BIO_MAX,
            profile_fields: limits::FIELDS_MAX,
            pinned_tweets: limits::PINNED_MAX,
            password_min_characters: limits::PASSWORD_MIN,
            page: limits::PAGE_MAX,
            account_page: limits::ACCOUNT_PAGE_MAX,
        }
    }
}

fn registration(setting: Registration) -> &'static str {
    match setting {
        Registration::Open => "open",
        Registration::Approval => "approval",
        Registration::Closed => "closed",
    }
}
