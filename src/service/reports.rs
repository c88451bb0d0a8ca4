//! Reports: complaints about accounts, made here or by another instance, and what the admins made of them.

use std::collections::{BTreeMap, HashMap};

use super::Service;
use super::pages::{one_more, page_of_rows};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::cursor::{Cursor, Page};
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::report::{self, Report};
use crate::model::tweet::Tweet;
use crate::model::visibility::Place;
use crate::store::{Conn, StoreError, about, accounts, reports, tweets};

/// What somebody says of an account.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// Whom it is about.
    pub account: AccountId,
    /// Tweets of that account that show it.
    pub tweets: Vec<TweetId>,
    /// What is wrong, in words; may be empty.
    pub comment: String,
    /// Whether the instance of a remote account is told, without saying who reports.
    pub forward: bool,
    /// Rules of the instance that are broken.
    pub rules: Vec<RowId>,
}

/// What another instance says of accounts of ours.
#[derive(Clone, Debug)]
pub(crate) struct Flagged {
    /// The id of its Flag.
    pub(crate) activity_uri: String,
    /// The host that it came from.
    pub(crate) origin: String,
    /// What is wrong, plain text.
    pub(crate) comment: String,
    /// Accounts with tweets of theirs.
    pub(crate) about: BTreeMap<AccountId, Vec<TweetId>>,
}

/// A report as an admin reads it.
#[derive(Clone, Debug)]
pub struct ReportView {
    /// The report.
    pub report: Report,
    /// Whom it is about, suspended or not.
    pub account: Account,
    /// Who of ours made it.
    pub reporter: Option<Account>,
    /// Which admin was done with it.
    pub resolver: Option<Account>,
    /// What it names, whoever may see that.
    pub tweets: Vec<Tweet>,
}

impl Service {
    /// These rules, each of which there is or was.
    async fn known_rules(&self, mut rules: Vec<RowId>) -> Result<Vec<RowId>> {
        rules.sort_unstable();
        rules.dedup();
        let wanted = rules.clone();
        let too_many = rules.len() > limits::RULES_MAX;
        if too_many
            || self.store().read(move |conn| about::rules_among(conn, &wanted)).await?.len() < rules.len()
        {
            return Err(Error::invalid("rules", "unknown_rule", "one of these is no rule of this instance"));
        }
        Ok(rules)
    }

    /// Reports an account to the admins. Answers the id of the report.
    pub async fn report(&self, reporter: AccountId, new: NewReport) -> Result<RowId> {
        if new.account == reporter {
            return Err(Error::invalid("account", "yourself", "nobody can report themselves"));
        }
        let comment = report::validate_comment(&new.comment)?;
        let account = self.account(new.account).await?;
        let tweets = self.reported_tweets(reporter, &account, new.tweets).await?;
        let rules = self.known_rules(new.rules).await?;
        let report = Report {
            id: RowId(self.next_id()),
            account: account.id,
            reporter: Some(reporter),
            origin: None,
            comment,
            forward: new.forward && !account.is_local(),
            created_at: self.now_ms(),
            resolved_at: None,
            resolver: None,
            rules,
            tweets,
        };
        let id = report.id;
        self.store().write(move |conn| reports::insert(conn, &report, None)).await?;
        Ok(id)
    }

    /// The tweets, each of which must be the account's and visible to whoever reports it.
    async fn reported_tweets(
        &self,
        reporter: AccountId,
        account: &Account,
        ids: Vec<TweetId>,
    ) -> Result<Vec<TweetId>> {
        if ids.len() > limits::REPORT_TWEETS_MAX {
            let message = format!("a report names at most {} posts", limits::REPORT_TWEETS_MAX);
            return Err(Error::invalid("tweets", "too_many", message));
        }
        let eyes = self.eyes(Some(reporter)).await?;
        let seen = self.views(&eyes, ids.clone(), Place::Direct).await?;
        let theirs =
            |id: &TweetId| seen.iter().any(|view| view.tweet.id == *id && view.tweet.author == account.id);
        match ids.iter().find(|id| !theirs(id)) {
            Some(id) => {
                let message = format!("there is no post {id} of this account that you can see");
                Err(Error::invalid("tweets", "unknown_tweet", message))
            }
            None => Ok(ids),
        }
    }

