//! A process that is really killed, at any moment.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use yagura_events::{Embedded, EventStore, Outcome};

use crate::rig::{batch, everything, options};

const DIR: &str = "YAGURA_EVENTS_TEST_DIR";
const WRITERS: usize = 4;

#[expect(clippy::print_stdout, reason = "the parent process reads it")]
async fn append_without_end(store: &Embedded, number: u128) {
    let marks = store.marks(batch(number, 1, 1).endpoint).await.unwrap();
    let mut next = marks.first().map_or(1, |mark| mark.last_seq + 1);
    loop {
        let last = next + u64::try_from(number).unwrap();
        let outcomes = store.append(vec![batch(number, next, last)]).await.unwrap();
        assert!(matches!(outcomes[..], [Outcome::Stored { .. }]));
        println!("\nacked {number} {last}");
        next = last + 1;
    }
}

/// What the child process does: appends without end and prints what was acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn child_that_appends_until_it_is_killed() {
    let Some(dir) = env::var_os(DIR) else { return };
    let mut options = options(dir.as_ref());
    options.flush_rows = 60;
    options.merge_fan_in = 3;
    let store = Embedded::open(options).await.unwrap();
    let append = |number| append_without_end(&store, number);
    tokio::join!(append(0), append(1), append(2), append(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_has_stored_everything_it_acknowledged_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut acked = [0; WRITERS];
    for round in 1..=8usize {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "kill::child_that_appends_until_it_is_killed", "--nocapture"])
            .env(DIR, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        for line in lines.map_while(Result::ok) {
            let Some(ack) = line.strip_prefix("acked ") else { continue };
            // The last line before the end may be cut short.
            let Some((Ok(number), Ok(last))) = ack.split_once(' ').map(|(n, l)| (n.parse::<usize>(), l.parse::<u64>()))
            else {
                continue;
            };
            seen += 1;
            acked[number] = acked[number].max(last);
            if seen == round * 37 {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(seen >= round * 37, "the child acknowledged only {seen} batches");
    }
    let store = Embedded::open(options(dir.path())).await.unwrap();
    let all = everything(&store).await;
    for (number, acked) in (0..).zip(acked) {
        let mut seqs: Vec<_> =
            all.iter().filter(|event| event.endpoint.uuid().as_u128() == number).map(|event| event.seq).collect();
        seqs.sort_unstable();
        assert!(seqs.len() as u64 >= acked, "writer {number} was told {acked}, {} are there", seqs.len());
        assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    }
    assert_eq!(store.health().await.damage, Vec::<String>::new());
    store.close().await.unwrap();
}
