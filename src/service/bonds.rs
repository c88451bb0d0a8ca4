//! What bonds between accounts carry beside being there: what is wanted of a follow, mutes that end, notes; and what is
//! kept away in other ways: threads and whole hosts.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Service;
use super::pages::{one_more, page_of_rows};
use super::views::TweetView;
use crate::clock::Millis;
use crate::config::limits;
use crate::error::{Chain, Error, Result};
use crate::model::cursor::{Cursor, Page};
use crate::model::follow::FollowChoices;
use crate::model::host::Host;
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::{text, time};
use crate::store::{Conn, bonds, featured, follows};

/// How often it is looked which mutes are over.
const EVERY: Duration = Duration::from_secs(5);
/// Mutes that one unit of work ends.
const MUTES_AT_ONCE: i64 = 200;
/// The longest time of a mute that ends: beyond, it does not.
const MUTE_MAX_S: i64 = 100 * 365 * 24 * 60 * 60;
/// Bonds of each kind that one unit of work ends when a host is hidden.
const PARTED_AT_ONCE: i64 = 100;
/// Most hosts on a page.
const HOSTS_PAGE_MAX: usize = 200;

/// What two accounts have to do with each other, as the first one sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Relationship {
    /// You follow it.
    pub following: bool,
    /// Your home timeline shows what it repeats.
    pub showing_retweets: bool,
    /// You are told of each of its new tweets.
    pub notifying: bool,
    /// The only languages in which your home timeline shows its tweets; empty is all.
    pub languages: Vec<String>,
    /// Your follow waits for its word.
    pub requested: bool,
    /// It follows you.
    pub followed_by: bool,
    /// You block it.
    pub blocking: bool,
    /// You mute it.
    pub muting: bool,
    /// You mute its notifications too.
    pub muting_notifications: bool,
    /// When the mute ends by itself.
    #[serde(serialize_with = "rfc3339")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub muting_until: Option<Millis>,
    /// You have hidden its whole host.
    pub host_hidden: bool,
    /// You recommend it on your profile.
    pub endorsed: bool,
    /// What you noted about it; nobody else reads it.
    pub note: String,
}

#[expect(clippy::ref_option, reason = "serde gives the field as it is")]
fn rfc3339<S: serde::Serializer>(at_ms: &Option<Millis>, to: S) -> Result<S::Ok, S::Error> {
    serde::Serialize::serialize(&at_ms.map(time::to_rfc3339), to)
}

impl Service {
    /// What `from` has to do with `to`.
    pub async fn relationship(&self, from: AccountId, to: AccountId) -> Result<Relationship> {
        Ok(self.relationships(from, vec![to]).await?.pop().unwrap_or_default())
    }

    /// What `from` has to do with each of these accounts, in their order.
    pub async fn relationships(&self, from: AccountId, others: Vec<AccountId>) -> Result<Vec<Relationship>> {
        let relations = self.graph().relations(from).await?;
        let asked = others.clone();
        let read = move |conn: &mut Conn| {
            let followers = follows::followers_among(conn, from, &asked)?;
            let hidden = bonds::on_hidden_hosts(conn, from, &asked)?;
            let endorsed = featured::endorsed_among(conn, from, &asked)?;
            Ok((followers, hidden, endorsed, bonds::details(conn, from, &asked)?))
        };
        let (followers, hidden, endorsed, mut details) = self.store().read(read).await?;
        let relationship = |other: &AccountId| {
            let known = details.remove(other).unwrap_or_default();
            let wanted = known.follow;
            Relationship {
                following: relations.following.contains(other),
                showing_retweets: wanted.as_ref().is_some_and(|wanted| wanted.retweets),
                notifying: wanted.as_ref().is_some_and(|wanted| wanted.notify),
                languages: wanted.map(|wanted| wanted.languages).unwrap_or_default(),
                requested: relations.requested.contains(other),
                followed_by: followers.contains(other),
                blocking: relations.blocking.contains(other),
                muting: relations.muting.contains(other),
                muting_notifications: relations.muting_notifications.contains(other),
                muting_until: known.muted_until.filter(|_| relations.muting.contains(other)),
                host_hidden: hidden.contains(other),
                endorsed: endorsed.contains(other),
                note: known.note.unwrap_or_default(),
            }
        };
        Ok(others.iter().map(relationship).collect())
    }

    /// Changes what is wanted of a follow, or of one that is asked for.
    pub async fn tune_follow(
        &self,
        from: AccountId,
        to: AccountId,
        choices: FollowChoices,
    ) -> Result<Relationship> {
        let known = self.relationship(from, to).await?;
        if !known.following && !known.requested {
            return Err(Error::NotFound("follow"));
        }
        self.follow_with(from, to, choices).await
    }

