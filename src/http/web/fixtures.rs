//! Example data for drawing every page in tests.

use std::sync::Arc;

use super::i18n::Words;
use super::views::pages::*;
use super::views::*;
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use crate::model::ids::{AccountId, MediaId, NotificationId, TweetId};

/// 2026-03-05T14:03:20Z
pub(super) const NOW: Millis = 1_772_719_400_000;

/// What a person could put into any plain text field.
pub(super) const HOSTILE: &str = "<script>alert(\"1\")</script>'\"><img src=x onerror=alert(2)>";

pub(super) fn site(registration: Registration) -> Arc<SiteView> {
    Arc::new(SiteView {
        picture: None,
        name: "Rookery".into(),
        host: "rookery.example".into(),
        description: "A colony for people who like birds, trains and long walks. Be kind; bring pictures."
            .into(),
        source_url: "https://example.org/rookery".into(),
        contact: Some(ContactView::read("help@rookery.example")),
        version: "0.1.0".into(),
        registration,
        accounts: 1_248,
        tweets: 56_310,
    })
}

pub(super) fn account(n: i64) -> AccountView {
    let (handle, name) = [
        ("ada", "Ada Lovelace"),
        ("mirek@ptactvo.example", "Mirek Novák"),
        ("june", "June Abara 🌿"),
        ("nightjar", "nightjar"),
        ("layla@buyut.example", "ليلى حداد"),
        (
            "tilda_of_the_very_long_name@a-server-with-a-long-name.example.org",
            "Tilda, who never could settle on a short display name",
        ),
    ][usize::try_from(n).unwrap() % 6];
    let remote = handle.contains('@');
    AccountView {
        id: AccountId(((NOW - n * DAY_MS - n) << 16) + n),
        handle: handle.into(),
        display_name: name.into(),
        emoji: Vec::new(),
        avatar: (n % 3 != 0).then(|| format!("/media/avatar-{}.png", n % 4)),
        locked: n == 3,
        bot: n == 5,
        remote_url: remote.then(|| "https://example.org/@someone".into()),
    }
}

pub(super) fn viewer() -> ViewerView {
    ViewerView { account: account(0), unread: 3, follow_requests: 1, admin: None }
}

pub(super) fn shell(tag: &str, nav: Nav, here: &str) -> PageShell {
    PageShell {
        site: site(Registration::Open),
        words: Words::tagged(tag).unwrap(),
        theme: Theme::Auto,
        keys: true,
        viewer: Some(viewer()),
        nav,
        here: here.into(),
        now_ms: NOW,
        flash: None,
    }
}

pub(super) fn visitor(tag: &str, nav: Nav, here: &str, registration: Registration) -> PageShell {
    PageShell { viewer: None, site: site(registration), ..shell(tag, nav, here) }
}

pub(super) fn tweet(n: i64, html: &str) -> TweetView {
    let id = TweetId(((NOW - n * n * 11 * MINUTE_MS - 3 * MINUTE_MS) << 16) + n);
    let count = u64::try_from(n).unwrap();
    TweetView {
        id,
        entry: id,
        author: account(n % 6),
        html: SafeHtml::sanitised(html),
        text: html.replace("<p>", "").replace("</p>", " "),
        language: Some("en".into()),
        created_ms: id.time_ms(),
        counts: TweetCounts {
            replies: count % 4,
            retweets: count * 7 % 23,
            likes: count * count * 31 % 1_900,
            quotes: count % 2,
        },
        liked: n % 3 == 1,
        retweeted: n % 5 == 2,
        bookmarked: n % 4 == 3,
        mine: n % 6 == 0,
        can_retweet: true,
        ..TweetView::default()
    }
}

fn image(n: u32, width: u32, height: u32, alt: &str) -> MediaView {
    MediaView {
        shape: MediaShape::Picture,
        preview_url: format!("/media/photo-{n}.png"),
        url: format!("/media/photo-{n}.png"),
        alt: alt.into(),
        width,
        height,
        full_width: (n % 2 == 1).then_some(2 * width),
    }
}

