//! A copy has the same events at the same places, wherever it is stopped.

use std::sync::Arc;

use uuid::Uuid;
use yagura_events::{
    Batch, CopyError, Embedded, EventStore, FeedCursor, Import as _, Options, Outcome, Row, compare, copy,
};
use yagura_vocabulary::{Event, Id, Lane, Time, id::Endpoint};

use crate::{engine::engine, rig::Rig};

const ENDPOINTS: u128 = 3;
const DAY: u64 = 86_400;

fn endpoint(number: u128) -> Id<Endpoint> {
    Id::from_uuid(Uuid::from_u128(0xE0 + number))
}

/// Batches of several endpoints on several days.
fn batches() -> Vec<Batch> {
    let mut batches = Vec::new();
    for n in 1..=40_u64 {
        let received_at = Time::from_seconds(1_795_392_000) + std::time::Duration::from_secs(n * DAY / 7);
        let row = |seq| {
            let event = Event::new(received_at, "operation_log", "file.copy").with("n", seq).with("語", r"C:\表\t");
            Row { seq, person: Some(Id::from_uuid(Uuid::from_u128(5))), event }
        };
        let number = u128::from(n) % ENDPOINTS;
        let first = (n - 1) / 3 * 3 + 1;
        let (epoch, lane) = (Uuid::from_u128(1), Lane::Bulk);
        let rows = (first..first + 3).map(row).collect();
        let sha256 = [u8::try_from(n).unwrap(); 32];
        batches.push(Batch {
            endpoint: endpoint(number),
            epoch,
            lane,
            first,
            last: first + 2,
            sha256,
            received_at,
            rows,
        });
    }
    batches
}

async fn fill(store: &dyn EventStore) {
    for batch in batches() {
        assert_eq!(store.append(vec![batch]).await.unwrap(), [Outcome::Stored { rows: 3 }]);
    }
}

async fn embedded(dir: &tempfile::TempDir) -> Embedded {
    let mut options = Options::new(dir.path());
    options.reserve_bytes = 0;
    Embedded::open(options).await.unwrap()
}

fn endpoints() -> Vec<Id<Endpoint>> {
    (0..ENDPOINTS).map(endpoint).collect()
}

/// Both stores tell the same, and know the same streams.
async fn check(one: &dyn EventStore, other: &dyn EventStore) {
    let here = one.feed(FeedCursor::START, 1000).await.unwrap();
    assert_eq!(here.items.len(), 120);
    assert_eq!(other.feed(FeedCursor::START, 1000).await.unwrap().items, here.items);
    for endpoint in endpoints() {
        let marks = one.marks(endpoint).await.unwrap();
        assert_eq!(marks.len(), 1);
        assert_eq!(other.marks(endpoint).await.unwrap(), marks);
    }
    assert_eq!(compare(one, other).await.unwrap(), 120);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_to_clickhouse_and_back_is_the_same() {
    let Some(engine) = engine() else { return };
    let (dir, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let source = embedded(&dir).await;
    fill(&source).await;
    let mut rig = Rig::empty(&engine.url).await;
    copy(&source, &*rig.store, &endpoints(), &mut |_| true).await.unwrap();
    rig.opens_again().await;
    check(&source, &*rig.store).await;

    let target = embedded(&back).await;
    copy(&*rig.store, &target, &endpoints(), &mut |_| true).await.unwrap();
    target.close().await.unwrap();
    let target = Arc::new(embedded(&back).await);
    check(&*rig.store, &*target).await;

    // Both go on where the source stood.
    let mut next = batches().remove(39);
    (next.first, next.last) = (next.first + 3, next.last + 3);
    next.rows.iter_mut().for_each(|row| row.seq += 3);
    next.sha256 = [99; 32];
    for store in [&*rig.store as &dyn EventStore, &*target] {
        let again = batches().remove(39);
        let outcomes = store.append(vec![again, next.clone()]).await.unwrap();
        assert_eq!(outcomes, [Outcome::AlreadyStored, Outcome::Stored { rows: 3 }]);
        let feed = store.feed(FeedCursor::START, 1000).await.unwrap();
        assert_eq!(feed.items.len(), 123);
        assert!(feed.items.is_sorted_by(|a, b| a.position < b.position));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_stopped_goes_on_and_doubles_nothing() {
    let Some(engine) = engine() else { return };
    let dir = tempfile::tempdir().unwrap();
    let source = embedded(&dir).await;
    fill(&source).await;
    let mut rig = Rig::empty(&engine.url).await;
    let some = source.feed(FeedCursor::START, 50).await.unwrap();
    rig.store.take_over(some.items.clone(), some.next).await.unwrap();
    // As if the note had been lost with the power: the same comes once more, and more with it.
    let more = source.feed(FeedCursor::START, 60).await.unwrap();
    rig.store.take_over(more.items, more.next).await.unwrap();
    rig.opens_again().await;
    let stopped = copy(&source, &*rig.store, &endpoints(), &mut |_| false).await;
    assert!(matches!(stopped, Err(CopyError::Stopped)), "{stopped:?}");
    rig.opens_again().await;
    copy(&source, &*rig.store, &endpoints(), &mut |_| true).await.unwrap();
    check(&source, &*rig.store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_has_other_events_takes_no_copy() {
    let Some(engine) = engine() else { return };
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let source = embedded(&dir).await;
    fill(&source).await;
    let rig = Rig::empty(&engine.url).await;
    fill(&*rig.store).await;
    let occupied = copy(&source, &*rig.store, &endpoints(), &mut |_| true).await;
    assert!(matches!(occupied, Err(CopyError::Occupied)), "{occupied:?}");
    let target = embedded(&other).await;
    fill(&target).await;
    target.flush().await.unwrap();
    let occupied = copy(&*rig.store, &target, &endpoints(), &mut |_| true).await;
    assert!(matches!(occupied, Err(CopyError::Occupied)), "{occupied:?}");
}
