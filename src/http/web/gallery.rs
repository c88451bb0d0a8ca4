//! Every page in several states, drawn from the example data, for tests to look at.

mod admin;

use askama::Template;

use self::admin::{admin, told};
use super::fixtures::*;
use super::views::pages::*;
use super::views::*;
use crate::clock::DAY_MS;
use crate::federation::resolve::Missed;
use crate::model::about::HouseRule;
use crate::model::account::Signup;
use crate::model::ids::{AccountId, RowId};
use crate::model::telling::{Channel, Doers, Telling};
use crate::notify::EmailView;
use crate::search::Why;

/// A name and the HTML of a page.
pub(super) type Drawn = (&'static str, String);

pub(super) fn draw(name: &'static str, page: &impl Template) -> Drawn {
    (name, page.render().unwrap())
}

fn timelines(tag: &str) -> Vec<Drawn> {
    let older = || Some("/home?before=123".to_owned());
    let mut home = shell(tag, Nav::Home, "/home");
    home.flash = Flash::from_code(home.words, "posted");
    let rule = HouseRule { id: RowId(1), text: "Be <kind>".to_owned(), hint: "Always.".to_owned() };
    let text = |id| AboutText { id, html: SafeHtml::sanitised("<p>Words</p>"), updated_ms: NOW };
    let about = AboutPage {
        shell: shell(tag, Nav::None, "/about"),
        rules: vec![rule],
        texts: vec![text("about"), text("privacy"), text("terms")],
    };
    vec![
        draw("about", &about),
        draw(
            "home",
            &HomePage {
                shell: home,
                composer: Some(composer()),
                announcements: vec![told(7, true), told(6, false)],
                tweets: timeline(),
                older: older(),
            },
        ),
        draw(
            "home-empty",
            &HomePage {
                shell: shell(tag, Nav::Home, "/home"),
                composer: Some(composer()),
                announcements: vec![],
                tweets: vec![],
                older: None,
            },
        ),
        draw(
            "local",
            &LocalPage {
                shell: shell(tag, Nav::Local, "/local"),
                welcome: false,
                federated: false,
                tweets: timeline(),
                older: older(),
            },
        ),
        draw(
            "federated",
            &LocalPage {
                shell: shell(tag, Nav::Local, "/federated"),
                welcome: false,
                federated: true,
                tweets: timeline(),
                older: None,
            },
        ),
        draw(
            "welcome",
            &LocalPage {
                shell: visitor(tag, Nav::Local, "/", Registration::Open),
                welcome: true,
                federated: false,
                tweets: timeline(),
                older: None,
            },
        ),
        draw(
            "local-empty",
            &LocalPage {
                shell: visitor(tag, Nav::Local, "/", Registration::Closed),
                welcome: true,
                federated: false,
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
    let reply = Composer { reply_to: Some(list[1].clone()), text: "@mirek ".into(), ..composer() };
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
    let whole = Composer { errors: complaint("", "too_many_requests"), ..composer() };
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
        above: Some("/@mirek/1".into()),
        below: Some("/@mirek/9".into()),
        backfill: Some(BackfillView { running: true, posts: 3 }),
    };
    let reactions = |kind, rows, quotes| ReactionsPage {
        shell: shell(tag, Nav::None, "/tweets/1/likes"),
        tweet: list[0].clone(),
        kind,
        rows,
        quotes,
        older: None,
    };
    let version = |html: &str, days| VersionView {
        html: SafeHtml::sanitised(html),
        content_warning: None,
        language: Some("en".into()),
        pictures: vec!["A tower with rooks around it".into(), String::new()],
        since_ms: NOW - days * DAY_MS,
    };
    let answer = Composer { reply_to: Some(focus.clone()), ..composer() };
    vec![
        draw("compose", &with(composer())),
        draw("compose-reply", &with(reply)),
        draw("compose-quote", &with(quote)),
        draw("compose-edit", &with(edit)),
        draw("compose-error", &with(whole)),
        draw("thread", &thread(shell(tag, Nav::None, "/@mirek/2"), Some(answer))),
        draw("thread-visitor", &thread(visitor(tag, Nav::None, "/@mirek/2", Registration::Open), None)),
        draw("reposts", &reactions(Reaction::Repost, people(RowMenu::Follow), vec![])),
        draw("quotes", &reactions(Reaction::Quote, vec![], vec![list[6].clone()])),
        draw("likes-none", &reactions(Reaction::Like, vec![], vec![])),
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
    let done = ReportRow {
        reporter: None,
        origin: Some("buyut.example".into()),
        resolved: Some(("ada".into(), NOW - DAY_MS)),
        ..reported()
    };
    let reports = |reports, open| ReportsPage {
        shell: PageShell { here: "/admin/reports".into(), ..admin(tag) },
        open,
        reports,
        older: None,
    };
    let report_form = |tweet| ReportPage {
        shell: shell(tag, Nav::None, "/report?account=1"),
        account: super::fixtures::account(1),
        host: Some("ptactvo.example".into()),
        tweet,
        form: ReportForm { comment: "Sells <feathers>".into(), forward: true },
        errors: complaint("comment", "too_long"),
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
        draw("signups", &SignupsPage { shell: admin(tag), signups: vec![signup()], older: None }),
        draw("signups-empty", &SignupsPage { shell: admin(tag), signups: vec![], older: None }),
        draw("reports", &reports(vec![reported()], true)),
        draw("reports-resolved", &reports(vec![done], false)),
        draw("reports-empty", &reports(vec![], true)),
        draw("report", &report_form(Some(timeline().remove(0)))),
        draw("report-account", &report_form(None)),
    ]
}

fn reported() -> ReportRow {
    ReportRow {
        id: "7".into(),
        account: account(1),
        reporter: Some(account(2)),
        comment: "Sells <feathers>\nevery hour.".into(),
        forwarded: true,
        posts: vec![ReportedPost {
            href: "/tweets/7".into(),
            text: "Fresh feathers, best price!".into(),
            created_ms: NOW - 2 * DAY_MS,
        }],
        created_ms: NOW - DAY_MS,
        ..ReportRow::default()
    }
}

fn signup() -> Signup {
    Signup {
        account_id: AccountId(9),
        username: "grace".to_owned(),
        email: "grace@example.org".to_owned(),
        reason: "I like <rooks>".to_owned(),
        asked_at: 0,
    }
}

fn searches(tag: &str) -> Vec<Drawn> {
    let page = |query: &str, kind, lookup| SearchPage {
        shell: shell(tag, Nav::Search, "/search"),
        query: query.into(),
        kind,
        best: false,
        lookup,
        tweets: vec![],
        why: vec![],
        trending: vec![],
        suggested: vec![],
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
            "explore",
            &SearchPage {
                trending: vec![TagRow { name: "rooks".into(), tweets: 12 }],
                suggested: vec![AccountRow {
                    why: "Uses #rooks, which you follow".into(),
                    ..person(1, RowMenu::Follow, Relation::default())
                }],
                ..page("", SearchKind::Posts, Lookup::None)
            },
        ),
        draw(
            "search-posts",
            &SearchPage { tweets: timeline(), ..page("rooks & elms", SearchKind::Posts, Lookup::None) },
        ),
        draw(
            "search-best",
            &SearchPage {
                best: true,
                tweets: timeline(),
                why: vec![
                    vec![Why::Own, Why::Recent],
                    vec![Why::Followed, Why::Touched, Why::Words],
                    vec![Why::Near],
                ],
                ..page("rooks & elms", SearchKind::Posts, Lookup::None)
            },
        ),
        draw("search-found", &page("@mirek@ptactvo.example", SearchKind::People, found)),
        draw(
            "search-people",
            &SearchPage {
                people: people(RowMenu::Follow),
                ..page("ada", SearchKind::People, Lookup::Failed(Missed::Unreachable))
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
    let moving = |moved_to| MovePage {
        shell: shell(),
        aliases: "https://ptactvo.example/users/ada".into(),
        target: "ada@ptactvo.example".into(),
        moved_to,
        errors: complaint("target", "no_alias"),
    };
    let away = |kind, rows| KeptAwayPage { shell: shell(), kind, rows, older: None };
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
        draw("settings-apps", &AppsPage { shell: shell(), apps: apps() }),
        draw("settings-apps-none", &AppsPage { shell: shell(), apps: vec![] }),
        draw("consent", &consent(tag)),
        draw("consent-code", &CodePage { shell: shell(), code: "Vn4-3m_q".repeat(5) }),
        draw(
            "settings-delete",
            &LeavePage { shell: shell(), errors: complaint("password", "wrong_password") },
        ),
        draw("settings-move", &moving(None)),
        draw("settings-moved", &moving(Some(account(1)))),
        draw("settings-blocked", &away(Away::Blocked, people(RowMenu::Follow))),
        draw("settings-muted", &away(Away::Muted, people(RowMenu::Muted))),
        draw("settings-muted-none", &away(Away::Muted, vec![])),
        draw("settings-notifications", &telling(shell())),
        draw("settings-email", &email(shell(), false)),
        draw("settings-email-failed", &email(shell(), true)),
        draw("confirm-email", &confirmation(shell(), "ada@example.org", FormErrors::default())),
        draw("unsubscribe", &unsubscribing(shell(), false)),
        draw("unsubscribe-done", &unsubscribing(shell(), true)),
        draw("confirm-email-late", &confirmation(shell(), "", complaint("token", "bad_link"))),
        draw("settings-appearance", &AppearancePage { shell: shell(), language: "de".into() }),
    ]
}

fn email(shell: PageShell, failed: bool) -> EmailPage {
    let email = EmailView {
        address: "ada@example.org".to_owned(),
        confirmed: true,
        wanted: Some("ada@example.net".to_owned()),
        waits: !failed,
        failed,
        sends: true,
    };
    EmailPage { shell, email, typed: "ada@".to_owned(), errors: complaint("email", "bad_email") }
}

fn confirmation(shell: PageShell, address: &str, errors: FormErrors) -> ConfirmEmailPage {
    let (address, token) = (address.to_owned(), "AbC".repeat(40));
    ConfirmEmailPage { shell, address, account: AccountId(7), token, errors }
}

fn unsubscribing(shell: PageShell, done: bool) -> UnsubscribePage {
    UnsubscribePage {
        shell,
        account: AccountId(7),
        token: "AbC".repeat(40),
        done,
        errors: FormErrors::default(),
    }
}

fn telling(shell: PageShell) -> TellingPage {
    let mut telling = Telling::default();
    telling.choose(NotificationKind::Like, Channel::List, Doers::NONE);
    let form = ToldForm {
        quiet: true,
        from: "22:00".into(),
        until: "22:00".into(),
        time_zone: "Europe/Berlin".into(),
        every: "daily".into(),
        hour: "8".into(),
        digest_failed: true,
    };
    let tables = Channel::ALL.map(|channel| TellingPage::table(channel, &telling)).into();
    let email = EmailView { sends: true, ..EmailView::default() };
    TellingPage { shell, tables, form, email, errors: complaint("time_zone", "bad_time_zone") }
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

pub(super) fn all_pages(tag: &str) -> Vec<Drawn> {
    [
        timelines(tag),
        about_tweets(tag),
        about_people(tag),
        admin::about_instances(tag),
        searches(tag),
        doors(tag),
        settings(tag),
        errors(tag),
    ]
    .concat()
}
