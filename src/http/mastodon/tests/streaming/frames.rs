//! WebSockets.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;

use super::super::say;
use super::{live, unmarked};
use crate::http::api::tests::world::id;
use crate::model::account::SessionKind;

fn payload(frame: &Value) -> Value {
    serde_json::from_str(frame["payload"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn streams_come_and_go_by_frames_and_each_event_names_its_stream() {
    for live in live().await {
        let (ann, bob) = (live.world.person("ann").await, live.world.person("bob").await);
        live.world.act(&bob, &format!("POST /api/v1/accounts/{}/follow", ann.id)).await;
        let token = [("authorization", format!("Bearer {}", bob.token))];
        let headers: Vec<_> = token.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut socket = live.socket("?stream=user", &headers).await.unwrap();
        socket.say(json!({ "type": "subscribe", "stream": "hashtag:local", "tag": "Rooks" })).await;
        socket.say(json!({ "type": "subscribe", "stream": "public:local:media", "list": null })).await;
        // An answer shows that what was said before is heard.
        socket.say(json!({ "type": "subscribe", "stream": "nothing" })).await;
        assert_eq!(socket.next().await, json!({ "error": "Unknown stream type", "status": 400 }));
        let status = say(&live.world, &ann, "hello\n\"you\" #rooks").await;
        let frames = [socket.next().await, socket.next().await];
        let answered = unmarked(live.world.get(&bob, &format!("/api/v1/statuses/{status}")).await);
        let streams = [json!(["user"]), json!(["hashtag:local", "Rooks"])];
        for (frame, stream) in frames.iter().zip(streams) {
            assert_eq!((&frame["stream"], &frame["event"]), (&stream, &json!("update")));
            assert_eq!(frame.as_object().unwrap().len(), 3);
            assert_eq!(payload(frame), answered, "{}", live.world.engine);
        }
        socket.say(json!({ "type": "unsubscribe", "stream": "user" })).await;
        socket.say(json!({ "type": "subscribe", "stream": "list", "list": 7 })).await;
        assert_eq!(socket.next().await, json!({ "error": "Record not found", "status": 404 }));
        live.world.act(&ann, &format!("DELETE /api/v1/statuses/{status}")).await;
        let frame = socket.next().await;
        assert_eq!(frame["stream"], json!(["hashtag:local", "Rooks"]));
        assert_eq!((&frame["event"], &frame["payload"]), (&json!("delete"), &json!(status)));
    }
}

#[tokio::test]
async fn what_cannot_be_understood_is_complained_of_and_the_rest_goes_on() {
    for live in live().await {
        let (ann, bob) = (live.world.person("ann").await, live.world.person("bob").await);
        let narrow = live.world.token(&bob, "read:statuses").await;
        let query = format!("?stream=everything&access_token={narrow}");
        let mut socket = live.socket(&query, &[]).await.unwrap();
        assert_eq!(socket.next().await["error"], "Unknown stream type");
        for text in ["x", "7", "{}", "{\"type\":7}"] {
            socket.say_text(text).await;
            assert_eq!(socket.next().await, json!({ "error": "Malformed message", "status": 400 }), "{text}");
        }
        socket.say(json!({ "type": "shout", "stream": "user" })).await;
        assert_eq!(socket.next().await["error"], "Unknown message type");
        socket.say(json!({ "type": "subscribe", "stream": "hashtag" })).await;
        assert_eq!(socket.next().await["error"], "Missing tag name parameter");
        socket.say(json!({ "type": "subscribe", "stream": "user:notification" })).await;
        assert_eq!(socket.next().await["status"], 401);
        socket.say(json!({ "type": "subscribe", "stream": "public" })).await;
        for number in 0..21 {
            let tag = format!("t{number}");
            socket.say(json!({ "type": "subscribe", "stream": "hashtag", "tag": tag })).await;
        }
        for _ in 0..2 {
            assert_eq!(socket.next().await["status"], 429);
        }
        let status = say(&live.world, &ann, "hello").await;
        assert_eq!(id(&payload(&socket.next().await)), status, "{}", live.world.engine);
    }
}

#[tokio::test]
async fn who_talks_without_end_or_at_length_is_hung_up_on() {
    for live in live().await {
        let bob = live.world.person("bob").await;
        let query = format!("?access_token={}", bob.token);
        let mut socket = live.socket(&query, &[]).await.unwrap();
        for _ in 0..201 {
            socket.say(json!({ "type": "unsubscribe", "stream": "user" })).await;
        }
        assert_eq!(socket.closed().await, Some(1008), "{}", live.world.engine);
    }
}

#[tokio::test]
async fn a_token_may_be_offered_as_a_protocol_and_is_chosen_and_a_bad_one_never_gets_a_socket() {
    for live in live().await {
        let bob = live.world.person("bob").await;
        let web = live.world.session(&bob, SessionKind::Web, "read").await;
        let offered = [("sec-websocket-protocol", bob.token.as_str())];
        let socket = live.socket("", &offered).await.unwrap();
        assert_eq!(socket.head.headers()["sec-websocket-protocol"], bob.token, "{}", live.world.engine);
        let cookie = format!("rookery_session={web}");
        let refused = [
            live.socket("", &[("sec-websocket-protocol", "nobodys")]).await,
            live.socket("?access_token=nobodys", &[]).await,
            live.socket("", &[]).await,
            live.socket("", &[("cookie", &cookie)]).await,
        ];
        for refused in refused {
            let Err(Error::Http(answer)) = refused else { panic!("it got in") };
            assert_eq!(answer.status(), 401, "{}", live.world.engine);
        }
        let writes = live.world.token(&bob, "write").await;
        let Err(Error::Http(answer)) = live.socket(&format!("?access_token={writes}"), &[]).await else {
            panic!("it got in")
        };
        assert_eq!(answer.status(), 403);
    }
}

#[tokio::test]
async fn changed_filters_are_told_without_a_payload_and_unwanted_languages_not_at_all() {
    for live in live().await {
        let (ann, bob) = (live.world.person("ann").await, live.world.person("bob").await);
        live.world.act(&bob, &format!("POST /api/v1/accounts/{}/follow?languages[]=de", ann.id)).await;
        let mut socket = live.socket(&format!("?stream=user&access_token={}", bob.token), &[]).await.unwrap();
        // An answer shows that the stream is heard.
        socket.say(json!({ "type": "subscribe", "stream": "nothing" })).await;
        assert_eq!(socket.next().await["status"], 400);
        let mut events = live.listen("/api/v1/streaming/user", &bob.token).await;
        let filter = json!({ "title": "birds", "context": ["home"] });
        live.world.ask(Some(&bob), "POST /api/v2/filters", Some(filter)).await.good();
        let told = json!({ "stream": ["user"], "event": "filters_changed" });
        assert_eq!(socket.next().await, told, "{}", live.world.engine);
        assert_eq!(events.next().await, ("filters_changed".to_owned(), "undefined".to_owned()));
        for language in ["en", "de"] {
            let post = json!({ "status": language, "language": language });
            live.world.ask(Some(&ann), "POST /api/v1/statuses", Some(post)).await.good();
        }
        assert_eq!(payload(&socket.next().await)["language"], "de", "{}", live.world.engine);
    }
}
