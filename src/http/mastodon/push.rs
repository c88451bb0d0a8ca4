//! Web Push: what the session that asks wants to be told, and how it is said.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;

use super::entities::{Account, Scene, WebPushSubscription, kinds_of, word_of};
use super::nothing::Nothing;
use super::{Answer, Json};
use crate::error::{Error, Result};
use crate::http::extract::{Auth, Lenient};
use crate::http::middleware::credentials::bearer_token;
use crate::http::state::AppState;
use crate::http::web::i18n::Words;
use crate::model::push::{PushPolicy, PushSubscription};
use crate::notify::{Keys, NewPush, Said, Say};
use crate::service::{NotificationView, Service};

/// A new subscription.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    subscription: Subscription,
    data: Data,
    policy: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Subscription {
    endpoint: String,
    keys: SentKeys,
    standard: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SentKeys {
    p256dh: String,
    auth: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Data {
    alerts: Option<BTreeMap<String, bool>>,
    policy: Option<String>,
}

/// `POST /api/v1/push/subscription`
pub(super) async fn subscribe(
    State(state): State<AppState>,
    Auth(who): Auth,
    headers: HeaderMap,
    Lenient(asked): Lenient<Asked>,
) -> Answer<WebPushSubscription> {
    let new = NewPush {
        policy: asked.policy()?.unwrap_or(PushPolicy::All),
        kinds: kinds_of(&asked.data.alerts.unwrap_or_default()),
        endpoint: asked.subscription.endpoint,
        keys: Keys { p256dh: asked.subscription.keys.p256dh, auth: asked.subscription.keys.auth },
        standard: asked.subscription.standard,
    };
    let made = state.push.subscribe(&who, bearer_token(&headers), new).await?;
    Ok(shown(&state, made))
}

/// `GET /api/v1/push/subscription`
pub(super) async fn subscription(
    State(state): State<AppState>,
    Auth(who): Auth,
) -> Answer<WebPushSubscription> {
    Ok(shown(&state, state.push.subscription(&who).await?))
}

/// `PUT /api/v1/push/subscription`
pub(super) async fn change(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(asked): Lenient<Asked>,
) -> Answer<WebPushSubscription> {
    let (policy, kinds) = (asked.policy()?, asked.data.alerts.as_ref().map(kinds_of));
    Ok(shown(&state, state.push.change_subscription(&who, kinds, policy).await?))
}

/// `DELETE /api/v1/push/subscription`
pub(super) async fn unsubscribe(State(state): State<AppState>, Auth(who): Auth) -> Answer<Nothing> {
    state.push.unsubscribe(&who).await?;
    Ok(Nothing {}.answer())
}

fn shown(state: &AppState, subscription: PushSubscription) -> Json<WebPushSubscription> {
    Json(WebPushSubscription::of(subscription, state.push.public_key().to_owned()))
}

impl Asked {
    /// From whom, wherever a client says it.
    fn policy(&self) -> Result<Option<PushPolicy>> {
        let word = self.data.policy.as_deref().or(self.policy.as_deref()).filter(|word| !word.is_empty());
        let read = |word: &str| {
            word.parse().map_err(|error| Error::invalid("policy", "bad_policy", format!("{error}")))
        };
        word.map(read).transpose()
    }
}

/// Says notifications in messages: the sentences are those of the pages.
pub fn say(service: &Service) -> Say {
    let service = service.clone();
    Arc::new(move |view: &NotificationView, language: &str| {
        let words = Words::negotiate(Some(language), None, language);
        let kind = view.notification.kind;
        let sentence = format!("notification-{}", kind.as_str().replace('_', "-"));
        let scene =
            Scene { addresses: service.addresses(), palette: service.palette(), viewer: None, kept: None };
        let name = Some(view.from.display_name.as_str()).filter(|name| !name.trim().is_empty());
        Said {
            kind: word_of(kind),
            title: words.with(&sentence, "name", name.unwrap_or(&view.from.username)).into_owned(),
            body: view.tweet.as_ref().map(|view| body(&view.shown().tweet)).unwrap_or_default(),
            icon: Account::of(&view.from, &scene).into_avatar(),
        }
    })
}

/// What a post says before it is opened.
fn body(tweet: &crate::model::tweet::Tweet) -> String {
    if tweet.content_warning.is_empty() { tweet.text.clone() } else { tweet.content_warning.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::notification::NotificationKind;

    #[test]
    fn every_kind_has_a_sentence_in_every_language() {
        for words in Words::all() {
            for kind in NotificationKind::ALL {
                let sentence = format!("notification-{}", kind.as_str().replace('_', "-"));
                let said = words.with(&sentence, "name", "Bob");
                assert!(said.contains("Bob") && !said.contains("notification-"), "{said}");
            }
        }
    }
}
