//! `POST /inbox` and `POST /users/{username}/inbox`: where other instances deliver.
//!
//! 202 once the activity is verified and durable (or there is nothing to do with it); 400 it makes no sense, 401
//! its signature does not hold, 403 blocked or claimed to be ours, 404 no such owner, 413, 415, 503 try again.

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{OriginalUri, State};
use axum::http::header::HOST;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;

use crate::error::{Chain, Error};
use crate::federation::Federation;
use crate::federation::inbound::Refused;
use crate::federation::signature::{ACCEPT_SIGNATURE, RequestParts};
use crate::http::extract::Path;
use crate::http::problem::{ApiError, BUSY_RETRY_S, Problem};

/// Tells a peer which signature would be taken (RFC 9421).
const HINT: HeaderName = HeaderName::from_static("accept-signature");

/// The routes of the inboxes.
pub fn routes(federation: Federation) -> Router {
    Router::new()
        .route("/inbox", post(shared))
        .route("/users/{username}/inbox", post(of_account))
        .with_state(federation)
}

async fn shared(State(federation): State<Federation>, delivered: Delivered) -> Response {
    delivered.to(&federation).await
}

async fn of_account(
    State(federation): State<Federation>,
    Path(username): Path<String>,
    delivered: Delivered,
) -> Response {
    let owner = if username.contains('@') {
        Err(Error::NotFound("account"))
    } else {
        federation.service().account_by_handle(&username).await
    };
    match owner {
        Ok(_) => delivered.to(&federation).await,
        Err(error) => ApiError(error).into_response(),
    }
}

/// A delivery as it came over the wire.
struct Delivered {
    method: Method,
    path_and_query: String,
    host: String,
    headers: HeaderMap,
    body: Result<Bytes, Problem>,
}

impl<S: Send + Sync> axum::extract::FromRequest<S> for Delivered {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Self::Rejection> {
        let uri = match request.extensions().get::<OriginalUri>() {
            Some(OriginalUri(uri)) => uri.clone(),
            None => request.uri().clone(),
        };
        let method = request.method().clone();
        let headers = request.headers().clone();
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
        let host = host.or_else(|| uri.authority().map(ToString::to_string)).unwrap_or_default();
        let body = Bytes::from_request(request, state).await.map_err(|rejection| unread(&rejection));
        let path_and_query = uri.path_and_query().map_or_else(String::new, ToString::to_string);
        Ok(Self { method, path_and_query, host, headers, body })
    }
}

impl Delivered {
    async fn to(self, federation: &Federation) -> Response {
        let body = match self.body {
            Ok(body) => body,
            Err(problem) => return problem.into_response(),
        };
        let request = RequestParts {
            method: &self.method,
            path_and_query: &self.path_and_query,
            host: &self.host,
            headers: &self.headers,
            body: &body,
        };
        match federation.receive(&request).await {
            Ok(_) => StatusCode::ACCEPTED.into_response(),
            Err(refused) => answer(refused),
        }
    }
}

fn answer(refused: Refused) -> Response {
    if let Refused::Inside(error) = refused {
        return ApiError(error).into_response();
    }
    let status = refused.status();
    let problem = Problem::new(status, refused.code(), Chain(&refused).to_string());
    if status == StatusCode::SERVICE_UNAVAILABLE {
        return problem.retry_after(BUSY_RETRY_S).into_response();
    }
    let mut response = problem.into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(HINT, HeaderValue::from_static(ACCEPT_SIGNATURE));
    }
    response
}

/// The body did not arrive whole, or is too big.
fn unread(rejection: &BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is too big")
        }
        _ => Problem::new(StatusCode::BAD_REQUEST, "bad_body", "the body did not arrive whole"),
    }
}

#[cfg(test)]
mod tests;
