//! A post of another host in our own words: safe HTML and its text, a warning, pictures, who may see it.

use url::Url;

use super::ResolveError;
use crate::clock::Millis;
use crate::config::limits;
use crate::federation::objects::parts::{Attachment, AttachmentKind};
use crate::federation::objects::{Audience, Post};
use crate::model::attachment::Focus;
use crate::model::entities;
use crate::model::html;
use crate::model::ids::{AccountId, IdMaker, MediaId, TweetId};
use crate::model::poll::{Poll, PollOption};
use crate::model::quote_fallback;
use crate::model::sanitize;
use crate::model::text;
use crate::model::tweet::Media;
use crate::model::visibility::Visibility;

/// Links to files that are no pictures, shown below a post.
const FILE_LINKS_MAX: usize = 4;
/// Characters of a blurhash that are kept; the longest possible has 166.
const BLURHASH_MAX: usize = 166;

/// The words of a post.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::federation) struct Words {
    pub(in crate::federation) text: String,
    pub(in crate::federation) html: String,
    pub(in crate::federation) content_warning: String,
}

/// The words of a post as they are stored. Titled posts (articles, videos …) are shown as title, summary and link.
pub(in crate::federation) fn words(post: &Post, base: &Url) -> Result<Words, ResolveError> {
    let content = post.content.as_deref().unwrap_or_default();
    if content.len() > limits::REMOTE_HTML_MAX_BYTES {
        return Err(ResolveError::Refused("its text is too long"));
    }
    let page = post.url.as_ref().unwrap_or(&post.id);
    let summary = sanitize::plain(post.summary.as_deref().unwrap_or_default(), limits::REMOTE_NAME_MAX);
    let (mut html, content_warning) = if post.kind.is_titled() {
        let title = sanitize::plain(post.name.as_deref().unwrap_or_default(), limits::REMOTE_NAME_MAX);
        let parts = [title.as_str(), summary.as_str(), page.as_str()];
        let shown: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        (from_plain(&shown.join("\n\n"), base), String::new())
    } else if post.content_is_plain {
        (from_plain(&text::normalise(content), base), summary)
    } else {
        (sanitize::html(content), summary)
    };
    let files = post.attachments.iter().filter(|file| file.kind != AttachmentKind::Image);
    for file in files.filter(|_| !post.kind.is_titled()).take(FILE_LINKS_MAX) {
        html.push_str(&from_plain(file.url.as_str(), base));
    }
    // What only says that there is a quote is no word of its author.
    let own = if post.quote.is_some() { quote_fallback::without(&html) } else { (&html).into() };
    Ok(Words { text: html::to_plain(&own), html, content_warning })
}

fn from_plain(text: &str, base: &Url) -> String {
    html::render(text, &entities::extract(text), base, |_| None)
}

/// The pictures of a post; their files stay where they are until somebody looks.
pub(in crate::federation) fn pictures(
    post: &Post,
    tweet: TweetId,
    author: AccountId,
    ids: &IdMaker,
) -> Vec<Media> {
    let blank = |url: &Url| Media {
        id: MediaId(ids.next()),
        account: author,
        tweet: Some(tweet),
        kind: "image".to_owned(),
        mime: "image/*".to_owned(),
        file_key: None,
        thumb_key: None,
        remote_url: Some(url.as_str().to_owned()),
        alt: String::new(),
        width: 0,
        height: 0,
        thumb_width: 0,
        thumb_height: 0,
        blurhash: None,
        size_bytes: 0,
        ..Default::default()
    };
    let images = post.attachments.iter().filter(|file| file.kind == AttachmentKind::Image);
    let mut pictures: Vec<Media> =
        images.take(limits::REMOTE_ATTACHMENTS_MAX).map(|image| picture(image, blank(&image.url))).collect();
    if pictures.is_empty() && post.kind.is_titled() {
        pictures.extend(post.image.as_ref().map(blank));
    }
    pictures
}

fn picture(image: &Attachment, blank: Media) -> Media {
    let mime = image.media_type.as_deref().filter(|mime| mime.starts_with("image/"));
    let alt = text::normalise(image.alt.as_deref().unwrap_or_default());
    let blurhash = image.blurhash.as_deref().filter(|hash| hash.is_ascii() && hash.len() <= BLURHASH_MAX);
    Media {
        kind: if mime == Some("image/gif") { "gif" } else { "image" }.to_owned(),
        mime: mime.map_or(blank.mime, str::to_owned),
        alt: alt.chars().take(limits::REMOTE_ALT_TEXT_MAX).collect(),
        width: image.width.map_or(0, i64::from),
        height: image.height.map_or(0, i64::from),
        blurhash: blurhash.map(str::to_owned),
        focus: image.focal_point.and_then(|(x, y)| Focus::new(x, y)),
        ..blank
    }
}

/// The poll of a post. One that its author closed is over, whatever its time.
pub(in crate::federation) fn poll(post: &Post, now_ms: Millis) -> Option<Poll> {
    let poll = post.poll.as_ref()?;
    let ends_at = match (poll.ends_ms, poll.closed) {
        (Some(end), true) => Some(end.min(now_ms)),
        (None, true) => Some(now_ms),
        (end, false) => end,
    };
    let counted = |votes: u64| i64::try_from(votes).unwrap_or(i64::MAX);
    let options = poll.options.iter().take(limits::REMOTE_POLL_OPTIONS_MAX);
    let options: Vec<PollOption> = options
        .map(|option| PollOption { title: option.name.clone(), votes: counted(option.votes) })
        .collect();
    // Who may choose only one option is counted once by it.
    let all = options.iter().fold(0_i64, |all, option| all.saturating_add(option.votes));
    let voters = poll.voters.map(counted).or_else(|| (!poll.multiple).then_some(all));
    Some(Poll { options, multiple: poll.multiple, ends_at, voters })
}

