//! Puts the best matches in order for a viewer: asks what they have to do with each, and ranks by it.

use std::collections::HashSet;

use super::Match;
use super::rank::MatchFacts;
use crate::clock::Millis;
use crate::error::Result;
use crate::model::ids::{AccountId, TweetId};
use crate::service::{Eyes, Service};
use crate::store::{Conn, StoreError, search as stored};

/// What a viewer has to do with matches.
#[derive(Default)]
struct Ties {
    authors: Vec<(TweetId, AccountId)>,
    near: HashSet<AccountId>,
    touched: HashSet<TweetId>,
}

/// The matches with what is known of each, the best first; equal ones stay in their order. Who is not signed in has no ties.
pub(super) async fn ranked(
    service: &Service,
    eyes: &Eyes,
    matches: Vec<Match>,
    now_ms: Millis,
) -> Result<Vec<(TweetId, MatchFacts)>> {
    let viewer = eyes.viewer().map(|viewer| viewer.id);
    let ids: Vec<TweetId> = matches.iter().map(|found| found.id).collect();
    let ties = match viewer.filter(|_| !ids.is_empty()) {
        Some(viewer) => service.store().read(move |conn| ties(conn, viewer, &ids)).await?,
        None => Ties::default(),
    };
    let follows = |author| eyes.relations().is_some_and(|relations| relations.following.contains(&author));
    let facts = |found: Match| {
        let author = ties.authors.iter().find(|(id, _)| *id == found.id).map(|(_, author)| *author);
        MatchFacts {
            text: found.text,
            age_ms: now_ms.saturating_sub(found.id.time_ms()),
            own: author.is_some() && author == viewer,
            followed: author.is_some_and(follows),
            near: author.is_some_and(|author| ties.near.contains(&author)),
            touched: ties.touched.contains(&found.id),
        }
    };
    let mut ranked: Vec<(TweetId, MatchFacts)> =
        matches.into_iter().map(|found| (found.id, facts(found))).collect();
    ranked.sort_by(|(_, one), (_, other)| other.score().total().total_cmp(&one.score().total()));
    Ok(ranked)
}

fn ties(conn: &mut Conn, viewer: AccountId, ids: &[TweetId]) -> std::result::Result<Ties, StoreError> {
    let authors = stored::authors(conn, ids)?;
    let friends = stored::friends(conn, viewer)?;
    if friends.is_empty() {
        return Ok(Ties { authors, ..Ties::default() });
    }
    let mut writers: Vec<AccountId> = authors.iter().map(|(_, author)| *author).collect();
    writers.sort_unstable();
    writers.dedup();
    let near = stored::followed_by_some(conn, &friends, &writers)?;
    let touched = stored::touched_by_some(conn, &friends, ids)?;
    Ok(Ties { authors, near, touched })
}
