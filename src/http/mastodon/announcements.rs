//! What admins tell everybody here.

use axum::extract::State;
use serde::Serialize;

use super::entities::{Scene, when};
use super::nothing::Nothing;
use super::{Answer, Json};
use crate::http::extract::{Auth, Path};
use crate::http::state::AppState;
use crate::model::announcement::ReactionCount;
use crate::model::emoji::EmojiPicture;
use crate::model::html;
use crate::model::ids::RowId;
use crate::service::AnnouncementView;

/// An announcement. Posts, hashtags and people that it names are links in its text.
#[derive(Debug, Serialize)]
pub(super) struct Announcement {
    id: RowId,
    content: String,
    starts_at: Option<String>,
    ends_at: Option<String>,
    all_day: bool,
    published_at: String,
    updated_at: String,
    /// Streamed to many at once, it says nothing of anybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<bool>,
    mentions: [(); 0],
    statuses: [(); 0],
    tags: [(); 0],
    emojis: [(); 0],
    reactions: Vec<Reaction>,
}

/// How many reacted with an emoji.
#[derive(Debug, Serialize)]
struct Reaction {
    name: String,
    count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    me: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    static_url: Option<String>,
}

/// A reaction as it is streamed.
#[derive(Debug, Serialize)]
pub(super) struct TheirReaction {
    #[serde(flatten)]
    reaction: Reaction,
    announcement_id: RowId,
}

/// `GET /api/v1/announcements`
pub(super) async fn list(State(state): State<AppState>, Auth(who): Auth) -> Answer<Vec<Announcement>> {
    let views = state.service.announcements(who.account).await?;
    let scene = Scene::of(&state, Some(&who));
    Ok(Json(views.into_iter().map(|view| Announcement::of(view, &scene)).collect()))
}

/// `POST /api/v1/announcements/{id}/dismiss`
pub(super) async fn dismiss(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<RowId>,
) -> Answer<Nothing> {
    state.service.dismiss_announcement(who.account, id).await?;
    Ok(Nothing {}.answer())
}

/// `PUT /api/v1/announcements/{id}/reactions/{name}`
pub(super) async fn react(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path((id, name)): Path<(RowId, String)>,
) -> Answer<Nothing> {
    state.service.react_to_announcement(who.account, id, &name).await?;
    Ok(Nothing {}.answer())
}

/// `DELETE /api/v1/announcements/{id}/reactions/{name}`
pub(super) async fn unreact(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path((id, name)): Path<(RowId, String)>,
) -> Answer<Nothing> {
    state.service.unreact_to_announcement(who.account, id, &name).await?;
    Ok(Nothing {}.answer())
}

impl Announcement {
    pub(super) fn of(view: AnnouncementView, scene: &Scene<'_>) -> Self {
        let AnnouncementView { announcement, read, reactions } = view;
        Self {
            id: announcement.id,
            content: html::of_plain(&announcement.text, scene.addresses.base()),
            starts_at: announcement.starts_at.map(when),
            ends_at: announcement.ends_at.map(when),
            all_day: announcement.all_day,
            published_at: when(announcement.published_at),
            updated_at: when(announcement.updated_at),
            read: scene.viewer.map(|_| read),
            mentions: [],
            statuses: [],
            tags: [],
            emojis: [],
            reactions: reactions.into_iter().map(|reaction| Reaction::of(reaction, scene)).collect(),
        }
    }
}

impl Reaction {
    fn of(reaction: ReactionCount, scene: &Scene<'_>) -> Self {
        let own = scene.palette.iter().find(|own| own.shortcode == reaction.name).map(EmojiPicture::from);
        let url = own.map(|own| scene.addresses.at(&own.path));
        Self {
            name: reaction.name,
            count: reaction.count,
            me: scene.viewer.map(|_| reaction.mine),
            static_url: url.clone(),
            url,
        }
    }
}

impl TheirReaction {
    pub(super) fn of(announcement_id: RowId, reaction: ReactionCount, scene: &Scene<'_>) -> Self {
        Self { reaction: Reaction::of(reaction, scene), announcement_id }
    }
}
