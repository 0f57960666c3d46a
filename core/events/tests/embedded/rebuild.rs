//! A catalogue that is lost or damaged is made anew from the files: every row and mark is there again, and nothing that the
//! journal does not know.

use std::{fs, ops::ControlFlow, path::Path, sync::Arc};

use yagura_events::{
    EventStore, FeedCursor, Mark, Outcome, StoreError, Unguarded,
    embedded::{Point, Rebuild, Rebuilt, rebuild},
};
use yagura_vocabulary::StoredEvent;

use crate::{
    journal::{Key, files, look, sql},
    removal::{filled, retain, rows, until},
    rig::{Rig, Settle, batch, options, store},
};

const CATALOGUE: &str = "catalogue.sqlite";

async fn again(dir: &Path, adopt: bool) -> Rebuilt {
    let mut options = options(dir);
    options.seal = Some(Arc::new(Key::new(1)));
    let how = Rebuild { actor: "admin", adopt };
    rebuild(options, how, &mut |_, _| ControlFlow::Continue(())).await.unwrap()
}

/// A store with day files, segments, and events that are in the log only.
async fn filled_and_more(settle: Settle) -> Rig {
    let rig = filled(settle).await;
    store(&rig.store, rows(1, 4)).await;
    rig.store.flush().await.unwrap();
    store(&rig.store, rows(2, 4)).await;
    rig
}

async fn marks(rig: &Rig) -> Vec<Mark> {
    let mut marks = Vec::new();
    for number in 1..=3 {
        marks.extend(rig.store.marks(batch(number, 1, 1).endpoint).await.unwrap());
    }
    marks
}

/// Harms the store, makes its catalogue anew, and gives the store that opens then, with what was in it before.
async fn check(
    settle: Settle,
    adopt: bool,
    harm: impl AsyncFnOnce(&Path),
    expected: impl FnOnce(&Rebuilt),
) -> (Rig, Vec<StoredEvent>) {
    let mut rig = filled_and_more(settle).await;
    let (before, feed, marked) = (rig.all().await, rig.feed().await, marks(&rig).await);
    rig.points.stop();
    // The store is gone as by SIGKILL; whether it could say goodbye does not matter.
    let _ = rig.store.close().await;
    let dir = rig.dir.path().to_owned();
    harm(&dir).await;
    let rebuilt = again(&dir, adopt).await;
    expected(&rebuilt);
    rig.restart_after(|_| {}).await;
    assert_eq!(rig.all().await, before);
    assert_eq!(rig.feed().await, feed, "positions and ids are as they were");
    let last = |marks: &[Mark]| marks.iter().map(|mark| mark.last_seq).collect::<Vec<_>>();
    assert_eq!(last(&marks(&rig).await), last(&marked));
    for number in 1..=3 {
        let day = if number < 3 { 4 } else { 3 };
        let outcome = rig.store.append(vec![rows(number, day)]).await.unwrap();
        assert_eq!(outcome, [Outcome::AlreadyStored], "the last batch of endpoint {number} is known");
    }
    let position = feed.last().unwrap().position;
    store(&rig.store, rows(3, 4)).await;
    let next = rig.store.feed(FeedCursor(position), 10_000).await.unwrap().items;
    assert_eq!(next.len(), 12, "a consumer of the feed goes on from where it was");
    rig.store.flush().await.unwrap();
    assert_eq!(rig.store.health().await.damage, Vec::<String>::new());
    (rig, before)
}

async fn verified(rig: &Rig) {
    rig.store.compact().await.unwrap();
    rig.store.close().await.unwrap();
    assert_eq!(look(rig.dir.path(), None).await.faults, []);
}

