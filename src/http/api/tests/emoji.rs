//! Custom emoji through the API.

use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use super::media::picture;
use super::world::{id, worlds};
use crate::model::ids::RowId;
use crate::model::pictures;
use crate::service::{EmojiChanges, NewEmoji, Operator};
use crate::store::emoji::{self, Named};

const BY: Operator = Operator::CommandLine;

#[tokio::test]
async fn anybody_reads_the_enabled_emoji_and_what_uses_them_says_so() {
    for world in worlds().await {
        let none = world.ask(None, "GET /api/emoji", None).await.good();
        assert_eq!(none, json!({ "items": [] }), "{}", world.engine);
        for (code, category) in [("rook", "Birds"), ("elm", ""), ("off", "")] {
            let file_key = format!("ab/cd/{code}.png");
            let new = NewEmoji { shortcode: code.into(), category: category.into(), file_key };
            world.service.add_emoji(BY, new).await.unwrap();
        }
        let off = EmojiChanges { enabled: Some(false), ..EmojiChanges::default() };
        world.service.change_emoji(BY, "off", off).await.unwrap();
        let listed = world.ask(None, "GET /api/emoji", None).await.good();
        let rook = json!({ "shortcode": "rook", "url": "http://rook.test/media/ab/cd/rook.png",
            "static_url": "http://rook.test/media/ab/cd/rook.png", "visible_in_picker": true, "category": "Birds" });
        assert_eq!(listed["items"].as_array().unwrap().len(), 2, "{}", world.engine);
        assert_eq!(
            (&listed["items"][0]["shortcode"], &listed["items"][0]["category"]),
            (&json!("elm"), &json!(null))
        );
        assert_eq!(listed["items"][1], rook);

        let ann = world.person("ann").await;
        world
            .ask(Some(&ann), "PATCH /api/users/me", Some(json!({ "display_name": "Ann :rook:" })))
            .await
            .good();
        let tweet = world.tweet(&ann, "a :rook: and :off:").await;
        let seen = world.get(&ann, &format!("/api/tweets/{tweet}")).await;
        assert_eq!(seen["emoji"], json!([rook]), "{}", world.engine);
        assert_eq!(seen["author"]["emoji"], json!([rook]));
        assert_eq!(seen["html"], "<p>a :rook: and :off:</p>");
        let local = world.get(&ann, "/api/timelines/local").await;
        assert_eq!((id(&local["items"][0]), &local["items"][0]["emoji"]), (tweet, &json!([rook])));
    }
}

#[tokio::test]
async fn an_emoji_of_another_instance_is_read_through_this_one_and_kept_for_a_day() {
    for world in worlds().await {
        let image = ResponseTemplate::new(200).set_body_bytes(picture());
        Mock::given(path("/rook.png")).respond_with(image).mount(&world.remote).await;
        let url = "http://a.test/rook.png".to_owned();
        let named = Named { id: RowId(7), shortcode: "rook".into(), url, updated_at: None };
        let learn = world
            .service
            .store()
            .write(move |conn| emoji::learn(conn, "a.test", std::slice::from_ref(&named), 1));
        let rook = learn.await.unwrap().remove(0);
        let address = pictures::remote_emoji_url(&rook);
        let (status, headers, bytes) = world.file(&format!("GET {address}"), &[]).await;
        assert_eq!((status, headers["cache-control"].to_str().unwrap()), (200, "public, max-age=86400"));
        assert_eq!(headers["content-type"], "image/png", "{}", world.engine);
        assert!(image::load_from_memory(&bytes).unwrap().width() <= 128);
        let etag = headers["etag"].to_str().unwrap();
        assert_eq!(world.file(&format!("GET {address}"), &[("if-none-match", etag)]).await.0, 304);
        for guessed in ["/media/remote/emoji/7", "/media/remote/emoji/7?v=0", "/media/remote/emoji/8?v=0"] {
            assert_eq!(world.file(&format!("GET {guessed}"), &[]).await.0, 404, "{guessed}");
        }
    }
}
