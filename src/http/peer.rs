//! The other end of a connection, and which of them are reverse proxies: what the server and the gateway both know.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// One client of IPv6 commonly owns a whole /64 and can ask from any address in it.
const IPV6_CLIENT_PREFIX: u8 = 64;

/// The address at the other end of the connection: an extension of every request. Behind a reverse proxy it is
/// the proxy's; the gateway finds the client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddr(pub SocketAddr);

/// Addresses and networks of reverse proxies whose headers are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// A text that is neither an address nor a network.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0:?} is neither an address nor a network; write a trusted proxy such as \"127.0.0.1\" or \"10.0.0.0/8\""
)]
pub struct BadProxy(String);

impl From<Vec<IpNet>> for TrustedProxies {
    fn from(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }
}

impl TrustedProxies {
    /// From addresses (`127.0.0.1`) and networks (`10.0.0.0/8`, `fd00::/8`).
    pub fn parse<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<Self, BadProxy> {
        let parse = |text: &str| {
            let address = text.parse::<IpAddr>().map(IpNet::from);
            address.or_else(|_| text.parse()).map_err(|_| BadProxy(text.to_owned()))
        };
        texts.into_iter().map(|text| parse(text.as_ref().trim())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether `address` is a trusted proxy.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The address that a client is counted by: an IPv4 address, or an IPv6 client's whole /64.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(_) => IpNet::new(address, IPV6_CLIENT_PREFIX).map_or(address, |net| net.network()),
    }
}
