//! Day files: what lies there, what a question reads of them, and what happens when something beside them is spoilt.

use std::{fs, ops::Range, path::PathBuf, sync::Arc, time::Duration};

use yagura_events::{Batch, Budget, Embedded, EventStore, FacetField, FeedCursor, Query};
use yagura_vocabulary::{StoredEvent, Time};

use crate::rig::{Rig, Sender, Settle, Stop, batch, store};

const RARE: &str = "極秘鳳凰計画";
const ROWS: u64 = 20_000;

fn begin() -> Time {
    Time::from_seconds(1_795_392_000)
}

fn rows(number: u128, seqs: Range<u64>) -> Batch {
    let mut batch = batch(number, seqs.start, seqs.end - 1);
    for row in &mut batch.rows {
        row.event.occurred_at = begin() + Duration::from_secs(row.seq * 4);
    }
    batch
}

/// Two endpoints with 20,000 events each over a day, and one event with a rare word, in one day file.
async fn compacted() -> Rig {
    let rig = Rig::new(Stop::Close, Settle::DayFiles, |options| options.flush_rows = 5000).await;
    for seqs in (0..ROWS / 1000).map(|n| n * 1000 + 1..(n + 1) * 1000 + 1) {
        for number in [1, 2] {
            store(&rig.store, rows(number, seqs.clone())).await;
        }
    }
    let mut rare = rows(3, 1..2);
    rare.rows[0].event.target = Some(format!("x{RARE}.docx"));
    rare.rows[0].event.occurred_at = begin() + Duration::from_hours(9);
    store(&rig.store, rare).await;
    rig.store.compact().await.unwrap();
    assert_eq!(rig.store.health().await.segments, 1);
    rig
}

fn files(rig: &Rig, ending: &str) -> Vec<PathBuf> {
    let days = fs::read_dir(rig.dir.path().join("v1")).unwrap().map(|day| day.unwrap().path());
    let files = days.flat_map(|day| fs::read_dir(day).unwrap().map(|file| file.unwrap().path()));
    files.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
}

async fn rare(rig: &Rig) -> (Vec<StoredEvent>, u64) {
    let query = Query { text: Some("鳳凰".to_owned()), ..Query::new() };
    let facets = rig.store.facets(&query, &[FacetField::Image], 1, Budget::UNLIMITED).await.unwrap();
    (rig.store.search(&query).await.unwrap().items, facets.covered.rows)
}

async fn total(rig: &Rig, bounds: &[Time]) -> (u64, u64) {
    let histogram = rig.store.histogram(&Query::new(), bounds, Budget::UNLIMITED).await.unwrap();
    (histogram.buckets.iter().map(yagura_events::Bucket::total).sum(), histogram.covered.rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rare_word_reads_the_blocks_that_can_have_it_and_a_foreign_one_reads_nothing() {
    let rig = compacted().await;
    let (found, read) = rare(&rig).await;
    assert_eq!(found.len(), 1);
    assert!((1..=2048).contains(&read), "{read} rows were read");
    let query = Query { text: Some("麒麟閣".to_owned()), ..Query::new() };
    let facets = rig.store.facets(&query, &[FacetField::Image], 1, Budget::UNLIMITED).await.unwrap();
    assert_eq!(facets.covered.rows, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_reads_no_events() {
    let rig = compacted().await;
    let bounds: Vec<_> = (0..=24).map(|hour| begin() + Duration::from_hours(hour)).collect();
    assert_eq!(total(&rig, &bounds).await, (2 * ROWS + 1, 0));
    let halves: Vec<_> = (0..=48).map(|half| begin() + Duration::from_mins(half * 30)).collect();
    assert_eq!(total(&rig, &halves).await, (2 * ROWS + 1, 2 * ROWS + 1), "half hours have to be counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_of_one_endpoint_reads_a_few_pages() {
    let rig = compacted().await;
    let query = Query {
        endpoints: Some(vec![batch(2, 1, 1).endpoint]),
        since: Some(begin() + Duration::from_hours(5)),
        until: Some(begin() + Duration::from_hours(6)),
        ..Query::new()
    };
    let facets = rig.store.facets(&query, &[FacetField::Image], 1, Budget::UNLIMITED).await.unwrap();
    assert_eq!(facets.facets[0].without, 900);
    assert!(facets.covered.rows <= 3 * 2048, "{} rows were read", facets.covered.rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_files_beside_it_a_day_file_answers_the_same() {
    let spoilt: [fn(&PathBuf); 3] = [
        |path| fs::remove_file(path).unwrap(),
        |path| fs::write(path, "nonsense").unwrap(),
        |path| {
            let mut bytes = fs::read(path).unwrap();
            bytes.iter_mut().skip(20).step_by(7).for_each(|byte| *byte ^= 0x55);
            fs::write(path, bytes).unwrap();
        },
    ];
    let bounds = [begin(), begin() + Duration::from_hours(24)];
    for spoil in spoilt {
        let mut rig = compacted().await;
        let (found, _) = rare(&rig).await;
        let paths: Vec<_> = [files(&rig, "ngx"), files(&rig, "sum")].concat();
        assert_eq!(paths.len(), 2);
        rig.restart_after(|_| paths.iter().for_each(spoil)).await;
        let (again, read) = rare(&rig).await;
        assert_eq!((again, read), (found, 2 * ROWS + 1), "everything has to be read");
        assert_eq!(total(&rig, &bounds).await, (2 * ROWS + 1, 2 * ROWS + 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_keeps_its_order_whatever_order_a_file_has() {
    let rig = compacted().await;
    let mut after = FeedCursor::START;
    let mut positions = Vec::new();
    while positions.len() < 5000 {
        let page = rig.store.feed(after, 700).await.unwrap();
        positions.extend(page.items.iter().map(|item| item.position));
        after = page.next;
    }
    assert!(positions.is_sorted_by(|a, b| a < b));
    assert_eq!(positions[..3], [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compaction_that_nobody_waits_for_any_more_harms_nothing() {
    let rig = Rig::new(Stop::Close, Settle::DayFiles, |options| options.flush_rows = 1000).await;
    let mut sender = Sender::new(1);
    for _ in 0..5 {
        store(&rig.store, sender.batch(1000)).await;
    }
    rig.store.flush().await.unwrap();
    let compaction = rig.store.compact();
    drop(tokio::time::timeout(Duration::from_millis(5), compaction).await);
    rig.store.compact().await.unwrap();
    assert_eq!(rig.all().await.len(), 5000);
    let health = rig.store.health().await;
    assert_eq!((health.segments, health.work, health.last_error), (1, None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_keeps_the_files_that_it_began_with() {
    let rig = Rig::new(Stop::Close, Settle::DayFiles, |_| {}).await;
    store(&rig.store, Sender::new(1).batch(100)).await;
    let catalogue = rig.dir.path().join("copy.sqlite");
    let snapshot = rig.store.snapshot(&catalogue).await.unwrap();
    assert_eq!(snapshot.files.len(), 3, "the segment and the two files beside it");
    rig.store.compact().await.unwrap();
    assert!(snapshot.files.iter().all(|file| file.path.exists()));
    let old: Vec<_> = snapshot.files.iter().map(|file| file.path.clone()).collect();
    drop(snapshot);
    assert!(old.iter().all(|path| !path.exists()));
    let store: Arc<Embedded> = rig.store.clone();
    assert_eq!(store.count(&Query::new(), 1000).await.unwrap().value, 100);
}
