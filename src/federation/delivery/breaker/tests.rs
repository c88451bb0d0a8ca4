//! What the breaker of a host does, case by case.

use proptest::prelude::*;

use super::*;

const PROBE: Failure = Failure { was_probe: true, retry_after_ms: None, seed: 7 };
const PLAIN: Failure = Failure { was_probe: false, retry_after_ms: None, seed: 7 };

fn until(breaker: &Breaker) -> Millis {
    match breaker.state() {
        State::Open { until_ms } => until_ms,
        other => panic!("{other:?}"),
    }
}

/// Fails every probe from `start_ms` on until dead; the times of the probes.
fn fail_to_death(breaker: &mut Breaker, start_ms: Millis) -> Vec<Millis> {
    breaker.failed(PLAIN, start_ms);
    let mut probes = Vec::new();
    while let State::Open { until_ms } = breaker.state() {
        assert_eq!(breaker.gate(until_ms - 1), Gate::Wait { until_ms });
        assert_eq!(breaker.gate(until_ms), Gate::Probe);
        breaker.begin_probe();
        assert_eq!(breaker.gate(until_ms + 1), Gate::Probing);
        breaker.failed(Failure { seed: until_ms.unsigned_abs(), ..PROBE }, until_ms);
        probes.push(until_ms);
    }
    probes
}

#[test]
fn answers_are_judged_by_their_status() {
    let judge = |status: u16, shared| Outcome::of_status(StatusCode::from_u16(status).unwrap(), shared, None);
    for status in [200, 202, 204] {
        assert_eq!(judge(status, true), Outcome::Delivered);
    }
    for status in [301, 302, 400, 403, 404, 405, 406, 413, 415, 422, 501] {
        assert_eq!(judge(status, true), Outcome::Final(status));
    }
    for status in [408, 425, 429, 500, 502, 503, 504, 522] {
        assert_eq!(judge(status, true), Outcome::Transient);
    }
    assert_eq!(judge(401, true), Outcome::Unauthorized);
    assert_eq!((judge(410, true), judge(410, false)), (Outcome::Gone, Outcome::Final(410)));
    let asked = Outcome::of_status(StatusCode::TOO_MANY_REQUESTS, true, Some(5_000));
    assert_eq!(asked, Outcome::RetryAfter(5_000));
    let ignored = Outcome::of_status(StatusCode::FORBIDDEN, true, Some(5_000));
    assert_eq!(ignored, Outcome::Final(403));
}

#[test]
fn exchanges_without_an_answer_are_judged_by_their_cause() {
    assert_eq!(Outcome::of_error(&ClientError::Timeout), Outcome::Transient);
    assert_eq!(Outcome::of_error(&ClientError::Refused(Refusal::PrivateAddress)), Outcome::Transient);
    assert_eq!(Outcome::of_error(&ClientError::Refused(Refusal::Port)), Outcome::Unsendable);
    assert_eq!(Outcome::of_error(&ClientError::Busy), Outcome::NotSent);
    let status = StatusCode::NOT_FOUND;
    assert_eq!(Outcome::of_error(&ClientError::Status { status }), Outcome::Final(404));
}

#[test]
fn retry_after_is_seconds_or_a_date_and_has_a_cap() {
    let now_ms = 1_767_323_045_000;
    assert_eq!(retry_after_ms(" 120 ", now_ms), Some(120_000));
    assert_eq!(retry_after_ms("Fri, 02 Jan 2026 03:05:05 GMT", now_ms), Some(60_000));
    assert_eq!(retry_after_ms("Thu, 02 Jan 2020 03:05:05 GMT", now_ms), Some(0));
    assert_eq!(retry_after_ms("4000000000", now_ms), Some(MAX_BACKOFF_MS));
    for bad in ["", "-1", "soon", "1.5"] {
        assert_eq!(retry_after_ms(bad, now_ms), None, "{bad}");
    }
}

#[test]
fn a_host_that_only_fails_is_dead_after_a_week_and_cost_few_requests() {
    let mut breaker = Breaker::default();
    let probes = fail_to_death(&mut breaker, 0);
    let last = *probes.last().unwrap();
    assert_eq!(breaker.state(), State::Dead { since_ms: last });
    assert!((DEAD_AFTER_MS..DEAD_AFTER_MS + MAX_BACKOFF_MS).contains(&last));
    assert!(probes.len() < 45, "{}", probes.len());
    assert!(probes.windows(2).all(|pair| pair[1] - pair[0] >= MIN_BACKOFF_MS));
    assert_eq!(breaker.gate(i64::MAX), Gate::Dead);
}

