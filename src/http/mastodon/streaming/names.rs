//! The names of streams.

use serde::Deserialize;

use crate::model::entities::fold_tag;
use crate::model::ids::RowId;
use crate::service::SignedIn;
use crate::stream::{From, Topic};

/// There is no such list, or it is somebody else's.
pub(super) const NO_LIST: Refused = Refused(404, "Record not found");
/// What of a home is streamed.
const STATUSES: &str = "read:statuses";
const NOTIFICATIONS: &str = "read:notifications";

/// Which stream, in a query or a frame.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http::mastodon) struct Wanted {
    pub(super) stream: Option<String>,
    pub(super) tag: Option<String>,
    pub(super) list: Option<String>,
    pub(super) only_media: bool,
}

/// A stream by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The name, and what it is of, as frames repeat them.
    pub(super) label: String,
    pub(super) topics: Vec<Topic>,
}

/// Why somebody may not listen: a status and the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) u16, pub(super) &'static str);

impl Named {
    /// The list that it is of.
    pub(super) fn list(&self) -> Option<RowId> {
        self.topics.iter().find_map(|topic| if let Topic::List(list) = topic { Some(*list) } else { None })
    }
}

impl Wanted {
    /// The stream of a path.
    pub(super) fn named(self, stream: &str) -> Self {
        let media = if self.only_media { ":media" } else { "" };
        Self { stream: Some(format!("{stream}{media}")), ..self }
    }

    /// The stream that is wanted, if there is such a one and this one may listen to it.
    pub(super) fn for_whom(&self, who: &SignedIn) -> Result<Named, Refused> {
        let name = self.stream.as_deref().unwrap_or_default();
        let topics = self.topics(name, who)?;
        let needed = if name == "user:notification" { NOTIFICATIONS } else { STATUSES };
        if !may(who, needed) {
            return Err(Refused(401, "Access token does not have the required scopes"));
        }
        let of = match name {
            "list" => self.list.as_deref(),
            _ => self.tag.as_deref().filter(|_| name.starts_with("hashtag")),
        };
        let label = match of {
            Some(of) => serde_json::to_string(&[name, of]),
            None => serde_json::to_string(&[name]),
        };
        Ok(Named { label: label.unwrap_or_default(), topics })
    }

    fn topics(&self, name: &str, who: &SignedIn) -> Result<Vec<Topic>, Refused> {
        let public = |from, only_media| Ok(vec![Topic::Public { from, only_media }]);
        match name {
            "user" if may(who, NOTIFICATIONS) => Ok(vec![Topic::Home, Topic::Notifications]),
            "user" => Ok(vec![Topic::Home]),
            "user:notification" => Ok(vec![Topic::Notifications]),
            "public" => public(From::All, false),
            "public:media" => public(From::All, true),
            "public:local" => public(From::Here, false),
            "public:local:media" => public(From::Here, true),
            "public:remote" => public(From::Elsewhere, false),
            "public:remote:media" => public(From::Elsewhere, true),
            "hashtag" => self.hashtag(From::All),
            "hashtag:local" => self.hashtag(From::Here),
            "direct" => Ok(vec![Topic::Direct]),
            "list" => {
                let list = self.list.as_deref().and_then(|list| list.parse().ok());
                Ok(vec![Topic::List(list.ok_or(NO_LIST)?)])
            }
            _ => Err(Refused(400, "Unknown stream type")),
        }
    }

    fn hashtag(&self, from: From) -> Result<Vec<Topic>, Refused> {
        let tag = self.tag.as_deref().and_then(fold_tag);
        let tag = tag.ok_or(Refused(400, "Missing tag name parameter"))?;
        Ok(vec![Topic::Hashtag { tag, from }])
    }
}

fn may(who: &SignedIn, scope: &str) -> bool {
    who.kind == crate::model::account::SessionKind::Web || who.has_scope(scope)
}
