//! Where our own things live: the addresses of pages and the ActivityPub ids of accounts and tweets.
//!
//! Ids never change: usernames cannot be renamed, and the origin is chosen once.

use url::Url;

use super::account::Account;
use super::host::Host;
use super::ids::TweetId;
use super::tweet::Tweet;

/// The instance's own origin and the addresses under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    base: Url,
    host: Host,
}

/// What a path of ours names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Local {
    /// An account, by username.
    Account(String),
    /// A tweet, by its author's username and id.
    Tweet(String, TweetId),
}

impl Addresses {
    /// Addresses under `base`, an origin such as `https://example.org`. `None` when it names no host.
    pub fn new(base: Url) -> Option<Self> {
        let host = Host::of(&base)?;
        Some(Self { base, host })
    }

    /// The origin.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The host that follows the `@` in handles.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The origin without a slash at its end.
    pub fn origin(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// An absolute address for a path that begins with a slash.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// The ActivityPub id of an account.
    pub fn actor(&self, account: &Account) -> String {
        account.uri.clone().unwrap_or_else(|| self.local_actor(&account.username))
    }

    /// The ActivityPub id of the account of ours with this username.
    pub fn local_actor(&self, username: &str) -> String {
        self.at(&format!("/users/{username}"))
    }

    /// The page of an account: the remote one for remote accounts.
    pub fn profile(&self, account: &Account) -> String {
        match (&account.domain, &account.url, &account.uri) {
            (None, ..) => self.at(&format!("/@{}", account.username)),
            (_, Some(page), _) | (_, None, Some(page)) => page.clone(),
            _ => self.at(&format!("/@{}", account.acct())),
        }
    }

    /// The ActivityPub id of a tweet by `author`.
    pub fn tweet(&self, tweet: &Tweet, author: &Account) -> String {
        tweet.uri.clone().unwrap_or_else(|| self.local_tweet(&author.username, tweet.id))
    }

    /// The ActivityPub id of a tweet of ours.
    pub fn local_tweet(&self, username: &str, id: TweetId) -> String {
        self.at(&format!("/users/{username}/statuses/{id}"))
    }

    /// The id of the stamp by which the account of ours with this username allows a quote.
    pub fn quote_stamp(&self, username: &str, number: i64) -> String {
        self.at(&format!("/users/{username}/quote_authorizations/{number}"))
    }

    /// The ActivityPub id of the emoji of ours with this code.
    pub fn emoji(&self, shortcode: &str) -> String {
        self.at(&format!("/emoji/{shortcode}"))
    }

    /// The page of a tweet: the remote one for remote tweets.
    pub fn tweet_page(&self, tweet: &Tweet, author: &Account) -> String {
        match (&tweet.url, &tweet.uri) {
            (Some(page), _) | (None, Some(page)) => page.clone(),
            (None, None) => self.at(&format!("/@{}/{}", author.username, tweet.id)),
        }
    }

    /// What one of our addresses names, as an ActivityPub id or as a page; `None` for other hosts and paths.
    pub fn parse(&self, address: &str) -> Option<Local> {
        let url = Url::parse(address).ok()?;
        if !super::host::same_origin(&url, &self.base) {
            return None;
        }
        let mut path = url.path_segments()?;
        let (username, tweet) = match path.next()? {
            "users" => {
                let username = path.next()?;
                match (path.next(), path.next()) {
                    (None, _) => (username, None),
                    (Some("statuses"), Some(id)) => (username, Some(id)),
                    _ => return None,
                }
            }
            page => (page.strip_prefix('@')?, path.next()),
        };
        if path.next().is_some() || username.is_empty() {
            return None;
        }
        match tweet {
            None => Some(Local::Account(username.to_owned())),
            Some(id) => Some(Local::Tweet(username.to_owned(), id.parse().ok()?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> Addresses {
        Addresses::new(Url::parse("https://rook.test").unwrap()).unwrap()
    }

    #[test]
    fn ids_and_pages_of_ours_are_understood_and_others_are_not() {
        let ours = ours();
        for address in ["https://rook.test/users/ann", "https://ROOK.test/@ann"] {
            assert_eq!(ours.parse(address), Some(Local::Account("ann".into())), "{address}");
        }
        for address in [&ours.local_tweet("ann", TweetId(7)), "https://rook.test/@ann/7"] {
            assert_eq!(ours.parse(address), Some(Local::Tweet("ann".into(), TweetId(7))), "{address}");
        }
        for address in [
            "https://other.test/users/ann",
            "http://rook.test/users/ann",
            "https://rook.test/users/ann/inbox",
            "https://rook.test/@ann/7/more",
            "https://rook.test/",
            "nonsense",
        ] {
            assert_eq!(ours.parse(address), None, "{address}");
        }
    }
}
