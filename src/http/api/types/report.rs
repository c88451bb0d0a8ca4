//! Reports as admins read them.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, UserRef, when};
use crate::model::account::Account;
use crate::model::address::Addresses;
use crate::model::ids::{RowId, TweetId};
use crate::service::ReportView;

/// A complaint about an account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Report {
    /// Its id.
    #[schema(value_type = Id)]
    id: RowId,
    /// Whom it is about.
    account: UserRef,
    /// Who made it; null when another instance did.
    reporter: Option<UserRef>,
    /// The instance that sent it; null when it was made here.
    origin: Option<String>,
    /// What is wrong, plain text.
    comment: String,
    /// Whether the account's own instance was told.
    forwarded: bool,
    /// The rules of this instance that are broken, by their ids.
    #[schema(value_type = Vec<Id>)]
    rules: Vec<RowId>,
    /// The tweets that it names, those that are still there.
    tweets: Vec<ReportedTweet>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When an admin was done with it.
    #[schema(format = DateTime)]
    resolved_at: Option<String>,
    /// Which admin that was.
    resolved_by: Option<UserRef>,
}

/// A tweet that was reported, whoever may see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct ReportedTweet {
    /// Its id.
    #[schema(value_type = Id)]
    id: TweetId,
    /// Its text.
    text: String,
    /// Its page.
    url: String,
}

impl Report {
    /// What an admin sees of a report.
    pub(in crate::http::api) fn of(view: &ReportView, addresses: &Addresses) -> Self {
        let person = |account: &Account| UserRef { id: account.id, handle: account.acct() };
        let report = &view.report;
        let tweets = view.tweets.iter().map(|tweet| ReportedTweet {
            id: tweet.id,
            text: tweet.text.clone(),
            url: addresses.tweet_page(tweet, &view.account),
        });
        Self {
            id: report.id,
            account: person(&view.account),
            reporter: view.reporter.as_ref().map(person),
            origin: report.origin.clone(),
            comment: report.comment.clone(),
            forwarded: report.forward,
            rules: report.rules.clone(),
            tweets: tweets.collect(),
            created_at: when(report.created_at),
            resolved_at: report.resolved_at.map(when),
            resolved_by: view.resolver.as_ref().map(person),
        }
    }
}
