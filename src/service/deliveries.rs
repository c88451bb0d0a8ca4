//! What became of a tweet at other instances, for its author and for admins.

use super::Service;
use super::pages::{one_more, page_of_rows};
use super::sessions::SignedIn;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::Role;
use crate::model::cursor::{Cursor, Page};
use crate::model::delivery::DeliveryTrace;
use crate::model::ids::TweetId;
use crate::store::{delivery_results, tweets};

impl Service {
    /// What became of a tweet at the hosts it was for, the last first.
    pub async fn deliveries_of(
        &self,
        who: &SignedIn,
        tweet: TweetId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<DeliveryTrace>> {
        let parts = self.store().read(move |conn| tweets::id_parts(conn, tweet)).await?;
        let author = parts.ok_or(Error::NotFound("tweet"))?.author;
        if author != who.account && who.role != Role::Admin {
            // Whoever may not know of it is told nothing of it.
            self.tweet(Some(who.account), tweet).await?;
            return Err(Error::forbidden(
                "not_yours",
                "only its author and admins see what became of a tweet",
            ));
        }
        let limit = limit.clamp(1, limits::PAGE_MAX);
        let read = move |conn: &mut _| delivery_results::trace(conn, tweet.0, cursor, one_more(limit));
        let rows = self.store().read(read).await?;
        Ok(page_of_rows(rows, cursor, limit, |row| row.id.0))
    }
}
