//! The peculiarities of other servers, in one place, each with a fixture of its own below.
//!
//! Parsers ask here instead of knowing names of software, so that a quirk can be found, tested and dropped.

use serde_json::{Map, Value};
use url::Url;

use super::objects::liberal::{IdOr, Object, link_of, one_or_many};
use crate::clock::Millis;
use crate::config::limits::EMOJI_CODE_MAX;

/// Entries of a `url`, `attributedTo` or `tag` list that are looked at here; the parsers bound the lists themselves.
const MAX_LOOKED_AT: usize = 500;

/// Characters of an emoji's name that are read: one more than any code has, with its colons.
const MAX_EMOJI_NAME: usize = EMOJI_CODE_MAX + 3;

/// Types of documents that speak for themselves, in the order in which an author is picked.
pub const ACTOR_TYPES: [&str; 5] = ["Person", "Service", "Application", "Organization", "Group"];

/// Where the owner of a key may be found, the likeliest first.
///
/// Mastodon and most: the key id is the actor's id with a fragment. WordPress: that id has a query, which counts.
/// GoToSocial: the key has a path of its own below the actor's. PeerTube: sometimes the bare actor id.
pub fn actors_of_key(key_id: &Url) -> Vec<Url> {
    let mut whole = key_id.clone();
    whole.set_fragment(None);
    let Some(parent) = whole.path().strip_suffix("/main-key").filter(|parent| !parent.is_empty()) else {
        return vec![whole];
    };
    let mut owner = whole.clone();
    owner.set_path(parent);
    vec![owner, whole]
}

/// The owner named by a document that was fetched from a key id: GoToSocial answers a stub actor whose
/// `publicKey.owner` is the actor; others answer the bare key with its `owner`.
pub fn key_owner(document: Object<'_>) -> Option<Url> {
    let key = document.get("publicKey").and_then(Object::in_value).unwrap_or(document);
    key.loose_link("owner").or_else(|| key.loose_link("controller"))
}

/// The author of a post. PeerTube lists the person and the channel as objects: the person counts. Pleroma and Akkoma
/// put `actor` on posts, and some send nothing else.
pub fn author_of(post: Object<'_>) -> Option<Url> {
    let Some(authors) = post.get("attributedTo") else { return post.loose_link("actor") };
    let rank = |value: &Value| {
        let kind = value.as_object().and_then(|map| Object(map).kind());
        kind.and_then(|kind| ACTOR_TYPES.iter().position(|known| *known == kind)).unwrap_or(ACTOR_TYPES.len())
    };
    let authors: Vec<&Value> =
        one_or_many(authors).take(MAX_LOOKED_AT).filter(|one| link_of(one).is_some()).collect();
    authors.into_iter().min_by_key(|one| rank(one)).and_then(link_of)
}

/// What an activity carries; a post that names no author is of whoever sends it.
pub fn authored(carried: IdOr, actor: &Url) -> IdOr {
    match carried {
        IdOr::Embedded { id, mut document } if author_of(Object(&document)).is_none() => {
            document.insert("attributedTo".to_owned(), Value::String(actor.to_string()));
            IdOr::Embedded { id, document }
        }
        carried => carried,
    }
}

/// The page of a document. PeerTube lists the page among its video files, each a `Link` with a media type.
pub fn page_url(document: Object<'_>) -> Option<Url> {
    let entries: Vec<&Value> = one_or_many(document.get("url")?).take(MAX_LOOKED_AT).collect();
    let is_page = |value: &&&Value| value.get("mediaType").and_then(Value::as_str) == Some("text/html");
    let is_untyped = |value: &&&Value| value.get("mediaType").is_none();
    let best = entries.iter().find(is_page).or_else(|| entries.iter().find(is_untyped)).or(entries.first())?;
    link_of(best)
}

