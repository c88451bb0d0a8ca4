//! The HTTP floor: server, middleware, APIs, pages.

pub mod activitypub;
pub mod api;
pub mod cors;
mod event_stream;
pub mod extract;
#[cfg(test)]
mod fixtures;
pub mod health;
pub mod mastodon;
pub mod media;
pub mod metrics;
pub mod middleware;
pub mod oauth;
pub mod oembed;
pub mod peer;
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

/// A profile has an avatar and a header.
const PROFILE_IMAGES: usize = 2;
/// Bytes of the other fields of a form with images.
const TEXT_BESIDE_IMAGES: usize = 1024 * 1024;

/// All routes behind the gateway.
pub fn router(state: AppState, gateway: Gateway, checks: Vec<Check>, metrics: Metrics) -> Router {
    let others = mastodon::render_failure(Some(web::render_failure(&state.service)));
    let gateway = Gateway { render_failure: Some(oauth::render_failure(others)), ..gateway };
    let mut stateful = api::routes()
        .merge(mastodon::routes())
        .merge(oauth::routes())
        .merge(oembed::routes())
        .merge(media::routes())
        .merge(web::routes(&state));
    let mut stateless = health::routes(checks).merge(metrics::routes(metrics));
    if state.service.rules().federation {
        stateful = stateful.merge(activitypub::routes());
        stateless = stateless.merge(activitypub::inbox::routes(state.federation.clone()));
    }
    layers(stateful.with_state(state).merge(stateless), gateway)
}

/// The gateway as the configuration wants it.
pub fn gateway(config: &Config, base_url: Url, clock: Clock) -> Gateway {
    let default = Gateway::new(base_url, clock);
    let mut limits = default.limits.clone();
    limits.media.body = media_body(config);
    Gateway {
        trusted_proxies: config.server.trusted_proxies.clone().into(),
        enforce_rate_limits: config.server.rate_limits,
        limits,
        ..default
    }
}

/// Bytes of a body that carries files: all the images of one post, or the two of a profile, or a film, and the text
/// beside them.
fn media_body(config: &Config) -> usize {
    let images = config.tweets.max_images.max(PROFILE_IMAGES);
    let image_bytes = usize::try_from(config.media.image_max_bytes).unwrap_or(usize::MAX);
    let film_bytes = if config.media.ffmpeg == "off" { 0 } else { config.media.video_max_bytes };
    let film_bytes = usize::try_from(film_bytes).unwrap_or(usize::MAX);
    image_bytes.saturating_mul(images).max(film_bytes).saturating_add(TEXT_BESIDE_IMAGES)
}

/// The server as the configuration wants it.
pub fn server(config: &Config) -> Server {
    Server { limits: ServerLimits::default(), trusted_proxies: config.server.trusted_proxies.clone().into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn a_body_may_carry_all_the_images_that_a_post_may_have() {
        let images = [("ROOKERY_MAX_IMAGES", "16"), ("ROOKERY_IMAGE_MAX_MB", "20")];
        let config = config::load(None, images.map(|(name, value)| (name.into(), value.into()))).unwrap();
        let base = "http://localhost:8080".parse().unwrap();
        assert!(gateway(&config, base, Clock::system()).limits.media.body > 16 * 20 * 1024 * 1024);
    }
}
