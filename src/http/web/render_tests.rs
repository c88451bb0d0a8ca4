//! Draws every page in several states, and checks what holds for all of them.
//!
//! With `ROOKERY_RENDER_DIR` set, the pages and the assets are also written there, to look at them
//! in a browser.

use std::fs;
use std::path::Path;

use askama::Template;

use super::fixtures::*;
use super::views::pages::*;
use super::views::*;
use crate::clock::DAY_MS;

type Drawn = (&'static str, String);

fn draw(name: &'static str, page: &impl Template) -> Drawn {
    (name, page.render().unwrap())
}

fn timelines(tag: &str) -> Vec<Drawn> {
    let older = || Some("/home?before=123".to_owned());
    let mut home = shell(tag, Nav::Home, "/home");
    home.flash = Flash::from_code(home.words, "posted");
    vec![
        draw(
            "home",
            &HomePage { shell: home, composer: Some(composer()), tweets: timeline(), older: older() },
        ),
        draw(
            "home-empty",
            &HomePage {
                shell: shell(tag, Nav::Home, "/home"),
                composer: Some(composer()),
                tweets: vec![],
                older: None,
            },
        ),
        draw(
            "local",
            &LocalPage {
                shell: shell(tag, Nav::Local, "/local"),
                welcome: false,
                tweets: timeline(),
                older: older(),
            },
        ),
        draw(
            "welcome",
            &LocalPage {
                shell: visitor(tag, Nav::Local, "/", Registration::Open),
                welcome: true,
                tweets: timeline(),
                older: None,
            },
        ),
        draw(
            "local-empty",
            &LocalPage {
                shell: visitor(tag, Nav::Local, "/", Registration::Closed),
                welcome: true,
                tweets: vec![],
                older: None,
            },
        ),
        draw(
            "tag",
            &TagPage {
                shell: shell(tag, Nav::Search, "/tags/birding"),
                tag: "birding".into(),
                tweets: timeline(),
                older: None,
            },
        ),
        draw(
            "tag-empty",
            &TagPage {
                shell: shell(tag, Nav::Search, "/tags/x"),
                tag: "vögel".into(),
                tweets: vec![],
                older: None,
            },
        ),
        draw(
            "bookmarks",
            &BookmarksPage {
                shell: shell(tag, Nav::Bookmarks, "/bookmarks"),
                tweets: timeline(),
                older: None,
            },
        ),
        draw(
            "bookmarks-empty",
            &BookmarksPage { shell: shell(tag, Nav::Bookmarks, "/bookmarks"), tweets: vec![], older: None },
        ),
        draw(
            "notifications",
            &NotificationsPage {
                shell: shell(tag, Nav::Notifications, "/notifications"),
                items: notifications(),
                older: older(),
            },
        ),
        draw(
            "notifications-empty",
            &NotificationsPage {
                shell: shell(tag, Nav::Notifications, "/notifications"),
                items: vec![],
                older: None,
            },
        ),
    ]
}

fn about_tweets(tag: &str) -> Vec<Drawn> {
    let list = timeline();
    let with = |composer| ComposePage { shell: shell(tag, Nav::Compose, "/compose"), composer };
    let reply =
        Composer { reply_to: Some(list[1].clone()), text: "@mirek ".into(), open: true, ..composer() };
    let quote = Composer {
        quote_of: Some(list[0].clone()),
        text: "Look at this.".into(),
        errors: complaint("text", "too_long"),
        ..composer()
    };
    let edit = Composer {
        editing: Some(list[5].id),
        text: "Drawing up a plan".into(),
        images: kept_slots(),
        ..composer()
    };
    let whole = Composer { errors: complaint("", "too_many_requests"), open: true, ..composer() };
    let mut focus = list[1].clone();
    focus.retweeted_by = None;
    focus.entry = focus.id;
    focus.edited_ms = Some(NOW - DAY_MS);
    let thread = |shell, composer| ThreadPage {
        shell,
        ancestors: vec![list[0].clone(), list[2].clone()],
        focus: focus.clone(),
        composer,
        replies: vec![list[3].clone(), list[6].clone()],
        older: None,
    };
    let version = |html: &str, days| VersionView {
        html: SafeHtml::sanitised(html),
        content_warning: None,
        language: Some("en".into()),
        since_ms: NOW - days * DAY_MS,
    };
    let answer = Composer { reply_to: Some(focus.clone()), ..composer() };
    vec![
        draw("compose", &with(Composer { open: true, ..composer() })),
        draw("compose-reply", &with(reply)),
        draw("compose-quote", &with(quote)),
        draw("compose-edit", &with(edit)),
        draw("compose-error", &with(whole)),
        draw("thread", &thread(shell(tag, Nav::None, "/@mirek/2"), Some(answer))),
        draw("thread-visitor", &thread(visitor(tag, Nav::None, "/@mirek/2", Registration::Open), None)),
        draw(
            "history",
            &HistoryPage {
                shell: shell(tag, Nav::None, "/tweets/1/history"),
                tweet: list[0].clone(),
                versions: vec![
                    version("<p>Third.</p>", 1),
                    version("<p>Second.</p>", 2),
                    version("<p>First.</p>", 3),
                ],
            },
        ),
        draw(
            "delete",
            &DeletePage {
                shell: shell(tag, Nav::None, "/tweets/1/delete"),
                tweet: list[5].clone(),
                return_to: "/home".into(),
            },
        ),
    ]
}

fn about_people(tag: &str) -> Vec<Drawn> {
    let page = |profile: ProfileView, pinned: Vec<TweetView>, tweets: Vec<TweetView>| ProfilePage {
        shell: shell(tag, Nav::Profile, &profile.account.href()),
        profile,
        tab: ProfileTab::Posts,
        pinned,
        tweets,
        older: None,
    };
    let relation = Relation { following: true, followed_by: true, muting: true, ..Relation::default() };
    let blocking = Relation { blocking: true, ..Relation::default() };
    let blocked = Relation { blocked_by: true, ..Relation::default() };
    let list = timeline();
    let mut as_visitor = page(profile(2, Relation::default()), vec![], list.clone());
    as_visitor.shell = visitor(tag, Nav::None, "/@june", Registration::Open);
    let follows = |account, kind, rows| FollowsPage {
        shell: shell(tag, Nav::None, "/@ada/followers"),
        account: super::fixtures::account(account),
        kind,
        rows,
        older: None,
    };
    vec![
        draw(
            "profile-own",
            &page(profile(0, Relation::default()), vec![list[5].clone()], list[..2].to_vec()),
        ),
        draw("profile-other", &page(profile(1, relation), vec![], list)),
        draw("profile-empty", &page(profile(3, Relation::default()), vec![], vec![])),
        draw("profile-blocking", &page(profile(4, blocking), vec![], vec![])),
        draw("profile-blocked", &page(profile(5, blocked), vec![], vec![])),
        draw("profile-visitor", &as_visitor),
        draw("followers", &follows(0, FollowsKind::Followers, people(RowMenu::Follower))),
        draw("following-empty", &follows(1, FollowsKind::Following, vec![])),
        draw(
            "requests",
            &RequestsPage {
                shell: shell(tag, Nav::Requests, "/follow-requests"),
                rows: vec![person(1, RowMenu::Request, Relation::default())],
                older: None,
            },
        ),
        draw(
            "requests-empty",
            &RequestsPage { shell: shell(tag, Nav::Requests, "/follow-requests"), rows: vec![], older: None },
        ),
    ]
}

fn searches(tag: &str) -> Vec<Drawn> {
    let page = |query: &str, kind, lookup| SearchPage {
        shell: shell(tag, Nav::Search, "/search"),
        query: query.into(),
        kind,
        lookup,
        tweets: vec![],
        people: vec![],
        tags: vec![],
        older: None,
    };
    let found = Lookup::Found(Box::new(person(1, RowMenu::Follow, Relation::default())));
    let tags =
        vec![TagRow { name: "birding".into(), tweets: 48 }, TagRow { name: "Vögel".into(), tweets: 1 }];
    let mut as_visitor = page("@mirek@ptactvo.example", SearchKind::People, Lookup::SignIn);
    as_visitor.shell = visitor(tag, Nav::Search, "/search?q=x", Registration::Open);
    vec![
        draw("search", &page("", SearchKind::Posts, Lookup::None)),
        draw(
            "search-posts",
            &SearchPage { tweets: timeline(), ..page("rooks & elms", SearchKind::Posts, Lookup::None) },
        ),
        draw("search-found", &page("@mirek@ptactvo.example", SearchKind::People, found)),
        draw(
            "search-people",
            &SearchPage {
                people: people(RowMenu::Follow),
                ..page("ada", SearchKind::People, Lookup::Failed)
            },
        ),
        draw(
            "search-post-found",
            &page(
                "https://a.example/1",
                SearchKind::Posts,
                Lookup::FoundTweet(Box::new(timeline()[0].clone())),
            ),
        ),
        draw("search-tags", &SearchPage { tags, ..page("bird", SearchKind::Tags, Lookup::None) }),
        draw("search-nothing", &page("zzz", SearchKind::Posts, Lookup::None)),
        draw("search-visitor", &as_visitor),
    ]
}

fn doors(tag: &str) -> Vec<Drawn> {
    let signup = |registration, state, errors| SignupPage {
        shell: visitor(tag, Nav::None, "/signup", registration),
        state,
        username: "ada".into(),
        email: "ada@example.org".into(),
        reason: String::new(),
        errors,
    };
    let login = |errors| LoginPage {
        shell: visitor(tag, Nav::None, "/login", Registration::Open),
        login: String::new(),
        return_to: "/home".into(),
        errors,
    };
    let setup = SetupPage {
        shell: visitor(tag, Nav::None, "/setup", Registration::Open),
        username: String::new(),
        email: String::new(),
        errors: FormErrors::default(),
    };
    vec![
        draw("setup", &setup),
        draw("signup", &signup(Registration::Open, SignupState::Form, complaint("username", "taken"))),
        draw("signup-approval", &signup(Registration::Approval, SignupState::Form, FormErrors::default())),
        draw("signup-waiting", &signup(Registration::Approval, SignupState::Waiting, FormErrors::default())),
        draw("signup-closed", &signup(Registration::Closed, SignupState::Form, FormErrors::default())),
        draw("login", &login(FormErrors::default())),
        draw("login-wrong", &login(complaint("", "bad_credentials"))),
    ]
}

fn settings(tag: &str) -> Vec<Drawn> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let form = ProfileForm {
        display_name: "Ada Lovelace".into(),
        bio: "Poetical science.".into(),
        header: Some("/media/header.png".into()),
        fields: vec![pair("Pronouns", "she/her"), pair("", ""), pair("", ""), pair("", "")],
        locked: true,
        discoverable: true,
        ..ProfileForm::default()
    };
    let shell = || shell(tag, Nav::Settings, "/settings/profile");
    vec![
        draw(
            "settings-profile",
            &EditProfilePage {
                shell: shell(),
                account: account(1),
                form,
                errors: complaint("bio", "too_long"),
            },
        ),
        draw(
            "settings-security",
            &SecurityPage {
                shell: shell(),
                sessions: sessions(),
                errors: complaint("current_password", "wrong"),
            },
        ),
        draw("settings-appearance", &AppearancePage { shell: shell(), language: "de".into() }),
    ]
}

