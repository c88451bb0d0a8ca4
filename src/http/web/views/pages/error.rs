//! Pages for what went wrong: what it was, and what to do next.

use askama::Template;
use axum::http::StatusCode;

use crate::error::Error;
use crate::http::web::views::PageShell;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// 400, 405, 409, 413, 422 and the like outside a form.
    Bad,
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 410.
    Gone,
    /// 429, with seconds until the next try.
    TooMany(u64),
    /// 500.
    Internal,
    /// 503.
    Busy,
}

impl ErrorKind {
    /// Of a use-case's error, with the status to answer.
    pub fn of(error: &Error) -> (StatusCode, Self) {
        match error {
            Error::Invalid { .. } => (StatusCode::UNPROCESSABLE_ENTITY, Self::Bad),
            Error::Conflict { .. } => (StatusCode::CONFLICT, Self::Bad),
            Error::NotFound(_) => (StatusCode::NOT_FOUND, Self::NotFound),
            Error::Gone(_) => (StatusCode::GONE, Self::Gone),
            Error::Unauthorized(_) => (StatusCode::UNAUTHORIZED, Self::Unauthorized),
            Error::Forbidden { .. } => (StatusCode::FORBIDDEN, Self::Forbidden),
            Error::TooMany { retry_after_s } => {
                (StatusCode::TOO_MANY_REQUESTS, Self::TooMany(*retry_after_s))
            }
            Error::Elsewhere { .. } => (StatusCode::BAD_GATEWAY, Self::Busy),
            Error::Busy => (StatusCode::SERVICE_UNAVAILABLE, Self::Busy),
            Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, Self::Internal),
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Bad => "fault-bad-title",
            Self::Unauthorized => "fault-unauthorized-title",
            Self::Forbidden => "fault-forbidden-title",
            Self::NotFound => "fault-not-found-title",
            Self::Gone => "fault-gone-title",
            Self::TooMany(_) => "fault-too-many-title",
            Self::Internal => "fault-internal-title",
            Self::Busy => "fault-busy-title",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Bad => "fault-bad",
            Self::Unauthorized => "fault-unauthorized",
            Self::Forbidden => "fault-forbidden",
            Self::NotFound => "fault-not-found",
            Self::Gone => "fault-gone",
            Self::TooMany(_) => "fault-too-many",
            Self::Internal => "fault-internal",
            Self::Busy => "fault-busy",
        }
    }
}

/// The page of an error.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// Everything around.
    pub shell: PageShell,
    /// What went wrong.
    pub kind: ErrorKind,
    /// The sentence of the service when it helps (422, 403); empty otherwise.
    pub detail: String,
    /// The request's id, to quote when asking for help; empty to leave it out.
    pub request_id: String,
}

impl ErrorPage {
    fn asks_to_log_in(&self) -> bool {
        self.shell.viewer.is_none() && matches!(self.kind, ErrorKind::Unauthorized | ErrorKind::Forbidden)
    }

    fn may_retry(&self) -> bool {
        matches!(self.kind, ErrorKind::TooMany(_) | ErrorKind::Internal | ErrorKind::Busy)
    }

    fn wait_s(&self) -> Option<u64> {
        match self.kind {
            ErrorKind::TooMany(seconds) => Some(seconds),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_status_and_page() {
        let errors = [
            (Error::invalid("text", "too_long", "x"), 422),
            (Error::conflict("username", "taken", "x"), 409),
            (Error::NotFound("tweet"), 404),
            (Error::Gone("tweet"), 410),
            (Error::Unauthorized("x"), 401),
            (Error::forbidden("not_yours", "x"), 403),
            (Error::TooMany { retry_after_s: 3 }, 429),
            (Error::Busy, 503),
            (Error::internal("x"), 500),
        ];
        for (error, status) in errors {
            assert_eq!(ErrorKind::of(&error).0.as_u16(), status);
        }
    }
}
