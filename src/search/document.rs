//! From a tweet as it is stored to what the index takes of it.

use url::Url;

use super::{Mark, SearchDoc};
use crate::model::host::Host;
use crate::model::tweet::Tweet;
use crate::model::visibility::Visibility;
use crate::store::search::SearchTweet;

/// Links of one tweet that are looked at; more is spam.
const MAX_LINKS: usize = 100;

/// The document of a tweet.
pub(super) fn document(found: SearchTweet) -> SearchDoc {
    let SearchTweet { tweet, open_author, audience, poll } = found;
    SearchDoc {
        id: tweet.id,
        author: tweet.author,
        replied_to: tweet.reply_to_author,
        mentions: tweet.mentions.iter().map(|mention| mention.account).collect(),
        link_hosts: link_hosts(&tweet.html),
        marks: marks(&tweet, !poll.is_empty()),
        text: content(&tweet, &poll),
        everyone: tweet.visibility == Visibility::Public && open_author,
        hashtags: tweet.tags,
        language: tweet.language,
        audience,
    }
}

/// Warning, text, poll options and descriptions, a line each, so that no phrase goes from one into the next unseen.
fn content(tweet: &Tweet, poll: &[String]) -> String {
    let descriptions = tweet.media.iter().map(|media| media.alt.as_str());
    let options = poll.iter().map(String::as_str);
    let parts =
        [tweet.content_warning.as_str(), tweet.text.as_str()].into_iter().chain(options).chain(descriptions);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn marks(tweet: &Tweet, has_poll: bool) -> Vec<Mark> {
    let mut marks = Vec::new();
    marks.extend(has_poll.then_some(Mark::Poll));
    marks.extend(tweet.reply_to.map(|_| Mark::Reply));
    marks.extend(tweet.quote_of.map(|_| Mark::Quote));
    for media in &tweet.media {
        let mark = match media.kind.as_str() {
            "image" | "gif" => Mark::Image,
            "video" => Mark::Video,
            "audio" => Mark::Audio,
            _ => continue,
        };
        if !marks.contains(&mark) {
            marks.push(mark);
        }
    }
    marks
}

/// The hosts that our own or sanitised HTML links to. Mentions and hashtags are links too, and say so.
fn link_hosts(html: &str) -> Vec<String> {
    let mut hosts = Vec::new();
    for element in html.split("<a ").skip(1).take(MAX_LINKS) {
        let attributes = element.split('>').next().unwrap_or_default();
        let class = attribute(attributes, "class=\"").unwrap_or_default();
        if class.split(' ').any(|class| matches!(class, "mention" | "hashtag")) {
            continue;
        }
        let url = attribute(attributes, "href=\"").and_then(|href| Url::parse(href).ok());
        if let Some(host) = url.as_ref().and_then(Host::of)
            && !hosts.iter().any(|known| known == host.as_str())
        {
            hosts.push(host.into_string());
        }
    }
    hosts
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = attributes.split_once(name)?;
    value.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entities::extract;
    use crate::model::html::{MentionLink, render};
    use crate::model::sanitize;

    #[test]
    fn links_count_and_mentions_and_hashtags_do_not() {
        let text = "@ann #tag see https://www.News.test/a?b=1&c=2 and http://other.test:8080/ and https://news.test/";
        let base = Url::parse("https://here.test").unwrap();
        let html = render(text, &extract(text), &base, |handle| {
            Some(MentionLink { href: "https://here.test/@ann".into(), acct: handle.acct() })
        });
        assert_eq!(link_hosts(&html), ["www.news.test", "other.test:8080", "news.test"]);
    }

    #[test]
    fn links_of_other_instances_are_read_after_cleaning() {
        let html = sanitize::html(
            "<p><a title='a > b' class='x mention' href='https://far.test/@bob'>@bob</a> \
             <a href='mailto:x@y.test'>mail</a> <a title='c > d' href='https://far.test/page'>here</a></p>",
        );
        assert_eq!(link_hosts(&html), ["far.test"]);
        assert_eq!(link_hosts("<a href=\"https://cut.test"), ["cut.test"]);
        assert_eq!(link_hosts("<a href=\"no address\">"), [""; 0]);
    }
}
