//! A disk whose power is cut: what was not synced is gone, or gone in part.

use std::{
    fmt,
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::{sleep, timeout};
use yagura_events::{
    AppendError, EventStore, Options, Outcome,
    embedded::{RealDisk, WalDisk, WalFile},
};

use crate::rig::{Rig, Sender, Settle, Stop, batch, store};

/// Keeps what is written in memory until it is synced; can refuse to write or to sync.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fragile {
    /// The sync after this many from now fails; 0 is never.
    pub(crate) fail_sync: Arc<AtomicU64>,
    fail_write: Arc<AtomicU64>,
    unsynced: Arc<Mutex<Vec<u8>>>,
}

impl Fragile {
    /// The power goes: what was not synced is gone, and nothing fails any more.
    pub(crate) fn forget(&self) {
        self.unsynced.lock().unwrap().clear();
        self.fail_sync.store(0, Ordering::SeqCst);
        self.fail_write.store(0, Ordering::SeqCst);
    }
}

struct FragileFile {
    disk: Fragile,
    real: Box<dyn WalFile>,
}

impl WalDisk for Fragile {
    fn create(&self, path: &Path) -> io::Result<Box<dyn WalFile>> {
        Ok(Box::new(FragileFile { disk: self.clone(), real: RealDisk.create(path)? }))
    }
}

impl fmt::Debug for FragileFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FragileFile")
    }
}

fn due(counter: &AtomicU64) -> bool {
    counter.load(Ordering::SeqCst) > 0 && counter.fetch_sub(1, Ordering::SeqCst) == 1
}

impl WalFile for FragileFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if due(&self.disk.fail_write) {
            // Half of it got there, as on a disk that fills up.
            self.real.write(&bytes[..bytes.len() / 2])?;
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        self.disk.unsynced.lock().unwrap().extend(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut *self.disk.unsynced.lock().unwrap());
        if due(&self.disk.fail_sync) {
            self.real.write(&bytes)?;
            return Err(io::Error::other("the disk says no"));
        }
        self.real.write(&bytes)?;
        self.real.sync()
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.disk.unsynced.lock().unwrap().clear();
        self.real.truncate(len)
    }
}

pub(crate) async fn rig(disk: &Fragile, probe_every: Duration) -> Rig {
    let disk = disk.clone();
    let change = move |options: &mut Options| {
        options.disk = Arc::new(disk.clone());
        options.probe_every = probe_every;
    };
    Rig::new(Stop::Kill, Settle::Segments, change).await
}

pub(crate) const NEVER: Duration = Duration::from_hours(1);

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_a_power_cut_at_any_moment() {
    for leak in [0, 1, 13, 150, 200, 100_000] {
        let disk = Fragile::default();
        let mut rig = rig(&disk, NEVER).await;
        let mut sender = Sender::new(1);
        for _ in 0..5 {
            store(&rig.store, sender.batch(3)).await;
        }
        // The next group is written but the power goes before it is synced.
        rig.points.arm(yagura_events::embedded::Point::AfterWalWrite, 1);
        let lost = sender.batch(3);
        assert!(rig.store.append(vec![lost.clone()]).await.is_err());
        let leaked = std::mem::take(&mut *disk.unsynced.lock().unwrap());
        assert!(!leaked.is_empty(), "a group is written before it is synced");
        let whole = leak >= leaked.len();
        rig.restart_after(|dir| {
            let path = std::fs::read_dir(dir.join("wal")).unwrap().next().unwrap().unwrap().path();
            let mut file = OpenOptions::new().append(true).open(path).unwrap();
            file.write_all(&leaked[..leak.min(leaked.len())]).unwrap();
        })
        .await;
        assert_eq!(rig.all().await.len(), if whole { 18 } else { 15 });
        let outcome = rig.store.append(vec![lost]).await.unwrap();
        assert_eq!(outcome, [if whole { Outcome::AlreadyStored } else { Outcome::Stored { rows: 3 } }]);
        assert_eq!(rig.all().await.len(), 18);
    }
}

/// A disk that refuses for a moment: callers are told, nothing is half stored, and it goes on by itself.
async fn check(fail: impl Fn(&Fragile) -> &AtomicU64) {
    let disk = Fragile::default();
    let mut rig = rig(&disk, NEVER).await;
    let mut sender = Sender::new(1);
    for round in 0..6 {
        store(&rig.store, sender.batch(3)).await;
        fail(&disk).store(1, Ordering::SeqCst);
        let refused = vec![sender.batch(2), batch(2, 1 + round, 1 + round)];
        let error = rig.store.append(refused.clone()).await.unwrap_err();
        assert!(matches!(error, AppendError::Unavailable { retry_after, .. } if !retry_after.is_zero()), "{error}");
        assert!(!rig.store.health().await.accepting);
        let marks = rig.store.marks(refused[0].endpoint).await.unwrap();
        assert_eq!(marks[0].last_seq, refused[0].first - 1, "what was refused moved no mark");
        if round % 2 == 0 {
            rig.store.flush().await.unwrap();
        }
        if round == 3 {
            rig.restart_after(|_| {}).await;
        }
        let outcomes = rig.store.append(refused).await.unwrap();
        assert_eq!(outcomes, [Outcome::Stored { rows: 2 }, Outcome::Stored { rows: 1 }]);
        assert!(rig.store.health().await.accepting);
    }
    rig.restart_after(|_| {}).await;
    assert_eq!(rig.all().await.len(), 6 * 6);
    let feed = rig.feed().await;
    assert!(feed.is_sorted_by(|a, b| a.position < b.position));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_fails_acknowledges_nothing_and_leaves_nothing_behind() {
    check(|disk| &disk.fail_sync).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_fails_in_the_middle_leaves_nothing_behind() {
    check(|disk| &disk.fail_write).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_works_again_is_found_out_although_nobody_appends() {
    let disk = Fragile::default();
    let rig = rig(&disk, Duration::from_millis(5)).await;
    let mut sender = Sender::new(1);
    store(&rig.store, sender.batch(3)).await;
    disk.fail_sync.store(1, Ordering::SeqCst);
    let refused = sender.batch(1);
    assert!(rig.store.append(vec![refused.clone()]).await.is_err());
    let accepting = async {
        while !rig.store.health().await.accepting {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(30), accepting).await.unwrap();
    store(&rig.store, refused).await;
}
