//! A process that takes events away without end, and is really killed, fifty times.

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use yagura_events::{Embedded, EventStore, Options, Outcome, Query, Removal, RemovalKind, Unguarded};
use yagura_vocabulary::StoredEvent;

use crate::{
    journal::{Key, look},
    removal::{retain, rows, until},
    rig::{batch, everything, options},
};

const DIR: &str = "YAGURA_EVENTS_TEST_REMOVAL_DIR";
const KILLS: u32 = 50;
/// Whose events are held.
const HELD: u128 = 2;
/// Whose events are erased.
const ERASED: u128 = 3;
/// So many days are kept of the others.
const KEPT: u64 = 3;

fn sealed(dir: &Path) -> Options {
    let mut options = options(dir);
    options.flush_rows = 60;
    options.merge_fan_in = 3;
    options.seal = Some(Arc::new(Key::new(1)));
    options
}

fn of(number: u128) -> Query {
    Query { endpoints: Some(vec![batch(number, 1, 1).endpoint]), ..Query::new() }
}

fn retention(today: u64) -> Removal {
    retain(vec![until(today.saturating_sub(KEPT))], vec![of(HELD)])
}

fn erasure() -> Removal {
    Removal { kind: RemovalKind::Erase, remove: vec![of(ERASED)], ..retention(0) }
}

/// The day on which an endpoint goes on.
async fn next_day(store: &Embedded, number: u128) -> u64 {
    let marks = store.marks(batch(number, 1, 1).endpoint).await.unwrap();
    marks.first().map_or(0, |mark| mark.last_seq / 12)
}

fn seqs(all: &[StoredEvent], number: u128) -> Vec<u64> {
    let own = all.iter().filter(|event| event.endpoint.uuid().as_u128() == number);
    let mut seqs: Vec<_> = own.map(|event| event.seq).collect();
    seqs.sort_unstable();
    seqs
}

/// What the child process does: day after day comes, what is old goes, and what it did is printed.
#[tokio::test(flavor = "multi_thread")]
async fn child_that_removes_until_it_is_killed() {
    let Some(dir) = env::var_os(DIR) else { return };
    let store = Embedded::open(sealed(dir.as_ref())).await.unwrap();
    let all = everything(&store).await;
    let held = next_day(&store, HELD).await * 12;
    assert_eq!(seqs(&all, HELD), (1..=held).collect::<Vec<_>>(), "what is held is there after every kill");
    loop {
        let mut today = 0;
        for number in 1..=3 {
            today = next_day(&store, number).await;
            let outcomes = store.append(vec![rows(number, today)]).await.unwrap();
            assert!(matches!(outcomes[..], [Outcome::Stored { rows: 12 }]));
            println!("\nacked {number} {today}");
        }
        println!("\nremoving 0 {today}");
        store.remove(&retention(today), Arc::new(Unguarded)).await.unwrap();
        println!("\nremoving 1 {today}");
        store.remove(&erasure(), Arc::new(Unguarded)).await.unwrap();
    }
}

/// Lets a child live until it begins the `nth` removal, and a little longer. What it acknowledged, by endpoint.
fn live(dir: &Path, nth: u32, longer: u32, acked: &mut BTreeMap<u128, u64>) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "removal_kill::child_that_removes_until_it_is_killed", "--nocapture"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut removals = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            ["acked", number, day] => {
                // The last line before the end may be cut short.
                if let (Ok(number), Ok(day)) = (number.parse(), day.parse::<u64>()) {
                    let last = acked.entry(number).or_default();
                    *last = (*last).max(day + 1);
                }
            }
            ["removing", ..] => {
                removals += 1;
                if removals == nth {
                    // The same "random" moment each time, as far as the machine allows it.
                    (0..longer).for_each(|_| std::thread::yield_now());
                    child.kill().unwrap();
                }
            }
            _ => {}
        }
    }
    child.wait().unwrap();
    assert!(removals >= nth, "the child ended by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_kills_in_the_middle_of_removals_lose_nothing_and_leave_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut acked = BTreeMap::new();
    let mut lot = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..KILLS {
        lot ^= lot << 13;
        lot ^= lot >> 7;
        lot ^= lot << 17;
        live(dir.path(), 1 + u32::try_from(lot % 4).unwrap(), u32::try_from(lot % 5000).unwrap(), &mut acked);
    }
    let store = Embedded::open(sealed(dir.path())).await.unwrap();
    let today = next_day(&store, 1).await;
    assert!(today >= u64::from(KILLS) / 2, "only {today} days");
    store.remove(&retention(today), Arc::new(Unguarded)).await.unwrap();
    store.remove(&erasure(), Arc::new(Unguarded)).await.unwrap();
    let all = everything(&store).await;
    for (number, acked) in acked {
        assert!(next_day(&store, number).await >= acked, "endpoint {number} was told {acked} days");
    }
    assert_eq!(seqs(&all, 1), ((today - KEPT) * 12 + 1..=today * 12).collect::<Vec<_>>(), "what is not due");
    let held = next_day(&store, HELD).await;
    assert_eq!(seqs(&all, HELD), (1..=held * 12).collect::<Vec<_>>(), "what is held");
    assert_eq!(seqs(&all, ERASED), Vec::<u64>::new(), "what is erased");
    assert_eq!(store.health().await.damage, Vec::<String>::new());
    store.close().await.unwrap();
    let found = look(dir.path(), None).await;
    assert_eq!(found.faults, []);
}
