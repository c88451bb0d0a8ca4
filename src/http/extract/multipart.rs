//! Forms with files: `multipart/form-data`, part by part, never whole in memory.
//!
//! A file streams to whoever takes the part; texts are read into memory, all texts of a form together at most
//! [`limits::UPLOAD_FORM_MAX_BYTES`]. What is wrong is a 422 that names the field.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Request};

use super::body;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::http::problem::Problem;

/// Parts of one form: sixteen images with their descriptions and a dozen other fields fit twice.
const PARTS_MAX: usize = 100;

/// A body of `multipart/form-data`; 415 for another type.
#[derive(Debug)]
pub struct Multipart {
    form: axum::extract::Multipart,
    parts_left: usize,
    text_left: usize,
}

/// One part of a form: a text, or a file on its way.
#[derive(Debug)]
pub struct Part<'form> {
    field: Field<'form>,
    text_left: &'form mut usize,
}

impl<S: Send + Sync> FromRequest<S> for Multipart {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let form = axum::extract::Multipart::from_request(request, state).await;
        let form = form.map_err(|_| body::wrong_type("multipart/form-data"))?;
        Ok(Self { form, parts_left: PARTS_MAX, text_left: limits::UPLOAD_FORM_MAX_BYTES })
    }
}

impl Multipart {
    /// The next part; `None` after the last one. What was not read of the part before is passed over.
    pub async fn next(&mut self) -> Result<Option<Part<'_>>> {
        let Some(field) = self.form.next_field().await.map_err(|error| broken(&error))? else {
            return Ok(None);
        };
        let Some(left) = self.parts_left.checked_sub(1) else {
            let message = format!("a form has at most {PARTS_MAX} parts");
            return Err(Error::invalid("body", "too_many_parts", message));
        };
        self.parts_left = left;
        Ok(Some(Part { field, text_left: &mut self.text_left }))
    }
}

impl<'form> Part<'form> {
    /// The name of its input; empty when it has none.
    pub fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// Whether it is a file's, chosen or not.
    pub fn is_file(&self) -> bool {
        self.field.file_name().is_some()
    }

    /// Whether it stands for a file input in which nothing was chosen, as browsers send it.
    pub fn nothing_chosen(&self) -> bool {
        self.field.file_name() == Some("")
    }

    /// The part's text. `name` is the input that a refusal names.
    pub async fn text(mut self, name: &'static str) -> Result<String> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.field.chunk().await.map_err(|error| broken(&error))? {
            *self.text_left = self.text_left.checked_sub(piece.len()).ok_or_else(|| {
                let message = format!(
                    "the texts of a form have at most {} bytes together",
                    limits::UPLOAD_FORM_MAX_BYTES
                );
                Error::invalid(name, "too_long", message)
            })?;
            bytes.extend_from_slice(&piece);
        }
        String::from_utf8(bytes).map_err(|_| Error::invalid(name, "bad_utf8", "this is not UTF-8 text"))
    }

    /// The part's bytes as they arrive.
    pub fn into_stream(self) -> Field<'form> {
        self.field
    }
}

fn broken(error: &MultipartError) -> Error {
    Error::invalid("body", "bad_multipart", format!("the form cannot be read: {}", error.body_text()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn form(body: impl Into<Body>) -> Multipart {
        let request = Request::post("/").header("content-type", "multipart/form-data; boundary=b");
        Multipart::from_request(request.body(body.into()).unwrap(), &()).await.unwrap()
    }

    fn part(name: &str, text: &str) -> String {
        format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    }

    #[tokio::test]
    async fn parts_come_in_order_with_their_names_and_an_unread_one_is_passed_over() {
        let mut form = form(part("text", "hällo") + &part("skipped", "x") + &part("", "y") + "--b--").await;
        let first = form.next().await.unwrap().unwrap();
        assert_eq!((first.name(), first.nothing_chosen()), ("text", false));
        assert_eq!(first.text("text").await.unwrap(), "hällo");
        assert_eq!(form.next().await.unwrap().unwrap().name(), "skipped");
        assert_eq!(form.next().await.unwrap().unwrap().name(), "");
        assert!(form.next().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_file_input_without_a_file_is_told_apart() {
        let body = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--b--";
        let mut form = form(body).await;
        assert!(form.next().await.unwrap().unwrap().nothing_chosen());
    }

    #[tokio::test]
    async fn a_bad_text_is_named() {
        let mut body = part("alt", "").into_bytes();
        body.truncate(body.len() - 2);
        body.extend_from_slice(b"\xff\xfe\r\n--b--");
        let mut bad = form(body).await;
        let refused = bad.next().await.unwrap().unwrap().text("alt").await.unwrap_err();
        assert_eq!((refused.code(), refused.field()), ("bad_utf8", Some("alt")));

        let long = "x".repeat(limits::UPLOAD_FORM_MAX_BYTES / 2 + 1);
        let mut long = form(part("one", &long) + &part("two", &long) + "--b--").await;
        long.next().await.unwrap().unwrap().text("one").await.unwrap();
        let refused = long.next().await.unwrap().unwrap().text("two").await.unwrap_err();
        assert_eq!((refused.code(), refused.field()), ("too_long", Some("two")));
    }

    #[tokio::test]
    async fn a_form_that_breaks_off_or_never_ends_its_parts_is_refused() {
        let mut cut = form(part("alt", "never ends")).await;
        let refused = cut.next().await.unwrap().unwrap().text("alt").await.unwrap_err();
        assert_eq!(refused.code(), "bad_multipart");
        let mut many = form(part("a", "").repeat(PARTS_MAX + 1) + "--b--").await;
        for _ in 0..PARTS_MAX {
            assert!(many.next().await.unwrap().is_some());
        }
        assert_eq!(many.next().await.unwrap_err().code(), "too_many_parts");
    }

    #[tokio::test]
    async fn another_type_is_refused() {
        for kind in ["application/json", "multipart/form-data", "multipart/mixed; boundary=b"] {
            let request = Request::post("/").header("content-type", kind).body(Body::empty()).unwrap();
            let refused = Multipart::from_request(request, &()).await.unwrap_err();
            assert_eq!(refused.status.as_u16(), 415, "{kind}");
        }
    }
}
