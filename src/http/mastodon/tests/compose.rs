//! Writing, changing and taking away posts.

use axum::body::Body;
use serde_json::{Value, json};

use super::{failed, ids_of, post, say};
use crate::http::api::tests::media::{Part, picture, send};
use crate::http::api::tests::world::{Person, World, id, request, worlds};

async fn keyed(world: &World, who: &Person, key: &str, body: Value) -> (u16, Value) {
    let mut asked = request(Some(&who.token), "POST /api/v1/statuses", Some(body));
    asked.headers_mut().insert("idempotency-key", key.parse().unwrap());
    let answer = world.send(asked).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn a_post_has_the_visibility_warning_and_language_that_were_asked_for() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        for word in ["public", "unlisted", "private", "direct"] {
            let new =
                json!({"status": "hello", "visibility": word, "spoiler_text": "birds", "language": "de"});
            let made = post(&world, &ann, new).await;
            assert_eq!(made["visibility"], word, "{}", world.engine);
            assert_eq!((&made["spoiler_text"], &made["language"]), (&json!("birds"), &json!("de")));
            assert_eq!(made["sensitive"], true, "a warning hides pictures");
            assert_eq!(world.get(&ann, &format!("/api/v1/statuses/{}", id(&made))).await, made);
        }
        let shown =
            json!({"status": "hello", "spoiler_text": "birds", "sensitive": "0", "language": "xx-junk!"});
        let made = post(&world, &ann, shown).await;
        assert_eq!((&made["sensitive"], &made["language"]), (&json!(false), &Value::Null));
    }
}

#[tokio::test]
async fn the_same_key_answers_the_first_post_whatever_is_sent_with_it() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let first = keyed(&world, &ann, "k 1", json!({"status": "one"})).await;
        assert_eq!(first.0, 200, "{}", first.1);
        let again = keyed(&world, &ann, "k 1", json!({"status": "one, again"})).await;
        assert_eq!(again, first, "{}", world.engine);
        let others = keyed(&world, &bob, "k 1", json!({"status": "one"})).await;
        assert_ne!(id(&others.1), id(&first.1));
        let other = keyed(&world, &ann, "k 2", json!({"status": "one"})).await;
        assert_ne!(id(&other.1), id(&first.1));
    }
}

#[tokio::test]
async fn an_edit_keeps_what_was_before_and_the_source_is_the_text_as_written() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let post = say(&world, &ann, "teh rooks & elms").await;
        world.clock.advance(60_000);
        let path = format!("/api/v1/statuses/{post}");
        let edit = Some(json!({"status": "the rooks & elms", "spoiler_text": "birds"}));
        let edited = world.ask(Some(&ann), &format!("PUT {path}"), edit.clone()).await.good();
        assert_eq!(edited["content"], "<p>the rooks &amp; elms</p>");
        assert_eq!(edited["edited_at"], "2026-01-02T03:05:05.000Z", "{}", world.engine);
        let source = world.get(&ann, &format!("{path}/source")).await;
        assert_eq!(source, json!({"id": post, "text": "the rooks & elms", "spoiler_text": "birds"}));
        let history = world.get(&ann, &format!("{path}/history")).await;
        let contents: Vec<&Value> = history.as_array().unwrap().iter().map(|one| &one["content"]).collect();
        assert_eq!(contents, ["<p>teh rooks &amp; elms</p>", "<p>the rooks &amp; elms</p>"]);
        let refused = world.ask(Some(&bob), &format!("PUT {path}"), edit).await;
        assert_eq!(failed(&refused), (404, "Record not found"));
    }
}

#[tokio::test]
async fn a_deleted_post_is_answered_once_more_with_its_text_and_is_gone() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let post = say(&world, &ann, "rooks & elms").await;
        let line = format!("DELETE /api/v1/statuses/{post}");
        assert_eq!(failed(&world.ask(Some(&bob), &line, None).await), (404, "Record not found"));
        let gone = world.act(&ann, &line).await;
        assert_eq!((&gone["text"], &gone["id"]), (&json!("rooks & elms"), &json!(post)), "{}", world.engine);
        let seen = world.ask(Some(&ann), &format!("GET /api/v1/statuses/{post}"), None).await;
        assert_eq!(failed(&seen), (404, "Record not found"));
        assert_eq!(failed(&world.ask(Some(&ann), &line, None).await).0, 404);
    }
}

#[tokio::test]
async fn a_poll_is_asked_answered_once_and_stands_through_edits() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let poll =
            json!({"options": ["elm", "oak"], "expires_in": "3600", "multiple": "0", "hide_totals": false});
        let made = post(&world, &ann, json!({"status": "which?", "poll": poll.clone()})).await;
        let (post, path) = (id(&made), format!("/api/v1/polls/{}", id(&made["poll"])));
        let seen = world.get(&bob, &path).await;
        assert_eq!(seen["options"][0], json!({"title": "elm", "votes_count": null}));
        assert_eq!((&seen["voted"], &seen["own_votes"]), (&json!(false), &json!([])));
        assert_eq!(seen["expires_at"], "2026-01-02T04:04:05.000Z");
        let vote = format!("POST {path}/votes");
        let voted = world.ask(Some(&bob), &vote, Some(json!({"choices": ["1"]}))).await.good();
        assert_eq!(voted["options"][1], json!({"title": "oak", "votes_count": 1}), "{}", world.engine);
        assert_eq!((&voted["voted"], &voted["own_votes"]), (&json!(true), &json!([1])));
        let again = world.ask(Some(&bob), &vote, Some(json!({"choices": [0]}))).await;
        assert_eq!(failed(&again), (422, "Validation failed: you have voted already"));
        let own = world.ask(Some(&ann), &vote, Some(json!({"choices": [0]}))).await;
        assert_eq!(failed(&own).0, 422);

        let line = format!("PUT /api/v1/statuses/{post}");
        let along = json!({"status": "which tree?", "poll": poll});
        let edited = world.ask(Some(&ann), &line, Some(along)).await.good();
        assert_eq!(edited["poll"]["votes_count"], 1);
        let other = json!({"status": "x", "poll": {"options": ["ash", "oak"], "expires_in": 3600}});
        assert_eq!(failed(&world.ask(Some(&ann), &line, Some(other)).await).0, 422);
    }
}

