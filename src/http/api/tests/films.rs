//! Films and sounds: uploaded, worked on, shown, and what is refused.

use serde_json::{Value, json};

use super::media::{Part, picture, send};
use super::world::{Person, World, film_worlds, id, worlds};
use crate::media::film_tests::{film, generated, sound};

/// Works on what waits.
async fn work(world: &World) {
    world.service.work_on_films(&world.media, 1).await.unwrap();
}

async fn uploaded(world: &World, who: &Person, file: &[u8]) -> Value {
    let answer = send(world, who, "POST /api/media", &[("file", file), ("alt", b"a test card")]).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.body
}

#[tokio::test]
async fn a_film_is_worked_on_then_shown_and_read_in_parts() {
    let film = film();
    for world in film_worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let waiting = uploaded(&world, &ann, &film).await;
        assert_eq!(
            (&waiting["kind"], &waiting["state"], &waiting["url"]),
            (&json!("video"), &json!("waiting"), &Value::Null)
        );
        let early = json!({"text": "look", "media": [waiting["id"]]});
        let refused = world.ask(Some(&ann), "POST /api/tweets", Some(early.clone())).await;
        assert_eq!(refused.problem(), (422, "not_ready", Some("media")));

        work(&world).await;
        let path = format!("/api/media/{}", id(&waiting));
        let ready = world.get(&ann, &path).await;
        assert_eq!((&ready["state"], &ready["mime"]), (&json!("ready"), &json!("video/mp4")));
        assert_eq!(
            (&ready["width"], &ready["height"], &ready["alt"]),
            (&json!(64), &json!(48), &json!("a test card"))
        );
        assert!(ready["duration_ms"].as_i64().unwrap() >= 1_900 && ready["blurhash"].is_string(), "{ready}");
        assert_eq!(world.files(), 2, "the film and its picture: what was uploaded is gone");

        let tweet = world.ask(Some(&ann), "POST /api/tweets", Some(early)).await.good();
        assert_eq!(world.get(&bob, &format!("/api/tweets/{}", id(&tweet))).await["media"], json!([ready]));
        let line = format!("GET {}", ready["url"].as_str().unwrap());
        let (status, headers, whole) = world.file(&line, &[]).await;
        assert_eq!((status, &headers["content-type"]), (200, &"video/mp4".parse().unwrap()));
        assert_eq!(
            (&headers["accept-ranges"], &headers["x-content-type-options"]),
            (&"bytes".parse().unwrap(), &"nosniff".parse().unwrap())
        );
        let length = whole.len();
        for (asked, first, last) in [
            ("bytes=0-9".to_owned(), 0, 9),
            ("bytes=5-".to_owned(), 5, length - 1),
            ("bytes=-7".to_owned(), length - 7, length - 1),
            (format!("bytes=3-{}", length * 2), 3, length - 1),
        ] {
            let (status, headers, part) = world.file(&line, &[("range", &asked)]).await;
            assert_eq!((status, &part[..]), (206, &whole[first..=last]), "{asked}");
            assert_eq!(headers["content-range"], format!("bytes {first}-{last}/{length}").as_str());
            assert_eq!(headers["content-length"], part.len().to_string().as_str());
        }
        let beyond = world.file(&line, &[("range", &format!("bytes={length}-"))]).await;
        assert_eq!(
            (beyond.0, &beyond.1["content-range"]),
            (416, &format!("bytes */{length}").parse().unwrap())
        );
        for odd in ["bytes=9-3", "bytes=0-1,5-6", "lines=1-2", "bytes=x-"] {
            assert_eq!(world.file(&line, &[("range", odd)]).await.0, 200, "{odd}");
        }
        let other_version = [("range", "bytes=0-9"), ("if-range", "\"other\"")];
        assert_eq!(world.file(&line, &other_version).await.0, 200);
    }
}

#[tokio::test]
async fn a_sound_has_no_picture_unless_one_is_given() {
    let sound = sound("ogg");
    for world in film_worlds().await {
        let ann = world.person("ann").await;
        let waiting = uploaded(&world, &ann, &sound).await;
        assert_eq!(waiting["kind"], "audio");
        let path = format!("/api/media/{}", id(&waiting));
        let cover = picture();
        let line = format!("PUT {path}/thumbnail");
        let covered = send(&world, &ann, &line, &[("thumbnail", &cover)]).await.good();
        let first = covered["preview_url"].as_str().unwrap().to_owned();
        let again = send(&world, &ann, &line, &[("thumbnail", &cover)]).await.good();
        assert_ne!(again["preview_url"], first.as_str());
        work(&world).await;
        let ready = world.get(&ann, &path).await;
        assert_eq!((&ready["mime"], &ready["preview_url"]), (&json!("audio/mp4"), &again["preview_url"]));
        assert_eq!(world.files(), 2);
        let refused = send(&world, &ann, &line, &[("thumbnail", b"no picture")]).await;
        assert_eq!(refused.problem(), (422, "unsupported_type", Some("thumbnail")));
        assert_eq!(world.files(), 2);
    }
}

