//! Counts beside the rows say what the rows say: whatever was appended, given up, or taken away, and in tables of the first release.

use std::{sync::Arc, time::Duration};

use clickhouse::Client;
use uuid::Uuid;
use yagura_events::{
    Batch, Budget, EventStore as _, FacetField, KindFilter, Query, Removal, RemovalKind, Row, Unguarded,
};
use yagura_vocabulary::{Account, Event, Id, Lane, Level, Time};

use crate::{
    engine::{Engine, engine},
    rig::Rig,
};

/// 2026-11-23T00:00:00Z.
const BEGIN: i64 = 1_795_392_000;
/// The table as the first release made it.
const FIRST: &str = include_str!("../../golden/clickhouse-1.sql");

/// A day of an endpoint: 96 events, of two kinds, two levels and two accounts or none.
fn day(number: u128, day: u64) -> Batch {
    let begin = Time::from_seconds(BEGIN) + Duration::from_hours(24 * day);
    let row = |n: u64| {
        let kind = if n.is_multiple_of(2) { "web.view" } else { "file.open" };
        let mut event = Event::new(begin + Duration::from_mins(15 * n), "operation_log", kind);
        event.level = if n.is_multiple_of(5) { Level::Alarm } else { Level::Recorded };
        let account = |name: &str| Account { name: name.to_owned(), id: "1".to_owned() };
        event.account = [Some(account("Tanaka")), Some(account("佐藤")), None][usize::try_from(n % 3).unwrap()].clone();
        Row { seq: 96 * day + n + 1, person: None, event }
    };
    Batch {
        endpoint: Id::from_uuid(Uuid::from_u128(number)),
        epoch: Uuid::from_u128(1),
        lane: Lane::Operation,
        first: 96 * day + 1,
        last: 96 * day + 96,
        sha256: [u8::try_from(day).unwrap(); 32],
        received_at: begin + Duration::from_hours(24),
        rows: (0..96).map(row).collect(),
    }
}

async fn fill(rig: &Rig) {
    for n in 0..3 {
        for number in 1..=2 {
            rig.store.append(vec![day(number, n)]).await.unwrap();
        }
    }
}

/// What counts and what rows say, each as (level, kind) to numbers by hour, and values by field: they are the same.
async fn check(rig: &Rig, expected: u64) {
    let hours: Vec<_> = (0..=72).map(|n| Time::from_seconds(BEGIN + 3600 * n)).collect();
    let begin = Time::from_seconds(BEGIN);
    let questions = [
        Query::new(),
        Query { account: Some("tanaka".to_owned()), ..Query::new() },
        Query { kinds: vec![KindFilter::parse("web.*")], levels: vec![Level::Alarm], ..Query::new() },
        Query { endpoints: Some(vec![Id::from_uuid(Uuid::from_u128(2))]), ..Query::new() },
        Query {
            since: Some(begin + Duration::from_mins(100)),
            until: Some(begin + Duration::from_mins(3000)),
            ..Query::new()
        },
    ];
    let fields = [FacetField::Kind, FacetField::Level, FacetField::Account, FacetField::Endpoint];
    for (n, query) in questions.into_iter().enumerate() {
        // A condition that every row meets, and that counts do not know.
        let by_rows = Query { feature: Some("operation_log".to_owned()), ..query.clone() };
        let told = rig.store.histogram(&query, &hours, Budget::UNLIMITED).await.unwrap();
        let read = rig.store.histogram(&by_rows, &hours, Budget::UNLIMITED).await.unwrap();
        assert_eq!(told.buckets, read.buckets, "{query:?}");
        let sum: u64 =
            told.buckets.iter().map(|bucket| bucket.of_level(Level::Recorded) + bucket.of_level(Level::Alarm)).sum();
        assert!(n > 0 || sum == expected, "{sum} of {expected}");
        let told = rig.store.facets(&query, &fields, 10, Budget::UNLIMITED).await.unwrap();
        let read = rig.store.facets(&by_rows, &fields, 10, Budget::UNLIMITED).await.unwrap();
        assert_eq!((told.facets, told.covered.down_to), (read.facets, None), "{query:?}");
    }
}

