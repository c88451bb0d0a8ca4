//! What handlers need.

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
    /// Search and suggestions.
    pub finder: Finder,
}
