//! `GET /api/oembed`: how a post of ours is shown in pages of others (oEmbed 1.0), and two addresses that programs know.

use axum::Router;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use url::Url;

use super::extract::{Json, Query};
use super::problem::ApiError;
use super::state::AppState;
use crate::error::Error;
use crate::model::html;
use crate::model::ids::TweetId;
use crate::model::visibility::Visibility;

/// How long other pages may keep what they were told.
const KEEP: &str = "public, max-age=3600";
const KEEP_SECONDS: &str = "3600";
/// How wide it is shown when nothing is said, and at least and at most.
const WIDTH: u32 = 400;
const WIDTHS: std::ops::RangeInclusive<u32> = 220..=1_200;

/// What is asked.
#[derive(Debug, Deserialize)]
struct Asked {
    url: String,
    maxwidth: Option<u32>,
    format: Option<String>,
}

/// A post for pages of others.
#[derive(Debug, Serialize)]
struct Embed {
    #[serde(rename = "type")]
    kind: &'static str,
    version: &'static str,
    author_name: String,
    author_url: String,
    provider_name: String,
    provider_url: String,
    cache_age: &'static str,
    html: String,
    width: u32,
    height: Option<u32>,
}

/// The routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/oembed", get(oembed))
        .route("/.well-known/change-password", get(async || Redirect::to("/settings/security")))
        .route("/health", get(async || "OK"))
}

/// A post that everybody may see, as a quotation with a link.
async fn oembed(State(state): State<AppState>, Query(asked): Query<Asked>) -> Result<Response, ApiError> {
    if asked.format.as_deref().is_some_and(|format| format != "json") {
        return Err(Error::invalid("format", "invalid", "only json is spoken here").into());
    }
    let id = tweet_of(&asked.url, &state).ok_or(Error::NotFound("tweet"))?;
    let view = state.service.tweet(None, id).await?;
    let open = matches!(view.tweet.visibility, Visibility::Public | Visibility::Unlisted);
    if !open || !view.author.is_local() || view.tweet.retweet_of.is_some() {
        return Err(Error::NotFound("tweet").into());
    }
    let (addresses, rules) = (state.service.addresses(), state.service.rules());
    let (page, profile) = (addresses.tweet_page(&view.tweet, &view.author), addresses.profile(&view.author));
    let shown = if view.tweet.content_warning.is_empty() {
        view.tweet.html.clone()
    } else {
        format!("<p>{}</p>", html::escaped(&view.tweet.content_warning))
    };
    let byline = format!("{} (@{}@{})", view.author.name(), view.author.username, addresses.host());
    let (byline, page) = (html::escaped(&byline), html::escaped(&page));
    let embed = Embed {
        kind: "rich",
        version: "1.0",
        author_name: view.author.name().to_owned(),
        author_url: profile,
        provider_name: rules.instance_name.clone(),
        provider_url: addresses.origin().to_owned(),
        cache_age: KEEP_SECONDS,
        html: format!(
            "<blockquote cite=\"{page}\">{shown}<p><a href=\"{page}\">{byline}</a></p></blockquote>"
        ),
        width: asked.maxwidth.unwrap_or(WIDTH).clamp(*WIDTHS.start(), *WIDTHS.end()),
        height: None,
    };
    Ok(([(CACHE_CONTROL, KEEP)], Json(embed)).into_response())
}

/// The post whose page this is: `/@name/id` on our own origin.
fn tweet_of(url: &str, state: &AppState) -> Option<TweetId> {
    let url = Url::parse(url).ok()?;
    if url.origin() != state.service.addresses().base().origin() {
        return None;
    }
    let mut parts = url.path_segments()?;
    let (name, id) = (parts.next()?, parts.next()?);
    (name.starts_with('@') && parts.next().is_none()).then(|| id.parse().ok()).flatten()
}