/// The quoted post. FEP-044f says `quote`; Fedibird `quoteUri`; Misskey `_misskey_quote`; Pleroma `quoteUrl`;
/// FEP-e232 a `Link` among the tags whose media type is an ActivityPub document.
pub fn quote_of(post: Object<'_>) -> Option<Url> {
    ["quote", "quoteUri", "quoteUrl", "_misskey_quote"]
        .into_iter()
        .find_map(|field| post.loose_link(field))
        .or_else(|| one_or_many(post.get("tag")?).take(MAX_LOOKED_AT).find_map(quote_link))
}

fn quote_link(tag: &Value) -> Option<Url> {
    let link = Object(tag.as_object().filter(|tag| Object(tag).kind() == Some("Link"))?);
    let is_post = super::objects::media_type::is_activity(link.get("mediaType")?.as_str()?);
    if is_post { link.loose_link("href") } else { None }
}

/// The description of an attachment for those who cannot see it: `name`, or `summary` where GoToSocial puts it.
pub fn alt_text(attachment: Object<'_>, limit: usize) -> Option<String> {
    ["name", "summary"]
        .into_iter()
        .find_map(|field| attachment.shown_text(field, limit).filter(|text| !text.trim().is_empty()))
}

/// The reaction in a `Like` or `EmojiReact`: Misskey sends a `Like` with `_misskey_reaction` and `content`, Pleroma
/// and Akkoma an `EmojiReact` with `content`. A `Like` without either is a plain like.
pub fn reaction_of(activity: Object<'_>, limit: usize) -> Option<String> {
    ["_misskey_reaction", "content"]
        .into_iter()
        .find_map(|field| activity.shown_text(field, limit).filter(|text| !text.trim().is_empty()))
}

/// The code of an emoji: its name, between colons from most and without from some.
pub fn emoji_code(tag: Object<'_>) -> Option<String> {
    let name = tag.shown_text("name", MAX_EMOJI_NAME)?;
    let name = name.trim();
    Some(name.strip_prefix(':').and_then(|name| name.strip_suffix(':')).unwrap_or(name).to_owned())
}

/// The picture of an emoji. Akkoma gives it no id; some write the icon as a list, its address as a link, or the
/// address alone.
pub fn emoji_picture(tag: Object<'_>) -> Option<Url> {
    let icon = one_or_many(tag.get("icon")?).next()?;
    match Object::in_value(icon) {
        Some(icon) => icon.loose_link("url").or_else(|| icon.loose_link("href")),
        None => link_of(icon),
    }
}

/// The activity that a group passes on by an `Announce` (FEP-1b12: Lemmy, Mbin, PieFed). It is only a hint: fetch it
/// from its own host, or verify it by host.
pub fn announced_activity(object: &IdOr) -> Option<&Map<String, Value>> {
    const PASSED_ON: [&str; 12] = [
        "Create", "Update", "Delete", "Like", "Dislike", "Undo", "Add", "Remove", "Block", "Lock",
        "Announce", "Flag",
    ];
    object.document().filter(|_| object.kind().is_some_and(|kind| PASSED_ON.contains(&kind)))
}

/// The language of a post that does not say it by `contentMap`: Lemmy and PeerTube give an object or a tag.
pub fn language_of(post: Object<'_>) -> Option<&str> {
    let language = post.get("language")?;
    language.as_str().or_else(|| language.get("identifier")?.as_str())
}

/// True when `content` is text rather than HTML: PeerTube sends Markdown and says so in `mediaType`.
pub fn content_is_plain(post: Object<'_>) -> bool {
    let media_type = post.get("mediaType").and_then(Value::as_str).unwrap_or("text/html");
    post.kind() != Some("Link") && media_type.starts_with("text/") && !media_type.starts_with("text/html")
}

