//! The ids of our own actors, posts and activities: one place decides how they look.
//!
//! All are of our origin and hang below the actor's id, which is stable for ever.

/// One of our own actors, known by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalActor {
    base: String,
    id: String,
}

impl LocalActor {
    /// The actor with this id; `base` is our origin without a slash at its end (`https://a.test`).
    pub fn new(base: impl Into<String>, id: impl Into<String>) -> Self {
        Self { base: base.into(), id: id.into() }
    }

    /// The instance's own actor, which signs fetches and reports.
    pub fn instance(base: impl Into<String>) -> Self {
        let base = base.into();
        Self { id: format!("{base}/actor"), base }
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Our origin.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The id of its key.
    pub fn key_id(&self) -> String {
        self.under("#main-key")
    }

    /// The id of a key that it has after its first one.
    pub fn another_key_id(&self, number: i64) -> String {
        self.under(&format!("#key-{number}"))
    }

    /// Its inbox.
    pub fn inbox(&self) -> String {
        self.under("/inbox")
    }

    /// The inbox shared by all our actors.
    pub fn shared_inbox(&self) -> String {
        format!("{}/inbox", self.base)
    }

    /// Its outbox.
    pub fn outbox(&self) -> String {
        self.under("/outbox")
    }

    /// Its followers.
    pub fn followers(&self) -> String {
        self.under("/followers")
    }

    /// Those of its followers that live on the host that asks (FEP-8fcf).
    pub fn followers_synchronization(&self) -> String {
        self.under("/followers_synchronization")
    }

    /// Whom it follows.
    pub fn following(&self) -> String {
        self.under("/following")
    }

    /// Its pinned posts.
    pub fn featured(&self) -> String {
        self.under("/collections/featured")
    }

    /// Its featured tags.
    pub fn featured_tags(&self) -> String {
        self.under("/collections/tags")
    }

    /// A post of its own, by the tweet's id.
    pub fn status(&self, tweet: i64) -> String {
        self.under(&format!("/statuses/{tweet}"))
    }

    /// The `Create` of a post, or the `Announce` of a retweet.
    pub fn status_activity(&self, tweet: i64) -> String {
        self.under(&format!("/statuses/{tweet}/activity"))
    }

    /// A collection below a post: `replies`, `likes`, `shares`.
    pub fn status_collection(&self, tweet: i64, name: &str) -> String {
        self.under(&format!("/statuses/{tweet}/{name}"))
    }

    /// Its Follow of a relay, by the relay's number.
    pub fn relay_follow(&self, number: impl std::fmt::Display) -> String {
        self.under(&format!("#relays/{number}"))
    }

    /// The stamp by which it lets one of its posts be quoted.
    pub fn quote_stamp(&self, number: i64) -> String {
        self.under(&format!("/quote_authorizations/{number}"))
    }

    /// An id below the actor's: a path (`/…`) or a fragment (`#…`).
    pub(super) fn under(&self, rest: &str) -> String {
        format!("{}{rest}", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_hang_below_the_actor() {
        let ann = LocalActor::new("https://a.test", "https://a.test/users/1");
        assert_eq!(ann.key_id(), "https://a.test/users/1#main-key");
        assert_eq!(ann.status_activity(7), "https://a.test/users/1/statuses/7/activity");
        assert_eq!(ann.status_collection(7, "replies"), "https://a.test/users/1/statuses/7/replies");
        assert_eq!(ann.shared_inbox(), "https://a.test/inbox");
        assert_eq!(LocalActor::instance("https://a.test").id(), "https://a.test/actor");
    }
}
