//! What this instance is, in both versions of the document.

use std::sync::Arc;

use serde::Serialize;

use super::Scene;
use crate::config::{Registration, limits};
use crate::http::web::assets;
use crate::model::about::{HousePicture, HouseRule};
use crate::model::ids::RowId;
use crate::model::pictures;
use crate::service::{Counts, Rules};

/// The version of Mastodon whose clients find here what they look for. 4.6 would promise collections.
const LIKE_MASTODON: &str = "4.5.0";
/// The same by Mastodon's count of its API.
const API_LEVEL: u32 = 7;
/// What pictures may be uploaded.
const PICTURES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];
/// What else, where there is ffmpeg.
const FILMS: [&str; 19] = [
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "video/x-matroska",
    "video/ogg",
    "audio/mpeg",
    "audio/mp3",
    "audio/mp4",
    "audio/m4a",
    "audio/x-m4a",
    "audio/aac",
    "audio/ogg",
    "audio/webm",
    "audio/flac",
    "audio/x-flac",
    "audio/wav",
    "audio/wave",
    "audio/x-wav",
    "audio/3gpp",
];
/// Pictures a second of a film that stay.
const FILM_RATE: u64 = 60;
/// The most pixels of a film that is taken.
const FILM_PIXELS: u64 = 4_096 * 2_160;
/// The most pixels of a picture that clients need to think of; larger ones are made smaller here.
const PICTURE_PIXELS: u64 = 33_177_600;
const ICON: &str = "icon.png";

/// What the documents are made from.
#[derive(Clone, Debug)]
pub(in crate::http::mastodon) struct Known<'a> {
    /// What the admin has set.
    pub(in crate::http::mastodon) rules: &'a Rules,
    /// How big the instance is.
    pub(in crate::http::mastodon) counts: Counts,
    /// Bytes of an image that is taken in.
    pub(in crate::http::mastodon) image_bytes: u64,
    /// Bytes of a film or sound that is taken in; `None` takes none.
    pub(in crate::http::mastodon) film_bytes: Option<u64>,
    /// Its rules.
    pub(in crate::http::mastodon) house_rules: Vec<HouseRule>,
    /// Its picture.
    pub(in crate::http::mastodon) picture: Option<Arc<HousePicture>>,
    /// Whether it has terms, and whether it says what is done with what people give to it.
    pub(in crate::http::mastodon) has: (bool, bool),
    /// The key by which push services know it.
    pub(in crate::http::mastodon) push_key: &'a str,
}

/// `GET /api/v2/instance`
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct InstanceV2 {
    domain: String,
    title: String,
    version: String,
    source_url: String,
    description: String,
    usage: Usage,
    thumbnail: Thumbnail,
    icon: Vec<IconFile>,
    languages: Vec<String>,
    configuration: Configuration,
    registrations: Registrations,
    api_versions: ApiVersions,
    contact: Contact,
    rules: Vec<InstanceRule>,
}

/// A rule of the instance.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct InstanceRule {
    id: RowId,
    text: String,
    hint: String,
    translations: Untranslated,
}

/// `{}`: rules are in one language.
#[derive(Clone, Debug, Serialize)]
struct Untranslated {}

