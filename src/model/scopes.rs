//! What a token may do: the scopes of Mastodon's API, which our own API uses too.
//!
//! A scope covers those under it (`read` covers `read:statuses`); `follow` is an old word for reading and changing
//! blocks, follows and mutes. Whatever is not covered is refused.

/// Every scope that there is. A broad one stands before those under it.
pub const SCOPES: &[&str] = &[
    "read",
    "read:accounts",
    "read:blocks",
    "read:bookmarks",
    "read:collections",
    "read:favourites",
    "read:filters",
    "read:follows",
    "read:lists",
    "read:mutes",
    "read:notifications",
    "read:search",
    "read:statuses",
    "write",
    "write:accounts",
    "write:blocks",
    "write:bookmarks",
    "write:collections",
    "write:conversations",
    "write:favourites",
    "write:filters",
    "write:follows",
    "write:lists",
    "write:media",
    "write:mutes",
    "write:notifications",
    "write:reports",
    "write:statuses",
    "follow",
    "push",
    "profile",
    "admin:read",
    "admin:read:accounts",
    "admin:read:canonical_email_blocks",
    "admin:read:domain_allows",
    "admin:read:domain_blocks",
    "admin:read:email_domain_blocks",
    "admin:read:ip_blocks",
    "admin:read:reports",
    "admin:write",
    "admin:write:accounts",
    "admin:write:canonical_email_blocks",
    "admin:write:domain_allows",
    "admin:write:domain_blocks",
    "admin:write:email_domain_blocks",
    "admin:write:ip_blocks",
    "admin:write:reports",
];

/// Which part of the API the old word `follow` is about.
const FOLLOW_COVERS: [&str; 3] = ["blocks", "follows", "mutes"];

/// Whether who was granted `granted` (words with spaces between) may do what needs `wanted`: one scope, or several
/// with `|` between, of which one is enough.
pub fn allow(granted: &str, wanted: &str) -> bool {
    wanted.split('|').any(|wanted| granted.split_whitespace().any(|own| covers(own, wanted)))
}

/// Whether everything that `narrow` grants is granted by `broad` too; both are words with spaces between.
pub fn within(narrow: &str, broad: &str) -> bool {
    narrow.split_whitespace().all(|word| allow(broad, word))
}

/// The first word of `words`, which have a space between, that is no scope. Nothing at all is the empty word.
pub fn unknown(words: &str) -> Option<&str> {
    words.split(' ').find(|word| !SCOPES.contains(word))
}

fn covers(own: &str, wanted: &str) -> bool {
    let under = |broad: &str| wanted.strip_prefix(broad).and_then(|rest| rest.strip_prefix(':'));
    if own == wanted {
        return true;
    }
    match own {
        "follow" => {
            under("read").or_else(|| under("write")).is_some_and(|part| FOLLOW_COVERS.contains(&part))
        }
        // There is no scope of this name: it would hand out an admin's rights unasked.
        "admin" => false,
        own => under(own).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broad_scope_covers_those_under_it_and_no_others() {
        for (granted, wanted) in [
            ("read", "read"),
            ("read", "read:statuses"),
            ("write", "write:media"),
            ("push read", "read:search"),
            ("read:statuses", "read:statuses"),
            ("admin:read", "admin:read:accounts"),
            ("profile", "profile"),
            ("profile", "profile|read:accounts"),
            ("read", "profile|read:accounts"),
        ] {
            assert!(allow(granted, wanted), "{granted} for {wanted}");
        }
        for (granted, wanted) in [
            ("", "read"),
            ("read:statuses", "read"),
            ("read:statuses", "read:accounts"),
            ("read", "write"),
            ("read", "write:media"),
            ("read", "readable"),
            ("read", "profile"),
            ("read write follow push profile", "admin:read"),
            ("admin:read", "admin:write"),
            ("admin:read", "read"),
            ("admin", "admin:read"),
            ("profile", "read:accounts"),
            ("read", "push"),
            ("push", "profile|read:accounts"),
        ] {
            assert!(!allow(granted, wanted), "{granted} for {wanted}");
        }
    }

    #[test]
    fn the_old_word_follow_is_for_blocks_follows_and_mutes() {
        for wanted in
            ["read:blocks", "write:blocks", "read:follows", "write:follows", "read:mutes", "write:mutes"]
        {
            assert!(allow("follow", wanted), "{wanted}");
        }
        for wanted in ["read", "write", "read:accounts", "write:statuses", "follow:blocks", "admin:read"] {
            assert!(!allow("follow", wanted), "{wanted}");
        }
    }

    #[test]
    fn what_is_asked_for_must_lie_within_what_was_registered() {
        assert!(within("read:statuses write", "read write"));
        assert!(within("", "read"));
        assert!(!within("read write", "read"));
        assert!(!within("read", "read:statuses"));
    }

    #[test]
    fn only_the_words_of_the_list_are_scopes() {
        assert_eq!(unknown("read write:statuses admin:read:accounts"), None);
        for bad in ["", "read  write", "read:everything", "admin", "admin:everything", "follow:blocks"] {
            assert!(unknown(bad).is_some(), "{bad:?}");
        }
        assert_eq!(unknown("read teleport"), Some("teleport"));
    }
}
