//! The guard in front of every request: which URLs may be asked, and which addresses a name may lead to.
//!
//! Names are resolved here and only checked addresses are handed to the connector, so a name that changes
//! between check and connect (DNS rebinding) gains nothing. Literal addresses never pass a resolver and are
//! checked with the URL. Every hop of a redirect passes here again.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::address::is_public;
use super::error::Refusal;

/// Addresses of one name that are tried: a name with hundreds of addresses is not worth hundreds of connects.
const MAX_ADDRESSES: usize = 8;

/// Checks everything that the text of a URL tells.
pub(super) fn check_url(url: &Url, insecure: bool) -> Result<(), Refusal> {
    match url.scheme() {
        "https" => {}
        "http" if insecure => {}
        _ => return Err(Refusal::Scheme),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::Userinfo);
    }
    let literal = match url.host().ok_or(Refusal::Host)? {
        Host::Domain("" | ".") => return Err(Refusal::Host),
        Host::Domain(_) => None,
        Host::Ipv4(v4) => Some(IpAddr::V4(v4)),
        Host::Ipv6(v6) => Some(IpAddr::V6(v6)),
    };
    if insecure {
        return Ok(());
    }
    if literal.is_some_and(|address| !is_public(address)) {
        return Err(Refusal::PrivateAddress);
    }
    match url.port_or_known_default() {
        Some(80 | 443) => Ok(()),
        _ => Err(Refusal::Port),
    }
}

/// The next hop of a redirect from `from`, checked.
pub(super) fn check_redirect(from: &Url, location: Option<&str>, insecure: bool) -> Result<Url, Refusal> {
    let location = location.ok_or(Refusal::BadRedirect)?;
    let mut next = from.join(location).map_err(|_| Refusal::BadRedirect)?;
    next.set_fragment(None);
    if from.scheme() == "https" && next.scheme() == "http" {
        return Err(Refusal::Downgrade);
    }
    check_url(&next, insecure)?;
    Ok(next)
}

/// A resolver that gives out only addresses the guard accepts.
#[derive(Clone)]
pub(super) struct GuardedResolver {
    pub(super) insecure: bool,
    pub(super) dev_hosts: Arc<HashMap<String, SocketAddr>>,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move { resolver.look_up(name.as_str()).await })
    }
}

impl GuardedResolver {
    async fn look_up(&self, name: &str) -> Result<Addrs, Box<dyn std::error::Error + Send + Sync>> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if self.insecure
            && let Some(address) = self.dev_hosts.get(&name)
        {
            return Ok(Box::new(std::iter::once(*address)));
        }
        let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
        let accepted: Vec<SocketAddr> =
            found.filter(|address| self.insecure || is_public(address.ip())).take(MAX_ADDRESSES).collect();
        if accepted.is_empty() {
            return Err(Box::new(Refusal::PrivateAddress));
        }
        Ok(Box::new(accepted.into_iter()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), Refusal> {
        check_url(&Url::parse(text).unwrap(), false)
    }

    #[test]
    fn only_https_on_its_own_ports_passes() {
        assert_eq!(check("https://a.test/x?y"), Ok(()));
        assert_eq!(check("https://a.test:80/"), Ok(()));
        assert_eq!(check("http://a.test/"), Err(Refusal::Scheme));
        assert_eq!(check("ftp://a.test/"), Err(Refusal::Scheme));
        assert_eq!(check("file:///etc/passwd"), Err(Refusal::Scheme));
        assert_eq!(check("https://a.test:8443/"), Err(Refusal::Port));
        assert_eq!(check("https://a.test:22/"), Err(Refusal::Port));
    }

    #[test]
    fn a_user_name_or_password_is_refused() {
        assert_eq!(check("https://u@a.test/"), Err(Refusal::Userinfo));
        assert_eq!(check("https://:p@a.test/"), Err(Refusal::Userinfo));
        assert_eq!(check("https://a.test@127.0.0.1/"), Err(Refusal::Userinfo));
    }

    #[test]
    fn a_literal_inner_address_is_refused_however_it_is_written() {
        for text in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://0/",
        ] {
            assert_eq!(check(text), Err(Refusal::PrivateAddress), "{text}");
        }
        assert_eq!(check("https://1.1.1.1/"), Ok(()));
    }

    #[test]
    fn insecure_settings_allow_http_any_port_and_inner_addresses_but_no_passwords() {
        let check = |text: &str| check_url(&Url::parse(text).unwrap(), true);
        assert_eq!(check("http://127.0.0.1:8081/"), Ok(()));
        assert_eq!(check("http://u@a.test/"), Err(Refusal::Userinfo));
        assert_eq!(check("gopher://a.test/"), Err(Refusal::Scheme));
    }

    #[test]
    fn a_redirect_is_joined_checked_and_never_leaves_https() {
        let from = Url::parse("https://a.test/users/1").unwrap();
        let next = |location| check_redirect(&from, location, false);
        assert_eq!(next(Some("../u/1#x")).unwrap().as_str(), "https://a.test/u/1");
        assert_eq!(next(Some("//b.test/y")).unwrap().as_str(), "https://b.test/y");
        assert_eq!(next(Some("http://a.test/")), Err(Refusal::Downgrade));
        assert_eq!(next(Some("https://10.0.0.1/")), Err(Refusal::PrivateAddress));
        assert_eq!(next(Some("https://")), Err(Refusal::BadRedirect));
        assert_eq!(next(None), Err(Refusal::BadRedirect));
        assert_eq!(check_redirect(&from, Some("http://a.test/"), true), Err(Refusal::Downgrade));
    }
}
