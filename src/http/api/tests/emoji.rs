//! Custom emoji through the API.

use serde_json::json;

use super::world::{id, worlds};
use crate::service::{EmojiChanges, NewEmoji, Operator};

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