/// A timeline with one of everything.
pub(super) fn timeline() -> Vec<TweetView> {
    let mut plain = tweet(
        1,
        "<p>The rooks came back to the churchyard elms this morning, forty of them at least, all arguing about the same three forks.</p><p>Spring, then.</p>",
    );
    plain.edited_ms = Some(NOW - MINUTE_MS);
    let mut with_image = tweet(
        2,
        "<p>First light over the marsh. Worth the cold feet. <a href=\"/tags/birding\" class=\"hashtag\">#birding</a> <a href=\"/tags/sunrise\" class=\"hashtag\">#sunrise</a></p>",
    );
    with_image.media =
        vec![image(1, 960, 600, "A marsh at sunrise: pink sky, black reeds, and a line of birds far off.")];
    with_image.retweeted_by = Some(account(4));
    with_image.entry = TweetId(with_image.id.0 + 9);
    let mut arabic = tweet(4, "<p>صباح الخير من السطح. عاد السنونو إلى العش نفسه للسنة الثالثة.</p>");
    arabic.language = Some("ar".into());
    let mut reply = tweet(
        3,
        "<p><a href=\"/@ada\" class=\"mention\">@ada</a> I read the whole thread twice. The part about the punched cards and the loom is going straight into my class next week, if you do not mind? <a href=\"https://example.org/looms\">example.org/looms</a></p>",
    );
    reply.reply_to = Some(ReplyContext { account: Some(account(0)), href: "/@ada/1".into() });
    reply.audience = Audience::Unlisted;
    reply.preview = Some(PreviewView {
        url: "https://example.org/looms".into(),
        host: "example.org".into(),
        title: "Looms that could count: punched cards before there were computers".into(),
        description: "Two centuries ago, silk weavers in Lyon told their looms what to weave with holes in cards. What \
                      that has to do with the machine in front of you, and who saw it first."
            .into(),
        site_name: Some("The Weaver's Almanac".into()),
        author: Some("Harriet Stone".into()),
        picture: Some(("/media/photo-4.png".into(), "A loom with silver threads.".into())),
    });
    let mut warned = tweet(5, "<p>The owl did catch the mouse in the end.</p>");
    warned.preview = Some(PreviewView {
        url: "https://a-page-with-a-long-host-name.example.org/owls".into(),
        host: "a-page-with-a-long-host-name.example.org".into(),
        title: "Owls".into(),
        ..PreviewView::default()
    });
    warned.content_warning = Some("Nature documentary, the sad part".into());
    let mut mine =
        tweet(6, "<p>Drawing up a plan to weave algebraical patterns. Who has a loom I can borrow?</p>");
    mine.media = vec![
        image(2, 600, 600, "Punched cards laced together."),
        image(3, 600, 800, ""),
        image(4, 800, 600, "A loom with silver threads."),
    ];
    mine.pinned = true;
    mine.on_top = true;
    let mut quoting = tweet(8, "<p>This. Also: does anybody know why they always pick the tallest tree?</p>");
    quoting.quote = Some(QuoteView::Shown(Box::new(plain.clone())));
    let mut followers_only = tweet(9, "<p>Moving house next week. Send boxes.</p>");
    followers_only.audience = Audience::Followers;
    followers_only.can_retweet = false;
    let mut lost_quote = tweet(10, "<p>Agreed with every word:</p>");
    lost_quote.quote = Some(QuoteView::Unavailable);
    let mut sensitive = tweet(
        11,
        "<p>Close-up of a very large spider, as promised. Avoid if you must. A_very_long_word_without_any_place_to_break_that_goes_on_and_on_and_on_and_on_and_on</p>",
    );
    sensitive.sensitive = true;
    sensitive.media = vec![image(4, 800, 600, "A spider."), image(1, 960, 600, "")];
    sensitive.remote_url = Some("https://example.org/@tilda/1".into());
    let mut unapproved = tweet(14, "<p>What she said:</p>");
    unapproved.quote = Some(QuoteView::Unapproved { href: "/tweets/1".into(), why: "quote-pending" });
    unapproved.quotes_mine = true;
    let [asking, counted] = [false, true].map(polling);
    vec![
        plain,
        with_image,
        arabic,
        reply,
        warned,
        mine,
        quoting,
        followers_only,
        lost_quote,
        sensitive,
        asking,
        counted,
        unapproved,
    ]
}

/// A poll to vote in, or one that is over.
fn polling(over: bool) -> TweetView {
    let option = |(title, percent): (&str, u64)| PollOptionView {
        title: title.into(),
        percent,
        chosen: over && percent > 50,
    };
    let poll = PollView {
        options: [("The elms", 62), ("The church tower", 30), ("Somewhere else entirely", 8)]
            .map(option)
            .into(),
        multiple: !over,
        ends_ms: Some(if over { NOW - HOUR_MS } else { NOW + 3 * HOUR_MS }),
        over,
        voters: Some(29),
        shows_counts: over,
        may_vote: !over,
    };
    TweetView { poll: Some(poll), ..tweet(12 + i64::from(over), "<p>Where will they nest this year?</p>") }
}

pub(super) fn composer() -> Composer {
    Composer {
        once: "f3b1c2".into(),
        language: "en".into(),
        images: vec![ImageSlot::default(); 4],
        limit: 280,
        ..Composer::default()
    }
}

pub(super) fn person(n: i64, menu: RowMenu, relation: Relation) -> AccountRow {
    AccountRow {
        why: String::new(),
        account: account(n),
        bio: "Counts birds before breakfast, trains after. Opinions are my own and change with the weather, which around here means hourly.".into(),
        relation,
        menu,
    }
}

