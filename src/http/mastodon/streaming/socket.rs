//! Streams over one WebSocket: frames out, and frames in by which streams come and go.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::names::{NO_LIST, Refused, Wanted};
use super::token::{ByToken, offered};
use super::{json, told};
use crate::error::Error;
use crate::http::extract::Lenient;
use crate::http::middleware::client_addr::ClientAddr;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::RowId;
use crate::service::SignedIn;
use crate::stream::{Delivery, Ending, Form, Listener, Transport, What};

/// Bytes of a frame that a client sends: the name of a stream.
const FRAME_MAX: usize = 4 * 1024;
/// Bytes that are read at once: clients say little.
const READ_BUFFER: usize = 1024;
/// How often a silent client is asked whether it is there.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// How often it may leave that unanswered.
const UNANSWERED_MAX: u32 = 2;
/// Frames that a client may send from one heartbeat to the next: all its streams come and go several times.
const FRAMES_MAX: u32 = 200;
/// How long a frame may take to go out.
const SEND_PATIENCE: Duration = Duration::from_secs(10);

/// `GET /api/v1/streaming`
pub(in crate::http::mastodon) async fn connect(
    State(state): State<AppState>,
    ByToken(who): ByToken,
    client: ClientAddr,
    (headers, upgrade): (HeaderMap, Result<WebSocketUpgrade, WebSocketUpgradeRejection>),
    Lenient(wanted): Lenient<Wanted>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|_| Error::NotFound("page; a WebSocket is"))?;
    let listener = state.stream.listen(&who, client.network(), Transport::WebSocket).await?;
    let upgrade = upgrade.max_message_size(FRAME_MAX).max_frame_size(FRAME_MAX).read_buffer_size(READ_BUFFER);
    // Browsers hang up on a server that chooses none of the protocols that they offered.
    let upgrade = match offered(&headers) {
        Some(protocol) => upgrade.protocols([protocol.to_owned()]),
        None => upgrade,
    };
    let conversation = Conversation { state, who, listener };
    Ok(upgrade.on_upgrade(move |socket| conversation.hold(socket, wanted)))
}

/// A connected client.
struct Conversation {
    state: AppState,
    who: SignedIn,
    listener: Listener,
}

/// What a client sends.
#[derive(Debug, Deserialize)]
struct Order {
    #[serde(rename = "type")]
    kind: String,
    #[serde(flatten)]
    wanted: Loose,
}

/// A stream as clients name it in frames: what is not said may be null.
#[derive(Debug, Deserialize)]
struct Loose {
    stream: Option<String>,
    tag: Option<String>,
    list: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct Complaint {
    error: &'static str,
    status: u16,
}

/// The client is gone, or is to go.
struct Over;

impl Conversation {
    /// Talks with the client until one of the two ends it.
    async fn hold(mut self, mut socket: WebSocket, wanted: Wanted) {
        let _held = self.state.stream.hold();
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut unanswered, mut frames) = (0_u32, 0_u32);
        if wanted.stream.is_some() && self.subscribe(&mut socket, &wanted).await.is_err() {
            return;
        }
        loop {
            let went_on = tokio::select! {
                next = self.listener.next() => match next {
                    Ok(delivery) => self.deliver(&mut socket, &delivery).await,
                    Err(ending) => close(&mut socket, code_of(ending)).await,
                },
                came = socket.recv() => {
                    (unanswered, frames) = (0, frames.saturating_add(1));
                    match came {
                        Some(Ok(_)) if frames > FRAMES_MAX => close(&mut socket, close_code::POLICY).await,
                        Some(Ok(Message::Text(text))) => self.order(&mut socket, text.as_str()).await,
                        Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => Ok(()),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => Err(Over),
                    }
                },
                _ = heartbeat.tick() => {
                    frames = 0;
                    unanswered = unanswered.saturating_add(1);
                    match unanswered > UNANSWERED_MAX {
                        true => Err(Over),
                        false => send(&mut socket, Message::Ping(Bytes::new())).await,
                    }
                },
            };
            if went_on.is_err() {
                return;
            }
        }
    }

    async fn order(&self, socket: &mut WebSocket, text: &str) -> Result<(), Over> {
        let Ok(order) = serde_json::from_str::<Order>(text) else {
            return complain(socket, Refused(400, "Malformed message")).await;
        };
        let wanted = Wanted::from(order.wanted);
        match order.kind.as_str() {
            "subscribe" => self.subscribe(socket, &wanted).await,
            "unsubscribe" => match wanted.for_whom(&self.who) {
                Ok(named) => {
                    self.listener.unsubscribe(&named.label);
                    Ok(())
                }
                Err(refused) => complain(socket, refused).await,
            },
            _ => complain(socket, Refused(400, "Unknown message type")).await,
        }
    }

    async fn subscribe(&self, socket: &mut WebSocket, wanted: &Wanted) -> Result<(), Over> {
        let refused = match wanted.for_whom(&self.who) {
            Ok(named) if !self.has(named.list()).await => NO_LIST,
            Ok(named) => match self.listener.subscribe(&named.label, named.topics) {
                Ok(()) => return Ok(()),
                Err(_) => Refused(429, "Too many streams on one connection"),
            },
            Err(refused) => refused,
        };
        complain(socket, refused).await
    }

    /// Whether a list that is asked for is one's own.
    async fn has(&self, list: Option<RowId>) -> bool {
        match list {
            Some(list) => self.state.service.list(self.who.account, list).await.is_ok(),
            None => true,
        }
    }

    async fn deliver(&self, socket: &mut WebSocket, delivery: &Delivery) -> Result<(), Over> {
        let rest = delivery.occurrence.bytes(Form::MastodonFrames, |what| {
            if matches!(what, What::FiltersChanged) {
                return Bytes::from_static(br#","event":"filters_changed"}"#);
            }
            let (event, payload) = told(what, &self.state, self.who.account);
            Bytes::from(format!(r#","event":"{event}","payload":{}}}"#, json(&payload)))
        });
        // Only the stream's name differs from listener to listener.
        let rest = std::str::from_utf8(&rest).unwrap_or_default();
        send(socket, Message::Text(format!(r#"{{"stream":{}{rest}"#, delivery.label).into())).await
    }
}

impl From<Loose> for Wanted {
    fn from(loose: Loose) -> Self {
        let list = loose.list.and_then(|list| match list {
            serde_json::Value::String(list) => Some(list),
            serde_json::Value::Number(list) => Some(list.to_string()),
            _ => None,
        });
        Self { stream: loose.stream, tag: loose.tag, list, only_media: false }
    }
}

async fn complain(socket: &mut WebSocket, Refused(status, error): Refused) -> Result<(), Over> {
    send(socket, Message::Text(json(&Complaint { error, status }).into())).await
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), Over> {
    match tokio::time::timeout(SEND_PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Over),
    }
}

/// Says why it is over. Whoever does not answer that is not waited for.
async fn close(socket: &mut WebSocket, code: u16) -> Result<(), Over> {
    let _ = send(socket, Message::Close(Some(CloseFrame { code, reason: "".into() }))).await;
    Err(Over)
}

fn code_of(ending: Ending) -> u16 {
    match ending {
        Ending::Lagging => close_code::AGAIN,
        Ending::SessionEnded => close_code::POLICY,
        Ending::Stopped => close_code::AWAY,
    }
}
