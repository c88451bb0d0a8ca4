//! Who really asks, when reverse proxies stand before us.
//!
//! `X-Forwarded-For` is a claim: anybody may send it. It is read from the right, where the nearest proxy wrote,
//! and only as long as the address that vouches for it is a configured proxy.

use std::net::{IpAddr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request};

use crate::error::Error;
use crate::http::peer::{PeerAddr, TrustedProxies, network};
use crate::http::problem::Problem;

/// How many entries of `X-Forwarded-For` are looked at: no real chain of proxies is longer.
const MAX_HOPS: usize = 16;

/// The address of the client, behind all trusted proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddr(pub IpAddr);

impl ClientAddr {
    /// The address that limits count by: an IPv4 address, or an IPv6 client's whole /64.
    pub fn network(self) -> IpAddr {
        network(self.0)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddr {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let found = parts.extensions.get::<Self>().copied();
        found
            .ok_or_else(|| Problem::from(&Error::internal("a route without the gateway asks for the client")))
    }
}

/// The client of a request.
pub(super) fn find<B>(request: &Request<B>, trusted: &TrustedProxies) -> ClientAddr {
    ClientAddr(behind_proxies(peer(request), request.headers(), trusted))
}

/// The address at the other end of the connection; unspecified when there is none (a test without a socket).
pub(super) fn peer<B>(request: &Request<B>) -> IpAddr {
    let peer = request.extensions().get::<PeerAddr>();
    peer.map_or(IpAddr::from([0, 0, 0, 0]), |PeerAddr(address)| address.ip())
}

fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> IpAddr {
    let mut found = peer;
    let lines: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')).take(MAX_HOPS) {
        if !trusted.contains(found) {
            break;
        }
        let Some(address) = parse_hop(hop.trim()) else { break };
        found = address;
    }
    found
}

/// An address, with or without a port.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().map(|socket| socket.ip());
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bracketed.parse().or_else(|_| with_port()).ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut request = Request::builder();
        for line in forwarded {
            request = request.header("x-forwarded-for", *line);
        }
        let mut request = request.body(()).unwrap();
        request.extensions_mut().insert(PeerAddr(SocketAddr::new(peer.parse().unwrap(), 9)));
        find(&request, &TrustedProxies::parse(trusted).unwrap()).0.to_string()
    }

    #[test]
    fn a_stranger_cannot_claim_another_address() {
        assert_eq!(client("203.0.113.9", &["1.1.1.1"], &["127.0.0.1"]), "203.0.113.9");
        assert_eq!(client("127.0.0.1", &["1.1.1.1"], &[]), "127.0.0.1");
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_is_the_client() {
        let trusted = &["127.0.0.1", "10.0.0.0/8"];
        assert_eq!(client("127.0.0.1", &["6.6.6.6, 203.0.113.9"], trusted), "203.0.113.9");
        assert_eq!(client("127.0.0.1", &["6.6.6.6, 203.0.113.9, 10.1.2.3"], trusted), "203.0.113.9");
        assert_eq!(client("127.0.0.1", &["6.6.6.6", "203.0.113.9"], trusted), "203.0.113.9");
        assert_eq!(client("127.0.0.1", &["10.9.9.9"], trusted), "10.9.9.9");
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_understood() {
        let trusted = &["127.0.0.1"];
        assert_eq!(client("127.0.0.1", &["203.0.113.9:4711"], trusted), "203.0.113.9");
        assert_eq!(client("127.0.0.1", &["[2001:db8::1]:80"], trusted), "2001:db8::1");
        assert_eq!(client("127.0.0.1", &["[2001:db8::1]"], trusted), "2001:db8::1");
        assert_eq!(client("127.0.0.1", &["::ffff:203.0.113.9"], trusted), "203.0.113.9");
    }

    #[test]
    fn rubbish_leaves_the_nearest_known_hop() {
        assert_eq!(client("127.0.0.1", &["203.0.113.9, unknown"], &["127.0.0.1"]), "127.0.0.1");
    }

    #[test]
    fn a_bad_proxy_setting_is_named() {
        let error = TrustedProxies::parse(["10.0.0.0/8", "10.0.0.0/99"]).unwrap_err().to_string();
        assert!(error.starts_with("\"10.0.0.0/99\" is neither"), "{error}");
    }

    #[test]
    fn limits_count_an_ipv6_client_by_its_whole_network() {
        let client = |text: &str| ClientAddr(text.parse().unwrap()).network().to_string();
        assert_eq!(client("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(client("203.0.113.9"), "203.0.113.9");
    }

    proptest! {
        #[test]
        fn without_a_trusted_peer_no_header_changes_the_client(line in "[0-9a-f.:, \\[\\]]{0,60}") {
            prop_assert_eq!(client("203.0.113.9", &[&line], &["10.0.0.0/8"]), "203.0.113.9");
        }
    }
}
