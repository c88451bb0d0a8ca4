//! NodeInfo 2.0 and 2.1: what a server tells of itself.

use serde::Serialize;
use serde_json::{Value, json};

/// What the server tells of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The name given to this instance.
    pub name: String,
    /// One or two sentences about it.
    pub description: String,
    /// Anybody may sign up.
    pub open_registrations: bool,
    /// Where the source of the program is, if that is known.
    pub repository: Option<&'static str>,
    /// Its numbers; `None` hides them.
    pub usage: Option<Usage>,
}

/// The numbers of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Local accounts.
    pub users: u64,
    /// Of them, active in the last 30 days.
    pub active_month: u64,
    /// Of them, active in the last 180 days.
    pub active_halfyear: u64,
    /// Local posts.
    pub posts: u64,
}

/// The versions of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 2.0.
    V2_0,
    /// 2.1, which adds the repository.
    V2_1,
}

impl Version {
    fn text(self) -> &'static str {
        match self {
            Self::V2_0 => "2.0",
            Self::V2_1 => "2.1",
        }
    }

    fn schema(self) -> String {
        format!("http://nodeinfo.diaspora.software/ns/schema/{}", self.text())
    }

    /// The content type of the document.
    pub fn content_type(self) -> String {
        format!("application/json; profile=\"{}#\"; charset=utf-8", self.schema())
    }
}

/// A NodeInfo document.
#[derive(Clone, Debug, Serialize)]
pub struct NodeInfo(Value);

impl NodeInfo {
    /// The document of this version.
    pub fn new(version: Version, about: &About) -> Self {
        let (name, release) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let software = match (version, about.repository) {
            (Version::V2_1, Some(repository)) => {
                json!({ "name": name, "version": release, "repository": repository })
            }
            _ => json!({ "name": name, "version": release }),
        };
        let usage = match about.usage {
            Some(usage) => json!({
                "users": { "total": usage.users, "activeMonth": usage.active_month,
                    "activeHalfyear": usage.active_halfyear },
                "localPosts": usage.posts
            }),
            None => json!({ "users": {} }),
        };
        Self(json!({
            "version": version.text(),
            "software": software,
            "protocols": ["activitypub"],
            "services": { "inbound": [], "outbound": [] },
            "openRegistrations": about.open_registrations,
            "usage": usage,
            "metadata": { "nodeName": about.name, "nodeDescription": about.description }
        }))
    }

    /// The document at `/.well-known/nodeinfo`; `base` is our origin.
    pub fn links(base: &str) -> Self {
        let link = |version: Version| json!({ "rel": version.schema(), "href": format!("{base}/nodeinfo/{}", version.text()) });
        Self(json!({ "links": [link(Version::V2_0), link(Version::V2_1)] }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> About {
        About {
            name: "A".into(),
            description: "Test".into(),
            open_registrations: true,
            repository: Some("https://code.test/rookery"),
            usage: Some(Usage { users: 3, active_month: 2, active_halfyear: 3, posts: 9 }),
        }
    }

    #[test]
    fn both_versions_tell_the_protocol_and_the_numbers() {
        let NodeInfo(old) = NodeInfo::new(Version::V2_0, &about());
        assert_eq!((&old["version"], &old["protocols"]), (&json!("2.0"), &json!(["activitypub"])));
        assert_eq!((&old["usage"]["users"]["total"], &old["usage"]["localPosts"]), (&json!(3), &json!(9)));
        assert!(old["software"].get("repository").is_none());
        let NodeInfo(new) = NodeInfo::new(Version::V2_1, &about());
        assert_eq!(new["software"]["repository"], "https://code.test/rookery");
        let NodeInfo(unknown) = NodeInfo::new(Version::V2_1, &About { repository: None, ..about() });
        assert!(unknown["software"].get("repository").is_none());
    }

    #[test]
    fn numbers_can_be_hidden() {
        let NodeInfo(info) = NodeInfo::new(Version::V2_0, &About { usage: None, ..about() });
        assert_eq!(info["usage"], json!({ "users": {} }));
    }

    #[test]
    fn the_well_known_document_links_to_both() {
        let NodeInfo(links) = NodeInfo::links("https://a.test");
        assert_eq!(links["links"][0]["href"], "https://a.test/nodeinfo/2.0");
        assert_eq!(links["links"][1]["rel"], "http://nodeinfo.diaspora.software/ns/schema/2.1");
    }
}