#[tokio::test]
async fn a_picture_is_uploaded_described_posted_and_described_anew() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let picture = picture();
        let parts: [Part<'_>; 3] = [("file", &picture), ("description", b"a slope"), ("focus", b"0.1,0.2")];
        let media = send(&world, &ann, "POST /api/v2/media", &parts).await;
        assert_eq!(media.status, 200, "{}", media.body);
        let (media, path) = (media.body.clone(), format!("/api/v1/media/{}", id(&media.body)));
        assert_eq!((&media["description"], &media["type"]), (&json!("a slope"), &json!("image")));
        assert_eq!(media["meta"]["original"]["size"], "60x40");
        assert_eq!(world.get(&ann, &path).await, media, "{}", world.engine);
        assert_eq!(failed(&world.ask(Some(&bob), &format!("GET {path}"), None).await).0, 404);
        let words = Some(json!({"description": "a hill"}));
        let described = world.ask(Some(&ann), &format!("PUT {path}"), words).await.good();
        assert_eq!(described["description"], "a hill");

        let made = post(&world, &ann, json!({"media_ids": [id(&media)]})).await;
        assert_eq!((&made["content"], &made["media_attachments"]), (&json!(""), &json!([described])));
        let twice = world.ask(Some(&ann), "POST /api/v1/statuses", Some(json!({"media_ids": [id(&media)]})));
        assert_eq!(failed(&twice.await).0, 422);
        let anew =
            json!({"status": "look", "media_attributes": [{"id": id(&media), "description": "a ridge"}]});
        let line = format!("PUT /api/v1/statuses/{}", id(&made));
        let edited = world.ask(Some(&ann), &line, Some(anew)).await.good();
        assert_eq!(edited["media_attachments"][0]["description"], "a ridge");

        let line = format!("DELETE {path}");
        assert_eq!(failed(&world.ask(Some(&ann), &line, None).await).0, 404, "a post has it");
        let unused = send(&world, &ann, "POST /api/v2/media", &parts).await.good();
        let (files, line) = (world.files(), format!("DELETE /api/v1/media/{}", id(&unused)));
        assert_eq!(failed(&world.ask(Some(&bob), &line, None).await).0, 404);
        assert_eq!(world.act(&ann, &line).await, json!({}));
        assert!(world.files() < files, "its files are gone on {}", world.engine);

        let junk: [Part<'_>; 1] = [("file", b"no picture")];
        let refused = send(&world, &ann, "POST /api/v2/media", &junk).await;
        assert!(failed(&refused).1.starts_with("Validation failed: "), "{}", refused.body);
        let none: [Part<'_>; 1] = [("description", b"nothing")];
        assert_eq!(failed(&send(&world, &ann, "POST /api/v2/media", &none).await).0, 422);
    }
}

#[tokio::test]
async fn a_quote_shows_what_it_quotes_until_its_author_takes_that_back() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let quoted = say(&world, &ann, "mine").await;
        let quote = post(&world, &bob, json!({"status": "look", "quoted_status_id": quoted})).await;
        assert_eq!(quote["quote"]["state"], "accepted", "{}", world.engine);
        assert_eq!(quote["quote"]["quoted_status"]["id"], json!(quoted));
        let content = quote["content"].as_str().unwrap();
        assert!(content.starts_with("<p class=\"quote-inline\">RE: <a "), "{content}");
        let deep = post(&world, &ann, json!({"status": "well", "quoted_status_id": id(&quote)})).await;
        let inner = &deep["quote"]["quoted_status"]["quote"];
        assert_eq!(inner, &json!({"state": "accepted", "quoted_status_id": quoted}));
        let list = world.get(&bob, &format!("/api/v1/statuses/{quoted}/quotes")).await;
        assert_eq!(ids_of(&list), [id(&quote)]);

        let revoke = |of: &str| format!("POST /api/v1/statuses/{of}/quotes/{}/revoke", id(&quote));
        assert_eq!(failed(&world.ask(Some(&bob), &revoke(&quoted), None).await).0, 404);
        assert_eq!(failed(&world.ask(Some(&ann), &revoke("5"), None).await).0, 404);
        let revoked = world.act(&ann, &revoke(&quoted)).await;
        assert_eq!(revoked["quote"], json!({"state": "revoked", "quoted_status": null}), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_post_that_is_too_long_or_empty_is_refused_in_the_words_that_clients_show() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        for status in ["", "   ", &"x".repeat(281)] {
            let refused =
                world.ask(Some(&ann), "POST /api/v1/statuses", Some(json!({"status": status}))).await;
            let (status, words) = failed(&refused);
            assert!(status == 422 && words.starts_with("Validation failed: "), "{words}");
        }
        let mut broken = request(Some(&ann.token), "POST /api/v1/statuses", None);
        broken.headers_mut().insert("content-type", "application/json".parse().unwrap());
        *broken.body_mut() = Body::from("{");
        assert_eq!(failed(&world.send(broken).await).0, 400);
    }
}
