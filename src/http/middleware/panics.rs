//! A panic in a handler is one failed request, not a lost connection.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;

use crate::error::Error;
use crate::http::problem::Problem;

/// Runs `answer`; a panic is logged and answered with 500. What the handler had open is dropped with it, and
/// state it shares with others stands behind locks that do not trust a panicked holder.
pub(super) async fn caught(answer: impl Future<Output = Response>) -> Response {
    match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(response) => response,
        Err(payload) => {
            tracing::error!(panic.message = message(payload.as_ref()), "a handler panicked");
            Problem::from(&Error::internal("a handler panicked")).into_response()
        }
    }
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_with_an_internal_problem() {
        let response = caught(async { panic!("boom {}", 1) }).await;
        assert_eq!(response.status().as_u16(), 500);
        assert_eq!(response.extensions().get::<Problem>().unwrap().code, "internal");
    }

    #[test]
    fn the_message_of_a_panic_is_read_from_both_kinds_of_payload() {
        assert_eq!(message(&"plain"), "plain");
        assert_eq!(message(&String::from("formatted")), "formatted");
        assert_eq!(message(&7), "no message");
    }
}
