//! A store of each released layout, which today's code must read.

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;
use yagura_events::{
    Budget, Embedded, EventStore, FacetField, FeedCursor, Outcome, Query,
    embedded::{Expected, verify},
};
use yagura_vocabulary::{Account, Event, Id, Level, StoredEvent, Time};

use crate::rig::{Rig, batch, options};

const EVENTS: &str = "events.jsonl";

pub(crate) fn golden(layout: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(layout)
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(drop).unwrap() }
    }
}

async fn stored(store: &Embedded) -> Vec<StoredEvent> {
    let page = store.feed(FeedCursor::START, 1000).await.unwrap();
    page.items.into_iter().map(|item| item.event).collect()
}

/// A copy of a golden store, opened and compared with what is known to be in it.
async fn check(layout: &str) -> (TempDir, Embedded) {
    let dir = tempfile::tempdir().unwrap();
    copy(&golden(layout), dir.path());
    let expected = fs::read_to_string(dir.path().join(EVENTS)).unwrap();
    let expected: Vec<StoredEvent> = expected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let store = Embedded::open(options(dir.path())).await.unwrap();
    assert_eq!(stored(&store).await, expected);
    assert_eq!(store.health().await.damage, Vec::<String>::new());
    let outcome = store.append(vec![batch(1, 3, 4), batch(1, 5, 5)]).await.unwrap();
    assert_eq!(outcome, [Outcome::AlreadyStored, Outcome::Stored { rows: 1 }]);
    let found = store.search(&Query { text: Some("金型".to_owned()), ..Query::new() }).await.unwrap();
    assert_eq!(found.items, expected[..1]);
    (dir, store)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_layout_1_is_read_and_goes_on() {
    let (_dir, store) = check("v1").await;
    store.compact().await.unwrap();
    assert_eq!(stored(&store).await.len(), 6);
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_a_day_file_an_index_counts_and_a_journal_is_read_and_goes_on() {
    let (dir, store) = check("v2").await;
    let query = Query { until: Some(Time::from_micros(1_795_392_001_000_000)), ..Query::new() };
    let kind = store.facets(&query, &[FacetField::Kind], 5, Budget::UNLIMITED).await.unwrap();
    assert_eq!(kind.facets[0].values, [("file.copy".to_owned(), 1)]);
    let hour = Time::from_seconds(1_795_392_000);
    let day = [hour, hour + std::time::Duration::from_hours(1)];
    store.flush().await.unwrap();
    let histogram = store.histogram(&Query::new(), &day, Budget::UNLIMITED).await.unwrap();
    assert_eq!((histogram.buckets[0].total(), histogram.covered.rows), (6, 0), "the counts are read");
    store.close().await.unwrap();
    let found = verify(dir.path(), &Expected::default(), &mut |_, _| ControlFlow::Continue(())).await.unwrap();
    assert_eq!(found.faults, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_keeps_the_time_since_start_as_a_difference_is_read_and_goes_on() {
    let (_dir, store) = check("v3").await;
    store.compact().await.unwrap();
    let kept: Vec<_> = stored(&store).await.into_iter().filter_map(|stored| stored.event.mono_ns).collect();
    assert_eq!(kept, [u64::MAX]);
    store.close().await.unwrap();
}

fn full_event() -> Event {
    let guid = |n| Some(Uuid::from_u128(n));
    let text = |text: &str| Some(text.to_owned());
    Event {
        boot_id: guid(11),
        mono_ns: Some(u64::MAX),
        level: Level::Prohibited,
        rule: text("no-usb"),
        class: text("removable_write"),
        account: Some(Account { name: r"EXAMPLE\佐藤".into(), id: "S-1-5-21-7".into() }),
        logon_session: text("3"),
        process_guid: guid(12),
        pid: Some(u32::MAX),
        image: text(r"C:\Windows\explorer.exe"),
        command_line: text("explorer.exe /e"),
        parent_guid: guid(13),
        parent_image: text(r"C:\Windows\userinit.exe"),
        hash_sha256: Some("ab".repeat(32)),
        signer: text("Example Corp"),
        subject: text(r"E:\金型.xlsx"),
        target: text(r"\\fs01\share\金型.xlsx"),
        remote_ip: text("192.0.2.7"),
        remote_port: Some(u16::MAX),
        remote_host: text("fs01.example"),
        device_serial: text("4C530001"),
        bytes: Some(u64::MAX),
        count: Some(2),
        inferred: true,
        truncated: true,
        body: json!({"nested": {"f": 0.1, "list": [1, null, "x"]}}).as_object().cloned().unwrap_or_default(),
        ..Event::new(Time::from_micros(1_795_392_000_123_456), "device_control", "file.copy")
    }
}

/// Run by hand when a layout is released: `cargo test -p yagura-events -- --ignored golden`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes the golden store anew, which only a new layout needs"]
async fn write_the_golden_store() {
    let mut rig = Rig::plain().await;
    let mut first = batch(1, 1, 2);
    first.rows[0].event = full_event();
    first.rows[0].person = Some(Id::from_uuid(Uuid::from_u128(99)));
    rig.store.append(vec![first]).await.unwrap();
    rig.store.compact().await.unwrap();
    rig.store.append(vec![batch(1, 3, 4)]).await.unwrap();
    rig.store.flush().await.unwrap();
    // This stays in the log.
    rig.store.append(vec![batch(2, 1, 1)]).await.unwrap();
    let events = stored(&rig.store).await;
    let lines: String = events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect();
    let to = golden("v3");
    rig.restart_after(|dir| copy(dir, &to)).await;
    fs::remove_file(to.join("lock")).unwrap();
    fs::write(to.join(EVENTS), lines).unwrap();
}
