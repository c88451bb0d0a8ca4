//! What a refused or failed request answers: a problem document (RFC 9457).
//!
//! Handlers return `Result<_, ApiError>`; extractors and the gateway answer a [`Problem`] themselves. Every
//! such answer carries its [`Problem`] as a response extension, so that the gateway can add the request id, and
//! can let another floor show the same failure differently (a page, another API's error shape).

use std::sync::Arc;

use axum::Json;
use axum::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use axum::http::{HeaderValue, Method, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};

use crate::error::{Chain, Error};

/// What a 503 says in `Retry-After`, in seconds: long enough for a full queue to drain.
pub const BUSY_RETRY_S: u64 = 2;

/// A problem document: `application/problem+json` of RFC 9457, with a stable `code`.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status and `code` say what it is.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub kind: &'static str,
    /// The status in words.
    #[schema(example = "Unprocessable Entity")]
    pub title: &'static str,
    /// The HTTP status.
    #[serde(serialize_with = "as_number")]
    #[schema(value_type = u16, example = 422)]
    pub status: StatusCode,
    /// One English sentence: what was wrong and what is allowed.
    #[schema(value_type = String)]
    pub detail: Box<str>,
    /// A stable word for programs and translations.
    #[schema(example = "too_long")]
    pub code: &'static str,
    /// The input field it is about, as a path such as `poll.options[2]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub field: Option<Box<str>>,
    /// The id under which the server's log tells more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub request_id: Option<Box<str>>,
    /// Seconds until the same request may succeed; sent as `Retry-After`.
    #[serde(skip)]
    pub retry_after_s: Option<u64>,
}

impl Problem {
    /// A problem about no particular field.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<Box<str>>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status,
            detail: detail.into(),
            code,
            field: None,
            request_id: None,
            retry_after_s: None,
        }
    }

    /// Names the input field.
    #[must_use]
    pub fn about(self, field: impl Into<Box<str>>) -> Self {
        Self { field: Some(field.into()), ..self }
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        let status = match error {
            Error::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Gone(_) => StatusCode::GONE,
            Error::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Error::Forbidden { .. } => StatusCode::FORBIDDEN,
            Error::Conflict { .. } => StatusCode::CONFLICT,
            Error::Elsewhere { .. } => StatusCode::BAD_GATEWAY,
            Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let detail = match error {
            Error::Invalid { message, .. } => message.clone(),
            other => other.to_string(),
        };
        let mut problem = Self::new(status, error.code(), detail);
        problem.field = error.field().map(Box::from);
        problem.retry_after_s = match error {
            Error::TooMany { retry_after_s } => Some(*retry_after_s),
            Error::Busy => Some(BUSY_RETRY_S),
            _ => None,
        };
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A use-case's error on its way out. The inside of an internal error is logged here, once, and never sent.
#[derive(Debug)]
pub struct ApiError(pub Error);

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Error::Internal(cause) = &self.0 {
            tracing::error!(error = %Chain(cause.as_ref()), "a request failed inside");
        }
        Problem::from(&self.0).into_response()
    }
}

/// What is still known of a request when its failure is shown.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The request's method.
    pub method: Method,
    /// The request's path and query.
    pub uri: Uri,
    /// Its `Accept` header.
    pub accept: Option<HeaderValue>,
    /// Its `Accept-Language` header.
    pub accept_language: Option<HeaderValue>,
    /// Its (first) `Cookie` header.
    pub cookie: Option<HeaderValue>,
}

impl Asked {
    /// Keeps what is needed of a request; all parts are shared, not copied.
    pub fn of<B>(request: &Request<B>) -> Self {
        let header = |name| request.headers().get(name).cloned();
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            accept: header(ACCEPT),
            accept_language: header(ACCEPT_LANGUAGE),
            cookie: header(COOKIE),
        }
    }
}

/// Shows a failure in another shape than problem+json, or says `None` to leave it. Its status, headers and body
/// are what is sent; `Retry-After`, rate-limit and security headers are added by the gateway.
pub type RenderFailure = Arc<dyn Fn(&Asked, &Problem) -> Option<Response> + Send + Sync>;

