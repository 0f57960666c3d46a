//! The spool against a pretended server that checks the protocol, through crashes.

use std::{collections::BTreeMap, fs, path::PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::wire::{batch, key::sha256};

const LANES: [Lane; 3] = [Lane::Critical, Lane::Operation, Lane::Bulk];

fn now() -> Time {
    Time::from_seconds(1_800_000_000)
}

fn event(number: u64) -> Event {
    Event::new(now(), "test", "test.event").with("number", number)
}

#[derive(Default)]
struct Received {
    last: u64,
    sha256: String,
    numbers: Vec<u64>,
    gaps: Vec<(String, u64)>,
}

/// A spool on disk, and the server that its batches go to.
struct Bench {
    dir: TempDir,
    limits: Limits,
    spool: Option<Spool>,
    epoch: Uuid,
    received: BTreeMap<Lane, Received>,
    appended: BTreeMap<Lane, Vec<u64>>,
    durable: BTreeMap<PathBuf, u64>,
    /// Events that a power failure may have taken.
    at_risk: Vec<u64>,
    count: u64,
}

impl Bench {
    fn new(bytes: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let limits = Limits { bytes, durable: false };
        let spool = Spool::open(dir.path(), limits, now()).unwrap();
        Self {
            epoch: spool.epoch(),
            spool: Some(spool),
            limits,
            dir,
            received: BTreeMap::new(),
            appended: BTreeMap::new(),
            durable: BTreeMap::new(),
            at_risk: Vec::new(),
            count: 0,
        }
    }

    fn spool(&mut self) -> &mut Spool {
        self.spool.as_mut().unwrap()
    }

    fn append(&mut self, lane: Lane) {
        self.append_event(lane, |event| event);
    }

    fn append_event(&mut self, lane: Lane, change: impl Fn(Event) -> Event) {
        self.count += 1;
        let number = self.count;
        self.spool().append(lane, &change(event(number))).unwrap();
        self.appended.entry(lane).or_default().push(number);
        self.at_risk.push(number);
    }

    fn files(&self, lane: Lane) -> Vec<PathBuf> {
        let dir = self.dir.path().join(self.epoch.to_string()).join(lane.as_str());
        let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
        files.sort();
        files
    }

    fn sync(&mut self) {
        self.spool().sync().unwrap();
        self.at_risk.clear();
        self.durable = LANES
            .iter()
            .flat_map(|lane| self.files(*lane))
            .map(|p| (p.clone(), fs::metadata(p).unwrap().len()))
            .collect();
    }

    fn reopen(&mut self) {
        self.spool = None;
        self.spool = Some(Spool::open(self.dir.path(), self.limits, now()).unwrap());
        assert_eq!(self.spool().epoch(), self.epoch);
    }

    /// A power failure: of what was not synced, only a part is there afterwards.
    fn crash(&mut self, kept: u64) {
        self.spool = None;
        for path in LANES.iter().filter_map(|lane| self.files(*lane).pop()).collect::<Vec<_>>() {
            let length = fs::metadata(&path).unwrap().len();
            let safe = self.durable.get(&path).copied().unwrap_or(0).min(length);
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_len(safe + (length - safe) * kept / 100).unwrap();
        }
        self.reopen();
    }

    fn send(&mut self, lane: Lane) -> bool {
        let Some(sealed) = self.spool().next_batch(lane, now()).unwrap() else { return false };
        let batch = batch::open(&sealed.bytes).unwrap();
        assert_eq!(batch.header, sealed.header);
        assert_eq!(batch.header.epoch, self.epoch);
        assert_eq!(hex::encode(sha256(&sealed.bytes)), sealed.sha256);
        let received = self.received.entry(lane).or_default();
        if batch.header.last == received.last && sealed.sha256 == received.sha256 {
            return true;
        }
        assert_eq!(batch.header.first, received.last + 1, "numbers follow on each other");
        received.last = batch.header.last;
        received.sha256 = sealed.sha256;
        for (_, event) in batch.events {
            match event.body.get("number") {
                Some(number) => received.numbers.push(number.as_u64().unwrap()),
                None => {
                    let reason = event.body["reason"].as_str().unwrap().to_owned();
                    received.gaps.push((reason, event.count.unwrap_or(0)));
                }
            }
        }
        true
    }

    fn acknowledge(&mut self, lane: Lane) {
        let Some(received) = self.received.get(&lane) else { return };
        let mark = Mark { epoch: self.epoch, lane, last: received.last, sha256: received.sha256.clone() };
        self.spool().acknowledge(lane, &mark).unwrap();
    }

    fn new_epoch(&mut self) {
        // What the server says it has is acknowledged first, as the agent does with the marks of a welcome.
        LANES.iter().for_each(|lane| self.acknowledge(*lane));
        self.epoch = Uuid::new_v4();
        let epoch = self.epoch;
        self.spool().new_epoch(epoch).unwrap();
        for received in self.received.values_mut() {
            received.last = 0;
            received.sha256.clear();
        }
        self.sync();
    }

    fn drain(&mut self) {
        for lane in LANES {
            while self.send(lane) {
                self.acknowledge(lane);
            }
        }
    }

    fn numbers(&self, lane: Lane) -> &[u64] {
        self.received.get(&lane).map_or(&[], |received| &received.numbers)
    }

    fn gaps(&self, lane: Lane) -> &[(String, u64)] {
        self.received.get(&lane).map_or(&[], |received| &received.gaps)
    }
}

#[derive(Debug, Clone)]
enum Step {
    Append(usize, u8),
    Send(usize),
    Acknowledge(usize),
    Sync,
    Reopen,
    Crash(u64),
    NewEpoch,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..3_usize, 1..6_u8).prop_map(|(lane, count)| Step::Append(lane, count)),
        3 => (0..3_usize).prop_map(Step::Send),
        3 => (0..3_usize).prop_map(Step::Acknowledge),
        1 => Just(Step::Sync),
        1 => Just(Step::Reopen),
        1 => (0..=100_u64).prop_map(Step::Crash),
        1 => Just(Step::NewEpoch),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_event_arrives_once_and_in_order_whatever_happens(steps in prop::collection::vec(step(), 1..60)) {
        let mut bench = Bench::new(1 << 30);
        let mut may_be_lost = Vec::new();
        for step in steps {
            match step {
                Step::Append(lane, count) => (0..count).for_each(|_| bench.append(LANES[lane])),
                Step::Send(lane) => { bench.send(LANES[lane]); }
                Step::Acknowledge(lane) => bench.acknowledge(LANES[lane]),
                Step::Sync => bench.sync(),
                Step::Reopen => bench.reopen(),
                Step::Crash(kept) => {
                    may_be_lost.append(&mut bench.at_risk);
                    bench.crash(kept);
                    bench.sync();
                }
                Step::NewEpoch => bench.new_epoch(),
            }
        }
        bench.drain();
        for lane in LANES {
            let got = bench.numbers(lane);
            prop_assert!(got.is_sorted_by(|a, b| a < b), "in order and never twice: {got:?}");
            for number in bench.appended.get(&lane).into_iter().flatten() {
                prop_assert!(got.contains(number) || may_be_lost.contains(number), "{number} was lost");
            }
            prop_assert!(bench.gaps(lane).iter().all(|(reason, _)| reason == "torn"));
        }
    }

    #[test]
    fn what_the_quota_takes_is_counted_to_the_last_one(steps in prop::collection::vec((0..3_usize, 1..40_u8, any::<bool>(), any::<bool>()), 1..40)) {
        let mut bench = Bench::new(200_000);
        for (lane, count, send, reopen) in steps {
            for _ in 0..count {
                bench.append_event(LANES[lane], |event| event.with("text", "x".repeat(2000)));
            }
            if send { bench.send(LANES[lane]); }
            if reopen { bench.reopen(); }
        }
        prop_assert!(bench.spool().bytes() <= 200_000);
        bench.drain();
        for lane in LANES {
            let lost: u64 = bench.gaps(lane).iter().map(|(_, count)| count).sum();
            let appended = bench.appended.get(&lane).map_or(0, Vec::len) as u64;
            prop_assert_eq!(bench.numbers(lane).len() as u64 + lost, appended);
            prop_assert!(bench.numbers(lane).is_sorted_by(|a, b| a < b));
        }
    }
}

