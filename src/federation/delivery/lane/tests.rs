mod simulation;

use std::collections::VecDeque;

use super::super::breaker::MIN_BACKOFF_MS;
use super::*;
use crate::clock::{DAY_MS, HOUR_MS};
use crate::model::ids::AccountId;

const BOUND: usize = 3;
/// What all deliveries are about unless a test says otherwise.
const IT: i64 = 7;

fn row(id: i64, author: i64) -> Loaded {
    about(IT, id, author)
}

fn about(about: i64, id: i64, author: i64) -> Loaded {
    Loaded { id: RowId(id), author: AccountId(author), about, tries: Tries::default() }
}

fn new_lane(breaker: Breaker) -> Lane {
    Lane::new(breaker, Pace::new(None, BOUND))
}

impl Lane {
    fn hears(&mut self, id: i64, outcome: Outcome, now_ms: Millis, seed: u64) -> Vec<Command> {
        self.answered(Answered { id: RowId(id), outcome, took_ms: 50 }, now_ms, seed)
    }
}

fn rows(pairs: &[(i64, i64)]) -> Vec<Loaded> {
    pairs.iter().map(|(id, author)| row(*id, *author)).collect()
}

fn lane(pairs: &[(i64, i64)]) -> Lane {
    let mut lane = new_lane(Breaker::default());
    lane.load(rows(pairs));
    lane
}

fn sent(commands: &[Command]) -> Vec<i64> {
    let id = |command: &Command| match command {
        Command::Send { id, .. } => Some(id.0),
        _ => None,
    };
    commands.iter().filter_map(id).collect()
}

fn send(id: i64, form: Form) -> Command {
    Command::Send { id: RowId(id), form }
}

fn done(id: i64, end: End) -> Command {
    Command::Done { id: RowId(id), end }
}

/// The tries that the only command wants kept.
fn kept(commands: &[Command]) -> Tries {
    let [Command::Keep { tries, .. }] = commands else { panic!("{commands:?}") };
    *tries
}

#[test]
fn authors_go_in_turn_and_each_keeps_their_order() {
    let mut lane = lane(&[(1, 10), (2, 10), (3, 20), (4, 30), (5, 40), (6, 20)]);
    assert_eq!(sent(&lane.advance(0)), [1, 3, 4]);
    assert!(sent(&lane.advance(0)).is_empty());
    let commands = lane.hears(3, Outcome::Delivered, 1, 0);
    assert_eq!(commands, [done(3, End::Delivered), send(5, Form::Cavage)]);
    assert_eq!(sent(&lane.hears(1, Outcome::Delivered, 2, 0)), [2]);
    assert_eq!(sent(&lane.hears(4, Outcome::Final(404), 3, 0)), [6]);
    assert_eq!(lane.rest(3), Rest::Answers);
}

#[test]
fn a_refusal_is_final_and_does_not_stop_the_author() {
    let mut lane = lane(&[(1, 10), (2, 10)]);
    lane.advance(0);
    let commands = lane.hears(1, Outcome::Final(422), 1, 0);
    assert_eq!(commands, [done(1, End::Refused(422)), send(2, Form::Cavage)]);
    lane.hears(2, Outcome::Delivered, 2, 0);
    assert_eq!(lane.rest(2), Rest::Nothing);
}

#[test]
fn the_other_form_is_tried_once_and_remembered_when_it_works() {
    let mut lane = lane(&[(1, 10), (2, 10)]);
    assert_eq!(lane.advance(0), [send(1, Form::Cavage)]);
    assert_eq!(lane.hears(1, Outcome::Unauthorized, 1, 0), [send(1, Form::Rfc9421)]);
    let commands = lane.hears(1, Outcome::Delivered, 2, 0);
    assert_eq!(commands, [done(1, End::Delivered), send(2, Form::Rfc9421)]);
    assert_eq!(lane.breaker().form(), Some(Form::Rfc9421));
    assert_eq!(Breaker::from_row(&lane.breaker().to_row()).form(), Some(Form::Rfc9421));
}

