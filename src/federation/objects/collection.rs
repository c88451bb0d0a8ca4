//! Collections: ours as they are served, foreign ones read page by page within bounds.

use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use super::liberal::{IdOr, Object, ObjectError, one_or_many, parse_document};
use crate::federation::origin::same_origin;

/// Items taken from one foreign page; the rest is left.
pub const MAX_PAGE_ITEMS: usize = 500;

/// Whether the order of a collection's items means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `OrderedCollection`: outbox, followers, featured.
    Ordered,
    /// `Collection`: replies, likes, shares.
    Unordered,
}

/// An own collection: its size, and perhaps its first page or its items.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Collection {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    total_items: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ordered_items: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<Value>>,
}

impl Collection {
    /// A collection that tells only its size: where the owner hides the items.
    pub fn counted(id: impl Into<String>, order: Order, total_items: u64) -> Self {
        let kind = match order {
            Order::Ordered => "OrderedCollection",
            Order::Unordered => "Collection",
        };
        Self { id: id.into(), kind, total_items, first: None, ordered_items: None, items: None }
    }

    /// With the address of its first page.
    pub fn first(self, page: impl Into<String>) -> Self {
        Self { first: Some(page.into()), ..self }
    }

    /// With all its items.
    pub fn items(self, items: Vec<Value>) -> Self {
        match self.kind {
            "OrderedCollection" => Self { ordered_items: Some(items), ..self },
            _ => Self { items: Some(items), ..self },
        }
    }
}

/// A page of an own collection.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    part_of: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prev: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ordered_items: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<Value>>,
}

impl Page {
    /// A page of `part_of` with these items.
    pub fn new(id: impl Into<String>, part_of: impl Into<String>, order: Order, items: Vec<Value>) -> Self {
        let (kind, ordered_items, items) = match order {
            Order::Ordered => ("OrderedCollectionPage", Some(items), None),
            Order::Unordered => ("CollectionPage", None, Some(items)),
        };
        Self { id: id.into(), kind, part_of: part_of.into(), next: None, prev: None, ordered_items, items }
    }

    /// With the address of the next page.
    pub fn next(self, page: Option<String>) -> Self {
        Self { next: page, ..self }
    }

    /// With the address of the page before.
    pub fn prev(self, page: Option<String>) -> Self {
        Self { prev: page, ..self }
    }
}

/// A foreign collection or page.
#[derive(Clone, Debug, PartialEq)]
pub struct CollectionView {
    /// Its id; pages embedded in a collection may have none.
    pub id: Option<Url>,
    /// How many items it claims to have.
    pub total: Option<u64>,
    /// Its first page, by id or embedded.
    pub first: Option<IdOr>,
    /// The next page, on its own origin.
    pub next: Option<Url>,
    /// The items here, at most [`MAX_PAGE_ITEMS`].
    pub items: Vec<IdOr>,
}

impl CollectionView {
    /// Parses a fetched collection or page of `owner`.
    pub fn parse(bytes: &[u8], owner: &Url) -> Result<Self, ObjectError> {
        Self::from_document(&parse_document(bytes)?, owner)
    }

    /// Reads a parsed or embedded collection or page of `owner`. It must be of the owner's origin; an item of another
    /// origin is reduced to its id, since the owner cannot speak for it.
    pub fn from_document(document: &Map<String, Value>, owner: &Url) -> Result<Self, ObjectError> {
        let object = Object(document);
        let kind = object.kind().ok_or(ObjectError::Missing("type"))?;
        if !matches!(kind, "Collection" | "OrderedCollection" | "CollectionPage" | "OrderedCollectionPage") {
            return Err(ObjectError::UnknownType(kind.chars().take(40).collect()));
        }
        let id = object.link("id")?;
        if id.as_ref().is_some_and(|id| !same_origin(id, owner)) {
            return Err(ObjectError::Foreign("id"));
        }
        let own = |url: &Url| same_origin(url, owner);
        let values = object.get("orderedItems").or_else(|| object.get("items"));
        let items = values.into_iter().flat_map(one_or_many).take(MAX_PAGE_ITEMS);
        Ok(Self {
            id,
            total: object.count("totalItems"),
            first: object.id_or("first")?.filter(|first| first.id().is_none_or(own)),
            next: object.loose_link("next").filter(own),
            items: items
                .filter_map(IdOr::from_value)
                .filter_map(|item| own_copy_or_id(item, owner))
                .collect(),
        })
    }
}

