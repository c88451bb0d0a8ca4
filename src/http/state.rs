//! What handlers need.

use std::sync::Arc;

use crate::federation::Federation;
use crate::media::Media;
use crate::notify::Pushes;
use crate::search::Finder;
use crate::service::{RemotePictures, Service};
use crate::stream::Hub;
use crate::timelines::Home;

/// The parts that handlers call, cheap to clone.
#[derive(Clone)]
pub struct AppState {
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
}
