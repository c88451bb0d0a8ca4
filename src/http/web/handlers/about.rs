//! What the instance says of itself.

use crate::http::web::views::pages::{AboutPage, AboutText};
use crate::http::web::views::{Nav, SafeHtml};
use crate::http::web::visit::{Answer, Visit, show};
use crate::model::about::TextKind;
use crate::model::html;

/// `GET /about`
pub(in crate::http::web) async fn about(visit: Visit) -> Answer {
    let service = visit.service();
    let mut texts = Vec::new();
    for kind in TextKind::ALL {
        if let Some(text) = service.house_text(kind).await? {
            // Our own renderer wrote the tags.
            let html = SafeHtml::sanitised(html::of_plain(&text.text, service.addresses().base()));
            texts.push(AboutText { id: kind.as_str(), html, updated_ms: text.updated_at });
        }
    }
    let rules = service.house_rules().await?;
    show(&AboutPage { shell: visit.shell(Nav::None).await?, rules, texts })
}
