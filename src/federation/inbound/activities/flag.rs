//! `Flag`: another instance reports accounts or posts of ours. It comes from that instance's own actor or from whoever
//! complains; who it was does not matter and is not kept, only the host.

use std::collections::BTreeMap;

use url::Url;

use super::Failure;
use crate::federation::Federation;
use crate::federation::objects::Activity;
use crate::federation::origin::authority;
use crate::model::ids::{AccountId, TweetId};
use crate::model::{html, text};
use crate::service::Flagged;

impl Federation {
    pub(super) async fn flag(
        &self,
        activity: &Activity,
        objects: &[Url],
        content: Option<&str>,
    ) -> Result<(), Failure> {
        let mut about: BTreeMap<AccountId, Vec<TweetId>> = BTreeMap::new();
        for object in objects.iter().filter(|object| self.is_ours(object)) {
            if let Some(tweet) = self.known_tweet(object).await? {
                about.entry(tweet.author).or_default().push(tweet.id);
            } else if let Some(account) = self.local_account(object).await? {
                about.entry(account.id).or_default();
            }
        }
        let flagged = Flagged {
            activity_uri: activity.id.as_str().to_owned(),
            origin: authority(&activity.actor),
            comment: text::normalise(&html::to_plain(content.unwrap_or_default())),
            about,
        };
        Ok(self.service().flagged(flagged).await?)
    }
}
