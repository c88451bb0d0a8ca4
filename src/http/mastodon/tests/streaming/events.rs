//! Server-sent events, of both APIs.

use serde_json::{Value, json};

use super::super::{admin, post, say};
use super::{live, unmarked};
use crate::http::api::tests::world::id;
use crate::model::account::SessionKind;

fn read(data: &str) -> Value {
    serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}"))
}

#[tokio::test]
async fn what_is_streamed_is_what_reading_answers() {
    for live in live().await {
        let (ann, bob) = (live.world.person("ann").await, live.world.person("bob").await);
        live.world.act(&bob, &format!("POST /api/v1/accounts/{}/follow", ann.id)).await;
        let mut bobs = live.listen("/api/v1/streaming/user", &bob.token).await;
        assert!(bobs.head.contains("content-type: text/event-stream\r\n"), "{}", bobs.head);
        assert!(bobs.head.contains("cache-control: private, no-store\r\n"), "{}", bobs.head);
        assert!(bobs.head.contains("access-control-allow-origin: *\r\n"), "{}", bobs.head);

        // One's own posts are told too: said before listening, it might be told after.
        let quoted = say(&live.world, &bob, "to be quoted").await;
        let (event, data) = bobs.next().await;
        assert_eq!((event.as_str(), read(&data)["id"].as_str()), ("update", Some(&*quoted)));

        let poll = json!({ "options": ["yes", "no"], "expires_in": 600 });
        let body = json!({ "status": "one\n\ntwo @bob #rooks", "spoiler_text": "w", "poll": poll });
        let status = id(&post(&live.world, &ann, body).await);
        let path = format!("/api/v1/statuses/{status}");
        let (event, data) = bobs.next().await;
        assert_eq!(event, "update", "{}", live.world.engine);
        let (streamed, answered) = (read(&data), live.world.get(&bob, &path).await);
        assert!(streamed.get("favourited").is_none() && answered.get("favourited").is_some());
        let of_stranger = |mut status: Value| {
            // What somebody chose is theirs, too.
            for member in ["voted", "own_votes"] {
                status["poll"].as_object_mut().unwrap().remove(member);
            }
            status
        };
        assert_eq!(of_stranger(streamed), of_stranger(unmarked(answered)));
        let (event, data) = bobs.next().await;
        assert_eq!(event, "notification");
        assert_eq!(read(&data), live.world.get(&bob, "/api/v1/notifications").await[0]);

        let body = json!({ "status": "of it", "quoted_status_id": quoted });
        let quoting = id(&post(&live.world, &ann, body).await);
        let mut told = [bobs.next().await, bobs.next().await];
        told.sort();
        let [(_, told), (event, streamed)] = &told;
        assert_eq!((event.as_str(), read(told)["type"].as_str()), ("update", Some("quote")));
        let answered = live.world.get(&bob, &format!("/api/v1/statuses/{quoting}")).await;
        assert!(read(streamed)["quote"]["quoted_status"].is_object());
        assert_eq!(read(streamed), unmarked(answered));

        let edit = Some(json!({ "status": "of it, really" }));
        live.world.ask(Some(&ann), &format!("PUT /api/v1/statuses/{quoting}"), edit).await.good();
        let (event, data) = bobs.next().await;
        assert_eq!(event, "status.update");
        let answered = live.world.get(&bob, &format!("/api/v1/statuses/{quoting}")).await;
        assert_eq!(read(&data), unmarked(answered));
        let reblog = live.world.act(&ann, &format!("POST /api/v1/statuses/{quoted}/reblog")).await;
        let mut told = [bobs.next().await, bobs.next().await];
        told.sort();
        assert_eq!(read(&told[0].1)["type"], "reblog");
        let answered = live.world.get(&bob, &format!("/api/v1/statuses/{}", id(&reblog))).await;
        assert_eq!(read(&told[1].1), unmarked(answered));
        live.world.act(&ann, &format!("DELETE {path}")).await;
        assert_eq!(bobs.next().await, ("delete".to_owned(), status));
    }
}

