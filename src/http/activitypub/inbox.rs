//! `POST /inbox`, `/actor/inbox` and `/users/{username}/inbox`: where other instances deliver.
//!
//! 202 once the activity is verified and durable (or there is nothing to do with it); 400 it makes no sense, 401
//! its signature does not hold, 403 blocked or claimed to be ours, 404 no such owner, 413, 415, 503 try again.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;

use super::envelope::{Envelope, refusal};
use crate::error::Error;
use crate::federation::Federation;
use crate::http::extract::Path;
use crate::http::problem::{ApiError, Problem};

/// The routes of the inboxes.
pub fn routes(federation: Federation) -> Router {
    Router::new()
        .route("/inbox", post(shared))
        .route("/actor/inbox", post(shared))
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
    envelope: Envelope,
    body: Result<Bytes, Problem>,
}

impl<S: Send + Sync> axum::extract::FromRequest<S> for Delivered {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let envelope = Envelope::of(&parts);
        let request = axum::extract::Request::from_parts(parts, body);
        let body = Bytes::from_request(request, state).await.map_err(|rejection| unread(&rejection));
        Ok(Self { envelope, body })
    }
}

impl Delivered {
    async fn to(self, federation: &Federation) -> Response {
        let body = match self.body {
            Ok(body) => body,
            Err(problem) => return problem.into_response(),
        };
        match federation.receive(&self.envelope.with(&body)).await {
            Ok(_) => StatusCode::ACCEPTED.into_response(),
            Err(refused) => refusal(refused),
        }
    }
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
mod tests {
    use std::sync::Arc;

    use axum::body::{Body, to_bytes};
    use axum::http::header::HOST;
    use axum::http::{HeaderValue, Method, Request};
    use serde_json::{Value, json};
    use tower::ServiceExt as _;
    use url::Url;
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::super::envelope::HINT;
    use super::*;
    use crate::client::{Client, ClientSettings};
    use crate::clock::Clock;
    use crate::federation::InstanceKey;
    use crate::federation::keys::test_key;
    use crate::federation::signature::ACCEPT_SIGNATURE;
    use crate::federation::signature::{BodyDigest, Form, Outgoing, Signer, sign};
    use crate::model::account::{Role, UserState};
    use crate::model::address::Addresses;
    use crate::model::ids::IdMaker;
    use crate::service::{Rules, Service, SignUp};

    use crate::store::tests::database;

    const NOW: i64 = 1_767_323_045_000;
    const BOB: &str = "http://b.test/users/bob";

    /// Our inboxes, `a.test`, with `ann` behind them; every address of `b.test` shows `bob`.
    async fn inboxes(test: &database::TestStore) -> (Router, MockServer) {
        let clock = Clock::manual(NOW);
        let ids = Arc::new(IdMaker::new(clock.clone(), 0));
        let addresses = Addresses::new(Url::parse("http://a.test").unwrap()).unwrap();
        let service = Service::new(test.store.clone(), clock, ids, addresses, Rules::default());
        let new = SignUp {
            username: "ann".into(),
            email: "ann@a.test".into(),
            password: "correct horse battery".into(),
            language: None,
            reason: String::new(),
        };
        service.create_user(new, Role::User, UserState::Active).await.unwrap();
        let peer = MockServer::start().await;
        let bob = json!({ "id": BOB, "type": "Person", "preferredUsername": "bob", "inbox": format!("{BOB}/inbox"),
            "publicKey": { "id": format!("{BOB}#main-key"), "owner": BOB,
                "publicKeyPem": test_key().public_key().unwrap().to_pem() } });
        let shown = ResponseTemplate::new(200)
            .set_body_raw(serde_json::to_vec(&bob).unwrap(), "application/activity+json");
        Mock::given(any()).respond_with(shown).mount(&peer).await;
        let settings = ClientSettings {
            off: false,
            insecure: true,
            dev_hosts: [("b.test".to_owned(), *peer.address())].into(),
            user_agent: "Rookery test".into(),
            per_host: 4,
        };
        let client = Client::new(settings).unwrap();
        let federation = Federation::open(service, client, InstanceKey::new([7; 32])).await.unwrap();
        (routes(federation), peer)
    }

    fn signed(path: &str) -> Request<Body> {
        let body = json!({ "id": format!("{BOB}#follows/{path}"), "type": "Follow", "actor": BOB,
            "object": "http://a.test/users/ann" });
        let body = serde_json::to_vec(&body).unwrap();
        let url = Url::parse(&format!("http://a.test{path}")).unwrap();
        let key_id = format!("{BOB}#main-key");
        let outgoing = Outgoing {
            method: &Method::POST,
            url: &url,
            digest: Some(&BodyDigest::of(&body)),
            now_ms: NOW,
            path_only: false,
            synchronization: None,
        };
        let headers = sign(Form::Cavage, &Signer { key: test_key(), key_id: &key_id }, &outgoing).unwrap();
        let mut request = Request::post(path).body(Body::from(body)).unwrap();
        *request.headers_mut() = headers;
        request.headers_mut().insert(HOST, HeaderValue::from_static("a.test"));
        request
    }

    #[tokio::test]
    async fn a_signed_activity_is_accepted_by_both_kinds_of_inbox() {
        for test in database::stores().await {
            let (router, _peer) = inboxes(&test).await;
            for path in ["/inbox", "/actor/inbox", "/users/ann/inbox"] {
                let answer = router.clone().oneshot(signed(path)).await.unwrap();
                assert_eq!(answer.status(), StatusCode::ACCEPTED, "{path}");
            }
            let answer = router.oneshot(signed("/users/nobody/inbox")).await.unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        }
    }

    #[tokio::test]
    async fn a_refusal_is_a_problem_that_says_what_would_be_taken() {
        for test in database::stores().await {
            let (router, _peer) = inboxes(&test).await;
            let mut unsigned = signed("/inbox");
            unsigned.headers_mut().remove("signature");
            let answer = router.clone().oneshot(unsigned).await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
            assert_eq!(answer.headers()[HINT], ACCEPT_SIGNATURE);
            let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
            let problem: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(problem["code"], "bad_signature");
            let get = Request::get("/inbox").body(Body::empty()).unwrap();
            assert_eq!(router.oneshot(get).await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
        }
    }
}
