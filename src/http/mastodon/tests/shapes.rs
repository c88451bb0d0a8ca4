//! Every member that an entity is said to have always is there, and those that are never null are not.
//!
//! The lists say what clients count on: some of them drop a whole page when one member is absent.

use serde_json::{Value, json};

use super::{post, say};
use crate::http::api::tests::media::{Part, picture, send};
use crate::http::api::tests::world::{Person, World, id, worlds};
use crate::http::fixtures::{card, remote_post};
use crate::model::preview::Page;

/// Members by name; what may be null has a `?` behind it.
type Members = &'static [&'static str];

const ACCOUNT: Members = &[
    "id",
    "username",
    "acct",
    "url",
    "uri",
    "display_name",
    "note",
    "avatar",
    "avatar_static",
    "header",
    "header_static",
    "locked",
    "bot",
    "group",
    "discoverable",
    "indexable",
    "hide_collections",
    "fields",
    "emojis",
    "roles",
    "created_at",
    "last_status_at?",
    "statuses_count",
    "followers_count",
    "following_count",
];
const SOURCE: Members = &[
    "privacy",
    "sensitive",
    "language?",
    "note",
    "fields",
    "follow_requests_count",
    "hide_collections",
    "discoverable",
    "indexable",
    "attribution_domains",
    "quote_policy",
];
const STATUS: Members = &[
    "id",
    "uri",
    "url",
    "created_at",
    "edited_at?",
    "account",
    "content",
    "visibility",
    "sensitive",
    "spoiler_text",
    "media_attachments",
    "mentions",
    "tags",
    "emojis",
    "reblogs_count",
    "favourites_count",
    "replies_count",
    "in_reply_to_id?",
    "in_reply_to_account_id?",
    "reblog?",
    "poll?",
    "card?",
    "language?",
    "quote?",
    "quote_approval",
    "quotes_count",
];
const MARKS: Members = &["favourited", "reblogged", "muted", "bookmarked", "filtered"];
const MEDIA: Members = &[
    "id",
    "type",
    "url",
    "preview_url",
    "remote_url?",
    "preview_remote_url?",
    "text_url?",
    "meta",
    "description?",
    "blurhash?",
];
const POLL: Members = &[
    "id",
    "expires_at?",
    "expired",
    "multiple",
    "votes_count",
    "voters_count?",
    "options",
    "emojis",
    "voted",
    "own_votes",
];
const CARD: Members = &[
    "url",
    "title",
    "description",
    "type",
    "authors",
    "author_name",
    "author_url",
    "provider_name",
    "provider_url",
    "html",
    "width",
    "height",
    "image?",
    "image_description",
    "embed_url",
    "blurhash?",
    "language?",
    "published_at?",
];
const RELATIONSHIP: Members = &[
    "id",
    "following",
    "showing_reblogs",
    "notifying",
    "languages?",
    "followed_by",
    "blocking",
    "blocked_by",
    "muting",
    "muting_notifications",
    "requested",
    "requested_by",
    "domain_blocking",
    "endorsed",
    "note",
];
const NOTIFICATION: Members = &["id", "type", "group_key", "created_at", "account"];
const EDIT: Members =
    &["content", "spoiler_text", "sensitive", "created_at", "account", "media_attachments", "emojis"];
const INSTANCE_TWO: Members = &[
    "domain",
    "title",
    "version",
    "source_url",
    "description",
    "usage",
    "thumbnail",
    "icon",
    "languages",
    "configuration",
    "registrations",
    "api_versions",
    "contact",
    "rules",
];
const INSTANCE_ONE: Members = &[
    "uri",
    "title",
    "short_description",
    "description",
    "email",
    "version",
    "urls",
    "stats",
    "thumbnail?",
    "languages",
    "registrations",
    "approval_required",
    "invites_enabled",
    "configuration",
    "contact_account?",
    "rules",
];
const CONFIGURATION: [(&str, Members); 5] = [
    ("accounts", &["max_featured_tags", "max_pinned_statuses", "max_profile_fields", "max_note_length"]),
    ("statuses", &["max_characters", "max_media_attachments", "characters_reserved_per_url"]),
    (
        "media_attachments",
        &[
            "supported_mime_types",
            "image_size_limit",
            "image_matrix_limit",
            "video_size_limit",
            "video_frame_rate_limit",
            "video_matrix_limit",
            "description_limit",
        ],
    ),
    ("polls", &["max_options", "max_characters_per_option", "min_expiration", "max_expiration"]),
    ("translation", &["enabled"]),
];

#[track_caller]
fn has(what: &str, thing: &Value, members: Members) {
    for member in members {
        let name = member.trim_end_matches('?');
        let value = thing.get(name).unwrap_or_else(|| panic!("{what} has no {name}: {thing}"));
        assert!(name != *member || !value.is_null(), "{what}: {name} is null in {thing}");
    }
}

/// Ids are text of digits and times have three decimals, however deep.
fn is_well_formed(value: &Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if (name == "id" || name.ends_with("_id")) && !member.is_null() {
                    let text = member.as_str().unwrap_or_else(|| panic!("{name} is no text: {member}"));
                    assert!(text.bytes().all(|byte| byte.is_ascii_digit()), "{name}: {text}");
                }
                if name.ends_with("_at") && name != "last_status_at" && !member.is_null() {
                    let time = member.as_str().unwrap();
                    assert!(time.len() == "2026-01-02T03:04:05.000Z".len() && time.ends_with('Z'), "{time}");
                }
                is_well_formed(member);
            }
        }
        Value::Array(list) => list.iter().for_each(is_well_formed),
        _ => {}
    }
}

