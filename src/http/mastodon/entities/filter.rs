//! Filters, and what they found in a post.

use serde::Serialize;

use super::when;
use crate::clock::Millis;
use crate::model::filter::{self, FilterAction, FilterContext, FilterHit};
use crate::model::ids::{RowId, TweetId};

/// A filter of one's own; beside a post it found, without all that it looks for.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct Filter {
    id: RowId,
    title: String,
    context: Vec<FilterContext>,
    expires_at: Option<String>,
    filter_action: FilterAction,
    #[serde(skip_serializing_if = "Option::is_none")]
    keywords: Option<Vec<FilterKeyword>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statuses: Option<Vec<FilterStatus>>,
}

/// Words of a filter.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct FilterKeyword {
    id: RowId,
    keyword: String,
    whole_word: bool,
}

/// A post of a filter.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct FilterStatus {
    id: RowId,
    status_id: TweetId,
}

/// What a filter found in a post.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct FilterResult {
    filter: Filter,
    keyword_matches: Option<Vec<String>>,
    status_matches: Option<Vec<TweetId>>,
}

/// The older form: an entry for each of a filter's keywords.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct FilterV1 {
    id: RowId,
    phrase: String,
    context: Vec<FilterContext>,
    expires_at: Option<String>,
    irreversible: bool,
    whole_word: bool,
}

impl Filter {
    /// A filter with all that it looks for.
    pub(in crate::http::mastodon) fn of(filter: &filter::Filter) -> Self {
        Self {
            keywords: Some(filter.keywords.iter().map(FilterKeyword::of).collect()),
            statuses: Some(filter.tweets.iter().map(FilterStatus::of).collect()),
            ..Self::bare(filter)
        }
    }

    fn bare(filter: &filter::Filter) -> Self {
        Self {
            id: filter.id,
            title: filter.title.clone(),
            context: filter.contexts.clone(),
            expires_at: end(filter.expires_at),
            filter_action: filter.action,
            keywords: None,
            statuses: None,
        }
    }
}

impl FilterKeyword {
    /// Words of a filter as this API shows them.
    pub(in crate::http::mastodon) fn of(keyword: &filter::Keyword) -> Self {
        Self { id: keyword.id, keyword: keyword.keyword.clone(), whole_word: keyword.whole_word }
    }
}

impl FilterStatus {
    /// A post of a filter as this API shows it.
    pub(in crate::http::mastodon) fn of(named: &filter::FilteredTweet) -> Self {
        Self { id: named.id, status_id: named.tweet }
    }
}

impl FilterResult {
    /// What a filter found as this API shows it.
    pub(super) fn of(hit: &FilterHit) -> Self {
        Self {
            filter: Filter::bare(&hit.filter),
            keyword_matches: Some(hit.keywords.clone()).filter(|found| !found.is_empty()),
            status_matches: Some(hit.tweets.clone()).filter(|found| !found.is_empty()),
        }
    }
}

impl FilterV1 {
    /// A keyword of a filter in the older form.
    pub(in crate::http::mastodon) fn of(filter: &filter::Filter, keyword: &filter::Keyword) -> Self {
        Self {
            id: keyword.id,
            phrase: keyword.keyword.clone(),
            context: filter.contexts.clone(),
            expires_at: end(filter.expires_at),
            irreversible: filter.action == FilterAction::Hide,
            whole_word: keyword.whole_word,
        }
    }
}

fn end(at_ms: Option<Millis>) -> Option<String> {
    at_ms.map(when)
}