#[tokio::test]
async fn a_moving_gif_becomes_a_film_and_a_still_one_stays_a_picture() {
    let moving = generated("-f lavfi -i testsrc=size=32x24:rate=5:duration=1", "gif");
    let still = generated("-f lavfi -i testsrc=size=32x24:rate=1:duration=1 -frames:v 1", "gif");
    for world in film_worlds().await {
        let ann = world.person("ann").await;
        let waiting = uploaded(&world, &ann, &moving).await;
        assert!(waiting["kind"] == "gifv" && waiting["preview_url"].is_string() && waiting["url"].is_null());
        work(&world).await;
        let ready = world.get(&ann, &format!("/api/media/{}", id(&waiting))).await;
        assert_eq!((&ready["kind"], &ready["mime"]), (&json!("gifv"), &json!("video/mp4")));
        assert_eq!((&ready["preview_url"], world.files()), (&waiting["preview_url"], 2));
        let still = send(&world, &ann, "POST /api/media", &[("file", &still)]).await;
        assert_eq!((still.status, &still.body["state"]), (201, &json!("ready")));
    }
}

#[tokio::test]
async fn a_film_that_cannot_be_made_says_so_and_leaves_no_file() {
    let film = film();
    for world in film_worlds().await {
        let ann = world.person("ann").await;
        // Its head is whole, so that only working on it shows that the rest is missing.
        let waiting = uploaded(&world, &ann, &film[..film.len() / 2]).await;
        work(&world).await;
        let failed = world.get(&ann, &format!("/api/media/{}", id(&waiting))).await;
        assert_eq!((&failed["state"], &failed["url"]), (&json!("failed"), &Value::Null));
        assert_eq!(world.files(), 0);
        let tweet = json!({"text": "look", "media": [failed["id"]]});
        let refused = world.ask(Some(&ann), "POST /api/tweets", Some(tweet)).await;
        assert_eq!(refused.problem(), (422, "not_ready", Some("media")));
    }
}

#[tokio::test]
async fn a_film_that_is_taken_away_meanwhile_is_gone_with_its_work() {
    let film = film();
    for world in film_worlds().await {
        let ann = world.person("ann").await;
        let waiting = uploaded(&world, &ann, &film).await;
        let line = format!("DELETE /api/v1/media/{}", id(&waiting));
        world.ask(Some(&ann), &line, None).await.good();
        assert_eq!(world.files(), 0);
        work(&world).await;
        assert_eq!(world.files(), 0, "{}", world.engine);
    }
}

#[tokio::test]
async fn hostile_and_unknown_files_leave_no_row_and_no_file() {
    let film = film();
    let (wide, long) = (
        generated("-f lavfi -i color=size=5000x16:rate=1:duration=1 -c:v libvpx", "webm"),
        generated("-f lavfi -i color=size=16x16:rate=1:duration=7 -c:v libx264 -pix_fmt yuv420p", "mp4"),
    );
    let too_big = [&film[..], &vec![0; 1 << 20]].concat();
    for world in film_worlds().await {
        let ann = world.person("ann").await;
        let before = world.rows().await;
        let cases: [(&[Part<'_>], &str, &str); 8] = [
            (&[("file", b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n")], "unsupported_type", "file"),
            (&[("file", b"ffconcat version 1.0\nfile /etc/passwd\n")], "unsupported_type", "file"),
            (&[("file", &film[..60])], "broken_film", "file"),
            (&[("file", &wide)], "too_large_film", "file"),
            (&[("file", &long)], "film_too_long", "file"),
            (&[("file", &too_big)], "too_big", "file"),
            (&[("file", &film), ("focus", b"2,0")], "bad_focus", "focus"),
            (&[("file", &film), ("thumbnail", b"no picture")], "unsupported_type", "thumbnail"),
        ];
        for (parts, code, field) in cases {
            let refused = send(&world, &ann, "POST /api/media", parts).await;
            assert_eq!(refused.problem(), (422, code, Some(field)), "{}", refused.body);
        }
        assert_eq!((world.rows().await, world.files()), (before, 0));
    }
}

#[tokio::test]
async fn without_ffmpeg_a_film_is_refused_with_what_is_allowed() {
    let film = film();
    for world in worlds().await {
        let ann = world.person("ann").await;
        let refused = send(&world, &ann, "POST /api/media", &[("file", &film)]).await;
        assert_eq!(refused.problem(), (422, "unsupported_type", Some("file")));
        assert!(
            refused.body["detail"].as_str().unwrap().contains("JPEG, PNG, GIF and WebP"),
            "{}",
            refused.body
        );
        assert_eq!(world.files(), 0);
    }
}

#[tokio::test]
async fn a_focus_is_set_with_the_upload_and_moved_later() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let picture = picture();
        let parts: [Part<'_>; 2] = [("focus", b"0.25,-0.5"), ("file", &picture)];
        let media = send(&world, &ann, "POST /api/media", &parts).await.good();
        assert_eq!(media["focus"], json!({"x": 0.25, "y": -0.5}));
        let line = format!("PATCH /api/media/{}", id(&media));
        let moved = world.ask(Some(&ann), &line, Some(json!({"focus": {"x": -1, "y": 1}}))).await.good();
        assert_eq!((&moved["focus"], &moved["alt"]), (&json!({"x": -1.0, "y": 1.0}), &media["alt"]));
        let refused = world.ask(Some(&ann), &line, Some(json!({"focus": {"x": 2, "y": 0}}))).await;
        assert_eq!(refused.problem(), (422, "bad_focus", Some("focus")));
    }
}