/// Hashtags in the form in which they are equal, each once.
pub(in crate::federation) fn tags(post: &Post) -> Vec<String> {
    let written = post.tags.hashtags.iter().take(limits::REMOTE_TAGS_MAX);
    let mut tags: Vec<String> = written.filter_map(|tag| entities::fold_tag(tag)).collect();
    tags.sort_unstable();
    tags.dedup();
    tags.truncate(limits::HASHTAGS_MAX);
    tags
}

/// The visibility that an audience means here.
pub(in crate::federation) fn visibility(audience: Audience) -> Visibility {
    match audience {
        Audience::Public => Visibility::Public,
        Audience::Unlisted => Visibility::Unlisted,
        Audience::Followers => Visibility::Followers,
        Audience::Direct => Visibility::Direct,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::clock::Clock;

    fn post(document: &Value) -> Post {
        Post::from_document(document.as_object().unwrap()).unwrap()
    }

    fn base() -> Url {
        Url::parse("https://a.test/").unwrap()
    }

    #[test]
    fn a_note_is_cleaned_and_its_warning_is_plain() {
        let note = post(
            &json!({ "id": "https://b.test/1", "type": "Note", "attributedTo": "https://b.test/u",
            "content": "<p onclick=\"x()\">hi<script>x()</script> <b>you</b></p>", "summary": "<i>cw</i> &amp; so" }),
        );
        let words = words(&note, &base()).unwrap();
        assert_eq!(words.html, "<p>hi <b>you</b></p>");
        assert_eq!((words.text.as_str(), words.content_warning.as_str()), ("hi you", "cw & so"));
    }

    #[test]
    fn the_words_that_stand_for_a_quote_are_no_text() {
        let fallback = "<p class=\"quote-inline\">RE: <a href=\"https://b.test/2\">b.test/2</a></p>";
        let mut document = json!({ "id": "https://b.test/1", "type": "Note", "attributedTo": "https://b.test/u",
            "content": format!("{fallback}<p>so</p>"), "quote": "https://b.test/2" });
        let words_of = |document: &Value| words(&post(document), &base()).unwrap();
        assert_eq!(words_of(&document).text, "so");
        assert!(words_of(&document).html.contains("RE: "), "for when the quote is not shown");
        document.as_object_mut().unwrap().remove("quote");
        assert_eq!(words_of(&document).text, "RE: b.test/2\nso");
    }

    #[test]
    fn an_article_is_shown_as_its_title_summary_and_link() {
        let article = post(
            &json!({ "id": "https://b.test/1", "type": "Article", "attributedTo": "https://b.test/u",
            "name": "On <b>rooks</b>", "summary": "They nest.", "content": "<p>long</p>", "url": "https://b.test/on-rooks" }),
        );
        let words = words(&article, &base()).unwrap();
        assert_eq!(words.text, "On rooks\nThey nest.\nhttps://b.test/on-rooks");
        assert!(words.html.contains("href=\"https://b.test/on-rooks\""), "{}", words.html);
        assert_eq!(words.content_warning, "");
    }

    #[test]
    fn plain_text_stays_text() {
        let note =
            post(&json!({ "id": "https://b.test/1", "type": "Note", "attributedTo": "https://b.test/u",
            "content": "1 < 2 <script>", "mediaType": "text/plain" }));
        assert_eq!(words(&note, &base()).unwrap().text, "1 < 2 <script>");
    }

    #[test]
    fn pictures_are_kept_and_other_files_become_links() {
        let note = post(
            &json!({ "id": "https://b.test/1", "type": "Note", "attributedTo": "https://b.test/u",
            "content": "<p>see</p>", "attachment": [
                { "type": "Document", "mediaType": "image/png", "url": "https://b.test/1.png", "name": "a rook", "width": 8, "height": 4 },
                { "type": "Document", "mediaType": "video/mp4", "url": "https://b.test/1.mp4" }
            ] }),
        );
        let pictures = pictures(&note, TweetId(1), AccountId(2), &IdMaker::new(Clock::manual(1), 0));
        let [picture] = pictures.as_slice() else { panic!("{pictures:?}") };
        assert_eq!(picture.remote_url.as_deref(), Some("https://b.test/1.png"));
        assert_eq!((picture.alt.as_str(), picture.width, picture.mime.as_str()), ("a rook", 8, "image/png"));
        assert!(words(&note, &base()).unwrap().html.contains("https://b.test/1.mp4"));
    }

    #[test]
    fn hashtags_are_folded_and_counted_once() {
        let note =
            post(&json!({ "id": "https://b.test/1", "type": "Note", "attributedTo": "https://b.test/u",
            "tag": [{ "type": "Hashtag", "name": "#Rooks" }, { "type": "Hashtag", "name": "rooks" },
                { "type": "Hashtag", "name": "#no tag" }] }));
        assert_eq!(tags(&note), ["rooks"]);
    }
}
