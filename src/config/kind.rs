//! Kinds of values: what is allowed, how its text is read, how a value is shown.

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use ipnet::IpNet;
use unic_langid::LanguageIdentifier;
use url::Url;

use super::limits::CONFIG_LIST_MAX;
use super::{BaseUrl, DatabaseUrl, DevHost, MailServer, MailTls, Secret};

/// Reads a value's text; the error continues a sentence that names it: "is not a whole number".
type Parse<T> = Box<dyn Fn(&str) -> Result<T, String>>;

/// How a value of type `T` is read from text and explained.
pub(super) struct Kind<T> {
    /// What is allowed, as the end of a sentence: "on or off".
    pub(super) allowed: String,
    /// Reads the text.
    pub(super) parse: Parse<T>,
    /// The text that reads as this value.
    pub(super) show: fn(&T) -> String,
    /// Whether the text must not appear in errors, because it may hold a password.
    pub(super) secret: bool,
}

impl<T: 'static> Kind<T> {
    fn new(
        allowed: impl Into<String>,
        show: fn(&T) -> String,
        parse: impl Fn(&str) -> Result<T, String> + 'static,
    ) -> Self {
        Self { allowed: allowed.into(), parse: Box::new(parse), show, secret: false }
    }
}

/// A whole number within `range`, both ends included.
pub(super) fn number<T>(range: RangeInclusive<T>) -> Kind<T>
where
    T: FromStr + PartialOrd + Display + 'static,
{
    let allowed = format!("a whole number from {} to {}", range.start(), range.end());
    Kind::new(allowed, T::to_string, move |text| {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("is not a whole number".to_owned());
        }
        match text.parse::<T>() {
            Ok(value) if value < *range.start() => Err("is too small".to_owned()),
            Ok(value) if value <= *range.end() => Ok(value),
            _ => Err("is too large".to_owned()),
        }
    })
}

/// `on` or `off`; `true` and `false` mean the same, as TOML has them.
pub(super) fn switch() -> Kind<bool> {
    let show = |value: &bool| if *value { "on" } else { "off" }.to_owned();
    Kind::new("on or off", show, |text| match text {
        "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        _ => Err("is neither".to_owned()),
    })
}

/// One of some words.
pub(super) fn one_of<T: Copy + 'static>(
    words: &'static [(&'static str, T)],
    show: fn(&T) -> String,
) -> Kind<T> {
    let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
    Kind::new(format!("one of {}", names.join(", ")), show, |text| {
        let found = words.iter().find(|(name, _)| *name == text);
        found.map(|(_, value)| *value).ok_or_else(|| "is none of them".to_owned())
    })
}

/// Text on one line, at most `max` characters; with `min` 0 it may be empty.
pub(super) fn line(min: usize, max: usize) -> Kind<String> {
    let empty = if min == 0 { ", or empty" } else { "" };
    Kind::new(format!("text on one line of at most {max} characters{empty}"), String::clone, move |text| {
        match text.chars().count() {
            _ if text.chars().any(char::is_control) => {
                Err("has line breaks or control characters".to_owned())
            }
            count if count < min => Err("is empty".to_owned()),
            count if count > max => Err(format!("has {count} characters")),
            _ => Ok(text.to_owned()),
        }
    })
}

/// A folder's path.
pub(super) fn folder() -> Kind<PathBuf> {
    let show = |path: &PathBuf| path.display().to_string();
    Kind::new("the path of a folder", show, |text| match text {
        "" => Err("is empty".to_owned()),
        _ => Ok(PathBuf::from(text)),
    })
}

/// An IP address and a port.
pub(super) fn address() -> Kind<SocketAddr> {
    Kind::new(
        "an IP address and a port, such as 127.0.0.1:8080 or [::]:8080",
        SocketAddr::to_string,
        |text| text.parse().map_err(|_| "is not an IP address and a port".to_owned()),
    )
}

/// The origin of the instance.
pub(super) fn base_url() -> Kind<BaseUrl> {
    Kind::new(
        "http:// or https://, a host and perhaps a port, such as https://example.org",
        BaseUrl::to_string,
        BaseUrl::parse,
    )
}

/// The address of a web page, or nothing.
pub(super) fn web_address() -> Kind<String> {
    Kind::new("empty, or an address that begins with https:// or http://", String::clone, |text| {
        match Url::parse(text) {
            _ if text.is_empty() => Ok(String::new()),
            Ok(url) if matches!(url.scheme(), "https" | "http") => Ok(url.into()),
            Ok(url) => Err(format!("starts with {}:", url.scheme())),
            Err(_) => Err("is not a URL".to_owned()),
        }
    })
}

/// A PostgreSQL address, or nothing.
pub(super) fn database_url() -> Kind<Option<DatabaseUrl>> {
    let show =
        |url: &Option<DatabaseUrl>| url.as_ref().map(|url| url.as_str().to_owned()).unwrap_or_default();
    let allowed = "empty for SQLite, or postgres://user:password@host:port/database";
    let kind = Kind::new(allowed, show, |text| {
        if text.is_empty() {
            return Ok(None);
        }
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => {
                Ok(Some(DatabaseUrl(text.to_owned())))
            }
            Ok(url) => Err(format!("starts with {}:", url.scheme())),
            Err(_) => Err("is not a URL".to_owned()),
        }
    });
    Kind { secret: true, ..kind }
}