#[tokio::test]
async fn each_path_is_a_stream() {
    for live in live().await {
        let (ann, bob) = (live.world.person("ann").await, live.world.person("bob").await);
        let at = async |path: &str| live.listen(&format!("/api/v1/streaming/{path}"), &bob.token).await;
        let mut told = at("user/notification").await;
        let mut remote = at("public/remote").await;
        let mut media = at("public?only_media=true").await;
        let mut all = [
            at("public").await,
            at("public/local/").await,
            at("hashtag?tag=Rooks").await,
            at("hashtag/local?tag=rooks").await,
        ];
        let first = say(&live.world, &ann, "@bob #rooks").await;
        for stream in &mut all {
            let (event, data) = stream.next().await;
            assert_eq!((event.as_str(), read(&data)["id"].as_str()), ("update", Some(&*first)));
        }
        let (event, data) = told.next().await;
        assert_eq!((event.as_str(), read(&data)["type"].as_str()), ("notification", Some("mention")));
        // A deletion is told of where it may have stood; what comes next shows that nothing came before.
        live.world.act(&ann, &format!("DELETE /api/v1/statuses/{first}")).await;
        assert_eq!(media.next().await, ("delete".to_owned(), first));
        live.stop.cancel();
        assert_eq!(remote.line().await, "", "{}", live.world.engine);
    }
}

#[tokio::test]
async fn who_may_not_listen_is_told_so_before_the_stream_begins() {
    for live in live().await {
        let ann = live.world.person("ann").await;
        let web = live.world.session(&ann, SessionKind::Web, "read").await;
        let narrow = live.world.token(&ann, "read:statuses").await;
        let told = live.world.token(&ann, "read:notifications").await;
        let status = async |path: &str, name: &'static str, value: String| {
            let events = live.events(&format!("/api/v1/streaming{path}"), &[(name, &value)]).await;
            events.head.split(' ').nth(1).unwrap().parse::<u16>().unwrap()
        };
        let bearer = |token: &str| format!("Bearer {token}");
        assert_eq!(status("/user", "X-Nothing", String::new()).await, 401);
        assert_eq!(status("/user", "Authorization", bearer("nobodys")).await, 401);
        assert_eq!(status("/user", "Cookie", format!("rookery_session={web}")).await, 401);
        assert_eq!(status("/user", "Authorization", bearer(&told)).await, 403);
        assert_eq!(status("/user/notification", "Authorization", bearer(&narrow)).await, 403);
        assert_eq!(status("/user", "Authorization", bearer(&narrow)).await, 200);
        assert_eq!(status(&format!("/public?access_token={narrow}"), "X-Nothing", String::new()).await, 200);
        assert_eq!(status("/hashtag", "Authorization", bearer(&narrow)).await, 422);
        assert_eq!(status("/list?list=7", "Authorization", bearer(&narrow)).await, 404);
        assert_eq!(status("", "Authorization", bearer(&narrow)).await, 404, "a WebSocket is there");
        assert_eq!(status("/health", "X-Nothing", String::new()).await, 200);
        assert_eq!(live.events("/api/v1/streaming/health", &[]).await.rest().await, "OK");
    }
}

#[tokio::test]
async fn without_the_scope_for_notifications_a_home_has_none() {
    for live in live().await {
        let (ann, bob) = (live.world.person("ann").await, live.world.person("bob").await);
        live.world.act(&bob, &format!("POST /api/v1/accounts/{}/follow", ann.id)).await;
        let narrow = live.world.token(&bob, "read:statuses").await;
        let mut bobs = live.listen("/api/v1/streaming/user", &narrow).await;
        let first = say(&live.world, &ann, "@bob").await;
        let second = say(&live.world, &ann, "again").await;
        let told = [bobs.next().await, bobs.next().await];
        let ids = told.map(|(event, data)| (event, id(&read(&data))));
        assert_eq!(ids, [first, second].map(|id| ("update".to_owned(), id)), "{}", live.world.engine);
    }
}