fn own_copy_or_id(item: IdOr, owner: &Url) -> Option<IdOr> {
    match &item {
        IdOr::Id(_) => Some(item),
        IdOr::Embedded { id, .. } => {
            let id = id.clone()?;
            Some(if same_origin(&id, owner) { item } else { IdOr::Id(id) })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn owner() -> Url {
        Url::parse("https://b.test/users/bob").unwrap()
    }

    fn view(value: Value) -> Result<CollectionView, ObjectError> {
        let Value::Object(document) = value else { panic!() };
        CollectionView::from_document(&document, &owner())
    }

    #[test]
    fn our_collections_and_pages_are_read_back() {
        let collection =
            Collection::counted("https://b.test/f", Order::Ordered, 3).first("https://b.test/f?page=1");
        let read = view(serde_json::to_value(collection).unwrap()).unwrap();
        assert_eq!((read.total, read.first.unwrap().id().unwrap().query()), (Some(3), Some("page=1")));
        let page = Page::new(
            "https://b.test/f?page=1",
            "https://b.test/f",
            Order::Ordered,
            vec![json!("https://c.test/1")],
        )
        .next(Some("https://b.test/f?page=2".into()))
        .prev(None);
        let written = serde_json::to_value(page).unwrap();
        assert_eq!(written["type"], "OrderedCollectionPage");
        assert_eq!(written["partOf"], "https://b.test/f");
        let read = view(written).unwrap();
        assert_eq!((read.items.len(), read.next.unwrap().query()), (1, Some("page=2")));
        let whole = Collection::counted("https://b.test/l", Order::Unordered, 1)
            .items(vec![json!("https://c.test/1")]);
        assert_eq!(
            serde_json::to_value(whole).unwrap(),
            json!({ "id": "https://b.test/l", "type": "Collection",
            "totalItems": 1, "items": ["https://c.test/1"] })
        );
    }

    #[test]
    fn an_item_of_another_origin_is_only_an_id() {
        let read = view(json!({ "type": "Collection", "id": "https://b.test/c", "items": [
            { "id": "https://b.test/1", "type": "Note" }, { "id": "https://c.test/2", "type": "Note" },
            { "type": "Note" }, "https://c.test/3"
        ] }))
        .unwrap();
        assert!(read.items[0].document().is_some());
        assert_eq!(read.items[1], IdOr::Id(Url::parse("https://c.test/2").unwrap()));
        assert_eq!(read.items.len(), 3);
    }

    #[test]
    fn pages_lead_nowhere_else_and_are_bounded() {
        let read = view(
            json!({ "type": "OrderedCollectionPage", "id": "https://b.test/c", "next": "https://evil.test/",
            "first": "https://evil.test/", "orderedItems": vec!["https://c.test/1"; MAX_PAGE_ITEMS + 9] }),
        )
        .unwrap();
        assert_eq!((read.next, read.first, read.items.len()), (None, None, MAX_PAGE_ITEMS));
        assert_eq!(
            view(json!({ "type": "Collection", "id": "https://evil.test/c" })),
            Err(ObjectError::Foreign("id"))
        );
        assert_eq!(CollectionView::parse(b"[]", &owner()), Err(ObjectError::NotAnObject));
        assert_eq!(view(json!({ "type": "Note" })), Err(ObjectError::UnknownType("Note".into())));
    }

    #[test]
    fn an_embedded_first_page_is_kept() {
        let read = view(json!({ "type": "Collection", "id": "https://b.test/c",
            "first": { "type": "CollectionPage", "items": "https://b.test/1" } }))
        .unwrap();
        let first = read.first.unwrap();
        let page = CollectionView::from_document(first.document().unwrap(), &owner()).unwrap();
        assert_eq!(page.items.len(), 1);
    }
}
