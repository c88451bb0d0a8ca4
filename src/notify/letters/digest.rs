//! The digest: what somebody has not read, by mail.

use std::collections::HashSet;

use super::work::{ATTEMPTS_MAX, count, pause};
use super::{Letters, Matter, Worded};
use crate::clock::{MINUTE_MS, Millis};
use crate::error::{Error, Result};
use crate::mail::{Letter, Mailer, Posted};
use crate::model::account::UserState;
use crate::model::hours::Quiet;
use crate::model::ids::{AccountId, NotificationId, TweetId};
use crate::model::notification::NotificationKind;
use crate::model::telling::{Channel, Doer, Telling};
use crate::service::NotificationView;
use crate::store::digests::{self, DueDigest};
use crate::store::{Conn, emails};

/// What the link that ends digests is sealed for.
const PURPOSE: &str = "digest";
/// Where it leads.
const PATH: &str = "/unsubscribe";
/// How long after it fell into quiet hours it is looked again.
const PUT_OFF_MS: Millis = 10 * MINUTE_MS;
/// Notifications that a digest looks at: the newest.
const NOTIFICATIONS: i64 = 200;
/// Lines of a digest; how many more there are is said below.
const LINES: usize = 20;
/// Characters of a tweet.
const BODY_CHARS: usize = 200;

/// A line of a digest: one notification, or several that are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestLine {
    /// What happened.
    pub kind: NotificationKind,
    /// Who did it, the last of them.
    pub name: String,
    /// How many others did.
    pub others: u64,
    /// What it is about; may be empty.
    pub body: String,
    /// Where it is read.
    pub link: String,
}

/// What a digest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestText {
    /// Whose it is.
    pub username: String,
    /// What happened, the newest first.
    pub lines: Vec<DigestLine>,
    /// How much more did.
    pub more: u64,
    /// The list of it all.
    pub all: String,
    /// Where it is chosen what a digest has.
    pub settings: String,
    /// Where one ends it.
    pub unsubscribe: String,
}

/// What makes notifications one line.
type Shared = (NotificationKind, Option<TweetId>);

impl Letters {
    /// Makes a digest, and sends it when it has something.
    pub(super) async fn digest(&self, mailer: &Mailer, due: DueDigest) -> Result<()> {
        let account = due.account;
        let (user, now_ms) = (self.0.service.user(account).await?, self.now_ms());
        let chosen = self.0.service.telling(account).await?;
        if chosen.quiet.holds(now_ms) {
            let again = now_ms.saturating_add(PUT_OFF_MS);
            let write = move |conn: &mut Conn| digests::next(conn, account, Some(again), due.attempts);
            return Ok(self.store().write(write).await?);
        }
        let email = self.store().read(move |conn: &mut Conn| emails::of(conn, account)).await?;
        let confirmed = email.filter(|email| email.confirmed_at.is_some());
        let may_read = user.state == UserState::Active && !user.suspended;
        let Some(email) = confirmed.filter(|_| may_read) else {
            return self.next_digest(account, &chosen.quiet).await;
        };
        let (views, newest) = self.news(account, due.told_to, &chosen.telling).await?;
        let Some(newest) = newest.filter(|_| !views.is_empty()) else {
            return self.next_digest(account, &chosen.quiet).await;
        };
        let language = user.language.unwrap_or_else(|| self.0.service.rules().language.clone());
        let text = self.digest_text(account, user.username, &views)?;
        let unsubscribe = Some(text.unsubscribe.clone());
        let Worded { subject, text, html } = (self.0.word)(&Matter::Digest(text), &language)?;
        let letter = Letter { to: email.address, subject, text, html, unsubscribe };
        let posted = mailer.send(&letter).await;
        count("digest", &posted, due.attempts);
        match posted {
            Posted::Taken => {
                let now_ms = self.now_ms();
                self.store().write(move |conn| digests::sent(conn, account, newest, now_ms)).await?;
                self.next_digest(account, &chosen.quiet).await
            }
            Posted::Refused(_) => Ok(self.store().write(move |conn| digests::fail(conn, account)).await?),
            Posted::Later(_) if due.attempts.saturating_add(1) < ATTEMPTS_MAX => {
                let again = self.now_ms().saturating_add(pause(due.attempts));
                let attempts = due.attempts.saturating_add(1);
                let write = move |conn: &mut Conn| digests::next(conn, account, Some(again), attempts);
                Ok(self.store().write(write).await?)
            }
            Posted::Later(_) => self.next_digest(account, &chosen.quiet).await,
        }
    }

