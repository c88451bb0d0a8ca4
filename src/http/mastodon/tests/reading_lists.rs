//! Lists of accounts and their timelines.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use super::{failed, ids_of, post, say};
use crate::http::api::tests::world::{Person, World, id, worlds};

async fn list(world: &World, who: &Person, body: Value) -> Value {
    world.ask(Some(who), "POST /api/v1/lists", Some(body)).await.good()
}

#[tokio::test]
async fn a_list_is_made_changed_filled_and_removed_as_clients_do_it() {
    for world in worlds().await {
        let (ann, bob, eve) =
            (world.person("ann").await, world.person("bob").await, world.person("eve").await);
        let made = list(&world, &ann, json!({"title": "friends"})).await;
        let at = id(&made);
        let shape = json!({"id": at, "title": "friends", "replies_policy": "list", "exclusive": false});
        assert_eq!(made, shape, "{}", world.engine);
        let line = format!("PUT /api/v1/lists/{at}");
        let changed = json!({"title": "birds", "replies_policy": "followed", "exclusive": "1"});
        let changed = world.ask(Some(&ann), &line, Some(changed)).await.good();
        assert_eq!((&changed["replies_policy"], &changed["exclusive"]), (&json!("followed"), &json!(true)));
        assert_eq!(world.get(&ann, "/api/v1/lists").await, json!([changed]));
        assert_eq!(world.get(&ann, &format!("/api/v1/lists/{at}")).await, changed);
        for bad in [json!({"title": " "}), json!({"replies_policy": "all"}), json!({})] {
            let refused = world.ask(Some(&ann), "POST /api/v1/lists", Some(bad)).await;
            assert_eq!(failed(&refused).0, 422, "{}", refused.body);
        }
        for line in [format!("GET /api/v1/lists/{at}"), format!("GET /api/v1/timelines/list/{at}")] {
            assert_eq!(
                failed(&world.ask(Some(&eve), &line, None).await),
                (404, "Record not found"),
                "{line}"
            );
        }

        let accounts = format!("/api/v1/lists/{at}/accounts");
        let add = json!({"account_ids": [bob.id]});
        let refused = world.ask(Some(&ann), &format!("POST {accounts}"), Some(add.clone())).await;
        assert_eq!(failed(&refused).0, 422, "not followed: {}", refused.body);
        for whom in [&bob, &eve] {
            world.act(&ann, &format!("POST /api/v1/accounts/{}/follow", whom.id)).await;
        }
        world.ask(Some(&ann), &format!("POST {accounts}"), Some(add)).await.good();
        world.act(&ann, &format!("POST {accounts}?account_ids[]={}", eve.id)).await;
        let both = [eve.id.clone(), bob.id.clone()];
        assert_eq!(ids_of(&world.get(&ann, &accounts).await), both, "{}", world.engine);
        let first = world.ask(Some(&ann), &format!("GET {accounts}?limit=1"), None).await;
        let link = first.headers["link"].to_str().unwrap().to_owned();
        assert!(link.contains("max_id=") && link.contains("rel=\"next\""), "{link}");
        assert_eq!(ids_of(&first.good()), [eve.id.as_str()]);
        let all = world.ask(Some(&ann), &format!("GET {accounts}?limit=0"), None).await;
        assert_eq!(all.headers.get("link"), None);
        assert_eq!(ids_of(&all.good()), both);
        let with = world.get(&ann, &format!("/api/v1/accounts/{}/lists", bob.id)).await;
        assert_eq!(ids_of(&with), [at.as_str()]);

        // Arguments of a DELETE: in the query, or in a body of any kind.
        world.act(&ann, &format!("DELETE {accounts}?account_ids[]={}", eve.id)).await;
        let form = Request::builder().method("DELETE").uri(&accounts);
        let form = form.header("authorization", format!("Bearer {}", ann.token));
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        let sent = form.body(Body::from(format!("account_ids%5B%5D={}", bob.id))).unwrap();
        assert_eq!(world.send(sent).await.good(), json!({}), "{}", world.engine);
        assert_eq!(world.get(&ann, &accounts).await, json!([]));
        assert_eq!(world.act(&ann, &format!("DELETE /api/v1/lists/{at}")).await, json!({}));
        assert_eq!(world.get(&ann, "/api/v1/lists").await, json!([]));
    }
}

