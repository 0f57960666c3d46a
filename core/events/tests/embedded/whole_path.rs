//! The power goes, on the endpoint, on the server or on both, at any moment: what was promised is there, once.
//!
//! The agent's own spool on one side, the store on the other. Whatever either has written and not synced is lost, or lost in
//! part.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
};

use tempfile::TempDir;
use uuid::Uuid;
use yagura_channel::{
    agent::spool::{Limits, Spool},
    wire::{batch, receipt::Mark},
};
use yagura_events::{AppendError, Batch, EventStore, Outcome, Row};
use yagura_vocabulary::{Event, Id, Lane, Time, id::Endpoint};

use crate::{
    power::{Fragile, NEVER, rig},
    rig::Rig,
};

fn now() -> Time {
    Time::from_seconds(1_795_392_000)
}

const LANES: [Lane; 2] = [Lane::Critical, Lane::Operation];

/// The same "random" numbers every time: a failure can be repeated.
struct Lot(u64);

impl Lot {
    fn draw(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

struct Road {
    lot: Lot,
    dir: TempDir,
    spool: Option<Spool>,
    /// How much of each file is known to be on the disk.
    durable: BTreeMap<PathBuf, u64>,
    disk: Fragile,
    rig: Rig,
    endpoint: Id<Endpoint>,
    written: u64,
    /// What must not be lost any more.
    promised: BTreeSet<String>,
    /// What was written and not synced.
    hoped: BTreeSet<String>,
}

impl Road {
    async fn new(seed: u64) -> Self {
        let (dir, disk) = (tempfile::tempdir().unwrap(), Fragile::default());
        let rig = rig(&disk, NEVER).await;
        let spool = Some(Spool::open(dir.path(), Limits::default(), now()).unwrap());
        Self {
            lot: Lot(seed),
            dir,
            spool,
            durable: BTreeMap::new(),
            disk,
            rig,
            endpoint: Id::from_uuid(Uuid::from_u128(1)),
            written: 0,
            promised: BTreeSet::new(),
            hoped: BTreeSet::new(),
        }
    }

    fn spool(&mut self) -> &mut Spool {
        self.spool.as_mut().unwrap()
    }

    async fn step(&mut self) {
        match self.lot.draw(12) {
            0..=3 => self.write(Lane::Operation),
            4 => self.write(Lane::Critical),
            5 => self.sync(),
            6..=8 => {
                let lane = LANES[usize::try_from(self.lot.draw(2)).unwrap()];
                self.send(lane).await;
            }
            9 => self.cut_agent().await,
            10 => self.cut_server().await,
            _ => {
                self.cut_server().await;
                self.cut_agent().await;
            }
        }
        self.note();
    }

    fn write(&mut self, lane: Lane) {
        self.written += 1;
        let mut event = Event::new(now(), "operation_log", "file.open");
        let subject = format!("/file {}", self.written);
        event.subject = Some(subject.clone());
        self.spool().append(lane, &event).unwrap();
        let known = if lane == Lane::Critical { &mut self.promised } else { &mut self.hoped };
        known.insert(subject);
    }

    fn sync(&mut self) {
        self.spool().sync().unwrap();
        self.promised.append(&mut self.hoped);
    }

    /// Notes what is on the disk: everything, when nothing waits to be synced.
    fn note(&mut self) {
        if self.spool().unsynced() == 0 {
            self.durable = lengths(self.dir.path());
        }
    }

    /// Sends one batch. Now and then the server's disk refuses, or the answer is lost.
    async fn send(&mut self, lane: Lane) {
        let Some(sealed) = self.spool().next_batch(lane, now()).unwrap() else { return };
        let read = batch::open(&sealed.bytes).unwrap();
        let rows = read.events.into_iter().map(|(seq, event)| Row { seq, person: None, event }).collect();
        let (epoch, first, last) = (sealed.header.epoch, sealed.header.first, sealed.header.last);
        let (endpoint, sha256) = (self.endpoint, read.sha256);
        let batch = Batch { endpoint, epoch, lane, first, last, sha256, received_at: now(), rows };
        if self.lot.draw(5) == 0 {
            self.disk.fail_sync.store(1, Ordering::SeqCst);
        }
        let outcome = match self.rig.store.append(vec![batch]).await {
            Ok(outcomes) => outcomes.into_iter().next().unwrap(),
            Err(AppendError::Unavailable { .. }) => return self.cut_server().await,
            Err(error) => panic!("{error}"),
        };
        assert!(matches!(outcome, Outcome::Stored { .. } | Outcome::AlreadyStored), "{outcome:?}");
        if self.lot.draw(4) > 0 {
            let mark = Mark { epoch, lane, last, sha256: hex::encode(sha256) };
            self.spool().acknowledge(lane, &mark).unwrap();
        }
    }

    /// The server's power goes: what its log has not synced is gone.
    async fn cut_server(&mut self) {
        let disk = self.disk.clone();
        self.rig.restart_after(|_| disk.forget()).await;
    }

    /// The endpoint's power goes: of what its spool has not synced, nothing or a part is there.
    async fn cut_agent(&mut self) {
        self.spool = None;
        for (path, length) in lengths(self.dir.path()).into_iter().filter(|(path, _)| is_fragile(path)) {
            let kept = self.durable.get(&path).copied().unwrap_or(0);
            if length > kept {
                let leak = self.lot.draw(length - kept + 1);
                fs::File::options().write(true).open(&path).unwrap().set_len(kept + leak).unwrap();
            }
        }
        self.hoped.clear();
        self.spool = Some(Spool::open(self.dir.path(), Limits::default(), now()).unwrap());
        // The hello: both sides compare where they stand.
        let (endpoint, epoch) = (self.endpoint, self.spool().epoch());
        let lanes = self.spool().lanes();
        for mark in self.rig.store.marks(endpoint).await.unwrap().into_iter().filter(|mark| mark.epoch == epoch) {
            let theirs = lanes.iter().find(|state| state.acked.lane == mark.lane).unwrap();
            assert!(theirs.last >= mark.last_seq, "the spool gave out numbers that it does not remember");
            let mark = Mark { epoch, lane: mark.lane, last: mark.last_seq, sha256: hex::encode(mark.last_sha256) };
            self.spool().acknowledge(mark.lane, &mark).unwrap();
        }
    }

    /// Everything arrives, and what was promised is among it, once, under numbers without holes.
    async fn check(&mut self) {
        self.sync();
        for lane in LANES {
            while self.spool().waiting(lane) > 0 {
                self.send(lane).await;
            }
        }
        let mut numbers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut subjects = BTreeMap::new();
        for stored in self.rig.all().await {
            numbers.entry((stored.epoch, stored.lane.as_str())).or_default().push(stored.seq);
            if let Some(subject) = stored.event.subject {
                *subjects.entry(subject).or_insert(0) += 1;
            }
        }
        for promised in &self.promised {
            assert_eq!(subjects.get(promised), Some(&1), "{promised} of {}", self.written);
        }
        assert!(subjects.values().all(|times| *times == 1), "{subjects:?}");
        for (stream, mut numbers) in numbers {
            numbers.sort_unstable();
            assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "{stream:?}");
        }
    }
}

/// Whether the file holds records that are synced later than they are written. Critical ones are synced at once.
fn is_fragile(path: &Path) -> bool {
    let operation = path.components().any(|part| part.as_os_str() == Lane::Operation.as_str());
    operation && path.extension().is_some_and(|extension| extension == "log")
}

/// Every file below a folder, with its length.
fn lengths(dir: &Path) -> BTreeMap<PathBuf, u64> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        if entry.path().is_dir() {
            found.append(&mut lengths(&entry.path()));
        } else {
            found.insert(entry.path(), entry.metadata().unwrap().len());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_promised_survives_power_cuts_of_the_whole_path() {
    let mut written = 0;
    for seed in 1..=10 {
        let mut road = Road::new(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed)).await;
        for _ in 0..80 {
            road.step().await;
        }
        road.check().await;
        written += road.promised.len();
    }
    assert!(written > 150, "only {written} promises: nothing was tried");
}
