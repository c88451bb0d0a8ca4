//! The router's own table: every route stands in it with whom it is for, and is served from there.
//!
//! Each path answers with a slash at its end too, as some clients write it, and answers the question that browsers
//! ask before they let a page of another origin use it (CORS).

use std::collections::BTreeMap;

use axum::handler::Handler;
use axum::middleware::map_response;
use axum::routing::{MethodFilter, MethodRouter, on, options};
use axum::{Extension, Router};

use super::browsers;
use crate::http::extract::Access;
use crate::http::state::AppState;

/// A line of the table.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "kept for the test that walks the table; the router has it already")
)]
pub(super) struct Route {
    /// The method, in capitals.
    pub(super) method: &'static str,
    /// The path with its variables in braces.
    pub(super) path: &'static str,
    /// Whom it is for.
    pub(super) access: Access,
}

/// Routes with their access.
#[derive(Default)]
pub(super) struct Table {
    paths: BTreeMap<&'static str, MethodRouter<AppState>>,
    routes: Vec<Route>,
}

impl Table {
    /// Adds what is read.
    pub(super) fn get<H: Handler<T, AppState>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add("GET", MethodFilter::GET, path, (access, handler))
    }

    /// Adds what is done.
    pub(super) fn post<H: Handler<T, AppState>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add("POST", MethodFilter::POST, path, (access, handler))
    }

    /// Adds what is put.
    pub(super) fn put<H: Handler<T, AppState>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add("PUT", MethodFilter::PUT, path, (access, handler))
    }

    /// Adds what is changed, under both verbs: clients of Mastodon send either.
    pub(super) fn change<H: Handler<T, AppState>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add("PATCH", MethodFilter::PATCH, path, (access, handler.clone())).add(
            "PUT",
            MethodFilter::PUT,
            path,
            (access, handler),
        )
    }

    /// Adds what is removed.
    pub(super) fn delete<H: Handler<T, AppState>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add("DELETE", MethodFilter::DELETE, path, (access, handler))
    }

    fn add<H: Handler<T, AppState>, T: 'static>(
        mut self,
        method: &'static str,
        filter: MethodFilter,
        path: &'static str,
        (access, handler): (Access, H),
    ) -> Self {
        self.routes.push(Route { method, path, access });
        let methods = on(filter, handler).route_layer(Extension(access));
        let known = self.paths.remove(path).unwrap_or_default();
        self.paths.insert(path, known.merge(methods));
        self
    }

    /// The router, and the table's lines.
    pub(super) fn finish(self) -> (Router<AppState>, Vec<Route>) {
        let mut router = Router::new();
        for (path, methods) in self.paths {
            let methods = methods.merge(options(browsers::preflight)).layer(map_response(browsers::allow));
            router = router.route(path, methods.clone()).route(&format!("{path}/"), methods);
        }
        (router, self.routes)
    }
}
