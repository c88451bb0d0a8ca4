//! The apps that act for a person, and taking that back.

use crate::error::Error;
use crate::http::extract::Path;
use crate::http::web::present::permissions;
use crate::http::web::views::Nav;
use crate::http::web::views::pages::{AppRow, AppsPage};
use crate::http::web::visit::{Answer, Member, show};
use crate::model::ids::AppId;
use crate::service::AppInUse;

const HERE: &str = "/settings/apps";

/// `GET /settings/apps`
pub(in crate::http::web) async fn list(member: Member) -> Answer {
    let Member { visit, me, .. } = member;
    let apps = visit.service().apps_of(me).await?.into_iter().map(row).collect();
    show(&AppsPage { shell: visit.shell(Nav::Settings).await?, apps })
}

/// `POST /settings/apps/{id}/end`
pub(in crate::http::web) async fn end(member: Member, Path(id): Path<AppId>) -> Answer {
    match member.visit.service().end_app(member.me, id).await {
        // It has ended meanwhile, or a second click came late.
        Ok(()) | Err(Error::NotFound(_)) => Ok(member.visit.to(HERE, Some("app-ended"))),
        Err(error) => Err(error.into()),
    }
}

fn row(used: AppInUse) -> AppRow {
    AppRow {
        id: used.app.id.to_string(),
        name: used.app.name,
        website: used.app.website,
        permissions: permissions(&used.scopes),
        since_ms: used.since,
        seen_ms: used.last_used_at,
    }
}
