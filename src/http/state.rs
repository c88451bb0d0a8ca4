//! What handlers need.

use std::ops::Deref;
use std::sync::Arc;

use super::mastodon::KeptPosts;
use crate::federation::Federation;
use crate::media::Media;
use crate::notify::{Letters, Pushes};
use crate::search::Finder;
use crate::service::{RemotePictures, Service};
use crate::stream::Hub;
use crate::timelines::Home;

/// What handlers call. A request clones it at several stations, so that all of it is one pointer.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The parts of it.
pub struct Parts {
    /// What a person or an instance may do.
    pub service: Service,
    /// Home timelines.
    pub home: Home,
    /// Pictures.
    pub media: Arc<Media>,
    /// Pictures of other instances.
    pub pictures: RemotePictures,
    /// Exchange with other instances.
    pub federation: Federation,
    /// Search and suggestions.
    pub finder: Finder,
    /// Who listens to what happens.
    pub stream: Hub,
    /// Subscriptions to push messages.
    pub push: Pushes,
    /// E-mail addresses and letters.
    pub letters: Letters,
    /// Posts as apps were shown them.
    pub kept_posts: KeptPosts,
}

impl From<Parts> for AppState {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
