//! Quotes: how one stands with the quoted author, and what it shows.

use serde::Serialize;

use super::{Scene, Status};
use crate::model::ids::TweetId;
use crate::model::quote::{MayQuote, QuotePolicy};
use crate::service::TweetView;

/// What a post quotes: shown whole, or named when the post is quoted itself.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(in crate::http::mastodon) enum Quote {
    /// In a post of a list.
    Whole {
        /// How it stands.
        state: &'static str,
        /// What is quoted, when it may be shown.
        quoted_status: Option<Box<Status>>,
    },
    /// In a post that is quoted.
    Named {
        /// How it stands.
        state: &'static str,
        /// What is quoted, when its author allows that.
        quoted_status_id: Option<TweetId>,
    },
}

/// Who may quote a post.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct QuoteApproval {
    /// Who may at once.
    automatic: Vec<&'static str>,
    /// Who may when its author says so.
    manual: Vec<&'static str>,
    /// Whether the viewer may.
    current_user: &'static str,
}

impl QuoteApproval {
    /// Who may quote a post; a repeated one says it of its original.
    pub(in crate::http::mastodon) fn of(view: &TweetView) -> Self {
        let shown = view.shown();
        let (automatic, manual) = match shown.tweet.quote_policy(&shown.author) {
            // Of a network without consent.
            None | Some(QuotePolicy::Everyone) => (vec!["public"], vec![]),
            Some(QuotePolicy::Followers) => (vec!["followers"], vec![]),
            Some(QuotePolicy::Asked) => (vec![], vec!["public"]),
            Some(QuotePolicy::Nobody) => (vec![], vec![]),
        };
        let current_user = match shown.may_quote {
            MayQuote::Yes => "automatic",
            MayQuote::Ask => "manual",
            MayQuote::No => "denied",
        };
        Self { automatic, manual, current_user }
    }
}

impl Quote {
    /// The quote of a post in a list.
    pub(in crate::http::mastodon) fn of(view: &TweetView, scene: &Scene<'_>) -> Option<Self> {
        view.tweet.quote_of?;
        let quoted = view.quote_of.as_deref();
        let state = match (view.tweet.quotes(), quoted) {
            // It is allowed, but not there for this viewer.
            (Some(_), None) => "unauthorized",
            _ => view.tweet.quote_state.as_str(),
        };
        let quoted_status = quoted.map(|quoted| Box::new(Status::quoted(quoted, scene)));
        Some(Self::Whole { state, quoted_status })
    }

    /// The quote of a post that is quoted itself.
    pub(in crate::http::mastodon) fn named(view: &TweetView) -> Option<Self> {
        view.tweet.quote_of?;
        let state = view.tweet.quote_state.as_str();
        Some(Self::Named { state, quoted_status_id: view.tweet.quotes() })
    }
}
