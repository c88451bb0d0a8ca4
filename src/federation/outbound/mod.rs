//! What leaves: documents of our own, deliveries planned from the log, and the workers that send them.

mod beside;
mod deliver;
mod farewell;
mod gauges;
mod health;
mod known_reached;
mod lane_run;
mod missing;
mod plan;
mod relays;
mod render;
mod send;
mod targets;

#[cfg(test)]
mod tests;

pub use deliver::DeliverySettings;
pub(in crate::federation) use health::to_row;
pub(in crate::federation) use send::{Payload, Payloads};
