//! A JSON body, and a JSON answer.

use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::{body, refused_field};
use crate::error::Error;
use crate::http::problem::Problem;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Of most answers that are no lists.
const TYPICAL_BYTES: usize = 1_024;

/// A request body of `application/json` (or `…+json`); as an answer, the value as JSON.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let media_type = body::media_type(request.headers());
        if !is_json(&media_type) {
            return Err(body::wrong_type("application/json"));
        }
        parse(&body::read(request).await?).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        self.with_room(TYPICAL_BYTES)
    }
}

impl<T: Serialize> Json<T> {
    /// The answer, for which so many bytes are set aside.
    pub fn with_room(self, bytes: usize) -> Response {
        let mut text = Vec::with_capacity(bytes);
        match serde_json::to_writer(&mut text, &self.0) {
            Ok(()) => ([(CONTENT_TYPE, JSON)], text).into_response(),
            Err(error) => Problem::from(&Error::internal(error)).into_response(),
        }
    }
}

/// Whether this media type is JSON's, or one that is written in JSON.
pub(super) fn is_json(media_type: &str) -> bool {
    media_type.strip_prefix("application/").is_some_and(|sub| sub == "json" || sub.ends_with("+json"))
}

/// Reads a JSON object.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let detail = format!("the body is not UTF-8 from byte {} on", error.valid_up_to());
        Problem::new(StatusCode::BAD_REQUEST, "bad_utf8", detail)
    })?;
    // Derived readers would take a list of the values in their order for the object.
    if text.trim_start().starts_with('[') {
        let detail = "the body is a list; send a JSON object";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| refusal(&error.path().to_string(), error.inner()))?;
    deserializer.end().map_err(|error| refusal("", &error))?;
    Ok(value)
}

fn refusal(path: &str, error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    if error.classify() != Category::Data {
        let detail = format!("the body is not JSON: {message}");
        return Problem::new(StatusCode::BAD_REQUEST, "bad_json", detail);
    }
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    refused_field(path, message)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http_body_util::Limited;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Poll {
        options: Vec<String>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Tweet {
        text: String,
        poll: Option<Poll>,
        reply_to: Option<crate::model::ids::TweetId>,
    }

    async fn take(content_type: &str, body: impl Into<Body>) -> Result<Tweet, Problem> {
        let request = Request::post("/").header("content-type", content_type).body(body.into()).unwrap();
        Json::from_request(request, &()).await.map(|Json(tweet)| tweet)
    }

    async fn refused(body: &'static str) -> (u16, &'static str, Option<Box<str>>) {
        let problem = take("application/json", body).await.unwrap_err();
        (problem.status.as_u16(), problem.code, problem.field)
    }

    #[tokio::test]
    async fn a_good_body_is_taken_and_unknown_fields_are_ignored() {
        let tweet = take("application/ld+json; charset=utf-8", r#"{"text":"hi","extra":1}"#).await.unwrap();
        assert_eq!(tweet, Tweet { text: "hi".into(), poll: None, reply_to: None });
    }

    #[tokio::test]
    async fn a_wrong_or_missing_field_is_named_by_its_path() {
        let field = |name: &str| Some(name.into());
        assert_eq!(refused("{}").await, (422, "missing", field("text")));
        assert_eq!(refused(r#" ["hi", null, null]"#).await, (422, "invalid", None));
        assert_eq!(refused(r#"{"text":5}"#).await, (422, "invalid", field("text")));
        assert_eq!(refused(r#"{"text":"a","poll":{}}"#).await, (422, "missing", field("poll.options")));
        let deep = r#"{"text":"a","poll":{"options":["x",{}]}}"#;
        assert_eq!(refused(deep).await, (422, "invalid", field("poll.options[1]")));
        assert_eq!(refused(r#"{"text":"a","reply_to":"x1"}"#).await, (422, "invalid", field("reply_to")));
    }

    #[tokio::test]
    async fn the_sentence_says_what_is_wrong_without_positions() {
        let problem = take("application/json", r#"{"text":5}"#).await.unwrap_err();
        assert_eq!(&*problem.detail, "text: invalid type: integer `5`, expected a string");
    }

    #[tokio::test]
    async fn what_is_not_json_is_a_bad_request() {
        for body in ["", "{", "{\"text\":\"a\"} x", "hello"] {
            assert_eq!(refused(body).await, (400, "bad_json", None), "{body}");
        }
        let problem = take("application/json", &b"{\"text\":\"\xff\"}"[..]).await.unwrap_err();
        assert_eq!((problem.status.as_u16(), problem.code), (400, "bad_utf8"));
    }

    #[test]
    fn deep_nesting_is_refused_rather_than_followed() {
        let problem = parse::<serde_json::Value>("{\"a\":".repeat(100_000).as_bytes()).unwrap_err();
        assert_eq!((problem.status.as_u16(), problem.code), (400, "bad_json"));
    }

    #[tokio::test]
    async fn another_type_or_too_big_a_body_is_refused() {
        for content_type in ["text/plain", "", "application/x-json", "application/x-www-form-urlencoded"] {
            assert_eq!(take(content_type, "{}").await.unwrap_err().status.as_u16(), 415, "{content_type}");
        }
        let big = Body::new(Limited::new(Body::from(r#"{"text":"0123456789"}"#), 10));
        let problem = take("application/json", big).await.unwrap_err();
        assert_eq!((problem.status.as_u16(), problem.code), (413, "too_large"));
    }
}
