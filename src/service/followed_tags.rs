//! Following hashtags: what everybody may read with one of them comes into home.

use super::Service;
use super::pages::{one_more, page_of_rows};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::cursor::{Cursor, Page};
use crate::model::entities::fold_tag;
use crate::model::ids::{AccountId, RowId};
use crate::store::{Conn, followed_tags};

impl Service {
    /// Follows a hashtag, or ends that; twice is once. Answers it folded.
    pub async fn follow_tag(&self, account: AccountId, tag: &str, follow: bool) -> Result<String> {
        let tag = fold_tag(tag).ok_or(Error::NotFound("hashtag"))?;
        let (row, written, now_ms) = (RowId(self.next_id()), tag.clone(), self.now_ms());
        let write = move |conn: &mut Conn| match follow {
            true => followed_tags::follow(conn, (row, account), &written, now_ms),
            false => followed_tags::unfollow(conn, account, &written, now_ms),
        };
        self.store().write(write).await?;
        self.wrote(account);
        Ok(tag)
    }

    /// A page of the hashtags that an account follows, the last one first.
    pub async fn followed_tags(
        &self,
        account: AccountId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<String>> {
        let limit = limit.clamp(1, limits::FOLLOWED_TAGS_MAX);
        let read = move |conn: &mut Conn| followed_tags::list(conn, account, cursor, one_more(limit));
        let page = page_of_rows(self.store().read(read).await?, cursor, limit, |(row, _)| row.0);
        Ok(page.map(|(_, tag)| tag))
    }
}
