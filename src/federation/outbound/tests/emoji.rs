use super::*;
use crate::service::{EmojiChanges, NewEmoji, NewPoll, Operator, ProfileChanges};

const BY: Operator = Operator::CommandLine;

#[tokio::test]
async fn posts_and_profiles_name_the_enabled_emoji_that_they_use() {
    for world in worlds().await {
        let bob = world.remote("bob").await;
        world.follows_ann(bob).await;
        world.told().await;
        for code in ["rook", "crow", "unused", "off"] {
            let file_key = format!("ab/cd/{code}.png");
            let new = NewEmoji { shortcode: code.into(), file_key, ..NewEmoji::default() };
            world.service().add_emoji(BY, new).await.unwrap();
        }
        let off = EmojiChanges { enabled: Some(false), ..EmojiChanges::default() };
        world.service().change_emoji(BY, "off", off).await.unwrap();
        let poll =
            NewPoll { options: vec![":crow:".into(), "b".into()], multiple: false, lasts_ms: 3_600_000 };
        let new = NewTweet { text: "see :rook: :off:".into(), poll: Some(poll), ..NewTweet::default() };
        world.service().create_tweet(world.ann.id, new).await.unwrap();
        let [create] = world.planned().await.try_into().unwrap();
        let tags = create["object"]["tag"].as_array().unwrap();
        let names: Vec<&str> = tags.iter().map(|tag| tag["name"].as_str().unwrap()).collect();
        assert_eq!(names, [":crow:", ":rook:"], "{}", world.engine);
        assert_eq!(
            tags[1],
            serde_json::json!({ "type": "Emoji", "id": "http://a.test/emoji/rook", "name": ":rook:",
                "updated": "2026-01-02T03:04:05Z", "icon": { "type": "Image", "mediaType": "image/png",
                    "url": "http://a.test/media/ab/cd/rook.png" } })
        );
        assert_eq!(create["object"]["content"], "<p>see :rook: :off:</p>");
        assert_eq!(create["@context"][2]["Emoji"], "toot:Emoji");

        let changes = ProfileChanges { display_name: Some("Ann :rook:".into()), ..ProfileChanges::default() };
        world.service().update_profile(world.ann.id, changes).await.unwrap();
        let [update] = world.planned().await.try_into().unwrap();
        assert_eq!(update["object"]["tag"][0]["id"], "http://a.test/emoji/rook", "{}", world.engine);
    }
}
