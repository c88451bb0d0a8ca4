//! The cookies of the pages: the session, what just happened, and the looks and language of this browser.

use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use url::Url;

use super::views::Theme;
use crate::http::middleware::credentials::session_cookie_name;
use crate::service::WEB_SESSION_MS;

/// The code of what just happened, shown once on the next page.
pub(super) const FLASH: &str = "rookery_flash";
/// Light or dark.
pub(super) const THEME: &str = "rookery_theme";
/// The chosen language.
pub(super) const LANGUAGE: &str = "rookery_language";

/// No one-key shortcuts.
pub(super) const NO_KEYS: &str = "rookery_no_keys";

/// As long as the session itself lasts; it is renewed with it.
const SESSION_LIFE: Duration = Duration::milliseconds(WEB_SESSION_MS);
/// A redirect is followed at once; whoever comes later is not told of old news.
const FLASH_LIFE: Duration = Duration::minutes(1);
/// Browsers keep a cookie for 400 days at most.
const CHOICE_LIFE: Duration = Duration::days(400);

/// Makes cookies for the instance at this origin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cookies<'a>(pub(super) &'a Url);

impl Cookies<'_> {
    /// Signs this browser in with a session's secret.
    pub(super) fn session(self, secret: &str) -> HeaderValue {
        self.make(session_cookie_name(self.0), secret, SESSION_LIFE)
    }

    /// Signs this browser out.
    pub(super) fn no_session(self) -> HeaderValue {
        self.make(session_cookie_name(self.0), "", Duration::ZERO)
    }

    /// Tells the next page what just happened.
    pub(super) fn flash(self, code: &'static str) -> HeaderValue {
        self.make(FLASH, code, FLASH_LIFE)
    }

    /// Forgets what was told.
    pub(super) fn no_flash(self) -> HeaderValue {
        self.make(FLASH, "", Duration::ZERO)
    }

    /// Remembers the looks.
    pub(super) fn theme(self, theme: Theme) -> HeaderValue {
        self.make(THEME, theme.value(), CHOICE_LIFE)
    }

    /// Remembers the language; `None` goes by what the browser asks for.
    pub(super) fn language(self, tag: Option<&'static str>) -> HeaderValue {
        match tag {
            Some(tag) => self.make(LANGUAGE, tag, CHOICE_LIFE),
            None => self.make(LANGUAGE, "", Duration::ZERO),
        }
    }

    /// Remembers whether single keys do something.
    pub(super) fn keys(self, on: bool) -> HeaderValue {
        match on {
            true => self.make(NO_KEYS, "", Duration::ZERO),
            false => self.make(NO_KEYS, "yes", CHOICE_LIFE),
        }
    }

    /// No script of a page reads any of them, and other sites' requests do not carry them.
    fn make(self, name: &str, value: &str, life: Duration) -> HeaderValue {
        let cookie = Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .secure(self.0.scheme() == "https")
            .same_site(SameSite::Lax)
            .max_age(life);
        // Secrets, codes and tags are plain ASCII words, which always fit into a header.
        HeaderValue::from_str(&cookie.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

/// Whether an answer says anything about the cookie `name`.
pub(super) fn tells_of(response: &Response, name: &str) -> bool {
    let mut lines = response.headers().get_all(SET_COOKIE).iter();
    lines.any(|line| line.as_bytes().strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"=")))
}

/// Adds a cookie to an answer.
pub(super) fn with(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_cookie_is_kept_from_scripts_other_sites_and_plain_http() {
        let url: Url = "https://rook.test".parse().unwrap();
        let cookie = Cookies(&url).session("abc").to_str().unwrap().to_owned();
        assert_eq!(
            cookie,
            "__Host-rookery_session=abc; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=7776000"
        );
        let url: Url = "http://localhost:8080".parse().unwrap();
        let cookie = Cookies(&url).no_session().to_str().unwrap().to_owned();
        assert_eq!(cookie, "rookery_session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    }
}