    /// When each of these accounts that `account` mutes is heard again; those muted without an end are left out.
    pub async fn mute_ends(
        &self,
        account: AccountId,
        others: Vec<AccountId>,
    ) -> Result<std::collections::HashMap<AccountId, Millis>> {
        let details = self.store().read(move |conn| bonds::details(conn, account, &others)).await?;
        Ok(details.into_iter().filter_map(|(other, known)| Some((other, known.muted_until?))).collect())
    }

    /// Notes something about an account for oneself; an empty note takes it back.
    pub async fn note(&self, account: AccountId, about: AccountId, note: &str) -> Result<Relationship> {
        let note = text::normalise(note);
        if text::characters(&note) > limits::ACCOUNT_NOTE_MAX {
            let message = format!("a note has at most {} characters", limits::ACCOUNT_NOTE_MAX);
            return Err(Error::invalid("note", "too_long", message));
        }
        let about = self.other_known(account, about).await?.id;
        self.store().write(move |conn| bonds::note(conn, account, about, &note)).await?;
        self.relationship(account, about).await
    }

    /// Mutes the thread of a tweet: nobody in it is heard of in notifications any more; or ends that.
    pub async fn mute_thread(&self, account: AccountId, tweet: TweetId, muted: bool) -> Result<TweetView> {
        let thread = self.tweet(Some(account), tweet).await?.shown().tweet.thread;
        let since = muted.then(|| self.now_ms());
        self.store().write(move |conn| bonds::mute_thread(conn, account, thread, since)).await?;
        self.tweet(Some(account), tweet).await
    }

    /// Hides a host from an account: its tweets leave all lists, its people tell nothing more, and follows between them
    /// and the account end either way. Twice is once.
    pub async fn hide_host(&self, account: AccountId, host: &str) -> Result<()> {
        let host = self.other_host(host)?.into_string();
        let (row, now_ms, hidden) = (RowId(self.next_id()), self.now_ms(), host.clone());
        self.store().write(move |conn| bonds::hide_host(conn, (row, account), &hidden, now_ms)).await?;
        let part =
            move |conn: &mut Conn| bonds::part_from_host(conn, account, &host, (now_ms, PARTED_AT_ONCE));
        while self.store().write(part.clone()).await? {}
        self.hosts_changed(account);
        Ok(())
    }

    /// Shows a host to an account again. The follows that ended stay ended.
    pub async fn show_host(&self, account: AccountId, host: &str) -> Result<()> {
        let (host, now_ms) = (self.other_host(host)?.into_string(), self.now_ms());
        self.store().write(move |conn| bonds::show_host(conn, account, &host, now_ms)).await?;
        self.hosts_changed(account);
        Ok(())
    }

    /// A page of the hosts that an account has hidden, the last one first.
    pub async fn hidden_hosts(
        &self,
        account: AccountId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<String>> {
        let limit = limit.clamp(1, HOSTS_PAGE_MAX);
        let read = move |conn: &mut Conn| bonds::hidden_hosts(conn, account, cursor, one_more(limit));
        let page = page_of_rows(self.store().read(read).await?, cursor, limit, |(row, _)| row.0);
        Ok(page.map(|(_, host)| host))
    }

    fn other_host(&self, host: &str) -> Result<Host> {
        let host = Host::parse(host.trim())
            .map_err(|error| Error::invalid("host", "bad_host", error.to_string()))?;
        if host == *self.addresses().host() {
            return Err(Error::invalid("host", "own_host", "this is the host of this server itself"));
        }
        Ok(host)
    }

    fn hosts_changed(&self, account: AccountId) {
        self.wrote(account);
    }

    /// When a mute ends that is to last so many seconds; no number, and none, is never.
    pub(super) fn mute_end(&self, duration_s: Option<i64>) -> Result<Option<Millis>> {
        match duration_s.unwrap_or(0) {
            0 => Ok(None),
            seconds if seconds > 0 => {
                let lasts_ms = seconds.min(MUTE_MAX_S).saturating_mul(1_000);
                Ok(Some(self.now_ms().saturating_add(lasts_ms)))
            }
            _ => {
                let message = "a mute lasts a number of seconds; 0 is without an end";
                Err(Error::invalid("duration", "bad_time", message))
            }
        }
    }

    /// Ends the mutes whose time has come.
    pub async fn end_mutes(&self) -> Result<()> {
        let now_ms = self.now_ms();
        let all = usize::try_from(MUTES_AT_ONCE).unwrap_or(usize::MAX);
        while self.store().write(move |conn| bonds::end_mutes(conn, now_ms, MUTES_AT_ONCE)).await? >= all {}
        Ok(())
    }
}

/// Ends mutes whose time has come, every few seconds until `stop`.
pub async fn run(service: Service, stop: CancellationToken) {
    loop {
        match stop.run_until_cancelled(service.end_mutes()).await {
            Some(Ok(())) => {}
            Some(Err(error)) => tracing::warn!(error = %Chain(&error), "mutes are ended later"),
            None => return,
        }
        if stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_none() {
            return;
        }
    }
}
