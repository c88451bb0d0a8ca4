//! OAuth 2 for programs: registering an app, tokens and their end, and what of all that this server has (RFC 6749,
//! 7009, 8414). The page on which a person lets an app in is among the other pages.

mod apps;
mod failure;
mod metadata;
mod token;
mod userinfo;

use axum::handler::Handler;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};

pub(in crate::http) use self::failure::render_failure;

use super::cors;
use super::extract::Access;
use super::state::AppState;

/// The routes of programs.
pub(in crate::http) fn routes() -> Router<AppState> {
    let routes = [
        ("/api/v1/apps", open(post(apps::register))),
        ("/api/v1/apps/verify_credentials", for_whom(Access::AnyApp, get(apps::verify_credentials))),
        ("/oauth/token", open(post(token::give))),
        ("/oauth/revoke", open(post(token::revoke))),
        ("/oauth/userinfo", for_whom(Access::Scope("profile"), both(userinfo::userinfo))),
        ("/.well-known/oauth-authorization-server", open(get(metadata::metadata))),
    ];
    // Some clients write a slash at the end.
    let both = |router: Router<AppState>, (path, methods): (&str, MethodRouter<AppState>)| {
        router.route(path, methods.clone()).route(&format!("{path}/"), methods)
    };
    routes.into_iter().fold(Router::new(), both).layer(map_response(allow))
}

async fn allow(mut response: Response) -> Response {
    cors::open(response.headers_mut());
    response
}

fn both<H: Handler<T, AppState>, T: 'static>(handler: H) -> MethodRouter<AppState> {
    get(handler.clone()).post(handler)
}

fn open(methods: MethodRouter<AppState>) -> MethodRouter<AppState> {
    for_whom(Access::Open, methods)
}

fn for_whom(access: Access, methods: MethodRouter<AppState>) -> MethodRouter<AppState> {
    methods.options(async || cors::PREFLIGHT).route_layer(Extension(access))
}
