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
        assert_eq!(edited["poll"]["expires_at"], "2026-01-02T04:04:05.000Z");
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

#[tokio::test]
async fn an_edit_that_asks_something_else_begins_the_poll_anew_and_tells_who_had_voted() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let poll = json!({"options": ["elm", "oak"], "expires_in": 3600});
        let made = post(&world, &ann, json!({"status": "which?", "poll": poll})).await;
        let (path, vote) =
            (format!("/api/v1/statuses/{}", id(&made)), format!("/api/v1/polls/{}/votes", id(&made)));
        let choose = async |choice: usize| {
            let choices = Some(json!({ "choices": [choice] }));
            world.ask(Some(&bob), &format!("POST {vote}"), choices).await
        };
        choose(1).await.good();
        let edit =
            async |body: serde_json::Value| world.ask(Some(&ann), &format!("PUT {path}"), Some(body)).await;
        let longer = edit(json!({"poll": {"options": ["elm", "oak"], "expires_in": 7200}})).await.good();
        assert_eq!(longer["poll"]["votes_count"], 1, "{}", world.engine);
        assert_eq!(longer["poll"]["expires_at"], "2026-01-02T05:04:05.000Z");
        assert_eq!(edit(json!({"status": "which tree?"})).await.good()["poll"]["votes_count"], 1);
        let bad = edit(json!({"poll": {"options": ["ash"], "expires_in": 3600}})).await;
        assert_eq!(failed(&bad).0, 422);
        assert_eq!(world.get(&bob, "/api/v1/notifications?types[]=update").await, json!([]));

        let other = edit(json!({"poll": {"options": ["ash", "oak"], "expires_in": 3600}})).await.good();
        assert_eq!(
            (&other["poll"]["votes_count"], &other["poll"]["options"][0]["title"]),
            (&json!(0), &json!("ash"))
        );
        let told = world.get(&bob, "/api/v1/notifications?types[]=update").await;
        assert_eq!(
            (&told[0]["status"]["id"], &told[0]["account"]["id"]),
            (&json!(id(&made)), &json!(ann.id))
        );
        choose(0).await.good();
        world.clock.advance(1_000);
        let again =
            edit(json!({"poll": {"options": ["ash", "oak"], "expires_in": 3600, "multiple": true}})).await;
        assert_eq!(again.good()["poll"]["multiple"], true);
        let told = world.get(&bob, "/api/v1/notifications?types[]=update").await;
        assert_eq!(ids_of(&told).len(), 2, "each time, on {}", world.engine);

        let without = edit(json!({"status": "no matter", "poll": null})).await.good();
        assert_eq!(without["poll"], json!(null), "{}", world.engine);
        let history = world.get(&ann, &format!("{path}/history")).await;
        let offered: Vec<String> = history
            .as_array()
            .unwrap()
            .iter()
            .map(|version| version["poll"]["options"][0]["title"].as_str().unwrap_or("none").to_owned())
            .collect();
        assert_eq!(offered, ["elm", "elm", "elm", "ash", "ash", "none"]);
    }
}

#[tokio::test]
async fn a_poll_that_is_over_stays_over_when_an_edit_asks_the_same() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let poll = json!({"options": ["elm", "oak"], "expires_in": 3600});
        let made = post(&world, &ann, json!({"status": "which?", "poll": poll})).await;
        world.clock.advance(crate::clock::HOUR_MS);
        world.service.tend_polls().await.unwrap();
        let body = json!({"status": "which tree?", "poll": poll});
        let edited =
            world.ask(Some(&ann), &format!("PUT /api/v1/statuses/{}", id(&made)), Some(body)).await.good();
        assert_eq!(
            (&edited["poll"]["expired"], &edited["poll"]["expires_at"]),
            (&json!(true), &json!("2026-01-02T04:04:05.000Z"))
        );
    }
}

