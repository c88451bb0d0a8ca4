//! Notifications in groups. A page is of so many notifications as were asked for, in their groups; a group that goes on
//! below a page is told of again on the next one.

use std::collections::HashSet;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::response::{IntoResponse, Response};

use super::entities::{Account, GroupKey, Grouped, Scene, UnreadCount};
use super::nothing::Nothing;
use super::notifications::Which;
use super::paging::NotificationPaging;
use super::{Answer, Json};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::http::extract::{Auth, Lenient, Path};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::cursor::{Cursor, Page};
use crate::model::ids::{AccountId, NotificationId};
use crate::model::notification::{Notification, NotificationKind};
use crate::service::NotificationView;

/// Pages in which the members of one group are looked for: beyond, a group is as large as anybody wants to know.
const PAGES: usize = 5;

/// `GET /api/v2/notifications`
pub(super) async fn list(
    State(state): State<AppState>,
    Auth(who): Auth,
    paging: NotificationPaging,
    Lenient(which): Lenient<Which>,
) -> Result<Response, ApiError> {
    let page = which.page(&state, who.account, &paging).await?;
    let scene = Scene::of(&state, Some(&who));
    let link: Option<[(_, HeaderValue); 1]> = paging.links(&page).map(|link| [(LINK, link)]);
    let shown = Grouped::of(&page.items, &scene, |notification| which.group(notification));
    Ok((link, Json(shown)).into_response())
}

/// `GET /api/v2/notifications/unread_count`
pub(super) async fn unread_count(
    State(state): State<AppState>,
    Auth(who): Auth,
    Lenient(which): Lenient<Which>,
) -> Answer<UnreadCount> {
    let unread = state.service.unread(who.account).await?;
    let newer = Cursor::after(unread.read_up_to.0);
    let views = walked(&state, who.account, Vec::new(), newer, |_| true, |_| false).await?;
    let groups: HashSet<GroupKey> = views.iter().map(|view| key(&view.notification)).collect();
    Ok(Json(UnreadCount { count: which.counted(groups.len()) }))
}

/// `GET /api/v2/notifications/{key}`
pub(super) async fn one(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(asked): Path<String>,
) -> Answer<Grouped> {
    let views = members(&state, who.account, &asked).await?;
    let key = parsed(&asked)?;
    Ok(Json(Grouped::of(&views, &Scene::of(&state, Some(&who)), |_| key)))
}

/// `GET /api/v2/notifications/{key}/accounts`
pub(super) async fn accounts(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(key): Path<String>,
) -> Answer<Vec<Account>> {
    let views = members(&state, who.account, &key).await?;
    let scene = Scene::of(&state, Some(&who));
    Ok(Json(views.iter().map(|view| Account::of(&view.from, &scene)).collect()))
}

/// `POST /api/v2/notifications/{key}/dismiss`
pub(super) async fn dismiss(
    State(state): State<AppState>,
    Auth(who): Auth,
    Path(key): Path<String>,
) -> Answer<Nothing> {
    let views = members(&state, who.account, &key).await?;
    let ids: Vec<NotificationId> = views.iter().map(|view| view.notification.id).collect();
    state.service.dismiss_notifications(who.account, ids).await?;
    Ok(Nothing {}.answer())
}

/// The notifications of a group, the newest first; there is none without any.
async fn members(state: &AppState, account: AccountId, asked: &str) -> Result<Vec<NotificationView>> {
    let wanted = parsed(asked)?;
    let (kinds, cursor) = match wanted {
        GroupKey::Shared(kind, ..) => (vec![kind], Cursor::default()),
        GroupKey::Alone(id) => {
            (Vec::new(), Cursor { before: id.0.checked_add(1), after: id.0.checked_sub(1) })
        }
    };
    let is_in = |notification: &Notification| match wanted {
        GroupKey::Alone(id) => notification.id == id,
        GroupKey::Shared(..) => key(notification) == wanted,
    };
    let views = walked(state, account, kinds, cursor, is_in, |oldest| wanted.is_after(oldest)).await?;
    if views.is_empty() { Err(Error::NotFound("notification")) } else { Ok(views) }
}

/// Some pages of notifications, of those the ones that are wanted, until `is_over` says so of the oldest of a page.
#[expect(clippy::too_many_arguments, reason = "whose, which and where, and what of it is wanted")]
async fn walked(
    state: &AppState,
    account: AccountId,
    kinds: Vec<NotificationKind>,
    mut cursor: Cursor,
    wanted: impl Fn(&Notification) -> bool,
    is_over: impl Fn(&Notification) -> bool,
) -> Result<Vec<NotificationView>> {
    let mut found = Vec::new();
    for _ in 0..PAGES {
        let Page { items, next, .. } =
            state.service.notifications(account, kinds.clone(), cursor, limits::PAGE_MAX).await?;
        let over = items.last().is_some_and(|view| is_over(&view.notification));
        found.extend(items.into_iter().filter(|view| wanted(&view.notification)));
        match next.filter(|_| !over) {
            Some(next) => cursor = Cursor::parse(Some(&next))?,
            None => break,
        }
    }
    Ok(found)
}

fn parsed(key: &str) -> Result<GroupKey> {
    key.parse().map_err(|_| Error::NotFound("notification"))
}

/// The group of a notification when nothing else is asked.
fn key(notification: &Notification) -> GroupKey {
    GroupKey::of(notification, |_| true)
}