fn client(engine: &Engine, rig: &Rig) -> Client {
    Client::default().with_url(&engine.url).with_database(&rig.options.database)
}

/// How many rows the counts have: `None` where the engine does not find a way to use them.
async fn counted(engine: &Engine, rig: &Rig) -> Option<u64> {
    let sql = "SELECT sum(found) FROM (SELECT hour, count() AS found FROM events WHERE intDiv(position, 1048576) < 9 GROUP BY hour)";
    let query = client(engine, rig).query(sql).with_setting("force_optimize_projection", "1");
    query.fetch_one().await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_say_what_rows_say_on_both_sides_of_a_block() {
    let Some(engine) = engine() else { return };
    let rig = Rig::at(&engine.url).await;
    fill(&rig).await;
    check(&rig, 576).await;
    assert_eq!(counted(engine, &rig).await, Some(576), "the engine answers from the counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_away_goes_from_the_counts_as_well() {
    let Some(engine) = engine() else { return };
    let rig = Rig::at(&engine.url).await;
    fill(&rig).await;
    let held = Query { endpoints: Some(vec![Id::from_uuid(Uuid::from_u128(2))]), ..Query::new() };
    let removal = Removal {
        kind: RemovalKind::Retain,
        remove: vec![Query { until: Some(Time::from_seconds(BEGIN + 36 * 3600)), ..Query::new() }],
        hold: vec![held],
        actor: "admin".to_owned(),
        reason: "kept for a day".to_owned(),
    };
    let removed = rig.store.remove(&removal, Arc::new(Unguarded)).await.unwrap();
    assert_eq!((removed.rows, removed.held), (144, 144));
    check(&rig, 432).await;
    assert_eq!(counted(engine, &rig).await, Some(432));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_at_void_positions_are_not_counted() {
    let Some(engine) = engine() else { return };
    let rig = Rig::at(&engine.url).await;
    fill(&rig).await;
    // Ten rows of the first block, as an insert leaves them that arrives after it was given up.
    let mut tx = rig.db.write().await.unwrap();
    sqlx::query("INSERT INTO events_void (first_position, last_position, voided_at) VALUES (1048560, 1048569, 9000000000000000)")
        .execute(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    check(&rig, 566).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_the_first_release_get_their_counts_and_keep_their_rows() {
    let Some(engine) = engine() else { return };
    let (source, mut rig) = (Rig::at(&engine.url).await, Rig::at(&engine.url).await);
    fill(&source).await;
    rig.store.close().await;
    let old = client(engine, &rig);
    let run = async |sql: &str| old.query_raw(sql).execute().await.unwrap();
    run("DROP TABLE events").await;
    run("DROP TABLE events_version").await;
    run(FIRST.trim().trim_end_matches(';')).await;
    run(&format!("INSERT INTO events SELECT * FROM {}.events", source.options.database)).await;
    assert_eq!(counted(engine, &rig).await, None);
    // Once as it should be, and once more as after a crash that came before the step was noted.
    for _ in 0..2 {
        rig.opens_again().await;
        check(&rig, 576).await;
        let version: u32 = old.query("SELECT max(version) FROM events_version").fetch_one().await.unwrap();
        assert_eq!(version, 2);
        run("ALTER TABLE events_version DELETE WHERE 1 SETTINGS mutations_sync = 2").await;
    }
    run("ALTER TABLE events MATERIALIZE PROJECTION counts SETTINGS mutations_sync = 2").await;
    assert_eq!(counted(engine, &rig).await, Some(576));
    rig.store.append(vec![day(3, 0)]).await.unwrap();
    check(&rig, 672).await;
}
