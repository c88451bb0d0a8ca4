//! A form's body.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use percent_encoding::percent_decode;
use serde::de::DeserializeOwned;

use super::{body, refused_field};
use crate::http::problem::Problem;

/// The media type of a plain form.
pub(super) const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// The fields of a posted form. A repeated name fills a `Vec`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        if body::media_type(request.headers()) != FORM_TYPE {
            return Err(body::wrong_type(FORM_TYPE));
        }
        parse(&body::read(request).await?).map(Self)
    }
}

/// Reads `name=value&…`.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    refuse_bad_utf8(bytes)?;
    serde_path_to_error::deserialize(serde_html_form::Deserializer::from_bytes(bytes))
        .map_err(|error| refused_field(&error.path().to_string(), &error.inner().to_string()))
}

/// Refuses what is not UTF-8: the reader would turn it into replacement characters, and nobody wants those published.
pub(super) fn refuse_bad_utf8(bytes: &[u8]) -> Result<(), Problem> {
    for pair in bytes.split(|byte| *byte == b'&') {
        let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
        if percent_decode(pair).decode_utf8().is_err() {
            let field = percent_decode(name).decode_utf8_lossy().into_owned();
            let detail = format!("{field}: this is not UTF-8 text");
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_utf8", detail).about(field));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Compose {
        text: String,
        sensitive: Option<bool>,
        #[serde(default, rename = "option")]
        options: Vec<String>,
    }

    async fn take(content_type: &str, body: &'static str) -> Result<Compose, Problem> {
        let request = Request::post("/").header("content-type", content_type).body(Body::from(body)).unwrap();
        Form::from_request(request, &()).await.map(|Form(compose)| compose)
    }

    #[tokio::test]
    async fn a_form_is_decoded_with_repeated_fields() {
        let compose = take(FORM_TYPE, "text=caf%C3%A9+now&option=a&option=b").await.unwrap();
        let options = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(compose, Compose { text: "café now".into(), sensitive: None, options });
    }

    #[tokio::test]
    async fn a_wrong_or_missing_field_is_named() {
        let missing = take(FORM_TYPE, "sensitive=true").await.unwrap_err();
        assert_eq!((missing.code, missing.field.as_deref()), ("missing", Some("text")));
        let wrong = take(FORM_TYPE, "text=a&sensitive=perhaps").await.unwrap_err();
        assert_eq!((wrong.code, wrong.field.as_deref()), ("invalid", Some("sensitive")));
    }

    #[tokio::test]
    async fn what_is_not_utf8_is_refused_by_its_field() {
        for (body, field) in [
            ("text=caf%C3", "text"),
            ("text=ok&option=%ff%fe", "option"),
            ("text=ok&%80=x", "\u{fffd}"),
            ("text=%C3&option=%A9", "text"),
        ] {
            let refused = take(FORM_TYPE, body).await.unwrap_err();
            assert_eq!((refused.status.as_u16(), refused.code), (422, "bad_utf8"), "{body}");
            assert_eq!(refused.field.as_deref(), Some(field), "{body}");
        }
        let raw = parse::<Compose>(b"option=a&text=\xff").unwrap_err();
        assert_eq!((raw.code, raw.field.as_deref()), ("bad_utf8", Some("text")));
        let whole = take(FORM_TYPE, "text=%E2%82%AC%20100%&option=%zz").await.unwrap();
        assert_eq!(whole.text, "\u{20ac} 100%");
    }

    #[tokio::test]
    async fn json_is_not_a_form() {
        assert_eq!(take("application/json", "{}").await.unwrap_err().status.as_u16(), 415);
    }
}
