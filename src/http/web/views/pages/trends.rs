//! What may trend, for admins.

use askama::Template;

use super::admin::AdminTab;
use crate::http::web::views::PageShell;
use crate::model::trend::{ReviewKind, ReviewState};
use crate::service::TrendEntry;

/// `GET /admin/trends?kind=&decided=`.
#[derive(Template)]
#[template(path = "trends.html")]
pub struct TrendsPage {
    /// Everything around.
    pub shell: PageShell,
    /// What is shown.
    pub kind: ReviewKind,
    /// Only what was decided, instead of what stands highest now.
    pub decided: bool,
    /// Whether nothing trends before it is approved.
    pub review: bool,
    /// The things, the highest or the last first.
    pub entries: Vec<TrendEntry>,
    /// The address of more.
    pub older: Option<String>,
}

impl TrendsPage {
    const TAB: AdminTab = AdminTab::Trends;
    const KINDS: [ReviewKind; 4] = ReviewKind::ALL;

    fn kind_key(kind: &ReviewKind) -> &'static str {
        match kind {
            ReviewKind::Tag => "trends-tags",
            ReviewKind::Link => "trends-links",
            ReviewKind::Tweet => "trends-posts",
            ReviewKind::Publisher => "trends-publishers",
        }
    }

    fn has_list(&self) -> bool {
        self.kind != ReviewKind::Publisher
    }

    fn state_key(entry: &TrendEntry) -> &'static str {
        match (entry.state, entry.by_publisher) {
            (ReviewState::Waiting, _) => "trend-waiting",
            (ReviewState::Approved, false) => "trend-is-approved",
            (ReviewState::Rejected, false) => "trend-is-rejected",
            (ReviewState::Approved, true) => "trend-publisher-approved",
            (ReviewState::Rejected, true) => "trend-publisher-rejected",
        }
    }

    /// Whether it is decided already, about the thing itself or its publisher.
    fn is(entry: &TrendEntry, state: ReviewState) -> bool {
        entry.state == state
    }

    fn href(entry: &TrendEntry) -> Option<String> {
        let encoded = || url::form_urlencoded::byte_serialize(entry.item.as_bytes()).collect::<String>();
        match entry.kind {
            ReviewKind::Tag => Some(format!("/tags/{}", encoded())),
            ReviewKind::Tweet => Some(format!("/tweets/{}", entry.item)),
            ReviewKind::Link => Some(entry.item.clone()),
            ReviewKind::Publisher => None,
        }
    }

    fn name(entry: &TrendEntry) -> String {
        match entry.kind {
            ReviewKind::Tag => format!("#{}", entry.item),
            ReviewKind::Link | ReviewKind::Tweet if !entry.about.is_empty() => entry.about.clone(),
            _ => entry.item.clone(),
        }
    }
}
