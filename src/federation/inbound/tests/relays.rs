use super::*;
use crate::model::relay::{Relay, RelayState};

/// A relay on `b.test`, and what it passes on.
const RELAY: &str = "http://b.test/actor";
const INBOX: &str = "http://b.test/inbox";
const POST: &str = "http://c.test/notes/1";

async fn with_relay(world: &World, address: &str) -> Relay {
    world.serve(RELAY, &with(person(RELAY, test_key()), "type", json!("Application")));
    world.serve(POST, &note(POST, CAT, "<p>caw</p>"));
    world.federation.add_relay(address).await.unwrap()
}

/// The relay's answer, as activity-relay sends it.
fn answer(kind: &str, relay: &Relay) -> Value {
    let follow = json!({ "id": format!("http://a.test/actor#relays/{}", relay.id), "type": "Follow",
        "actor": "http://a.test/actor", "object": PUBLIC });
    activity(&format!("http://b.test/activities/{kind}"), kind, RELAY, follow)
}

async fn accepted(world: &World) -> Relay {
    let relay = with_relay(world, INBOX).await;
    world.happens(&answer("Accept", &relay)).await;
    relay
}

fn announces(number: u32, object: Value) -> Value {
    activity(&format!("http://b.test/activities/{number}"), "Announce", RELAY, object)
}

async fn state(world: &World) -> RelayState {
    world.federation.relays().await.unwrap()[0].state
}

#[tokio::test]
async fn a_relay_is_accepted_by_its_own_hosts_answer_alone() {
    for world in worlds().await {
        let relay = with_relay(&world, INBOX).await;
        let foreign = with(answer("Accept", &relay), "actor", json!(CAT));
        world.happens(&with(foreign, "id", json!("http://c.test/a/1"))).await;
        assert_eq!(state(&world).await, RelayState::Asked, "{}", world.engine);
        let by_id = format!("http://a.test/actor#relays/{}", relay.id);
        world.happens(&activity("http://b.test/a/1", "Accept", RELAY, json!(by_id))).await;
        assert_eq!(state(&world).await, RelayState::Accepted, "{}", world.engine);
        world.happens(&answer("Reject", &relay)).await;
        assert_eq!(state(&world).await, RelayState::Rejected, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_a_relay_announces_is_fetched_from_its_own_host_and_public_but_in_nobodys_home() {
    for world in worlds().await {
        accepted(&world).await;
        world.happens(&announces(1, json!(POST))).await;
        let tweet = world.tweet(POST).await.unwrap();
        assert_eq!(tweet.text, "caw", "{}", world.engine);
        assert!(world.home().await.is_empty(), "{}", world.engine);
        let federated = crate::service::PublicList::Federated;
        let page = world.service().public_tweets(None, federated, Cursor::default(), 9).await.unwrap();
        assert_eq!(page.items.len(), 1, "{}", world.engine);
        let relay = world.service().account_by_handle("actor@b.test").await;
        assert!(relay.is_err(), "the relay itself is nobody here");
        world.clock.advance(1_000);
        world.answer(POST, ResponseTemplate::new(410));
        let gone = json!({ "id": "http://c.test/a/2", "type": "Delete", "actor": CAT, "object": POST });
        world.happens(&announces(2, gone)).await;
        assert!(world.tweet(POST).await.is_none(), "{}", world.engine);
    }
}

#[tokio::test]
async fn what_a_relay_passes_on_under_its_own_signature_is_fetched_and_not_believed() {
    for world in worlds().await {
        accepted(&world).await;
        let create = activity("http://c.test/a/1", "Create", CAT, note(POST, CAT, "<p>forged</p>"));
        let delivery = world.delivery(RELAY, test_key(), &create);
        assert_eq!(world.deliver(&delivery).await.unwrap(), Accepted::New, "{}", world.engine);
        assert_eq!(world.deliver(&delivery).await.unwrap(), Accepted::Duplicate, "{}", world.engine);
        world.work().await;
        assert_eq!(world.tweet(POST).await.unwrap().text, "caw", "{}", world.engine);
    }
}

#[tokio::test]
async fn nothing_is_taken_from_a_relay_that_was_not_asked_or_has_not_said_yes() {
    for world in worlds().await {
        let relay = with_relay(&world, INBOX).await;
        let create = activity("http://c.test/a/1", "Create", CAT, note(POST, CAT, "<p>caw</p>"));
        let delivery = world.delivery(RELAY, test_key(), &create);
        assert!(world.deliver(&delivery).await.is_err(), "{}", world.engine);
        world.happens(&announces(1, json!(POST))).await;
        assert!(world.tweet(POST).await.is_none(), "{}", world.engine);
        world.happens(&answer("Accept", &relay)).await;
        world.federation.remove_relay(relay.id).await.unwrap();
        assert!(world.deliver(&delivery).await.is_err(), "{}", world.engine);
        world.happens(&announces(2, json!(POST))).await;
        assert!(world.tweet(POST).await.is_none(), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_relay_that_is_too_fast_is_not_followed() {
    for world in worlds().await {
        let relay = accepted(&world).await;
        let key = u64::try_from(relay.id.0).unwrap();
        while world.federation.0.inbound.relayed.check(key).retry_after_s.is_none() {}
        world.happens(&announces(1, json!(POST))).await;
        assert!(world.tweet(POST).await.is_none(), "{}", world.engine);
        world.clock.advance(60_000);
        world.happens(&announces(2, json!(POST))).await;
        assert!(world.tweet(POST).await.is_some(), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_litepub_relay_is_known_by_its_actor_and_its_follow_is_answered() {
    for world in worlds().await {
        let relay = with_relay(&world, RELAY).await;
        assert_eq!(
            (relay.inbox.as_str(), relay.actor_uri.as_deref()),
            ("http://b.test/actor/inbox", Some(RELAY))
        );
        let follow = activity("http://b.test/follows/1", "Follow", RELAY, json!("http://a.test/actor"));
        world.happens(&follow).await;
        let answered = world.events().await.into_iter().any(
            |event| matches!(event, Event::RelayFollowed { uri, .. } if uri == "http://b.test/follows/1"),
        );
        assert!(answered, "{}", world.engine);
        world.happens(&answer("Accept", &relay)).await;
        world.happens(&announces(1, json!(POST))).await;
        assert!(world.tweet(POST).await.is_some(), "{}", world.engine);
    }
}

#[tokio::test]
async fn an_address_that_is_no_relay_is_refused() {
    for world in worlds().await {
        with_relay(&world, INBOX).await;
        for (address, code) in [
            ("relay", "not_a_relay"),
            ("http://a.test/inbox", "not_a_relay"),
            ("http://c.test/nothing", "not_a_relay"),
            (POST, "not_a_relay"),
            (INBOX, "taken"),
        ] {
            let refused = world.federation.add_relay(address).await.unwrap_err();
            assert_eq!(refused.code(), code, "{}: {address}", world.engine);
        }
    }
}
