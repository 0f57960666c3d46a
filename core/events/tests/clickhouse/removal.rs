//! What is taken away is gone for good, and nothing else; what is held stays; who wanted it is written down.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use uuid::Uuid;
use yagura_events::{
    Batch, EventStore as _, FeedCursor, Guard, KindFilter, Order, Outcome, Permit, Query, Removal, RemovalKind, Row,
    StoreError, Unguarded,
};
use yagura_search_language::{Clock, Names, TimeZone, compile, parse};
use yagura_vocabulary::{Event, Id, Lane, StoredEvent, Time};

use crate::{engine::engine, rig::Rig};

const BEGIN: i64 = 1_795_392_000;

/// Twelve events of endpoint `number` on day `day`: every other is a `web.view`, every third is Tanaka's (person 7).
fn rows(number: u128, day: u64) -> Batch {
    let begin = Time::from_seconds(BEGIN) + Duration::from_hours(24 * day);
    let first = day * 12 + 1;
    let row = |n: u64| {
        let kind = if n.is_multiple_of(2) { "web.view" } else { "file.open" };
        let mut event = Event::new(begin + Duration::from_mins(n), "operation_log", kind);
        event.subject = Some(format!("見積 {n}"));
        let person = n.is_multiple_of(3).then(|| Id::from_uuid(Uuid::from_u128(7)));
        Row { seq: first + n, person, event }
    };
    Batch {
        endpoint: Id::from_uuid(Uuid::from_u128(number)),
        epoch: Uuid::from_u128(1),
        lane: Lane::Operation,
        first,
        last: first + 11,
        sha256: [u8::try_from(day).unwrap(); 32],
        received_at: begin + Duration::from_hours(1),
        rows: (0..12).map(row).collect(),
    }
}

fn removal(remove: Vec<Query>, hold: Vec<Query>) -> Removal {
    let (actor, reason) = ("admin@example.jp".to_owned(), "kept for a year".to_owned());
    Removal { kind: RemovalKind::Retain, remove, hold, actor, reason }
}

fn until(day: u64) -> Query {
    let until = Some(Time::from_seconds(BEGIN) + Duration::from_hours(24 * day));
    Query { until, order: Order::Received, ..Query::new() }
}

async fn everything(rig: &Rig) -> Vec<StoredEvent> {
    rig.store.feed(FeedCursor::START, 1000).await.unwrap().items.into_iter().map(|item| item.event).collect()
}

