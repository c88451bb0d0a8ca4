//! The one guarded HTTP client: every request that leaves the server passes here.
//!
//! It asks only `https`, only the public internet, only ports 80 and 443; it resolves names itself and
//! connects to the address it checked; it follows redirects by hand, checking and signing each hop again;
//! it bounds time, bytes, redirects and the number of exchanges with one host; a host that asked to be left alone
//! for a while is not fetched from before. Deliveries have connections and places of their own, since many go to
//! one host at once. No proxy, no cookies, no `Referer`, no compressed bodies (so the cap on bytes is the cap on
//! what is unpacked).

mod address;
mod error;
mod guard;
mod hosts;
mod pauses;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode, header};
use tokio::sync::OwnedSemaphorePermit;
use url::Url;

pub use address::is_public;
pub use error::{ClientError, ClientStartError, Refusal};
use guard::{GuardedResolver, check_redirect, check_url};
use hosts::HostPermits;
use pauses::Pauses;
pub use pauses::retry_after;

/// Redirects followed for a GET: enough for http→https→www chains, too few to lead us around.
pub const MAX_REDIRECTS: usize = 3;

/// Bytes of a JSON document that are read; the largest peers cap their own activities at the same size.
pub const JSON_BODY_LIMIT: usize = 1024 * 1024;

/// Bytes kept of the answer to a POST: only good for a line in the log.
const POST_ANSWER_LIMIT: usize = 16 * 1024;

/// Time to wait for such an unimportant body.
const TAIL_TIMEOUT: Duration = Duration::from_secs(1);

/// Time to resolve, connect and finish TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Idle keep-alive connections kept a host: a post to thousands of hosts must not leave many times as many open.
const IDLE_PER_HOST: usize = 2;

/// How long an idle connection is kept: the length of a burst.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Deliveries to one host at once: its lane decides, this is the most that any may have.
pub const DELIVERIES_PER_HOST: usize = 256;

/// How long an idle connection for deliveries is kept. A busy host uses it again at once; to the many hosts of one
/// post it would otherwise stay open for nothing.
const DELIVERY_IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// How the client is made.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// Refuses every request: an instance that does not federate asks nobody.
    pub off: bool,
    /// Allows plain http, any port and addresses outside the public internet. For tests and development only.
    pub insecure: bool,
    /// Host names that lead to a fixed address: `a.test` → `127.0.0.1:8081`. A URL without a port then uses the
    /// port given here. Ignored unless `insecure`.
    pub dev_hosts: HashMap<String, SocketAddr>,
    /// The `User-Agent` of every request.
    pub user_agent: String,
    /// Fetches from one host at once.
    pub per_host: usize,
}

/// How much one exchange may cost, its redirects included.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the body.
    pub body_bytes: usize,
    /// Time from having a place with the host to the last byte. Waiting for a place may take as long again.
    pub time: Duration,
}

impl Limits {
    /// For JSON documents and deliveries: 1 MiB, 10 s.
    pub const JSON: Self = Self { body_bytes: JSON_BODY_LIMIT, time: Duration::from_secs(10) };

    /// For media of at most `body_bytes` bytes: 30 s.
    pub const fn media(body_bytes: usize) -> Self {
        Self { body_bytes, time: Duration::from_secs(30) }
    }
}

/// The caller's signer failed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("signing failed")]
pub struct SignFailed;

/// Headers that are being made.
pub type Signing<'a> = Pin<Box<dyn Future<Output = Result<HeaderMap, SignFailed>> + Send + 'a>>;

/// Makes the headers that belong to one hop (signature, date, digest), called for each URL right before sending.
/// It must not set `Host`: that is the URL's host with its non-default port.
pub type Sign<'a> = &'a (dyn Fn(&Method, &Url) -> Signing<'a> + Send + Sync);

/// One request to make.
#[derive(Clone)]
pub struct Request<'a> {
    /// Where to.
    pub url: &'a Url,
    /// Headers sent with every hop; `Authorization` only to the first host.
    pub headers: HeaderMap,
    /// The body of a POST.
    pub body: Bytes,
    /// The signer, if the request is to be signed.
    pub sign: Option<Sign<'a>>,
    /// What it may cost.
    pub limits: Limits,
    /// Whose beginning is enough, by the headers of the answer; the body of any other is not read.
    beginning_if: Option<fn(&HeaderMap) -> bool>,
}

impl<'a> Request<'a> {
    /// A request without headers, body or signature, with [`Limits::JSON`].
    pub fn new(url: &'a Url) -> Self {
        Self {
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            sign: None,
            limits: Limits::JSON,
            beginning_if: None,
        }
    }

    /// With these headers.
    pub fn headers(self, headers: HeaderMap) -> Self {
        Self { headers, ..self }
    }

    /// With this body.
    pub fn body(self, body: Bytes) -> Self {
        Self { body, ..self }
    }

