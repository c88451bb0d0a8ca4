//! Tweets of ours as objects and activities. What is not for everybody is served to those of other instances who
//! may see it and sign what they ask.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::negotiate::{document, gone, served, to_page};
use super::reader::{Reader, Wanted};
use crate::error::{Error, Result};
use crate::federation::objects::OutgoingActivity;
use crate::federation::objects::note::Note;
use crate::federation::objects::tombstone::Tombstone;
use crate::federation::rendered::About;
use crate::http::extract::Path;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::{AccountId, TweetId};
use crate::service::TweetView;
use crate::store::tombstones;

/// `GET /users/{username}/statuses/{id}`
pub(super) async fn status(
    State(state): State<AppState>,
    Path((username, id)): Path<(String, TweetId)>,
    wanted: Wanted,
) -> Result<Response, ApiError> {
    let Wanted::Document(reader) = wanted else {
        return match own(&state, &username, id, None).await {
            Ok(view) => Ok(to_page(&state.service.addresses().tweet_page(&view.tweet, &view.author))),
            Err(Error::NotFound(_)) => missing(&state, &username, id).await,
            Err(error) => Err(error.into()),
        };
    };
    if let Reader::Anyone(envelope) = &reader {
        let written = async {
            let view = own(&state, &username, id, None).await?;
            Ok((whole(&state, &view).await?, about(&view)))
        };
        match state.federation.document_at(&format!("/users/{username}/statuses/{id}"), written).await {
            Ok(document) => return Ok(served(&envelope.headers, &document)),
            // Whoever signed may see more than everybody.
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let view = match own_for(&state, &username, id, &reader).await {
        Err(Error::NotFound(_)) => return missing(&state, &username, id).await,
        found => found?,
    };
    Ok(reader.seal(document(&whole(&state, &view).await?)?, view.tweet.visibility.is_open()))
}

/// `GET /users/{username}/statuses/{id}/activity`
pub(super) async fn activity(
    State(state): State<AppState>,
    Path((username, id)): Path<(String, TweetId)>,
    reader: Reader,
) -> Result<Response, ApiError> {
    if let Reader::Anyone(envelope) = &reader {
        let written = async {
            let view = own(&state, &username, id, None).await?;
            Ok((state.federation.created(&view).await?, about(&view)))
        };
        let path = format!("/users/{username}/statuses/{id}/activity");
        match state.federation.document_at(&path, written).await {
            Ok(document) => return Ok(served(&envelope.headers, &document)),
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let view = own_for(&state, &username, id, &reader).await?;
    let answer = document(&state.federation.created(&view).await?)?;
    Ok(reader.seal(answer, view.tweet.visibility.is_open()))
}

/// What stands under a tweet's id.
#[derive(Serialize)]
#[serde(untagged)]
enum Whole {
    Note(Box<Note>),
    Activity(Box<OutgoingActivity>),
}

async fn whole(state: &AppState, view: &TweetView) -> Result<Whole> {
    Ok(match view.retweet_of {
        Some(_) => Whole::Activity(Box::new(state.federation.created(view).await?)),
        None => Whole::Note(Box::new(state.federation.note(view).await?)),
    })
}

/// What the document of a tweet speaks of.
fn about(view: &TweetView) -> About {
    let tweet = &view.tweet;
    let others = [tweet.reply_to, tweet.quote_of, tweet.retweet_of].into_iter().flatten();
    About { account: tweet.author, tweets: std::iter::once(tweet.id).chain(others).collect() }
}

/// A tweet of this account that the reader may see. Whose signature it is only matters for what not everybody may.
pub(super) async fn own_for(
    state: &AppState,
    username: &str,
    id: TweetId,
    reader: &Reader,
) -> Result<TweetView> {
    if let Reader::Signed(account) = reader {
        return own(state, username, id, *account).await;
    }
    match own(state, username, id, None).await {
        Err(Error::NotFound(what)) => match reader.account(state).await {
            Some(account) => own(state, username, id, Some(account)).await,
            None => Err(Error::NotFound(what)),
        },
        found => found,
    }
}

/// A tweet of this account that the viewer may see.
async fn own(state: &AppState, username: &str, id: TweetId, viewer: Option<AccountId>) -> Result<TweetView> {
    let view = state.service.tweet(viewer, id).await?;
    let is_theirs = view.author.is_local() && view.author.username.eq_ignore_ascii_case(username);
    if is_theirs { Ok(view) } else { Err(Error::NotFound("tweet")) }
}

async fn missing(state: &AppState, username: &str, id: TweetId) -> Result<Response, ApiError> {
    let uri = state.service.addresses().local_tweet(username, id);
    let asked = uri.clone();
    let buried = state.service.store().read(move |conn| tombstones::exists(conn, &asked)).await;
    if buried.map_err(Error::from)? {
        return gone(&Tombstone::new(uri, None));
    }
    // With its author, whatever was there.
    if let Some((name, left_ms)) = state.service.left(username).await? {
        let uri = state.service.addresses().local_tweet(&name, id);
        return gone(&Tombstone::new(uri, Some(left_ms)));
    }
    Err(Error::NotFound("tweet").into())
}
