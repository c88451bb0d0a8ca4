//! What handlers need.

use std::sync::Arc;

use crate::federation::Federation;
use crate::media::Media;
use crate::search::Finder;
use crate::service::Service;
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
    /// Exchange with other instances.
    pub federation: Federation,
    /// Search and suggestions.
    pub finder: Finder,
}
