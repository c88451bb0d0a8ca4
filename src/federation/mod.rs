//! Federation: activities in and out.
//!
//! This room owns the rules of the wire: signatures, origins, the shapes of foreign and own documents, and the
//! state machines of delivery. What is here is pure; fetching goes through [`crate::client`].

pub mod context;
pub mod delivery;
pub mod keys;
pub mod objects;
pub mod origin;
pub mod quirks;
pub mod signature;
