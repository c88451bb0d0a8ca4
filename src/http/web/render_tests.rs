//! What holds for every page: one heading, labels, no inline script, escaped text.
//!
//! With `ROOKERY_TEST_RENDER_DIR` set, the pages and the assets are also written there, to look at them
//! in a browser.

use std::fs;
use std::path::Path;

use super::fixtures::*;
use super::gallery::{Drawn, all_pages, draw};
use super::views::pages::*;
use super::views::*;

#[test]
fn every_page_draws_in_every_language() {
    for words in super::i18n::Words::all() {
        let pages = all_pages(words.tag());
        if let Some(folder) = std::env::var_os("ROOKERY_TEST_RENDER_DIR") {
            write_out(&Path::new(&folder).join(words.tag()), &pages);
        }
        for (name, html) in pages {
            assert_eq!(html.matches("<h1").count(), 1, "{name}: one h1");
            assert_eq!(html.matches("<main").count(), 1, "{name}: one main");
            assert!(html.contains(&format!("<html lang=\"{}\"", words.tag())), "{name}: language");
            assert!(!html.contains("\"/assets/\""), "{name}: an asset that does not exist");
            assert!(
                !html.contains(" style=") && !html.contains("<style"),
                "{name}: inline style breaks the CSP"
            );
            assert!(
                !html.contains("<script>") && !html.contains(" onclick="),
                "{name}: inline script breaks the CSP"
            );
        }
    }
}

fn write_out(folder: &Path, pages: &[Drawn]) {
    fs::create_dir_all(folder).unwrap();
    for (name, html) in pages {
        fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
    let assets = folder.parent().unwrap().join("assets");
    fs::create_dir_all(&assets).unwrap();
    for name in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets")).unwrap() {
        let name = name.unwrap();
        let url = super::assets::url(name.file_name().to_str().unwrap());
        fs::copy(name.path(), assets.join(url.rsplit('/').next().unwrap())).unwrap();
    }
}

#[test]
fn every_input_has_a_label_and_every_id_is_unique() {
    for (name, html) in all_pages("en") {
        let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        for id in &ids {
            assert_eq!(ids.iter().filter(|other| other == &id).count(), 1, "{name}: id {id}");
        }
        for tag in ["<input", "<textarea", "<select"] {
            for element in html.split(tag).skip(1).filter_map(|rest| rest.split('>').next()) {
                let hidden = element.contains("type=\"hidden\"") || element.contains(" hidden");
                let boxed = element.contains("type=\"checkbox\"") || element.contains("type=\"radio\"");
                let id =
                    element.split(" id=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("-");
                let labelled = html.contains(&format!("for=\"{id}\"")) || element.contains("aria-label=");
                assert!(hidden || boxed || labelled, "{name}: no label for {element}");
            }
        }
        for image in html.split("<img").skip(1).filter_map(|rest| rest.split('>').next()) {
            assert!(image.contains(" alt=\"") && image.contains(" width=\""), "{name}: {image}");
        }
    }
}

#[test]
fn headings_never_skip_a_level() {
    for (name, html) in all_pages("en") {
        let levels: Vec<u32> =
            html.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10)).collect();
        assert_eq!(levels.first(), Some(&1), "{name}: {levels:?}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
    }
}

#[test]
fn every_form_posts_or_searches_and_comes_back() {
    for (name, html) in all_pages("en") {
        for form in html.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next()) {
            if form.contains("method=\"dialog\"") || form.contains("role=\"search\"") {
                continue;
            }
            assert!(form.contains("method=\"post\"") && form.contains("action=\"/"), "{name}: {form}");
            let own_way_back =
                ["/logout", "/setup", "/signup", "/settings/", "/email/", "/unsubscribe", "/oauth/"]
                    .iter()
                    .any(|path| form.contains(&format!("action=\"{path}")));
            assert!(own_way_back || form.contains("name=\"return_to\" value=\"/"), "{name}: {form}");
        }
    }
}

