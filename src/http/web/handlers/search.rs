//! Finding posts, people and hashtags here, and accounts and posts on other servers.

use serde::Deserialize;

use crate::http::extract::Query;
use crate::http::web::views::Nav;
use crate::http::web::views::pages::{Lookup, SearchKind, SearchPage};
use crate::http::web::visit::{Answer, Visit, show};

/// What is searched for, and where in the results.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Asked {
    q: String,
    kind: String,
    cursor: String,
}

/// `GET /search?q=&kind=`
pub(in crate::http::web) async fn search(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    show(&SearchPage {
        shell: visit.shell(Nav::Search).await?,
        query: asked.q,
        kind: SearchKind::from_value(&asked.kind),
        lookup: Lookup::None,
        tweets: Vec::new(),
        people: Vec::new(),
        tags: Vec::new(),
        older: Some(asked.cursor).filter(|cursor| !cursor.is_empty()),
    })
}
