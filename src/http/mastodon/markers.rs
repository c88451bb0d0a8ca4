//! Up to where one has read.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::entities::when;
use super::{Answer, Json};
use crate::http::extract::{Auth, Lenient};
use crate::http::state::AppState;
use crate::model::ids::RowId;
use crate::model::marker;
use crate::model::marker::Marked;

/// Which timelines are asked about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    timeline: Vec<String>,
}

/// New places.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Places {
    home: Option<Place>,
    notifications: Option<Place>,
}

#[derive(Debug, Deserialize)]
struct Place {
    last_read_id: RowId,
}

/// A place in a timeline.
#[derive(Debug, Serialize)]
pub(super) struct Marker {
    last_read_id: RowId,
    version: i64,
    updated_at: String,
}

/// Places by their timelines.
type Markers = BTreeMap<&'static str, Marker>;

/// `GET /api/v1/markers`: of the timelines that are asked about, and marked.
pub(super) async fn get(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(which): Lenient<Which>,
) -> Answer<Markers> {
    let found = state.service.markers(who.account).await?;
    let asked = |marker: &marker::Marker| which.timeline.iter().any(|word| word == marker.timeline.as_str());
    Ok(Json(shown(found.into_iter().filter(asked))))
}

/// `POST /api/v1/markers`: answers those that were set.
pub(super) async fn set(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(places): Lenient<Places>,
) -> Answer<Markers> {
    let named = [(Marked::Home, places.home), (Marked::Notifications, places.notifications)];
    let places = named.into_iter().filter_map(|(timeline, place)| Some((timeline, place?.last_read_id)));
    Ok(Json(shown(state.service.set_markers(who.account, places.collect()).await?.into_iter())))
}

fn shown(markers: impl Iterator<Item = marker::Marker>) -> Markers {
    let shown = |marker: marker::Marker| {
        let place = Marker {
            last_read_id: marker.last_read,
            version: marker.version,
            updated_at: when(marker.updated_at),
        };
        (marker.timeline.as_str(), place)
    };
    markers.map(shown).collect()
}
