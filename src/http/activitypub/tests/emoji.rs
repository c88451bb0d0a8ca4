//! Custom emoji of ours as documents.

use super::*;
use crate::service::{EmojiChanges, NewEmoji, Operator};

const BY: Operator = Operator::CommandLine;

#[tokio::test]
async fn an_emoji_is_a_document_until_it_is_disabled_or_removed_and_then_nobody_names_it() {
    for world in worlds().await {
        let follower = world.follow().await;
        let new = |code: &str| NewEmoji {
            shortcode: code.into(),
            category: String::new(),
            file_key: "ab/cd/1.gif".into(),
        };
        world.service.add_emoji(BY, new("rook")).await.unwrap();
        let id = world.post("a :rook:", Visibility::Public, None).await;
        let answer = world.get("/emoji/rook").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", world.engine);
        assert!(answer.headers[CONTENT_TYPE].to_str().unwrap().starts_with("application/activity+json"));
        let document = &answer.body;
        assert_eq!((&document["type"], &document["name"]), (&"Emoji".into(), &":rook:".into()));
        assert_eq!(
            (&document["id"], &document["updated"]),
            (&"https://a.test/emoji/rook".into(), &"2026-01-02T03:04:05Z".into())
        );
        assert_eq!(document["icon"]["url"], "https://a.test/media/ab/cd/1.gif");
        assert_eq!(
            (&document["icon"]["type"], &document["icon"]["mediaType"]),
            (&"Image".into(), &"image/gif".into())
        );
        assert_eq!(document["@context"][2]["Emoji"], "toot:Emoji");

        follower.catch_up(&world).await;
        let path = format!("/users/ann/statuses/{id}");
        assert_eq!(world.get(&path).await.body["tag"][0]["name"], ":rook:");
        let disable = EmojiChanges { enabled: Some(false), ..EmojiChanges::default() };
        world.service.change_emoji(BY, "rook", disable).await.unwrap();
        follower.catch_up(&world).await;
        assert_eq!(world.get(&path).await.body["tag"], serde_json::json!([]), "{}", world.engine);
        assert_eq!(world.get("/emoji/rook").await.status, StatusCode::NOT_FOUND);
        world.service.remove_emoji(BY, "rook").await.unwrap();
        for gone in ["rook", "never", "%2e%2e", "a%00"] {
            assert_eq!(world.get(&format!("/emoji/{gone}")).await.status, StatusCode::NOT_FOUND, "{gone}");
        }
    }
}
