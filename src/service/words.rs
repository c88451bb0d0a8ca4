//! The words of a tweet: what they point at, whom they are told to, and the rules of what stands beside them.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Service;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::attachment::Focus;
use crate::model::entities::{self, Entity, EntityKind};
use crate::model::handle::Handle;
use crate::model::html::{self, MentionLink};
use crate::model::ids::{AccountId, MediaId};
use crate::model::notification::NotificationKind;
use crate::model::text;
use crate::model::tweet::{Mention, Tweet};
use crate::model::visibility::Visibility;
use crate::store::accounts;
use crate::store::notifications::NewNotification;
use crate::store::tweet_commands::Picture;

/// A text taken apart: what it points at, with the accounts that are known.
#[derive(Clone, Debug)]
pub(super) struct Parsed {
    pub(super) html: String,
    pub(super) mentions: Vec<Mention>,
    pub(super) tags: Vec<String>,
    /// Whether every account that it mentions is known here.
    pub(super) knows_all: bool,
}

impl Service {
    /// The text once more, when accounts that it mentions may have become known since.
    pub(super) async fn parsed_again(&self, text: &str, parsed: Parsed) -> Result<Parsed> {
        if parsed.knows_all { Ok(parsed) } else { self.parse(text).await }
    }

    /// Finds what a text points at, and turns it into HTML.
    pub(super) async fn parse(&self, text: &str) -> Result<Parsed> {
        let entities = entities::extract(text);
        let known = self.resolve_mentions(&entities).await?;
        let knows_all = entities.iter().all(|entity| match &entity.kind {
            EntityKind::Mention(handle) => known.contains_key(&handle.folded()),
            _ => true,
        });
        let mut mentions: BTreeMap<AccountId, Mention> = BTreeMap::new();
        for account in known.values() {
            mentions.entry(account.id).or_insert_with(|| mention(account));
        }
        if mentions.len() > limits::MENTIONS_MAX {
            return Err(Error::invalid(
                "text",
                "too_many_mentions",
                format!("a post can mention at most {} accounts", limits::MENTIONS_MAX),
            ));
        }
        let html = html::render(text, &entities, self.addresses().base(), |handle| {
            known
                .get(&handle.folded())
                .map(|account| MentionLink { href: self.addresses().profile(account), acct: account.acct() })
        });
        let tags: HashSet<String> = entities
            .into_iter()
            .filter_map(|entity| match entity.kind {
                EntityKind::Hashtag(tag) => Some(tag),
                _ => None,
            })
            .collect();
        let mut tags: Vec<String> = tags.into_iter().collect();
        tags.sort_unstable();
        Ok(Parsed { html, mentions: mentions.into_values().collect(), tags, knows_all })
    }

    /// The accounts that a text mentions, by folded handle, as far as they are known here.
    async fn resolve_mentions(&self, entities: &[Entity]) -> Result<HashMap<String, Account>> {
        let handles: Vec<Handle> = entities
            .iter()
            .filter_map(|entity| match &entity.kind {
                EntityKind::Mention(handle) => Some(handle.clone()),
                _ => None,
            })
            .collect();
        if handles.is_empty() {
            return Ok(HashMap::new());
        }
        let own = self.addresses().host().clone();
        let found = self
            .store()
            .read(move |conn| {
                let mut found = HashMap::new();
                for written in &handles {
                    let handle = written.clone().relative_to(&own);
                    let host = handle.host.as_ref().map(crate::model::host::Host::as_str);
                    if let Some(account) = accounts::by_handle(conn, &handle.username, host)?
                        && !account.suspended
                    {
                        found.insert(written.folded(), account);
                    }
                }
                Ok(found)
            })
            .await?;
        Ok(found)
    }
}

/// The account as a mention of it.
pub(crate) fn mention(account: &Account) -> Mention {
    Mention {
        account: account.id,
        username: account.username.clone(),
        domain: account.domain.clone(),
        uri: account.uri.clone(),
    }
}

/// Who is told of a new tweet: the answered, the quoted, the mentioned; each once, for the strongest reason.
pub(crate) fn told_of(
    tweet: &Tweet,
    quoted: Option<AccountId>,
    now_ms: crate::clock::Millis,
) -> Vec<NewNotification> {
    let answered = tweet.reply_to_author.into_iter().map(|id| (id, NotificationKind::Reply));
    let quoted = quoted.into_iter().map(|id| (id, NotificationKind::Quote));
    let mentioned = tweet.mentions.iter().map(|mention| (mention.account, NotificationKind::Mention));
    let reachable: HashSet<AccountId> = tweet.mentions.iter().map(|mention| mention.account).collect();
    let mut seen = HashSet::new();
    answered
        .chain(quoted)
        .chain(mentioned)
        .filter(|(account, _)| tweet.visibility != Visibility::Direct || reachable.contains(account))
        .filter(|(account, _)| seen.insert(*account))
        .map(|(account, kind)| NewNotification {
            account,
            kind,
            from: tweet.author,
            tweet: Some(tweet.id),
            at_ms: now_ms,
        })
        .collect()
}

/// The pictures of a tweet with their descriptions: at most so many, each once.
pub(super) fn pictures(
    media: &[MediaId],
    (mut alts, focus): (BTreeMap<MediaId, String>, BTreeMap<MediaId, Focus>),
    most: usize,
) -> Result<Vec<Picture>> {
    let distinct: HashSet<&MediaId> = media.iter().collect();
    if media.len() > most || distinct.len() < media.len() {
        return Err(Error::invalid("media", "too_many", format!("at most {most} different pictures")));
    }
    media
        .iter()
        .map(|id| {
            let alt = alts.remove(id).map(|alt| alt_text(&alt)).transpose()?;
            Ok(Picture { id: *id, alt, focus: focus.get(id).copied() })
        })
        .collect()
}

pub(super) fn content_warning(warning: Option<&str>) -> Result<String> {
    let warning = text::one_line(warning.unwrap_or_default());
    if text::characters(&warning) > limits::CONTENT_WARNING_MAX {
        return Err(Error::invalid(
            "content_warning",
            "too_long",
            format!("a content warning has at most {} characters", limits::CONTENT_WARNING_MAX),
        ));
    }
    Ok(warning)
}

/// The description of a picture, cleaned and within its limit.
pub(crate) fn alt_text(alt: &str) -> Result<String> {
    let alt = text::normalise(alt);
    if text::characters(&alt) > limits::ALT_TEXT_MAX {
        let message = format!("a description has at most {} characters", limits::ALT_TEXT_MAX);
        return Err(Error::invalid("alt", "too_long", message));
    }
    Ok(alt)
}
