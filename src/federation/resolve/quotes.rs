//! How a quote by somebody elsewhere stands: by consent where their networks know it, by custom where they do not.

use url::Url;

use super::fetch::Budget;
use super::{FetchError, ResolveError};
use crate::error::Error;
use crate::federation::Federation;
use crate::federation::objects::addressing::PUBLIC;
use crate::federation::objects::post::CanQuote;
use crate::federation::objects::{Post, quote};
use crate::federation::origin::same_origin;
use crate::model::account::Account;
use crate::model::ids::{AccountId, TweetId};
use crate::model::quote::{QuotePolicy, QuoteState};
use crate::model::tweet::Tweet;
use crate::store::quotes;

/// Whom a post lets quote it, when it says so; `followers` is its author's collection.
pub(in crate::federation) fn policy(post: &Post, followers: Option<&Url>) -> Option<QuotePolicy> {
    let CanQuote { automatic, manual } = post.can_quote.as_ref()?;
    let is_everyone = |who: &Url| who.as_str() == PUBLIC;
    let are_followers = |who: &Url| Some(who) == followers;
    Some(if automatic.iter().any(is_everyone) {
        QuotePolicy::Everyone
    } else if manual.iter().any(is_everyone) {
        QuotePolicy::Asked
    } else if automatic.iter().any(are_followers) {
        QuotePolicy::Followers
    } else if manual.iter().any(are_followers) {
        QuotePolicy::Asked
    } else {
        QuotePolicy::Nobody
    })
}

impl Federation {
    /// Whether the author of `quoted` consents to be quoted by a post, and the stamp that says so.
    ///
    /// Who quotes oneself needs nobody's consent. A post of ours may be quoted by whom its author lets, also in the
    /// older forms that cannot ask. Of others, a stamp decides; without one, a post that says whom it lets quote it
    /// waits for its author, and one that says nothing is of a network without consent.
    pub(in crate::federation) async fn judge_quote(
        &self,
        post: &Post,
        author: AccountId,
        quoted: &Tweet,
        budget: &Budget,
    ) -> Result<(QuoteState, Option<String>), ResolveError> {
        if quoted.author == author {
            return Ok((QuoteState::Accepted, None));
        }
        let owner = self.service().account(quoted.author).await?;
        match (&post.quote_authorization, quoted.local) {
            (claimed, true) => {
                let stamp = self.stamp_for(quoted.id, &post.id).await?;
                let unclaimed = claimed.is_none();
                let allowed = stamp.is_some()
                    || (unclaimed && self.service().may_quote(author, &owner, quoted).await?);
                let state = if allowed { QuoteState::Accepted } else { QuoteState::Rejected };
                Ok((state, stamp))
            }
            (Some(stamp), false) => {
                let state = self.check_stamp(stamp, &post.id, quoted, &owner, budget).await?;
                let kept = (state == QuoteState::Accepted).then(|| stamp.as_str().to_owned());
                Ok((state, kept))
            }
            (None, false) if quoted.can_quote.is_some() => Ok((QuoteState::Pending, None)),
            (None, false) => Ok((QuoteState::Accepted, None)),
        }
    }

    /// The id of the stamp of ours that allows this quote.
    pub(in crate::federation) async fn stamp_for(
        &self,
        quoted: TweetId,
        quoting: &Url,
    ) -> Result<Option<String>, Error> {
        let uri = quoting.as_str().to_owned();
        let read = move |conn: &mut _| {
            let stamp = quotes::allowing(conn, quoted, &uri)?;
            let parts = crate::store::tweets::id_parts(conn, quoted)?;
            Ok(stamp.zip(parts))
        };
        let found = self.service().store().read(read).await?;
        let addresses = self.service().addresses();
        Ok(found.map(|(stamp, parts)| addresses.quote_stamp(&parts.username, stamp.id)))
    }

    #[expect(clippy::too_many_arguments, reason = "the four sides of a stamp, and what it may cost")]
    async fn check_stamp(
        &self,
        stamp: &Url,
        quoting: &Url,
        quoted: &Tweet,
        owner: &Account,
        budget: &Budget,
    ) -> Result<QuoteState, ResolveError> {
        let parse = |uri: &Option<String>| uri.as_deref().and_then(|uri| Url::parse(uri).ok());
        let (Some(owner), Some(quoted)) = (parse(&owner.uri), parse(&quoted.uri)) else {
            return Ok(QuoteState::Rejected);
        };
        if !same_origin(stamp, &owner) || self.is_gone(stamp, Some(&owner)).await? {
            return Ok(QuoteState::Rejected);
        }
        match self.document(stamp, budget).await {
            Ok(document) if quote::is_consent(&document.map, &owner, quoting, &quoted) => {
                Ok(QuoteState::Accepted)
            }
            // What cannot be looked at now is not shown, and looked at again with the next word of its author.
            Err(FetchError::Passing(_) | FetchError::OverBudget) => Ok(QuoteState::Pending),
            Ok(_) | Err(_) => Ok(QuoteState::Rejected),
        }
    }
}
