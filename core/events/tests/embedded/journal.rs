//! The journal of manifests finds what was changed, taken away, put in or rolled back behind the store's back.

use std::{fs, ops::ControlFlow, path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest::{SHA256, digest},
    signature::{Ed25519KeyPair, KeyPair},
};
use yagura_events::embedded::{Expected, Fault, Head, Manifest, Seal, Signatures, Verification, verify};

use crate::rig::{Rig, Sender, Settle, Stop, store};

#[derive(Debug)]
pub(crate) struct Key(Ed25519KeyPair);

impl Key {
    pub(crate) fn new(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }
}

impl Seal for Key {
    fn key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref())
    }
    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(bytes).as_ref().to_vec()
    }
}

/// A store that has written, merged, compacted and written again, and is closed.
async fn closed() -> Rig {
    let rig = Rig::new(Stop::Close, Settle::Segments, |options| {
        options.merge_fan_in = 3;
        options.seal = Some(Arc::new(Key::new(1)));
    })
    .await;
    let mut sender = Sender::new(1);
    for n in 0..5 {
        store(&rig.store, sender.batch(5)).await;
        rig.store.flush().await.unwrap();
        if n == 3 {
            rig.store.compact().await.unwrap();
        }
    }
    rig.store.close().await.unwrap();
    rig
}

/// What is found by somebody who knows the store's key.
pub(crate) async fn look(dir: &Path, head: Option<Head>) -> Verification {
    let expected = Expected { heads: head.into_iter().collect(), signatures: Signatures::By(vec![Key::new(1).key()]) };
    verify(dir, &expected, &mut |_, _| ControlFlow::Continue(())).await.unwrap()
}

pub(crate) fn files(dir: &Path, ending: &str) -> Vec<String> {
    let days = fs::read_dir(dir.join("v1")).unwrap().map(|day| day.unwrap().path());
    let files = days.flat_map(|day| fs::read_dir(day).unwrap().map(|file| file.unwrap().path()));
    let below = |path: std::path::PathBuf| path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
    let mut files: Vec<_> = files.map(below).filter(|path| path.ends_with(ending)).collect();
    files.sort();
    files
}