#[tokio::test]
async fn the_native_stream_says_the_same_in_the_words_of_that_api() {
    for live in live().await {
        let (ann, bob) = (live.world.person("ann").await, live.world.person("bob").await);
        live.world.act(&bob, &format!("POST /api/v1/accounts/{}/follow", ann.id)).await;
        let web = live.world.session(&bob, SessionKind::Web, "read").await;
        let cookie = format!("rookery_session={web}");
        let path = "/api/stream?stream=home&stream=federated&stream=notifications&hashtag=Rooks";
        let mut bobs = live.events(path, &[("Cookie", &cookie)]).await;
        assert!(bobs.head.starts_with("HTTP/1.0 200"), "{}", bobs.head);
        assert_eq!((bobs.line().await, bobs.line().await), (": welcome\n".to_owned(), "\n".to_owned()));
        let tweet = live.world.tweet(&ann, "hello @bob #rooks").await;
        let mut answered = live.world.get(&bob, &format!("/api/tweets/{tweet}")).await;
        for stream in ["home", "federated", "hashtag:rooks"] {
            let (event, data) = bobs.next().await;
            assert_eq!((event.as_str(), &read(&data)["stream"]), ("tweet", &json!(stream)));
            assert_eq!(read(&data)["tweet"], answered, "{}", live.world.engine);
        }
        let (event, data) = bobs.next().await;
        assert_eq!((event.as_str(), &read(&data)["stream"]), ("notification", &json!("notifications")));
        let list = live.world.get(&bob, &format!("/api/users/{}/notifications", bob.id)).await;
        assert_eq!(read(&data)["notification"], list["items"][0]);
        let edit = Some(json!({ "text": "hello again" }));
        live.world.ask(Some(&ann), &format!("PATCH /api/tweets/{tweet}"), edit).await.good();
        answered = live.world.get(&bob, &format!("/api/tweets/{tweet}")).await;
        let (event, data) = bobs.next().await;
        assert_eq!((event.as_str(), &read(&data)["tweet"]), ("tweet.edited", &answered));
        bobs.next().await;
        live.world.ask(Some(&ann), &format!("DELETE /api/tweets/{tweet}"), None).await;
        let (event, data) = bobs.next().await;
        assert_eq!(
            (event.as_str(), read(&data)),
            ("tweet.deleted", json!({ "stream": "home", "id": tweet }))
        );
        for (path, wanted) in [("?stream=everything", "422"), ("?hashtag=%20", "422"), ("", "200")] {
            let events = live.events(&format!("/api/stream{path}"), &[("Cookie", &cookie)]).await;
            assert_eq!(events.head.split(' ').nth(1), Some(wanted), "{path}");
        }
        assert!(live.events("/api/stream", &[]).await.head.starts_with("HTTP/1.0 401"));
    }
}

#[tokio::test]
async fn announcements_and_reactions_are_told_at_once_in_both_apis_and_say_nothing_of_anybody() {
    for live in live().await {
        let (root, ann) = (admin(&live.world).await, live.world.person("ann").await);
        let mut anns = live.listen("/api/v1/streaming/user", &ann.token).await;
        let web = live.world.session(&ann, SessionKind::Web, "read").await;
        let mut native = live.events("/api/stream", &[("Cookie", &format!("rookery_session={web}"))]).await;
        assert_eq!((native.line().await, native.line().await), (": welcome\n".to_owned(), "\n".to_owned()));
        let body = json!({ "text": "We move\nsoon", "ends_at": "2126-01-01T00:00:00Z" });
        let made = live.world.ask(Some(&root), "POST /api/admin/announcements", Some(body)).await.body;
        let (event, data) = anns.next().await;
        let mut answered = live.world.get(&ann, "/api/v1/announcements").await[0].take();
        assert_eq!(answered.as_object_mut().unwrap().remove("read"), Some(json!(false)));
        assert_eq!((event.as_str(), read(&data)), ("announcement", answered), "{}", live.world.engine);
        let (event, data) = native.next().await;
        assert_eq!((event.as_str(), &read(&data)["stream"]), ("announcement", &json!("home")));
        let answered = live.world.get(&ann, "/api/announcements").await["items"][0].take();
        assert_eq!(read(&data)["announcement"], answered);

        let line = format!("PUT /api/v1/announcements/{}/reactions/%F0%9F%91%8D", id(&made));
        live.world.ask(Some(&root), &line, None).await.good();
        let (event, data) = anns.next().await;
        let told = json!({ "name": "👍", "count": 1, "announcement_id": id(&made) });
        assert_eq!((event.as_str(), read(&data)), ("announcement.reaction", told));
        let (event, data) = native.next().await;
        let told = json!({ "announcement": id(&made), "name": "👍", "count": 1 });
        assert_eq!((event.as_str(), &read(&data)["reaction"]), ("announcement.reaction", &told));

        live.world.ask(Some(&root), &format!("DELETE /api/admin/announcements/{}", id(&made)), None).await;
        assert_eq!(anns.next().await, ("announcement.delete".to_owned(), id(&made)), "{}", live.world.engine);
        let (event, data) = native.next().await;
        assert_eq!((event.as_str(), &read(&data)["id"]), ("announcement.removed", &made["id"]));
    }
}
