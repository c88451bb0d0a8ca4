//! What may trend, for admins.

use serde::Deserialize;

use super::{At, older};
use crate::config::limits;
use crate::error::Error;
use crate::http::extract::{Form, Query};
use crate::http::web::views::Nav;
use crate::http::web::views::pages::TrendsPage;
use crate::http::web::visit::{Admin, Answer, show};
use crate::model::trend::{ReviewKind, TrendKind};
use crate::service::Operator;

const HERE: &str = "/admin/trends";

/// Which things, and where among them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Which {
    kind: String,
    decided: Option<String>,
    #[serde(flatten)]
    at: At,
}

/// `GET /admin/trends?kind=&decided=`
pub(in crate::http::web) async fn list(Admin { visit, .. }: Admin, Query(which): Query<Which>) -> Answer {
    let kind = ReviewKind::from_word(&which.kind).unwrap_or(ReviewKind::Tag);
    let service = visit.service();
    let now = match kind {
        ReviewKind::Tag => Some(TrendKind::Tags),
        ReviewKind::Link => Some(TrendKind::Links),
        ReviewKind::Tweet => Some(TrendKind::Tweets),
        // No list of publishers stands anywhere: there is only what was decided about them.
        ReviewKind::Publisher => None,
    };
    let (entries, older) = match now.filter(|_| which.decided.is_none()) {
        Some(kind) => (service.trend_candidates(kind).await?, None),
        None => {
            let page = service.trend_decisions(kind, which.at.cursor()?, limits::PAGE_DEFAULT).await?;
            (page.items, older(&format!("{HERE}?kind={}&decided=1", kind.word()), page.next))
        }
    };
    show(&TrendsPage {
        kind,
        decided: now.is_none() || which.decided.is_some(),
        review: service.rules().trends_review,
        entries,
        older,
        shell: visit.shell(Nav::Admin).await?,
    })
}

/// What is decided.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Decision {
    kind: String,
    item: String,
    return_to: String,
}

/// `POST /admin/trends/approve`
pub(in crate::http::web) async fn approve(admin: Admin, form: Form<Decision>) -> Answer {
    decide(admin, form, Some(true), "trend-approved").await
}

/// `POST /admin/trends/reject`
pub(in crate::http::web) async fn reject(admin: Admin, form: Form<Decision>) -> Answer {
    decide(admin, form, Some(false), "trend-rejected").await
}

/// `POST /admin/trends/forget`
pub(in crate::http::web) async fn forget(admin: Admin, form: Form<Decision>) -> Answer {
    decide(admin, form, None, "trend-forgotten").await
}

async fn decide(
    Admin { visit, me }: Admin,
    Form(form): Form<Decision>,
    approved: Option<bool>,
    flash: &'static str,
) -> Answer {
    let kind = ReviewKind::from_word(&form.kind).ok_or(Error::NotFound("kind of trend"))?;
    visit.service().decide_trend(Operator::Admin(me), kind, &form.item, approved).await?;
    Ok(visit.to(&visit.return_path(&form.return_to, HERE), Some(flash)))
}
