//! Custom emoji on the pages: the instance's own, and those of others.

use super::browser::{Browser, Part};
use super::world::{World, worlds};
use crate::model::account::{Account, Role};
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::poll::{Poll, PollOption};
use crate::model::tweet::Tweet;
use crate::service::blank_tweet;
use crate::store::actors;
use crate::store::emoji::{self, Named};
use crate::store::tweet_commands::CreateTweet;

fn picture() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    let image = image::RgbaImage::from_pixel(200, 100, image::Rgba([200, 30, 90, 120]));
    image.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

async fn admin(world: &World) -> Browser<'_> {
    world.account("chief", Role::Admin).await;
    world.sign_in("chief").await
}

/// The files of the media store.
fn files(world: &World) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }
    count(&world.files.path().join("media"))
}

/// The first address of an emoji's picture on a page.
fn source(html: &str) -> String {
    let (_, rest) = html.split_once("<img class=\"emoji\" src=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_admin_adds_replaces_disables_and_removes_an_emoji_that_people_write() {
    for world in worlds().await {
        let (ann, chief) = (world.person("ann").await, admin(&world).await);
        chief.open("/admin/emoji").await.has("No emoji yet");
        let file = picture();
        let form = [
            Part::Text("shortcode", ":rook:"),
            Part::Text("category", "Birds"),
            Part::File("picture", &file),
        ];
        assert_eq!(
            chief.post_parts("/admin/emoji", &form).await.location(),
            "/admin/emoji",
            "{}",
            world.engine
        );
        chief.open("/admin/emoji").await.has("The emoji is added.").has(":rook:").has("Birds");
        assert_eq!(chief.post_parts("/admin/emoji", &form).await.status, 422, "once is enough");

        ann.open("/compose").await.has("Emoji of this server").has("<code>:rook:</code>");
        let profile = [
            Part::Text("display_name", "Ann :rook:"),
            Part::Text("bio", "I am :rook: https://a.test/:rook:/"),
        ];
        ann.post_parts("/settings/profile", &profile).await;
        let post = ann.tweet("caw :rook: and :crow:").await;
        let page = world.browser().open(&post).await;
        let first = source(&page.html);
        page.has("caw <img class=\"emoji\"").has("alt=\":rook:\" title=\":rook:\"").has(" and :crow:");
        page.has("<bdi>Ann <img class=\"emoji\"");
        assert!(first.starts_with("/media/") && first.ends_with(".png"), "{first}");
        assert_eq!(files(&world), 1, "{}: without its small version", world.engine);
        let page = world.browser().open("/@ann").await;
        page.has("<title>Ann :rook: (@ann)").has("I am <img class=\"emoji\"").has("a.test/:rook:/</span>");

        let change = [
            Part::Text("category", ""),
            Part::File("picture", &file),
            Part::Text("return_to", "/admin/emoji"),
        ];
        let answer = chief.post_parts("/admin/emoji/rook/change", &change).await;
        chief.open(&answer.location()).await.has("The emoji is changed.").has_not("Birds");
        let second = source(&world.browser().open(&post).await.html);
        assert_ne!(second, first, "{}", world.engine);
        assert_eq!(files(&world), 1, "the old picture is gone");

        let back = [("return_to", "/admin/emoji")];
        chief
            .submit("/admin/emoji/rook/disable", &back)
            .await
            .has("Its code is shown as text.")
            .has("disabled");
        world.browser().open(&post).await.has("caw :rook: and").has_not("class=\"emoji\"");
        chief.submit("/admin/emoji/rook/enable", &back).await.has("The emoji is enabled.");
        world.browser().open(&post).await.has(&second);
        chief
            .submit("/admin/emoji/rook/remove", &back)
            .await
            .has("The emoji is removed.")
            .has("No emoji yet");
        world.browser().open(&post).await.has("caw :rook: and").has_not("class=\"emoji\"");
        assert_eq!(files(&world), 0, "{}", world.engine);
        assert_eq!(chief.post("/admin/emoji/rook/remove", &back).await.location(), "/admin/emoji");
    }
}

#[tokio::test]
async fn only_admins_see_and_change_the_emoji() {
    for world in worlds().await {
        let (ann, file) = (world.person("ann").await, picture());
        admin(&world).await;
        assert_eq!(ann.get("/admin/emoji").await.status, 403, "{}", world.engine);
        let form = [Part::Text("shortcode", "rook"), Part::File("picture", &file)];
        assert_eq!(ann.post_parts("/admin/emoji", &form).await.status, 403);
        assert_eq!(ann.post_parts("/admin/emoji/rook/change", &form).await.status, 403);
        for act in ["enable", "disable", "remove"] {
            assert_eq!(ann.post(&format!("/admin/emoji/rook/{act}"), &[]).await.status, 403, "{act}");
        }
        assert!(world.browser().get("/admin/emoji").await.location().starts_with("/login"));
        assert!(world.service.palette().get("rook").is_none());
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_new_emoji_is_said_in_english_and_in_german() {
    for world in worlds().await {
        let (chief, file) = (admin(&world).await, picture());
        let large = vec![0; (1 << 20) + 1];
        let forms: [(&[Part<'_>], &str, &str); 5] = [
            (
                &[Part::Text("shortcode", "a"), Part::File("picture", &file)],
                "A code has at least 2",
                "mindestens 2 Zeichen",
            ),
            (
                &[Part::Text("shortcode", "ro ok"), Part::File("picture", &file)],
                "Use letters, digits and underscores only.",
                "Nur Buchstaben, Ziffern und Unterstriche.",
            ),
            (&[Part::Text("shortcode", "rook")], "Choose a picture.", "Wähle ein Bild."),
            (
                &[Part::Text("shortcode", "rook"), Part::File("picture", b"<svg onload=alert(1)>")],
                "This kind of file is not taken here.",
                "Diese Art von Datei wird hier nicht angenommen.",
            ),
            (
                &[Part::Text("shortcode", "rook"), Part::File("picture", &large)],
                "at most 1 MiB",
                "höchstens 1 MiB",
            ),
        ];
        for (form, english, german) in forms {
            for (tag, words) in [("en", english), ("de", german)] {
                chief.set_cookie("rookery_language", tag);
                let page = chief.post_parts("/admin/emoji", form).await;
                assert_eq!(page.status, 422, "{}: {words}", world.engine);
                page.has(words).check("/admin/emoji");
            }
        }
        chief.set_cookie("rookery_language", "en");
        let bad = [Part::File("picture", b"none")];
        let page = chief.post_parts("/admin/emoji/rook/change", &bad).await;
        assert_eq!(page.status, 422);
        page.has("This kind of file is not taken here");
        assert_eq!(
            chief.post_parts("/admin/emoji/never/change", &[Part::Text("category", "x")]).await.status,
            404
        );
    }
}

/// A tweet of somebody on b.test, with the emoji of that host.
async fn remote_tweet(world: &World, html: &str) -> TweetId {
    let (id, who) = (TweetId(world.service.ids().next()), AccountId(world.service.ids().next()));
    let named = Named {
        id: RowId(world.service.ids().next()),
        shortcode: "rook".into(),
        url: "https://b.test/emoji/rook.png".into(),
        updated_at: None,
    };
    let read = world
        .service
        .store()
        .write(move |conn| emoji::learn(conn, "b.test", std::slice::from_ref(&named), 1));
    let list = read.await.unwrap();
    let account = Account {
        domain: Some("b.test".into()),
        display_name: "Bob :rook:".into(),
        emoji: list.clone(),
        ..Account::blank(who, "bob".into(), 1)
    };
    let reach = actors::Reach {
        uri: "https://b.test/bob".into(),
        host: "b.test".into(),
        also_known_as: "[]".into(),
        ..Default::default()
    };
    let actor = actors::RemoteActor { account, reach, keys: Vec::new() };
    world.service.store().write(move |conn| actors::upsert(conn, &actor, 1)).await.unwrap();
    let option = |title: &str| PollOption { title: title.into(), votes: 0 };
    let options = vec![option("elm :rook:"), option("oak")];
    let tweet = Tweet {
        local: false,
        uri: Some(format!("https://b.test/{id}")),
        html: html.to_owned(),
        content_warning: "cw :rook: <i>".into(),
        poll: Some(Poll { options, multiple: false, ends_at: None, voters: None }),
        emoji: list,
        ..blank_tweet(id, who, world.service.clock().now_ms())
    };
    let command = CreateTweet::alone(tweet, 1);
    world.service.write_tweet(command).await.unwrap()
}

#[tokio::test]
async fn a_page_shows_remote_emoji_from_here_alone_and_none_in_code_and_links() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        admin(&world).await;
        let html =
            "<p>see :rook: <code>:rook:</code> <a href=\"https://b.test/:rook:/\">:rook:</a> :crow:</p>";
        let id = remote_tweet(&world, html).await;
        let page = ann.open(&format!("/@bob@b.test/{id}")).await;
        page.has("see <img class=\"emoji\" src=\"/media/remote/emoji/")
            .has("<code>:rook:</code>")
            .has("<a href=\"https://b.test/:rook:/\">:rook:</a> :crow:")
            .has("cw <img class=\"emoji\"")
            .has("elm <img class=\"emoji\"")
            .has("<bdi>Bob <img class=\"emoji\"")
            .has("&#60;i&#62;")
            .has_not("b.test/emoji");
        let sources = page.html.split(" src=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        assert!(sources.clone().all(|source| source.starts_with('/')), "{:?}", sources.collect::<Vec<_>>());
    }
}
