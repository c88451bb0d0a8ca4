//! What other instances ask of us and deliver to us.

pub mod inbox;
