//! Reporting an account or a post, and what admins make of it.

use serde::Deserialize;

use super::{At, older, refused};
use crate::config::limits;
use crate::error::Result;
use crate::http::extract::{Form, Path, Query};
use crate::http::web::back::Back;
use crate::http::web::views::pages::{ReportForm, ReportPage, ReportRow, ReportedPost, ReportsPage};
use crate::http::web::views::{self, FormErrors, Nav};
use crate::http::web::visit::{Admin, Answer, Member, Visit, show};
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::service::{NewReport, ReportView};

const HERE: &str = "/admin/reports";
const RESOLVED: &str = "/admin/reports?state=resolved";

/// What is reported.
#[derive(Deserialize)]
pub(in crate::http::web) struct About {
    account: AccountId,
    tweet: Option<TweetId>,
}

/// `GET /report?account=&tweet=`
pub(in crate::http::web) async fn page(Member { visit, .. }: Member, Query(about): Query<About>) -> Answer {
    show(&form_page(&visit, &about, ReportForm::default(), FormErrors::default()).await?)
}

/// The filled form.
#[derive(Deserialize)]
pub(in crate::http::web) struct Filled {
    account: AccountId,
    tweet: Option<TweetId>,
    #[serde(default)]
    comment: String,
    forward: Option<String>,
}

/// `POST /report`
pub(in crate::http::web) async fn report(member: Member, Form(filled): Form<Filled>) -> Answer {
    let Member { visit, me, .. } = member;
    let new = NewReport {
        account: filled.account,
        tweets: filled.tweet.into_iter().collect(),
        comment: filled.comment.clone(),
        forward: filled.forward.is_some(),
        rules: Vec::new(),
    };
    let Err(error) = visit.service().report(me, new).await else {
        let account = visit.service().account(filled.account).await?;
        return Ok(visit.to(&visit.present().account(&account).href(), Some("reported")));
    };
    let (status, errors) = refused(error)?;
    let about = About { account: filled.account, tweet: filled.tweet };
    let form = ReportForm { comment: filled.comment, forward: filled.forward.is_some() };
    Ok(views::page(status, &form_page(&visit, &about, form, errors).await?))
}

async fn form_page(visit: &Visit, about: &About, form: ReportForm, errors: FormErrors) -> Result<ReportPage> {
    let account = visit.service().account(about.account).await?;
    let tweet = match about.tweet {
        Some(id) => Some(visit.present().tweet(&visit.service().tweet(visit.viewer(), id).await?)),
        None => None,
    };
    let shell = visit.shell(Nav::None).await?;
    let view = visit.present().account(&account);
    Ok(ReportPage { shell, account: view, host: account.domain, tweet, form, errors })
}

/// Which reports, and where in them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Which {
    state: String,
    #[serde(flatten)]
    at: At,
}

/// `GET /admin/reports?state=`
pub(in crate::http::web) async fn reports(Admin { visit, .. }: Admin, Query(which): Query<Which>) -> Answer {
    let open = which.state != "resolved";
    let page = visit.service().reports(open, which.at.cursor()?, limits::PAGE_DEFAULT).await?;
    show(&ReportsPage {
        open,
        reports: page.items.iter().map(|view| row(&visit, view)).collect(),
        older: older(if open { HERE } else { RESOLVED }, page.next),
        shell: visit.shell(Nav::Admin).await?,
    })
}

fn row(visit: &Visit, view: &ReportView) -> ReportRow {
    let present = visit.present();
    let report = &view.report;
    let post = |tweet: &crate::model::tweet::Tweet| ReportedPost {
        href: format!("/tweets/{}", tweet.id),
        text: tweet.text.clone(),
        created_ms: tweet.created_at,
    };
    ReportRow {
        id: report.id.to_string(),
        account: present.account(&view.account),
        reporter: view.reporter.as_ref().map(|reporter| present.account(reporter)),
        origin: report.origin.clone(),
        comment: report.comment.clone(),
        forwarded: report.forward,
        posts: view.tweets.iter().map(post).collect(),
        created_ms: report.created_at,
        resolved: view.resolver.as_ref().map(|account| account.acct()).zip(report.resolved_at),
    }
}

/// `POST /admin/reports/{id}/resolve`
pub(in crate::http::web) async fn resolve(
    admin: Admin,
    Path(id): Path<RowId>,
    Form(form): Form<Back>,
) -> Answer {
    set(admin, id, true, &form.return_to, "report-resolved").await
}

/// `POST /admin/reports/{id}/reopen`
pub(in crate::http::web) async fn reopen(
    admin: Admin,
    Path(id): Path<RowId>,
    Form(form): Form<Back>,
) -> Answer {
    set(admin, id, false, &form.return_to, "report-reopened").await
}

async fn set(
    Admin { visit, me }: Admin,
    id: RowId,
    resolved: bool,
    return_to: &str,
    flash: &'static str,
) -> Answer {
    visit.service().resolve_report(me, id, resolved).await?;
    Ok(visit.to(&visit.return_path(return_to, HERE), Some(flash)))
}
