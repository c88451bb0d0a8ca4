//! What admins see of other instances, and the instance's own emoji.

use super::super::fixtures::*;
use super::super::views::pages::*;
use super::super::views::*;
use super::{Drawn, draw};
use crate::clock::DAY_MS;
use crate::model::about::{HouseRule, TextKind};
use crate::model::announcement::Announcement;
use crate::model::delivery::{DeliveryTrace, Outcome};
use crate::model::emoji::OwnEmoji;
use crate::model::ids::RowId;
use crate::model::instance::{Instance, InstanceState, Parked};
use crate::model::relay::{Relay, RelayKind, RelayState};
use crate::model::trend::{ReviewKind, ReviewState};
use crate::service::TrendEntry;

pub(super) fn about_instances(tag: &str) -> Vec<Drawn> {
    let relay = Relay {
        id: RowId(1),
        kind: RelayKind::Mastodon,
        address: "https://relay.example/inbox".into(),
        inbox: "https://relay.example/inbox".into(),
        host: "relay.example".into(),
        actor_uri: None,
        state: RelayState::Asked,
        created_at: NOW - DAY_MS,
    };
    let relays = |relays| RelaysPage {
        shell: admin(tag),
        relays,
        address: String::new(),
        errors: complaint("address", "not_a_relay"),
    };
    let emoji = |emoji| EmojiPage {
        shell: admin(tag),
        emoji,
        older: Some("/admin/emoji?after=rook_2".into()),
        form: EmojiForm { shortcode: "rook<>".into(), category: String::new() },
        errors: complaint("shortcode", "bad_characters"),
    };
    let texts =
        || TextKind::ALL.map(|kind| TextForm::of(kind, "Words & <b>".into(), Some(NOW - DAY_MS))).to_vec();
    let rule = |n: i64, hint: &str| HouseRule {
        id: RowId(n),
        text: format!("Be <kind> {n}"),
        hint: hint.to_owned(),
    };
    let typed = || RuleForm { rule: "Be <b>".into(), hint: "</textarea>".into() };
    let pictured = || {
        let mut shell = admin(tag);
        let picture =
            SitePicture { url: "https://rookery.example/media/x.png".into(), width: 1_200, height: 630 };
        shell.site = std::sync::Arc::new(SiteView { picture: Some(picture), ..(*shell.site).clone() });
        shell
    };
    let house = |rules: Vec<HouseRule>, errors| HousePage {
        shell: if rules.is_empty() { admin(tag) } else { pictured() },
        rules,
        rule: typed(),
        texts: texts(),
        errors,
    };
    let words = || AnnouncementForm {
        words: "</textarea>We move".into(),
        starts_at: "2026-01-31T12:00".into(),
        ends_at: "2026-01-30T12:00".into(),
        all_day: true,
    };
    let late = || complaint("ends_at", "bad_time");
    let announcements =
        |announcements| AnnouncementsPage { shell: admin(tag), announcements, form: words(), errors: late() };
    let trends = |kind, decided, entries| TrendsPage {
        shell: admin(tag),
        kind,
        decided,
        review: decided,
        entries,
        older: None,
    };
    let list = |state, instances| InstancesPage { shell: admin(tag), state, instances, older: None };
    let one = |state| InstancePage { shell: admin(tag), instance: instance(state) };
    let sure = |act| InstanceSurePage { shell: admin(tag), host: "b.test:8443".to_owned(), act };
    vec![
        draw("instances", &list(None, InstanceState::ALL.map(instance).to_vec())),
        draw("instances-empty", &list(Some(InstanceState::Dead), vec![])),
        draw("instance", &one(InstanceState::Failing)),
        draw("instance-blocked", &one(InstanceState::Blocked)),
        draw("instance-forget", &sure(InstanceAct::Forget)),
        draw("instance-block", &sure(InstanceAct::Block)),
        draw(
            "delivery",
            &DeliveryPage {
                shell: shell(tag, Nav::None, "/tweets/1/delivery"),
                tweet: tweet(6, "<p>x</p>"),
                traces: Outcome::ALL.map(trace).to_vec(),
                older: None,
            },
        ),
        draw("parked", &ParkedPage { shell: admin(tag), parked: vec![parked()], older: None }),
        draw("parked-empty", &ParkedPage { shell: admin(tag), parked: vec![], older: None }),
        draw("relays", &relays(vec![relay])),
        draw("relays-empty", &relays(vec![])),
        draw("emoji", &emoji(vec![own_emoji(1, true), own_emoji(2, false)])),
        draw("emoji-empty", &emoji(vec![])),
        draw("trends", &trends(ReviewKind::Link, false, trending())),
        draw("trends-empty", &trends(ReviewKind::Tag, false, vec![])),
        draw("trends-undecided", &trends(ReviewKind::Publisher, true, vec![])),
        draw(
            "house",
            &house(vec![rule(1, "Always."), rule(2, ""), rule(3, "")], complaint("terms", "too_long")),
        ),
        draw("house-empty", &house(vec![], complaint("rule", "empty"))),
        draw(
            "house-rule",
            &RulePage {
                shell: admin(tag),
                id: RowId(2),
                form: typed(),
                errors: complaint("hint", "too_long"),
            },
        ),
        draw("announcements", &announcements(vec![told(9, true), told(8, false)])),
        draw("announcements-empty", &announcements(vec![])),
        draw(
            "announcement",
            &AnnouncementPage { shell: admin(tag), id: RowId(8), form: words(), errors: late() },
        ),
    ]
}