    /// Keeps what another instance reports: one report an account of ours. The same Flag again changes nothing, and
    /// whoever has too many open reports here is not heard until some are resolved.
    pub(crate) async fn flagged(&self, flagged: Flagged) -> Result<()> {
        if flagged.about.is_empty() {
            return Ok(());
        }
        let now_ms = self.now_ms();
        let reports: Vec<Report> = flagged
            .about
            .iter()
            .map(|(account, tweets)| Report {
                id: RowId(self.next_id()),
                account: *account,
                reporter: None,
                origin: Some(flagged.origin.clone()),
                comment: flagged.comment.clone(),
                forward: false,
                created_at: now_ms,
                resolved_at: None,
                resolver: None,
                rules: Vec::new(),
                tweets: tweets.iter().copied().take(limits::REPORT_TWEETS_MAX).collect(),
            })
            .collect();
        let write = self.store().write(move |conn| {
            let most = limits::REPORTS_OPEN_PER_HOST_MAX;
            let open = reports::count_open_from(conn, &flagged.origin, most)?;
            let room = usize::try_from(most.saturating_sub(open)).unwrap_or(0);
            for report in reports.iter().take(room) {
                reports::insert(conn, report, Some(&flagged.activity_uri))?;
            }
            Ok(())
        });
        Ok(write.await?)
    }

    /// Open or resolved reports, the newest first.
    pub async fn reports(&self, open: bool, cursor: Cursor, limit: usize) -> Result<Page<ReportView>> {
        let limit = limit.clamp(1, limits::PAGE_MAX);
        let read = self.store().read(move |conn| {
            let rows = reports::list(conn, open, cursor, one_more(limit))?;
            let page = page_of_rows(rows, cursor, limit, |report| report.id.0);
            let (next, prev) = (page.next, page.prev);
            Ok(Page { items: views(conn, page.items)?, next, prev })
        });
        Ok(read.await?)
    }

    /// One report.
    pub async fn report_view(&self, id: RowId) -> Result<ReportView> {
        let read = self.store().read(move |conn| {
            let found = reports::by_id(conn, id)?.into_iter().collect();
            Ok(views(conn, found)?.pop())
        });
        read.await?.ok_or(Error::NotFound("report"))
    }

    /// How many reports are open, counted up to a page.
    pub async fn reports_open(&self) -> Result<i64> {
        let most = i64::try_from(limits::PAGE_MAX).unwrap_or(i64::MAX);
        Ok(self.store().read(move |conn| reports::count_open(conn, most)).await?)
    }

    /// Closes a report, or opens it again. Doing it twice changes nothing.
    pub async fn resolve_report(&self, admin: AccountId, id: RowId, resolved: bool) -> Result<()> {
        let by = resolved.then(|| (admin, self.now_ms()));
        let known = self.store().write(move |conn| {
            reports::resolve(conn, id, by)?;
            reports::exists(conn, id)
        });
        if known.await? { Ok(()) } else { Err(Error::NotFound("report")) }
    }
}

/// Reports with everybody and everything they name, in three queries however many.
fn views(conn: &mut Conn, found: Vec<Report>) -> Result<Vec<ReportView>, StoreError> {
    let people = |report: &Report| [Some(report.account), report.reporter, report.resolver];
    let mut ids: Vec<AccountId> = found.iter().flat_map(people).flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    let people: HashMap<AccountId, Account> =
        accounts::by_ids(conn, &ids)?.into_iter().map(|account| (account.id, account)).collect();
    let named: Vec<TweetId> = found.iter().flat_map(|report| report.tweets.clone()).collect();
    let tweets: HashMap<TweetId, Tweet> =
        tweets::by_ids(conn, &named)?.into_iter().map(|tweet| (tweet.id, tweet)).collect();
    let view = |report: Report| {
        let person = |id: Option<AccountId>| id.and_then(|id| people.get(&id)).cloned();
        Some(ReportView {
            account: person(Some(report.account))?,
            reporter: person(report.reporter),
            resolver: person(report.resolver),
            tweets: report.tweets.iter().filter_map(|id| tweets.get(id)).cloned().collect(),
            report,
        })
    };
    Ok(found.into_iter().filter_map(view).collect())
}
