//! Where a picture is read here: the one place that decides it, for the API, the pages and other instances.
//!
//! All are paths on our own origin; [`Addresses::at`](crate::model::address::Addresses::at) makes an address of one.
//! A remote picture's path carries the [`version`] of where it comes from. It changes with the picture, so that
//! browsers may keep what they have; and only who was shown the path knows it, so that nobody finds the pictures of
//! private tweets by counting ids.

use crate::model::account::Account;
use crate::model::tweet::Media;
use crate::service::remote_pictures::version;

/// The path of a tweet's picture or an upload.
pub fn attachment_url(media: &Media) -> Option<String> {
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
