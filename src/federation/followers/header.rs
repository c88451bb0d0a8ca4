//! The `Collection-Synchronization` header: which collection, where to read the receiver's part of it, its digest.

use http::HeaderMap;
use url::Url;

use super::Digest;
use crate::federation::origin::parse_id;
use crate::federation::signature::{SYNCHRONIZATION, pairs};

/// Bytes of the header: two addresses and a digest.
const MAX_BYTES: usize = 5 * 1024;

/// What a sender says of the followers that it has on the receiver's host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synchronization {
    /// The followers collection.
    pub collection: Url,
    /// The part of it that the receiver may read.
    pub list: Url,
    /// The digest of that part.
    pub digest: Digest,
}

impl Synchronization {
    /// Reads the header of a request: `None` when there is none, an error when it cannot be read.
    pub fn of(headers: &HeaderMap) -> Option<Result<Self, Unreadable>> {
        let mut values = headers.get_all(SYNCHRONIZATION).iter();
        let value = values.next()?;
        if values.next().is_some() {
            return Some(Err(Unreadable));
        }
        Some(value.to_str().map_err(|_| Unreadable).and_then(Self::parse))
    }

    fn parse(text: &str) -> Result<Self, Unreadable> {
        if text.len() > MAX_BYTES {
            return Err(Unreadable);
        }
        let pairs = pairs(text).map_err(|_| Unreadable)?;
        let value = |name: &str| {
            let found = pairs.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str()).ok_or(Unreadable)
        };
        let address = |name: &str| parse_id(value(name)?).map_err(|_| Unreadable);
        Ok(Self {
            collection: address("collectionid")?,
            list: address("url")?,
            digest: Digest::parse(value("digest")?).ok_or(Unreadable)?,
        })
    }
}

/// The header makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// The header as we send it. Addresses of ours have no quotation marks.
pub(super) fn write(collection: &str, list: &str, digest: Digest) -> String {
    format!(r#"collectionId="{collection}", url="{list}", digest="{digest}""#)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const COLLECTION: &str = "https://b.test/users/bob/followers";
    const LIST: &str = "https://b.test/users/bob/followers_synchronization";

    fn read(value: &str) -> Result<Synchronization, Unreadable> {
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Unreadable)?;
        Synchronization::of(&HeaderMap::from_iter([(SYNCHRONIZATION.parse().unwrap(), value)])).unwrap()
    }

    #[test]
    fn what_we_write_is_read_back() {
        let digest = Digest::of(["https://a.test/users/ann"]);
        let read = read(&write(COLLECTION, LIST, digest)).unwrap();
        assert_eq!((read.collection.as_str(), read.list.as_str(), read.digest), (COLLECTION, LIST, digest));
    }

    #[test]
    fn order_blanks_and_what_is_new_do_not_matter() {
        let digest = Digest::default();
        let text = format!(r#"digest="{digest}",more="x" , url="{LIST}",collectionId="{COLLECTION}""#);
        assert_eq!(read(&text).unwrap().digest, digest);
    }

    #[test]
    fn what_is_missing_doubled_or_no_address_is_unreadable() {
        let good = write(COLLECTION, LIST, Digest::default());
        for bad in [
            String::new(),
            "nonsense".to_owned(),
            good.replace("digest", "hash"),
            good.replace("url=", "uri="),
            good.replace("collectionId", "id"),
            good.replace("https://b.test/users/bob/followers_s", "javascript:s"),
            good.replace("https://b.test", "https://bob:secret@b.test"),
            good.replace("digest=\"00", "digest=\"0"),
            format!("{good}, url=\"{LIST}\""),
            format!("{good}, x=\"{}\"", "x".repeat(MAX_BYTES)),
            good.replace('"', ""),
        ] {
            let outcome = read(&bad);
            assert!(outcome.is_err() || bad == good.replace('"', ""), "{bad}: {outcome:?}");
        }
        let mut twice = HeaderMap::new();
        for _ in 0..2 {
            twice.append(SYNCHRONIZATION, HeaderValue::from_str(&good).unwrap());
        }
        assert_eq!(Synchronization::of(&twice), Some(Err(Unreadable)));
        assert_eq!(Synchronization::of(&HeaderMap::new()), None);
    }

    proptest! {
        #[test]
        fn nothing_that_arrives_makes_it_fall(value in r#"[ -~]{0,200}"#) {
            let _ = read(&value);
        }

        #[test]
        fn a_good_header_with_something_in_it_changed_is_read_or_refused(
            at in 0_usize..150, with in any::<char>(),
        ) {
            let good = write(COLLECTION, LIST, Digest::default());
            let changed: String =
                good.chars().enumerate().map(|(place, old)| if place == at { with } else { old }).collect();
            if let Ok(read) = read(&changed) {
                prop_assert!(read.list.as_str().len() <= MAX_BYTES);
            }
        }
    }
}
