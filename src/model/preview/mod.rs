//! Previews of web pages that tweets link to: which link is shown, and what a page says of itself.
//!
//! A tweet has one card at most, of its first link to a page elsewhere. What stands on the card is the page's own
//! word and nothing more: it leads to the link as it was written, and names the host of that link, whatever the page
//! or a redirect says.

mod charset;
mod head;
mod link;

pub use head::{Page, hides_snippet, read};
pub use link::{MAX_ADDRESS_BYTES, link_in, page_at};

use url::Url;

use super::host::Host;
use super::ids::RowId;
use super::tweet::Tweet;

/// What is shown of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Its number here.
    pub id: RowId,
    /// The address that the tweet links to, without a fragment.
    pub url: String,
    /// The page's title.
    pub title: String,
    /// What it says that it is about; may be empty.
    pub description: String,
    /// The name of its site, as it says; may be empty.
    pub site_name: String,
    /// Who wrote it, as it says; may be empty.
    pub author: String,
    /// Its picture.
    pub picture: Option<Picture>,
}

/// The picture of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Where it comes from.
    pub source: String,
    /// What it shows, in words; may be empty.
    pub alt: String,
    /// Pixels; 0 until somebody has looked at it.
    pub width: i64,
    /// Pixels; 0 until somebody has looked at it.
    pub height: i64,
    /// A blurred version (blurhash), once somebody has looked at it.
    pub blurhash: Option<String>,
}

impl Preview {
    /// The host that the link leads to, as people read it.
    pub fn host(&self) -> String {
        let host = Url::parse(&self.url).ok().and_then(|url| Host::of(&url));
        let host = host.map(Host::into_string).unwrap_or_default();
        host.strip_prefix("www.").map(str::to_owned).unwrap_or(host)
    }
}

/// Whether a tweet has room for a card: pictures, a quote or a poll take its place.
pub fn has_room(tweet: &Tweet) -> bool {
    tweet.media.is_empty()
        && tweet.quote_of.is_none()
        && tweet.poll.is_none()
        && tweet.retweet_of.is_none()
        && tweet.visibility.is_open()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_names_the_host_that_its_link_leads_to() {
        let host = |url: &str| {
            let preview = Preview {
                id: RowId(1),
                url: url.to_owned(),
                title: "T".into(),
                description: String::new(),
                site_name: "bank.test".into(),
                author: String::new(),
                picture: None,
            };
            preview.host()
        };
        assert_eq!(host("https://www.A.test/x"), "a.test");
        assert_eq!(host("https://xn--bcher-kva.test:8443/"), "xn--bcher-kva.test:8443");
        assert_eq!(host("no address"), "");
    }
}
