//! Rollouts as specifications: single steps, and whole ones played through with endpoints that do as they like.

use proptest::prelude::*;

use super::*;

fn ring(tally: Tally) -> Ring {
    Ring {
        state: RingState::Waiting,
        wait_s: 60,
        most: Most::Number(0),
        enough_percent: 80,
        needs_go: false,
        gone: false,
        forgiven: 0,
        good_at: None,
        tally,
    }
}

fn running(tally: Tally) -> Ring {
    Ring { state: RingState::Running, ..ring(tally) }
}

fn good(at_s: i64) -> Ring {
    let tally = Tally { good: 5, ..Tally::default() };
    Ring { state: RingState::Good, good_at: Some(Time::from_seconds(at_s)), ..ring(tally) }
}

#[track_caller]
fn check(rings: Vec<Ring>, now_s: i64, expected: &[Step]) {
    let rollout = Rollout {
        state: RolloutState::Running,
        starts_at: Time::from_seconds(-60),
        deadline: Time::from_seconds(10_000),
        rings,
    };
    assert_eq!(advance(&rollout, Time::from_seconds(now_s)), expected);
}

fn tally(due: u64, queued: u64, taken: u64, good: u64, bad: u64) -> Tally {
    Tally { due, queued, taken, open: queued + taken, good, bad, ..Tally::default() }
}

#[test]
fn the_first_ring_begins_with_the_rollout_and_is_given_the_work() {
    check(vec![ring(tally(5, 0, 0, 0, 0))], -1, &[]);
    check(vec![ring(tally(5, 0, 0, 0, 0))], 0, &[Step::Start(0)]);
    check(vec![running(tally(5, 0, 0, 0, 0))], 0, &[Step::Give(0)]);
    check(vec![running(tally(0, 5, 0, 0, 0)), ring(tally(5, 0, 0, 0, 0))], 0, &[]);
}

#[test]
fn a_ring_is_good_when_enough_went_well_and_only_endpoints_that_are_off_are_missing() {
    check(vec![running(tally(0, 1, 0, 4, 0))], 0, &[Step::Good(0)]);
    check(vec![running(tally(0, 2, 0, 3, 0))], 0, &[]);
    check(vec![running(tally(0, 0, 1, 4, 0))], 0, &[]);
    check(vec![running(tally(0, 1, 0, 0, 0))], 0, &[]);
    check(vec![running(Tally { paused: 1, good: 9, ..Tally::default() })], 0, &[]);
}

#[test]
fn the_next_ring_waits_as_long_as_was_said_and_for_a_person_where_it_needs_one() {
    check(vec![good(100), ring(tally(5, 0, 0, 0, 0))], 159, &[]);
    check(vec![good(100), ring(tally(5, 0, 0, 0, 0))], 160, &[Step::Start(1)]);
    let needs = Ring { needs_go: true, ..ring(tally(5, 0, 0, 0, 0)) };
    check(vec![good(100), needs.clone()], 160, &[Step::Hold(1)]);
    let held = Ring { state: RingState::Held, ..needs };
    check(vec![good(100), held.clone()], 160, &[]);
    check(vec![good(100), Ring { gone: true, ..held }], 160, &[Step::Start(1)]);
}

#[test]
fn a_ring_that_fails_stops_the_rollout_even_when_it_was_good_before() {
    check(vec![running(tally(3, 0, 0, 4, 1)), ring(tally(5, 0, 0, 0, 0))], 0, &[Step::Stop(0)]);
    let late = Ring { tally: tally(0, 0, 0, 4, 1), ..good(0) };
    check(vec![late.clone(), running(tally(3, 0, 0, 0, 0))], 0, &[Step::Stop(0)]);
    check(vec![Ring { forgiven: 1, ..late }, running(tally(3, 0, 0, 0, 0))], 0, &[Step::Give(1)]);
    let some = Ring { most: Most::Percent(25), ..running(tally(0, 0, 0, 3, 1)) };
    check(vec![some.clone()], 0, &[Step::Good(0)]);
    check(vec![Ring { tally: tally(0, 0, 0, 2, 2), ..some }], 0, &[Step::Stop(0)]);
}

#[test]
fn a_ring_of_which_nothing_is_known_does_not_let_the_next_one_begin() {
    let nobody = running(Tally { other: 5, ..Tally::default() });
    check(vec![nobody, ring(tally(5, 0, 0, 0, 0))], 0, &[Step::Stop(0)]);
    check(vec![running(Tally::default())], 0, &[Step::Good(0)]);
}

#[test]
fn after_the_deadline_nothing_is_given_and_it_ends_when_what_is_under_way_has() {
    check(vec![running(tally(5, 0, 0, 3, 0))], 10_000, &[Step::Expire]);
    check(vec![good(0), running(tally(0, 0, 2, 3, 0))], 10_000, &[]);
    check(vec![good(0), running(tally(0, 0, 0, 3, 0))], 10_000, &[Step::Finish]);
}