#[test]
fn a_batch_is_sent_byte_for_byte_until_it_is_acknowledged() {
    let mut bench = Bench::new(1 << 30);
    bench.append(Lane::Operation);
    let first = bench.spool().next_batch(Lane::Operation, now()).unwrap().unwrap();
    bench.append(Lane::Operation);
    bench.reopen();
    let later = now() + std::time::Duration::from_secs(60);
    assert_eq!(bench.spool().next_batch(Lane::Operation, later).unwrap().unwrap(), first);
}

#[test]
fn another_mark_than_that_of_the_batch_sent_forgets_nothing() {
    let mut bench = Bench::new(1 << 30);
    bench.append(Lane::Operation);
    let sealed = bench.spool().next_batch(Lane::Operation, now()).unwrap().unwrap();
    let epoch = bench.epoch;
    let good = Mark { epoch, lane: Lane::Operation, last: 1, sha256: sealed.sha256.clone() };
    for bad in [
        Mark { sha256: "00".into(), ..good.clone() },
        Mark { last: 2, ..good.clone() },
        Mark { epoch: Uuid::new_v4(), ..good.clone() },
    ] {
        let result = bench.spool().acknowledge(Lane::Operation, &bad);
        assert!(matches!(result, Err(SpoolError::Disagrees { .. })), "{bad:?}");
    }
    assert_eq!(bench.spool().waiting(Lane::Operation), 1);
    assert!(bench.spool().acknowledge(Lane::Operation, &good).unwrap());
    assert_eq!(bench.spool().waiting(Lane::Operation), 0);
}

