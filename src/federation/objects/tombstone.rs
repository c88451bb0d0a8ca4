//! What is left of something deleted: served with 410, and sent in a `Delete`.

use serde::Serialize;

use super::liberal::{Object, write_time};
use crate::clock::Millis;

/// The tombstone of an own post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub struct Tombstone {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<String>,
}

impl Tombstone {
    /// The tombstone of `id`, with the time of its deletion where that is known.
    pub fn new(id: impl Into<String>, deleted_ms: Option<Millis>) -> Self {
        Self { id: id.into(), deleted: deleted_ms.map(write_time) }
    }
}

/// True for a document that says its object is gone.
pub fn is_tombstone(document: Object<'_>) -> bool {
    document.kind() == Some("Tombstone")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tombstone_is_an_id_and_a_type() {
        let written = serde_json::to_value(Tombstone::new("https://a.test/7", None)).unwrap();
        assert_eq!(written, json!({ "type": "Tombstone", "id": "https://a.test/7" }));
        assert!(is_tombstone(Object(written.as_object().unwrap())));
        let dated =
            serde_json::to_value(Tombstone::new("https://a.test/7", Some(1_767_323_045_000))).unwrap();
        assert_eq!(dated["deleted"], "2026-01-02T03:04:05Z");
    }
}
