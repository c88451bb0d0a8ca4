//! Films, and where the middle of a picture is.

use serde_json::{Value, json};

use super::{failed, post};
use crate::http::api::tests::media::{Part, picture, send};
use crate::http::api::tests::world::{film_worlds, id, worlds};
use crate::media::film_tests::film;

#[tokio::test]
async fn a_film_is_accepted_asked_for_until_it_is_ready_and_posted() {
    let film = film();
    for world in film_worlds().await {
        let ann = world.person("ann").await;
        let parts: [Part<'_>; 2] = [("file", &film), ("description", b"a test card")];
        let accepted = send(&world, &ann, "POST /api/v2/media", &parts).await;
        assert_eq!((accepted.status, &accepted.body["url"]), (202, &Value::Null), "{}", accepted.body);
        assert_eq!(accepted.body["type"], "video");
        let line = format!("GET /api/v1/media/{}", id(&accepted.body));
        assert_eq!(world.ask(Some(&ann), &line, None).await.status, 206);
        let early = json!({"media_ids": [id(&accepted.body)]});
        assert_eq!(failed(&world.ask(Some(&ann), "POST /api/v1/statuses", Some(early.clone())).await).0, 422);
        world.service.work_on_films(&world.media, 1).await.unwrap();
        let ready = world.ask(Some(&ann), &line, None).await;
        assert_eq!(ready.status, 200);
        let media = &ready.body;
        assert_eq!(media["meta"]["original"]["size"], "64x48");
        assert!(media["meta"]["original"]["duration"].as_f64().unwrap() > 1.9, "{media}");
        assert!(media["meta"]["small"]["width"].is_number() && media["preview_url"].is_string(), "{media}");
        assert_eq!(post(&world, &ann, early).await["media_attachments"], json!([media]));
        let instance = world.get(&ann, "/api/v2/instance").await;
        let types = &instance["configuration"]["media_attachments"];
        assert!(types["supported_mime_types"].as_array().unwrap().contains(&json!("video/mp4")));
        assert_eq!(types["video_size_limit"], 1 << 20);

        let broken = send(&world, &ann, "POST /api/v2/media", &[("file", &film[..film.len() / 2])]).await;
        assert_eq!(broken.status, 202);
        world.service.work_on_films(&world.media, 1).await.unwrap();
        let line = format!("GET /api/v1/media/{}", id(&broken.body));
        assert_eq!(failed(&world.ask(Some(&ann), &line, None).await).0, 422);
    }
}

#[tokio::test]
async fn a_focus_and_a_small_picture_are_set_moved_and_edited_in() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let picture = picture();
        let parts: [Part<'_>; 3] = [("file", &picture), ("focus", b"0.1,0.2"), ("thumbnail", &picture)];
        let media = send(&world, &ann, "POST /api/v2/media", &parts).await.good();
        assert_eq!((&media["meta"]["focus"], world.files()), (&json!({"x": 0.1, "y": 0.2}), 2));
        let line = format!("/api/v1/media/{}", id(&media));
        let moved =
            world.ask(Some(&ann), &format!("PUT {line}"), Some(json!({"focus": "-0.5,0"}))).await.good();
        assert_eq!(moved["meta"]["focus"], json!({"x": -0.5, "y": 0.0}));
        let parts: [Part<'_>; 2] = [("description", b"a slope"), ("thumbnail", &picture)];
        let covered = send(&world, &ann, &format!("PUT {line}"), &parts).await.good();
        assert_eq!((&covered["description"], world.files()), (&json!("a slope"), 2));
        assert_ne!(covered["preview_url"], moved["preview_url"]);
        for bad in ["2,0", "x"] {
            let refused = world.ask(Some(&ann), &format!("PUT {line}"), Some(json!({"focus": bad}))).await;
            assert_eq!(failed(&refused).0, 422, "{bad}");
        }
        let made = post(&world, &ann, json!({"media_ids": [id(&media)]})).await;
        let edit = json!({"status": "look", "media_attributes": [{"id": id(&media), "focus": "1,-1"}]});
        let line = format!("PUT /api/v1/statuses/{}", id(&made));
        let edited = world.ask(Some(&ann), &line, Some(edit)).await.good();
        let shown = &edited["media_attachments"][0];
        assert_eq!(
            (&shown["meta"]["focus"], &shown["description"]),
            (&json!({"x": 1.0, "y": -1.0}), &json!("a slope"))
        );
    }
}
