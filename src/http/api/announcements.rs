//! What admins tell everybody here.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answer;
use super::paths::{OfAnnouncement, OfReaction};
use super::types::{Id, when};
use crate::error::{Error, Result};
use crate::http::extract::{Auth, Json, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::announcement::ReactionCount;
use crate::model::ids::RowId;
use crate::model::{announcement, time};
use crate::service::{self, AnnouncementView};

/// An announcement.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Announcement {
    /// Its id.
    #[schema(value_type = Id)]
    id: RowId,
    /// Its text, plain.
    text: String,
    /// When that of which it tells begins.
    #[schema(format = DateTime)]
    starts_at: Option<String>,
    /// When that ends; then the announcement is over.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    /// Whether only the days of these times count.
    all_day: bool,
    /// When it was published.
    #[schema(format = DateTime)]
    published_at: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// An announcement as you see it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SeenAnnouncement {
    /// The announcement.
    #[serde(flatten)]
    announcement: Announcement,
    /// Whether you dismissed it.
    read: bool,
    /// Reactions, the first emoji first.
    reactions: Vec<AnnouncementReaction>,
}

/// How many reacted with an emoji.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AnnouncementReaction {
    /// The emoji, or the code of one of this server's own.
    name: String,
    /// Accounts.
    count: i64,
    /// Whether you are one of them.
    mine: bool,
}

/// How many reacted to an announcement with an emoji, as it is streamed.
#[derive(Debug, Serialize)]
pub(super) struct ToldReaction {
    announcement: RowId,
    name: String,
    count: i64,
}

/// What is announced now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SeenAnnouncements {
    /// The newest first; there are few.
    items: Vec<SeenAnnouncement>,
}

/// All announcements.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Announcements {
    /// The newest first; there are few.
    items: Vec<Announcement>,
}

/// What to tell everybody.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewAnnouncement {
    /// The text, plain.
    #[schema(max_length = 5_000)]
    text: String,
    /// When that of which it tells begins.
    #[schema(format = DateTime)]
    starts_at: Option<String>,
    /// When that ends; then the announcement is over.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    /// Whether only the days of these times count.
    all_day: Option<bool>,
}

/// What is announced now
#[utoipa::path(get, path = "/api/announcements", tag = "instance", responses((status = 200, description = "All that is not over.", body = SeenAnnouncements)))]
pub(super) async fn get_announcements(
    State(state): State<AppState>,
    Auth(who): Auth,
) -> Answer<SeenAnnouncements> {
    let views = state.service.announcements(who.account).await?;
    Ok(Json(SeenAnnouncements { items: views.into_iter().map(SeenAnnouncement::of).collect() }))
}

/// Say that you have read an announcement
#[utoipa::path(post, path = "/api/announcements/{announcementId}/dismiss", tag = "instance", params(OfAnnouncement), responses((status = 204, description = "It is remembered.")))]
pub(super) async fn dismiss_announcement(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfAnnouncement>,
) -> Result<StatusCode, ApiError> {
    state.service.dismiss_announcement(who.account, at.announcement_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// React to an announcement with an emoji
#[utoipa::path(put, path = "/api/announcements/{announcementId}/reactions/{name}", tag = "instance", params(OfReaction), responses((status = 204, description = "Also when you did already.")))]
pub(super) async fn react_to_announcement(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfReaction>,
) -> Result<StatusCode, ApiError> {
    state.service.react_to_announcement(who.account, at.announcement_id, &at.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a reaction to an announcement back
#[utoipa::path(delete, path = "/api/announcements/{announcementId}/reactions/{name}", tag = "instance", params(OfReaction), responses((status = 204, description = "Also when it was not there.")))]
pub(super) async fn unreact_to_announcement(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(at): Path<OfReaction>,
) -> Result<StatusCode, ApiError> {
    state.service.unreact_to_announcement(who.account, at.announcement_id, &at.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All announcements, over or not
#[utoipa::path(get, path = "/api/admin/announcements", tag = "admin", responses((status = 200, description = "All of them.", body = Announcements)))]
pub(super) async fn get_all_announcements(
    State(state): State<AppState>,
    Auth(_admin): Auth,
) -> Answer<Announcements> {
    let all = state.service.all_announcements().await?;
    Ok(Json(Announcements { items: all.into_iter().map(Announcement::of).collect() }))
}

/// Tell everybody here something
#[utoipa::path(post, path = "/api/admin/announcements", tag = "admin", responses((status = 201, description = "It is published.", body = Announcement)))]
pub(super) async fn announce(
    State(state): State<AppState>,
    Auth(_admin): Auth,
    Json(new): Json<NewAnnouncement>,
) -> Result<(StatusCode, Json<Announcement>), ApiError> {
    let made = state.service.announce(new.read()?).await?;
    Ok((StatusCode::CREATED, Json(Announcement::of(made))))
}

/// Change an announcement as a whole
#[utoipa::path(put, path = "/api/admin/announcements/{announcementId}", tag = "admin", params(OfAnnouncement), responses((status = 200, description = "As it is now.", body = Announcement)))]
pub(super) async fn change_announcement(
    State(state): State<AppState>,
    Auth(_admin): Auth,
    Path(at): Path<OfAnnouncement>,
    Json(new): Json<NewAnnouncement>,
) -> Answer<Announcement> {
    let changed = state.service.change_announcement(at.announcement_id, new.read()?).await?;
    Ok(Json(Announcement::of(changed)))
}

/// Take an announcement back
#[utoipa::path(delete, path = "/api/admin/announcements/{announcementId}", tag = "admin", params(OfAnnouncement), responses((status = 204, description = "It is gone.")))]
pub(super) async fn remove_announcement(
    State(state): State<AppState>,
    Auth(_admin): Auth,
    Path(at): Path<OfAnnouncement>,
) -> Result<StatusCode, ApiError> {
    state.service.remove_announcement(at.announcement_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl NewAnnouncement {
    fn read(self) -> Result<service::NewAnnouncement> {
        let at = |text: Option<String>, field: &'static str| match text {
            None => Ok(None),
            Some(text) => time::parse(&text).map(Some).ok_or_else(|| {
                Error::invalid(field, "bad_time", "a time is written as 2026-01-31T12:00:00Z")
            }),
        };
        Ok(service::NewAnnouncement {
            text: self.text,
            starts_at: at(self.starts_at, "starts_at")?,
            ends_at: at(self.ends_at, "ends_at")?,
            all_day: self.all_day.unwrap_or(false),
        })
    }
}

impl Announcement {
    fn of(announcement: announcement::Announcement) -> Self {
        Self {
            id: announcement.id,
            text: announcement.text,
            starts_at: announcement.starts_at.map(when),
            ends_at: announcement.ends_at.map(when),
            all_day: announcement.all_day,
            published_at: when(announcement.published_at),
            updated_at: when(announcement.updated_at),
        }
    }
}

impl ToldReaction {
    pub(super) fn of(announcement: RowId, reaction: ReactionCount) -> Self {
        Self { announcement, name: reaction.name, count: reaction.count }
    }
}

impl SeenAnnouncement {
    pub(super) fn of(view: AnnouncementView) -> Self {
        let reactions = view.reactions.into_iter().map(|reaction| AnnouncementReaction {
            name: reaction.name,
            count: reaction.count,
            mine: reaction.mine,
        });
        Self {
            announcement: Announcement::of(view.announcement),
            read: view.read,
            reactions: reactions.collect(),
        }
    }
}
