//! Reading a whole request body.

use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError};

use crate::http::problem::Problem;

/// The whole body, as far as the gateway lets it grow.
pub(super) async fn read(request: Request) -> Result<Bytes, Problem> {
    let collected = request.into_body().collect().await.map_err(|error| refusal(&error))?;
    Ok(collected.to_bytes())
}

/// The media type without its parameters, in lower case; empty when there is none.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// 415: the endpoint takes only `wanted`.
pub(super) fn wrong_type(wanted: &str) -> Problem {
    let detail = format!("send the body as {wanted} and say so in Content-Type");
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
}

fn refusal(error: &axum::Error) -> Problem {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if current.is::<LengthLimitError>() {
            return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is too big");
        }
        cause = current.source();
    }
    Problem::new(StatusCode::BAD_REQUEST, "bad_body", "the body did not arrive whole")
}
