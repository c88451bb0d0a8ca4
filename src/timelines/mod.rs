//! Home timelines by hybrid push and pull.

mod home;

pub use home::Home;
