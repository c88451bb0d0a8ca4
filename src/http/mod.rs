//! The HTTP floor: server, middleware, APIs, pages.

pub mod activitypub;
pub mod api;
pub mod extract;
pub mod health;
pub mod media;
pub mod metrics;
pub mod middleware;
pub mod problem;
pub mod server;
pub mod state;
pub mod web;

use axum::Router;
use url::Url;

use self::health::Check;
use self::middleware::{Gateway, layers};
use self::server::{Server, ServerLimits};
use self::state::AppState;
use crate::clock::Clock;
use crate::config::Config;
use crate::telemetry::metrics::Metrics;

/// All routes behind the gateway.
pub fn router(state: AppState, gateway: Gateway, checks: Vec<Check>, metrics: Metrics) -> Router {
    let gateway = Gateway { render_failure: Some(web::render_failure(&state.service)), ..gateway };
    let mut stateful = api::routes().merge(media::routes()).merge(web::routes(&state));
    let mut stateless = health::routes(checks).merge(metrics::routes(metrics));
    if state.service.rules().federation {
        stateful = stateful.merge(activitypub::routes());
        stateless = stateless.merge(activitypub::inbox::routes(state.federation.clone()));
    }
    layers(stateful.with_state(state).merge(stateless), gateway)
}

/// The gateway as the configuration wants it.
pub fn gateway(config: &Config, base_url: Url, clock: Clock) -> Gateway {
    Gateway {
        trusted_proxies: config.server.trusted_proxies.clone().into(),
        enforce_rate_limits: config.server.rate_limits,
        ..Gateway::new(base_url, clock)
    }
}

/// The server as the configuration wants it.
pub fn server(config: &Config) -> Server {
    Server { limits: ServerLimits::default(), trusted_proxies: config.server.trusted_proxies.clone().into() }
}