async fn lose(dir: &Path) {
    for ending in ["", "-wal", "-shm"] {
        // The last two are there only while it is open.
        let _ = fs::remove_file(dir.join(format!("{CATALOGUE}{ending}")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_catalogue_is_made_anew_from_the_files_alone() {
    for settle in [Settle::Segments, Settle::DayFiles] {
        let expected = |rebuilt: &Rebuilt| {
            assert_eq!((rebuilt.rows, rebuilt.streams, rebuilt.streams_by_rows), (156, 3, 3), "{rebuilt:?}");
            assert_eq!((rebuilt.manifests, &rebuilt.missing), (0, &vec![]));
            assert_eq!(rebuilt.adopted.len() as u64, rebuilt.segments * 3, "each file is named: {rebuilt:?}");
            assert_eq!(rebuilt.old_catalogue, None);
        };
        let (rig, _) = check(settle, false, lose, expected).await;
        let journal = rig.store.journal(0, 1).await.unwrap();
        assert_eq!((&*journal[0].manifest.action, &*journal[0].manifest.actor), ("rebuild", "admin"));
        assert!(journal[0].manifest.reason.contains("the journal was lost"), "{}", journal[0].manifest.reason);
        verified(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_full_of_garbage_is_kept_aside_and_made_anew() {
    let harm = async |dir: &Path| {
        lose(dir).await;
        fs::write(dir.join(CATALOGUE), vec![0x5a; 40_000]).unwrap();
    };
    let expected = |rebuilt: &Rebuilt| {
        let kept = rebuilt.old_catalogue.as_ref().unwrap();
        assert_eq!(fs::read(kept).unwrap(), vec![0x5a; 40_000]);
        assert!(!rebuilt.journal_whole);
    };
    let (rig, _) = check(Settle::DayFiles, false, harm, expected).await;
    verified(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_lost_its_segments_and_marks_goes_by_its_journal() {
    let harm = async |dir: &Path| {
        sql(dir, "DELETE FROM segment").await;
        sql(dir, "DELETE FROM mark").await;
    };
    let expected = |rebuilt: &Rebuilt| {
        assert!(rebuilt.journal_whole && rebuilt.manifests > 0, "{rebuilt:?}");
        assert_eq!((&rebuilt.adopted, &rebuilt.aside), (&vec![], &vec![]));
    };
    let (rig, _) = check(Settle::DayFiles, false, harm, expected).await;
    verified(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_journal_does_not_know_is_put_aside_and_never_served() {
    let forged = "part-01a21037-7680-7000-8000-000000000001.parquet";
    let harm = async |dir: &Path| {
        sql(dir, "DELETE FROM segment").await;
        let path = dir.join(&files(dir, "parquet")[0]);
        fs::copy(&path, path.with_file_name(forged)).unwrap();
    };
    let expected = |rebuilt: &Rebuilt| {
        let [(name, why)] = &rebuilt.aside[..] else { panic!("{rebuilt:?}") };
        assert!(name.ends_with(forged) && why == "no manifest tells of it", "{name}: {why}");
        assert!(rebuilt.aside_in.as_ref().unwrap().join(name).is_file(), "it can be looked at");
    };
    let (rig, _) = check(Settle::DayFiles, false, harm, expected).await;
    verified(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_changed_is_put_aside_and_its_events_are_missed_and_not_made_up() {
    let rig = filled(Settle::DayFiles).await;
    let before = rig.all().await.len();
    rig.store.close().await.unwrap();
    let dir = rig.dir.path();
    let harmed = files(dir, "parquet").remove(0);
    let mut bytes = fs::read(dir.join(&harmed)).unwrap();
    bytes[20] ^= 1;
    fs::write(dir.join(&harmed), bytes).unwrap();
    let rebuilt = again(dir, true).await;
    assert!(
        rebuilt.aside.iter().any(|(name, why)| *name == harmed && why == "it is not what was written"),
        "{rebuilt:?}"
    );
    assert_eq!(rebuilt.rows, before as u64 - 36);
    let found = look(dir, None).await;
    assert_eq!(found.faults, [], "the journal tells of what is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_beside_what_came_of_it_is_not_served_twice() {
    let rig = filled(Settle::DayFiles).await;
    let before = rig.all().await;
    rig.points.arm(Point::BeforeRemovalUnlink, 1);
    let web = yagura_events::Query { kinds: vec![yagura_events::KindFilter::parse("web.*")], ..until(4) };
    rig.store.remove(&retain(vec![web], vec![]), Arc::new(Unguarded)).await.unwrap_err();
    let _ = rig.store.close().await;
    lose(rig.dir.path()).await;
    let rebuilt = again(rig.dir.path(), false).await;
    assert!(rebuilt.aside.iter().any(|(_, why)| why.starts_with("all of its events are in")), "{rebuilt:?}");
    let mut rig = rig;
    rig.restart_after(|_| {}).await;
    // Without the journal nobody knows that some were to go: nothing is lost, and nothing is there twice.
    assert_eq!(rig.all().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_breaks_off_counts_up_to_there() {
    let rig = filled(Settle::DayFiles).await;
    let all = rig.all().await;
    rig.store.close().await.unwrap();
    sql(rig.dir.path(), "UPDATE manifest SET entry = '{}' WHERE number = (SELECT max(number) FROM manifest)").await;
    let rebuilt = again(rig.dir.path(), true).await;
    assert!(!rebuilt.journal_whole && rebuilt.manifests > 0 && !rebuilt.adopted.is_empty(), "{rebuilt:?}");
    let mut rig = rig;
    rig.restart_after(|_| {}).await;
    assert_eq!(rig.all().await, all);
    verified(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_in_use_is_not_touched_and_a_rebuild_that_is_ended_changes_nothing() {
    let rig = filled(Settle::DayFiles).await;
    let how = Rebuild::default();
    let refused = rebuild(options(rig.dir.path()), how, &mut |_, _| ControlFlow::Continue(())).await;
    assert!(matches!(refused, Err(StoreError::Locked(_))), "{refused:?}");
    rig.store.close().await.unwrap();
    let catalogue = fs::read(rig.dir.path().join(CATALOGUE)).unwrap();
    let ended = rebuild(options(rig.dir.path()), how, &mut |_, _| ControlFlow::Break(())).await;
    assert!(matches!(ended, Err(StoreError::Stopped)), "{ended:?}");
    assert_eq!(fs::read(rig.dir.path().join(CATALOGUE)).unwrap(), catalogue);
    assert_eq!(look(rig.dir.path(), None).await.faults, []);
}
