//! Content negotiation: what counts as an ActivityPub document on the way in and who wants one on the way out.

use crate::federation::context::ACTIVITY_STREAMS;

/// The `Accept` of our requests.
pub const ACCEPT: &str =
    r#"application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;
/// The `Content-Type` of our answers.
pub const ANSWER: &str = "application/activity+json; charset=utf-8";

/// True when a document of this `Content-Type` may be read as ActivityPub: `application/activity+json`, or
/// `application/ld+json` with the ActivityStreams profile. Anything else could be somebody's upload.
pub fn is_activity(content_type: &str) -> bool {
    let (essence, params) = split(content_type);
    match essence.to_ascii_lowercase().as_str() {
        "application/activity+json" => true,
        "application/ld+json" => params.split(';').any(is_activity_profile),
        _ => false,
    }
}

/// True when an `Accept` header asks for ActivityPub rather than a page.
pub fn wants_activity(accept: &str) -> bool {
    accept.split(',').any(|range| {
        let essence = split(range).0.to_ascii_lowercase();
        matches!(essence.as_str(), "application/activity+json" | "application/ld+json")
    })
}

fn split(content_type: &str) -> (&str, &str) {
    let (essence, params) = content_type.split_once(';').unwrap_or((content_type, ""));
    (essence.trim(), params)
}

fn is_activity_profile(param: &str) -> bool {
    let Some((name, value)) = param.split_once('=') else { return false };
    let profiles = value.trim().trim_matches('"');
    name.trim().eq_ignore_ascii_case("profile")
        && profiles.split_ascii_whitespace().any(|profile| profile == ACTIVITY_STREAMS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_activity_document_is_known_by_its_type_in_any_spelling() {
        for good in [
            "application/activity+json",
            "Application/Activity+JSON; charset=utf-8",
            ANSWER,
            r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#,
            r#"application/ld+json;charset=utf-8;profile="x https://www.w3.org/ns/activitystreams""#,
            "application/ld+json; profile=https://www.w3.org/ns/activitystreams",
        ] {
            assert!(is_activity(good), "{good}");
        }
    }

    #[test]
    fn anything_that_could_be_an_upload_is_not_believed() {
        for bad in [
            "",
            "application/json",
            "application/ld+json",
            r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams-x""#,
            "text/html",
            "image/png",
            "text/plain; application/activity+json",
        ] {
            assert!(!is_activity(bad), "{bad}");
        }
    }

    #[test]
    fn a_peer_asks_for_a_document_and_a_browser_for_a_page() {
        assert!(wants_activity(ACCEPT));
        assert!(wants_activity("text/html, application/activity+json;q=0.1"));
        assert!(wants_activity("application/ld+json"));
        assert!(!wants_activity("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(!wants_activity("application/json"));
    }
}
