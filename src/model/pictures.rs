//! Where a picture is read here: the one place that decides it, for the API, the pages and other instances.
//!
//! All are paths on our own origin; [`Addresses::at`](super::address::Addresses::at) makes an address of one.
//! A remote picture's path carries the [`version`] of where it comes from. It changes with the picture, so that
//! browsers may keep what they have; and only who was shown the path knows it, so that nobody finds the pictures of
//! private tweets by counting ids.

use super::about::HousePicture;
use super::account::Account;
use super::attachment::MediaState;
use super::emoji::{OwnEmoji, RemoteEmoji};
use super::preview::Preview;
use super::tweet::Media;
use crate::secrets;

/// Bytes of a hash in a version: 64 bits cannot be guessed over the network.
const VERSION_BYTES: usize = 8;

/// The path of a tweet's picture or an upload; none while it is worked on.
pub fn attachment_url(media: &Media) -> Option<String> {
    if media.state != MediaState::Ready {
        return None;
    }
    match &media.remote_url {
        Some(source) => Some(format!("/media/remote/{}?v={}", media.id, version(source))),
        None => media.file_key.as_deref().map(stored_url),
    }
}

/// The path of the small version of a tweet's picture or an upload.
pub fn attachment_preview_url(media: &Media) -> Option<String> {
    match &media.remote_url {
        Some(source) => Some(format!("/media/remote/{}?v={}&size=small", media.id, version(source))),
        None => media.thumb_key.as_deref().map(stored_url),
    }
}

/// The path of an account's picture, when it has one.
pub fn avatar_url(account: &Account) -> Option<String> {
    profile_url(account, "avatar", account.avatar.as_deref())
}

/// The path of the picture on top of an account's profile, when it has one.
pub fn header_url(account: &Account) -> Option<String> {
    profile_url(account, "header", account.header.as_deref())
}

/// The path of an emoji of ours.
pub fn own_emoji_url(emoji: &OwnEmoji) -> String {
    stored_url(&emoji.file_key)
}

/// The path of the instance's picture.
pub fn house_url(picture: &HousePicture) -> String {
    stored_url(&picture.file_key)
}

/// The path of its icon.
pub fn house_icon_url(picture: &HousePicture) -> String {
    stored_url(&picture.icon_key)
}

/// The path of another instance's emoji. It is the same for every picture that the emoji ever has.
pub fn remote_emoji_url(emoji: &RemoteEmoji) -> String {
    format!("/media/remote/emoji/{}?v={}", emoji.id, emoji.key)
}

/// The path of the picture of a linked page.
pub fn preview_url(preview: &Preview) -> Option<String> {
    let picture = preview.picture.as_ref()?;
    Some(format!("/media/remote/preview/{}?v={}", preview.id, version(&picture.source)))
}

/// The path of the small version of that.
pub fn preview_small_url(preview: &Preview) -> Option<String> {
    preview_url(preview).map(|path| path + "&size=small")
}

/// A word that changes with the address a picture comes from, and that only who knows the address can tell.
pub fn version(source_url: &str) -> String {
    let hash = secrets::token_hash(source_url);
    hash.iter().take(VERSION_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

fn profile_url(account: &Account, kind: &str, picture: Option<&str>) -> Option<String> {
    let picture = picture.filter(|picture| !picture.is_empty())?;
    if account.is_local() {
        return Some(stored_url(picture));
    }
    Some(format!("/media/remote/{kind}/{}?v={}", account.id, version(picture)))
}

fn stored_url(key: &str) -> String {
    format!("/media/{key}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::{AccountId, MediaId};

    const SOURCE: &str = "https://a.test/1.png";

    fn media() -> Media {
        Media {
            id: MediaId(7),
            account: AccountId(1),
            tweet: None,
            kind: "image".into(),
            mime: "image/png".into(),
            file_key: Some("ab/cd/abcd.png".into()),
            thumb_key: Some("ef/gh/efgh.jpg".into()),
            remote_url: None,
            alt: String::new(),
            width: 0,
            height: 0,
            thumb_width: 0,
            thumb_height: 0,
            blurhash: None,
            size_bytes: 0,
            ..Default::default()
        }
    }

    fn account(domain: Option<&str>, picture: Option<&str>) -> Account {
        Account {
            domain: domain.map(str::to_owned),
            avatar: picture.map(str::to_owned),
            header: picture.map(str::to_owned),
            ..Account::blank(AccountId(3), "ann".into(), 0)
        }
    }

    #[test]
    fn our_own_pictures_are_read_under_their_keys() {
        assert_eq!(attachment_url(&media()).as_deref(), Some("/media/ab/cd/abcd.png"));
        assert_eq!(attachment_preview_url(&media()).as_deref(), Some("/media/ef/gh/efgh.jpg"));
        let without = account(None, None);
        assert_eq!((avatar_url(&without), header_url(&without)), (None, None));
        let with = account(None, Some("ab/cd/abcd.png"));
        assert_eq!(avatar_url(&with).as_deref(), Some("/media/ab/cd/abcd.png"));
    }

    #[test]
    fn remote_pictures_are_read_here_too_under_a_path_that_changes_with_them() {
        let remote = Media { remote_url: Some(SOURCE.into()), ..media() };
        let version = version(SOURCE);
        assert_eq!(version.len(), 2 * VERSION_BYTES);
        assert_eq!(attachment_url(&remote), Some(format!("/media/remote/7?v={version}")));
        assert_eq!(attachment_preview_url(&remote), Some(format!("/media/remote/7?v={version}&size=small")));
        let before = header_url(&account(Some("a.test"), Some(SOURCE)));
        assert_eq!(before, Some(format!("/media/remote/header/3?v={version}")));
        assert_ne!(header_url(&account(Some("a.test"), Some("https://a.test/2.png"))), before);
    }
}
