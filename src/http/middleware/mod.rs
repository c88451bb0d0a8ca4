//! The gateway: what every request passes before and after its handler.
//!
//! One function, `enter`, walks the stations in order, each in its own file:
//! request id → measuring → client address → rate limits → size → CSRF → (time limit, panics) → handler → the
//! shape of a failure → security headers. Authentication is the handlers' extractors' business; rate limits know
//! a signed-in client by its credential, and the extractors count its account. One middleware for all is one boxed
//! future a request instead of nine.

pub mod class;
pub mod client_addr;
pub mod credentials;
pub mod limits;
pub mod rate;
pub mod request_id;

mod csrf;
mod panics;
pub mod security_headers;
mod track;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tracing::Instrument as _;
use url::Url;

use self::class::{Class, PerClass};
use self::limits::RequestLimit;
use super::peer::TrustedProxies;
use super::problem::{Asked, Problem, RenderFailure, finish};
use crate::buckets::Allowance;
use crate::clock::{Clock, Millis, SECOND_MS};

/// The settings of the gateway.
#[derive(Clone)]
pub struct Gateway {
    /// The public address of the instance: decides the origin that forms may come from, and HSTS.
    pub base_url: Url,
    /// Peers whose `X-Forwarded-For` and `X-Request-Id` are believed.
    pub trusted_proxies: TrustedProxies,
    /// The size of bodies and the time of answers.
    pub limits: PerClass<RequestLimit>,
    /// How often a client may ask.
    pub rates: PerClass<Allowance>,
    /// Whether too many requests are refused; when not, the headers still tell.
    pub enforce_rate_limits: bool,
    /// The time that rate limits count in.
    pub clock: Clock,
    /// Shows failures in another shape than problem+json.
    pub render_failure: Option<RenderFailure>,
}

impl Gateway {
    /// The default settings for an instance at `base_url`.
    pub fn new(base_url: Url, clock: Clock) -> Self {
        Self {
            base_url,
            trusted_proxies: TrustedProxies::default(),
            limits: PerClass::<RequestLimit>::default(),
            rates: PerClass::<Allowance>::default(),
            enforce_rate_limits: true,
            clock,
            render_failure: None,
        }
    }
}

/// Puts the gateway around all routes of `router`, with problems for what has no route (404, 405).
pub fn layers(router: Router, gateway: Gateway) -> Router {
    let gate = Arc::new(Gate {
        rate: Arc::new(rate::Limiter::new(&gateway.rates, gateway.enforce_rate_limits, &gateway.clock)),
        security_headers: security_headers::for_base(&gateway.base_url),
        csrf: csrf::Guard::new(&gateway.base_url),
        ids: request_id::Maker::new(),
        histograms: track::Histograms::default(),
        settings: gateway,
    });
    router
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
        // The gateway limits bodies by class itself.
        .layer((from_fn_with_state(gate, enter), DefaultBodyLimit::disable()))
}

struct Gate {
    settings: Gateway,
    rate: Arc<rate::Limiter>,
    csrf: csrf::Guard,
    ids: request_id::Maker,
    histograms: track::Histograms,
    security_headers: security_headers::Headers,
}

async fn enter(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let id = gate.ids.assign(&mut request, &gate.settings.trusted_proxies);
    let seen = track::Seen::begin(&request);
    let span = seen.span(&id);
    let asked = Asked::of(&request);
    async move {
        let response = gate.pass(request, next).await;
        let mut response = finish(response, id.as_str(), &asked, gate.settings.render_failure.as_ref());
        id.write(response.headers_mut());
        gate.security_headers.write(response.headers_mut());
        seen.end(&gate.histograms, &response);
        response
    }
    .instrument(span)
    .await
}

impl Gate {
    async fn pass(&self, mut request: Request, next: Next) -> Response {
        let client = client_addr::find(&request, &self.settings.trusted_proxies);
        request.extensions_mut().insert(client);

        let Some(class) = Class::of(&request) else {
            return self.serve(Class::Read, request, next).await;
        };
        let by_account = rate::ByAccount::new(&self.rate, class);
        request.extensions_mut().insert(by_account.clone());
        let verdict = self.rate.check(class, client, self.csrf.credential(request.headers()));
        let mut response = match verdict.refusal() {
            Some(problem) => problem.into_response(),
            None => self.serve(class, request, next).await,
        };
        let verdict = by_account.tighter(&verdict);
        verdict.write(response.headers_mut());
        // A use-case has limits of its own, such as tries of one account's password.
        let refused = response.extensions().get::<Problem>().and_then(|problem| problem.retry_after_s);
        if let Some(wait_s) = refused.filter(|_| response.status() == StatusCode::TOO_MANY_REQUESTS)
            && verdict.refusal().is_none()
        {
            let wait_ms = Millis::try_from(wait_s).unwrap_or(Millis::MAX).saturating_mul(SECOND_MS);
            let until_ms = self.settings.clock.now_ms().saturating_add(wait_ms);
            rate::write_used_up(response.headers_mut(), until_ms);
        }
        response
    }

    /// What comes after the rate limits.
    async fn serve(&self, class: Class, request: Request, next: Next) -> Response {
        let limit = self.settings.limits.get(class);
        let bounded = limits::bound_body(request, limit.body);
        let (request, arrival) = match bounded {
            Ok(bounded) => bounded,
            Err(problem) => return problem.into_response(),
        };
        match self.csrf.refusal(request.method(), request.uri().path(), request.headers()) {
            Some(problem) => problem.into_response(),
            None => limits::in_time(limit.timeout, &arrival, panics::caught(next.run(request))).await,
        }
    }
}

async fn no_such_route(uri: Uri) -> Problem {
    let detail = format!("there is nothing at {}", uri.path());
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
}

async fn no_such_method(method: Method, uri: Uri) -> Problem {
    let detail = format!("{} does not take {method}", uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}

#[cfg(test)]
mod tests;
