//! The variable parts of the path.

use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::http::problem::Problem;

/// The path's variables: one value, a tuple in order, or a struct by name. A part that cannot be one (a word
/// where an id belongs) is 400 `bad_id`, which tells a client's mistake from a thing that is not there.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => {
                let params = RawPathParams::from_request_parts(parts, state).await;
                let mut names = params.iter().flatten().map(|(name, _)| name);
                let only_name = names.next().filter(|_| names.next().is_none());
                Err(refusal(error.into_kind(), only_name))
            }
            // The handler asks for parts that its route does not have: our mistake, not the client's.
            Err(rejection) => {
                tracing::error!(error = %rejection, "a handler's path does not fit its route");
                Err(Problem::from(&Error::internal(rejection)))
            }
        }
    }
}

/// Our id types refuse a text without naming its place; it is known when the route has `only_name`.
fn refusal(kind: ErrorKind, only_name: Option<&str>) -> Problem {
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, "bad_id", detail);
    match kind {
        ErrorKind::ParseErrorAtKey { key, expected_type, .. } => {
            bad(format!("{key}: a value of type {expected_type} belongs here")).about(key)
        }
        ErrorKind::DeserializeError { key, message, .. } => bad(format!("{key}: {message}")).about(key),
        ErrorKind::InvalidUtf8InPathParam { key } => bad(format!("{key}: this is not UTF-8")).about(key),
        other => match only_name {
            Some(name) => bad(format!("{name}: {other}")).about(name),
            None => bad(other.to_string()),
        },
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;
    use crate::model::ids::TweetId;

    async fn take(uri: &str) -> (u16, Option<Problem>) {
        let router = Router::new()
            .route("/tweets/{tweetId}", get(async |Path(id): Path<TweetId>| id.to_string()))
            .route("/pairs/{a}/{b}", get(async |Path((a, b)): Path<(u8, String)>| format!("{a}{b}")));
        let response = router.oneshot(Request::get(uri).body(Body::empty()).unwrap()).await.unwrap();
        (response.status().as_u16(), response.extensions().get::<Problem>().cloned())
    }

    #[tokio::test]
    async fn an_id_is_taken() {
        assert_eq!(take("/tweets/116083840000000001").await.0, 200);
    }

    #[tokio::test]
    async fn a_malformed_id_is_a_bad_request_that_names_its_place() {
        for uri in ["/tweets/abc", "/tweets/-1", "/tweets/%ff", "/tweets/99999999999999999999"] {
            let (status, problem) = take(uri).await;
            let problem = problem.unwrap();
            assert_eq!(
                (status, problem.code, problem.field.as_deref()),
                (400, "bad_id", Some("tweetId")),
                "{uri}"
            );
        }
        let (status, problem) = take("/pairs/x/y").await;
        assert_eq!((status, problem.unwrap().code), (400, "bad_id"));
    }
}
