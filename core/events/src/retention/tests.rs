//! Rules, places and times, as a table.

use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;
use yagura_vocabulary::{Event, Id, Lane, StoredEvent, Time, id::GroupId};

use super::{LONGEST_DAYS, Place, Policy, Rule, due, shortens};
use crate::{Query, matcher::Matcher, retention::USUAL_DAYS};

const KINDS: [&str; 4] = ["process.start", "process.end", "web.view", "file.open"];

fn group(number: u128) -> GroupId {
    Id::from_uuid(Uuid::from_u128(number))
}

/// The organisation (1), with sales (2), of which the east (3) is a part, and finance (4).
fn chain(of: u128) -> Vec<GroupId> {
    let numbers: &[u128] = match of {
        1 => &[1],
        2 => &[2, 1],
        3 => &[3, 2, 1],
        4 => &[4, 1],
        _ => &[],
    };
    numbers.iter().copied().map(group).collect()
}

fn places() -> Vec<Place> {
    (1..=4).map(|of| Place { endpoint: Id::from_uuid(Uuid::from_u128(100 + of)), groups: chain(of) }).collect()
}

fn policy(rules: &[(Option<&str>, u128, u32)]) -> Policy {
    let rule = |(kind, of, days): &(Option<&str>, u128, u32)| Rule {
        kind: kind.map(str::to_owned),
        group: (*of > 0).then(|| group(*of)),
        days: (*days > 0).then_some(*days),
    };
    Policy { rules: rules.iter().map(rule).collect() }
}

/// Whether an event of this kind and age goes, from the endpoint in group `of` (0: an endpoint that nobody knows).
fn goes(policy: &Policy, of: u128, kind: &str, days: u64) -> bool {
    let now = Time::from_seconds(1_900_000_000);
    let received_at = now - Duration::from_secs(days * 86_400);
    let stored = StoredEvent {
        id: Id::from_uuid(Uuid::nil()),
        endpoint: Id::from_uuid(Uuid::from_u128(100 + of)),
        person: None,
        epoch: Uuid::nil(),
        lane: Lane::Operation,
        seq: 1,
        received_at,
        event: Event::new(received_at, "test", kind),
    };
    let finds = |query: &Query| {
        query.until.is_none_or(|until| stored.received_at < until)
            && Matcher::new(query).matches(&stored, &mut String::new())
    };
    due(policy, &places(), now).unwrap().iter().any(finds)
}

/// What is kept for `days`: it stays on its last day and goes on the next.
#[track_caller]
fn check(policy: &Policy, of: u128, kind: &str, days: u64) {
    assert!(!goes(policy, of, kind, days), "{kind} in {of} is kept for {days} days");
    assert!(goes(policy, of, kind, days + 1), "{kind} in {of} goes after {days} days");
}

#[test]
fn without_a_decision_everything_is_kept_for_a_year() {
    for of in 0..=4 {
        check(&Policy::default(), of, "process.start", u64::from(USUAL_DAYS));
    }
}

#[test]
fn a_kind_goes_before_its_family_and_that_before_all_kinds() {
    let policy = policy(&[(None, 0, 365), (Some("process.*"), 0, 90), (Some("process.start"), 0, 1825)]);
    check(&policy, 1, "process.start", 1825);
    check(&policy, 1, "process.end", 90);
    check(&policy, 1, "web.view", 365);
}

#[test]
fn the_nearest_group_goes_before_a_nearer_kind() {
    let policy = policy(&[(None, 0, 365), (Some("process.*"), 0, 90), (None, 2, 1825), (Some("web.*"), 3, 30)]);
    check(&policy, 1, "process.start", 90);
    check(&policy, 2, "process.start", 1825);
    check(&policy, 3, "process.start", 1825);
    check(&policy, 3, "web.view", 30);
    check(&policy, 2, "web.view", 1825);
    check(&policy, 4, "web.view", 365);
    check(&policy, 0, "process.end", 90);
}

#[test]
fn what_is_kept_for_ever_never_goes() {
    let policy = policy(&[(None, 0, 30), (Some("file.*"), 4, 0)]);
    assert!(!goes(&policy, 4, "file.open", 36_500));
    check(&policy, 4, "web.view", 30);
    check(&policy, 1, "file.open", 30);
}