/// A post with nearly everything in it.
async fn rich(world: &World, who: &Person) -> Value {
    let parts: [Part<'_>; 1] = [("file", &picture())];
    let media = send(world, who, "POST /api/v2/media", &parts).await.good();
    has("an upload", &media, MEDIA);
    let made = json!({"status": "look @bob #rooks", "media_ids": [id(&media)], "spoiler_text": "birds"});
    post(world, who, made).await
}

#[tokio::test]
async fn posts_accounts_and_what_hangs_on_them_have_every_member_that_clients_count_on() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let status = rich(&world, &ann).await;
        has("a status", &status, STATUS);
        has("one's own status", &status, MARKS);
        has("a picture", &status["media_attachments"][0], MEDIA);
        has("a mention", &status["mentions"][0], &["id", "username", "url", "acct"]);
        has("a hashtag", &status["tags"][0], &["name", "url"]);
        has("an account", &status["account"], ACCOUNT);
        is_well_formed(&status);

        let boost = world.act(&bob, &format!("POST /api/v1/statuses/{}/reblog", id(&status))).await;
        has("a boost", &boost, STATUS);
        has("what is boosted", &boost["reblog"], STATUS);
        let asked = json!({"status": "which?", "poll": {"options": ["a", "b"], "expires_in": 600}});
        let asked = post(&world, &ann, asked).await;
        has("a poll", &asked["poll"], POLL);
        let quote = post(&world, &bob, json!({"status": "see", "quoted_status_id": id(&status)})).await;
        has("a quote", &quote["quote"], &["state", "quoted_status"]);
        has("what is quoted", &quote["quote"]["quoted_status"], STATUS);
        let linked = say(&world, &ann, "see http://a.test/x").await;
        let page = Page {
            title: "Rooks".into(),
            description: "About".into(),
            site_name: String::new(),
            author: "Ann".into(),
            picture: None,
            picture_alt: String::new(),
        };
        card(&world.service, linked.parse().unwrap(), "http://a.test/x", page).await;
        let linked = world.get(&bob, &format!("/api/v1/statuses/{linked}")).await;
        has("a card", &linked["card"], CARD);
        assert_eq!(linked["card"]["provider_name"], "a.test", "a page cannot choose whose it is");
        for thing in [&boost, &asked, &quote, &linked] {
            is_well_formed(thing);
        }
        let nobody = world.ask(None, &format!("GET /api/v1/statuses/{}", id(&status)), None).await.good();
        has("a status for nobody", &nobody, STATUS);
        let history = world.get(&bob, &format!("/api/v1/statuses/{}/history", id(&status))).await;
        has("a version", &history[0], EDIT);
        assert_eq!(history.as_array().map(Vec::len), Some(1));
        is_well_formed(&history);
    }
}

#[tokio::test]
async fn a_post_of_another_instance_has_them_too() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let far = remote_post(&world.service, |tweet| tweet).await;
        let status = world.get(&ann, &format!("/api/v1/statuses/{far}")).await;
        has("a status from afar", &status, STATUS);
        has("an account from afar", &status["account"], ACCOUNT);
        assert_eq!(status["account"]["acct"], "bob@b.test", "{}", world.engine);
        assert_eq!(status["account"]["uri"], "http://b.test/users/bob");
        assert_eq!(status["content"], "<p>from afar</p>");
        is_well_formed(&status);
    }
}

#[tokio::test]
async fn what_is_told_and_what_one_is_have_every_member() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let mine = say(&world, &ann, "mine").await;
        world.act(&bob, &format!("POST /api/v1/statuses/{mine}/favourite")).await;
        let told = world.get(&ann, "/api/v1/notifications").await;
        has("a notification", &told[0], NOTIFICATION);
        has("what it is about", &told[0]["status"], STATUS);
        is_well_formed(&told);
        let own = world.get(&ann, "/api/v1/accounts/verify_credentials").await;
        has("one's own account", &own, ACCOUNT);
        has("its source", &own["source"], SOURCE);
        has("its role", &own["role"], &["id", "name", "color", "permissions", "highlighted"]);
        let stands = world.act(&ann, &format!("POST /api/v1/accounts/{}/follow", bob.id)).await;
        has("a relationship", &stands, RELATIONSHIP);
        has(
            "preferences",
            &world.get(&ann, "/api/v1/preferences").await,
            &[
                "posting:default:visibility",
                "posting:default:sensitive",
                "posting:default:language?",
                "reading:expand:media",
                "reading:expand:spoilers",
            ],
        );
    }
}

#[tokio::test]
async fn the_documents_of_the_instance_have_every_member() {
    for world in worlds().await {
        let two = world.ask(None, "GET /api/v2/instance/", None).await.good();
        has("the second document", &two, INSTANCE_TWO);
        has("its urls", &two["configuration"]["urls"], &["streaming"]);
        has("its registrations", &two["registrations"], &["enabled", "approval_required"]);
        has("its contact", &two["contact"], &["email", "account?"]);
        for (part, members) in CONFIGURATION {
            has(part, &two["configuration"][part], members);
        }
        let one = world.ask(None, "GET /api/v1/instance/", None).await.good();
        has("the first document", &one, INSTANCE_ONE);
        has("its stats", &one["stats"], &["user_count", "status_count", "domain_count"]);
    }
}
