//! What is asked of the database for each activity that arrives, for many of them at once.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::actors::{self, PublicKeyRow};
use super::conn::Conn;
use super::hot::HotQuery;
use super::instances::{self, Standing};
use super::{StoreError, accounts, follows, threads, tombstones, tweets};
use crate::clock::Millis;
use crate::model::account::Account;
use crate::model::ids::{AccountId, TweetId};

/// Asks who signs an activity.
#[derive(Clone, Debug)]
pub struct AskSigner {
    /// The actor's ActivityPub id.
    pub actor_uri: String,
    /// The id of the key.
    pub key_uri: String,
    /// The actor's host.
    pub host: String,
    /// The key's host.
    pub key_host: String,
}

/// Who signs an activity, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signer {
    /// Whether the actor is suspended; `None` when it is not known.
    pub suspended: Option<bool>,
    /// The key with that id, whose ever it is.
    pub key: Option<PublicKeyRow>,
    /// How their hosts stand.
    pub standing: Standing,
}

impl HotQuery for AskSigner {
    type Output = Signer;

    fn read_set(conn: &mut Conn, set: &[Self]) -> Result<Vec<Signer>, StoreError> {
        let suspended = accounts::suspended_by_uri(conn, texts(set, |asked| &asked.actor_uri))?;
        let keys = actors::keys(conn, texts(set, |asked| &asked.key_uri))?;
        let pairs: Vec<(&str, &str)> =
            set.iter().map(|asked| (asked.host.as_str(), asked.key_host.as_str())).collect();
        let standings = instances::standings(conn, &pairs)?;
        let signers = set.iter().zip(standings).map(|(asked, standing)| Signer {
            suspended: suspended.get(&asked.actor_uri).copied(),
            key: keys.get(&asked.key_uri).cloned(),
            standing,
        });
        Ok(signers.collect())
    }
}

/// Asks who did what an activity says.
#[derive(Clone, Debug)]
pub struct AskDoer {
    /// The activity's id.
    pub activity_uri: String,
    /// The actor's ActivityPub id.
    pub actor_uri: String,
}

/// Who did what an activity says, as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct Doer {
    /// The activity is remembered as gone, by our own word or its actor's.
    pub is_gone: bool,
    /// Since when the actor is gone by its own word.
    pub gone_since: Option<Millis>,
    /// The actor's account, and when it was last fetched.
    pub account: Option<(Account, Millis)>,
}

impl HotQuery for AskDoer {
    type Output = Doer;

    fn read_set(conn: &mut Conn, set: &[Self]) -> Result<Vec<Doer>, StoreError> {
        let actors = texts(set, |asked| &asked.actor_uri);
        let mut uris = texts(set, |asked| &asked.activity_uri);
        uris.extend_from_slice(&actors);
        let gone = tombstones::among(conn, uris, actors.clone())?;
        let accounts = accounts::fetched_by_uri(conn, actors)?;
        let doers = set.iter().map(|AskDoer { activity_uri, actor_uri }| Doer {
            is_gone: gone.is(activity_uri, actor_uri),
            gone_since: gone.by(actor_uri, actor_uri),
            account: accounts.get(actor_uri).cloned(),
        });
        Ok(doers.collect())
    }
}

/// Asks whether a post is news.
#[derive(Clone, Debug)]
pub struct AskNews {
    /// The post's ActivityPub id, of another host.
    pub uri: String,
    /// Who sent it.
    pub author: AccountId,
}

/// Whether a post is news for somebody here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// The post is here already.
    pub is_known: bool,
    /// Somebody here follows who sent it.
    pub is_followed: bool,
}

impl HotQuery for AskNews {
    type Output = News;

    fn read_set(conn: &mut Conn, set: &[Self]) -> Result<Vec<News>, StoreError> {
        let known = tweets::known_uris(conn, texts(set, |asked| &asked.uri))?;
        let authors: BTreeSet<AccountId> = set.iter().map(|asked| asked.author).collect();
        let followed = follows::followed_from_here(conn, &authors.into_iter().collect::<Vec<_>>())?;
        let news = set.iter().map(|AskNews { uri, author }| News {
            is_known: known.contains(uri),
            is_followed: followed.contains(author),
        });
        Ok(news.collect())
    }
}

/// Asks what a new post meets.
#[derive(Clone, Debug)]
pub struct AskGround {
    /// The post's ActivityPub id.
    pub uri: String,
    /// Who has the say of it.
    pub owner: String,
    /// Its author.
    pub author: AccountId,
    /// The id that it shall have here.
    pub id: TweetId,
}

/// What a new post meets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// It is remembered as gone, by our own word or its owner's.
    pub is_gone: bool,
    /// There is a tweet with that id.
    pub is_taken: bool,
    /// The ActivityPub id of its author's followers.
    pub followers_uri: Option<String>,
}

impl HotQuery for AskGround {
    type Output = Ground;

    fn read_set(conn: &mut Conn, set: &[Self]) -> Result<Vec<Ground>, StoreError> {
        let uris = texts(set, |asked| &asked.uri);
        let gone = tombstones::among(conn, uris, texts(set, |asked| &asked.owner))?;
        let ids: Vec<TweetId> = set.iter().map(|asked| asked.id).collect();
        let taken: HashSet<TweetId> = tweets::existing(conn, &ids)?;
        let authors: BTreeSet<AccountId> = set.iter().map(|asked| asked.author).collect();
        let followers: HashMap<AccountId, String> =
            actors::followers_uris(conn, &authors.into_iter().collect::<Vec<_>>())?;
        let grounds = set.iter().map(|asked| Ground {
            is_gone: gone.is(&asked.uri, &asked.owner),
            is_taken: taken.contains(&asked.id),
            followers_uri: followers.get(&asked.author).cloned(),
        });
        Ok(grounds.collect())
    }
}

/// Asks what came to be known of a post while it was written.
#[derive(Clone, Debug)]
pub struct AskSince {
    /// The post's ActivityPub id.
    pub uri: String,
    /// Who has the say of it.
    pub owner: String,
}

/// What came to be known of a post while it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// It is remembered as gone, by our own word or its owner's.
    pub is_gone: bool,
    /// Answers wait for it.
    pub is_awaited: bool,
}

impl HotQuery for AskSince {
    type Output = Since;

    fn read_set(conn: &mut Conn, set: &[Self]) -> Result<Vec<Since>, StoreError> {
        let uris = texts(set, |asked| &asked.uri);
        let gone = tombstones::among(conn, uris.clone(), texts(set, |asked| &asked.owner))?;
        let awaited = threads::awaited(conn, uris)?;
        let since = set.iter().map(|AskSince { uri, owner }| Since {
            is_gone: gone.is(uri, owner),
            is_awaited: awaited.contains(uri),
        });
        Ok(since.collect())
    }
}

/// A text of each question, once each.
fn texts<Q>(set: &[Q], text: impl Fn(&Q) -> &String) -> Vec<String> {
    let texts: BTreeSet<&String> = set.iter().map(text).collect();
    texts.into_iter().cloned().collect()
}
