//! Cards of linked pages.

use serde::Serialize;

use super::Scene;
use crate::http::media::urls;
use crate::model::preview::Preview;

/// The page that a post links to, as that page describes itself: all of it is the word of a stranger, and plain text.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::mastodon) struct PreviewCard {
    url: String,
    title: String,
    description: String,
    language: Option<String>,
    #[serde(rename = "type")]
    kind: &'static str,
    authors: Vec<Author>,
    author_name: String,
    author_url: &'static str,
    provider_name: String,
    provider_url: &'static str,
    html: &'static str,
    width: i64,
    height: i64,
    image: Option<String>,
    image_description: String,
    embed_url: &'static str,
    blurhash: Option<String>,
    published_at: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Author {
    name: String,
    url: &'static str,
    account: Option<super::Account>,
}

impl PreviewCard {
    /// A card as this API shows it. Where it leads is named before what the page calls itself.
    pub(in crate::http::mastodon) fn of(preview: &Preview, scene: &Scene<'_>) -> Self {
        let picture = preview.picture.as_ref();
        let author = |name: &String| Author { name: name.clone(), url: "", account: None };
        Self {
            url: preview.url.clone(),
            title: preview.title.clone(),
            description: preview.description.clone(),
            language: None,
            kind: "link",
            authors: Some(&preview.author).filter(|name| !name.is_empty()).map(author).into_iter().collect(),
            author_name: preview.author.clone(),
            author_url: "",
            provider_name: preview.host(),
            provider_url: "",
            html: "",
            width: picture.map_or(0, |picture| picture.width),
            height: picture.map_or(0, |picture| picture.height),
            image: scene.at(urls::preview_url(preview)),
            image_description: picture.map(|picture| picture.alt.clone()).unwrap_or_default(),
            embed_url: "",
            blurhash: picture.and_then(|picture| picture.blurhash.clone()),
            published_at: None,
        }
    }
}