pub(crate) async fn sql(dir: &Path, statement: &'static str) {
    let url = format!("sqlite://{}", dir.join("catalogue.sqlite").display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    assert!(sqlx::query(statement).execute(&pool).await.unwrap().rows_affected() > 0);
    pool.close().await;
}

async fn check(harm: impl AsyncFnOnce(&Path), expected: impl Fn(&[Fault]) -> bool) {
    let rig = closed().await;
    harm(rig.dir.path()).await;
    let found = look(rig.dir.path(), None).await;
    assert!(expected(&found.faults), "{:?}", found.faults);
    assert!(found.faults.iter().all(|fault| !fault.to_string().is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_nobody_touched_is_what_its_journal_says() {
    let rig = closed().await;
    let found = look(rig.dir.path(), None).await;
    assert_eq!(found.faults, []);
    assert!(found.manifests >= 6 && found.files >= 6, "{found:?}");
    assert_eq!(look(rig.dir.path(), found.head).await, found);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_is_found_in_every_kind_of_file() {
    for ending in ["parquet", "ngx", "sum"] {
        let harm = async |dir: &Path| {
            let path = dir.join(&files(dir, ending)[0]);
            let mut bytes = fs::read(&path).unwrap();
            bytes[20] ^= 1;
            fs::write(path, bytes).unwrap();
        };
        check(harm, |faults| matches!(faults, [Fault::Changed(path)] if path.ends_with(ending))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_file_and_one_that_was_put_in_are_named() {
    check(
        async |dir| fs::remove_file(dir.join(&files(dir, "parquet")[0])).unwrap(),
        |faults| matches!(faults, [Fault::Missing(_)]),
    )
    .await;
    check(
        async |dir| {
            let path = dir.join(&files(dir, "parquet")[0]);
            fs::copy(&path, path.with_file_name("part-forged.parquet")).map(drop).unwrap();
        },
        |faults| matches!(faults, [Fault::Unknown(path)] if path.ends_with("part-forged.parquet")),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_struck_from_the_catalogue_is_missed() {
    check(
        async |dir| sql(dir, "DELETE FROM segment WHERE sorted = 1").await,
        |faults| faults.iter().any(|fault| matches!(fault, Fault::Forgotten(_))),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_cannot_be_rewritten_without_the_key() {
    let spoilt =
        |faults: &[Fault]| !faults.is_empty() && faults.iter().any(|fault| matches!(fault, Fault::Journal { .. }));
    let harms = [
        "UPDATE manifest SET entry = replace(entry, '\"store\"', '\"nobody\"') WHERE number = 2",
        "UPDATE manifest SET hash = zeroblob(32) WHERE number = 2",
        "UPDATE manifest SET signature = zeroblob(64) WHERE number = 1",
        "UPDATE manifest SET signature = NULL WHERE number = 3",
        "DELETE FROM manifest WHERE number = 2",
    ];
    for harm in harms {
        check(async |dir| sql(dir, harm).await, spoilt).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_put_back_to_an_older_state_is_found_by_the_head_that_was_written_down() {
    let mut rig = Rig::new(Stop::Close, Settle::Segments, |options| options.seal = Some(Arc::new(Key::new(1)))).await;
    let mut sender = Sender::new(1);
    store(&rig.store, sender.batch(5)).await;
    rig.store.flush().await.unwrap();
    let old = rig.store.journal_head().await.unwrap();
    let copy = tempfile::tempdir().unwrap();
    rig.restart_after(|dir| crate::golden::copy(dir, copy.path())).await;
    store(&rig.store, sender.batch(5)).await;
    rig.store.flush().await.unwrap();
    let head = rig.store.journal_head().await.unwrap();
    rig.store.close().await.unwrap();
    assert_eq!(look(copy.path(), Some(old)).await.faults, []);
    let faults = look(copy.path(), Some(head)).await.faults;
    assert_eq!(faults, [Fault::RolledBack { expected: head.number, found: old.number }]);
    assert_eq!(look(rig.dir.path(), Some(old)).await.faults, [], "a journal that went on is no fault");
}

/// What somebody does who has taken the server over: changes a file and makes the whole journal anew to fit, signed with `key`.
async fn forge(dir: &Path, key: &Key) {
    let path = files(dir, "parquet").remove(0);
    let mut bytes = fs::read(dir.join(&path)).unwrap();
    let hash = |bytes: &[u8]| hex::encode(digest(&SHA256, bytes).as_ref());
    let before = hash(&bytes);
    bytes[20] ^= 1;
    fs::write(dir.join(&path), &bytes).unwrap();
    let url = format!("sqlite://{}", dir.join("catalogue.sqlite").display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    let journal: Vec<(i64, String)> =
        sqlx::query_as("SELECT number, entry FROM manifest ORDER BY number").fetch_all(&pool).await.unwrap();
    assert!(journal.iter().any(|(_, entry)| entry.contains(&before)));
    let mut previous = "0".repeat(64);
    for (number, entry) in journal {
        let mut manifest: Manifest = serde_json::from_str(&entry.replace(&before, &hash(&bytes))).unwrap();
        (manifest.previous, manifest.key) = (previous, Some(key.key()));
        let entry = serde_json::to_string(&manifest).unwrap();
        previous = hash(entry.as_bytes());
        sqlx::query("UPDATE manifest SET entry = $1, hash = $2, signature = $3 WHERE number = $4")
            .bind(&entry)
            .bind(hex::decode(&previous).unwrap())
            .bind(key.sign(entry.as_bytes()))
            .bind(number)
            .execute(&pool)
            .await
            .unwrap();
    }
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_made_anew_with_the_server_s_own_key_is_found_by_any_head_that_left_the_machine() {
    let rig = closed().await;
    let dir = rig.dir.path();
    let before = look(dir, None).await.head.unwrap();
    forge(dir, &Key::new(1)).await;
    assert_eq!(look(dir, None).await.faults, [], "by itself, what was forged with the key fits");
    let rewritten = Fault::Rewritten { number: before.number };
    assert_eq!(look(dir, Some(before)).await.faults, [rewritten]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_made_anew_with_another_key_is_found_by_the_key() {
    let rig = closed().await;
    let dir = rig.dir.path();
    let manifests = look(dir, None).await.manifests;
    forge(dir, &Key::new(2)).await;
    let faults = look(dir, None).await.faults;
    assert_eq!(faults.len() as u64, manifests, "{faults:?}");
    let expected = Expected { heads: vec![], signatures: Signatures::Any };
    let found = verify(dir, &expected, &mut |_, _| ControlFlow::Continue(())).await.unwrap();
    assert_eq!((found.faults, found.keys), (vec![], vec![Key::new(2).key()]), "nobody who knows no key can tell");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_from_before_the_journal_is_adopted() {
    let dir = tempfile::tempdir().unwrap();
    crate::golden::copy(&crate::golden::golden("v1"), dir.path());
    let store = yagura_events::Embedded::open(crate::rig::options(dir.path())).await.unwrap();
    let journal = store.journal(0, 10).await.unwrap();
    assert_eq!((&*journal[0].manifest.action, journal[0].manifest.put.len()), ("adopt", 1));
    store.close().await.unwrap();
    let found = verify(dir.path(), &Expected::default(), &mut |_, _| ControlFlow::Continue(())).await.unwrap();
    assert_eq!(found.faults, []);
}
