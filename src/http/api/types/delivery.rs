//! What became of a tweet at another instance.

use serde::Serialize;
use utoipa::ToSchema;

use super::when;
use crate::model::delivery::{DeliveryTrace, Outcome};

/// How the deliveries of a tweet to a host ended, or that they wait.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::http::api) enum DeliveryState {
    /// The host took the last one.
    Delivered,
    /// The host refused the last one for good.
    Refused,
    /// The host failed at it again and again while it took others.
    GivenUp,
    /// It was not sent: the host is gone or blocked, or an admin dropped what waited.
    Dropped,
    /// They wait.
    Waiting,
}

/// What became of a tweet at one host: of all its deliveries that have ended together, or of those that wait.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Delivery {
    /// Host, and port if that is unusual.
    host: String,
    /// How the last one ended, or that they wait.
    state: DeliveryState,
    /// The HTTP status of the last refusal.
    status: Option<i64>,
    /// How many the host took.
    delivered: i64,
    /// How many it refused for good.
    refused: i64,
    /// How many were given up or dropped.
    dropped: i64,
    /// How many wait.
    waiting: i64,
    /// How often they were sent.
    tries: i64,
    /// When the last one ended; of those that wait, when the oldest was planned.
    #[schema(format = DateTime)]
    at: String,
}

impl Delivery {
    /// What the author and admins see of it.
    pub(in crate::http::api) fn of(trace: DeliveryTrace) -> Self {
        Self {
            host: trace.host,
            state: match trace.outcome {
                Outcome::Delivered => DeliveryState::Delivered,
                Outcome::Refused => DeliveryState::Refused,
                Outcome::GivenUp => DeliveryState::GivenUp,
                Outcome::Dropped => DeliveryState::Dropped,
                Outcome::Waiting => DeliveryState::Waiting,
            },
            status: trace.status,
            delivered: trace.delivered,
            refused: trace.refused,
            dropped: trace.dropped,
            waiting: trace.waiting,
            tries: trace.tries,
            at: when(trace.at),
        }
    }
}