#[test]
fn a_400_to_both_forms_is_final_and_proves_nothing_about_the_next() {
    let mut lane = lane(&[(1, 10), (2, 10), (3, 10)]);
    lane.advance(0);
    assert_eq!(lane.hears(1, Outcome::Final(400), 1, 0), [send(1, Form::Rfc9421)]);
    let commands = lane.hears(1, Outcome::Final(400), 2, 0);
    assert_eq!(commands, [done(1, End::Refused(400)), send(2, Form::Cavage)]);
    assert_eq!(lane.hears(2, Outcome::Final(400), 3, 0), [send(2, Form::Rfc9421)]);
    let commands = lane.hears(2, Outcome::Delivered, 4, 0);
    assert_eq!(commands, [done(2, End::Delivered), send(3, Form::Rfc9421)]);
    assert_eq!(lane.hears(3, Outcome::Final(400), 5, 0), [done(3, End::Refused(400))]);
    assert_eq!(lane.breaker().form(), None);
}

#[test]
fn what_went_out_in_the_wrong_form_meanwhile_is_sent_again_in_the_right_one() {
    let mut lane = lane(&[(1, 10), (2, 20)]);
    lane.advance(0);
    lane.hears(1, Outcome::Unauthorized, 1, 0);
    lane.hears(1, Outcome::Delivered, 2, 0);
    assert_eq!(lane.hears(2, Outcome::Unauthorized, 3, 0), [send(2, Form::Rfc9421)]);
}

#[test]
fn a_401_is_tried_again_a_few_times_while_others_go_on() {
    let mut lane = lane(&[(1, 10), (2, 10), (3, 20)]);
    lane.breaker.set_form(Some(Form::Cavage));
    let mut now_ms = 0;
    assert_eq!(sent(&lane.advance(now_ms)), [1, 3]);
    assert_eq!(kept(&lane.hears(1, Outcome::Unauthorized, now_ms, 0)).unauthorized, 1);
    lane.hears(3, Outcome::Delivered, now_ms, 0);
    for wait_ms in UNAUTHORIZED_WAITS_MS {
        assert_eq!(lane.rest(now_ms), Rest::Until(now_ms + wait_ms));
        assert!(sent(&lane.advance(now_ms + wait_ms - 1)).is_empty());
        now_ms += wait_ms;
        assert_eq!(sent(&lane.advance(now_ms)), [1]);
        if now_ms < UNAUTHORIZED_WAITS_MS.iter().sum() {
            assert!(kept(&lane.hears(1, Outcome::Unauthorized, now_ms, 0)).unauthorized > 1);
        }
    }
    let commands = lane.hears(1, Outcome::Unauthorized, now_ms, 0);
    assert_eq!(commands, [done(1, End::Refused(401)), send(2, Form::Cavage)]);
    assert_eq!(lane.breaker().form(), None);
}

#[test]
fn a_thousand_waiting_deliveries_cost_a_dead_host_one_request_a_wait() {
    let mut lane = new_lane(Breaker::default());
    lane.load((0..1_000).map(|id| row(id, id % 100)));
    assert_eq!(lane.room(), 0);
    let (mut requests, mut now_ms) = (0, 0);
    let mut under_way = sent(&lane.advance(now_ms));
    loop {
        requests += under_way.len();
        let mut next = Vec::new();
        for id in under_way {
            let commands = lane.hears(id, Outcome::Transient, now_ms + 10, 7);
            if commands.contains(&Command::HostDead) {
                assert_eq!((lane.rest(now_ms), lane.room()), (Rest::Dead, MAX_LOADED));
                assert!((10..50).contains(&requests), "{requests}");
                assert!(now_ms >= 7 * DAY_MS - HOUR_MS);
                return;
            }
            next.extend(sent(&commands));
        }
        let Rest::Until(until_ms) = lane.rest(now_ms + 10) else { panic!() };
        assert!(until_ms - now_ms >= MIN_BACKOFF_MS);
        now_ms = until_ms;
        next.extend(sent(&lane.advance(now_ms)));
        assert_eq!(next.len(), 1);
        under_way = next;
    }
}

