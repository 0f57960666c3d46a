//! A damaged log: what comes before the damage is used, what comes after is set aside and told, nothing panics.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use yagura_events::{EventStore, Outcome};

use crate::rig::{Rig, Sender, store};

fn log_files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(dir.join("wal")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "wal"));
    files.sort();
    files
}

/// The sizes of the log after each of ten batches of two events.
async fn ten_batches(rig: &Rig) -> Vec<u64> {
    let mut sender = Sender::new(1);
    let mut sizes = Vec::new();
    for _ in 0..10 {
        store(&rig.store, sender.batch(2)).await;
        sizes.push(rig.store.health().await.wal_bytes);
    }
    sizes
}

async fn check(rig: &Rig, batches: usize, damaged: bool) {
    let seqs: Vec<_> = rig.feed().await.iter().map(|item| item.event.seq).collect();
    assert_eq!(seqs, (1..=2 * batches as u64).collect::<Vec<_>>());
    let health = rig.store.health().await;
    assert_eq!(!health.damage.is_empty(), damaged, "{:?}", health.damage);
    // What is gone is asked for again.
    let mut sender = Sender::new(1);
    sender.next = 2 * batches as u64 + 1;
    store(&rig.store, sender.batch(3)).await;
    sender.next += 10;
    let outcome = rig.store.append(vec![sender.batch(1)]).await.unwrap();
    assert_eq!(outcome, [Outcome::Ahead { expected: 2 * batches as u64 + 4 }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_was_torn_at_any_byte_is_cut_off() {
    let mut rig = Rig::plain().await;
    let sizes = ten_batches(&rig).await;
    let told = rig.feed().await;
    let (last, before) = (sizes[9], sizes[8]);
    for lost in [1, 2, 11, (last - before) / 2, last - before - 1] {
        let mut rig = Rig::plain().await;
        ten_batches(&rig).await;
        rig.restart_after(|dir| {
            let path = &log_files(dir)[0];
            let len = fs::metadata(path).unwrap().len();
            OpenOptions::new().write(true).open(path).unwrap().set_len(len - lost).unwrap();
        })
        .await;
        rig.restart_after(|_| {}).await;
        check(&rig, 9, false).await;
        let new = rig.feed().await[18].position;
        assert!(new > told[19].position, "the positions of what was cut off are not given again");
    }
    rig.restart_after(|dir| {
        let mut file = OpenOptions::new().append(true).open(&log_files(dir)[0]).unwrap();
        file.write_all(&[0; 5000]).unwrap();
    })
    .await;
    check(&rig, 10, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_in_the_middle_costs_what_comes_after_it_and_is_told() {
    let mut rig = Rig::plain().await;
    let sizes = ten_batches(&rig).await;
    let told = rig.feed().await;
    rig.restart_after(|dir| {
        let path = &log_files(dir)[0];
        let mut bytes = fs::read(path).unwrap();
        bytes[usize::try_from(sizes[4]).unwrap() + 40] ^= 1;
        fs::write(path, bytes).unwrap();
    })
    .await;
    check(&rig, 5, true).await;
    let feed = rig.feed().await;
    assert!(feed[10].position > told[19].position, "the positions of what was set aside are not given again");
    // It is told until a person has dealt with it, and it does not come back.
    rig.restart_after(|_| {}).await;
    assert_eq!(rig.all().await.len(), 13);
    assert_eq!(rig.store.health().await.damage.len(), 1);
    rig.restart_after(|dir| {
        for entry in fs::read_dir(dir.join("wal")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "damaged") {
                fs::remove_file(path).unwrap();
            }
        }
    })
    .await;
    assert_eq!(rig.store.health().await.damage, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_in_an_older_log_file_sets_the_newer_ones_aside() {
    let mut rig = Rig::plain().await;
    ten_batches(&rig).await;
    // Each start begins a new file; the older ones stay until their events are in segments.
    rig.restart_after(|_| {}).await;
    let mut sender = Sender::new(1);
    sender.next = 21;
    store(&rig.store, sender.batch(2)).await;
    assert_eq!(log_files(rig.dir.path()).len(), 2);
    rig.restart_after(|dir| {
        let path = &log_files(dir)[0];
        let mut bytes = fs::read(path).unwrap();
        bytes[3] ^= 0xFF;
        fs::write(path, bytes).unwrap();
    })
    .await;
    assert_eq!(rig.all().await.len(), 0);
    assert_eq!(rig.store.health().await.damage.len(), 2);
    store(&rig.store, Sender::new(1).batch(4)).await;
    rig.store.flush().await.unwrap();
    rig.restart_after(|_| {}).await;
    assert_eq!(rig.all().await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_record_of_an_unknown_shape_is_not_thrown_away() {
    let rig = Rig::plain().await;
    ten_batches(&rig).await;
    rig.points.stop();
    let _ = rig.store.close().await;
    let path = &log_files(rig.dir.path())[0];
    let mut bytes = fs::read(path).unwrap();
    // The first byte of the body is the version; the frame is made sound again.
    bytes[12] = 200;
    let body = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let mut crc = crc32fast::Hasher::new();
    crc.update(&bytes[4..8]);
    crc.update(&bytes[12..12 + body]);
    bytes[8..12].copy_from_slice(&crc.finalize().to_le_bytes());
    fs::write(path, &bytes).unwrap();
    let error = yagura_events::Embedded::open(crate::rig::options(rig.dir.path())).await.err().unwrap();
    assert!(error.to_string().contains("newer version"), "{error}");
    assert_eq!(fs::read(path).unwrap(), bytes);
}
