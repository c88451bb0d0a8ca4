//! Asking one page what it says of itself.

use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, HeaderName, Method};
use url::Url;

use super::Previews;
use super::pace::retry_ms;
use crate::client::{ClientError, Limits, Request, SignFailed, Signing};
use crate::error::{Error, Result};
use crate::model::host::Host;
use crate::model::preview::{Page, hides_snippet, read};
use crate::secrets;
use crate::store::previews::{self, Due};
use crate::store::{Conn, instances};
use crate::telemetry::metrics as names;

/// Bytes of a page that are read: some have half a megabyte of styles before their title.
pub(super) const PAGE_BYTES: usize = 512 * 1_024;
/// How long it may take.
const LIMITS: Limits = Limits { body_bytes: PAGE_BYTES, time: Duration::from_secs(8) };
/// What is asked for.
const WANTED: &str = "text/html, application/xhtml+xml";
/// Directives about what may be shown of a page.
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
/// Other pages of a host that are put off when one fails.
const PUT_OFF: i64 = 500;

/// Why there is no card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Miss {
    /// The page could not be had now.
    Passing,
    /// It is none, or says nothing of itself.
    Nothing,
    /// It must not be asked.
    Refused,
}

impl From<ClientError> for Miss {
    fn from(error: ClientError) -> Self {
        match error {
            // Nothing is signed: a redirect led to where nobody is asked.
            ClientError::Refused(_) | ClientError::Signing => Self::Refused,
            error if error.is_transient() => Self::Passing,
            _ => Self::Nothing,
        }
    }
}

impl Previews {
    /// Asks a page that is due, and writes what came of it.
    pub(super) async fn ask(&self, due: Due) -> Result<()> {
        let page = match self.may_be_asked(&due.host).await? {
            true => self.page(&due).await?,
            false => Err(Miss::Refused),
        };
        let (id, now_ms) = (due.id, self.now_ms());
        let outcome = match page {
            Ok(page) => {
                self.store().write(move |conn| previews::found(conn, id, &page, now_ms)).await?;
                "found"
            }
            Err(Miss::Passing) => self.failed(due).await?,
            Err(miss) => {
                self.store().write(move |conn| previews::nothing(conn, id, true, now_ms)).await?;
                if miss == Miss::Refused { "refused" } else { "nothing" }
            }
        };
        metrics::counter!(names::PREVIEWS_TOTAL, "outcome" => outcome).increment(1);
        Ok(())
    }

    /// Comes back to a page later, and to the others of its host not before; or gives it up for now.
    async fn failed(&self, due: Due) -> Result<&'static str> {
        let (id, now_ms) = (due.id, self.now_ms());
        let Some(pause_ms) = retry_ms(due.attempts, secrets::seed().map_err(Error::internal)?) else {
            self.store().write(move |conn| previews::nothing(conn, id, false, now_ms)).await?;
            return Ok("failed");
        };
        let due_at = now_ms.saturating_add(pause_ms);
        let write = move |conn: &mut Conn| {
            previews::again(conn, id, due_at)?;
            previews::put_off(conn, &due.host, due_at, PUT_OFF)
        };
        self.store().write(write).await?;
        Ok("retry")
    }

    /// Whether a host is neither ours nor blocked.
    async fn may_be_asked(&self, host: &str) -> Result<bool> {
        if host == self.0.service.addresses().host().as_str() {
            return Ok(false);
        }
        let host = host.to_owned();
        Ok(!self.store().read(move |conn| instances::is_blocked(conn, &host)).await?)
    }

    /// Lets a request go on to this address, or not: redirects lead to other hosts.
    fn gate(&self, hop: &Url) -> Signing<'_> {
        let host = Host::of(hop).map(Host::into_string).unwrap_or_default();
        Box::pin(async move {
            match self.may_be_asked(&host).await {
                Ok(true) => Ok(HeaderMap::new()),
                Ok(false) | Err(_) => Err(SignFailed),
            }
        })
    }

    async fn page(&self, due: &Due) -> Result<Result<Page, Miss>> {
        let Some(url) = self.askable(&due.url) else { return Ok(Err(Miss::Nothing)) };
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(WANTED))]);
        let gate = |_: &Method, hop: &Url| self.gate(hop);
        let request = Request::new(&url).headers(headers).limits(LIMITS).beginning_if(is_page).sign(&gate);
        let answer = match self.0.client.get(request).await.and_then(|answer| answer.success()) {
            Ok(answer) => answer,
            Err(error) => {
                tracing::debug!(preview.url = due.url, %error, "a linked page cannot be had");
                return Ok(Err(error.into()));
            }
        };
        if !is_page(&answer.headers) {
            return Ok(Err(Miss::Nothing));
        }
        let read = tokio::task::spawn_blocking(move || {
            let kind = answer.header(CONTENT_TYPE).unwrap_or_default();
            let page = read(&answer.body, kind, &answer.final_url)?;
            let mut robots = answer.headers.get_all(ROBOTS).iter().filter_map(|one| one.to_str().ok());
            let description = if robots.any(hides_snippet) { String::new() } else { page.description };
            Some(Page { description, ..page })
        });
        let page = read.await.map_err(Error::internal)?.ok_or(Miss::Nothing);
        Ok(page.map(|page| Page { picture: page.picture.map(|url| self.secured(url)), ..page }))
    }

    fn askable(&self, url: &str) -> Option<Url> {
        Some(self.secured(Url::parse(url).ok()?))
    }

    /// Old links say http where https works; nothing else is asked.
    fn secured(&self, mut url: Url) -> Url {
        if url.scheme() == "http" && !self.0.client.allows_http() {
            // Between these two it cannot fail.
            let _ = url.set_scheme("https");
        }
        url
    }
}

/// Whether an answer is a page.
fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    ["text/html", "application/xhtml+xml"].iter().any(|page| kind.eq_ignore_ascii_case(page))
}
