//! A store that fills up says so, loses nothing, and goes on by itself when there is room again.

use std::{fs, path::Path, process::Command, time::Duration};

use tokio::time::{Instant, timeout};
use yagura_events::{AppendError, Embedded, EventStore, Outcome};

use crate::rig::{Rig, Sender, Settle, Stop, everything, options, store};

/// Appends `batch` until it is taken.
async fn persist(to: &Embedded, batch: yagura_events::Batch) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match to.append(vec![batch.clone()]).await {
            Ok(outcomes) => return assert!(matches!(outcomes[..], [Outcome::Stored { .. }]), "{outcomes:?}"),
            Err(error) => assert!(Instant::now() < deadline, "still refused: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_segments_cannot_be_written_memory_stays_bounded_and_callers_are_told_to_wait() {
    let rig = Rig::new(Stop::Close, Settle::Segments, |options| {
        options.flush_rows = 20;
        options.max_memory_rows = 100;
    })
    .await;
    // A file stands where the day's folder should be.
    let day = rig.dir.path().join("v1/day=2026-11-23");
    fs::write(&day, "in the way").unwrap();
    let mut sender = Sender::new(1);
    let refused = loop {
        let batch = sender.batch(10);
        match rig.store.append(vec![batch.clone()]).await {
            Ok(_) => {}
            Err(AppendError::Full { retry_after, .. }) if !retry_after.is_zero() => break batch,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(refused.first, 101, "memory holds what it may");
    let health = rig.store.health().await;
    assert!(!health.accepting && health.last_error.is_some(), "{health:?}");
    assert_eq!(rig.all().await.len(), 100, "what was acknowledged is there");
    fs::remove_file(&day).unwrap();
    persist(&rig.store, refused).await;
    timeout(Duration::from_secs(30), rig.store.flush()).await.unwrap().unwrap();
    let health = rig.store.health().await;
    assert!(health.accepting && health.last_error.is_none() && health.segments > 0, "{health:?}");
    assert_eq!(rig.all().await.len(), 110);
    rig.store.close().await.unwrap();
}

/// A small file system that is there as long as this is.
struct Tmpfs(tempfile::TempDir);

impl Tmpfs {
    fn mount(megabytes: u32) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(dir.path()).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(dir))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

/// Fills a small disk until the store refuses, makes room, and sees that everything is there once.
async fn check(reserve: u64, expected: fn(&AppendError) -> bool) {
    let Some(disk) = Tmpfs::mount(4) else {
        eprintln!("SKIPPED: mounting a small file system needs root");
        return;
    };
    let ballast = disk.path().join("ballast");
    let dir = disk.path().join("events");
    let mut options = options(&dir);
    options.reserve_bytes = reserve;
    options.flush_rows = 2000;
    let embedded = Embedded::open(options.clone()).await.unwrap();
    let mut sender = Sender::new(1);
    store(&embedded, sender.batch(500)).await;
    // Leaves a little: the log fails in the middle of a write, not at its beginning.
    let free = embedded.health().await.free_disk_bytes.unwrap();
    fs::write(&ballast, vec![1; usize::try_from(free - reserve).unwrap() - 20_000]).unwrap();
    let refused = loop {
        let batch = sender.batch(50);
        match embedded.append(vec![batch.clone()]).await {
            Ok(_) => {}
            Err(error) if expected(&error) => break batch,
            Err(error) => panic!("{error}"),
        }
    };
    assert!(!embedded.health().await.accepting);
    let stored = everything(&embedded).await.len() as u64;
    assert_eq!(stored, refused.first - 1, "everything before the refusal is there");
    fs::remove_file(&ballast).unwrap();
    persist(&embedded, refused.clone()).await;
    timeout(Duration::from_secs(30), async { while embedded.flush().await.is_err() {} }).await.unwrap();
    assert!(embedded.health().await.accepting);
    embedded.close().await.unwrap();
    let embedded = Embedded::open(options).await.unwrap();
    assert_eq!(everything(&embedded).await.len() as u64, refused.last);
    assert_eq!(embedded.health().await.damage, Vec::<String>::new());
    embedded.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_to_the_last_byte_loses_nothing() {
    check(0, |error| matches!(error, AppendError::Unavailable { .. })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reserve_is_kept_free() {
    check(1 << 20, |error| matches!(error, AppendError::Full { .. })).await;
}
