//! One request for a page: who asks, in which language and looks, and where they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, REFERER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use url::Url;

use super::back::{local_path, see_other};
use super::cookies::{self, Cookies, FLASH, LANGUAGE, NO_KEYS, THEME};
use super::i18n::Words;
use super::present::Present;
use super::site::Site;
use super::views::{self, Flash, Nav, PageShell, Theme, ViewerView};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::http::extract::MaybeAuth;
use crate::http::middleware::credentials::{cookie, session_cookie_name};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::account::Role;
use crate::model::account::SessionKind;
use crate::model::emoji::{EmojiPicture, Palette};
use crate::model::ids::AccountId;
use crate::service::{Service, SignedIn};

/// What a handler of the pages answers. A failure becomes a page when it leaves.
pub(super) type Answer = Result<Response, ApiError>;

/// Where the first account is made.
const SETUP: &str = "/setup";
/// Says whether a browser shows the answer as a page (`navigate`) or a script fetches it.
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Tells the way out of a request that the session of its cookie goes on for longer now.
#[derive(Clone, Default)]
pub(super) struct Renewed(Arc<AtomicBool>);

impl Renewed {
    fn set(&self, renewed: bool) {
        self.0.store(renewed, Ordering::Relaxed);
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A request for a page by anybody. Before the first account is made, every page leads to making it.
pub(super) struct Visit {
    pub(super) state: AppState,
    /// Who is signed in.
    pub(super) who: Option<SignedIn>,
    pub(super) words: &'static Words,
    /// The language chosen in this browser.
    pub(super) language: Option<&'static Words>,
    theme: Theme,
    keys: bool,
    flash: Option<Flash>,
    here: String,
    site: Arc<Site>,
    /// The instance's emoji, the same for all of a page.
    palette: Arc<Palette>,
}

/// A request by somebody who is signed in; others are asked to log in first.
pub(super) struct Member {
    pub(super) visit: Visit,
    /// Who they are.
    pub(super) me: AccountId,
    /// Their session.
    pub(super) session: SignedIn,
}

/// A request by an admin; to others the page is forbidden.
pub(super) struct Admin {
    pub(super) visit: Visit,
    /// Who they are.
    pub(super) me: AccountId,
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let failed = |error: Error| ApiError(error).into_response();
        let site = parts.extensions.get::<Arc<Site>>().cloned();
        let site = site.ok_or_else(|| failed(Error::internal("a page outside the router of pages")))?;
        if parts.uri.path() != SETUP && !site.is_set_up(&state.service).await.map_err(failed)? {
            return Err(see_other(SETUP));
        }
        let MaybeAuth(who) =
            MaybeAuth::from_request_parts(parts, state).await.map_err(|error| error.into_response())?;
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let language = cookie(&parts.headers, LANGUAGE).and_then(Words::tagged);
        let otherwise = &state.service.rules().language;
        let words = language.unwrap_or_else(|| Words::negotiate(None, header(ACCEPT_LANGUAGE), otherwise));
        if let (Some(who), Some(renewed)) = (&who, parts.extensions.get::<Renewed>()) {
            renewed.set(who.renewed && who.kind == SessionKind::Web);
        }
        Ok(Self {
            words,
            language,
            who,
            theme: theme(&parts.headers),
            keys: keys(&parts.headers),
            flash: cookie(&parts.headers, FLASH).and_then(|code| Flash::from_code(words, code)),
            here: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            state: state.clone(),
            site,
            palette: state.service.palette(),
        })
    }
}

impl FromRequestParts<AppState> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, state).await?;
        match visit.who.clone() {
            Some(session) => Ok(Self { me: session.account, session, visit }),
            None => Err(sign_in_first(parts, &visit)),
        }
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let Member { visit, me, session } = Member::from_request_parts(parts, state).await?;
        if session.role != Role::Admin {
            return Err(ApiError(Error::forbidden("admin", "only an admin may do this")).into_response());
        }
        Ok(Self { visit, me })
    }
}

impl Visit {
    /// What a person may do.
    pub(super) fn service(&self) -> &Service {
        &self.state.service
    }

    /// Our origin.
    pub(super) fn base(&self) -> &Url {
        self.state.service.addresses().base()
    }