#[test]
fn a_delivery_at_which_the_host_chokes_does_not_stop_the_others() {
    let mut lane = lane(&[(1, 10), (2, 20), (3, 20), (4, 20)]);
    lane.set_cap(1);
    assert_eq!(sent(&lane.advance(0)), [1]);
    assert!(sent(&lane.hears(1, Outcome::Transient, 1, 0)).is_empty());
    let Rest::Until(mut now_ms) = lane.rest(1) else { panic!() };
    assert_eq!(sent(&lane.advance(now_ms)), [2]);
    now_ms += 1;
    assert_eq!(sent(&lane.hears(2, Outcome::Delivered, now_ms, 0)), [1]);
    assert_eq!(sent(&lane.hears(1, Outcome::Transient, now_ms, 0)), [3]);
    assert_eq!(sent(&lane.hears(3, Outcome::Delivered, now_ms, 0)), [4]);
    lane.hears(4, Outcome::Delivered, now_ms, 0);
    let start_ms = now_ms;
    for next in 5.. {
        let Rest::Until(until_ms) = lane.rest(now_ms) else { panic!() };
        now_ms = until_ms - 1;
        lane.load(rows(&[(next, 20)]));
        assert_eq!(sent(&lane.advance(now_ms)), [next]);
        lane.hears(next, Outcome::Delivered, now_ms, 0);
        now_ms = until_ms;
        assert_eq!(sent(&lane.advance(now_ms)), [1]);
        if lane.hears(1, Outcome::Transient, now_ms, 0) == [done(1, End::GivenUp)] {
            break;
        }
    }
    assert!((DAY_MS..3 * DAY_MS).contains(&(now_ms - start_ms)));
}

#[test]
fn a_gone_host_drops_what_waits_and_a_request_from_it_starts_again() {
    let mut lane = lane(&[(1, 10), (2, 10), (3, 20)]);
    assert_eq!(sent(&lane.advance(0)), [1, 3]);
    assert_eq!(lane.hears(1, Outcome::Gone, 5, 0), [Command::HostDead]);
    assert_eq!(lane.hears(3, Outcome::Transient, 6, 0), [Command::HostDead]);
    lane.load(rows(&[(7, 10)]));
    assert_eq!((lane.advance(1_000).len(), lane.rest(1_000)), (0, Rest::Dead));
    lane.breaker.on_inbound_contact(2_000);
    assert_eq!(lane.rest(2_000), Rest::Until(2_000 + MIN_BACKOFF_MS));
    assert_eq!(sent(&lane.advance(2_000 + MIN_BACKOFF_MS)), [7]);
}

#[test]
fn what_our_own_load_kept_back_is_sent_later_and_blames_nobody() {
    let mut lane = lane(&[(1, 10), (2, 20)]);
    lane.set_cap(1);
    assert_eq!(sent(&lane.advance(0)), [1]);
    assert_eq!(sent(&lane.hears(1, Outcome::NotSent, 0, 0)), [2]);
    lane.hears(2, Outcome::Transient, 1, 0);
    let Rest::Until(probe_ms) = lane.rest(1) else { panic!() };
    let failures = lane.breaker().to_row().failures;
    assert_eq!(sent(&lane.advance(probe_ms)), [1]);
    assert!(lane.hears(1, Outcome::NotSent, probe_ms, 0).is_empty());
    assert_eq!(lane.breaker().to_row().failures, failures);
    assert_eq!(lane.rest(probe_ms), Rest::Until(probe_ms + NOT_SENT_WAIT_MS));
    assert_eq!(sent(&lane.advance(probe_ms + NOT_SENT_WAIT_MS)), [1], "the host has not failed at it");
}