#[test]
fn the_quota_takes_bulk_before_operation_before_critical() {
    let mut bench = Bench::new(100_000);
    for _ in 0..10 {
        LANES.iter().for_each(|lane| bench.append_event(*lane, |event| event.with("text", "x".repeat(2000))));
    }
    for _ in 0..25 {
        bench.append_event(Lane::Critical, |event| event.with("text", "x".repeat(2000)));
    }
    bench.drain();
    assert_eq!(bench.gaps(Lane::Bulk), [("quota".to_owned(), 10)]);
    assert_eq!(bench.gaps(Lane::Operation), []);
    assert_eq!(bench.numbers(Lane::Critical).len(), 35);
}

#[test]
fn a_damaged_record_in_the_middle_is_a_gap_and_the_rest_arrives() {
    let mut bench = Bench::new(1 << 30);
    (0..5).for_each(|_| bench.append(Lane::Operation));
    let path = bench.files(Lane::Operation).pop().unwrap();
    let mut content = fs::read(&path).unwrap();
    let third = content.len() / 2;
    content[third] ^= 0x20;
    fs::write(&path, content).unwrap();
    bench.reopen();
    bench.drain();
    assert_eq!(bench.numbers(Lane::Operation), [1, 2, 4, 5]);
    assert_eq!(bench.gaps(Lane::Operation), [("corrupt".to_owned(), 1)]);
}

#[test]
fn a_lost_segment_is_a_gap() {
    let mut bench = Bench::new(1 << 30);
    (0..3000).for_each(|_| bench.append_event(Lane::Bulk, |event| event.with("text", "x".repeat(1000))));
    let files = bench.files(Lane::Bulk);
    assert!(files.len() >= 3);
    fs::remove_file(&files[1]).unwrap();
    bench.reopen();
    bench.drain();
    let lost: u64 = bench
        .gaps(Lane::Bulk)
        .iter()
        .map(|(reason, count)| {
            assert_eq!(reason, "corrupt");
            count
        })
        .sum();
    assert!(lost > 0);
    assert_eq!(bench.numbers(Lane::Bulk).len() as u64 + lost, 3000);
}

#[test]
fn a_new_numbering_carries_over_a_batch_whose_records_the_quota_took() {
    let mut bench = Bench::new(100_000);
    (0..10).for_each(|_| bench.append_event(Lane::Bulk, |event| event.with("text", "x".repeat(2000))));
    bench.spool().next_batch(Lane::Bulk, now()).unwrap().unwrap();
    (0..45).for_each(|_| bench.append_event(Lane::Operation, |event| event.with("text", "x".repeat(2000))));
    bench.new_epoch();
    bench.drain();
    assert_eq!(bench.numbers(Lane::Bulk), (1..=10).collect::<Vec<_>>());
}

#[test]
fn an_interrupted_change_of_the_numbering_never_happened() {
    let mut bench = Bench::new(1 << 30);
    bench.append(Lane::Operation);
    fs::create_dir_all(bench.dir.path().join(Uuid::new_v4().to_string()).join("operation")).unwrap();
    bench.reopen();
    bench.drain();
    assert_eq!(bench.numbers(Lane::Operation), [1]);
}

#[test]
fn a_whole_batch_is_not_waited_for() {
    let mut bench = Bench::new(1 << 30);
    (0..batch::MAX_EVENTS - 1).for_each(|_| bench.append(Lane::Operation));
    assert!(!bench.spool().has_full_batch(Lane::Operation));
    bench.append(Lane::Operation);
    bench.append(Lane::Operation);
    assert!(bench.spool().has_full_batch(Lane::Operation));
    let sealed = bench.spool().next_batch(Lane::Operation, now()).unwrap().unwrap();
    assert_eq!((sealed.header.first, sealed.header.last), (1, batch::MAX_EVENTS));
}
