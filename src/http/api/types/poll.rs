//! Polls.

use serde::Serialize;
use utoipa::ToSchema;

use super::when;
use crate::service::PollView;

/// A poll as the viewer sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Poll {
    /// What may be chosen, in order.
    options: Vec<PollOption>,
    /// Whether several may be chosen.
    multiple: bool,
    /// When it ends or ended; null when its author's server sets no end.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    /// Whether it is over.
    over: bool,
    /// How many accounts voted; null when their server does not say.
    #[schema(minimum = 0)]
    voters_count: Option<i64>,
    /// Whether you voted.
    voted: bool,
}

/// One of the things to choose.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct PollOption {
    /// Its words, plain.
    title: String,
    /// How often it was chosen; null until you have voted or the poll is over, unless it is yours.
    #[schema(minimum = 0)]
    votes_count: Option<i64>,
    /// Whether you chose it.
    chosen: bool,
}

impl Poll {
    /// A poll as the API shows it.
    pub(in crate::http::api) fn of(view: &PollView) -> Self {
        let options = view.options.iter().map(|option| PollOption {
            title: option.title.clone(),
            votes_count: view.shows_counts.then_some(option.votes),
            chosen: option.chosen,
        });
        Self {
            options: options.collect(),
            multiple: view.multiple,
            ends_at: view.ends_at.map(when),
            over: view.over,
            voters_count: view.voters,
            voted: view.voted,
        }
    }
}