/// What a removal would do is what it does, and no more.
async fn check(removal: Removal, (rows_gone, held): (u64, u64), goes: impl Fn(&StoredEvent) -> bool) {
    let Some(engine) = engine() else { return };
    let mut rig = Rig::at(&engine.url).await;
    for day in 0..4 {
        for number in 1..=3 {
            let outcome = rig.store.append(vec![rows(number, day)]).await.unwrap();
            assert_eq!(outcome, [Outcome::Stored { rows: 12 }]);
        }
    }
    let before = everything(&rig).await;
    let preview = rig.store.preview_removal(&removal).await.unwrap();
    assert_eq!(everything(&rig).await, before, "a preview takes nothing away");
    let removed = rig.store.remove(&removal, Arc::new(Unguarded)).await.unwrap();
    assert_eq!((removed.rows, removed.held), (preview.rows, preview.held));
    assert_eq!((removed.rows, removed.held), (rows_gone, held));
    let left: Vec<_> = before.into_iter().filter(|event| !goes(event)).collect();
    for _ in 0..2 {
        assert_eq!(everything(&rig).await, left);
        rig.opens_again().await;
    }
    let once_more = rig.store.remove(&removal, Arc::new(Unguarded)).await.unwrap();
    assert_eq!((once_more.rows, once_more.held), (0, held), "there is nothing left of it");
    // What was erased does not come back when it is sent again.
    assert_eq!(rig.store.append(vec![rows(1, 3)]).await.unwrap(), [Outcome::AlreadyStored]);
    let written: Vec<(String, String, String, i64, i64)> = sqlx::query_as(
        "SELECT kind, actor, reason, removed, held FROM events_removal WHERE ended_at IS NOT NULL ORDER BY begun_at, ended_at",
    )
    .fetch_all(rig.db.read())
    .await
    .unwrap();
    let (kind, actor, reason, removed, held_then) = &written[0];
    assert_eq!((&**kind, &**actor, &**reason), ("retain", "admin@example.jp", "kept for a year"));
    assert_eq!((removed.unsigned_abs(), held_then.unsigned_abs()), (rows_gone, held));
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_are_kept_for_different_times() {
    let web = Query { kinds: vec![KindFilter::parse("web.*")], ..until(3) };
    let (first, third) = (until(1).until.unwrap(), until(3).until.unwrap());
    let goes = move |event: &StoredEvent| {
        event.received_at < first || (event.received_at < third && event.event.kind == "web.view")
    };
    check(removal(vec![until(1), web], vec![]), (72, 0), goes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_stays_however_old_it_is() {
    let endpoint = rows(2, 0).endpoint;
    let hold = Query { endpoints: Some(vec![endpoint]), ..Query::new() };
    let limit = until(2).until.unwrap();
    let goes = move |event: &StoredEvent| event.received_at < limit && event.endpoint != endpoint;
    check(removal(vec![until(2)], vec![hold]), (48, 24), goes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_s_events_do_not_go_with_a_person_s() {
    // Most events have no person, which in SQL is neither equal nor unequal to one.
    let person = Id::from_uuid(Uuid::from_u128(7));
    let hold = Query { person: Some(person), ..Query::new() };
    let goes = move |event: &StoredEvent| event.person != Some(person);
    check(removal(vec![Query::new()], vec![hold]), (96, 48), goes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_language_can_say_is_removed_event_by_event() {
    let clock = Clock { now: Time::from_seconds(BEGIN), zone: TimeZone::UTC };
    let expr = compile(&parse("file:見積* -kind:web").unwrap(), &clock, &Names::default()).unwrap();
    let asked = Query::new().ask(expr);
    let goes = |event: &StoredEvent| event.event.kind == "file.open";
    check(removal(vec![asked], vec![]), (72, 0), goes).await;
}

/// Whoever decides has decided otherwise meanwhile.
struct Closed;

#[async_trait]
impl Guard for Closed {
    async fn permit(&self) -> Result<Box<dyn Permit>, StoreError> {
        Err(StoreError::Outdated("a hold was made"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_away_without_being_allowed_to() {
    let Some(engine) = engine() else { return };
    let rig = Rig::at(&engine.url).await;
    rig.store.append(vec![rows(1, 0)]).await.unwrap();
    let before = everything(&rig).await;
    let clock = Clock { now: Time::from_seconds(BEGIN), zone: TimeZone::UTC };
    let expr = compile(&parse("file:見積*").unwrap(), &clock, &Names::default()).unwrap();
    // What SQL can say, and what is removed event by event.
    for query in [until(9), Query::new().ask(expr)] {
        let refused = rig.store.remove(&removal(vec![query], vec![]), Arc::new(Closed)).await;
        assert!(matches!(refused, Err(StoreError::Outdated(_))), "{refused:?}");
        assert_eq!(everything(&rig).await, before);
    }
    // Where there is nothing to take, nobody is asked.
    rig.store.remove(&removal(vec![until(0)], vec![]), Arc::new(Closed)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_says_how_it_grows() {
    let Some(engine) = engine() else { return };
    let rig = Rig::at(&engine.url).await;
    assert_eq!(rig.store.forecast().await.unwrap().days, 0, "an empty store does not grow");
    // Three days that are over, and one that is not.
    let today = yagura_vocabulary::Clock::now(&yagura_vocabulary::SystemClock).micros().div_euclid(86_400_000_000);
    for day in 0..4_u64 {
        let mut batch = rows(1, day);
        batch.received_at = Time::from_micros((today - 3 + i64::try_from(day).unwrap()) * 86_400_000_000);
        rig.store.append(vec![batch]).await.unwrap();
    }
    let forecast = rig.store.forecast().await.unwrap();
    assert_eq!((forecast.rows_per_day, forecast.days), (12, 3));
    assert!(forecast.bytes_per_day > 0 && forecast.days_left.is_some(), "{forecast:?}");
    let health = rig.store.health().await;
    assert_eq!((health.rows, health.streams, health.accepting), (48, 1, true));
    assert!(health.bytes > 0 && health.free_disk_bytes.is_some());
}
