//! Streaming: what happens, at once. As server-sent events a path is one stream; a WebSocket carries several, which come
//! and go by frames.

mod names;
mod socket;
mod token;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use bytes::Bytes;
use serde::Serialize;

use self::names::{Refused, Wanted};
pub(super) use self::socket::connect;
use self::token::ByToken;
use super::announcements::{Announcement, TheirReaction};
use super::entities::{Conversation, Notification, Scene, Status};
use crate::error::Error;
use crate::http::event_stream;
use crate::http::extract::Lenient;
use crate::http::middleware::client_addr::ClientAddr;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::AccountId;
use crate::stream::{Form, Transport, What};

/// Where streams are.
const PREFIX: &str = "/api/v1/streaming/";
/// What every stream of server-sent events begins with.
const OPENING: &str = ":)\n";

/// `GET /api/v1/streaming/health`
pub(super) async fn health() -> &'static str {
    "OK"
}

/// `GET /api/v1/streaming/user` and the others: the stream that the path names.
pub(super) async fn events(
    State(state): State<AppState>,
    uri: Uri,
    ByToken(who): ByToken,
    client: ClientAddr,
    Lenient(wanted): Lenient<Wanted>,
) -> Result<Response, ApiError> {
    let name = uri.path().trim_start_matches(PREFIX).trim_end_matches('/').replace('/', ":");
    let named = wanted.named(&name).for_whom(&who).map_err(Error::from)?;
    if let Some(list) = named.list() {
        state.service.list(who.account, list).await?;
    }
    let listener = state.stream.listen(&who, client.network(), Transport::Events).await?;
    listener.subscribe(&named.label, named.topics)?;
    Ok(event_stream::answer(listener, OPENING, move |delivery| {
        delivery.occurrence.bytes(Form::MastodonEvents, |what| {
            let (event, payload) = told(what, &state, who.account);
            // A line feed in JSON is escaped: the payload is one line.
            Bytes::from(format!("event: {event}\ndata: {payload}\n\n"))
        })
    }))
}

/// The name of what happened, and what is said of it.
fn told(what: &What, state: &AppState, listener: AccountId) -> (&'static str, String) {
    // A post is the same for all who listen: nobody's marks are on it.
    let scene = Scene::of(state, None);
    match what {
        What::Tweet(view) => ("update", json(&Status::of(view, &scene))),
        What::Edited(view) => ("status.update", json(&Status::of(view, &scene))),
        What::Deleted(id) => ("delete", id.to_string()),
        What::Notification(view) => {
            let scene = Scene { viewer: Some(listener), ..scene };
            ("notification", json(&Notification::of(view, &scene)))
        }
        What::Conversation(view) => {
            let scene = Scene { viewer: Some(listener), ..scene };
            ("conversation", json(&Conversation::of(view, &scene)))
        }
        What::FiltersChanged => ("filters_changed", "undefined".to_owned()),
        What::Announced(view) => ("announcement", json(&Announcement::of((**view).clone(), &scene))),
        What::Reacted(id, reaction) => {
            ("announcement.reaction", json(&TheirReaction::of(*id, reaction.clone(), &scene)))
        }
        What::AnnouncementRemoved(id) => ("announcement.delete", id.to_string()),
    }
}

fn json(entity: &impl Serialize) -> String {
    serde_json::to_string(entity).unwrap_or_else(|error| {
        tracing::error!(%error, "an entity could not be written");
        String::new()
    })
}

impl From<Refused> for Error {
    fn from(Refused(status, words): Refused) -> Self {
        match status {
            401 => Self::forbidden("scope", words),
            404 => Self::NotFound("list"),
            _ => Self::invalid("stream", "unknown_stream", words),
        }
    }
}
