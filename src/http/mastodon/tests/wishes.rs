//! What one wants of those one follows, followed hashtags, mutes of conversations, hidden hosts, notes.

use serde_json::{Value, json};

use super::{failed, ids_of, post, say};
use crate::http::api::tests::world::{Person, World, id, worlds};

async fn home(world: &World, who: &Person) -> Vec<String> {
    ids_of(&world.get(who, "/api/v1/timelines/home").await)
}

#[tokio::test]
async fn a_follow_can_leave_out_reposts_and_languages_and_says_so() {
    for world in worlds().await {
        let (ann, bob, cat) =
            (world.person("ann").await, world.person("bob").await, world.person("cat").await);
        let line = format!("POST /api/v1/accounts/{}/follow", bob.id);
        let stands = world.act(&ann, &line).await;
        assert_eq!((&stands["showing_reblogs"], &stands["notifying"]), (&json!(true), &json!(false)));
        assert_eq!(stands["languages"], Value::Null, "{}", world.engine);
        let cats = say(&world, &cat, "cats").await;
        let boost = id(&world.act(&bob, &format!("POST /api/v1/statuses/{cats}/reblog")).await);
        let german = id(&post(&world, &bob, json!({"status": "Krähe", "language": "de"})).await);
        let english = id(&post(&world, &bob, json!({"status": "crow", "language": "en"})).await);
        assert_eq!(home(&world, &ann).await, [english.clone(), german.clone(), boost.clone()]);
        let stands = world.ask(Some(&ann), &line, Some(json!({"reblogs": "0", "notify": "1"}))).await.good();
        assert_eq!((&stands["showing_reblogs"], &stands["notifying"]), (&json!(false), &json!(true)));
        assert_eq!(home(&world, &ann).await, [english.clone(), german.clone()], "{}", world.engine);
        let stands = world.act(&ann, &format!("{line}?languages[]=de&reblogs=true")).await;
        assert_eq!((&stands["languages"], &stands["notifying"]), (&json!(["de"]), &json!(true)));
        assert_eq!(home(&world, &ann).await, [german.clone(), boost.clone()], "{}", world.engine);
        let stands = world.act(&ann, &format!("{line}?languages[]=")).await;
        assert_eq!(stands["languages"], Value::Null, "{}", world.engine);
        assert_eq!(home(&world, &ann).await, [english, german, boost], "{}", world.engine);
        let bad = world.ask(Some(&ann), &format!("{line}?languages[]=no+language"), None).await;
        assert_eq!(failed(&bad).0, 422);
    }
}

#[tokio::test]
async fn a_followed_hashtag_brings_public_posts_of_strangers_once_and_nothing_else() {
    for world in worlds().await {
        let (ann, bob, cat) =
            (world.person("ann").await, world.person("bob").await, world.person("cat").await);
        world.act(&ann, &format!("POST /api/v1/accounts/{}/follow", bob.id)).await;
        let theirs = say(&world, &cat, "look #Rooks").await;
        let his = say(&world, &bob, "mine #rooks #crows").await;
        for visibility in ["private", "unlisted", "direct"] {
            post(&world, &cat, json!({"status": "closed #rooks", "visibility": visibility})).await;
        }
        let other = say(&world, &cat, "#jays").await;
        let repeater = world.person("rep").await;
        world.act(&repeater, &format!("POST /api/v1/statuses/{theirs}/reblog")).await;
        assert_eq!(home(&world, &ann).await, [his.as_str()], "{}", world.engine);
        let tag = world.act(&ann, "POST /api/v1/tags/ROOKS/follow").await;
        assert_eq!((&tag["name"], &tag["following"]), (&json!("rooks"), &json!(true)));
        world.act(&ann, "POST /api/v1/tags/crows/follow").await;
        assert_eq!(home(&world, &ann).await, [his.clone(), theirs.clone()], "{}: each once", world.engine);
        assert!(!home(&world, &ann).await.contains(&other));
        let first = world.ask(Some(&ann), "GET /api/v1/timelines/home?limit=1", None).await;
        let link = first.headers["link"].to_str().unwrap().to_owned();
        assert_eq!(ids_of(&first.good()), [his.as_str()]);
        let next = link.split(';').next().unwrap().trim_matches(['<', '>']).replace("http://rook.test", "");
        assert_eq!(ids_of(&world.get(&ann, &next).await), [theirs.as_str()], "{}", world.engine);
        assert_eq!(world.get(&ann, "/api/v1/tags/rooks").await["following"], true);
        let nobody = world.ask(None, "GET /api/v1/tags/rooks", None).await.good();
        assert_eq!(nobody["following"], false);
        let followed = world.ask(Some(&ann), "GET /api/v1/followed_tags?limit=1", None).await;
        assert!(followed.headers["link"].to_str().unwrap().contains("max_id="));
        assert_eq!(followed.good()[0]["name"], "crows", "{}", world.engine);

        world.act(&ann, &format!("POST /api/v1/accounts/{}/mute", cat.id)).await;
        assert_eq!(home(&world, &ann).await, [his.as_str()], "{}: muted", world.engine);
        world.act(&ann, &format!("POST /api/v1/accounts/{}/unmute", cat.id)).await;
        world.act(&cat, &format!("POST /api/v1/accounts/{}/block", ann.id)).await;
        assert_eq!(home(&world, &ann).await, [his.as_str()], "{}: blocked", world.engine);
        world.act(&cat, &format!("POST /api/v1/accounts/{}/unblock", ann.id)).await;
        assert_eq!(home(&world, &ann).await.len(), 2);
        let tag = world.act(&ann, "POST /api/v1/tags/rooks/unfollow").await;
        assert_eq!(tag["following"], false);
        assert_eq!(home(&world, &ann).await, [his], "{}", world.engine);
        let none = world.ask(Some(&ann), "POST /api/v1/tags/a%20b/follow", None).await;
        assert_eq!(failed(&none).0, 404);
    }
}

