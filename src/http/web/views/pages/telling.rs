//! Settings of notifications: of what one is told, by whom and by which way.

use askama::Template;

use crate::http::web::views::{FormErrors, PageShell};
use crate::model::digest::Every;
use crate::model::hours;
use crate::model::notification::NotificationKind;
use crate::model::telling::{Channel, Doer, Telling};
use crate::notify::EmailView;

/// What the form holds beside its boxes.
#[derive(Clone, Debug, Default)]
pub struct ToldForm {
    /// There are quiet hours.
    pub quiet: bool,
    /// When they begin, as typed.
    pub from: String,
    /// When they are over, as typed.
    pub until: String,
    /// The name of the time zone; empty for none.
    pub time_zone: String,
    /// How often the digest comes.
    pub every: String,
    /// At which hour, as typed.
    pub hour: String,
    /// It was turned off, as nothing could be sent to the address.
    pub digest_failed: bool,
}

/// The boxes of one way of telling.
#[derive(Clone, Debug)]
pub struct ToldTable {
    /// A word for ids.
    pub id: &'static str,
    /// The key of its heading.
    pub title: &'static str,
    /// The key of what it says below.
    pub hint: &'static str,
    /// A row for each kind of notification.
    pub rows: Vec<ToldRow>,
}

/// The boxes of one kind of notification.
#[derive(Clone, Debug)]
pub struct ToldRow {
    /// A word for ids.
    pub id: &'static str,
    /// The key of its words.
    pub title: &'static str,
    /// A box for each kind of doer: the doer's word, what it sends, and whether it is ticked.
    pub cells: Vec<(&'static str, String, bool)>,
}

/// `GET /settings/notifications`.
#[derive(Template)]
#[template(path = "settings_notifications.html")]
pub struct TellingPage {
    /// Everything around.
    pub shell: PageShell,
    /// The boxes.
    pub tables: Vec<ToldTable>,
    /// The rest of the form.
    pub form: ToldForm,
    /// Where mail goes, if it does.
    pub email: EmailView,
    /// Complaints.
    pub errors: FormErrors,
}

impl TellingPage {
    const FIELDS: [&'static str; 4] = ["from", "until", "time_zone", "hour"];
    /// How often the digest may come.
    const EVERY: [(Every, &'static str); 3] =
        [(Every::Off, "digest-off"), (Every::Daily, "digest-daily"), (Every::Weekly, "digest-weekly")];
    /// The columns: the doer's word, and the key of what they are called.
    const DOERS: [(&'static str, &'static str); 3] =
        [("followed", "told-by-followed"), ("follower", "told-by-follower"), ("other", "told-by-other")];

    /// What a box sends.
    pub fn cell(channel: Channel, kind: NotificationKind, doer: Doer) -> String {
        format!("{}.{}.{}", channel.as_str(), kind.as_str(), doer.as_str())
    }

    /// The boxes of a way of telling.
    pub fn table(channel: Channel, telling: &Telling) -> ToldTable {
        let rows = NotificationKind::ALL.map(|kind| {
            let doers = telling.of(kind).by(channel);
            let cell = |doer: Doer| (doer.as_str(), Self::cell(channel, kind, doer), doers.has(doer));
            ToldRow { id: kind.as_str(), title: title(kind), cells: Doer::ALL.map(cell).into() }
        });
        let (title, hint) = match channel {
            Channel::List => ("told-in-list", "told-in-list-hint"),
            Channel::Push => ("told-by-push", "told-by-push-hint"),
            Channel::Mail => ("told-by-mail", "told-by-mail-hint"),
        };
        ToldTable { id: channel.as_str(), title, hint, rows: rows.into() }
    }

    fn time_zones() -> &'static [String] {
        hours::time_zones()
    }
}

fn title(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Follow => "told-follow",
        NotificationKind::FollowRequest => "told-follow-request",
        NotificationKind::Mention => "told-mention",
        NotificationKind::Reply => "told-reply",
        NotificationKind::Like => "told-like",
        NotificationKind::Retweet => "told-retweet",
        NotificationKind::Quote => "told-quote",
        NotificationKind::PollEnded => "told-poll-ended",
        NotificationKind::Edited => "told-edited",
        NotificationKind::QuotedEdited => "told-quoted-edited",
        NotificationKind::Posted => "told-posted",
    }
}
