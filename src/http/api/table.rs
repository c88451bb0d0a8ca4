//! The router's own table: every route stands in it with its access, and is served and described from there.
//!
//! What follows from a route's shape is added here once instead of being repeated at each handler: the security
//! of its access, and the problems that its path, query, body and the gateway can answer.

use std::collections::BTreeMap;

use axum::{Extension, Router};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::document::{BEARER, COOKIE};
use crate::http::extract::Access;
use crate::http::state::AppState;

/// A line of the table.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "kept for the test that walks the table; the router has it already")
)]
pub(super) struct Route {
    /// The method, in capitals.
    pub(super) method: &'static str,
    /// The path with its variables in braces.
    pub(super) path: String,
    /// Whom it is for.
    pub(super) access: Access,
}

/// Routes with their access and their description.
pub(super) struct Table {
    router: OpenApiRouter<AppState>,
    routes: Vec<Route>,
}

impl Table {
    /// An empty table under the title of `document`.
    pub(super) fn new(document: OpenApi) -> Self {
        Self { router: OpenApiRouter::with_openapi(document), routes: Vec::new() }
    }

    /// Adds routes that are for `access`.
    pub(super) fn add(
        mut self,
        access: Access,
        (schemas, mut paths, methods): UtoipaMethodRouter<AppState>,
    ) -> Self {
        for (path, item) in &mut paths.paths {
            for (method, operation) in operations(item) {
                describe(operation, access);
                self.routes.push(Route { method, path: path.clone(), access });
            }
        }
        let methods = methods.route_layer(Extension(access));
        self.router = self.router.routes((schemas, paths, methods));
        self
    }

    /// The router, its description, and the table's lines.
    pub(super) fn finish(self) -> (Router<AppState>, OpenApi, Vec<Route>) {
        let (router, document) = self.router.split_for_parts();
        (router, document, self.routes)
    }
}

/// The operations of a path with their methods' names.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("GET", item.get.as_mut()),
        ("POST", item.post.as_mut()),
        ("PUT", item.put.as_mut()),
        ("PATCH", item.patch.as_mut()),
        ("DELETE", item.delete.as_mut()),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation?)))
}

fn describe(operation: &mut Operation, access: Access) {
    operation.security = Some(security(access));
    let statuses = problems(operation, access);
    let responses: &mut BTreeMap<String, RefOr<Response>> = &mut operation.responses.responses;
    for (status, meaning) in statuses {
        responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(meaning)));
    }
}

fn security(access: Access) -> Vec<SecurityRequirement> {
    let with = |scopes: &[&'static str]| {
        vec![
            SecurityRequirement::new(BEARER, scopes.iter().copied()),
            SecurityRequirement::new(COOKIE, std::iter::empty::<&str>()),
        ]
    };
    match access {
        Access::Open => vec![SecurityRequirement::default()],
        Access::Anyone(scope) => [vec![SecurityRequirement::default()], with(&[scope])].concat(),
        Access::AnySession | Access::AnyApp => with(&[]),
        Access::Scope(scope) | Access::App(scope) | Access::Admin(scope) => with(&[scope]),
    }
}

/// The problems that follow from an operation's access, parameters and body.
fn problems(operation: &Operation, access: Access) -> Vec<(&'static str, &'static str)> {
    let parameters = || operation.parameters.iter().flatten();
    let has = |place: ParameterIn| {
        parameters().any(|parameter| matches!(parameter, RefOr::T(known) if known.parameter_in == place))
    };
    let (in_path, in_query, in_header) =
        (has(ParameterIn::Path), has(ParameterIn::Query), has(ParameterIn::Header));
    let body = operation.request_body.is_some();
    let mut found = vec![
        ("429", "Too many requests; `Retry-After` says when to come back."),
        ("500", "Something went wrong on our side."),
        ("503", "The server is busy; `Retry-After` says when to come back."),
    ];
    if access != Access::Open {
        found.push(("401", "The token is missing, unknown or has ended."));
        found.push(("403", "The token lacks the scope, or this is somebody else's."));
    }
    if in_path || body {
        found.push(("400", "An id that is no id, or a body that is not JSON or not UTF-8."));
    }
    if in_path {
        found.push(("404", "There is no such thing, or you may not see it."));
    }
    if body {
        found.push(("408", "The body came too slowly."));
        found.push(("413", "The body is too big."));
        found.push(("415", "The body is not of the right media type."));
    }
    if in_path || in_query || in_header || body {
        found.push(("422", "A field breaks a rule; `field` names it and `detail` says what is allowed."));
    }
    found
}

fn problem(meaning: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(meaning).content("application/problem+json", content).build()
}
