//! Stopped between any two steps of a removal, and run on: what was to go is gone, everything else is there once.

use std::{collections::BTreeSet, sync::Arc};

use yagura_events::{EventStore, KindFilter, Outcome, Query, Removal, RemovalKind, Unguarded, embedded::Point};
use yagura_vocabulary::StoredEvent;

use crate::{
    journal::{files, look},
    removal::{filled, retain, rows, until},
    rig::{Rig, Settle, batch, store},
};

/// What retention does: whole days go, of later ones a kind, and what endpoint 2 did is held.
fn retention() -> Removal {
    let web = Query { kinds: vec![KindFilter::parse("web.*")], ..until(4) };
    let held = Query { endpoints: Some(vec![batch(2, 1, 1).endpoint]), ..Query::new() };
    retain(vec![until(2), web], vec![held])
}

fn kept_by_retention(event: &StoredEvent) -> bool {
    let (second, fourth) = (until(2).until.unwrap(), until(4).until.unwrap());
    let due = event.received_at < second || (event.received_at < fourth && event.event.kind == "web.view");
    !due || event.endpoint == batch(2, 1, 1).endpoint
}

/// What an erasure does: one endpoint's events go from every file.
fn erasure() -> Removal {
    let remove = vec![Query { endpoints: Some(vec![batch(3, 1, 1).endpoint]), ..Query::new() }];
    let hold = vec![Query { kinds: vec![KindFilter::parse("web.*")], ..until(1) }];
    Removal { kind: RemovalKind::Erase, remove, hold, ..retention() }
}

fn kept_by_erasure(event: &StoredEvent) -> bool {
    let held = event.event.kind == "web.view" && event.received_at < until(1).until.unwrap();
    event.endpoint != batch(3, 1, 1).endpoint || held
}

fn places(events: &[StoredEvent]) -> BTreeSet<(u128, u64)> {
    events.iter().map(|event| (event.endpoint.uuid().as_u128(), event.seq)).collect()
}

/// Stops a removal when it comes to `point` for the `nth` time; false if it comes there less often.
async fn stopped(settle: Settle, removal: &Removal, kept: fn(&StoredEvent) -> bool, point: Point, nth: u32) -> bool {
    let mut rig = filled(settle).await;
    // What is acknowledged and in the log only, when the removal begins.
    store(&rig.store, rows(3, 4)).await;
    let before = rig.all().await;
    let stays: Vec<_> = before.iter().filter(|event| kept(event)).cloned().collect();
    assert!(stays.len() < before.len());
    rig.points.arm(point, nth);
    let removed = rig.store.remove(removal, Arc::new(Unguarded)).await;
    assert_eq!(removed.is_err(), rig.points.stopped(), "{point:?} {nth}: {removed:?}");
    if removed.is_ok() {
        return false;
    }
    let what = format!("{settle:?} {point:?} {nth}");
    rig.restart_after(|_| {}).await;
    let now = rig.all().await;
    let (there, wanted) = (places(&now), places(&stays));
    assert!(there.is_superset(&wanted), "{what}: what is held or not due is there after the start");
    assert!(now.iter().all(|event| before.contains(event)), "{what}: nothing is there that was not");
    run_on(&mut rig, removal, &stays, &what).await;
    true
}

/// Does the removal again: now all of it is done, and stays so; then the journal is verified.
async fn run_on(rig: &mut Rig, removal: &Removal, stays: &[StoredEvent], what: &str) {
    rig.store.remove(removal, Arc::new(Unguarded)).await.unwrap();
    assert_eq!(rig.all().await, stays, "{what}");
    assert_eq!(rig.store.append(vec![rows(1, 3)]).await.unwrap(), [Outcome::AlreadyStored], "{what}");
    assert_eq!(rig.store.health().await.damage, Vec::<String>::new(), "{what}");
    rig.restart_after(|_| {}).await;
    assert_eq!(rig.all().await, stays, "{what}");
    rig.store.close().await.unwrap();
    let found = look(rig.dir.path(), None).await;
    assert_eq!(found.faults, [], "{what}");
}

/// At every place that a removal passes, the first times that it passes it.
async fn check(removal: Removal, kept: fn(&StoredEvent) -> bool, settle: Settle) {
    let mut passed = BTreeSet::new();
    for point in Point::ALL {
        let mut nth = 1;
        while nth <= 4 && stopped(settle, &removal, kept, point, nth).await {
            passed.insert(format!("{point:?}"));
            nth += 1;
        }
    }
    for point in [Point::BeforeSegmentSync, Point::BeforeRename, Point::BeforeCompanions] {
        assert!(passed.contains(&format!("{point:?}")), "{point:?}");
    }
    for point in [Point::BeforeRemovalCommit, Point::BeforeRemovalUnlink] {
        assert!(passed.contains(&format!("{point:?}")), "{point:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_that_is_stopped_anywhere_is_done_whole_by_the_next_start() {
    check(retention(), kept_by_retention, Settle::Segments).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_of_day_files_that_is_stopped_anywhere_is_done_whole_by_the_next_start() {
    check(retention(), kept_by_retention, Settle::DayFiles).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_is_stopped_anywhere_is_done_whole_by_the_next_start() {
    check(erasure(), kept_by_erasure, Settle::DayFiles).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_half_unlinked_do_not_come_back() {
    let mut rig = filled(Settle::DayFiles).await;
    let before = rig.all().await;
    let old = files(rig.dir.path(), "");
    rig.points.arm(Point::BeforeRemovalUnlink, 1);
    rig.store.remove(&retention(), Arc::new(Unguarded)).await.unwrap_err();
    let dir = rig.dir.path().to_owned();
    // As a crash between two unlinks leaves them: the index of the first one is gone, the segment is not.
    let companion = old.iter().find(|path| path.ends_with("ngx")).unwrap();
    rig.restart_after(|_| std::fs::remove_file(dir.join(companion)).unwrap()).await;
    let stays: Vec<_> = before.into_iter().filter(kept_by_retention).collect();
    run_on(&mut rig, &retention(), &stays, "half unlinked").await;
}