    /// Signed by `sign`.
    pub fn sign(self, sign: Sign<'a>) -> Self {
        Self { sign: Some(sign), ..self }
    }

    /// With these limits.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// For a GET of whose answer the beginning is enough: a longer body than the limit is cut there instead of
    /// refused, and one whose headers are not `wanted` is not read at all.
    pub fn beginning_if(self, wanted: fn(&HeaderMap) -> bool) -> Self {
        Self { beginning_if: Some(wanted), ..self }
    }
}

/// A complete answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The URL that answered, after redirects.
    pub final_url: Url,
    /// The body; of an answer that is not a success, or that answers a POST, only its beginning; see also
    /// [`Request::beginning_if`].
    pub body: Bytes,
    /// How long the host took, from the request to the head of its answer.
    pub took: Duration,
}

impl Response {
    /// This answer if it is a success (2xx), else [`ClientError::Status`].
    pub fn success(self) -> Result<Self, ClientError> {
        if self.status.is_success() { Ok(self) } else { Err(ClientError::Status { status: self.status }) }
    }

    /// A header as text; `None` when it is missing or not ASCII.
    pub fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The guarded client. Cheap to clone; clones share connections and limits.
#[derive(Clone, Debug)]
pub struct Client {
    fetches: reqwest::Client,
    deliveries: reqwest::Client,
    fetch_places: Arc<HostPermits>,
    delivery_places: Arc<HostPermits>,
    pauses: Arc<Pauses>,
    insecure: bool,
    off: bool,
}

impl Client {
    /// A client with these settings. TLS trusts the system's certificates, or Mozilla's list compiled in where the
    /// system has none.
    pub fn new(settings: ClientSettings) -> Result<Self, ClientStartError> {
        let dev_hosts = settings
            .dev_hosts
            .into_iter()
            .map(|(name, address)| (name.to_ascii_lowercase(), address))
            .collect();
        let resolver = GuardedResolver { insecure: settings.insecure, dev_hosts: Arc::new(dev_hosts) };
        let fetching = Keeping { idle_per_host: IDLE_PER_HOST, idle: IDLE_TIMEOUT };
        let delivering = Keeping { idle_per_host: DELIVERIES_PER_HOST, idle: DELIVERY_IDLE_TIMEOUT };
        let made = |keeping| {
            let builder = || builder(&settings.user_agent, resolver.clone(), keeping);
            with_roots(builder).map_err(ClientStartError)
        };
        Ok(Self {
            fetches: made(fetching)?,
            deliveries: made(delivering)?,
            fetch_places: Arc::new(HostPermits::new(settings.per_host)),
            delivery_places: Arc::new(HostPermits::new(DELIVERIES_PER_HOST)),
            pauses: Arc::default(),
            insecure: settings.insecure,
            off: settings.off,
        })
    }

    /// Whether plain http may be asked: only in tests and development.
    pub fn allows_http(&self) -> bool {
        self.insecure
    }

    /// GET, following up to [`MAX_REDIRECTS`] redirects. Any status is an `Ok`; see [`Response::success`]. A host that
    /// asked for a pause is not asked before its end: then the answer is its status once more, as an error.
    pub async fn get(&self, request: Request<'_>) -> Result<Response, ClientError> {
        self.bounded(Method::GET, request, MAX_REDIRECTS).await
    }

    /// POST of the request's body. A 307 or 308 is followed once; every other redirect is the answer.
    pub async fn post(&self, request: Request<'_>) -> Result<Response, ClientError> {
        self.bounded(Method::POST, request, 1).await
    }

    async fn bounded(
        &self,
        method: Method,
        request: Request<'_>,
        hops: usize,
    ) -> Result<Response, ClientError> {
        if self.off {
            return Err(Refusal::Off.into());
        }
        let mut url = request.url.clone();
        url.set_fragment(None);
        check_url(&url, self.insecure)?;
        let time = request.limits.time;
        let place = self.place(&method, &url, time).await?;
        let exchange = self.follow(method, url, request, Way { hops, place });
        tokio::time::timeout(time, exchange).await.unwrap_or(Err(ClientError::Timeout))
    }

    /// A place with the host. That it does not come in time is our own load, and says nothing about the host.
    async fn place(
        &self,
        method: &Method,
        url: &Url,
        patience: Duration,
    ) -> Result<OwnedSemaphorePermit, ClientError> {
        let host = url.host_str().ok_or(Refusal::Host)?;
        let places = if method == Method::POST { &self.delivery_places } else { &self.fetch_places };
        let place = tokio::time::timeout(patience, places.acquire(host)).await;
        place.ok().flatten().ok_or(ClientError::Busy)
    }

