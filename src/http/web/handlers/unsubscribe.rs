//! Ending letters by the link in them, without logging in.

use axum::http::StatusCode;

use super::refused;
use super::settings_email::Link;
use crate::error::Result;
use crate::http::extract::Query;
use crate::http::web::views::pages::UnsubscribePage;
use crate::http::web::views::{self, FormErrors, Nav};
use crate::http::web::visit::{Answer, Visit};

/// `GET /unsubscribe`: asks, as programs follow links in letters too.
pub(in crate::http::web) async fn page(visit: Visit, Query(link): Query<Link>) -> Answer {
    let good = visit.state.letters.ends_digest(link.account, &link.token);
    answer(&visit, link, good, false).await
}

/// `POST /unsubscribe`: the button, or a mail program by itself (RFC 8058), which follows no redirect.
pub(in crate::http::web) async fn end(visit: Visit, Query(link): Query<Link>) -> Answer {
    let ended = visit.state.letters.end_digest(link.account, &link.token).await;
    answer(&visit, link, ended, true).await
}

async fn answer(visit: &Visit, link: Link, went: Result<()>, done: bool) -> Answer {
    let (status, errors) = match went {
        Ok(()) => (StatusCode::OK, FormErrors::default()),
        Err(error) => refused(error)?,
    };
    let shell = visit.shell(Nav::None).await?;
    let page = UnsubscribePage { shell, account: link.account, token: link.token, done, errors };
    Ok(views::page(status, &page))
}
