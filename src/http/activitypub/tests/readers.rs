//! What is shown to whom: to everybody, to those who sign, and to those who may see it.

use axum::http::header::{CACHE_CONTROL, HOST, VARY};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::Url;

use super::{NOW, World, world_with};
use crate::federation::keys::test_key;
use crate::federation::signature::{ACCEPT_SIGNATURE, Form, Outgoing, Signer, sign};
use crate::model::account::Account;
use crate::model::ids::AccountId;
use crate::model::visibility::Visibility;
use crate::service::Rules;
use crate::store::accounts;
use crate::store::actors::{self, Reach, RemoteActor};
use crate::store::tests::database::stores;
use crate::store::tests::hosts;

async fn worlds(authorized_fetch: bool) -> Vec<World> {
    let mut worlds = Vec::new();
    for database in stores().await {
        let rules = Rules { authorized_fetch, ..Rules::default() };
        worlds.push(world_with(database, rules).await);
    }
    worlds
}

impl World {
    /// An account of `b.test` whose key is known here.
    async fn remote(&self, name: &str) -> AccountId {
        self.remote_on("b.test", name).await
    }

    async fn remote_on(&self, host: &str, name: &str) -> AccountId {
        let uri = format!("https://{host}/users/{name}");
        let id = AccountId(self.service.ids().next());
        let ann = self.service.account(self.ann).await.unwrap();
        let account = Account {
            id,
            username: name.to_owned(),
            domain: Some(host.to_owned()),
            uri: Some(uri.clone()),
            ..ann
        };
        let reach = Reach {
            inbox: format!("{uri}/inbox"),
            host: host.to_owned(),
            also_known_as: "[]".to_owned(),
            uri: uri.clone(),
            ..Reach::default()
        };
        let keys = vec![(format!("{uri}#main-key"), test_key().public_key().unwrap().to_pem())];
        let actor = RemoteActor { account, reach, keys };
        let store = self.service.store();
        store.write(move |conn| actors::upsert(conn, &actor, NOW)).await.unwrap();
        assert!(store.read(move |conn| accounts::by_id(conn, id)).await.unwrap().is_some());
        id
    }

    fn signed_by(&self, name: &str, path: &str, form: Form) -> HeaderMap {
        self.signed_on("b.test", name, path, form)
    }

    fn signed_on(&self, host: &str, name: &str, path: &str, form: Form) -> HeaderMap {
        let url = Url::parse(&format!("https://a.test{path}")).unwrap();
        let key_id = format!("https://{host}/users/{name}#main-key");
        let outgoing = Outgoing {
            method: &Method::GET,
            url: &url,
            digest: None,
            now_ms: NOW,
            path_only: false,
            synchronization: None,
        };
        let mut headers = sign(form, &Signer { key: test_key(), key_id: &key_id }, &outgoing).unwrap();
        headers.insert(HOST, HeaderValue::from_static("a.test"));
        headers
    }

    async fn status_for(&self, name: &str, path: &str) -> StatusCode {
        self.get_with(path, self.signed_by(name, path, Form::Cavage)).await.status
    }
}