pub(super) fn people(menu: RowMenu) -> Vec<AccountRow> {
    let following = Relation { following: true, followed_by: true, ..Relation::default() };
    let asked = Relation { requested: true, ..Relation::default() };
    let back = Relation { followed_by: true, ..Relation::default() };
    let blocked = Relation { blocking: true, ..Relation::default() };
    [Relation::default(), following, back, asked, blocked, Relation::default()]
        .into_iter()
        .enumerate()
        .map(|(n, relation)| person(i64::try_from(n).unwrap(), menu, relation))
        .collect()
}

pub(super) fn profile(n: i64, relation: Relation) -> ProfileView {
    let field = |name: &str, value: &str| FieldView { name: name.into(), value: SafeHtml::sanitised(value) };
    ProfileView {
        account: account(n),
        header: (n == 1).then(|| "/media/header.png".into()),
        bio: SafeHtml::sanitised(
            "<p>Poetical science, looms and numbers. Notes are longer than the paper they comment on. <a href=\"/tags/analyticalengine\">#AnalyticalEngine</a></p>",
        ),
        fields: vec![
            field("Pronouns", "she/her"),
            field("Website", "<a href=\"https://example.org\" rel=\"me\">example.org</a>"),
        ],
        joined_ms: NOW - 900 * DAY_MS,
        tweets: 1_204,
        following: 312,
        followers: 8_460,
        seen_here: None,
        moved_to: (n == 3).then(|| account(1)),
        relation,
    }
}

pub(super) fn notifications() -> Vec<NotificationView> {
    use NotificationKind::*;
    let mut mention =
        tweet(2, "<p><a href=\"/@ada\">@ada</a> have you seen what the rooks did to the notice board?</p>");
    mention.mine = false;
    mention.audience = Audience::Direct;
    let own =
        tweet(6, "<p>Drawing up a plan to weave algebraical patterns. Who has a loom I can borrow?</p>");
    [Like, Mention, Follow, FollowRequest, Retweet, Reply, Quote, PollEnded, Edited, QuotedEdited, Posted]
        .into_iter()
        .zip(1_i64..)
        .map(|(kind, n)| NotificationView {
            id: NotificationId(100 - n),
            kind,
            account: account(n % 5 + 1),
            tweet: match kind {
                Follow | FollowRequest => None,
                Like | Retweet | PollEnded | QuotedEdited => Some(own.clone()),
                _ => Some(TweetView {
                    id: TweetId(mention.id.0 + n),
                    entry: TweetId(mention.id.0 + n),
                    ..mention.clone()
                }),
            },
            created_ms: NOW - n * 2 * HOUR_MS,
            unread: n <= 3,
        })
        .collect()
}

pub(super) fn complaint(field: &str, code: &str) -> FormErrors {
    let message = "at most 7 of them".to_owned();
    FormErrors(vec![FieldError { field: field.into(), code: code.into(), message, place: None }])
}

pub(super) fn kept_slots() -> Vec<ImageSlot> {
    let mut slots = vec![ImageSlot::default(); 4];
    slots[0] =
        ImageSlot { kept: Some((MediaId(7), "/media/photo-2.png".into())), alt: "Punched cards".into() };
    slots
}

pub(super) fn sessions() -> Vec<SessionView> {
    let session = |id: &str, device: &str, age, current| SessionView {
        id: id.into(),
        device: device.into(),
        address: "192.0.2.7".into(),
        created_ms: NOW - 40 * DAY_MS,
        seen_ms: NOW - age,
        current,
    };
    vec![
        session("1", "Firefox on Linux", 0, true),
        session("2", "Safari on iPhone", 5 * HOUR_MS, false),
        session("3", "Backup script (token)", 9 * DAY_MS, false),
    ]
}

pub(super) fn apps() -> Vec<AppRow> {
    let app = |id: &str, name: &str, website: &str, permissions: &[&str]| AppRow {
        id: id.into(),
        name: name.into(),
        website: website.into(),
        permissions: permissions.iter().map(|&key| key.to_owned()).collect(),
        since_ms: NOW - 40 * DAY_MS,
        seen_ms: NOW - 5 * HOUR_MS,
    };
    vec![
        app("1", "Tusky", "https://tusky.app/", &["scope-read", "scope-write", "scope-follow", "scope-push"]),
        app("2", "A counter of <feathers>", "", &["scope-profile"]),
    ]
}

pub(super) fn consent(tag: &str) -> ConsentPage {
    ConsentPage {
        shell: shell(tag, Nav::None, "/oauth/authorize?client_id=x"),
        app_name: "Tusky".into(),
        website: "https://tusky.app/".into(),
        permissions: apps().remove(0).permissions,
        hidden: vec![("client_id", "x".into()), ("redirect_uri", "tusky://callback".into())],
        again: "/oauth/authorize?client_id=x".into(),
    }
}