    /// What somebody has neither read nor been mailed, of what they want by mail; and up to where that was looked at.
    async fn news(
        &self,
        account: AccountId,
        told_to: NotificationId,
        telling: &Telling,
    ) -> Result<(Vec<NotificationView>, Option<NotificationId>)> {
        let views = self.0.service.unread_notifications(account, told_to, NOTIFICATIONS).await?;
        let newest = views.first().map(|view| view.notification.id);
        let people: HashSet<AccountId> = views.iter().map(|view| view.from.id).collect();
        let people: Vec<AccountId> = people.into_iter().collect();
        let doers = self.store().read(move |conn| digests::doers(conn, account, people.clone())).await?;
        let wanted = |view: &NotificationView| {
            let doer = doers.get(&view.from.id).copied().unwrap_or(Doer::Other);
            telling.wants(view.notification.kind, doer, Channel::Mail)
        };
        Ok((views.into_iter().filter(wanted).collect(), newest))
    }

    /// The next one comes at its hour.
    async fn next_digest(&self, account: AccountId, quiet: &Quiet) -> Result<()> {
        let (zone, now_ms) = (quiet.zone.clone(), self.now_ms());
        let write = move |conn: &mut Conn| {
            let due_at = digests::of(conn, account)?.next_at(zone.as_deref(), now_ms);
            digests::next(conn, account, due_at, 0)
        };
        Ok(self.store().write(write).await?)
    }

    fn digest_text(
        &self,
        account: AccountId,
        username: String,
        views: &[NotificationView],
    ) -> Result<DigestText> {
        let lines = self.lines(views);
        let more = lines.len().saturating_sub(LINES);
        let origin = self.0.service.addresses().origin();
        Ok(DigestText {
            username,
            lines: lines.into_iter().take(LINES).collect(),
            more: u64::try_from(more).unwrap_or_default(),
            all: format!("{origin}/notifications"),
            settings: format!("{origin}/settings/notifications"),
            unsubscribe: self.link(PATH, PURPOSE, account, PURPOSE)?,
        })
    }

    /// Likes and reposts of one post are one line, and so are new followers.
    fn lines(&self, views: &[NotificationView]) -> Vec<DigestLine> {
        let mut lines: Vec<(Option<Shared>, DigestLine)> = Vec::new();
        for view in views {
            let kind = view.notification.kind;
            let is_shared =
                matches!(kind, NotificationKind::Like | NotificationKind::Retweet | NotificationKind::Follow);
            let key = is_shared.then_some((kind, view.notification.tweet));
            if let Some((_, line)) = lines.iter_mut().find(|(known, _)| key.is_some() && *known == key) {
                line.others = line.others.saturating_add(1);
            } else {
                lines.push((key, self.line(view)));
            }
        }
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn line(&self, view: &NotificationView) -> DigestLine {
        let origin = self.0.service.addresses().origin();
        let name = Some(view.from.display_name.trim()).filter(|name| !name.is_empty());
        let tweet = view.tweet.as_ref().map(|view| view.shown().tweet.clone());
        let said = tweet.as_ref().map(|tweet| match tweet.content_warning.is_empty() {
            true => tweet.text.as_str(),
            false => tweet.content_warning.as_str(),
        });
        let link = match &tweet {
            Some(tweet) => format!("{origin}/tweets/{}", tweet.id),
            None if view.notification.kind == NotificationKind::FollowRequest => {
                format!("{origin}/follow-requests")
            }
            None => format!("{origin}/notifications"),
        };
        DigestLine {
            kind: view.notification.kind,
            name: name.unwrap_or(&view.from.username).to_owned(),
            others: 0,
            body: said.unwrap_or_default().chars().take(BODY_CHARS).collect(),
            link,
        }
    }

    /// Whether a link ends the digests of an account.
    ///
    /// # Errors
    /// 422 on `token`: `bad_link`.
    pub fn ends_digest(&self, account: AccountId, token: &str) -> Result<()> {
        match self.opened(PURPOSE, account, token) {
            Some(what) if what == PURPOSE => Ok(()),
            _ => Err(Error::invalid("token", "bad_link", "this link does not end any letters")),
        }
    }

    /// Ends the digests of an account by the link in one.
    ///
    /// # Errors
    /// 422 on `token`: `bad_link`.
    pub async fn end_digest(&self, account: AccountId, token: &str) -> Result<()> {
        self.ends_digest(account, token)?;
        self.0.service.end_digest(account).await
    }
}