    /// Makes cookies.
    pub(super) fn cookies(&self) -> Cookies<'_> {
        Cookies(self.base())
    }

    /// Who is looking.
    pub(super) fn viewer(&self) -> Option<AccountId> {
        self.who.as_ref().map(|who| who.account)
    }

    /// Turns what services answer into what templates draw.
    pub(super) fn present(&self) -> Present<'_> {
        let addresses = self.state.service.addresses();
        Present { addresses, palette: &self.palette, viewer: self.viewer() }
    }

    /// The instance's emoji that the form for a tweet shows with their codes.
    pub(super) fn offered_emoji(&self) -> Vec<EmojiPicture> {
        self.palette.iter().take(limits::EMOJI_PAGE).map(EmojiPicture::from).collect()
    }

    /// Everything around a page.
    pub(super) async fn shell(&self, nav: Nav) -> Result<PageShell> {
        let viewer = match &self.who {
            Some(who) => Some(self.viewer_view(who).await?),
            None => None,
        };
        Ok(PageShell {
            site: self.site.view(self.service()).await?,
            words: self.words,
            theme: self.theme,
            keys: self.keys,
            viewer,
            nav,
            here: self.here.clone(),
            now_ms: self.service().clock().now_ms(),
            flash: self.flash.clone(),
        })
    }

    async fn viewer_view(&self, who: &SignedIn) -> Result<ViewerView> {
        let id = who.account;
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        Ok(ViewerView {
            account: self.present().account(&self.service().account(id).await?),
            unread: count(self.service().unread(id).await?.count),
            follow_requests: count(self.service().requests_waiting(id).await?),
            admin: self.waits_for_admin(who).await?.map(count),
        })
    }

    /// How many people and reports wait for an admin's word, for an admin.
    async fn waits_for_admin(&self, who: &SignedIn) -> Result<Option<i64>> {
        if who.role != Role::Admin {
            return Ok(None);
        }
        let signups = self.service().signups_waiting().await?;
        Ok(Some(signups.saturating_add(self.service().reports_open().await?)))
    }

    /// The path that a form wants to return to, or `otherwise`.
    pub(super) fn return_path(&self, wanted: &str, otherwise: &str) -> String {
        local_path(self.base(), wanted).unwrap_or_else(|| otherwise.to_owned())
    }

    /// To the log-in page and from there back to a path of ours.
    pub(super) fn log_in_first(&self, return_to: Option<&str>, flash: Option<&'static str>) -> Response {
        let query = return_to.map(|path| {
            let path: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
            format!("?return_to={path}")
        });
        self.to(&format!("/login{}", query.unwrap_or_default()), flash)
    }

    /// The page that was asked for.
    pub(super) fn here(&self) -> &str {
        &self.here
    }

    /// Back to where a form came from, with a word on what happened.
    pub(super) fn back(&self, wanted: &str, flash: Option<&'static str>) -> Response {
        self.to(&self.return_path(wanted, "/"), flash)
    }

    /// To a path of ours, with a word on what happened.
    pub(super) fn to(&self, path: &str, flash: Option<&'static str>) -> Response {
        match flash {
            Some(code) => cookies::with(see_other(path), self.cookies().flash(code)),
            None => see_other(path),
        }
    }
}

/// A page that went well.
pub(super) fn show(page: &impl Template) -> Answer {
    Ok(views::page(StatusCode::OK, page))
}

/// The chosen looks.
pub(super) fn theme(headers: &HeaderMap) -> Theme {
    cookie(headers, THEME).map(Theme::from_value).unwrap_or_default()
}

/// Whether single keys do something in this browser.
pub(super) fn keys(headers: &HeaderMap) -> bool {
    cookie(headers, NO_KEYS).is_none()
}

/// Sends a person to the log-in page and from there back to where they were. A script learns of it by the status:
/// it does not look where a redirect leads.
fn sign_in_first(parts: &Parts, visit: &Visit) -> Response {
    if parts.headers.get(FETCH_MODE).is_some_and(|mode| mode != "navigate") && parts.method != Method::GET {
        return ApiError(Error::Unauthorized("log in first")).into_response();
    }
    let came_from = match parts.method {
        Method::GET | Method::HEAD => Some(visit.here.clone()),
        _ => referring_page(&parts.headers, visit.base()),
    };
    let return_to = came_from.as_deref().and_then(|path| local_path(visit.base(), path));
    let had_session = cookie(&parts.headers, session_cookie_name(visit.base())).is_some();
    visit.log_in_first(return_to.as_deref(), had_session.then_some("expired"))
}

/// The page of ours that a form was on.
fn referring_page(headers: &HeaderMap, base: &Url) -> Option<String> {
    let page = Url::parse(headers.get(REFERER)?.to_str().ok()?).ok()?;
    if page.origin() != base.origin() {
        return None;
    }
    Some(match page.query() {
        Some(query) => format!("{}?{query}", page.path()),
        None => page.path().to_owned(),
    })
}
