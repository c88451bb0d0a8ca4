//! Foreign collections: read page by page, from their owner's host only, up to a limit.

use url::Url;

use super::ResolveError;
use super::fetch::{Budget, FetchError};
use crate::federation::Federation;
use crate::federation::objects::IdOr;
use crate::federation::objects::collection::CollectionView;
use crate::federation::origin::same_origin;

/// How far a collection is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// Pages, embedded ones included.
    pub(super) pages: usize,
    /// Items of all pages.
    pub(super) items: usize,
}

/// What was read of a collection.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// How many items it says it has.
    pub(super) total: Option<u64>,
    /// The first of them. What is embedded is of the owner's origin.
    pub(super) items: Vec<IdOr>,
}

impl Federation {
    /// The first items of a collection of `owner`'s. A page that is not to be had ends it.
    pub(super) async fn collected(
        &self,
        collection: &IdOr,
        owner: &Url,
        extent: Extent,
        budget: &Budget,
    ) -> Result<Collected, ResolveError> {
        let mut whole = self.collection_view(collection, owner, budget).await?;
        if let (None, true, Some(id), IdOr::Embedded { .. }) =
            (&whole.first, whole.items.is_empty(), &whole.id, collection)
        {
            // Only its name was embedded.
            whole = self.collection_view(&IdOr::Id(id.clone()), owner, budget).await?;
        }
        let mut collected = Collected { total: whole.total, items: whole.items };
        let mut next = whole.first;
        for _ in 0..extent.pages {
            let Some(page) = next.take().filter(|_| collected.items.len() < extent.items) else { break };
            match self.collection_view(&page, owner, budget).await {
                Ok(page) => {
                    collected.items.extend(page.items);
                    next = page.next.map(IdOr::Id);
                }
                Err(ResolveError::Inside(error)) => return Err(error.into()),
                Err(_) => break,
            }
        }
        collected.items.truncate(extent.items);
        Ok(collected)
    }

    /// How many items a collection of `owner`'s says it has.
    pub(super) async fn counted(&self, collection: &Url, owner: &Url, budget: &Budget) -> Option<i64> {
        let view = self.collection_view(&IdOr::Id(collection.clone()), owner, budget).await;
        view.ok()?.total.and_then(|total| i64::try_from(total).ok())
    }

    async fn collection_view(
        &self,
        collection: &IdOr,
        owner: &Url,
        budget: &Budget,
    ) -> Result<CollectionView, ResolveError> {
        match collection {
            IdOr::Embedded { document, .. } => Ok(CollectionView::from_document(document, owner)?),
            IdOr::Id(id) if same_origin(id, owner) => {
                let document = self.document(id, budget).await?;
                Ok(CollectionView::from_document(&document.map, owner)?)
            }
            IdOr::Id(_) => Err(FetchError::refused("the collection is not its owner's").into()),
        }
    }
}