#[test]
fn a_pause_outlives_the_lane() {
    let mut first = lane(&[(1, 10), (2, 10)]);
    first.breaker.set_form(Some(Form::Cavage));
    first.advance(0);
    let tries = kept(&first.hears(1, Outcome::Unauthorized, 0, 0));
    let mut next = new_lane(Breaker::from_row(&first.breaker().to_row()));
    next.load([Loaded { tries, ..row(1, 10) }, row(2, 10), row(3, 20)]);
    assert_eq!(sent(&next.advance(1)), [3]);
    next.hears(3, Outcome::Delivered, 1, 0);
    assert_eq!(next.rest(1), Rest::Until(UNAUTHORIZED_WAITS_MS[0]));
    assert_eq!(sent(&next.advance(UNAUTHORIZED_WAITS_MS[0])), [1]);
}

#[test]
fn a_new_lane_probes_with_another_delivery_than_the_one_that_failed() {
    let mut first = lane(&[(1, 10), (2, 20)]);
    first.set_cap(1);
    first.advance(0);
    let tries = kept(&first.hears(1, Outcome::Transient, 0, 0));
    let Rest::Until(probe_ms) = first.rest(0) else { panic!() };
    let mut next = new_lane(Breaker::from_row(&first.breaker().to_row()));
    next.load([Loaded { tries, ..row(1, 10) }, row(2, 20)]);
    assert_eq!(sent(&next.advance(probe_ms)), [2]);
}

#[test]
fn what_cannot_be_sent_says_nothing_about_the_host() {
    let mut lane = lane(&[(1, 10), (2, 10)]);
    lane.advance(0);
    lane.hears(1, Outcome::Transient, 0, 0);
    let Rest::Until(probe_ms) = lane.rest(0) else { panic!() };
    let before = lane.breaker().to_row().failures;
    assert_eq!(sent(&lane.advance(probe_ms)), [1]);
    let commands = lane.hears(1, Outcome::Unsendable, probe_ms, 0);
    assert_eq!(commands, [done(1, End::Unsendable)]);
    let row = lane.breaker().to_row();
    assert_eq!((row.state, row.failures), (1, before), "the host was not asked");
}

#[test]
fn answers_to_nothing_and_rows_twice_change_nothing() {
    let mut lane = lane(&[(1, 10), (1, 10), (2, 10)]);
    assert_eq!(lane.room(), MAX_LOADED - 2);
    assert_eq!(lane.hears(1, Outcome::Delivered, 0, 0), []);
    assert_eq!(lane.hears(9, Outcome::Gone, 0, 0), []);
    assert_eq!(sent(&lane.advance(0)), [1]);
    assert_eq!(lane.hears(2, Outcome::Delivered, 0, 0), []);
}

#[test]
fn what_is_about_different_things_goes_at_once_and_about_one_thing_in_order() {
    let mut lane = new_lane(Breaker::default());
    lane.load([about(1, 1, 10), about(2, 2, 10), about(1, 3, 10), about(3, 4, 10)]);
    assert_eq!(sent(&lane.advance(0)), [1, 2, 4]);
    assert!(sent(&lane.hears(2, Outcome::Delivered, 1, 0)).is_empty());
    assert_eq!(sent(&lane.hears(1, Outcome::Delivered, 1, 0)), [3]);
}

#[test]
fn what_concerns_an_author_as_a_whole_waits_for_all_older_and_holds_all_newer() {
    let mut lane = new_lane(Breaker::default());
    lane.load([about(1, 1, 10), about(2, 2, 10), about(WHOLE, 3, 10), about(4, 4, 10), about(5, 5, 10)]);
    assert_eq!(sent(&lane.advance(0)), [1, 2]);
    assert!(sent(&lane.hears(1, Outcome::Delivered, 1, 0)).is_empty());
    assert_eq!(sent(&lane.hears(2, Outcome::Delivered, 1, 0)), [3]);
    assert_eq!(sent(&lane.hears(3, Outcome::Delivered, 1, 0)), [4, 5]);
}

