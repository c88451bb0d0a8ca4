//! Filters, and what they found in a tweet.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, when, words};
use crate::model::filter::{self, FilterAction, FilterContext, FilterHit};
use crate::model::ids::{RowId, TweetId};

/// A filter of yours.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Filter {
    /// Its id.
    #[schema(value_type = Id)]
    id: RowId,
    /// What you call it.
    title: String,
    /// Where it counts.
    #[schema(schema_with = words::filter_contexts)]
    contexts: Vec<FilterContext>,
    /// What is to be done with what it finds.
    #[schema(schema_with = words::filter_action)]
    action: FilterAction,
    /// When it ends by itself; it is kept after, and finds nothing.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// What it looks for.
    keywords: Vec<FilterKeyword>,
    /// The tweets that it finds whatever their words.
    #[schema(value_type = Vec<Id>)]
    tweets: Vec<TweetId>,
}

/// Words that a filter looks for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct FilterKeyword {
    /// The words.
    keyword: String,
    /// Whether they are not found inside of other words.
    whole_word: bool,
}

/// What a filter of yours found in a tweet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct FilterMatch {
    /// The filter.
    #[schema(value_type = Id)]
    filter: RowId,
    /// What you call it.
    title: String,
    /// Where it counts.
    #[schema(schema_with = words::filter_contexts)]
    contexts: Vec<FilterContext>,
    /// What is to be done with it there.
    #[schema(schema_with = words::filter_action)]
    action: FilterAction,
    /// The words that were found.
    keywords: Vec<String>,
    /// Whether the filter names this very tweet.
    named: bool,
}

impl Filter {
    /// A filter as the API shows it.
    pub(in crate::http::api) fn of(filter: &filter::Filter) -> Self {
        let keyword = |keyword: &filter::Keyword| FilterKeyword {
            keyword: keyword.keyword.clone(),
            whole_word: keyword.whole_word,
        };
        Self {
            id: filter.id,
            title: filter.title.clone(),
            contexts: filter.contexts.clone(),
            action: filter.action,
            expires_at: filter.expires_at.map(when),
            keywords: filter.keywords.iter().map(keyword).collect(),
            tweets: filter.tweets.iter().map(|named| named.tweet).collect(),
        }
    }
}

impl FilterMatch {
    /// What was found as the API shows it.
    pub(super) fn of(hit: &FilterHit) -> Self {
        Self {
            filter: hit.filter.id,
            title: hit.filter.title.clone(),
            contexts: hit.filter.contexts.clone(),
            action: hit.filter.action,
            keywords: hit.keywords.clone(),
            named: !hit.tweets.is_empty(),
        }
    }
}