/// A mail server's address, or nothing.
pub(super) fn mail_server() -> Kind<Option<MailServer>> {
    let show = |server: &Option<MailServer>| {
        let shown = server.as_ref().map(|server| {
            let known = MAIL_SCHEMES.iter().find(|(_, tls, _)| *tls == server.tls);
            let scheme = known.map_or("smtp", |(scheme, _, _)| *scheme);
            format!("{scheme}://{}:{}", server.host, server.port)
        });
        shown.unwrap_or_default()
    };
    let allowed = "empty, or smtps://, starttls:// or smtp://, a host and perhaps a port, such as \
                   starttls://mail.example.org:587";
    Kind::new(allowed, show, |text| {
        if text.is_empty() {
            return Ok(None);
        }
        let url = Url::parse(text).map_err(|_| "is not a URL".to_owned())?;
        let known = MAIL_SCHEMES.iter().find(|(scheme, _, _)| *scheme == url.scheme());
        let (_, tls, port) = known.ok_or_else(|| format!("starts with {}:", url.scheme()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("has a name or a password; these are mail_user and mail_password".to_owned());
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("names no host")?;
        let host = host.trim_matches(['[', ']']).to_owned();
        Ok(Some(MailServer { host, port: url.port().unwrap_or(*port), tls: *tls }))
    })
}

const MAIL_SCHEMES: [(&str, MailTls, u16); 3] =
    [("smtps", MailTls::Wrapped, 465), ("starttls", MailTls::StartTls, 587), ("smtp", MailTls::None, 25)];

/// A password, or nothing.
pub(super) fn secret() -> Kind<Secret> {
    let show = |secret: &Secret| secret.0.clone();
    let kind = Kind::new("text on one line of at most 200 characters, or empty", show, |text| {
        match text.chars().count() {
            _ if text.chars().any(char::is_control) => Err("has control characters".to_owned()),
            count if count > 200 => Err("is too long".to_owned()),
            _ => Ok(Secret(text.to_owned())),
        }
    });
    Kind { secret: true, ..kind }
}

/// An e-mail address, or nothing.
pub(super) fn mail_address() -> Kind<String> {
    Kind::new("empty, or an address such as rookery@example.org", String::clone, |text| {
        let parts = text.split_once('@').filter(|(local, host)| !local.is_empty() && !host.is_empty());
        let is_plain = text.len() <= 254 && !text.chars().any(|one| one.is_whitespace() || one.is_control());
        match text.is_empty() || (parts.is_some() && is_plain) {
            true => Ok(text.to_owned()),
            false => Err("is not an e-mail address".to_owned()),
        }
    })
}

/// Networks in CIDR notation, and single addresses, separated by commas.
pub(super) fn networks() -> Kind<Vec<IpNet>> {
    let show = |networks: &Vec<IpNet>| networks.iter().map(IpNet::to_string).collect::<Vec<_>>().join(",");
    Kind::new("networks such as 10.0.0.0/8 or single addresses, separated by commas", show, |text| {
        items(text)?.map(network).collect()
    })
}

/// `name=address:port` pairs, separated by commas.
pub(super) fn dev_hosts() -> Kind<Vec<DevHost>> {
    let show = |hosts: &Vec<DevHost>| {
        let pairs: Vec<String> = hosts.iter().map(|host| format!("{}={}", host.name, host.address)).collect();
        pairs.join(",")
    };
    let allowed = "name=address:port pairs separated by commas, such as a.test=127.0.0.1:8081";
    Kind::new(allowed, show, |text| {
        let mut hosts: Vec<DevHost> = Vec::new();
        for item in items(text)? {
            let host = dev_host(item)?;
            if hosts.iter().any(|other| other.name == host.name) {
                return Err(format!("names {} twice", host.name));
            }
            hosts.push(host);
        }
        Ok(hosts)
    })
}

/// A BCP 47 language tag, in its usual spelling.
pub(super) fn language() -> Kind<String> {
    Kind::new("a language tag such as en or pt-BR", String::clone, |text| {
        let tag: Result<LanguageIdentifier, _> = text.parse();
        tag.map(|tag| tag.to_string()).map_err(|_| "is not a language tag".to_owned())
    })
}

/// The items of a list, without the spaces around them.
fn items(text: &str) -> Result<impl Iterator<Item = &str>, String> {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    match items.clone().count() {
        count if count > CONFIG_LIST_MAX => Err(format!("has {count} items, more than {CONFIG_LIST_MAX}")),
        _ => Ok(items),
    }
}

fn network(item: &str) -> Result<IpNet, String> {
    let single = || item.parse::<IpAddr>().map(IpNet::from).ok();
    item.parse().ok().or_else(single).ok_or_else(|| format!("has {item:?}, which is not a network"))
}

fn dev_host(item: &str) -> Result<DevHost, String> {
    let (name, address) =
        item.split_once('=').ok_or_else(|| format!("has {item:?}, which has no equals sign"))?;
    let name = name.trim().to_lowercase();
    let is_host = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-');
    if name.is_empty() || !name.chars().all(is_host) {
        return Err(format!("has {name:?}, which is not a host name"));
    }
    let address = address.trim();
    let address = address.parse().map_err(|_| format!("has {address:?}, which is not address:port"))?;
    Ok(DevHost { name, address })
}