#[test]
fn an_author_who_is_refused_goes_one_at_a_time_until_something_is_accepted() {
    let mut lane = new_lane(Breaker::default());
    lane.breaker.set_form(Some(Form::Cavage));
    lane.load((1..=6).map(|id| about(id, id, 10)));
    assert_eq!(sent(&lane.advance(0)), [1, 2, 3]);
    for id in 1..=3 {
        assert!(sent(&lane.hears(id, Outcome::Unauthorized, 0, 0)).is_empty(), "all of theirs waits");
    }
    assert_eq!(lane.rest(0), Rest::Until(UNAUTHORIZED_WAITS_MS[0]));
    let now_ms = UNAUTHORIZED_WAITS_MS[0];
    assert_eq!(sent(&lane.advance(now_ms)), [1]);
    assert_eq!(sent(&lane.hears(1, Outcome::Delivered, now_ms, 0)), [2, 3, 4]);
}

#[test]
fn a_host_that_answers_well_gets_more_at_once_and_one_that_fails_less() {
    let mut lane = Lane::new(Breaker::default(), Pace::new(None, 64));
    lane.load((1..=500).map(|id| about(id, id, 10)));
    let mut under_way = VecDeque::from(sent(&lane.advance(0)));
    for _ in 0..100 {
        let id = under_way.pop_front().unwrap();
        under_way.extend(sent(&lane.hears(id, Outcome::Delivered, 0, 0)));
    }
    assert_eq!(under_way.len(), 64);
    lane.hears(under_way[0], Outcome::Transient, 1, 0);
    assert_eq!(lane.pace().window(), 32);
}

#[test]
fn a_closed_lane_begins_nothing_but_ends_what_is_under_way() {
    let mut lane = lane(&[(1, 10), (2, 20), (3, 30), (4, 40)]);
    assert_eq!(sent(&lane.advance(0)), [1, 2, 3]);
    lane.close();
    assert_eq!(lane.hears(1, Outcome::Unauthorized, 0, 0), [send(1, Form::Rfc9421)], "it is still under way");
    for id in 1..=3 {
        assert_eq!(lane.hears(id, Outcome::Delivered, 0, 0), [done(id, End::Delivered)]);
    }
    assert!(lane.advance(0).is_empty());
}

#[test]
fn an_author_who_has_to_wait_leaves_the_room_to_others_and_comes_back_in_order() {
    let mut lane = new_lane(Breaker::default());
    lane.breaker.set_form(Some(Form::Cavage));
    let many = |unauthorized| {
        let tries = Tries { unauthorized, ..Tries::default() };
        (1..=2_000).map(move |id| Loaded { tries, ..about(id, id, 10) })
    };
    lane.load(many(0));
    assert_eq!((lane.room(), sent(&lane.advance(0)).len()), (0, 3));
    for id in 1..=3 {
        lane.hears(id, Outcome::Unauthorized, 0, 0);
    }
    lane.make_room(0);
    assert_eq!((lane.room(), lane.rest(0)), (MAX_LOADED, Rest::Until(UNAUTHORIZED_WAITS_MS[0])));
    lane.load(many(1));
    assert_eq!(lane.room(), MAX_LOADED, "they are not loaded while they wait");
    lane.load([row(2_001, 20)]);
    assert_eq!(sent(&lane.advance(1)), [2_001]);
    lane.hears(2_001, Outcome::Delivered, 1, 0);
    let now_ms = UNAUTHORIZED_WAITS_MS[0];
    assert_eq!((lane.wake(now_ms - 1), lane.wake(now_ms), lane.wake(now_ms)), (None, Some(RowId(1)), None));
    lane.load(many(1));
    assert_eq!(sent(&lane.advance(now_ms)), [1], "that they were refused is known from their rows");
}
