//! What leaves: documents of our own, deliveries planned from the log, and the workers that send them.

mod deliver;
mod gauges;
mod plan;
mod relays;
mod render;
mod targets;

#[cfg(test)]
mod tests;

pub use deliver::DeliverySettings;
pub(in crate::federation) use deliver::to_row;