/// An announcement; one with a span that is over.
pub(super) fn told(n: i64, over: bool) -> ToldView {
    let announcement = Announcement {
        id: RowId(n),
        text: String::new(),
        starts_at: over.then_some(NOW - 2 * DAY_MS),
        ends_at: over.then_some(NOW - DAY_MS),
        all_day: n % 2 == 0,
        published_at: NOW - 3 * DAY_MS,
        updated_at: NOW,
    };
    ToldView { announcement, html: SafeHtml::sanitised("<p>We move</p>") }
}

/// Pages that could trend, with every decision.
fn trending() -> Vec<TrendEntry> {
    let entry = |state, by_publisher| TrendEntry {
        kind: ReviewKind::Link,
        item: "https://news.example/?a&b=<c>".into(),
        about: "News & <b>".into(),
        publisher: "news.example".into(),
        state,
        by_publisher,
    };
    vec![
        entry(ReviewState::Waiting, false),
        entry(ReviewState::Approved, false),
        entry(ReviewState::Rejected, false),
        entry(ReviewState::Approved, true),
        entry(ReviewState::Rejected, true),
    ]
}

fn own_emoji(n: i64, enabled: bool) -> OwnEmoji {
    OwnEmoji {
        id: RowId(n),
        shortcode: format!("rook_{n}"),
        category: "Birds & <b>".into(),
        file_key: format!("avatar-{n}.png"),
        enabled,
        created_at: NOW,
        updated_at: NOW,
    }
}

fn instance(state: InstanceState) -> Instance {
    let failing = state == InstanceState::Failing;
    Instance {
        host: format!("{}.test", state.word()),
        state,
        failures: i64::from(failing),
        next_attempt_at: failing.then_some(NOW),
        failing_since: failing.then_some(NOW - DAY_MS),
        last_success_at: Some(NOW - DAY_MS),
        last_failure_at: failing.then_some(NOW),
        last_failure: "503 <b>busy</b>".to_owned(),
        form: 1,
        software: Some("rookery 1".to_owned()),
        known_since: 0,
        waiting: if failing { 10_001 } else { 0 },
        oldest_at: failing.then_some(NOW - DAY_MS),
    }
}

fn trace(outcome: Outcome) -> DeliveryTrace {
    DeliveryTrace {
        id: RowId(7),
        host: format!("{}.test", outcome.word()),
        outcome,
        status: (outcome == Outcome::Refused).then_some(404),
        delivered: 1,
        refused: 0,
        dropped: 0,
        waiting: 0,
        tries: 2,
        at: NOW,
    }
}

fn parked() -> Parked {
    Parked {
        id: RowId(7),
        activity_uri: "https://b.test/likes/1".to_owned(),
        actor_uri: "https://b.test/users/bob".to_owned(),
        host: "b.test".to_owned(),
        object_uri: "https://rookery.example/users/ada".to_owned(),
        kind: "Like".to_owned(),
        reason: "it has no <object>".to_owned(),
        attempts: 8,
        received_at: NOW,
    }
}

pub(super) fn admin(tag: &str) -> PageShell {
    let mut shell = shell(tag, Nav::Admin, "/admin/signups");
    shell.viewer.as_mut().unwrap().admin = Some(1);
    shell
}
