//! Classes of routes, for limits.

use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, Method, Request};

/// What kind of work a request asks for. Limits of size, time and rate go by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Tries a password or a code.
    Login,
    /// Makes an account.
    Register,
    /// Changes something.
    Write,
    /// Reads through an API.
    Read,
    /// Carries files.
    Media,
    /// Takes activities from other instances.
    Inbox,
    /// Reads by other instances.
    Federation,
    /// Reads by browsers: pages and media files.
    Page,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 8] = [
        Self::Login,
        Self::Register,
        Self::Write,
        Self::Read,
        Self::Media,
        Self::Inbox,
        Self::Federation,
        Self::Page,
    ];

    /// The word for metrics and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Register => "register",
            Self::Write => "write",
            Self::Read => "read",
            Self::Media => "media",
            Self::Inbox => "inbox",
            Self::Federation => "federation",
            Self::Page => "page",
        }
    }

    /// The class of a request; `None` for what is never limited: probes, metrics and static files.
    pub fn of<B>(request: &Request<B>) -> Option<Self> {
        let path = request.uri().path();
        if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
            Self::of_read(path, request.headers())
        } else {
            Some(Self::of_change(path))
        }
    }

    fn of_read(path: &str, headers: &HeaderMap) -> Option<Self> {
        const UNLIMITED: &[&str] = &["/livez", "/readyz", "/metrics"];
        const FEDERATION: &[&str] = &["/.well-known/", "/nodeinfo/"];
        if UNLIMITED.contains(&path) || path.starts_with("/assets/") {
            None
        } else if path.starts_with("/api/") {
            Some(Self::Read)
        } else if FEDERATION.iter().any(|prefix| path.starts_with(prefix)) || wants_activity(headers) {
            Some(Self::Federation)
        } else {
            Some(Self::Page)
        }
    }

    fn of_change(path: &str) -> Self {
        const LOGIN: &[&str] = &[
            "/api/users/login",
            "/api/users/me/password",
            "/api/users/me/move",
            "/login",
            "/settings/password",
            "/settings/move",
            "/settings/delete",
        ];
        const REGISTER: &[&str] =
            &["/api/users/register", "/api/v1/apps", "/api/v1/accounts", "/signup", "/setup"];
        const MEDIA: &[&str] = &[
            "/api/media",
            "/api/v1/media",
            "/api/v2/media",
            "/api/v1/accounts/update_credentials",
            "/api/users/me/avatar",
            "/api/users/me/header",
            "/settings/profile",
            "/admin/emoji",
        ];
        if path == "/inbox" || path.ends_with("/inbox") {
            Self::Inbox
        } else if LOGIN.contains(&path) {
            Self::Login
        } else if REGISTER.contains(&path) {
            Self::Register
        } else if MEDIA.iter().any(|prefix| is_under(path, prefix)) || is_composer(path) {
            Self::Media
        } else {
            Self::Write
        }
    }
}

/// One value for each class: a limit, a setting, a counter.
#[derive(Clone, Debug, PartialEq)]
pub struct PerClass<T> {
    /// For [`Class::Login`].
    pub login: T,
    /// For [`Class::Register`].
    pub register: T,
    /// For [`Class::Write`].
    pub write: T,
    /// For [`Class::Read`].
    pub read: T,
    /// For [`Class::Media`].
    pub media: T,
    /// For [`Class::Inbox`].
    pub inbox: T,
    /// For [`Class::Federation`].
    pub federation: T,
    /// For [`Class::Page`].
    pub page: T,
}

impl<T> PerClass<T> {
    /// The value of a class.
    pub fn get(&self, class: Class) -> &T {
        match class {
            Class::Login => &self.login,
            Class::Register => &self.register,
            Class::Write => &self.write,
            Class::Read => &self.read,
            Class::Media => &self.media,
            Class::Inbox => &self.inbox,
            Class::Federation => &self.federation,
            Class::Page => &self.page,
        }
    }

    /// Another value for each class, made from this one.
    pub fn map<U>(&self, make: impl Fn(&T) -> U) -> PerClass<U> {
        PerClass {
            login: make(&self.login),
            register: make(&self.register),
            write: make(&self.write),
            read: make(&self.read),
            media: make(&self.media),
            inbox: make(&self.inbox),
            federation: make(&self.federation),
            page: make(&self.page),
        }
    }
}

/// The form that writes or edits a tweet carries its images along.
fn is_composer(path: &str) -> bool {
    path == "/tweets" || (path.starts_with("/tweets/") && path.ends_with("/edit"))
}

fn is_under(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn wants_activity(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("application/activity+json") || accept.contains("application/ld+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(method: &str, path: &str, accept: &str) -> Option<Class> {
        Class::of(&Request::builder().method(method).uri(path).header(ACCEPT, accept).body(()).unwrap())
    }

    #[test]
    fn requests_fall_into_the_class_of_their_work() {
        let html = "text/html,application/xhtml+xml";
        let activity = "application/activity+json";
        let cases = [
            ("POST", "/api/users/login", "", Class::Login),
            ("POST", "/api/users/register", "", Class::Register),
            ("POST", "/api/v1/apps", "", Class::Register),
            ("POST", "/oauth/token", "", Class::Write),
            ("GET", "/oauth/authorize?client_id=x", html, Class::Page),
            ("POST", "/api/tweets", "", Class::Write),
            ("DELETE", "/api/tweets/7/like", "", Class::Write),
            ("GET", "/api/tweets/7", "", Class::Read),
            ("GET", "/api/users/7/timeline?limit=20", "", Class::Read),
            ("POST", "/api/media", "", Class::Media),
            ("PATCH", "/api/media/7", "", Class::Media),
            ("POST", "/inbox", "", Class::Inbox),
            ("POST", "/users/ana/inbox", "", Class::Inbox),
            ("GET", "/users/ana", activity, Class::Federation),
            ("GET", "/.well-known/webfinger?resource=x", html, Class::Federation),
            ("GET", "/@ana", html, Class::Page),
            ("POST", "/login", html, Class::Login),
            ("POST", "/settings/password", html, Class::Login),
            ("POST", "/signup", html, Class::Register),
            ("POST", "/tweets", html, Class::Media),
            ("POST", "/tweets/7/edit", html, Class::Media),
            ("POST", "/tweets/7/like", html, Class::Write),
        ];
        for (method, path, accept, expected) in cases {
            assert_eq!(class(method, path, accept), Some(expected), "{method} {path}");
        }
    }

    #[test]
    fn probes_and_static_files_are_never_limited() {
        for path in ["/livez", "/readyz", "/metrics", "/assets/app.3f2a.css"] {
            assert_eq!(class("GET", path, ""), None, "{path}");
        }
        assert_eq!(class("POST", "/metrics", ""), Some(Class::Write));
    }
}
