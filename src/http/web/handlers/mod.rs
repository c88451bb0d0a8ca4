//! What the pages answer, one capability a file.
//!
//! A handler takes a [`Visit`](super::visit::Visit) (or a [`Member`](super::visit::Member) where one must be
//! signed in), calls one use-case, and answers a page or a redirect back to where the form was.

pub(super) mod about;
pub(super) mod accounts;
pub(super) mod announcements;
pub(super) mod apps;
pub(super) mod authorize;
pub(super) mod bookmarks;
pub(super) mod compose;
pub(super) mod delete;
pub(super) mod delivery;
pub(super) mod door;
pub(super) mod edit;
pub(super) mod emoji;
pub(super) mod errors;
pub(super) mod follow_requests;
pub(super) mod follows;
pub(super) mod home;
pub(super) mod house;
pub(super) mod house_picture;
pub(super) mod instances;
pub(super) mod kept_away;
pub(super) mod leaving;
pub(super) mod moves;
pub(super) mod notifications;
pub(super) mod parked;
mod parts;
pub(super) mod polls;
pub(super) mod profile;
pub(super) mod profile_form;
pub(super) mod reactions;
pub(super) mod relays;
pub(super) mod reports;
pub(super) mod search;
pub(super) mod settings;
pub(super) mod settings_email;
pub(super) mod settings_notifications;
pub(super) mod signups;
pub(super) mod tags;
pub(super) mod thread;
pub(super) mod trend_reviews;
pub(super) mod tweets;
pub(super) mod unsubscribe;

use axum::http::StatusCode;
use serde::Deserialize;

use super::views::FormErrors;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::http::problem::ApiError;
use crate::model::cursor::Cursor;

/// Entries on a page.
const PAGE: usize = limits::PAGE_DEFAULT;

/// Where in a list a page begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct At {
    cursor: Option<String>,
}

impl At {
    fn cursor(&self) -> Result<Cursor> {
        Cursor::parse(self.cursor.as_deref())
    }

    /// The page is the list's first.
    fn is_first(&self) -> bool {
        self.cursor.as_deref().unwrap_or_default().is_empty()
    }
}

/// The address of the page that begins at the cursor `next` of the list at `list`, a path with or without a query.
fn older(list: &str, next: Option<String>) -> Option<String> {
    let mark = if list.contains('?') { '&' } else { '?' };
    next.map(|cursor| format!("{list}{mark}cursor={cursor}"))
}

/// What a form says that was not accepted, with the status of its answer; other failures are not the form's.
fn refused(error: Error) -> Result<(StatusCode, FormErrors), ApiError> {
    let status = match &error {
        Error::Invalid { .. } | Error::Conflict { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Forbidden { code: "suspended" | "pending" | "closed" | "not_set_up" | "moved", .. } => {
            StatusCode::FORBIDDEN
        }
        _ => return Err(ApiError(error)),
    };
    Ok((status, FormErrors::from_error(&error)))
}
