//! The directory, suggestions, and familiar followers.

use serde_json::{Value, json};

use super::{ids_of, say};
use crate::http::api::tests::world::{Person, World, worlds};

async fn follow(world: &World, who: &Person, whom: &Person) {
    world.act(who, &format!("POST /api/users/{}/follow", whom.id)).await;
}

/// The accounts that are suggested, with why.
async fn suggested(world: &World, who: &Person) -> Vec<(String, Value)> {
    let found = world.get(who, "/api/v2/suggestions").await;
    let of = |one: &Value| (one["account"]["id"].as_str().unwrap().to_owned(), one["sources"][0].clone());
    found.as_array().unwrap().iter().map(of).collect()
}

#[tokio::test]
async fn the_directory_lists_who_wants_to_be_found() {
    for world in worlds().await {
        let (ann, bob, cyd) =
            (world.person("ann").await, world.person("bob").await, world.person("cyd").await);
        say(&world, &bob, "one").await;
        world.clock.advance(1_000);
        say(&world, &ann, "two").await;
        let read = async |query: &str| ids_of(&world.get(&cyd, &format!("/api/v1/directory{query}")).await);
        assert_eq!(read("").await, [ann.id.clone(), bob.id.clone()], "who never wrote is not active");
        assert_eq!(read("?order=new&limit=2").await, [cyd.id.clone(), bob.id.clone()]);
        assert_eq!(read("?order=active&offset=1&local=true").await, [bob.id.as_str()]);
        let hide = Some(json!({"discoverable": false}));
        world.ask(Some(&ann), "PATCH /api/v1/accounts/update_credentials", hide).await.good();
        assert_eq!(read("").await, [bob.id.as_str()]);
        let native = world.get(&cyd, "/api/directory?newest=true").await;
        assert_eq!(native["items"].as_array().unwrap().len(), 2);
        world.act(&bob, &format!("POST /api/users/{}/block", cyd.id)).await;
        assert_eq!(read("").await, Vec::<String>::new());
        assert_eq!(world.ask(None, "GET /api/v1/directory?offset=x", None).await.status, 422);
    }
}

#[tokio::test]
async fn who_uses_a_followed_hashtag_is_suggested_with_it_and_only_if_they_want_to_be_found() {
    for world in worlds().await {
        let (ann, bob, cyd) =
            (world.person("ann").await, world.person("bob").await, world.person("cyd").await);
        world.ask(Some(&cyd), "PATCH /api/users/me", Some(json!({"discoverable": false}))).await.good();
        let trends = crate::trends::Trends::new(world.service.clone());
        let at = trends.consumer().begin().await.unwrap();
        for who in [&ann, &bob, &cyd] {
            say(&world, who, "#rooks").await;
        }
        let batch = crate::store::tests::database::settled_log(world.service.store(), at).await;
        trends.take_in(&batch, true).await.unwrap();
        assert_eq!(
            suggested(&world, &ann).await,
            [(bob.id.clone(), json!("most_followed"))],
            "{}",
            world.engine
        );
        world.act(&ann, "PUT /api/users/me/hashtags/rooks").await;
        let similar = json!("similar_to_recently_followed");
        assert_eq!(suggested(&world, &ann).await, [(bob.id.clone(), similar)], "{}", world.engine);
        let native = world.get(&ann, "/api/suggestions").await;
        let first = &native["items"][0];
        assert_eq!((&first["reason"], &first["hashtag"]), (&json!("hashtag"), &json!("rooks")));
        world.ask(Some(&ann), &format!("DELETE /api/v1/suggestions/{}", bob.id), None).await.good();
        assert_eq!(suggested(&world, &ann).await, []);
    }
}

#[tokio::test]
async fn whom_friends_follow_is_suggested_until_it_is_dismissed() {
    for world in worlds().await {
        let mut people = Vec::new();
        for name in ["ann", "bob", "cyd", "dan", "eve", "fay"] {
            people.push(world.person(name).await);
        }
        let [ann, bob, cyd, dan, eve, fay] = &people[..] else { panic!() };
        for friend in [bob, cyd] {
            follow(&world, ann, friend).await;
            follow(&world, friend, dan).await;
        }
        follow(&world, bob, eve).await;
        follow(&world, bob, ann).await;
        say(&world, fay, "I write").await;
        let friends = json!("friends_of_friends");
        assert_eq!(
            suggested(&world, ann).await,
            [
                (dan.id.clone(), friends.clone()),
                (eve.id.clone(), friends.clone()),
                (fay.id.clone(), json!("most_followed"))
            ]
        );
        let native = world.get(ann, "/api/suggestions?limit=1").await;
        assert_eq!(
            (&native["items"][0]["reason"], &native["items"][0]["friends"]),
            (&json!("friends"), &json!(2))
        );
        world.ask(Some(ann), &format!("DELETE /api/v1/suggestions/{}", dan.id), None).await.good();
        world.ask(Some(ann), &format!("DELETE /api/v1/suggestions/{}", fay.id), None).await.good();
        world.act(ann, &format!("POST /api/users/{}/mute", eve.id)).await;
        assert_eq!(suggested(&world, ann).await, []);
        assert_eq!(
            ids_of(&world.get(eve, "/api/v1/suggestions").await),
            [fay.id.as_str()],
            "{}",
            world.engine
        );
    }
}

#[tokio::test]
async fn familiar_followers_are_those_whom_one_follows_oneself() {
    for world in worlds().await {
        let mut people = Vec::new();
        for name in ["ann", "bob", "cyd", "dan"] {
            people.push(world.person(name).await);
        }
        let [ann, bob, cyd, dan] = &people[..] else { panic!() };
        follow(&world, ann, bob).await;
        follow(&world, bob, dan).await;
        follow(&world, cyd, dan).await;
        let path = format!("/api/v1/accounts/familiar_followers?id[]={}&id[]={}", dan.id, cyd.id);
        let found = world.get(ann, &path).await;
        assert_eq!((&found[0]["id"], ids_of(&found[0]["accounts"])), (&json!(dan.id), vec![bob.id.clone()]));
        assert_eq!(found[1], json!({"id": cyd.id, "accounts": []}));
    }
}
