//! Pages of lists: where a client is in them, and the way on.

use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};

use crate::config::limits;
use crate::error::Result;
use crate::http::extract::{Json, Query};
use crate::http::problem::Problem;
use crate::http::state::AppState;
use crate::model::cursor::{self, Cursor};

/// Pages of tweets or notifications.
pub(super) type TweetPaging = Paging<{ limits::PAGE_MAX }>;
/// Pages of accounts.
pub(super) type AccountPaging = Paging<{ limits::ACCOUNT_PAGE_MAX }>;

/// Which page of a list is asked for, of at most `MAX` entries.
#[derive(Clone, Debug)]
pub(super) struct Paging<const MAX: usize> {
    /// The place in the list.
    pub(super) cursor: Cursor,
    /// How many entries.
    pub(super) limit: usize,
    /// The list's address, with a query that lacks only the cursor.
    list: String,
}

#[derive(Deserialize)]
struct Asked {
    cursor: Option<String>,
    limit: Option<String>,
}

impl<const MAX: usize> FromRequestParts<AppState> for Paging<MAX> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Query(asked) = Query::<Asked>::from_request_parts(parts, state).await?;
        let refused = |error| Problem::from(&error);
        Ok(Self {
            cursor: Cursor::parse(asked.cursor.as_deref()).map_err(refused)?,
            limit: cursor::parse_limit(asked.limit.as_deref(), limits::PAGE_DEFAULT, MAX).map_err(refused)?,
            list: list_address(state.service.addresses().origin(), parts),
        })
    }
}

fn list_address(origin: &str, parts: &Parts) -> String {
    let mut address = format!("{origin}{}?", parts.uri.path());
    let start = address.len();
    let query = parts.uri.query().unwrap_or_default();
    let kept = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor");
    let mut pairs = form_urlencoded::Serializer::for_suffix(&mut address, start);
    pairs.extend_pairs(kept).finish();
    address
}

impl<const MAX: usize> Paging<MAX> {
    /// A page of a list that can be read both ways.
    pub(super) fn page<T, U>(&self, page: cursor::Page<T>, change: impl FnMut(T) -> U) -> Paged<U> {
        let links = [("next", &page.next), ("prev", &page.prev)];
        let links: Vec<String> = links
            .into_iter()
            .filter_map(|(rel, cursor)| Some(format!("<{}>; rel=\"{rel}\"", self.at(cursor.as_deref()?))))
            .collect();
        let link = HeaderValue::try_from(links.join(", ")).ok().filter(|value| !value.is_empty());
        let items = page.items.into_iter().map(change).collect();
        Paged { link, page: Page { items, next_cursor: page.next, prev_cursor: page.prev } }
    }

    /// A page of a list that is only read towards its older end: it has no way to what is newer.
    pub(super) fn older<T, U>(&self, page: cursor::Page<T>, change: impl FnMut(T) -> U) -> Paged<U> {
        self.page(cursor::Page { prev: None, ..page }, change)
    }

    fn at(&self, cursor: &str) -> String {
        let separator = if self.list.ends_with('?') { "" } else { "&" };
        format!("{}{separator}cursor={cursor}", self.list)
    }
}

impl<const MAX: usize> IntoParams for Paging<MAX> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = |name, about, schema: ObjectBuilder| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .description(Some(about))
                .schema(Some(schema))
                .build()
        };
        let cursor = ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(crate::model::cursor::MAX_CURSOR_BYTES))
            .pattern(Some("^(b[0-9]{1,18})?(a[0-9]{1,18})?$"));
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MAX))
            .default(Some(limits::PAGE_DEFAULT.into()));
        vec![
            parameter("cursor", "`next_cursor` or `prev_cursor` of another page.", cursor),
            parameter("limit", "How many entries at most.", limit),
        ]
    }
}

/// One page of a list, the newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// The entries.
    pub(super) items: Vec<T>,
    /// Leads to the older page; null at the end of the list.
    pub(super) next_cursor: Option<String>,
    /// Leads to what is newer than this page; null when the page is empty or the list is only read backwards.
    pub(super) prev_cursor: Option<String>,
}

/// A page with its `Link` header (RFC 8288).
#[derive(Clone, Debug)]
pub(super) struct Paged<T> {
    page: Page<T>,
    link: Option<HeaderValue>,
}

impl<T: Serialize> IntoResponse for Paged<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.page).into_response();
        if let Some(link) = self.link {
            response.headers_mut().insert(LINK, link);
        }
        response
    }
}
