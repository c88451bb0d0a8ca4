//! A name for each request, so that an answer, its log lines and a person's report can be matched.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};

use super::client_addr::peer;
use crate::http::peer::TrustedProxies;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id taken from a proxy: a UUID has 36 characters, a trace id 32.
const MAX_INBOUND: usize = 64;

/// The id of the request; an extension of every request, and the `X-Request-Id` of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id's text: letters, digits, `-`, `_` and `.`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn write(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            headers.insert(HEADER, value);
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes ids: a random part of the process, and a count. They need to be unique, not secret.
pub(super) struct Maker {
    process: u64,
    count: AtomicU64,
}

impl Maker {
    pub(super) fn new() -> Self {
        Self { process: RandomState::new().hash_one("request ids") & 0xffff_ffff, count: AtomicU64::new(0) }
    }

    /// Gives the request its id: the one a trusted proxy sent when it is sane, else a new one.
    pub(super) fn assign<B>(&self, request: &mut Request<B>, trusted: &TrustedProxies) -> RequestId {
        let inbound = request.headers().get(HEADER).filter(|_| trusted.contains(peer(request)));
        let id = match inbound.and_then(|value| value.to_str().ok()).filter(|text| is_sane(text)) {
            Some(text) => RequestId(text.into()),
            None => {
                let count = self.count.fetch_add(1, Ordering::Relaxed);
                RequestId(format!("{:08x}-{count:06x}", self.process).into())
            }
        };
        request.extensions_mut().insert(id.clone());
        id
    }
}

fn is_sane(text: &str) -> bool {
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.len() <= MAX_INBOUND && text.bytes().all(sane)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::http::server::PeerAddr;

    fn assign(maker: &Maker, inbound: &'static str, trusted: &TrustedProxies) -> String {
        let mut request = Request::builder().header(HEADER, inbound).body(()).unwrap();
        request.extensions_mut().insert(PeerAddr(([10, 0, 0, 1], 1).into()));
        maker.assign(&mut request, trusted).to_string()
    }

    #[test]
    fn a_sane_id_is_taken_from_a_trusted_proxy_and_from_nobody_else() {
        let maker = Maker::new();
        let proxy = TrustedProxies::parse(["10.0.0.1"]).unwrap();
        assert_eq!(assign(&maker, "4bf92f35-77b3_x.1", &proxy), "4bf92f35-77b3_x.1");
        assert_ne!(assign(&maker, "4bf92f35", &TrustedProxies::default()), "4bf92f35");
        for bad in ["", "a b", "<script>", "a\"b"] {
            assert_ne!(assign(&maker, bad, &proxy), bad);
        }
    }

    #[test]
    fn made_ids_never_repeat() {
        let maker = Maker::new();
        let ids: HashSet<_> = (0..1_000).map(|_| assign(&maker, "", &TrustedProxies::default())).collect();
        assert_eq!(ids.len(), 1_000);
        assert!(ids.iter().all(|id| is_sane(id)));
    }
}