#[tokio::test]
async fn a_muted_conversation_is_silent_and_marked() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let root = say(&world, &ann, "root").await;
        let muted = world.act(&ann, &format!("POST /api/v1/statuses/{root}/mute")).await;
        assert_eq!(muted["muted"], true, "{}", world.engine);
        let reply = id(&post(&world, &bob, json!({"status": "well", "in_reply_to_id": root})).await);
        assert_eq!(world.get(&ann, &format!("/api/v1/statuses/{reply}")).await["muted"], true);
        assert_eq!(world.get(&bob, &format!("/api/v1/statuses/{reply}")).await["muted"], false);
        assert_eq!(world.get(&ann, "/api/v1/notifications").await, json!([]), "{}", world.engine);
        let heard = world.act(&ann, &format!("POST /api/v1/statuses/{reply}/unmute")).await;
        assert_eq!(heard["muted"], false);
        post(&world, &bob, json!({"status": "so", "in_reply_to_id": root})).await;
        assert_eq!(world.get(&ann, "/api/v1/notifications").await.as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn hosts_are_hidden_and_notes_kept_as_clients_do_it() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let hide = json!({"domain": "B.test"});
        assert_eq!(world.ask(Some(&ann), "POST /api/v1/domain_blocks", Some(hide)).await.good(), json!({}));
        world.act(&ann, "POST /api/v1/domain_blocks?domain=c.test").await;
        assert_eq!(world.get(&ann, "/api/v1/domain_blocks").await, json!(["c.test", "b.test"]));
        let first = world.ask(Some(&ann), "GET /api/v1/domain_blocks?limit=1", None).await;
        assert!(first.headers["link"].to_str().unwrap().contains("max_id="), "{}", world.engine);
        let show = json!({"domain": "b.test"});
        world.ask(Some(&ann), "DELETE /api/v1/domain_blocks", Some(show)).await.good();
        world.act(&ann, "DELETE /api/v1/domain_blocks?domain=c.test").await;
        assert_eq!(world.get(&ann, "/api/v1/domain_blocks").await, json!([]), "{}", world.engine);
        for bad in ["", "?domain=", "?domain=rook.test", "?domain=a+b"] {
            let refused = world.ask(Some(&ann), &format!("POST /api/v1/domain_blocks{bad}"), None).await;
            assert_eq!(failed(&refused).0, 422, "{bad}");
        }
        let line = format!("POST /api/v1/accounts/{}/note", bob.id);
        let noted = world.ask(Some(&ann), &line, Some(json!({"comment": "from the fair"}))).await.good();
        assert_eq!(noted["note"], "from the fair", "{}", world.engine);
        let stands = world.get(&ann, &format!("/api/v1/accounts/relationships?id={}", bob.id)).await;
        assert_eq!((&stands[0]["note"], &stands[0]["domain_blocking"]), (&noted["note"], &json!(false)));
        assert_eq!(world.act(&ann, &line).await["note"], "", "{}", world.engine);
    }
}
