//! Forms that are not accepted keep what was typed; images travel with the text.

use std::sync::Arc;

use super::browser::Part;
use super::world::{worlds, worlds_with};
use crate::http::web::fixtures::HOSTILE;
use crate::model::cursor::Cursor;
use crate::service::{NewTweet, PublicList, Rules};
use crate::store::tests::counted::counts;
use crate::store::tweet_commands::{self, EditTweet, Picture};

/// A small PNG of one colour.
fn picture() -> Vec<u8> {
    let image = image::RgbImage::from_pixel(90, 60, image::Rgb([200, 40, 40]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn images_are_posted_with_their_descriptions() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let picture = picture();
        let form = [
            Part::Text("text", ""),
            Part::File("image_0", &picture),
            Part::Text("alt_0", "A red square"),
            Part::File("image_2", &picture),
            Part::Text("alt_2", ""),
        ];
        let answer = ann.post_parts("/tweets", &form).await;
        let home = ann.open(&answer.location()).await;
        home.has("media-2")
            .has("alt=\"A red square\"")
            .has("width=\"90\" height=\"60\"")
            .has("src=\"/media/");
        ann.open("/@ann?tab=media").await.has("A red square");
    }
}

#[tokio::test]
async fn a_refused_post_keeps_text_and_images_for_the_next_try() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (picture, long) = (picture(), "x".repeat(281));
        let form = [
            Part::Text("text", &long),
            Part::File("image_1", &picture),
            Part::Text("alt_1", "A red square"),
            Part::Text("content_warning", "colours"),
            Part::Text("visibility", "followers"),
            Part::Text("return_to", "/local"),
            Part::Text("once", "only-once"),
        ];
        let page = ann.post_parts("/tweets", &form).await;
        assert_eq!(page.status, 422, "{}", world.engine);
        page.has(&long).has("A post has at most 280 characters.").has("value=\"colours\"").check("/tweets");
        page.has("<option value=\"followers\" selected>").has("value=\"A red square\"");
        assert_eq!((page.input("return_to").as_str(), page.input("once").as_str()), ("/local", "only-once"));

        let media = page.input("media_1");
        let again = [
            Part::Text("text", "short"),
            Part::Text("media_1", &media),
            Part::Text("alt_1", "A red square"),
            Part::Text("return_to", "/local"),
        ];
        assert_eq!(ann.post_parts("/tweets", &again).await.location(), "/local");
        ann.open("/home").await.has("short").has("alt=\"A red square\"");

        // An image belongs to whoever uploaded it, and to one post.
        let bob = world.person("bob").await;
        for browser in [&ann, &bob] {
            let stolen = [Part::Text("text", "mine"), Part::Text("media_0", &media)];
            assert_eq!(browser.post_parts("/tweets", &stolen).await.status, 422);
        }
    }
}

#[tokio::test]
async fn what_is_no_image_is_refused_without_losing_the_text() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let form = [Part::Text("text", "my words"), Part::File("image_0", b"<html>not an image")];
        let page = ann.post_parts("/tweets", &form).await;
        assert_eq!(page.status, 422);
        page.has("my words").has("This kind of file is not taken here.").check("/tweets");
        ann.open("/home").await.has_not("my words");
        let stored = std::fs::read_dir(world.files.path().join("media")).map_or(0, Iterator::count);
        assert_eq!(stored, 0, "{}", world.engine);
    }
}

#[tokio::test]
async fn odd_forms_are_refused_with_a_page_and_change_nothing() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let odd: [&[Part<'_>]; 6] = [
            &[],
            &[Part::Text("text", "a"), Part::Text("visibility", "everybody")],
            &[Part::Text("text", "a"), Part::Text("reply_to", "x")],
            &[Part::Text("text", "a"), Part::Text("reply_to", "17")],
            &[Part::Text("text", "a"), Part::Text("language", "no language")],
            &[Part::Text("text", "a"), Part::Text("media_0", "17")],
        ];
        for form in odd {
            let page = ann.post_parts("/tweets", form).await;
            assert_eq!(page.status, 422, "{}", page.html);
            page.check("/tweets");
        }
        let page = ann.post("/tweets", &[("text", "not multipart")]).await;
        assert_eq!(page.status, 415);
        page.check("/tweets");
        ann.open("/home").await.has("Your branch is still quiet");
    }
}

#[tokio::test]
async fn hostile_text_is_shown_as_text() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let fields = [
            Part::Text("display_name", HOSTILE),
            Part::Text("bio", HOSTILE),
            Part::Text("field_name_0", "site"),
            Part::Text("field_value_0", HOSTILE),
        ];
        let answer = ann.post_parts("/settings/profile", &fields).await;
        // A name has fifty characters at most; the text stays in the form.
        assert_eq!(answer.status, 422);
        answer.has_not("<script>").check("/settings/profile");
        let fields = [
            Part::Text("display_name", "<script>alert(1)</script>"),
            Part::Text("bio", HOSTILE),
            Part::Text("field_name_0", "<b>site"),
            Part::Text("field_value_0", HOSTILE),
        ];
        assert_eq!(ann.post_parts("/settings/profile", &fields).await.location(), "/@ann");
        let post = [Part::Text("text", HOSTILE), Part::Text("content_warning", HOSTILE)];
        ann.post_parts("/tweets", &post).await;
        for path in ["/home", "/@ann", "/local", "/settings/profile", "/compose?text=%3Cscript%3E"] {
            let page = ann.open(path).await;
            page.has_not("<script>").has_not("<img src=x").has_not("<b>site");
        }
        ann.open("/search?q=%3Cscript%3E").await.has_not("<script>");
    }
}

