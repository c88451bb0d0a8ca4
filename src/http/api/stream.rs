//! What happens, at once.

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::announcements::{SeenAnnouncement, ToldReaction};
use super::conversations::Conversation;
use super::scene;
use super::types::{Notification, Tweet};
use crate::error::Error;
use crate::http::event_stream;
use crate::http::extract::{Auth, Query};
use crate::http::middleware::client_addr::ClientAddr;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::entities::fold_tag;
use crate::model::ids::RowId;
use crate::stream::{Delivery, Form, From, Topic, Transport, What};

/// Says at once that the stream is there.
const OPENING: &str = ": welcome\n\n";

/// What is to be heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Name {
    /// Your home timeline.
    Home,
    /// Your notifications.
    Notifications,
    /// Your conversations.
    Conversations,
    /// Public tweets of this instance.
    Local,
    /// Public tweets of everybody who is known here.
    Federated,
}

/// What is to be heard of.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// A stream; may be repeated. `home` and `notifications` when nothing at all is named.
    #[serde(default)]
    #[param(inline, required = false)]
    stream: Vec<Name>,
    /// Public tweets with this hashtag; may be repeated.
    #[serde(default)]
    #[param(required = false)]
    hashtag: Vec<String>,
    /// A list of yours; may be repeated.
    #[serde(default)]
    #[param(value_type = Vec<String>, required = false)]
    list: Vec<RowId>,
}

/// What happens, at once, as server-sent events
///
/// The stream goes on until either side ends it: when the session ends, when the server stops, and when you do not keep
/// up. What happened in between stands in the timelines.
///
/// Events are `tweet` (new) and `tweet.edited` with a `tweet`, `tweet.deleted` with the `id` of one, `notification`
/// with a `notification`, and `conversation` with a `conversation`; `filters.changed`, of `home`, says that your filters are to be read again. Of
/// `home` are also `announcement` (new or changed) with an `announcement`, `announcement.reaction` with a `reaction`: the
/// `announcement` that it is to, the emoji's `name` and how many reacted with it now (`count`), and `announcement.removed`
/// with the `id` of one. Beside that, `data` has the `stream` that it belongs to: `home`, `notifications`, `conversations`, `local`,
/// `federated`, `hashtag:` with the hashtag, or `list:` with the id of the list. What belongs to several comes once for each. Tweets are as somebody
/// sees them who did nothing to them: `liked` and the like say nothing here, nor `read` and `mine` of announcements.
#[utoipa::path(
    get, path = "/api/stream", tag = "timelines", params(Wanted),
    responses((status = 404, description = "There is no such list.", body = crate::http::problem::Problem, content_type = "application/problem+json"), (status = 200, description = "Events, and comments in between to keep the connection.", content_type = "text/event-stream", body = String)),
)]
pub(super) async fn get_stream(
    State(state): State<AppState>,
    Auth(who): Auth,
    client: ClientAddr,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    let subscriptions = wanted.subscriptions()?;
    let listener = state.stream.listen(&who, client.network(), Transport::Events).await?;
    for (label, topic) in subscriptions {
        listener.subscribe(&label, vec![topic])?;
    }
    // As many as one may listen to at most.
    for list in &wanted.list {
        state.service.list(who.account, *list).await?;
    }
    Ok(event_stream::answer(listener, OPENING, move |delivery| written(delivery, &state)))
}

impl Wanted {
    fn subscriptions(&self) -> Result<Vec<(String, Topic)>, Error> {
        let mut found: Vec<(String, Topic)> =
            self.stream.iter().map(|name| (name.label().to_owned(), name.topic())).collect();
        for tag in &self.hashtag {
            let folded = fold_tag(tag)
                .ok_or_else(|| Error::invalid("hashtag", "bad_hashtag", "this is not a hashtag"))?;
            found.push((format!("hashtag:{folded}"), Topic::Hashtag { tag: folded, from: From::All }));
        }
        found.extend(self.list.iter().map(|list| (format!("list:{list}"), Topic::List(*list))));
        if found.is_empty() {
            let usual = [Name::Home, Name::Notifications];
            found.extend(usual.map(|name| (name.label().to_owned(), name.topic())));
        }
        Ok(found)
    }
}

impl Name {
    fn label(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Notifications => "notifications",
            Self::Conversations => "conversations",
            Self::Local => "local",
            Self::Federated => "federated",
        }
    }

    fn topic(self) -> Topic {
        match self {
            Self::Home => Topic::Home,
            Self::Notifications => Topic::Notifications,
            Self::Conversations => Topic::Direct,
            Self::Local => Topic::Public { from: From::Here, only_media: false },
            Self::Federated => Topic::Public { from: From::All, only_media: false },
        }
    }
}

/// An event: what all share, and the stream of this listener.
fn written(delivery: &Delivery, state: &AppState) -> Bytes {
    let shared = delivery.occurrence.bytes(Form::NativeEvents, |what| Bytes::from(told(what, state)));
    let stream = serde_json::to_string(&*delivery.label).unwrap_or_default();
    let end = format!(",\"stream\":{stream}}}\n\n");
    [shared, Bytes::from(end)].concat().into()
}

/// An event without its end.
fn told(what: &What, state: &AppState) -> String {
    let scene = scene(state);
    let (event, member, json) = match what {
        What::Tweet(view) => ("tweet", "tweet", serde_json::to_string(&Tweet::of(view, &scene))),
        What::Edited(view) => ("tweet.edited", "tweet", serde_json::to_string(&Tweet::of(view, &scene))),
        What::Deleted(id) => ("tweet.deleted", "id", serde_json::to_string(id)),
        What::FiltersChanged => ("filters.changed", "filters", Ok("null".to_owned())),
        What::Notification(view) => {
            ("notification", "notification", serde_json::to_string(&Notification::of(view, &scene)))
        }
        What::Conversation(view) => {
            ("conversation", "conversation", serde_json::to_string(&Conversation::of(view, &scene)))
        }
        What::Announced(view) => {
            let told = SeenAnnouncement::of((**view).clone());
            ("announcement", "announcement", serde_json::to_string(&told))
        }
        What::Reacted(id, reaction) => {
            let told = ToldReaction::of(*id, reaction.clone());
            ("announcement.reaction", "reaction", serde_json::to_string(&told))
        }
        What::AnnouncementRemoved(id) => ("announcement.removed", "id", serde_json::to_string(id)),
    };
    let json = json.unwrap_or_else(|error| {
        tracing::error!(%error, "an answer could not be written");
        "null".to_owned()
    });
    format!("event: {event}\ndata: {{\"{member}\":{json}")
}