#[test]
fn two_failures_far_apart_do_not_make_a_host_dead() {
    let mut breaker = Breaker::default();
    breaker.failed(PLAIN, 0);
    breaker.begin_probe();
    breaker.failed(PROBE, 90 * DAY_MS);
    assert!(until(&breaker) > 90 * DAY_MS);
}

#[test]
fn any_answer_closes_and_forgets_the_failures() {
    let mut breaker = Breaker::default();
    for _ in 0..5 {
        breaker.failed(PLAIN, 0);
        breaker.begin_probe();
    }
    breaker.answered(1_000);
    assert_eq!(breaker.gate(1_000), Gate::Free);
    breaker.failed(PLAIN, 2_000);
    assert!(until(&breaker) <= 2_000 + 2 * MIN_BACKOFF_MS);
}

#[test]
fn what_was_sent_before_the_breaker_opened_does_not_count_again() {
    let mut breaker = Breaker::default();
    breaker.failed(PLAIN, 0);
    let once = breaker.clone();
    breaker.failed(PLAIN, 10);
    breaker.failed(PLAIN, 20);
    assert_eq!(breaker, once);
    breaker.begin_probe();
    breaker.failed(PLAIN, 30);
    assert_eq!(breaker.state(), State::HalfOpen);
}

#[test]
fn a_host_that_asks_for_time_gets_it() {
    let mut breaker = Breaker::default();
    breaker.failed(Failure { retry_after_ms: Some(HOUR_MS), ..PLAIN }, 0);
    assert_eq!(until(&breaker), HOUR_MS);
    let mut breaker = Breaker::default();
    breaker.failed(Failure { retry_after_ms: Some(1), ..PLAIN }, 0);
    assert!(until(&breaker) >= MIN_BACKOFF_MS);
}

#[test]
fn a_verified_request_earns_even_a_dead_host_one_probe() {
    let mut breaker = Breaker::default();
    let died = *fail_to_death(&mut breaker, 0).last().unwrap();
    breaker.on_inbound_contact(died + 5);
    assert_eq!(until(&breaker), died + 5 + MIN_BACKOFF_MS);
    breaker.on_inbound_contact(died + 6);
    assert_eq!(until(&breaker), died + 5 + MIN_BACKOFF_MS);
    breaker.begin_probe();
    breaker.failed(PROBE, died + 6 + MIN_BACKOFF_MS);
    assert!(matches!(breaker.state(), State::Dead { .. }));
    breaker.on_inbound_contact(died + DAY_MS);
    breaker.begin_probe();
    breaker.answered(died + DAY_MS + MIN_BACKOFF_MS);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_host_that_is_gone_is_dead_at_once() {
    let mut breaker = Breaker::default();
    breaker.gone(5);
    assert_eq!(breaker.state(), State::Dead { since_ms: 5 });
}

#[test]
fn a_stored_breaker_is_the_same_except_for_a_probe_under_way() {
    let mut breaker = Breaker::default();
    breaker.set_form(Some(Form::Rfc9421));
    breaker.answered(3);
    assert_eq!(Breaker::from_row(&breaker.to_row()), breaker);
    breaker.failed(PLAIN, 5);
    assert_eq!(Breaker::from_row(&breaker.to_row()), breaker);
    breaker.begin_probe();
    assert_eq!(Breaker::from_row(&breaker.to_row()).gate(5), Gate::Probe);
    breaker.gone(9);
    assert_eq!(Breaker::from_row(&breaker.to_row()), breaker);
    let odd = BreakerRow { state: 77, failures: -1, form: 9, ..BreakerRow::default() };
    assert_eq!(Breaker::from_row(&odd), Breaker::default());
}

proptest! {
    #[test]
    fn a_wait_stays_within_its_bounds_and_grows(failures in 1u32..200, seed: u64) {
        let wait = backoff_ms(failures, seed);
        prop_assert!((MIN_BACKOFF_MS..=MAX_BACKOFF_MS).contains(&wait));
        prop_assert!(backoff_ms(failures + 2, seed) >= wait);
    }
}