#[test]
fn hostile_text_is_escaped_everywhere() {
    let hostile = || HOSTILE.to_owned();
    let mut bad = timeline().remove(1);
    bad.author.display_name = hostile();
    bad.author.handle = hostile();
    bad.author.avatar = Some(hostile());
    bad.author.remote_url = Some(hostile());
    bad.text = hostile();
    bad.language = Some(hostile());
    bad.content_warning = Some(hostile());
    bad.remote_url = Some(hostile());
    bad.retweeted_by = Some(bad.author.clone());
    bad.reply_to = Some(ReplyContext { account: Some(bad.author.clone()), href: hostile() });
    bad.media[0].alt = hostile();
    bad.media[0].url = hostile();
    bad.preview = Some(PreviewView {
        url: hostile(),
        host: hostile(),
        title: hostile(),
        description: hostile(),
        site_name: Some(hostile()),
        author: Some(hostile()),
        picture: Some((hostile(), hostile())),
    });
    bad.quote = Some(QuoteView::Shown(Box::new(bad.clone())));
    let mut around = shell("en", Nav::Home, "/home");
    around.here = format!("/{HOSTILE}");
    around.flash = Some(Flash { good: true, text: hostile() });
    let form = Composer {
        text: format!("</textarea>{HOSTILE}"),
        content_warning: hostile(),
        reply_to: Some(bad.clone()),
        errors: FormErrors(vec![FieldError { message: hostile(), ..complaint("text", HOSTILE).0.remove(0) }]),
        ..composer()
    };
    let mut someone = profile(0, Relation::default());
    someone.account = bad.author.clone();
    someone.fields[0].name = hostile();
    let note = NotificationView {
        account: bad.author.clone(),
        tweet: Some(bad.clone()),
        kind: NotificationKind::Like,
        ..NotificationView::default()
    };
    let row = AccountRow { account: bad.author.clone(), bio: hostile(), ..AccountRow::default() };
    let pages = [
        draw(
            "thread",
            &ThreadPage {
                backfill: None,
                shell: around.clone(),
                ancestors: vec![],
                focus: bad.clone(),
                composer: Some(form),
                replies: vec![],
                above: Some(hostile()),
                below: Some(hostile()),
            },
        ),
        draw(
            "profile",
            &ProfilePage {
                shell: around.clone(),
                profile: someone,
                tab: ProfileTab::Posts,
                pinned: vec![],
                tweets: vec![bad],
                older: None,
            },
        ),
        draw("notifications", &NotificationsPage { shell: around.clone(), items: vec![note], older: None }),
        draw("tag", &TagPage { shell: around.clone(), tag: hostile(), tweets: vec![], older: None }),
        draw("requests", &RequestsPage { shell: around.clone(), rows: vec![row], older: None }),
        draw(
            "error",
            &ErrorPage { shell: around, kind: ErrorKind::Bad, detail: hostile(), request_id: hostile() },
        ),
    ];
    for (name, html) in pages {
        assert!(html.contains("&#60;script&#62;"), "{name} shows the text");
        assert!(!html.contains("<script>") && !html.contains("<img src=x"), "{name} lets markup through");
        assert!(!html.contains("onerror=alert(2)>"), "{name} lets an attribute through");
    }
}

#[test]
fn markup_enters_templates_only_as_safe_html() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = fs::read_to_string(&path).unwrap();
        assert!(!source.contains("|safe") && !source.contains("| safe"), "{}", path.display());
    }
    let drawn = SafeHtml::sanitised("<p>a</p>").to_string();
    assert_eq!(drawn, "<p>a</p>");
}

#[test]
fn every_icon_that_is_used_is_drawn_and_every_drawn_one_is_used() {
    let sprite = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/icons.svg")).unwrap();
    let drawn: Vec<&str> =
        sprite.split("<symbol id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let html: String = all_pages("en").into_iter().map(|(_, html)| html).collect();
    let used: Vec<&str> = html.split(".svg#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for icon in &drawn {
        assert!(used.contains(icon), "{icon} is drawn for nothing");
    }
    for icon in used {
        assert!(drawn.contains(&icon), "{icon} is not drawn");
    }
}

#[test]
fn a_tweet_returns_to_its_own_place_and_says_its_language() {
    let tweet = timeline().remove(2);
    let html = shell("en", Nav::Home, "/home?before=7").card(&tweet).to_string();
    assert!(html.contains(&format!("value=\"/home?before=7#tweet-{}\"", tweet.entry)));
    assert!(html.contains("lang=\"ar\""));
}

#[test]
fn only_the_author_sees_edit_and_delete() {
    let (mine, theirs) = (tweet(6, "<p>x</p>"), tweet(1, "<p>x</p>"));
    let shell = shell("en", Nav::Home, "/home");
    assert!(shell.card(&mine).to_string().contains("/delete?return_to="));
    assert!(!shell.card(&mine).to_string().contains("/block"));
    assert!(!shell.card(&theirs).to_string().contains("/delete"));
    assert!(shell.card(&theirs).to_string().contains("/block"));
}
