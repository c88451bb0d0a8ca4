use super::*;
use crate::model::emoji::EmojiPicture;
use crate::model::tweet::Tweet;
use crate::store::emoji;

const NOTE: &str = "http://b.test/notes/1";

fn create(number: u8, note: Value) -> Value {
    let actor = note["attributedTo"].as_str().unwrap().to_owned();
    activity(&format!("{actor}#creates/{number}"), "Create", &actor, note)
}

fn tag(name: &str, url: &str) -> Value {
    json!({ "id": null, "type": "Emoji", "name": name, "icon": { "type": "Image", "url": url } })
}

impl World {
    /// The codes that are drawn in a tweet, and where their pictures come from.
    async fn drawn(&self, tweet: &Tweet) -> Vec<(String, String)> {
        let mut drawn = Vec::new();
        for one in tweet.emoji.clone() {
            let source = self.service().store().read(move |conn| emoji::source(conn, one.id)).await.unwrap();
            drawn.push((one.shortcode, source.unwrap().url));
        }
        drawn
    }
}

#[tokio::test]
async fn emoji_that_a_post_names_and_uses_come_with_it_and_hostile_ones_do_not() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let text = "<p>:rook: :crow: :evil: :link: <code>:rook:</code></p>";
        let tags = json!([
            tag(":rook:", "http://b.test/rook.png"),
            tag(":rook:", "http://b.test/other.png"),
            tag(":crow:", "http://cdn.test/crow.png"),
            tag(":unused:", "http://b.test/unused.png"),
            tag(":evil:", "javascript:alert(1)"),
            tag(":<b>:", "http://b.test/b.png"),
            { "type": "Emoji", "name": ":link:" }
        ]);
        world.happens(&create(1, with(note(NOTE, BOB, text), "tag", tags))).await;
        let tweet = world.tweet(NOTE).await.unwrap();
        let found = [("rook", "http://b.test/rook.png"), ("crow", "http://cdn.test/crow.png")];
        let found = found.map(|(code, url)| (code.to_owned(), url.to_owned()));
        assert_eq!(world.drawn(&tweet).await, found, "{}", world.engine);
        assert_eq!(rows::counts(&world.test.store).await["remote_emoji"], 2);
        for picture in world.service().palette().of_tweet(&tweet) {
            assert!(picture.path.starts_with("/media/remote/emoji/"), "{}", picture.path);
        }
    }
}

#[tokio::test]
async fn a_post_with_ten_thousand_tags_is_refused_and_of_hundreds_of_emoji_some_are_kept() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let one = |n: usize| json!({ "type": "Emoji", "name": format!("e{n}"), "icon": format!("http://b.test/{n}") });
        let many = |count: usize| -> Value { (0..count).map(one).collect() };
        let words: String = (0..400).map(|n| format!(":e{n}: ")).collect();
        let _refused = world.post(&create(1, with(note(NOTE, BOB, &words), "tag", many(10_000)))).await;
        world.work().await;
        assert!(world.tweet(NOTE).await.is_none(), "{}", world.engine);
        let second = "http://b.test/notes/2";
        world.post(&create(2, with(note(second, BOB, &words), "tag", many(400)))).await.unwrap();
        world.work().await;
        assert_eq!(world.tweet(second).await.unwrap().emoji.len(), 64, "{}", world.engine);
        assert_eq!(rows::counts(&world.test.store).await["remote_emoji"], 64);
    }
}

#[tokio::test]
async fn two_hosts_with_the_same_code_keep_each_their_own_picture() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.ann_follows(CAT).await;
        let of = |id: &str, author: &str, picture: &str| {
            with(note(id, author, "<p>:rook:</p>"), "tag", tag(":rook:", picture))
        };
        let other = "http://c.test/notes/1";
        world.happens(&create(1, of(NOTE, BOB, "http://b.test/1.png"))).await;
        world.happens(&create(1, of(other, CAT, "http://c.test/1.png"))).await;
        // Without a picture of its own, a code stays what it is.
        let bare = "http://c.test/notes/2";
        world.happens(&create(2, note(bare, CAT, "<p>:crow:</p>"))).await;
        let (bob, cat) = (world.tweet(NOTE).await.unwrap(), world.tweet(other).await.unwrap());
        assert_eq!(
            world.drawn(&bob).await,
            [("rook".into(), "http://b.test/1.png".into())],
            "{}",
            world.engine
        );
        assert_eq!(world.drawn(&cat).await, [("rook".into(), "http://c.test/1.png".into())]);
        assert_ne!(EmojiPicture::from(&bob.emoji[0]), EmojiPicture::from(&cat.emoji[0]));
        assert!(world.tweet(bare).await.unwrap().emoji.is_empty());
    }
}

#[tokio::test]
async fn an_edit_brings_other_emoji_and_other_pictures() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let post = note(NOTE, BOB, "<p>:rook:</p>");
        let first = with(post.clone(), "tag", tag(":rook:", "http://b.test/1.png"));
        world.happens(&create(1, first)).await;
        let before = world.tweet(NOTE).await.unwrap();
        let update = |number: u8, note: Value| {
            let note = with(note, "updated", json!(format!("2026-01-02T03:00:0{number}Z")));
            activity(&format!("{BOB}#updates/{number}"), "Update", BOB, note)
        };
        let second = with(post.clone(), "tag", tag(":rook:", "http://b.test/2.png"));
        world.happens(&update(1, second)).await;
        let after = world.tweet(NOTE).await.unwrap();
        assert_eq!(
            world.drawn(&after).await,
            [("rook".into(), "http://b.test/2.png".into())],
            "{}",
            world.engine
        );
        assert_eq!(
            (after.emoji, after.edited_at),
            (before.emoji, before.edited_at),
            "its words are the same"
        );
        let third =
            with(with(post, "content", json!("<p>:crow:</p>")), "tag", tag(":crow:", "http://b.test/3.png"));
        world.happens(&update(2, third)).await;
        let last = world.tweet(NOTE).await.unwrap();
        assert_eq!(
            world.drawn(&last).await,
            [("crow".into(), "http://b.test/3.png".into())],
            "{}",
            world.engine
        );
    }
}

#[tokio::test]
async fn an_account_a_warning_and_a_poll_have_their_emoji_too() {
    for world in worlds().await {
        let tags = json!([tag(":rook:", "http://b.test/1.png"), tag(":crow:", "http://b.test/2.png")]);
        let bob = with(with(person(BOB, test_key()), "name", json!("Bob :rook:")), "tag", tags.clone());
        world.serve(BOB, &bob);
        let account = world.ann_follows(BOB).await;
        let codes: Vec<&str> = account.emoji.iter().map(|emoji| emoji.shortcode.as_str()).collect();
        assert_eq!(codes, ["rook"], "{}", world.engine);
        let question = json!([{ "type": "Note", "name": "elm :crow:" }, { "type": "Note", "name": "oak" }]);
        let post = with(with(note(NOTE, BOB, "<p>where?</p>"), "oneOf", question), "type", json!("Question"));
        let post = with(with(post, "summary", json!(":rook: nests")), "tag", tags);
        world.happens(&create(1, post)).await;
        assert_eq!(world.tweet(NOTE).await.unwrap().emoji.len(), 2, "{}", world.engine);
    }
}
