//! Mastodon's API through the real router and gateway, on both engines.

mod about;
mod accounts;
mod announcements;
mod bodies;
mod compose;
mod conversations;
mod costs;
mod discovery;
mod featured;
mod films;
mod filters;
mod grouped;
mod kept;
mod markers;
mod notifications;
mod pages;
mod preferences;
mod privacy;
mod push;
mod reactions;
mod reading_lists;
mod scheduled;
mod searching;
mod shapes;
mod sifting;
mod sign_up;
mod stale;
mod streaming;
mod trends;
mod walk;
mod wishes;

use serde_json::{Value, json};

use crate::http::api::tests::world::{Answer, Person, World, id};

/// A post of somebody's; answers it.
async fn post(world: &World, who: &Person, body: Value) -> Value {
    world.ask(Some(who), "POST /api/v1/statuses", Some(body)).await.good()
}

/// A public post with this text; answers its id.
async fn say(world: &World, who: &Person, text: &str) -> String {
    id(&post(world, who, json!({ "status": text })).await)
}

/// An admin with a token for all that an admin may do.
async fn admin(world: &World) -> Person {
    let zoe = world.admin("zoe").await;
    Person { token: world.token(&zoe, "read write follow admin:read admin:write").await, ..zoe }
}

/// The ids of a list.
#[track_caller]
fn ids_of(list: &Value) -> Vec<String> {
    list.as_array().unwrap_or_else(|| panic!("no list: {list}")).iter().map(id).collect()
}

/// The status and the words of an answer that must be a failure in Mastodon's shape.
#[track_caller]
fn failed(answer: &Answer) -> (u16, &str) {
    assert!(answer.status >= 400, "{}", answer.body);
    assert_eq!(answer.headers["content-type"], "application/json", "{}", answer.body);
    assert_eq!(answer.body.as_object().unwrap().len(), 1, "{}", answer.body);
    (answer.status, answer.body["error"].as_str().unwrap())
}