impl InstanceRule {
    /// The rule as this API shows it.
    pub(in crate::http::mastodon) fn of(rule: &HouseRule) -> Self {
        let translations = Untranslated {};
        Self { id: rule.id, text: rule.text.clone(), hint: rule.hint.clone(), translations }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Usage {
    users: ActiveUsers,
}

#[derive(Clone, Debug, Serialize)]
struct ActiveUsers {
    active_month: u64,
}

#[derive(Clone, Debug, Serialize)]
struct Thumbnail {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    blurhash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    versions: Option<Versions>,
}

/// The one size that there is.
#[derive(Clone, Debug, Serialize)]
struct Versions {
    #[serde(rename = "@1x")]
    plain: String,
}

#[derive(Clone, Debug, Serialize)]
struct IconFile {
    src: String,
    size: String,
}

#[derive(Clone, Debug, Serialize)]
struct Registrations {
    enabled: bool,
    approval_required: bool,
    reason_required: bool,
    message: Option<String>,
    min_age: Option<u32>,
    url: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct ApiVersions {
    mastodon: u32,
}

#[derive(Clone, Debug, Serialize)]
struct Contact {
    email: String,
    account: Option<super::Account>,
}

#[derive(Clone, Debug, Serialize)]
struct Configuration {
    urls: Urls,
    vapid: Vapid,
    accounts: OfAccounts,
    statuses: OfStatuses,
    media_attachments: OfMedia,
    polls: OfPolls,
    translation: Translation,
    limited_federation: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Urls {
    streaming: String,
    status: Option<String>,
    about: Option<String>,
    privacy_policy: Option<String>,
    terms_of_service: Option<String>,
}

/// How push services know this instance.
#[derive(Clone, Debug, Serialize)]
struct Vapid {
    public_key: String,
}

#[derive(Clone, Debug, Serialize)]
struct OfAccounts {
    max_display_name_length: usize,
    max_note_length: usize,
    max_featured_tags: usize,
    max_pinned_statuses: usize,
    max_profile_fields: usize,
    profile_field_name_limit: usize,
    profile_field_value_limit: usize,
}

#[derive(Clone, Debug, Serialize)]
struct OfStatuses {
    max_characters: usize,
    max_media_attachments: usize,
    characters_reserved_per_url: usize,
}

/// Where films are not taken in, what clients read as numbers is there all the same.
#[derive(Clone, Debug, Serialize)]
struct OfMedia {
    supported_mime_types: Vec<&'static str>,
    description_limit: usize,
    image_size_limit: u64,
    image_matrix_limit: u64,
    video_size_limit: u64,
    video_frame_rate_limit: u64,
    video_matrix_limit: u64,
}

#[derive(Clone, Debug, Serialize)]
struct OfPolls {
    max_options: usize,
    max_characters_per_option: usize,
    min_expiration: i64,
    max_expiration: i64,
}

#[derive(Clone, Debug, Serialize)]
struct Translation {
    enabled: bool,
}

impl InstanceV2 {
    /// The document.
    pub(in crate::http::mastodon) fn of(known: &Known<'_>, scene: &Scene<'_>) -> Self {
        let rules = known.rules;
        Self {
            domain: scene.addresses.host().to_string(),
            title: rules.instance_name.clone(),
            version: version(),
            source_url: rules.source_url.clone(),
            description: rules.instance_description.clone(),
            usage: Usage { users: ActiveUsers { active_month: known.counts.active_month } },
            thumbnail: Thumbnail::of(known.picture.as_deref(), scene),
            icon: known.picture.iter().map(|picture| IconFile::of(picture, scene)).collect(),
            languages: vec![rules.language.clone()],
            configuration: Configuration::of(known, scene),
            registrations: Registrations {
                enabled: rules.registration != Registration::Closed,
                approval_required: rules.registration == Registration::Approval,
                reason_required: false,
                message: None,
                min_age: None,
                url: None,
            },
            api_versions: ApiVersions { mastodon: API_LEVEL },
            contact: Contact { email: rules.admin_contact.clone(), account: None },
            rules: known.house_rules.iter().map(InstanceRule::of).collect(),
        }
    }
}

impl Thumbnail {
    fn of(picture: Option<&HousePicture>, scene: &Scene<'_>) -> Self {
        let Some(picture) = picture else {
            let url = scene.addresses.at(assets::url(ICON));
            return Self { url, blurhash: None, versions: None };
        };
        let url = scene.addresses.at(&pictures::house_url(picture));
        let versions = Some(Versions { plain: url.clone() });
        Self { url, blurhash: Some(picture.blurhash.clone()), versions }
    }
}

impl IconFile {
    fn of(picture: &HousePicture, scene: &Scene<'_>) -> Self {
        Self {
            src: scene.addresses.at(&pictures::house_icon_url(picture)),
            size: format!("{}x{}", picture.icon_width, picture.icon_height),
        }
    }
}

impl Configuration {
    fn of(known: &Known<'_>, scene: &Scene<'_>) -> Self {
        let (rules, films) = (known.rules, known.film_bytes.is_some());
        Self {
            urls: Urls {
                streaming: streaming(scene),
                status: None,
                about: Some(scene.addresses.at("/about")),
                privacy_policy: known.has.1.then(|| scene.addresses.at("/about#privacy")),
                terms_of_service: known.has.0.then(|| scene.addresses.at("/about#terms")),
            },
            vapid: Vapid { public_key: known.push_key.to_owned() },
            accounts: OfAccounts {
                max_display_name_length: limits::DISPLAY_NAME_MAX,
                max_note_length: limits::BIO_MAX,
                max_featured_tags: limits::FEATURED_TAGS_MAX,
                max_pinned_statuses: limits::PINNED_MAX,
                max_profile_fields: limits::FIELDS_MAX,
                profile_field_name_limit: limits::FIELD_MAX,
                profile_field_value_limit: limits::FIELD_MAX,
            },
            statuses: OfStatuses {
                max_characters: rules.tweet_limit,
                max_media_attachments: rules.max_images,
                characters_reserved_per_url: limits::LINK_CHARACTERS,
            },
            media_attachments: OfMedia {
                supported_mime_types: PICTURES
                    .iter()
                    .chain(FILMS.iter().filter(|_| films))
                    .copied()
                    .collect(),
                description_limit: limits::ALT_TEXT_MAX,
                image_size_limit: known.image_bytes,
                image_matrix_limit: PICTURE_PIXELS,
                video_size_limit: known.film_bytes.unwrap_or_default(),
                video_frame_rate_limit: if films { FILM_RATE } else { 0 },
                video_matrix_limit: if films { FILM_PIXELS } else { 0 },
            },
            polls: OfPolls {
                max_options: limits::POLL_OPTIONS_MAX,
                max_characters_per_option: limits::POLL_OPTION_MAX,
                min_expiration: limits::POLL_MIN_MS / 1_000,
                max_expiration: limits::POLL_MAX_MS / 1_000,
            },
            translation: Translation { enabled: false },
            limited_federation: !rules.federation,
        }
    }
}

/// `GET /api/v1/instance`
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct InstanceV1 {
    uri: String,
    title: String,
    short_description: String,
    description: String,
    email: String,
    version: String,
    urls: StreamingApi,
    stats: Stats,
    thumbnail: Option<String>,
    languages: Vec<String>,
    registrations: bool,
    approval_required: bool,
    invites_enabled: bool,
    configuration: Configuration,
    contact_account: Option<super::Account>,
    rules: Vec<InstanceRule>,
}

#[derive(Clone, Debug, Serialize)]
struct StreamingApi {
    streaming_api: String,
}

#[derive(Clone, Debug, Serialize)]
struct Stats {
    user_count: u64,
    status_count: u64,
    domain_count: u64,
}

impl InstanceV1 {
    /// The document.
    pub(in crate::http::mastodon) fn of(known: &Known<'_>, scene: &Scene<'_>) -> Self {
        let InstanceV2 {
            domain,
            title,
            version,
            description,
            thumbnail,
            languages,
            configuration,
            rules,
            ..
        } = InstanceV2::of(known, scene);
        Self {
            uri: domain,
            title,
            short_description: description.clone(),
            description,
            email: known.rules.admin_contact.clone(),
            version,
            urls: StreamingApi { streaming_api: streaming(scene) },
            stats: Stats {
                user_count: known.counts.users,
                status_count: known.counts.tweets,
                domain_count: 0,
            },
            thumbnail: Some(thumbnail.url),
            languages,
            registrations: known.rules.registration != Registration::Closed,
            approval_required: known.rules.registration == Registration::Approval,
            invites_enabled: false,
            configuration,
            contact_account: None,
            rules,
        }
    }
}

fn version() -> String {
    format!("{LIKE_MASTODON} (compatible; Rookery {})", env!("CARGO_PKG_VERSION"))
}

/// The origin for streams: `wss` where the pages are `https`.
fn streaming(scene: &Scene<'_>) -> String {
    scene.addresses.origin().replacen("http", "ws", 1)
}
