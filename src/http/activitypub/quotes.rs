//! Stamps by which accounts of ours allow quotes (FEP-044f).

use axum::extract::State;
use axum::response::Response;

use super::negotiate::{document, gone};
use super::objects::own_for;
use super::reader::Reader;
use crate::error::{Error, Result};
use crate::federation::objects::quote::QuoteStamp;
use crate::federation::objects::tombstone::Tombstone;
use crate::http::extract::Path;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::ids::TweetId;
use crate::store::{quotes, tombstones, tweets};

/// `GET /users/{username}/quote_authorizations/{number}`
pub(super) async fn stamp(
    State(state): State<AppState>,
    Path((username, number)): Path<(String, i64)>,
    reader: Reader,
) -> Result<Response, ApiError> {
    let id = state.service.addresses().quote_stamp(&username, number);
    let asked = id.clone();
    let store = state.service.store();
    if store.read(move |conn| tombstones::exists(conn, &asked)).await.map_err(Error::from)? {
        return gone(&Tombstone::new(id, None));
    }
    let (quoted, quoting) = allowed(&state, number, &id).await?.ok_or(Error::NotFound("stamp"))?;
    let view = own_for(&state, &username, quoted, &reader).await?;
    let actor = state.federation.local_actor(&view.author);
    let answer = document(&QuoteStamp {
        id: actor.quote_stamp(number),
        attributed_to: actor.id().to_owned(),
        interacting_object: quoting,
        interaction_target: actor.status(quoted.0),
    })?;
    Ok(reader.seal(answer, view.tweet.visibility.is_open()))
}

/// The tweet that a stamp lets be quoted, and the id of the post that quotes it. A quote by one of ours has no row of
/// its own: the tweet names the stamp, which has the tweet's number.
async fn allowed(state: &AppState, number: i64, id: &str) -> Result<Option<(TweetId, String)>> {
    let read = state.service.store().read(move |conn| {
        let row = quotes::by_number(conn, number)?;
        let tweet = tweets::by_id(conn, TweetId(number))?.filter(|tweet| tweet.local);
        Ok((row, tweet))
    });
    let (row, tweet) = read.await?;
    if let Some(stamp) = row {
        return Ok(Some((stamp.tweet, stamp.quoting)));
    }
    let Some(tweet) = tweet.filter(|tweet| tweet.quote_stamp.as_deref() == Some(id)) else { return Ok(None) };
    let (Some(quoted), Some(uri)) = (tweet.quotes(), state.federation.tweet_uri(tweet.id).await?) else {
        return Ok(None);
    };
    Ok(Some((quoted, uri)))
}
