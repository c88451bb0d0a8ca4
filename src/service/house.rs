//! The picture of the instance: an admin gives it, and every page and app that speaks of the instance shows it.
//!
//! It is in memory, so that drawing a page asks nobody for it. Whoever changes it sees it at once; other processes hear of
//! it by the log.

use std::sync::{Arc, PoisonError, RwLock};

use super::{Operator, Service};
use crate::error::Result;
use crate::model::about::HousePicture;
use crate::model::event::Event;
use crate::store::events::Logged;
use crate::store::{StoreError, about};

/// The picture as it was last read, and the turn to read it: who reads later has read a newer row.
#[derive(Default)]
pub(super) struct House {
    picture: RwLock<Option<Arc<HousePicture>>>,
    reading: tokio::sync::Mutex<()>,
}

impl Service {
    /// The instance's picture, if it has one.
    pub fn house_picture(&self) -> Option<Arc<HousePicture>> {
        self.0.house.picture.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the instance's picture anew.
    pub async fn read_house(&self) -> Result<(), StoreError> {
        let house = &self.0.house;
        let _turn = house.reading.lock().await;
        let picture = self.store().read(about::picture).await?.map(Arc::new);
        *house.picture.write().unwrap_or_else(PoisonError::into_inner) = picture;
        Ok(())
    }

    /// Reads the instance's picture anew if a batch of the log says that it changed.
    pub async fn heard_of_house(&self, batch: &[Logged]) -> Result<(), StoreError> {
        match batch.iter().any(|logged| logged.event == Event::HousePictureChanged) {
            true => self.read_house().await,
            false => Ok(()),
        }
    }

    /// Gives the instance this picture, whose files are stored already, or none. Answers the media keys of the one
    /// that it had.
    pub async fn set_house_picture(&self, by: Operator, new: Option<HousePicture>) -> Result<Vec<String>> {
        let (there, now_ms) = (new.is_some(), self.now_ms());
        let write = self.store().write(move |conn| about::set_picture(conn, new.as_ref(), now_ms));
        let before = write.await?;
        tracing::info!(%by, picture = there, "the instance has another picture, or none");
        self.read_house().await?;
        Ok(before.map(|before| vec![before.file_key, before.icon_key]).unwrap_or_default())
    }
}