    async fn follow(
        &self,
        method: Method,
        url: Url,
        request: Request<'_>,
        way: Way,
    ) -> Result<Response, ClientError> {
        let (mut url, mut request, mut way) = (url, request, way);
        loop {
            let response = self.hop(&method, &url, &request).await?;
            if !is_redirect(&method, response.status) {
                return Ok(response);
            }
            if way.hops == 0 {
                return Err(Refusal::TooManyRedirects.into());
            }
            way.hops -= 1;
            let next = check_redirect(&url, response.header(header::LOCATION), self.insecure)?;
            if next.origin() != url.origin() {
                request.headers.remove(header::AUTHORIZATION);
            }
            if next.host_str() != url.host_str() {
                // The old place is given back first: two exchanges that redirect to each other's host must not wait.
                drop(way.place);
                way.place = self.place(&method, &next, request.limits.time).await?;
            }
            url = next;
        }
    }

    /// One request and its answer, without following anything.
    async fn hop(&self, method: &Method, url: &Url, request: &Request<'_>) -> Result<Response, ClientError> {
        let is_fetch = method != Method::POST;
        let host = url.host_str().ok_or(Refusal::Host)?;
        if let (true, Some(status)) = (is_fetch, self.pauses.of(host)) {
            return Err(ClientError::Status { status });
        }
        let mut headers = request.headers.clone();
        if let Some(sign) = request.sign {
            headers.extend(sign(method, url).await.map_err(|SignFailed| ClientError::Signing)?);
        }
        let http = if is_fetch { &self.fetches } else { &self.deliveries };
        let mut sending = http.request(method.clone(), url.clone()).headers(headers);
        if !is_fetch {
            sending = sending.body(request.body.clone());
        }
        let began = tokio::time::Instant::now();
        let response = sending.send().await.map_err(error::from_transport)?;
        let took = began.elapsed();
        let status = response.status();
        let headers = response.headers().clone();
        if is_fetch {
            self.pauses.note(host, status, &headers);
        }
        let limit = request.limits.body_bytes;
        let body = match request.beginning_if {
            _ if !is_fetch || !status.is_success() => {
                beginning_of(response, limit.min(POST_ANSWER_LIMIT)).await
            }
            None => whole_body(response, limit).await?,
            Some(wanted) if wanted(&headers) => body_up_to(response, limit).await?,
            Some(_) => Bytes::new(),
        };
        Ok(Response { status, headers, final_url: url.clone(), body, took })
    }
}

/// How far an exchange may still go, and the place that it holds.
struct Way {
    hops: usize,
    place: OwnedSemaphorePermit,
}

/// Which connections are kept when they are idle.
#[derive(Clone, Copy)]
struct Keeping {
    idle_per_host: usize,
    idle: Duration,
}

/// A client that trusts the system's certificates, or Mozilla's list where the system has none.
fn with_roots(builder: impl Fn() -> reqwest::ClientBuilder) -> Result<reqwest::Client, reqwest::Error> {
    builder().build().or_else(|error| {
        tracing::warn!(error = %crate::error::Chain(&error), "using the compiled-in trust anchors for TLS");
        builder().tls_certs_only(bundled_roots()?).build()
    })
}

#[expect(clippy::disallowed_methods, reason = "this is the one client that everything outgoing passes")]
fn builder(user_agent: &str, resolver: GuardedResolver, keeping: Keeping) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(user_agent)
        .dns_resolver(resolver)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_max_idle_per_host(keeping.idle_per_host)
        .pool_idle_timeout(keeping.idle)
}

fn bundled_roots() -> Result<Vec<reqwest::Certificate>, reqwest::Error> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|der| reqwest::Certificate::from_der(der)).collect()
}

fn is_redirect(method: &Method, status: StatusCode) -> bool {
    match status.as_u16() {
        307 | 308 => true,
        301..=303 => method == Method::GET,
        _ => false,
    }
}

/// The whole body, refused as soon as it is known to be longer than `limit`.
async fn whole_body(mut response: reqwest::Response, limit: usize) -> Result<Bytes, ClientError> {
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |length| length > limit) {
        return Err(ClientError::TooLarge { limit });
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(error::from_transport)? {
        if body.len() + chunk.len() > limit {
            return Err(ClientError::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The first `limit` bytes of a body; the connection is closed on the rest.
async fn body_up_to(mut response: reqwest::Response, limit: usize) -> Result<Bytes, ClientError> {
    let mut body = BytesMut::new();
    while body.len() < limit
        && let Some(chunk) = response.chunk().await.map_err(error::from_transport)?
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(limit);
    Ok(body.freeze())
}

/// At most `limit` bytes of a body that nothing depends on; a break or a pause is its end, because a slow body
/// must not turn an answer that has been given into a timeout.
async fn beginning_of(mut response: reqwest::Response, limit: usize) -> Bytes {
    let deadline = tokio::time::Instant::now() + TAIL_TIMEOUT;
    let mut body = BytesMut::new();
    while let Ok(Ok(Some(chunk))) = tokio::time::timeout_at(deadline, response.chunk()).await {
        body.extend_from_slice(&chunk);
        if body.len() >= limit {
            body.truncate(limit);
            break;
        }
    }
    body.freeze()
}

#[cfg(test)]
mod tests;