fn errors(tag: &str) -> Vec<Drawn> {
    let names =
        ["400", "401", "403", "404", "410", "429", "500", "503"].map(|status| format!("error-{status}"));
    let kinds = [
        ErrorKind::Bad,
        ErrorKind::Unauthorized,
        ErrorKind::Forbidden,
        ErrorKind::NotFound,
        ErrorKind::Gone,
        ErrorKind::TooMany(30),
        ErrorKind::Internal,
        ErrorKind::Busy,
    ];
    let page = |kind| ErrorPage {
        shell: visitor(tag, Nav::None, "/somewhere", Registration::Open),
        kind,
        detail: if kind == ErrorKind::Bad { "cursor: this is no cursor".into() } else { String::new() },
        request_id: "01J9ZK3V".into(),
    };
    names.into_iter().zip(kinds).map(|(name, kind)| (&*name.leak(), page(kind).render().unwrap())).collect()
}

fn all_pages(tag: &str) -> Vec<Drawn> {
    [
        timelines(tag),
        about_tweets(tag),
        about_people(tag),
        searches(tag),
        doors(tag),
        settings(tag),
        errors(tag),
    ]
    .concat()
}

#[test]
fn every_page_draws_in_every_language() {
    for words in super::i18n::Words::all() {
        let pages = all_pages(words.tag());
        if let Some(folder) = std::env::var_os("ROOKERY_RENDER_DIR") {
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
                let hidden = element.contains("type=\"hidden\"") || element.contains("aria-hidden");
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
            let own_way_back = ["/logout", "/setup", "/signup", "/settings/"]
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
    bad.quote = Some(QuoteView::Shown(Box::new(bad.clone())));
    let mut around = shell("en", Nav::Home, "/home");
    around.here = format!("/{HOSTILE}");
    around.flash = Some(Flash { good: true, text: hostile() });
    let form = Composer {
        text: format!("</textarea>{HOSTILE}"),
        content_warning: hostile(),
        reply_to: Some(bad.clone()),
        errors: FormErrors(vec![FieldError { field: "text".into(), code: hostile(), message: hostile() }]),
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
                shell: around.clone(),
                ancestors: vec![],
                focus: bad.clone(),
                composer: Some(form),
                replies: vec![],
                older: Some(hostile()),
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
