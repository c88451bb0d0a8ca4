//! A post for followers says who of them live on the host that gets it (FEP-8fcf).

use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, Request, ResponseTemplate};

use super::*;
use crate::error::Error;
use crate::federation::followers::{Digest, Synchronization};
use crate::federation::keys::PublicKey;
use crate::federation::signature::{self, RequestParts, SYNCHRONIZATION};
use crate::model::event::Event;
use crate::store::{Conn, synchronization};

/// A peer that takes only one form of signatures.
async fn peer(takes: &'static str) -> MockServer {
    let server = MockServer::start().await;
    let answer = move |request: &Request| {
        let taken = request.headers.contains_key("signature-input") == (takes == "rfc9421");
        ResponseTemplate::new(if taken { 202 } else { 401 })
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// The last delivery to a host, when there were so many.
async fn last_delivery(peers: &MockServer, host: &str, times: usize) -> Request {
    until_asked(peers, host, times).await;
    let requests = peers.received_requests().await.unwrap();
    requests.into_iter().rfind(|request| request.headers["host"].to_str().unwrap() == host).unwrap()
}

/// Whether the header was signed along: without it the signature does not hold.
fn is_signed_along(request: &Request, pem: &str) -> bool {
    let holds = |headers: &http::HeaderMap| {
        let parts = RequestParts {
            method: &request.method,
            path_and_query: request.url.path(),
            host: request.headers["host"].to_str().unwrap(),
            headers,
            body: &request.body,
        };
        let ours = Url::parse(&format!("http://{}", parts.host)).unwrap();
        signature::inspect(&parts, NOW, &ours)
            .is_ok_and(|claim| claim.verify(&PublicKey::from_pem(pem).unwrap()).is_ok())
    };
    let mut changed = request.headers.clone();
    changed.insert(SYNCHRONIZATION, http::HeaderValue::from_static("other"));
    holds(&request.headers) && !holds(&changed)
}

#[tokio::test]
async fn a_post_for_followers_goes_with_the_digest_of_those_on_the_host_and_no_other_post_does() {
    for form in ["cavage", "rfc9421"] {
        for test in database::stores().await {
            let peers = peer(form).await;
            let hosts = ["b.test", "c.test"].map(|host| (host.to_owned(), *peers.address()));
            let world = world(test, hosts.into()).await;
            for (name, host) in [("bob", "b.test"), ("bea", "b.test"), ("cat", "c.test")] {
                let id = world.remote_on(name, host).await;
                world.follows_ann(id).await;
            }
            world.told().await;
            let stop = CancellationToken::new();
            let driver = world.deliver(4, 0, &stop);
            // Two accounts of the first host, asked in both forms the first time if it takes the second.
            let knocks = if form == "rfc9421" { 2 } else { 1 };
            world.ann_posts("for you", Visibility::Followers).await;
            world.plan().await.unwrap();
            let pem = world.federation.public_key_pem(&world.ann).await.unwrap();
            let on_b = ["http://b.test/users/bob", "http://b.test/users/bea"];
            let on_c = ["http://c.test/users/cat"];
            for (host, ids, times) in [("b.test", &on_b[..], 2 + knocks - 1), ("c.test", &on_c, knocks)] {
                let request = last_delivery(&peers, host, times).await;
                let said = Synchronization::of(&request.headers).unwrap().unwrap();
                assert_eq!(said.digest, Digest::of(ids), "{}: {host}", world.engine);
                assert_eq!(said.collection.as_str(), "http://a.test/users/ann/followers");
                assert_eq!(said.list.as_str(), "http://a.test/users/ann/followers_synchronization");
                assert!(is_signed_along(&request, &pem), "{}: {host} {form}", world.engine);
            }
            for visibility in [Visibility::Public, Visibility::Unlisted] {
                let before = asked(&peers, "c.test").await;
                world.ann_posts("for all", visibility).await;
                world.plan().await.unwrap();
                let request = last_delivery(&peers, "c.test", before + 1).await;
                assert!(Synchronization::of(&request.headers).is_none(), "{}: {visibility:?}", world.engine);
            }
            stop.cancel();
            tokio::time::timeout(PATIENCE, driver).await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_follow_that_ends_because_the_other_side_has_none_is_not_undone_and_one_that_only_it_has_is() {
    for world in worlds().await {
        let bob = world.remote("bob").await;
        let bond = Relation {
            from: world.ann.id,
            to: bob,
            from_local: true,
            to_local: false,
            id: world.service().ids().next(),
            uri: None,
        };
        let follow = bond.clone();
        world.test.store.write(move |conn| follows::follow(conn, &follow, NOW)).await.unwrap();
        world.told().await;
        let end = move |conn: &mut Conn| {
            let all = synchronization::after(conn, bob, RowId(0), 9)?;
            synchronization::end_unknown(conn, bob, &all, NOW)
        };
        let ended = world.test.store.write(end).await.unwrap();
        assert_eq!(ended, std::slice::from_ref(&bond), "{}", world.engine);
        assert!(world.told().await.is_empty(), "{}: there is nothing to undo", world.engine);
        let undo = move |conn: &mut Conn| synchronization::undo(conn, std::slice::from_ref(&bond), NOW);
        world.test.store.write(undo).await.unwrap();
        let [undo] = world.planned().await.try_into().unwrap();
        assert_eq!((&undo["type"], &undo["object"]["type"]), (&"Undo".into(), &"Follow".into()));
        assert_eq!(undo["object"]["actor"], "http://a.test/users/ann", "{}", world.engine);
        assert_eq!(undo["object"]["object"], "http://bob.test/users/bob", "{}", world.engine);
    }
}

#[tokio::test]
async fn too_many_followers_are_not_told_of_and_no_part_of_a_list_is_shown() {
    for world in worlds().await {
        let ann = world.ann.id;
        let follow = async |host: &'static str, fans: (i64, i64)| {
            let write = move |conn: &mut Conn| crowd::follow_in_crowds(conn, ann, host, fans);
            world.test.store.write(write).await.unwrap();
            let bond =
                Relation { from: AccountId(1), to: ann, from_local: false, to_local: true, id: 1, uri: None };
            world.federation.heard(&Event::Followed(bond));
        };
        let told = async |host: &str| {
            let inbox = Url::parse(&format!("http://{host}/inbox")).unwrap();
            world.federation.synchronization(ann, &inbox).await.unwrap().is_some()
        };
        let listed = async |host: &str| {
            let reader = Url::parse(&format!("http://{host}/actor")).unwrap();
            world.federation.followers_on_host_of(ann, &reader).await.map(|ids| ids.len())
        };
        follow("c.test", (1, 1)).await;
        follow("b.test", (2, 8_001)).await;
        assert!(told("b.test").await && told("c.test").await, "{}", world.engine);
        assert_eq!(listed("b.test").await.unwrap(), 8_000, "{}", world.engine);
        follow("b.test", (8_002, 8_002)).await;
        assert!(!told("b.test").await, "{}: one more than are listed", world.engine);
        assert!(told("c.test").await, "{}: others are told on", world.engine);
        assert!(matches!(listed("b.test").await, Err(Error::NotFound(_))), "{}", world.engine);
        assert_eq!(listed("c.test").await.unwrap(), 1, "{}", world.engine);
        follow("d.test", (8_003, 24_999)).await;
        assert!(told("c.test").await, "{}", world.engine);
        follow("d.test", (25_000, 25_000)).await;
        assert!(!told("c.test").await, "{}: of 25,000 nobody is told", world.engine);
    }
}