#[tokio::test]
async fn a_list_shows_its_members_and_the_replies_that_its_owner_chose_as_home_would_show_them() {
    for world in worlds().await {
        let people = ["ann", "bob", "cat", "dan"];
        let mut found = Vec::new();
        for name in people {
            found.push(world.person(name).await);
        }
        let [ann, bob, cat, dan] = <[Person; 4]>::try_from(found).unwrap();
        for whom in [&bob, &cat, &dan] {
            world.act(&ann, &format!("POST /api/v1/accounts/{}/follow", whom.id)).await;
        }
        let at = id(&list(&world, &ann, json!({"title": "two"})).await);
        let members = json!({"account_ids": [bob.id, cat.id]});
        world.ask(Some(&ann), &format!("POST /api/v1/lists/{at}/accounts"), Some(members)).await.good();
        let plain = say(&world, &bob, "plain").await;
        let dans = say(&world, &dan, "dans").await;
        let reply =
            async |to: &str| id(&post(&world, &bob, json!({"status": "well", "in_reply_to_id": to})).await);
        let to_member = reply(&say(&world, &cat, "cats").await).await;
        let (to_followed, to_self) = (reply(&dans).await, reply(&plain).await);
        let private = json!({"status": "psst", "visibility": "private"});
        let private = id(&post(&world, &cat, private).await);
        let timeline = async || ids_of(&world.get(&ann, &format!("/api/v1/timelines/list/{at}")).await);
        let shown = timeline().await;
        assert!(!shown.contains(&dans) && !shown.contains(&to_followed), "{}", world.engine);
        for post in [&plain, &to_member, &to_self, &private] {
            assert!(shown.contains(post), "{}", world.engine);
        }
        for (word, followed, member) in
            [("followed", true, true), ("list", false, true), ("none", false, false)]
        {
            world.act(&ann, &format!("PUT /api/v1/lists/{at}?replies_policy={word}")).await;
            let shown = timeline().await;
            assert_eq!(shown.contains(&to_followed), followed, "{word} on {}", world.engine);
            assert_eq!(shown.contains(&to_member), member, "{word} on {}", world.engine);
            assert!(shown.contains(&to_self));
        }
        // As in home, mutes and blocks hide, and nothing that is hidden comes through a list.
        world.act(&ann, &format!("POST /api/v1/accounts/{}/mute", cat.id)).await;
        assert!(!timeline().await.contains(&private), "{}", world.engine);
        world.act(&bob, &format!("POST /api/v1/accounts/{}/block", ann.id)).await;
        assert_eq!(timeline().await, Vec::<String>::new(), "{}", world.engine);
        let members = world.get(&ann, &format!("/api/v1/lists/{at}/accounts")).await;
        assert_eq!(ids_of(&members), [cat.id], "{}", world.engine);
    }
}

#[tokio::test]
async fn an_exclusive_list_takes_its_members_posts_out_of_home_and_back() {
    for world in worlds().await {
        let (ann, bob, cat) =
            (world.person("ann").await, world.person("bob").await, world.person("cat").await);
        for whom in [&bob, &cat] {
            world.act(&ann, &format!("POST /api/v1/accounts/{}/follow", whom.id)).await;
        }
        let (bobs, cats) = (say(&world, &bob, "bobs").await, say(&world, &cat, "cats").await);
        let at = id(&list(&world, &ann, json!({"title": "apart", "exclusive": true})).await);
        let home = async || ids_of(&world.get(&ann, "/api/v1/timelines/home").await);
        assert_eq!(home().await, [cats.clone(), bobs.clone()], "{}", world.engine);
        let accounts = format!("/api/v1/lists/{at}/accounts?account_ids[]={}", bob.id);
        world.act(&ann, &format!("POST {accounts}")).await;
        assert_eq!(home().await, [cats.as_str()], "{}", world.engine);
        let shown = ids_of(&world.get(&ann, &format!("/api/v1/timelines/list/{at}")).await);
        assert_eq!(shown, [bobs.as_str()], "{}", world.engine);
        world.act(&ann, &format!("PUT /api/v1/lists/{at}?exclusive=false")).await;
        assert_eq!(home().await, [cats.clone(), bobs.clone()], "{}", world.engine);
        world.act(&ann, &format!("PUT /api/v1/lists/{at}?exclusive=true")).await;
        world.act(&ann, &format!("DELETE /api/v1/lists/{at}")).await;
        assert_eq!(home().await, [cats, bobs], "{}", world.engine);
    }
}
