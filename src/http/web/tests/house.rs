//! What the instance says of itself: admins write it on the pages, everybody reads it.

use super::browser::{Browser, Part};
use super::world::{World, worlds};
use crate::clock::DAY_MS;
use crate::config::limits;
use crate::model::account::Role;
use crate::model::time;

async fn admin(world: &World) -> Browser<'_> {
    world.account("chief", Role::Admin).await;
    world.sign_in("chief").await
}

/// The ids in addresses that begin so, in their order.
fn ids(html: &str, address: &str) -> Vec<String> {
    let mark = format!("href=\"{address}/");
    let rest = html.split(&mark).skip(1);
    rest.filter_map(|rest| Some(rest.split('"').next()?.to_owned())).collect()
}

#[tokio::test]
async fn an_admin_writes_rules_and_puts_them_in_order() {
    for world in worlds().await {
        let chief = admin(&world).await;
        chief.open("/admin/about").await.has("There are no rules yet.");
        let rule = |rule: &'static str, hint: &'static str| [("rule", rule), ("hint", hint)];
        let added = chief.post("/admin/about/rules", &rule("Be kind", "Always.")).await;
        assert_eq!(added.location(), "/admin/about#rules", "{}", world.engine);
        chief.submit("/admin/about/rules", &rule("Think <first>", "")).await.has("The rule is added.");
        let page = chief.open("/admin/about").await;
        page.has("Be kind").has("Always.").has("Think &#60;first&#62;");
        let [kind, think] = ids(&page.html, "/admin/about/rules").try_into().unwrap();

        let moved = format!("/admin/about/rules/{think}/move");
        chief.submit(&moved, &[("to", "0")]).await.has("The rules are in their new order.");
        let page = chief.open("/admin/about").await;
        assert_eq!(ids(&page.html, "/admin/about/rules"), [think.clone(), kind.clone()], "{}", world.engine);
        let about = world.browser().open("/about").await;
        assert!(about.html.find("Think").unwrap() < about.html.find("Be kind").unwrap());

        let path = format!("/admin/about/rules/{kind}");
        chief.open(&path).await.has("value=\"Be kind\"").has("Always.");
        chief.submit(&path, &rule("Be kind", "Also to rooks.")).await.has("The rule is changed.");
        let page = chief.open("/admin/about").await;
        page.has("Also to rooks.").has_not("Always.");
        assert_eq!(ids(&page.html, "/admin/about/rules")[1], kind, "the same words, the same rule");
        let remove = format!("/admin/about/rules/{think}/remove");
        chief.submit(&remove, &[]).await.has("The rule is removed.");
        assert_eq!(chief.post(&remove, &[]).await.status, 303, "a second click");
        assert_eq!(chief.post(&moved, &[("to", "0")]).await.status, 404);
        world.browser().open("/about").await.has("Be kind").has_not("Think");
    }
}

