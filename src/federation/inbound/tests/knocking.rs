//! Fetches from hosts that want signatures in another way than most.

use serde_json::json;
use url::Url;
use wiremock::{Mock, Request, ResponseTemplate};

use super::{BOB, CAT, NOW, World, person, with, worlds};
use crate::federation::keys::{PublicKey, test_key};
use crate::federation::signature::{self, RequestParts};

fn host(request: &Request) -> &str {
    request.headers["host"].to_str().unwrap()
}

impl World {
    /// From now on `b.test` refuses what does not please it.
    async fn refuse(&self, status: u16, pleases: impl Fn(&Request) -> bool + Send + Sync + 'static) {
        let refused = move |request: &Request| host(request) == "b.test" && !pleases(request);
        Mock::given(refused)
            .respond_with(ResponseTemplate::new(status))
            .with_priority(1)
            .mount(&self.peers)
            .await;
    }

    /// The forms in which `b.test` was asked for this address.
    async fn knocks(&self, path: &str) -> Vec<&'static str> {
        let requests = self.peers.received_requests().await.unwrap();
        let here = requests.iter().filter(|request| host(request) == "b.test" && request.url.path() == path);
        here.map(|request| if request.headers.contains_key("signature-input") { "rfc9421" } else { "cavage" })
            .collect()
    }
}

#[tokio::test]
async fn a_host_that_wants_the_newer_signatures_is_asked_again_and_remembered() {
    for status in [400, 401] {
        for world in worlds().await {
            world.refuse(status, |request| request.headers.contains_key("signature-input")).await;
            world.actor(BOB).await;
            assert_eq!(world.knocks("/users/bob").await, ["cavage", "rfc9421"], "{}", world.engine);
            let bea = "http://b.test/users/bea";
            world.serve(bea, &person(bea, test_key()));
            world.actor(bea).await;
            assert_eq!(world.knocks("/users/bea").await, ["rfc9421"], "{}", world.engine);
            world.actor(CAT).await;
        }
    }
}

/// Whether a fetch was signed for its path without the query.
fn signs_the_path_alone(request: &Request, pem: &str) -> bool {
    let parts = RequestParts {
        method: &request.method,
        path_and_query: request.url.path(),
        host: host(request),
        headers: &request.headers,
        body: &[],
    };
    let claim = signature::inspect(&parts, NOW, &Url::parse("http://b.test").unwrap());
    claim.is_ok_and(|claim| claim.verify(&PublicKey::from_pem(pem).unwrap()).is_ok())
}

#[tokio::test]
async fn a_host_that_verifies_paths_without_their_query_is_asked_so() {
    for world in worlds().await {
        // WordPress: the query is part of the actor's id.
        let author = "http://b.test/?author=2";
        world.serve("http://b.test/", &with(person(author, test_key()), "preferredUsername", json!("bea")));
        let pem = world.federation.0.own_keys.instance().await.unwrap().public_pem.clone();
        world.refuse(401, move |request| signs_the_path_alone(request, &pem)).await;
        assert_eq!(world.actor(author).await.username, "bea", "{}", world.engine);
        assert_eq!(world.knocks("/").await, ["cavage", "cavage"], "{}", world.engine);
    }
}
