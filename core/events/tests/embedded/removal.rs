//! What is taken away is gone for good, and nothing else; what is held stays; every removal is in the journal.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;
use yagura_events::{Batch, EventStore, KindFilter, Order, Outcome, Query, Removal, RemovalKind, Removed, Unguarded};
use yagura_vocabulary::{Id, Time, id::Person};

use crate::rig::{Rig, Settle, Stop, batch, store};

fn person(number: u128) -> Id<Person> {
    Id::from_uuid(Uuid::from_u128(number))
}

/// Rows of endpoint `number` on day `day`: every other is a `web.view`, every third is Tanaka's (person 7).
pub(crate) fn rows(number: u128, day: u64) -> Batch {
    let mut batch = batch(number, day * 12 + 1, day * 12 + 12);
    let begin = Time::from_seconds(1_795_392_000) + Duration::from_hours(24 * day);
    batch.received_at = begin + Duration::from_hours(1);
    for (n, row) in batch.rows.iter_mut().enumerate() {
        row.event.occurred_at = begin + Duration::from_mins(n as u64);
        if n % 2 == 0 {
            row.event.kind = "web.view".to_owned();
        }
        row.person = (n % 3 == 0).then(|| person(7));
    }
    batch
}

pub(crate) fn until(day: u64) -> Query {
    let until = Some(Time::from_seconds(1_795_392_000) + Duration::from_hours(24 * day));
    Query { until, order: Order::Received, ..Query::new() }
}

pub(crate) fn retain(remove: Vec<Query>, hold: Vec<Query>) -> Removal {
    let (actor, reason) = ("admin@example.jp".to_owned(), "kept for a year".to_owned());
    Removal { kind: RemovalKind::Retain, remove, hold, actor, reason }
}

/// Three endpoints over four days, 144 events, in segments or in day files.
pub(crate) async fn filled(settle: Settle) -> Rig {
    let sealed = |options: &mut yagura_events::Options| {
        options.merge_fan_in = 100;
        options.seal = Some(Arc::new(crate::journal::Key::new(1)));
    };
    let rig = Rig::new(Stop::Kill, settle, sealed).await;
    for day in 0..4 {
        for number in 1..=3 {
            store(&rig.store, rows(number, day)).await;
        }
        rig.store.flush().await.unwrap();
    }
    if settle == Settle::DayFiles {
        rig.store.compact().await.unwrap();
    }
    rig
}

/// What a removal would do is what it does, however the events lie, and it stays done.
async fn check(removal: Removal, expected: Removed, goes: impl Fn(&yagura_vocabulary::StoredEvent) -> bool) {
    for settle in [Settle::Segments, Settle::DayFiles] {
        let mut rig = filled(settle).await;
        let before = rig.all().await;
        let preview = rig.store.preview_removal(&removal).await.unwrap();
        assert_eq!(rig.all().await, before, "a preview takes nothing away");
        let removed = rig.store.remove(&removal, Arc::new(Unguarded)).await.unwrap();
        // Days that are over may have become day files meanwhile.
        let without_bytes = |removed| Removed { bytes: 0, ..removed };
        assert_eq!(without_bytes(removed), without_bytes(preview));
        assert_eq!(without_bytes(removed), expected, "{settle:?}");
        assert_eq!(removed.bytes > 0, expected.rows > 0);
        let left: Vec<_> = before.into_iter().filter(|event| !goes(event)).collect();
        for again in 0..2 {
            assert_eq!(rig.all().await, left, "{settle:?}, start {again}");
            assert_eq!(rig.store.health().await.damage, Vec::<String>::new());
            rig.restart_after(|_| {}).await;
        }
        let once_more = rig.store.remove(&removal, Arc::new(Unguarded)).await.unwrap();
        assert_eq!((once_more.rows, once_more.held), (0, expected.held), "there is nothing left of it");
        // What was erased does not come back when it is sent again.
        let outcome = rig.store.append(vec![rows(1, 3)]).await.unwrap();
        assert_eq!(outcome, [Outcome::AlreadyStored]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_are_too_old_are_dropped_whole() {
    let expected = Removed { rows: 72, dropped: 2, ..Removed::default() };
    let limit = until(2).until.unwrap();
    check(retain(vec![until(2)], vec![]), expected, |event| event.received_at < limit).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_are_kept_for_different_times() {
    let web = Query { kinds: vec![KindFilter::parse("web.*")], ..until(3) };
    let expected = Removed { rows: 36 + 36, dropped: 1, rewritten: 2, ..Removed::default() };
    let (first, third) = (until(1).until.unwrap(), until(3).until.unwrap());
    let goes = move |event: &yagura_vocabulary::StoredEvent| {
        event.received_at < first || (event.received_at < third && event.event.kind == "web.view")
    };
    check(retain(vec![until(1), web], vec![]), expected, goes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_stays_however_old_it_is() {
    let endpoint = batch(2, 1, 1).endpoint;
    let hold = Query { endpoints: Some(vec![endpoint]), ..Query::new() };
    let expected = Removed { rows: 48, held: 24, rewritten: 2, ..Removed::default() };
    let limit = until(2).until.unwrap();
    let goes = move |event: &yagura_vocabulary::StoredEvent| event.received_at < limit && event.endpoint != endpoint;
    check(retain(vec![until(2)], vec![hold]), expected, goes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_s_events_are_erased_and_nobody_else_s() {
    let removal = Removal {
        kind: RemovalKind::Erase,
        remove: vec![Query { person: Some(person(7)), ..Query::new() }],
        hold: vec![],
        actor: "officer".to_owned(),
        reason: "request of 2026-11-20".to_owned(),
    };
    let expected = Removed { rows: 48, rewritten: 4, ..Removed::default() };
    check(removal, expected, |event| event.person == Some(person(7))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_touches_no_file() {
    let remove = vec![Query { person: Some(person(8)), ..Query::new() }];
    check(retain(remove, vec![]), Removed::default(), |_| false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_is_in_the_journal_with_who_wanted_it_and_why() {
    let rig = filled(Settle::DayFiles).await;
    let before = rig.store.journal_head().await.unwrap().number;
    rig.store.remove(&retain(vec![until(1)], vec![]), Arc::new(Unguarded)).await.unwrap();
    let journal = rig.store.journal(before, 10).await.unwrap();
    assert_eq!(journal.len(), 1);
    let manifest = &journal[0].manifest;
    assert_eq!(
        (&*manifest.action, &*manifest.actor, &*manifest.reason),
        ("retain", "admin@example.jp", "kept for a year")
    );
    assert_eq!((manifest.taken.len(), manifest.put.len()), (3, 0), "the file and the two beside it");
}