#[tokio::test]
async fn an_admin_writes_texts_and_takes_them_away() {
    for world in worlds().await {
        let chief = admin(&world).await;
        let text = "We keep little.\n\nAsk us: https://rook.test/";
        chief.submit("/admin/about/texts/privacy", &[("words", text)]).await.has("Saved.");
        chief.open("/admin/about").await.has("We keep little.").has("Last written:");
        world.browser().open("/about").await.has("<p>We keep little.</p>").has("href=\"https://rook.test/\"");
        chief.submit("/admin/about/texts/privacy", &[("words", "")]).await.has("Saved.");
        world.browser().open("/about").await.has_not("We keep little.");
        assert_eq!(chief.post("/admin/about/texts/nonsense", &[("words", "x")]).await.status, 404);
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_keeps_what_was_typed() {
    for world in worlds().await {
        let chief = admin(&world).await;
        let long = "x".repeat(limits::RULE_HINT_MAX + 1);
        let refused = chief.post("/admin/about/rules", &[("rule", "Be kind"), ("hint", &long)]).await;
        assert_eq!(refused.status, 422, "{}", world.engine);
        refused.has("id=\"hint-error\"").has("at most 1000 characters").has("value=\"Be kind\"");
        let refused = chief.post("/admin/about/rules", &[("rule", " "), ("hint", "")]).await;
        refused.has("id=\"rule-error\"").has("Please fill this in.");
        let long = "x".repeat(limits::HOUSE_TEXT_MAX + 1);
        let refused = chief.post("/admin/about/texts/terms", &[("words", &long)]).await;
        assert_eq!(refused.status, 422);
        refused.has("id=\"terms-error\"").has_not("id=\"privacy-error\"");
        let form = [("words", "We move"), ("starts_at", "2026-02-02T12:00"), ("ends_at", "2026-02-01T12:00")];
        let refused = chief.post("/admin/announcements", &form).await;
        assert_eq!(refused.status, 422);
        refused.has("id=\"ends_at-error\"").has("This ends before it begins.").has("We move");
        let form = [("words", ""), ("starts_at", "")];
        chief.post("/admin/announcements", &form).await.has("id=\"words-error\"");
        let form = [("words", "x"), ("starts_at", "soon")];
        chief.post("/admin/announcements", &form).await.has("id=\"starts_at-error\"").has("no day or time");
        chief.open("/admin/announcements").await.has("Nothing announced");
    }
}

#[tokio::test]
async fn an_announcement_stands_at_home_until_it_is_read_or_over() {
    for world in worlds().await {
        let (ann, chief) = (world.person("ann").await, admin(&world).await);
        ann.open("/home").await.has_not("I have read it");
        let day = time::date(world.clock.now_ms());
        let form = [("words", "We move <b>"), ("starts_at", &day), ("ends_at", &day), ("all_day", "on")];
        chief.submit("/admin/announcements", &form).await.has("Announced.").has("We move &lt;b&gt;");
        let page = ann.open("/home").await;
        page.has("Announcement").has("We move &lt;b&gt;").has("I have read it");
        let (_, rest) = page.html.split_once("action=\"/announcements/").unwrap();
        let dismiss = format!("/announcements/{}", rest.split('"').next().unwrap());
        let read = ann.post(&dismiss, &[("return_to", "/home")]).await;
        assert_eq!(read.location(), "/home", "{}", world.engine);
        ann.open("/home").await.has_not("We move");
        chief.open("/home").await.has("We move");
        assert_eq!(ann.post(&dismiss, &[]).await.status, 303, "a second click");

        let page = chief.open("/admin/announcements").await;
        let [id] = ids(&page.html, "/admin/announcements").try_into().unwrap();
        let path = format!("/admin/announcements/{id}");
        chief.open(&path).await.has("We move").has("T23:59\"").has(" checked");
        let later = [("words", "We moved"), ("starts_at", ""), ("ends_at", ""), ("all_day", "")];
        chief.submit(&path, &later[..3]).await.has("The announcement is changed.").has("We moved");
        chief.open("/home").await.has("We moved");
        chief.submit(&path, &form).await;
        world.clock.advance(2 * DAY_MS);
        chief.open("/home").await.has_not("We move");
        chief.open("/admin/announcements").await.has("over");
        let remove = format!("{path}/remove");
        chief.submit(&remove, &[]).await.has("The announcement is taken back.").has("Nothing announced");
        assert_eq!(chief.post(&remove, &[]).await.status, 303, "a second click");
        assert_eq!(chief.get(&path).await.status, 404);
    }
}

#[tokio::test]
async fn a_home_shows_few_announcements_at_once_the_newest_first() {
    for world in worlds().await {
        let (ann, chief) = (world.person("ann").await, admin(&world).await);
        for words in ["First", "Second", "Third", "Fourth"] {
            chief.post("/admin/announcements", &[("words", words)]).await;
        }
        let page = ann.open("/home").await;
        page.has("Fourth").has("Third").has("Second").has_not("<p>First</p>");
        let (_, rest) = page.html.split_once("action=\"/announcements/").unwrap();
        ann.post(&format!("/announcements/{}", rest.split('"').next().unwrap()), &[]).await;
        ann.open("/home").await.has_not("<p>Fourth</p>").has("<p>First</p>");
    }
}

#[tokio::test]
async fn only_admins_write_what_the_instance_says() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        admin(&world).await;
        for page in ["/admin/about", "/admin/announcements", "/admin/about/rules/1", "/admin/announcements/1"]
        {
            assert_eq!(ann.get(page).await.status, 403, "{page}");
            assert!(world.browser().get(page).await.location().starts_with("/login"), "{page}");
        }
        for form in [
            "/admin/about/rules",
            "/admin/about/rules/1",
            "/admin/about/rules/1/move",
            "/admin/about/rules/1/remove",
            "/admin/about/texts/terms",
            "/admin/announcements",
            "/admin/announcements/1",
            "/admin/announcements/1/remove",
        ] {
            assert_eq!(ann.post(form, &[("words", "x"), ("rule", "x")]).await.status, 403, "{form}");
        }
    }
}

/// The files of the media store.
fn files(world: &World) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }
    count(&world.files.path().join("media"))
}

#[tokio::test]
async fn an_admin_gives_the_instance_a_picture_that_pages_name_and_takes_it_back() {
    let mut png = std::io::Cursor::new(Vec::new());
    let image = image::RgbaImage::from_pixel(1_600, 800, image::Rgba([200, 30, 90, 255]));
    image.write_to(&mut png, image::ImageFormat::Png).unwrap();
    let file = png.into_inner();
    for world in worlds().await {
        let chief = admin(&world).await;
        world.browser().open("/about").await.has_not("og:image");
        let form = [Part::Text("return_to", "/admin/about"), Part::File("picture", &file)];
        let answer = chief.post_parts("/admin/about/picture", &form).await;
        assert_eq!(answer.location(), "/admin/about", "{}: {}", world.engine, answer.html);
        let page = chief.open("/admin/about").await;
        page.has("The server has its new picture.").has("width=\"1200\" height=\"600\"");
        let picture = world.service.house_picture().unwrap();
        assert_eq!((picture.icon_width, picture.icon_height), (400, 400), "its middle");
        let named =
            format!("<meta property=\"og:image\" content=\"https://rook.test/media/{}\">", picture.file_key);
        world.browser().open("/about").await.has(&named);
        world.browser().open("/login").await.has(&named);
        assert_eq!(files(&world), 2, "{}: the picture and its icon", world.engine);

        let broken = [Part::File("picture", b"no picture")];
        let refused = chief.post_parts("/admin/about/picture", &broken).await;
        assert_eq!(refused.status, 422, "{}", world.engine);
        refused.has("id=\"picture-error\"");
        chief.post_parts("/admin/about/picture", &[Part::Text("x", "")]).await.has("Choose a picture.");
        chief.post_parts("/admin/about/picture", &form).await;
        assert_ne!(world.service.house_picture().unwrap().file_key, picture.file_key);
        assert_eq!(files(&world), 2, "{}: the old one is gone", world.engine);
        chief.submit("/admin/about/picture/remove", &[]).await.has("The picture is removed.");
        world.browser().open("/about").await.has_not("og:image");
        assert_eq!(files(&world), 0, "{}", world.engine);

        let ann = world.person("ann").await;
        assert_eq!(ann.post_parts("/admin/about/picture", &form).await.status, 403);
        assert_eq!(ann.post("/admin/about/picture/remove", &[]).await.status, 403);
        assert_eq!(files(&world), 0, "{}", world.engine);
    }
}
