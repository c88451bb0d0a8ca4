//! What other instances run, asked for the admins.

use super::*;
use crate::clock::DAY_MS;
use crate::store::instance_admin;
use crate::store::tests::hosts;

const LIST: &str = "http://b.test/.well-known/nodeinfo";
const DOCUMENT: &str = "http://b.test/nodeinfo/2.0";

impl World {
    fn serve_nodeinfo(&self, href: &str, software: &Value) {
        let rel = "http://nodeinfo.diaspora.software/ns/schema/2.0";
        self.serve_as(LIST, &json!({ "links": [{ "rel": rel, "href": href }] }), "application/json");
        self.serve_as(DOCUMENT, &json!({ "version": "2.0", "software": software }), "application/json");
    }

    async fn software(&self, host: &str) -> Option<String> {
        let host = host.to_owned();
        let read = move |conn: &mut _| instance_admin::one(conn, &host);
        self.test.store.read(read).await.unwrap().unwrap().software
    }

    async fn asked_for_software(&self) -> usize {
        let requests = self.peers.received_requests().await.unwrap();
        requests.iter().filter(|request| request.url.path().ends_with("/.well-known/nodeinfo")).count()
    }
}

#[tokio::test]
async fn what_an_instance_runs_is_asked_when_it_becomes_known_and_then_once_a_week() {
    for world in worlds().await {
        world.serve_nodeinfo(DOCUMENT, &json!({ "name": "mastodon", "version": "4.5.0" }));
        assert_eq!(world.federation.ask_for_software().await.unwrap(), 0, "{}", world.engine);
        world.actor(BOB).await;
        assert_eq!(world.federation.ask_for_software().await.unwrap(), 1, "{}", world.engine);
        assert_eq!(world.software("b.test").await.as_deref(), Some("mastodon 4.5.0"), "{}", world.engine);
        world.clock.advance(6 * DAY_MS);
        assert_eq!(world.federation.ask_for_software().await.unwrap(), 0, "{}", world.engine);
        world.serve_nodeinfo(DOCUMENT, &json!({ "name": "mastodon", "version": "4.6.0" }));
        world.clock.advance(2 * DAY_MS);
        assert_eq!(world.federation.ask_for_software().await.unwrap(), 1, "{}", world.engine);
        assert_eq!(world.software("b.test").await.as_deref(), Some("mastodon 4.6.0"), "{}", world.engine);
        // One that says nothing any more is what it was.
        world.answer(LIST, ResponseTemplate::new(500));
        world.clock.advance(8 * DAY_MS);
        assert_eq!(world.federation.ask_for_software().await.unwrap(), 1, "{}", world.engine);
        assert_eq!(world.software("b.test").await.as_deref(), Some("mastodon 4.6.0"), "{}", world.engine);
        world.clock.advance(DAY_MS);
        assert_eq!(world.federation.ask_for_software().await.unwrap(), 0, "{}", world.engine);
        world.clock.advance(2 * DAY_MS);
        assert_eq!(world.federation.ask_for_software().await.unwrap(), 1, "{}", world.engine);
    }
}

#[tokio::test]
async fn an_instance_that_lies_about_what_it_runs_tells_nothing() {
    for world in worlds().await {
        world.actor(BOB).await;
        let elsewhere = "http://c.test/nodeinfo/2.0";
        let good = json!({ "version": "2.0", "software": { "name": "good", "version": "1" } });
        world.serve_as(elsewhere, &good, "application/json");
        let hostile = [
            (elsewhere, json!({})),
            ("file:///etc/passwd", json!({})),
            (DOCUMENT, json!("mastodon")),
            (DOCUMENT, json!({ "name": { "name": "x" }, "version": "1" })),
            (DOCUMENT, json!({ "name": "\u{202e}\u{200b}", "version": "1" })),
        ];
        for (href, software) in hostile {
            world.serve_nodeinfo(href, &software);
            assert_eq!(world.federation.ask_for_software().await.unwrap(), 1, "{}: {href}", world.engine);
            assert_eq!(world.software("b.test").await, None, "{}: {href} {software}", world.engine);
            world.clock.advance(9 * DAY_MS);
        }
        let large = vec![b' '; 2 << 20];
        world.answer(LIST, ResponseTemplate::new(200).set_body_raw(large, "application/json"));
        assert_eq!(world.federation.ask_for_software().await.unwrap(), 1, "{}", world.engine);
        assert_eq!(world.software("b.test").await, None, "{}", world.engine);
    }
}

#[tokio::test]
async fn nobody_asks_a_blocked_instance_what_it_runs() {
    for world in worlds().await {
        world.actor(BOB).await;
        world.test.store.write(|conn| hosts::block_host(conn, "b.test")).await.unwrap();
        world.federation.ask_for_software().await.unwrap();
        assert_eq!(world.asked_for_software().await, 0, "{}", world.engine);
    }
}