/// Finishes a failed answer: adds the request id, or lets `render` replace the body. Other answers pass.
pub(crate) fn finish(
    response: Response,
    request_id: &str,
    asked: &Asked,
    render: Option<&RenderFailure>,
) -> Response {
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let problem = Problem { request_id: Some(request_id.into()), ..problem.clone() };
    let shown = render.and_then(|render| render(asked, &problem));
    let mut finished = shown.unwrap_or_else(|| problem.into_response());
    let mut kept = response.into_parts().0.headers;
    for described_anew in [CONTENT_TYPE, CONTENT_LENGTH].iter().chain(finished.headers().keys()) {
        kept.remove(described_anew);
    }
    finished.headers_mut().extend(kept);
    finished
}

fn as_number<S: Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use serde_json::{Value, json};

    use super::*;

    async fn body(response: Response) -> Value {
        serde_json::from_slice(&to_bytes(response.into_body(), 10_000).await.unwrap()).unwrap()
    }

    #[test]
    fn every_error_has_the_status_that_its_documentation_promises() {
        let cases = [
            (Error::invalid("text", "too_long", "at most 500"), 422),
            (Error::NotFound("tweet"), 404),
            (Error::Gone("tweet"), 410),
            (Error::Unauthorized("sign in first"), 401),
            (Error::forbidden("not_yours", "this is not yours"), 403),
            (Error::conflict("username", "taken", "this name is taken"), 409),
            (Error::TooMany { retry_after_s: 9 }, 429),
            (Error::Busy, 503),
            (Error::internal("disk full"), 500),
        ];
        for (error, status) in cases {
            assert_eq!(Problem::from(&error).status.as_u16(), status, "{error}");
        }
    }

    #[tokio::test]
    async fn a_refused_input_names_its_field_and_code() {
        let response = ApiError(Error::invalid("text", "too_long", "a tweet has at most 500 characters"))
            .into_response();
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        let expected = json!({
            "type": "about:blank", "title": "Unprocessable Entity", "status": 422, "code": "too_long",
            "field": "text", "detail": "a tweet has at most 500 characters",
        });
        assert_eq!(body(response).await, expected);
    }

    #[tokio::test]
    async fn the_cause_of_an_internal_error_is_never_sent() {
        let response = ApiError(Error::internal("secret path /data/x")).into_response();
        let body = body(response).await;
        assert_eq!(body["code"], "internal");
        assert!(!body.to_string().contains("secret"));
    }

    #[test]
    fn the_schema_shows_exactly_the_members_that_are_sent() {
        let schema = serde_json::to_value(<Problem as utoipa::PartialSchema>::schema()).unwrap();
        let members: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        assert_eq!(members, ["code", "detail", "field", "request_id", "status", "title", "type"]);
        assert_eq!(schema["properties"]["status"]["type"], "integer");
    }

    #[test]
    fn busy_and_too_many_say_when_to_come_back() {
        let busy = ApiError(Error::Busy).into_response();
        assert_eq!(busy.headers()[RETRY_AFTER], "2");
        let many = ApiError(Error::TooMany { retry_after_s: 17 }).into_response();
        assert_eq!(many.headers()[RETRY_AFTER], "17");
    }

    #[test]
    fn a_failure_can_be_shown_as_a_page_and_keeps_its_other_headers() {
        let asked = Asked::of(&Request::builder().uri("/home").body(()).unwrap());
        let page: RenderFailure = Arc::new(|asked, problem| {
            Some((problem.status, format!("page for {}", asked.uri)).into_response())
        });
        let shown = finish(ApiError(Error::Busy).into_response(), "id1", &asked, Some(&page));
        assert_eq!(shown.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(shown.headers()[RETRY_AFTER], "2");
        assert!(shown.headers()[CONTENT_TYPE].to_str().unwrap().starts_with("text/plain"));
    }
}
