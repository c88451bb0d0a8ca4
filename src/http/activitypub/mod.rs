//! What other instances ask for and deliver: actors, posts, collections, WebFinger, NodeInfo, inboxes.

mod actors;
mod collections;
mod emoji;
mod envelope;
pub mod inbox;
mod negotiate;
mod nodeinfo;
mod objects;
mod quotes;
mod reader;
mod webfinger;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::get;

use super::state::AppState;

/// The routes of federation.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/.well-known/webfinger", get(webfinger::webfinger))
        .route("/.well-known/host-meta", get(webfinger::host_meta))
        .route("/.well-known/nodeinfo", get(nodeinfo::links))
        .route("/nodeinfo/{version}", get(nodeinfo::document))
        .route("/actor", get(actors::instance))
        .route("/actor/{collection}", get(collections::of_instance))
        .route("/emoji/{shortcode}", get(emoji::emoji))
        .route("/users/{username}", get(actors::actor))
        .route("/users/{username}/outbox", get(collections::outbox))
        .route("/users/{username}/followers", get(collections::followers))
        .route("/users/{username}/followers_synchronization", get(collections::followers_synchronization))
        .route("/users/{username}/following", get(collections::following))
        .route("/users/{username}/collections/featured", get(collections::featured))
        .route("/users/{username}/collections/tags", get(collections::tags))
        .route("/users/{username}/quote_authorizations/{number}", get(quotes::stamp))
        .route("/users/{username}/statuses/{id}", get(objects::status))
        .route("/users/{username}/statuses/{id}/activity", get(objects::activity))
        .route("/users/{username}/statuses/{id}/{collection}", get(collections::of_status))
        .layer(axum::middleware::map_response(reader::refusals_are_for_one))
}
