//! Pictures: uploading, describing, showing, and what is refused.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::world::{Answer, Person, World, id, worlds};

/// A part of a form: its name and its content.
pub(in crate::http) type Part<'a> = (&'a str, &'a [u8]);

pub(in crate::http) fn picture() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    let image = image::RgbImage::from_pixel(60, 40, image::Rgb([20, 40, 90]));
    image.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// Sends a form of these parts.
pub(in crate::http) async fn send(world: &World, who: &Person, line: &str, parts: &[Part<'_>]) -> Answer {
    let mut body = Vec::new();
    for (name, content) in parts {
        let head =
            format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"evil.html\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--X--\r\n");
    let (method, path) = line.split_once(' ').unwrap();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {}", who.token))
        .header("content-type", "multipart/form-data; boundary=X")
        .body(Body::from(body))
        .unwrap();
    world.send(request).await
}

#[tokio::test]
async fn a_picture_is_uploaded_described_and_shown_with_a_tweet() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let picture = picture();
        let parts: [Part<'_>; 2] = [("alt", "a slope".as_bytes()), ("file", &picture)];
        let uploaded = send(&world, &ann, "POST /api/media", &parts).await;
        assert_eq!(uploaded.status, 201, "{}", uploaded.body);
        let media = uploaded.body;
        assert_eq!(
            (&media["alt"], &media["width"], &media["height"]),
            (&json!("a slope"), &json!(60), &json!(40))
        );
        assert!(media["url"].as_str().unwrap().starts_with("http://rook.test/media/"));

        let path = format!("/api/media/{}", id(&media));
        let described =
            world.ask(Some(&ann), &format!("PATCH {path}"), Some(json!({"alt": "a hill"}))).await.good();
        assert_eq!(described["alt"], "a hill");
        let foreign = world.ask(Some(&bob), &format!("PATCH {path}"), Some(json!({"alt": "mine"}))).await;
        assert_eq!(foreign.problem(), (404, "not_found", None));

        let before = world.rows().await;
        let stolen = json!({"text": "look", "media": [media["id"]]});
        let refused = world.ask(Some(&bob), "POST /api/tweets", Some(stolen.clone())).await;
        assert_eq!((refused.status, refused.problem().2), (422, Some("media")), "{}", refused.body);
        assert_eq!(world.rows().await, before);

        let tweet = world.ask(Some(&ann), "POST /api/tweets", Some(stolen)).await.good();
        assert_eq!(tweet["media"], json!([described]));
        let tab = world.get(&bob, &format!("/api/users/{}/tweets?tab=media", ann.id)).await;
        assert_eq!(tab["items"][0]["id"], tweet["id"]);
    }
}

#[tokio::test]
async fn an_avatar_and_a_header_are_set_and_taken_away() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        for part in ["avatar", "header"] {
            let line = format!("/api/users/me/{part}");
            let set = send(&world, &ann, &format!("PUT {line}"), &[("file", &picture())]).await.good();
            let first = set[part].as_str().unwrap().to_owned();
            let set = send(&world, &ann, &format!("PUT {line}"), &[("file", &picture())]).await.good();
            assert_ne!(set[part], first.as_str());
            assert_eq!(world.get(&ann, &format!("/api/users/{}", ann.id)).await[part], set[part]);
            let gone = world.act(&ann, &format!("DELETE {line}")).await;
            assert_eq!(gone[part], serde_json::Value::Null);
            assert_eq!(world.files(), 0, "{part}");
        }
    }
}

#[tokio::test]
async fn what_is_no_picture_leaves_no_row_and_no_file() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let before = world.rows().await;
        let (picture, long) = (picture(), "x".repeat(1_501));
        let cases: [(&[Part<'_>], &str, &str); 7] = [
            (&[], "missing", "file"),
            (&[("picture", &picture)], "missing", "file"),
            (&[("file", b"<script>alert(1)</script>")], "unsupported_type", "file"),
            (&[("file", &picture[..picture.len() / 2])], "broken_image", "file"),
            (&[("file", &picture), ("alt", long.as_bytes())], "too_long", "alt"),
            (&[("file", &picture), ("alt", b"\xff")], "bad_utf8", "alt"),
            (&[("x", b"y".as_slice()); 101], "too_many_parts", "body"),
        ];
        for (parts, code, field) in cases {
            let refused = send(&world, &ann, "POST /api/media", parts).await;
            assert_eq!(refused.problem(), (422, code, Some(field)), "{}", refused.body);
        }
        let refused = world.ask(Some(&ann), "POST /api/media", Some(json!({"file": "x"}))).await;
        assert_eq!(refused.problem(), (415, "unsupported_media_type", None));
        assert_eq!((world.rows().await, world.files()), (before, 0));
    }
}