#[tokio::test]
async fn editing_keeps_a_language_that_the_list_does_not_have() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let me = world.service.account_by_handle("ann").await.unwrap().id;
        for (language, option) in [
            (Some("cy"), "<option value=\"cy\" selected>cy</option>"),
            (Some("de"), "<option value=\"de\" lang=\"de\" selected>"),
            (None, "<option value=\"\" selected>Not said</option>"),
        ] {
            let new = NewTweet {
                text: "bore da".to_owned(),
                language: language.map(str::to_owned),
                ..NewTweet::default()
            };
            let id = world.service.create_tweet(me, new).await.unwrap().tweet.id;
            let edit = format!("/tweets/{id}/edit");
            let page = ann.open(&edit).await;
            page.has(option);
            assert_eq!(page.html.matches(" selected>").count(), 1);
            let changed =
                [Part::Text("text", "nos da"), Part::Text("language", language.unwrap_or_default())];
            assert_eq!(ann.post_parts(&edit, &changed).await.status, 303);
            let after = world.service.tweet(Some(me), id).await.unwrap();
            assert_eq!((&*after.tweet.text, after.tweet.language.as_deref()), ("nos da", language));
        }
    }
}

#[tokio::test]
async fn editing_keeps_images_beyond_a_number_that_was_lowered_since() {
    for world in worlds_with(Rules { max_images: 1, ..Rules::default() }).await {
        let ann = world.person("ann").await;
        let picture = picture();
        let mut ids = Vec::new();
        for _ in 0..2 {
            let form = [Part::Text("text", &"x".repeat(281)), Part::File("image_0", &picture)];
            let id = ann.post_parts("/tweets", &form).await.input("media_0").parse().unwrap();
            ids.push(Picture { id, alt: None, focus: None });
        }
        let post = ann.tweet("two images").await;
        let id = post.rsplit('/').next().unwrap().parse().unwrap();
        let tweet = Arc::unwrap_or_clone(world.service.tweet(None, id).await.unwrap().tweet);
        let (version_id, media) = (world.service.ids().next(), Some(ids));
        let edit = EditTweet {
            tweet,
            version_id,
            media,
            poll: None,
            notifications: Vec::new(),
            now_ms: world.clock.now_ms(),
        };
        assert!(world.service.store().write(move |conn| tweet_commands::edit(conn, &edit)).await.unwrap());

        let edit = format!("/tweets/{id}/edit");
        let page = ann.open(&edit).await;
        let (first, second) = (page.input("media_0"), page.input("media_1"));
        let kept =
            [Part::Text("text", "both"), Part::Text("media_0", &first), Part::Text("media_1", &second)];
        assert_eq!(ann.post_parts(&edit, &kept).await.status, 303);
        ann.open(&post).await.has("both").has("media-2");
        let fewer = [Part::Text("text", "one"), Part::Text("media_1", &second)];
        assert_eq!(ann.post_parts(&edit, &fewer).await.status, 303);
        ann.open(&post).await.has("media-1");
    }
}

#[tokio::test]
async fn a_refused_change_of_a_post_leaves_its_descriptions_as_they_were() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let picture = picture();
        let new = [
            Part::Text("text", "look"),
            Part::File("image_0", &picture),
            Part::Text("alt_0", "A red square"),
        ];
        ann.post_parts("/tweets", &new).await;
        let id =
            world.service.public_tweets(None, PublicList::Local, Cursor::default(), 1).await.unwrap().items
                [0]
            .tweet
            .id;
        let edit = format!("/tweets/{id}/edit");
        let media = ann.open(&edit).await.input("media_0");
        let before = counts(world.service.store()).await;
        let long = "x".repeat(281);
        let refused =
            [Part::Text("text", &long), Part::Text("media_0", &media), Part::Text("alt_0", "A blue square")];
        let page = ann.post_parts(&edit, &refused).await;
        assert_eq!(page.status, 422, "{}", world.engine);
        page.has("value=\"A blue square\"");
        assert_eq!(counts(world.service.store()).await, before, "{}", world.engine);
        ann.open("/local").await.has("alt=\"A red square\"");
        let good =
            [Part::Text("text", "look"), Part::Text("media_0", &media), Part::Text("alt_0", "A blue square")];
        ann.post_parts(&edit, &good).await;
        ann.open("/local").await.has("alt=\"A blue square\"");
        ann.open(&format!("/tweets/{id}/history")).await.has("A red square").has("A blue square");
    }
}

#[tokio::test]
async fn a_complaint_about_an_image_stands_with_its_place() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (picture, long) = (picture(), "x".repeat(1_501));
        let form = [Part::Text("text", "a"), Part::File("image_1", &picture), Part::Text("alt_1", &long)];
        let page = ann.post_parts("/tweets", &form).await;
        assert_eq!(page.status, 422);
        page.has("aria-describedby=\"slot-1-error\"").has("id=\"slot-1-error\"").has_not("slot-0-error");
        page.has("The description of an image has at most 1500 characters.").has_not("form-error");
    }
}

#[tokio::test]
async fn a_form_sent_twice_is_one_post_and_changed_in_between_it_is_said() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let picture = picture();
        let form = |text| {
            [Part::Text("text", text), Part::File("image_0", &picture), Part::Text("once", "only-once")]
        };
        for _ in 0..2 {
            assert_eq!(ann.post_parts("/tweets", &form("hello")).await.status, 303, "{}", world.engine);
        }
        let changed = ann.post_parts("/tweets", &form("good bye")).await;
        assert_eq!(changed.status, 422);
        changed.has("good bye");
        assert_ne!(changed.input("once"), "only-once", "the next try is another post");
        let list = world.service.public_tweets(None, PublicList::Local, Cursor::default(), 9).await.unwrap();
        assert_eq!(list.items.len(), 1);
    }
}
