//! The query of the address.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::form::parse;
use crate::http::problem::Problem;

/// The address's query. A repeated name fills a `Vec`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parse(parts.uri.query().unwrap_or_default().as_bytes()).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use serde::Deserialize;

    use super::*;
    use crate::model::ids::TweetId;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Page {
        limit: Option<u8>,
        max_id: Option<TweetId>,
        #[serde(default)]
        kind: Vec<String>,
    }

    async fn take(uri: &str) -> Result<Page, Problem> {
        let mut parts = Request::builder().uri(uri).body(()).unwrap().into_parts().0;
        Query::from_request_parts(&mut parts, &()).await.map(|Query(page)| page)
    }

    #[tokio::test]
    async fn known_names_are_taken_and_unknown_ones_ignored() {
        let page = take("/x?limit=20&max_id=77&kind=like&kind=follow&utm=1").await.unwrap();
        let kind = vec!["like".to_owned(), "follow".to_owned()];
        assert_eq!(page, Page { limit: Some(20), max_id: Some(TweetId(77)), kind });
        assert_eq!(take("/x").await.unwrap(), Page { limit: None, max_id: None, kind: vec![] });
    }

    #[tokio::test]
    async fn a_wrong_value_is_named() {
        for (uri, field) in
            [("/x?limit=many", "limit"), ("/x?limit=999", "limit"), ("/x?max_id=-4", "max_id")]
        {
            let problem = take(uri).await.unwrap_err();
            assert_eq!((problem.status.as_u16(), problem.code), (422, "invalid"));
            assert_eq!(problem.field.as_deref(), Some(field), "{}", problem.detail);
        }
    }
}
