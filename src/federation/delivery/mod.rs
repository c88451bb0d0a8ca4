//! Delivering activities: the health of hosts and the order of what waits for them.
//!
//! All are pure state machines (inputs: event and time; outputs: commands), so that they can be run through every
//! mishap in a plain test. Whoever drives them holds the rows, the leases and the connections.

pub mod breaker;
pub mod lane;
mod order;
pub mod pace;
