//! What was said directly.

use serde_json::{Value, json};

use super::{failed, ids_of, post};
use crate::http::api::tests::world::{Person, World, id, worlds};
use crate::http::fixtures::remote_post;
use crate::model::event::Event;
use crate::model::ids::AccountId;
use crate::model::tweet::{Mention, Tweet};
use crate::model::visibility::Visibility;
use crate::store::events;
use crate::store::tests::database::settled_log;

const PATH: &str = "/api/v1/conversations";

/// Words to those whom they mention; answers the post's id.
async fn whisper(world: &World, who: &Person, text: &str, reply_to: Option<&str>) -> String {
    let body = json!({"status": text, "visibility": "direct", "in_reply_to_id": reply_to});
    id(&post(world, who, body).await)
}

/// What is said last in each conversation of somebody's, and whether it is unread.
async fn heard(world: &World, who: &Person) -> Vec<(String, bool)> {
    let list = world.get(who, PATH).await;
    let line = |one: &Value| {
        let text = one["last_status"]["id"].as_str().unwrap().to_owned();
        (text, one["unread"].as_bool().unwrap())
    };
    list.as_array().unwrap().iter().map(line).collect()
}

#[tokio::test]
async fn direct_posts_are_grouped_by_thread_and_members_for_each_of_them() {
    for world in worlds().await {
        let (ann, bob, eve) =
            (world.person("ann").await, world.person("bob").await, world.person("eve").await);
        let first = whisper(&world, &ann, "@bob hello", None).await;
        assert_eq!(heard(&world, &ann).await, [(first.clone(), false)], "{}", world.engine);
        assert_eq!(heard(&world, &bob).await, [(first.clone(), true)]);
        assert_eq!(heard(&world, &eve).await, []);
        let his = world.get(&bob, PATH).await;
        assert_eq!(ids_of(&his[0]["accounts"]), [ann.id.as_str()], "without oneself");

        let answer = whisper(&world, &bob, "@ann yes?", Some(&first)).await;
        assert_eq!(heard(&world, &bob).await, [(answer.clone(), false)], "who writes has read");
        assert_eq!(heard(&world, &ann).await, [(answer.clone(), true)]);
        let three = whisper(&world, &ann, "@bob @eve all three", Some(&answer)).await;
        assert_eq!(heard(&world, &bob).await, [(three.clone(), true), (answer.clone(), false)]);
        assert_eq!(heard(&world, &eve).await, [(three.clone(), true)]);
        let other = whisper(&world, &ann, "@bob something else", None).await;
        assert_eq!(heard(&world, &bob).await.len(), 3, "another thread");
        post(&world, &ann, json!({"status": "@bob in the open"})).await;
        assert_eq!(heard(&world, &bob).await.first(), Some(&(other, true)));
        let alone = whisper(&world, &eve, "a note to myself", None).await;
        assert_eq!(heard(&world, &eve).await, [(alone, false), (three, true)]);
        let hers = world.get(&eve, PATH).await;
        assert_eq!(ids_of(&hers[0]["accounts"]), [eve.id.as_str()]);
    }
}

#[tokio::test]
async fn pages_of_conversations_go_by_their_newest_posts() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let mut said = Vec::new();
        for n in 0..5 {
            said.push(whisper(&world, &bob, &format!("@ann {n}"), None).await);
        }
        let page = world.ask(Some(&ann), &format!("GET {PATH}?limit=2"), None).await;
        let link = page.headers["link"].to_str().unwrap().to_owned();
        assert!(link.contains(&format!("max_id={}>", said[3])), "{link}");
        assert!(link.contains(&format!("min_id={}>", said[4])), "{link}");
        let next = world.get(&ann, &format!("{PATH}?limit=2&max_id={}", said[3])).await;
        let last: Vec<&Value> =
            next.as_array().unwrap().iter().map(|one| &one["last_status"]["id"]).collect();
        assert_eq!(last, [&said[2], &said[1]], "{}", world.engine);
        let newer = world.get(&ann, &format!("{PATH}?min_id={}&limit=1", said[0])).await;
        assert_eq!(newer[0]["last_status"]["id"], json!(said[1]));
        assert_ne!(newer[0]["id"], json!(said[1]), "a conversation has an id of its own");
    }
}

