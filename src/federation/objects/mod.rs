//! The documents of the network: foreign ones read liberally into normal forms, our own written strictly.
//!
//! Reading takes bytes or JSON and gives a typed value or an [`liberal::ObjectError`] that names the property.
//! Nothing here believes anything: whose document it is decides [`super::origin`] and the caller. HTML is passed on
//! raw, to be sanitised by whoever stores or shows it.

pub mod activity;
pub mod actor;
pub mod addressing;
pub mod collection;
pub mod liberal;
pub mod local;
pub mod media_type;
pub mod nodeinfo;
pub mod nodeinfo_read;
pub mod note;
pub mod outgoing;
pub mod parts;
pub mod poll;
pub mod post;
pub mod quote;
pub mod tag;
pub mod tombstone;
pub mod webfinger;

pub use activity::{Activity, Body};
pub use actor::{Actor, ActorKind};
pub use addressing::{Addressing, Audience, PUBLIC};
pub use liberal::{IdOr, Object, ObjectError, parse_document};
pub use local::LocalActor;
pub use outgoing::OutgoingActivity;
pub use post::{Post, PostKind};
