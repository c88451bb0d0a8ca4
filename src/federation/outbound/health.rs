//! How hosts and deliveries fare, as the lane has it and as it is stored.

use crate::federation::delivery::breaker::BreakerRow;
use crate::federation::delivery::lane::{Lane, Tries};
use crate::store::deliveries::Fared;
use crate::store::instances::Health;

/// The breaker of a host as it is stored.
pub(in crate::federation) fn to_row(health: &Health) -> BreakerRow {
    BreakerRow {
        state: health.state,
        failures: health.failures,
        next_attempt_at: health.next_attempt_at,
        first_failure_at: health.first_failure_at,
        last_success_at: health.last_success_at,
        form: health.form,
    }
}

/// The health of the host of a lane.
pub(super) fn health_of(lane: &Lane) -> Health {
    let row = lane.breaker().to_row();
    Health {
        state: row.state,
        failures: row.failures,
        next_attempt_at: row.next_attempt_at,
        first_failure_at: row.first_failure_at,
        last_success_at: row.last_success_at,
        form: row.form,
        answer_ms: lane.pace().usual_ms(),
    }
}

pub(super) fn to_tries(fared: &Fared) -> Tries {
    let count = |count: i64| u32::try_from(count).unwrap_or(0);
    Tries {
        unauthorized: count(fared.refusals),
        own_failures: count(fared.attempts),
        failed_ms: fared.failed_at,
        not_before_ms: fared.not_before,
    }
}

/// How a delivery fared that was sent so often.
pub(super) fn from_tries(tries: &Tries, sent: i64) -> Fared {
    Fared {
        attempts: i64::from(tries.own_failures),
        refusals: i64::from(tries.unauthorized),
        failed_at: tries.failed_ms,
        not_before: tries.not_before_ms,
        sent,
    }
}
