//! Hashtags.

use serde::Serialize;

use super::Scene;

/// A hashtag by itself. How often it was used each day is not counted here, and hashtags cannot be followed.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct Tag {
    id: String,
    name: String,
    url: String,
    history: [(); 0],
    following: bool,
    featuring: bool,
}

/// A hashtag of a post.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct TagLink {
    name: String,
    url: String,
}

impl Tag {
    /// The hashtag with this folded name.
    pub(in crate::http::mastodon) fn of(name: &str, scene: &Scene<'_>) -> Self {
        Self {
            id: name.to_owned(),
            name: name.to_owned(),
            url: page(name, scene),
            history: [],
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