#[test]
fn it_ends_when_the_last_endpoint_has_come_back() {
    check(vec![Ring { tally: tally(0, 1, 0, 4, 0), ..good(0) }], 100, &[]);
    check(vec![good(0)], 100, &[Step::Finish]);
}

#[test]
fn a_stopped_rollout_takes_back_what_has_not_begun_and_gives_nothing() {
    let of = |state, tally| {
        let rollout = Rollout {
            state,
            starts_at: Time::from_seconds(0),
            deadline: Time::from_seconds(10_000),
            rings: vec![running(tally)],
        };
        advance(&rollout, Time::from_seconds(1))
    };
    assert_eq!(of(RolloutState::Stopped, tally(5, 1, 1, 0, 1)), [Step::Withdraw]);
    assert_eq!(of(RolloutState::Stopped, Tally { open: 0, ..tally(5, 0, 1, 0, 1) }), []);
    assert_eq!(of(RolloutState::Stopped, tally(5, 0, 0, 0, 1)), [Step::Settle]);
    assert_eq!(of(RolloutState::Recalling, tally(5, 0, 0, 0, 1)), [Step::Withdraw]);
    assert_eq!(of(RolloutState::Recalling, tally(0, 0, 0, 0, 1)), [Step::Recalled]);
    assert_eq!(of(RolloutState::Recalled, tally(5, 1, 1, 0, 1)), []);
}

/// What an endpoint does in one round of the game.
#[derive(Debug, Clone, Copy)]
enum Does {
    Nothing,
    Takes,
    EndsWell,
    Fails,
}

fn does() -> impl Strategy<Value = Does> {
    prop_oneof![Just(Does::Nothing), Just(Does::Takes), Just(Does::EndsWell), Just(Does::Fails)]
}

proptest! {
    /// Whatever endpoints do: no ring begins before the one before it is good, a stopped rollout gives nothing, and no endpoint is given
    /// the work twice.
    #[test]
    fn rings_keep_their_order_whatever_endpoints_do(
        sizes in prop::collection::vec(0_u64..6, 1..5),
        most in 0_u64..3,
        rounds in prop::collection::vec((0_usize..5, does(), 0_i64..90), 1..200),
    ) {
        let rings = sizes.iter().map(|size| Ring { most: Most::Number(most), ..ring(tally(*size, 0, 0, 0, 0)) }).collect();
        let mut rollout = Rollout {
            state: RolloutState::Running,
            starts_at: Time::from_seconds(0),
            deadline: Time::from_seconds(5_000),
            rings,
        };
        let (mut now_s, mut given) = (0, 0);
        for (at, does, pass) in rounds {
            now_s += pass;
            let now = Time::from_seconds(now_s);
            for step in advance(&rollout, now) {
                if rollout.state == RolloutState::Stopped {
                    prop_assert!(matches!(step, Step::Withdraw | Step::Settle), "a stopped rollout does {:?}", step);
                    continue;
                }
                match step {
                    Step::Start(at) => {
                        prop_assert!(rollout.rings[..at].iter().all(|ring| ring.state == RingState::Good));
                        rollout.rings[at].state = RingState::Running;
                    }
                    Step::Give(at) => {
                        prop_assert!(now < rollout.deadline);
                        let tally = &mut rollout.rings[at].tally;
                        given += tally.due;
                        tally.queued += tally.due;
                        tally.due = 0;
                    }
                    Step::Good(at) => {
                        prop_assert!(!rollout.rings[at].fails());
                        rollout.rings[at].state = RingState::Good;
                        rollout.rings[at].good_at = Some(now);
                    }
                    Step::Stop(at) => {
                        rollout.rings[at].state = RingState::Stopped;
                        rollout.state = RolloutState::Stopped;
                    }
                    Step::Expire => for ring in &mut rollout.rings {
                        ring.tally.other += ring.tally.due;
                        ring.tally.due = 0;
                    },
                    Step::Finish => rollout.state = RolloutState::Done,
                    other => prop_assert!(false, "a running rollout has no {:?}", other),
                }
            }
            if let Some(ring) = rollout.rings.get_mut(at) {
                let tally = &mut ring.tally;
                match does {
                    Does::Takes if tally.queued > 0 => { tally.queued -= 1; tally.taken += 1; }
                    Does::EndsWell if tally.taken > 0 => { tally.taken -= 1; tally.good += 1; }
                    Does::Fails if tally.taken > 0 => { tally.taken -= 1; tally.bad += 1; }
                    _ => {}
                }
            }
        }
        prop_assert!(given <= sizes.iter().sum::<u64>());
    }
}
