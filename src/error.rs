//! The one error that use-cases return, named for meaning; the HTTP floor turns it into a status.

use std::fmt;

/// The result of a use-case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use-case did not happen. Nothing has changed when one of these is returned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 422: the input breaks a rule. `field` is the input's name, `code` is stable, `message` says what is allowed.
    #[error("{field}: {message}")]
    Invalid {
        /// The name of the input field.
        field: &'static str,
        /// A stable word for programs and translations, such as `too_long`.
        code: &'static str,
        /// One English sentence: what was wrong and what is allowed.
        message: String,
    },
    /// 404: there is no such thing, or the viewer may not know of it.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// 410: it was there and is gone for good.
    #[error("this {0} is gone")]
    Gone(&'static str),
    /// 401: the request needs a signed-in account, or its credentials are wrong or have ended.
    #[error("{0}")]
    Unauthorized(&'static str),
    /// 403: signed in, but not allowed.
    #[error("{message}")]
    Forbidden {
        /// A stable word, such as `not_yours` or `scope`.
        code: &'static str,
        /// One English sentence.
        message: String,
    },
    /// 409: true of the world as it is now, such as a taken username.
    #[error("{message}")]
    Conflict {
        /// The name of the input field.
        field: &'static str,
        /// A stable word, such as `taken`.
        code: &'static str,
        /// One English sentence.
        message: String,
    },
    /// 502: another instance was needed for it and did not do its part.
    #[error("{message}")]
    Elsewhere {
        /// A stable word, such as `host_unreachable`.
        code: &'static str,
        /// One English sentence.
        message: String,
    },
    /// 429: too often.
    #[error("too many requests; try again in {retry_after_s} s")]
    TooMany {
        /// Seconds until the next request may succeed.
        retry_after_s: u64,
    },
    /// 503: overloaded or stopping; the same request may succeed later.
    #[error("the server is busy; try again shortly")]
    Busy,
    /// 500: our fault. The inside is logged with the request id and never sent.
    #[error("something went wrong on our side")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// An [`Error::Invalid`].
    pub fn invalid(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { field, code, message: message.into() }
    }

    /// An [`Error::Forbidden`].
    pub fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::Forbidden { code, message: message.into() }
    }

    /// An [`Error::Conflict`].
    pub fn conflict(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Conflict { field, code, message: message.into() }
    }

    /// An [`Error::Internal`] around any cause.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The stable word for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { code, .. }
            | Self::Forbidden { code, .. }
            | Self::Conflict { code, .. }
            | Self::Elsewhere { code, .. } => code,
            Self::NotFound(_) => "not_found",
            Self::Gone(_) => "gone",
            Self::Unauthorized(_) => "unauthorized",
            Self::TooMany { .. } => "too_many_requests",
            Self::Busy => "busy",
            Self::Internal(_) => "internal",
        }
    }

    /// The input field it is about, when it is about one.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { field, .. } | Self::Conflict { field, .. } => Some(field),
            _ => None,
        }
    }
}

/// Writes an error and its whole chain of causes on one line, for logs.
pub struct Chain<'a>(pub &'a (dyn std::error::Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(inner) = cause {
            write!(f, ": {inner}")?;
            cause = inner.source();
        }
        Ok(())
    }
}
