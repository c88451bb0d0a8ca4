//! Up to where one has read.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answer;
use super::types::{Id, when};
use crate::http::extract::{Auth, Json};
use crate::http::state::AppState;
use crate::model::ids::RowId;
use crate::model::marker;
use crate::model::marker::Marked;

/// New places; those that are not sent stay.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Places {
    /// The newest tweet of your home timeline that you have read.
    #[schema(value_type = Option<Id>)]
    home: Option<RowId>,
    /// The newest notification that you have read.
    #[schema(value_type = Option<Id>)]
    notifications: Option<RowId>,
}

/// A place in a timeline.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Marker {
    /// The newest entry that was read.
    #[schema(value_type = Id)]
    last_read: RowId,
    /// How often a place was set.
    #[schema(minimum = 1)]
    version: i64,
    /// When it was set last.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// Up to where you have read.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Markers {
    /// Your home timeline; null when nothing was said of it.
    home: Option<Marker>,
    /// Your notifications; null when nothing was said of them.
    notifications: Option<Marker>,
}

/// Up to where you have read
#[utoipa::path(get, path = "/api/users/me/markers", tag = "timelines", responses((status = 200, description = "The places.", body = Markers)))]
pub(super) async fn get_markers(State(state): State<AppState>, Auth(who): Auth) -> Answer<Markers> {
    Ok(Json(Markers::of(&state.service.markers(who.account).await?)))
}

/// Say up to where you have read, so that your other devices know
///
/// A place may be set back too. What is unread of your notifications is what came after its place.
#[utoipa::path(patch, path = "/api/users/me/markers", tag = "timelines", responses((status = 200, description = "The places now.", body = Markers)))]
pub(super) async fn set_markers(
    State(state): State<AppState>,
    Auth(who): Auth,
    Json(places): Json<Places>,
) -> Answer<Markers> {
    let named = [(Marked::Home, places.home), (Marked::Notifications, places.notifications)];
    let places = named.into_iter().filter_map(|(timeline, place)| Some((timeline, place?)));
    state.service.set_markers(who.account, places.collect()).await?;
    Ok(Json(Markers::of(&state.service.markers(who.account).await?)))
}

impl Markers {
    fn of(markers: &[marker::Marker]) -> Self {
        let of = |timeline| markers.iter().find(|marker| marker.timeline == timeline).map(Marker::from);
        Self { home: of(Marked::Home), notifications: of(Marked::Notifications) }
    }
}

impl From<&marker::Marker> for Marker {
    fn from(marker: &marker::Marker) -> Self {
        Self { last_read: marker.last_read, version: marker.version, updated_at: when(marker.updated_at) }
    }
}
