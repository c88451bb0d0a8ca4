//! Hashtags.

use serde::Serialize;

use super::{Scene, date};
use crate::model::ids::RowId;
use crate::model::trend::DayUse;
use crate::service::FeaturedTagView;

/// A hashtag by itself.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct Tag {
    id: String,
    name: String,
    url: String,
    history: Vec<History>,
    following: bool,
    featuring: bool,
}

/// How often something was used on a day: numbers as words.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct History {
    day: String,
    accounts: String,
    uses: String,
}

impl History {
    /// A day as this API shows it.
    pub(in crate::http::mastodon) fn of(day: &DayUse) -> Self {
        Self {
            day: (day.begins_ms / 1_000).to_string(),
            accounts: day.accounts.to_string(),
            uses: day.uses.to_string(),
        }
    }
}

/// A hashtag of a post.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct TagLink {
    name: String,
    url: String,
}

/// A hashtag on a profile.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct FeaturedTag {
    id: RowId,
    name: String,
    url: String,
    statuses_count: String,
    last_status_at: Option<String>,
}

impl FeaturedTag {
    /// The hashtag as this API shows it: a number as words, a time as its day.
    pub(in crate::http::mastodon) fn of(view: &FeaturedTagView, scene: &Scene<'_>) -> Self {
        Self {
            id: view.id,
            name: view.tag.clone(),
            url: page(&view.tag, scene),
            statuses_count: view.tweets.to_string(),
            last_status_at: view.last_at.map(date),
        }
    }
}

impl Tag {
    /// The same with how often it was used on its last days.
    pub(in crate::http::mastodon) fn with_history(self, days: &[DayUse]) -> Self {
        Self { history: days.iter().map(History::of).collect(), ..self }
    }

    /// The same, which its viewer may follow.
    pub(in crate::http::mastodon) fn followed(self, following: bool) -> Self {
        Self { following, ..self }
    }

    /// The same, which its viewer shows on their profile.
    pub(in crate::http::mastodon) fn featuring(self, featuring: bool) -> Self {
        Self { featuring, ..self }
    }

    /// The hashtag with this folded name.
    pub(in crate::http::mastodon) fn of(name: &str, scene: &Scene<'_>) -> Self {
        Self {
            id: name.to_owned(),
            name: name.to_owned(),
            url: page(name, scene),
            history: Vec::new(),
            following: false,
            featuring: false,
        }
    }
}

/// The hashtags of a post.
pub(super) fn links(names: &[String], scene: &Scene<'_>) -> Vec<TagLink> {
    names.iter().map(|name| TagLink { name: name.clone(), url: page(name, scene) }).collect()
}

fn page(name: &str, scene: &Scene<'_>) -> String {
    let mut url = scene.addresses.base().clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(["tags", name]);
    }
    url.into()
}