#[tokio::test]
async fn a_conversation_is_read_and_removed_and_its_posts_stay() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let first = whisper(&world, &bob, "@ann psst", None).await;
        let conversation = id(&world.get(&ann, PATH).await[0]);
        for line in [format!("POST {PATH}/{conversation}/read"), format!("DELETE {PATH}/{conversation}")] {
            let foreign = world.ask(Some(&bob), &line, None).await;
            assert_eq!(failed(&foreign), (404, "Record not found"), "{line}");
        }
        let read = world.act(&ann, &format!("POST {PATH}/{conversation}/read")).await;
        assert_eq!((&read["id"], &read["unread"]), (&json!(conversation), &json!(false)));
        assert_eq!(heard(&world, &ann).await, [(first.clone(), false)]);

        assert_eq!(world.act(&ann, &format!("DELETE {PATH}/{conversation}")).await, json!({}));
        assert_eq!(heard(&world, &ann).await, [], "{}", world.engine);
        assert_eq!(heard(&world, &bob).await.len(), 1, "others keep theirs");
        assert_eq!(world.get(&ann, &format!("/api/v1/statuses/{first}")).await["id"], json!(first));
        let again = world.ask(Some(&ann), &format!("DELETE {PATH}/{conversation}"), None).await;
        assert_eq!(failed(&again).0, 404);
        let more = whisper(&world, &bob, "@ann still there?", Some(&first)).await;
        assert_eq!(heard(&world, &ann).await, [(more, true)], "it begins anew");
    }
}

#[tokio::test]
async fn a_deleted_post_leaves_what_was_said_before_and_the_last_one_takes_the_conversation_along() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let first = whisper(&world, &ann, "@bob one", None).await;
        let second = whisper(&world, &bob, "@ann two", Some(&first)).await;
        world.act(&bob, &format!("DELETE /api/v1/statuses/{second}")).await;
        assert_eq!(heard(&world, &ann).await, [(first.clone(), true)], "{}", world.engine);
        assert_eq!(heard(&world, &bob).await, [(first.clone(), false)]);
        world.act(&ann, &format!("DELETE /api/v1/statuses/{first}")).await;
        assert_eq!(heard(&world, &ann).await, []);
        let rows = world.rows().await;
        assert_eq!((rows["conversations"], rows["conversation_tweets"]), (0, 0));
    }
}

#[tokio::test]
async fn who_is_blocked_or_muted_opens_no_conversation() {
    for world in worlds().await {
        let (ann, bob, eve) =
            (world.person("ann").await, world.person("bob").await, world.person("eve").await);
        whisper(&world, &bob, "@ann before", None).await;
        world.act(&ann, &format!("POST /api/v1/accounts/{}/mute", bob.id)).await;
        world.act(&ann, &format!("POST /api/v1/accounts/{}/block", eve.id)).await;
        whisper(&world, &bob, "@ann muted", None).await;
        whisper(&world, &eve, "@ann blocked", None).await;
        assert_eq!(heard(&world, &ann).await, [], "{}", world.engine);
        world.act(&ann, &format!("POST /api/v1/accounts/{}/unmute", bob.id)).await;
        assert_eq!(heard(&world, &ann).await.len(), 1, "what was said before");
    }
}

#[tokio::test]
async fn words_from_another_instance_are_a_conversation_too_and_the_log_names_it() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let me: AccountId = ann.id.parse().unwrap();
        let mention = Mention { account: me, username: "ann".into(), domain: None, uri: None };
        let before = world.service.store().read(events::head).await.unwrap();
        let said = remote_post(&world.service, |tweet| Tweet {
            visibility: Visibility::Direct,
            mentions: vec![mention],
            ..tweet
        })
        .await;
        assert_eq!(heard(&world, &ann).await, [(said.to_string(), true)], "{}", world.engine);
        let list = world.get(&ann, PATH).await;
        assert_eq!(list[0]["accounts"][0]["acct"], "bob@b.test");
        let log = settled_log(world.service.store(), before).await;
        let changed = log.iter().filter_map(|logged| match logged.event {
            Event::ConversationChanged { account, conversation } => Some((account, conversation.to_string())),
            _ => None,
        });
        assert_eq!(changed.collect::<Vec<_>>(), [(me, id(&list[0]))]);
    }
}

#[tokio::test]
async fn whom_an_edit_brings_in_has_the_conversation_from_then_on() {
    for world in worlds().await {
        let (ann, bob, eve) =
            (world.person("ann").await, world.person("bob").await, world.person("eve").await);
        let said = whisper(&world, &ann, "@bob hello", None).await;
        let edit = json!({"status": "@bob @eve hello"});
        world.ask(Some(&ann), &format!("PUT /api/v1/statuses/{said}"), Some(edit)).await.good();
        assert_eq!(heard(&world, &eve).await, [(said.clone(), true)], "{}", world.engine);
        assert_eq!(heard(&world, &bob).await, [(said, true)], "once");
    }
}
