//! What one was told.

use axum::extract::State;
use serde::Deserialize;

use super::entities::{GroupKey, Notification, Scene, UnreadCount, word_of};
use super::nothing::Nothing;
use super::paging::{NotificationPaging, Paged};
use super::{Answer, Json};
use crate::error::{Error, Result};
use crate::http::extract::lenient::blank_is_none;
use crate::http::extract::{Auth, Lenient, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::cursor::{Cursor, Page};
use crate::model::ids::{AccountId, NotificationId};
use crate::model::notification::{self, NotificationKind};
use crate::service::{NotificationView, UNREAD_COUNTED};

/// Which notifications.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    types: Vec<String>,
    exclude_types: Vec<String>,
    #[serde(deserialize_with = "blank_is_none")]
    account_id: Option<AccountId>,
    /// Of one account, those that wait for a look too.
    include_filtered: bool,
    grouped_types: Option<Vec<String>>,
    /// How many are counted at most; pages read theirs themselves.
    #[serde(deserialize_with = "blank_is_none")]
    limit: Option<usize>,
}

/// `GET /api/v1/notifications`
pub(super) async fn list(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: NotificationPaging,
    Lenient(which): Lenient<Which>,
) -> Result<Paged<Notification>, ApiError> {
    let page = which.page(&state, who.account, &paging).await?;
    let scene = Scene::of(&state, Some(&who));
    Ok(paging.paged(page, |view| Notification::of(&view, &scene)))
}

/// `GET /api/v1/notifications/{id}`
pub(super) async fn one(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<NotificationId>,
) -> Answer<Notification> {
    let only = Cursor { before: id.0.checked_add(1), after: id.0.checked_sub(1) };
    let page = state.service.notifications(who.account, Vec::new(), only, 1).await?;
    let view = page.items.first().ok_or(Error::NotFound("notification"))?;
    Ok(Json(Notification::of(view, &Scene::of(&state, Some(&who)))))
}

/// `GET /api/v1/notifications/unread_count`
pub(super) async fn unread_count(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(which): Lenient<Which>,
) -> Answer<UnreadCount> {
    let (kinds, most) = (which.kinds(), which.limit.unwrap_or(UNREAD_COUNTED));
    if kinds.is_empty() {
        return Ok(Json(UnreadCount { count: 0 }));
    }
    let count = state.service.unread_of(who.account, kinds, most).await?.count;
    Ok(Json(UnreadCount { count }))
}

/// `POST /api/v1/notifications/clear`
pub(super) async fn clear(State(state): State<AppState>, Auth(who): Auth) -> Answer<Nothing> {
    state.service.clear_notifications(who.account).await?;
    Ok(Nothing {}.answer())
}

/// `POST /api/v1/notifications/{id}/dismiss`
pub(super) async fn dismiss(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(id): Path<NotificationId>,
) -> Answer<Nothing> {
    state.service.dismiss_notification(who.account, id).await?;
    Ok(Nothing {}.answer())
}

impl Which {
    /// The page of them that is asked for.
    pub(super) async fn page(
        &self,
        state: &AppState,
        account: AccountId,
        paging: &NotificationPaging,
    ) -> Result<Page<NotificationView>> {
        let kinds = &self.kinds();
        let read = |cursor, limit| state.service.notifications(account, kinds.clone(), cursor, limit);
        match self.account_id {
            // No kind at all would ask for every one.
            _ if kinds.is_empty() => Ok(Page { items: Vec::new(), next: None, prev: None }),
            None => paging.read_page(read).await,
            Some(from) => {
                let (pair, waiting) = ((account, from), self.include_filtered);
                let some = |cursor, limit| {
                    state.service.notifications_from(pair, waiting, kinds.clone(), cursor, limit)
                };
                paging.read_page(some).await
            }
        }
    }

    /// A number, as far as it is to be counted.
    pub(super) fn counted(&self, number: usize) -> i64 {
        i64::try_from(number.min(self.limit.unwrap_or(UNREAD_COUNTED))).unwrap_or(i64::MAX)
    }

    /// The group of one of them.
    pub(super) fn group(&self, notification: &notification::Notification) -> GroupKey {
        GroupKey::of(notification, |kind| {
            self.grouped_types.as_ref().is_none_or(|types| types.iter().any(|word| word == word_of(kind)))
        })
    }

    /// The kinds that go by these words; words that name none here are passed over.
    fn kinds(&self) -> Vec<NotificationKind> {
        let named = |words: &[String], kind: NotificationKind| words.iter().any(|word| word == word_of(kind));
        let wanted = |kind: &NotificationKind| {
            (self.types.is_empty() || named(&self.types, *kind)) && !named(&self.exclude_types, *kind)
        };
        NotificationKind::ALL.into_iter().filter(wanted).collect()
    }
}