#[tokio::test]
async fn each_post_says_who_may_quote_it_and_that_changes_without_a_new_version() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let body = json!({"status": "mine", "quote_approval_policy": "followers"});
        let mine = id(&post(&world, &ann, body).await);
        let approval = async |who: &Person, of: &str| {
            world.get(who, &format!("/api/v1/statuses/{of}")).await["quote_approval"].clone()
        };
        let wanted = json!({"automatic": ["followers"], "manual": [], "current_user": "automatic"});
        assert_eq!(approval(&ann, &mine).await, wanted, "{}", world.engine);
        assert_eq!(approval(&bob, &mine).await["current_user"], "denied");
        let quote = json!({"status": "look", "quoted_status_id": mine});
        let ask = async || world.ask(Some(&bob), "POST /api/v1/statuses", Some(quote.clone())).await;
        assert_eq!(failed(&ask().await).0, 422);
        world.act(&bob, &format!("POST /api/v1/accounts/{}/follow", ann.id)).await;
        assert_eq!(approval(&bob, &mine).await["current_user"], "automatic");
        let quoting = id(&ask().await.good());

        let line = format!("PUT /api/v1/statuses/{mine}/interaction_policy");
        let nobody = Some(json!({"quote_approval_policy": "nobody"}));
        assert_eq!(failed(&world.ask(Some(&bob), &line, nobody.clone()).await).0, 404);
        let set = world.ask(Some(&ann), &line, nobody).await.good();
        assert_eq!((&set["quote_approval"]["automatic"], &set["edited_at"]), (&json!([]), &json!(null)));
        assert_eq!(failed(&ask().await).0, 422, "{}", world.engine);
        assert_eq!(
            world.get(&bob, &format!("/api/v1/statuses/{quoting}")).await["quote"]["state"],
            "accepted"
        );
        let odd = world.ask(Some(&ann), &line, Some(json!({"quote_approval_policy": "some"}))).await;
        assert_eq!(failed(&odd).0, 422);

        let edit = json!({"status": "mine, edited", "quote_approval_policy": "public"});
        world.ask(Some(&ann), &format!("PUT /api/v1/statuses/{mine}"), Some(edit)).await.good();
        assert_eq!(approval(&bob, &mine).await["automatic"], json!(["public"]));
        let told = world.get(&bob, "/api/v1/notifications?types[]=quoted_update").await;
        assert_eq!((&told[0]["status"]["id"], &told[0]["account"]["id"]), (&json!(quoting), &json!(ann.id)));
        let closed = post(&world, &ann, json!({"status": "closed", "visibility": "private"})).await;
        assert_eq!(approval(&bob, &id(&closed)).await["current_user"], "denied");
    }
}

#[tokio::test]
async fn pictures_of_a_deleted_post_can_be_posted_again_unless_they_are_to_go_too() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let picture = picture();
        let parts: [Part<'_>; 1] = [("file", &picture)];
        let media = id(&send(&world, &ann, "POST /api/v2/media", &parts).await.good());
        let poll = json!({"options": ["elm", "oak"], "expires_in": 3600});
        let body = json!({"status": "draft", "media_ids": [media], "poll": poll, "spoiler_text": "cw"});
        let made = post(&world, &ann, body).await;
        world.clock.advance(3 * crate::clock::DAY_MS);
        let gone = world.act(&ann, &format!("DELETE /api/v1/statuses/{}", id(&made))).await;
        assert_eq!(
            (&gone["text"], &gone["spoiler_text"]),
            (&json!("draft"), &json!("cw")),
            "{}",
            world.engine
        );
        assert_eq!(gone["media_attachments"][0]["id"], json!(media));
        assert_eq!(gone["poll"]["options"][1]["title"], "oak");
        assert!(world.service.take_abandoned_uploads(10).await.unwrap().is_empty(), "not for a day");
        let again = post(&world, &ann, json!({"status": "better", "media_ids": [media]})).await;
        assert_eq!(again["media_attachments"][0]["id"], json!(media), "{}", world.engine);
        world.act(&ann, &format!("DELETE /api/v1/statuses/{}?delete_media=true", id(&again))).await;
        let body = Some(json!({"status": "x", "media_ids": [media]}));
        assert_eq!(world.service.take_abandoned_uploads(10).await.unwrap().len(), 1);
        assert_eq!(failed(&world.ask(Some(&ann), "POST /api/v1/statuses", body).await).0, 422);
    }
}
