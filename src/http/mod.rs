//! The HTTP floor: server, middleware, APIs, pages.

pub mod activitypub;
pub mod api;
pub mod extract;
pub mod health;
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
    let stateful: Router<AppState> = activitypub::routes().merge(api::routes());
    let inboxes = activitypub::inbox::routes(state.federation.clone());
    let router = stateful
        .with_state(state)
        .merge(inboxes)
        .merge(health::routes(checks))
        .merge(metrics::routes(metrics));
    layers(router, gateway)
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
