//! Why an outgoing exchange did not happen, named so that callers can decide whether to try again.

use http::StatusCode;

/// What the guard forbids. Nothing has been sent when one of these is returned, except before a refused redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// This instance does not federate.
    #[error("federation is off")]
    Off,
    /// Only `https` is spoken (`http` too where the settings allow insecure peers).
    #[error("only https addresses are allowed")]
    Scheme,
    /// The URL carries a user name or password.
    #[error("an address with a user name or password is not allowed")]
    Userinfo,
    /// The URL has no host, or one that cannot be written in a request.
    #[error("the address has no usable host")]
    Host,
    /// Neither port 80 nor 443.
    #[error("only ports 80 and 443 are allowed")]
    Port,
    /// The host is, or resolves only to, addresses outside the public internet.
    #[error("the host is not on the public internet")]
    PrivateAddress,
    /// More hops than [`super::MAX_REDIRECTS`].
    #[error("too many redirects")]
    TooManyRedirects,
    /// A redirect without a usable `Location`.
    #[error("the redirect leads nowhere")]
    BadRedirect,
    /// A redirect from `https` to `http`.
    #[error("a redirect from https to http is not followed")]
    Downgrade,
}

/// Why there is no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The guard forbids it; it will be forbidden tomorrow too.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The time of [`super::Limits`] was over.
    #[error("no complete answer in time")]
    Timeout,
    /// No connection: the name does not resolve, nobody listens, TLS failed.
    #[error("no connection")]
    Connect(#[source] reqwest::Error),
    /// The connection broke, or what came over it was not HTTP.
    #[error("the exchange broke off")]
    Broken(#[source] reqwest::Error),
    /// The body is longer than the caller's limit in bytes.
    #[error("the answer is longer than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The answer is not a success; from [`super::Response::success`].
    #[error("the answer is {status}")]
    Status {
        /// The status of the answer.
        status: StatusCode,
    },
    /// Too many hosts are being spoken to at this moment.
    #[error("too many outgoing requests at once")]
    Busy,
    /// The request could not be signed.
    #[error("the request could not be signed")]
    Signing,
}

impl ClientError {
    /// True when the same request may succeed later: the network, an overloaded peer, our own load.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Timeout | Self::Connect(_) | Self::Broken(_) | Self::Busy => true,
            Self::Status { status } => is_transient_status(*status),
            Self::Refused(_) | Self::TooLarge { .. } | Self::Signing => false,
        }
    }

    /// The status of the answer, when there was one.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Status { status } => Some(*status),
            _ => None,
        }
    }
}

fn is_transient_status(status: StatusCode) -> bool {
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::NOT_IMPLEMENTED => false,
        other => other.is_server_error(),
    }
}

/// The HTTP client could not be built.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot start")]
pub struct ClientStartError(#[source] pub(super) reqwest::Error);

/// Turns a transport error into ours; a refusal by the guarded resolver is found in its causes.
pub(super) fn from_transport(error: reqwest::Error) -> ClientError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        if let Some(refusal) = inner.downcast_ref::<Refusal>() {
            return ClientError::Refused(*refusal);
        }
        cause = inner.source();
    }
    if error.is_connect() {
        ClientError::Connect(error)
    } else if error.is_timeout() {
        ClientError::Timeout
    } else if error.is_builder() {
        ClientError::Refused(Refusal::Host)
    } else {
        ClientError::Broken(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_passing_failures_are_transient() {
        for status in [408, 425, 429, 500, 502, 503, 504] {
            let status = StatusCode::from_u16(status).unwrap();
            assert!(ClientError::Status { status }.is_transient(), "{status}");
        }
        for status in [304, 400, 401, 403, 404, 410, 413, 501] {
            let status = StatusCode::from_u16(status).unwrap();
            assert!(!ClientError::Status { status }.is_transient(), "{status}");
        }
        assert!(ClientError::Timeout.is_transient());
        assert!(!ClientError::Refused(Refusal::PrivateAddress).is_transient());
        assert!(!ClientError::TooLarge { limit: 1 }.is_transient());
    }
}