#[test]
fn the_usual_policy_asks_one_question_that_takes_whole_files() {
    let queries = due(&Policy::default(), &places(), Time::from_seconds(1_900_000_000)).unwrap();
    assert_eq!(queries.len(), 1);
    assert!(queries[0].asked.is_none() && queries[0].kinds.is_empty() && queries[0].endpoints.is_none());
}

#[test]
fn a_policy_that_makes_no_sense_says_where() {
    let faults = |rules: &[_]| policy(rules).faults().into_iter().map(|f| (f.pointer, f.code)).collect::<Vec<_>>();
    let at = |pointer: &str, code| vec![(pointer.to_owned(), code)];
    assert_eq!(faults(&[(None, 0, 365)]), []);
    assert_eq!(faults(&[(Some("process.*"), 0, 365)]), at("/rules", "required"));
    assert_eq!(faults(&[(None, 0, 365), (None, 0, 30)]), at("/rules/1", "taken"));
    assert_eq!(faults(&[(None, 0, LONGEST_DAYS + 1)]), at("/rules/0/days", "out_of_range"));
    for kind in ["process", "*", ".*", "process.st*", "process start", "a\" -kind:x"] {
        assert_eq!(faults(&[(None, 0, 365), (Some(kind), 0, 30)]), at("/rules/1/kind", "unknown"), "{kind}");
    }
}

#[test]
fn only_what_goes_earlier_has_to_wait() {
    let before = policy(&[(None, 0, 365), (Some("process.*"), 2, 90)]);
    let chains: Vec<_> = (1..=4).map(chain).collect();
    let shorter = |rules: &[_]| shortens(&before, &policy(rules), &chains);
    assert!(!shorter(&[(None, 0, 365), (Some("process.*"), 2, 90)]));
    assert!(!shorter(&[(None, 0, 366), (Some("process.*"), 2, 0)]));
    assert!(!shorter(&[(None, 0, 365)]), "the rule that was taken away was the shorter one");
    assert!(shorter(&[(None, 0, 364), (Some("process.*"), 2, 90)]));
    assert!(shorter(&[(None, 0, 365), (Some("process.start"), 2, 30), (Some("process.*"), 2, 90)]));
    assert!(shorter(&[(None, 0, 365), (Some("process.*"), 2, 90), (None, 3, 30)]));
    // The nearer group now answers, with a longer time for most, but a shorter one for nobody.
    assert!(!shorter(&[(None, 0, 365), (Some("process.*"), 2, 90), (None, 3, 365)]));
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let kind = prop_oneof![
        Just(None),
        Just(Some("process.*")),
        Just(Some("process.start")),
        Just(Some("web.*")),
        Just(Some("file.open")),
    ];
    let days = prop_oneof![Just(0), 1..8_u32];
    let more = prop::collection::vec((kind, 0..=4_u128, days), 0..8);
    (more, 1..8_u32).prop_map(|(mut rules, days)| {
        rules.insert(0, (None, 0, days));
        let mut policy = policy(&rules);
        let mut seen = Vec::new();
        policy.rules.retain(|rule| {
            let key = (rule.kind.clone(), rule.group);
            let new = !seen.contains(&key);
            seen.push(key);
            new
        });
        policy
    })
}

proptest! {
    #[test]
    fn an_event_goes_exactly_when_the_rule_that_answers_says_so(policy in any_policy(), of in 0..=4_u128, kind in 0..4_usize, age in 0..10_u64) {
        let rule = policy.answer(&chain(of), KINDS[kind]).unwrap();
        let expected = rule.days.is_some_and(|days| age > u64::from(days));
        prop_assert_eq!(goes(&policy, of, KINDS[kind], age), expected, "{:?}", rule);
    }

    #[test]
    fn a_change_that_does_not_shorten_takes_nothing_more(before in any_policy(), after in any_policy(), of in 0..=4_u128, kind in 0..4_usize, age in 0..10_u64) {
        let chains: Vec<_> = (1..=4).map(chain).collect();
        let more = goes(&after, of, KINDS[kind], age) && !goes(&before, of, KINDS[kind], age);
        prop_assert!(shortens(&before, &after, &chains) || !more);
    }
}
