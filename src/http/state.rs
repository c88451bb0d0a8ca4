//! What handlers need.

use crate::federation::Federation;
use crate::service::Service;
use crate::timelines::Home;

/// The parts that handlers call, cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// What a person or an instance may do.
    pub service: Service,
    /// Home timelines.
    pub home: Home,
    /// Exchange with other instances.
    pub federation: Federation,
}
