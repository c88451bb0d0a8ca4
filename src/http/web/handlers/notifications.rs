//! What the viewer was told, and marking it read.

use serde::Deserialize;

use super::{At, PAGE, older};
use crate::error::Error;
use crate::http::extract::{Form, Query};
use crate::http::web::views::Nav;
use crate::http::web::views::pages::NotificationsPage;
use crate::http::web::visit::{Answer, Member, show};
use crate::model::ids::NotificationId;

/// `GET /notifications`
pub(in crate::http::web) async fn notifications(member: Member, Query(at): Query<At>) -> Answer {
    let Member { visit, me, .. } = member;
    let page = visit.service().notifications(me, Vec::new(), at.cursor()?, PAGE).await?;
    let present = visit.present();
    show(&NotificationsPage {
        shell: visit.shell(Nav::Notifications).await?,
        items: page.items.iter().map(|item| present.notification(item)).collect(),
        older: older("/notifications", page.next),
    })
}

/// Up to where was read.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct ReadUpTo {
    up_to: String,
    return_to: String,
}

/// `POST /notifications/read`
pub(in crate::http::web) async fn mark_read(member: Member, Form(form): Form<ReadUpTo>) -> Answer {
    let Member { visit, me, .. } = member;
    let up_to: NotificationId = form
        .up_to
        .parse()
        .map_err(|_| Error::invalid("up_to", "invalid", "up_to is the id of a notification"))?;
    visit.service().mark_notifications_read(me, up_to).await?;
    Ok(visit.to(&visit.return_path(&form.return_to, "/notifications"), Some("notifications-read")))
}