#[tokio::test]
async fn where_signed_fetches_are_demanded_only_the_instance_and_its_names_are_open() {
    for world in worlds(true).await {
        world.remote("bob").await;
        let id = world.post("open", Visibility::Public, None).await;
        let status = format!("/users/ann/statuses/{id}");
        let closed = [
            "/users/ann".to_owned(),
            "/users/ann/outbox".to_owned(),
            "/users/ann/outbox?page=true".to_owned(),
            "/users/ann/followers".to_owned(),
            "/users/ann/following".to_owned(),
            "/users/ann/collections/featured".to_owned(),
            "/users/ann/collections/tags".to_owned(),
            format!("{status}/activity"),
            format!("{status}/replies"),
            format!("{status}/likes"),
            status,
        ];
        for path in &closed {
            let answer = world.get(path).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}: {path}", world.engine);
            assert_eq!(answer.headers["accept-signature"], ACCEPT_SIGNATURE);
            for form in [Form::Cavage, Form::Rfc9421] {
                let answer = world.get_with(path, world.signed_by("bob", path, form)).await;
                assert_eq!(answer.status, StatusCode::OK, "{}: {path} {form:?}", world.engine);
                assert!(answer.headers[VARY].to_str().unwrap().contains("Signature"), "{path}");
                assert_eq!(answer.headers[CACHE_CONTROL], "private, no-store", "{path}");
            }
        }
        for path in ["/actor", "/actor/outbox", "/.well-known/nodeinfo", "/nodeinfo/2.1"] {
            assert_eq!(world.get(path).await.status, StatusCode::OK, "{}: {path}", world.engine);
        }
        assert_eq!(world.finger("acct:ann@a.test").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_blocked_instance_reads_nothing_where_signed_fetches_are_demanded() {
    for world in worlds(true).await {
        world.remote("bob").await;
        assert_eq!(world.status_for("bob", "/users/ann").await, StatusCode::OK, "{}", world.engine);
        world.service.store().write(|conn| hosts::block_host(conn, "b.test")).await.unwrap();
        assert_eq!(world.status_for("bob", "/users/ann").await, StatusCode::FORBIDDEN, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_signature_that_does_not_hold_reads_nothing_where_signed_fetches_are_demanded() {
    for world in worlds(true).await {
        world.remote("bob").await;
        // Signed for another path, for another host, and by a key that nobody lists.
        let elsewhere = world.signed_by("bob", "/users/bea", Form::Cavage);
        let mut other_host = world.signed_by("bob", "/users/ann", Form::Cavage);
        other_host.insert(HOST, HeaderValue::from_static("c.test"));
        let stranger = world.signed_by("zoe", "/users/ann", Form::Rfc9421);
        for headers in [elsewhere, other_host, stranger] {
            let status = world.get_with("/users/ann", headers).await.status;
            assert!(status.is_client_error() || status.is_server_error(), "{}: {status}", world.engine);
        }
    }
}

#[tokio::test]
async fn what_is_for_followers_is_shown_to_a_follower_who_signs() {
    for world in worlds(false).await {
        let bob = world.remote("bob").await;
        world.remote("cat").await;
        world.service.follow(bob, world.ann).await.unwrap();
        let id = world.post("for followers", Visibility::Followers, None).await;
        for path in [format!("/users/ann/statuses/{id}"), format!("/users/ann/statuses/{id}/activity")] {
            let signed = world.signed_by("bob", &path, Form::Cavage);
            let answer = world.get_with(&path, signed).await;
            assert_eq!(answer.status, StatusCode::OK, "{}: {path}", world.engine);
            assert!(answer.headers[VARY].to_str().unwrap().contains("Signature"));
            assert_eq!(answer.headers[CACHE_CONTROL], "private, no-store");
            for refused in [world.status_for("cat", &path).await, world.get(&path).await.status] {
                assert_eq!(refused, StatusCode::NOT_FOUND, "{}: {path}", world.engine);
            }
            let refused = world.get(&path).await;
            assert!(refused.headers[VARY].to_str().unwrap().contains("Signature"));
        }
    }
}

#[tokio::test]
async fn what_is_for_everybody_does_not_depend_on_who_signs() {
    for world in worlds(false).await {
        world.remote("bob").await;
        let id = world.post("open", Visibility::Public, None).await;
        let path = format!("/users/ann/statuses/{id}");
        let unsigned = world.get(&path).await;
        let signed = world.get_with(&path, world.signed_by("bob", &path, Form::Cavage)).await;
        assert_eq!(unsigned.body, signed.body, "{}", world.engine);
        for answer in [unsigned, signed] {
            assert_eq!(answer.headers[VARY], "Accept");
        }
    }
}

#[tokio::test]
async fn an_instance_reads_who_of_its_own_follows_and_nobody_else_reads_that() {
    const PATH: &str = "/users/ann/followers_synchronization";
    for world in worlds(false).await {
        let (bob, bea) = (world.remote("bob").await, world.remote("bea").await);
        let cat = world.remote_on("c.test", "cat").await;
        world.remote_on("d.test", "dan").await;
        for follower in [bob, bea, cat] {
            world.service.follow(follower, world.ann).await.unwrap();
        }
        let lists = [
            ("b.test", "bea", &["https://b.test/users/bob", "https://b.test/users/bea"][..]),
            ("c.test", "cat", &["https://c.test/users/cat"]),
            ("d.test", "dan", &[]),
        ];
        for form in [Form::Cavage, Form::Rfc9421] {
            for (host, name, ids) in lists {
                let answer = world.get_with(PATH, world.signed_on(host, name, PATH, form)).await;
                assert_eq!(answer.status, StatusCode::OK, "{}: {host}", world.engine);
                assert_eq!(answer.body["id"], format!("https://a.test{PATH}"));
                assert_eq!(answer.body["type"], "OrderedCollection");
                assert_eq!(answer.body["orderedItems"], serde_json::json!(ids), "{}: {host}", world.engine);
                assert_eq!(answer.headers[CACHE_CONTROL], "private, no-store");
                assert!(answer.headers[VARY].to_str().unwrap().contains("Signature"));
            }
        }
        let unsigned = world.get(PATH).await;
        assert_eq!(unsigned.status, StatusCode::UNAUTHORIZED, "{}", world.engine);
        let for_another_path = world.signed_by("bob", "/users/ann/followers", Form::Cavage);
        let status = world.get_with(PATH, for_another_path).await.status;
        assert!(status.is_client_error() || status.is_server_error(), "{}: {status}", world.engine);
        let nobodys = world.signed_by("zoe", PATH, Form::Cavage);
        let status = world.get_with(PATH, nobodys).await.status;
        assert!(status.is_client_error() || status.is_server_error(), "{}: {status}", world.engine);
        world.service.store().write(|conn| hosts::block_host(conn, "b.test")).await.unwrap();
        assert_eq!(world.status_for("bob", PATH).await, StatusCode::FORBIDDEN, "{}", world.engine);
    }
}
