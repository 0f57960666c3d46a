//! What lies in the store's directory, and what happens when something there is not as it was left.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::Duration,
};

use parquet::{
    arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions},
    file::metadata::PageIndexPolicy,
};
use yagura_events::{Embedded, EventStore, Order, Query, StoreError};

use crate::rig::{Rig, Sender, Settle, Stop, options, store};

fn segments(dir: &Path) -> Vec<PathBuf> {
    let days = fs::read_dir(dir.join("v1")).unwrap().map(|day| day.unwrap().path());
    let mut files: Vec<_> = days.flat_map(|day| fs::read_dir(day).unwrap().map(|file| file.unwrap().path())).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "parquet" || ending == "tmp"));
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_the_catalogue_does_not_name_are_removed_at_the_start() {
    let mut rig = Rig::plain().await;
    store(&rig.store, Sender::new(1).batch(5)).await;
    rig.store.flush().await.unwrap();
    let named = segments(rig.dir.path());
    assert_eq!(named.len(), 1);
    rig.restart_after(|_| {
        fs::copy(&named[0], named[0].with_file_name("part-orphan.parquet")).unwrap();
        fs::write(named[0].with_extension("tmp"), "half a file").unwrap();
    })
    .await;
    assert_eq!(segments(rig.dir.path()), named);
    assert_eq!(rig.all().await.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_without_its_catalogue_is_not_taken_for_garbage() {
    let rig = Rig::new(Stop::Close, Settle::Segments, |_| {}).await;
    store(&rig.store, Sender::new(1).batch(5)).await;
    rig.store.close().await.unwrap();
    for file in ["catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm"] {
        let _ = fs::remove_file(rig.dir.path().join(file));
    }
    for _ in 0..2 {
        let error = Embedded::open(options(rig.dir.path())).await.err().unwrap();
        assert!(error.to_string().contains("it is missing although there are segments"), "{error}");
        assert_eq!(segments(rig.dir.path()).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_at_a_time_has_the_store() {
    let mut rig = Rig::plain().await;
    let error = Embedded::open(options(rig.dir.path())).await.err().unwrap();
    assert!(matches!(error, StoreError::Locked(_)), "{error}");
    rig.restart_after(|_| {}).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_is_missing_or_spoilt_is_told_and_the_others_are_read() {
    let mut rig = Rig::new(Stop::Kill, Settle::Segments, |options| options.merge_fan_in = 100).await;
    let mut sender = Sender::new(1);
    for _ in 0..3 {
        store(&rig.store, sender.batch(5)).await;
        rig.store.flush().await.unwrap();
    }
    let files = segments(rig.dir.path());
    let mut bytes = fs::read(&files[1]).unwrap();
    bytes[20..2000].fill(0xAA);
    fs::write(&files[1], &bytes).unwrap();
    let page = rig.store.search(&Query::new()).await.unwrap();
    assert_eq!((page.items.len(), page.unreadable.len()), (10, 1), "{:?}", page.unreadable);
    assert_eq!(rig.store.health().await.damage.len(), 1);
    rig.restart_after(|_| fs::remove_file(&files[0]).unwrap()).await;
    let damage = rig.store.health().await.damage;
    assert!(damage.len() == 1 && damage[0].contains("its 5 events cannot be read"), "{damage:?}");
    assert_eq!(rig.store.search(&Query::new()).await.unwrap().items.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_small_segments_become_few_while_readers_go_on() {
    let rig = Rig::new(Stop::Close, Settle::Segments, |options| {
        options.merge_fan_in = 4;
        options.merge_max_rows = 1000;
    })
    .await;
    let mut sender = Sender::new(1);
    for n in 0..60u64 {
        let mut batch = sender.batch(3);
        // Over three days.
        batch.received_at = batch.received_at + Duration::from_hours(n);
        store(&rig.store, batch).await;
        rig.store.flush().await.unwrap();
        assert_eq!(rig.all().await.len() as u64, (n + 1) * 3, "after {n} flushes");
    }
    rig.store.compact().await.unwrap();
    rig.store.close().await.unwrap();
    let files = segments(rig.dir.path());
    assert!(files.len() <= 4, "{} files", files.len());
    assert_eq!(files.len() as u64, rig.store.health().await.segments, "merged files are unlinked");
    assert!(fs::read_dir(rig.dir.path().join("wal")).unwrap().next().is_none(), "a closed store has no log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_has_page_indexes_and_the_hash_of_the_catalogue() {
    let rig = Rig::plain().await;
    let mut sender = Sender::new(1);
    store(&rig.store, sender.batch(9000)).await;
    rig.store.flush().await.unwrap();
    let path = &segments(rig.dir.path())[0];
    assert!(path.parent().unwrap().ends_with("v1/day=2026-11-23"), "{}", path.display());
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    let read = ArrowReaderMetadata::load(&File::open(path).unwrap(), options).unwrap();
    let group = read.metadata().row_group(0);
    assert_eq!(group.num_columns(), 39);
    let index = read.metadata().page_index_for_row_group(0);
    for column in 0..group.num_columns() {
        assert!(index.column_index(column).is_some(), "{column}");
        let starts: Vec<_> = index.page_locations(column).unwrap().iter().map(|page| page.first_row_index).collect();
        assert_eq!(starts, [0, 8192], "column {column} begins a page every 8192 rows");
    }

    let digest = ring::digest::digest(&ring::digest::SHA256, &fs::read(path).unwrap());
    let catalogue = format!("sqlite://{}?mode=ro", rig.dir.path().join("catalogue.sqlite").display());
    let pool = sqlx::SqlitePool::connect(&catalogue).await.unwrap();
    let stored: Vec<u8> = sqlx::query_scalar("SELECT sha256 FROM segment").fetch_one(&pool).await.unwrap();
    assert_eq!(stored, digest.as_ref());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_several_days_lie_in_the_folders_of_the_days_they_were_received_on() {
    let rig = Rig::plain().await;
    let mut sender = Sender::new(1);
    for hours in [0, 30, 2, 60] {
        let mut batch = sender.batch(2);
        batch.received_at = batch.received_at + Duration::from_hours(hours);
        store(&rig.store, batch).await;
    }
    rig.store.flush().await.unwrap();
    let days: Vec<_> = segments(rig.dir.path()).iter().map(|path| path.parent().unwrap().to_owned()).collect();
    let days: Vec<_> = days.iter().map(|day| day.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(days, ["day=2026-11-23", "day=2026-11-24", "day=2026-11-25"]);
    let query = Query { order: Order::Received, ..Query::new() };
    let seqs: Vec<_> = rig.store.search(&query).await.unwrap().items.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, [8, 7, 4, 3, 6, 5, 2, 1]);
}
