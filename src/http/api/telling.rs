//! Of what you are told, by whom and by which way, and when you are not to be disturbed.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answer;
use super::preferences::null_takes_away;
use super::types::{doers, every, maybe_doers, maybe_every, notification_kind};
use crate::http::extract::{Auth, Json};
use crate::http::state::AppState;
use crate::model::digest::Every;
use crate::model::hours::TimeOfDay;
use crate::model::notification::NotificationKind;
use crate::model::telling::{Channel, Doer, Doers, Told};
use crate::service::{TellingChanges, TellingView};

/// Of what you are told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NotificationPreferences {
    /// Every kind of notification.
    kinds: Vec<ToldKind>,
    /// When neither push messages nor mail come; null when they may at any time.
    quiet_hours: Option<QuietHours>,
    /// The time zone of the quiet hours and of the digest, as in your preferences; null is UTC.
    time_zone: Option<String>,
    /// The mail with what you have not read.
    digest: Digest,
}

/// The mail with what you have not read; it comes only when there is something, and only to a confirmed address.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Digest {
    /// How often it comes at most.
    #[schema(schema_with = every)]
    every: Every,
    /// At which hour of the day.
    #[schema(minimum = 0, maximum = 23)]
    hour: i64,
    /// Whether it was turned off as nothing could be sent to your address.
    failed: bool,
}

/// What changes of the digest.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct DigestChanges {
    /// How often it comes at most.
    #[serde(default)]
    #[schema(schema_with = maybe_every, required = false)]
    every: Option<Every>,
    /// At which hour of the day.
    #[schema(minimum = 0, maximum = 23)]
    hour: Option<i64>,
}

/// A kind of notification, and by whom it is told to you: by accounts that you follow, by those that follow you and that
/// you do not follow, by others.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ToldKind {
    /// What happened.
    #[schema(schema_with = notification_kind)]
    kind: NotificationKind,
    /// In the list and its stream. What is not there is neither pushed nor mailed.
    #[schema(schema_with = doers)]
    list: Vec<Doer>,
    /// By push.
    #[schema(schema_with = doers)]
    push: Vec<Doer>,
    /// By mail, in the digest.
    #[schema(schema_with = doers)]
    mail: Vec<Doer>,
}

/// What changes; what is not sent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NotificationPreferencesChanges {
    /// Kinds of notifications of which something changes.
    #[serde(default)]
    kinds: Option<Vec<ToldKindChanges>>,
    /// When neither push messages nor mail come; null takes it away.
    #[serde(default, deserialize_with = "null_takes_away")]
    #[schema(value_type = Option<QuietHours>)]
    quiet_hours: Option<Option<QuietHours>>,
    /// The time zone of the quiet hours, as its name in the IANA list; null takes it away.
    #[serde(default, deserialize_with = "null_takes_away")]
    #[schema(value_type = Option<String>, max_length = 64, example = "Europe/Berlin")]
    time_zone: Option<Option<String>>,
    /// The mail with what you have not read.
    digest: Option<DigestChanges>,
}

/// What changes of a kind of notification.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ToldKindChanges {
    /// What happened.
    #[schema(schema_with = notification_kind)]
    kind: NotificationKind,
    /// By whom you are told in the list and its stream.
    #[serde(default)]
    #[schema(schema_with = maybe_doers, required = false)]
    list: Option<Vec<Doer>>,
    /// By whom by push.
    #[serde(default)]
    #[schema(schema_with = maybe_doers, required = false)]
    push: Option<Vec<Doer>>,
    /// By whom by mail.
    #[serde(default)]
    #[schema(schema_with = maybe_doers, required = false)]
    mail: Option<Vec<Doer>>,
}

/// Hours of every day; they may go over midnight.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct QuietHours {
    /// When they begin.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "22:00")]
    from: TimeOfDay,
    /// When they are over: another time than they begin.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:00")]
    until: TimeOfDay,
}

/// Of what you are told, by whom and by which way
#[utoipa::path(get, path = "/api/users/me/notification-preferences", tag = "notifications", responses((status = 200, description = "Your choice.", body = NotificationPreferences)))]
pub(super) async fn get_notification_preferences(
    State(state): State<AppState>,
    Auth(who): Auth,
) -> Answer<NotificationPreferences> {
    Ok(Json(state.service.telling(who.account).await?.into()))
}

/// Choose of what you are told, by whom and by which way
///
/// It holds for what happens from then on. What is not in the list is not made at all; what is, may wait by your
/// notification policy, and is pushed to sessions that subscribed to it. What comes in quiet hours is in the list, and is
/// not pushed later.
#[utoipa::path(patch, path = "/api/users/me/notification-preferences", tag = "notifications", responses((status = 200, description = "Your choice.", body = NotificationPreferences)))]
pub(super) async fn set_notification_preferences(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(changes): Json<NotificationPreferencesChanges>,
) -> Answer<NotificationPreferences> {
    let told = changes.kinds.into_iter().flatten().flat_map(ToldKindChanges::each);
    let changes = TellingChanges {
        told: told.collect(),
        quiet_hours: changes.quiet_hours.map(|hours| hours.map(|hours| (hours.from, hours.until))),
        time_zone: changes.time_zone,
        every: changes.digest.as_ref().and_then(|digest| digest.every),
        hour: changes.digest.as_ref().and_then(|digest| digest.hour),
    };
    Ok(Json(state.service.set_telling(who.account, changes).await?.into()))
}

impl ToldKindChanges {
    fn each(self) -> impl Iterator<Item = (NotificationKind, Channel, Doers)> {
        let Self { kind, list, push, mail } = self;
        let ways = [(Channel::List, list), (Channel::Push, push), (Channel::Mail, mail)];
        ways.into_iter()
            .filter_map(move |(channel, doers)| Some((kind, channel, doers?.into_iter().collect())))
    }
}

impl From<TellingView> for NotificationPreferences {
    fn from(view: TellingView) -> Self {
        let kinds = NotificationKind::ALL.map(|kind| {
            let Told { list, push, mail } = view.telling.of(kind);
            let [list, push, mail] = [list, push, mail].map(|doers| doers.each().collect());
            ToldKind { kind, list, push, mail }
        });
        let hours = view.quiet.hours;
        Self {
            kinds: kinds.into(),
            quiet_hours: hours.map(|hours| QuietHours { from: hours.from(), until: hours.until() }),
            time_zone: view.quiet.zone,
            digest: Digest { every: view.digest.every, hour: view.digest.hour, failed: view.digest.failed },
        }
    }
}