/// When a poll ends and whether its author closed it. Pleroma sets `closed` to the coming end of a running poll, so a
/// time counts only once it has passed; Misskey and others give a truth value.
pub fn poll_times(question: Object<'_>) -> (Option<Millis>, bool) {
    let closed_ms = question.time("closed");
    let ends_ms = match (question.time("endTime"), closed_ms) {
        (Some(end), Some(closed)) => Some(end.min(closed)),
        (end, closed) => end.or(closed),
    };
    (ends_ms, question.flag("closed").unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn with<T>(value: &Value, read: impl Fn(Object<'_>) -> T) -> T {
        read(Object(value.as_object().unwrap()))
    }

    #[test]
    fn mastodon_and_wordpress_keys_belong_to_the_id_without_its_fragment() {
        assert_eq!(actors_of_key(&url("https://m.test/users/a#main-key")), [url("https://m.test/users/a")]);
        assert_eq!(
            actors_of_key(&url("https://w.test/?author=2#main-key")),
            [url("https://w.test/?author=2")]
        );
        assert_eq!(actors_of_key(&url("https://p.test/accounts/a")), [url("https://p.test/accounts/a")]);
    }

    #[test]
    fn gotosocial_keys_lie_below_their_actor_and_answer_a_stub() {
        let key = url("https://g.test/users/a/main-key");
        assert_eq!(actors_of_key(&key), [url("https://g.test/users/a"), key]);
        let stub = json!({
            "id": "https://g.test/users/a", "type": "Person", "preferredUsername": "a",
            "publicKey": { "id": "https://g.test/users/a/main-key", "owner": "https://g.test/users/a" }
        });
        assert_eq!(with(&stub, key_owner), Some(url("https://g.test/users/a")));
        let bare = json!({ "id": "https://g.test/k", "type": "Key", "owner": "https://g.test/users/a" });
        assert_eq!(with(&bare, key_owner), Some(url("https://g.test/users/a")));
    }

    #[test]
    fn peertube_attributes_a_video_to_the_person_and_lists_its_page_among_files() {
        let video = json!({
            "type": "Video",
            "attributedTo": [
                { "type": "Group", "id": "https://p.test/video-channels/c" },
                { "type": "Person", "id": "https://p.test/accounts/a" }
            ],
            "url": [
                { "type": "Link", "mediaType": "video/mp4", "href": "https://p.test/v.mp4" },
                { "type": "Link", "mediaType": "text/html", "href": "https://p.test/w/1" }
            ],
            "mediaType": "text/markdown",
            "language": { "identifier": "fr", "name": "French" }
        });
        assert_eq!(with(&video, author_of), Some(url("https://p.test/accounts/a")));
        assert_eq!(with(&video, page_url), Some(url("https://p.test/w/1")));
        assert!(with(&video, content_is_plain));
        assert_eq!(with(&video, |video| language_of(video).map(str::to_owned)).as_deref(), Some("fr"));
    }

    #[test]
    fn a_page_is_found_in_every_form_of_url() {
        for (value, page) in [
            (json!("https://a.test/1"), "https://a.test/1"),
            (json!({ "type": "Link", "href": "https://a.test/1" }), "https://a.test/1"),
            (json!(["https://a.test/1", "https://a.test/2"]), "https://a.test/1"),
            (json!([{ "mediaType": "video/mp4", "href": "https://a.test/1" }]), "https://a.test/1"),
        ] {
            assert_eq!(with(&json!({ "url": value }), page_url), Some(url(page)), "{value}");
        }
        assert_eq!(with(&json!({ "url": [] }), page_url), None);
    }

    #[test]
    fn akkoma_names_the_author_as_actor() {
        let note = json!({ "type": "Note", "actor": "https://p.test/users/a" });
        assert_eq!(with(&note, author_of), Some(url("https://p.test/users/a")));
    }

    #[test]
    fn a_quote_is_found_under_all_its_names() {
        for field in ["quote", "quoteUri", "quoteUrl", "_misskey_quote"] {
            let note = json!({ field: "https://b.test/1" });
            assert_eq!(with(&note, quote_of), Some(url("https://b.test/1")), "{field}");
        }
        let tagged = json!({ "tag": [
            { "type": "Link", "mediaType": "text/html", "href": "https://b.test/0" },
            { "type": "Link", "mediaType": "application/activity+json", "href": "https://b.test/1" }
        ] });
        assert_eq!(with(&tagged, quote_of), Some(url("https://b.test/1")));
        assert_eq!(
            with(&json!({ "tag": { "type": "Mention", "href": "https://b.test/1" } }), quote_of),
            None
        );
    }

    #[test]
    fn gotosocial_describes_media_in_the_summary() {
        assert_eq!(
            with(&json!({ "summary": "a cat" }), |media| alt_text(media, 9)).as_deref(),
            Some("a cat")
        );
        assert_eq!(
            with(&json!({ "name": "a", "summary": "b" }), |media| alt_text(media, 9)).as_deref(),
            Some("a")
        );
        assert_eq!(with(&json!({ "name": " " }), |media| alt_text(media, 9)), None);
    }

    #[test]
    fn misskey_reacts_by_a_like_with_content_and_akkoma_by_its_own_type() {
        let misskey = json!({ "type": "Like", "_misskey_reaction": ":cat:", "content": ":cat:" });
        assert_eq!(with(&misskey, |like| reaction_of(like, 9)).as_deref(), Some(":cat:"));
        let akkoma = json!({ "type": "EmojiReact", "content": "🎉" });
        assert_eq!(with(&akkoma, |like| reaction_of(like, 9)).as_deref(), Some("🎉"));
        assert_eq!(with(&json!({ "type": "Like" }), |like| reaction_of(like, 9)), None);
    }

    #[test]
    fn mastodon_akkoma_and_misskey_name_their_emoji_each_in_their_way() {
        let mastodon = json!({ "id": "https://m.test/emojis/7", "type": "Emoji", "name": ":blobcat:",
            "updated": "2026-01-02T03:04:05Z",
            "icon": { "type": "Image", "mediaType": "image/png", "url": "https://files.m.test/blobcat.png" } });
        let akkoma = json!({ "id": null, "type": "Emoji", "name": ":blob-cat:", "updated": "1970-01-01T00:00:00Z",
            "icon": { "type": "Image", "url": "https://a.test/emoji/blob-cat.png" } });
        let misskey = json!({ "id": "https://k.test/emojis/blob_cat", "type": "Emoji", "name": ":blob_cat:",
            "updated": "2026-01-02T03:04:05.000Z", "_misskey_license": { "freeText": null },
            "icon": { "type": "Image", "mediaType": "image/webp", "url": "https://k.test/files/1" } });
        let bare = json!({ "type": "Emoji", "name": "blob", "icon": [{ "type": "Link", "href": "https://x.test/1" }] });
        let barest = json!({ "type": "Emoji", "name": " :blob: ", "icon": "https://x.test/1" });
        for (tag, code, picture) in [
            (mastodon, "blobcat", "https://files.m.test/blobcat.png"),
            (akkoma, "blob-cat", "https://a.test/emoji/blob-cat.png"),
            (misskey, "blob_cat", "https://k.test/files/1"),
            (bare, "blob", "https://x.test/1"),
            (barest, "blob", "https://x.test/1"),
        ] {
            assert_eq!(with(&tag, emoji_code).as_deref(), Some(code), "{tag}");
            assert_eq!(with(&tag, emoji_picture), Some(url(picture)), "{tag}");
        }
    }

    #[test]
    fn lemmy_groups_announce_whole_activities() {
        let object = |value| IdOr::from_value(&value).unwrap();
        let inner =
            object(json!({ "id": "https://l.test/a/1", "type": "Create", "object": { "type": "Page" } }));
        assert!(announced_activity(&inner).is_some());
        assert!(announced_activity(&object(json!({ "id": "https://l.test/p/1", "type": "Page" }))).is_none());
        assert!(announced_activity(&object(json!("https://l.test/a/1"))).is_none());
    }

    #[test]
    fn pleroma_closes_a_running_poll_in_the_future() {
        let pleroma = json!({ "closed": "2026-01-02T03:04:05Z" });
        assert_eq!(with(&pleroma, poll_times), (Some(1_767_323_045_000), false));
        let misskey = json!({ "closed": true, "endTime": "2026-01-02T03:04:05Z" });
        assert_eq!(with(&misskey, poll_times), (Some(1_767_323_045_000), true));
        assert_eq!(with(&json!({}), poll_times), (None, false));
    }
}
