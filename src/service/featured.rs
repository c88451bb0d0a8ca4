//! What one shows on one's profile beside tweets: hashtags, and accounts that one recommends.

use super::Service;
use crate::clock::Millis;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::entities;
use crate::model::ids::{AccountId, RowId};
use crate::store::featured::{self, FeaturedTag, TagUse};
use crate::store::{Conn, StoreError};

/// A hashtag on a profile, with how often its owner used it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeaturedTagView {
    /// Its row.
    pub id: RowId,
    /// The hashtag, folded.
    pub tag: String,
    /// Tweets of the owner with it that everybody may see, among the newest.
    pub tweets: i64,
    /// When the owner last used it.
    pub last_at: Option<Millis>,
}

impl Service {
    /// The hashtags that an account shows on its profile; none to who is blocked.
    pub async fn featured_tags(
        &self,
        viewer: Option<AccountId>,
        account: AccountId,
    ) -> Result<Vec<FeaturedTagView>> {
        if self.eyes(viewer).await?.blocked(account) {
            return Ok(Vec::new());
        }
        Ok(self.store().read(move |conn| tags_of(conn, account)).await?)
    }

    /// Shows a hashtag on one's profile. Doing it twice changes nothing.
    ///
    /// # Errors
    /// 422 on `name`: `bad_tag`, `too_many`.
    pub async fn feature_tag(&self, account: AccountId, name: &str) -> Result<FeaturedTagView> {
        let tag = folded(name)?;
        let (id, now_ms) = (RowId(self.next_id()), self.now_ms());
        let wanted = tag.clone();
        let tags = self
            .store()
            .write(move |conn| {
                crate::store::accounts::hold(conn, account)?;
                let before = featured::tags(conn, account, most())?;
                let known = before.iter().any(|before| before.tag == wanted);
                if !known && before.len() >= limits::FEATURED_TAGS_MAX {
                    let message = format!("a profile shows at most {} hashtags", limits::FEATURED_TAGS_MAX);
                    return Err(Error::invalid("name", "too_many", message).into());
                }
                let new = FeaturedTag { id, tag: wanted.clone() };
                featured::add_tag(conn, account, &new, now_ms)?;
                tags_of(conn, account)
            })
            .await?;
        tags.into_iter().find(|shown| shown.tag == tag).ok_or(Error::NotFound("hashtag"))
    }

    /// Shows a hashtag no longer.
    pub async fn unfeature_tag(&self, account: AccountId, name: &str) -> Result<()> {
        let tag = folded(name)?;
        self.store().write(move |conn| featured::remove_tag(conn, account, &tag)).await?;
        Ok(())
    }

    /// Shows the hashtag with this id no longer.
    pub async fn remove_featured_tag(&self, account: AccountId, id: RowId) -> Result<()> {
        let removed = self.store().write(move |conn| {
            let tags = featured::tags(conn, account, most())?;
            match tags.into_iter().find(|shown| shown.id == id) {
                Some(shown) => featured::remove_tag(conn, account, &shown.tag),
                None => Ok(false),
            }
        });
        if removed.await? { Ok(()) } else { Err(Error::NotFound("hashtag")) }
    }

    /// Whether one shows this hashtag on one's profile.
    pub async fn features_tag(&self, account: AccountId, tag: &str) -> Result<bool> {
        let tags = self.store().read(move |conn| featured::tags(conn, account, most())).await?;
        Ok(tags.iter().any(|shown| shown.tag == tag))
    }

    /// Hashtags that one uses most and does not show yet.
    pub async fn featured_tag_suggestions(&self, account: AccountId) -> Result<Vec<String>> {
        let found = self.store().read(move |conn| {
            let shown = featured::tags(conn, account, most())?;
            let mut used = featured::most_used(conn, account, most().saturating_mul(2))?;
            used.retain(|used| shown.iter().all(|shown| shown.tag != used.tag));
            Ok(used)
        });
        Ok(found.await?.into_iter().take(limits::FEATURED_TAGS_MAX).map(|used| used.tag).collect())
    }

    /// Recommends an account that one follows on one's profile. Doing it twice changes nothing.
    ///
    /// # Errors
    /// 422 on `userId`: `not_followed`.
    pub async fn endorse(&self, account: AccountId, target: AccountId) -> Result<()> {
        let target = self.account(target).await?.id;
        let (row, now_ms) = ((RowId(self.next_id()), account, target), self.now_ms());
        let most = i64::try_from(limits::ENDORSEMENTS_MAX).unwrap_or(i64::MAX);
        if self.store().write(move |conn| featured::endorse(conn, row, most, now_ms)).await? {
            return Ok(());
        }
        let message =
            format!("recommend accounts that you follow, at most {} of them", limits::ENDORSEMENTS_MAX);
        Err(Error::invalid("userId", "not_followed", message))
    }

    /// Recommends an account no longer.
    pub async fn unendorse(&self, account: AccountId, target: AccountId) -> Result<()> {
        Ok(self.store().write(move |conn| featured::unendorse(conn, account, target)).await?)
    }
}

fn most() -> i64 {
    i64::try_from(limits::FEATURED_TAGS_MAX).unwrap_or(i64::MAX)
}

fn folded(name: &str) -> Result<String> {
    let name = name.trim().trim_start_matches(['#', '＃']);
    entities::fold_tag(name)
        .ok_or_else(|| Error::invalid("name", "bad_tag", "a hashtag has letters, digits and underscores"))
}

fn tags_of(conn: &mut Conn, account: AccountId) -> Result<Vec<FeaturedTagView>, StoreError> {
    let tags = featured::tags(conn, account, most())?;
    if tags.is_empty() {
        return Ok(Vec::new());
    }
    let uses = featured::uses(conn, account, tags.iter().map(|shown| shown.tag.clone()).collect())?;
    let of = |tag: &str| uses.iter().find(|used: &&TagUse| used.tag == tag);
    let views = tags.into_iter().map(|shown| FeaturedTagView {
        tweets: of(&shown.tag).map_or(0, |used| used.tweets),
        last_at: of(&shown.tag).map(|used| used.last.time_ms()),
        id: shown.id,
        tag: shown.tag,
    });
    Ok(views.collect())
}
