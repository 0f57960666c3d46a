//! What can still be read of a catalogue.

use std::{collections::BTreeMap, path::Path};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use crate::{
    Mark,
    embedded::{
        catalogue,
        manifest::{Chain, Expected, ManifestFile, Stored},
        memtable::Stream,
    },
};

/// What the old catalogue tells.
#[derive(Debug, Default)]
pub(super) struct Old {
    /// The journal from its beginning, as far as each manifest follows the one before.
    pub(super) journal: Vec<Stored>,
    /// Whether that was all of it.
    pub(super) whole: bool,
    /// The files that count by it.
    pub(super) files: BTreeMap<String, ManifestFile>,
    pub(super) marks: Vec<(Stream, Mark)>,
    pub(super) flushed: u64,
    pub(super) given: u64,
}

/// Reads what can be read; nothing of a catalogue that is not there.
pub(super) async fn read(path: &Path) -> Old {
    let mut old = Old::default();
    if !path.is_file() {
        return old;
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let Ok(pool) = SqlitePoolOptions::new().max_connections(1).connect_with(options).await else { return old };
    let ended = journal(&pool, &mut old).await;
    if let Err(error) = &ended {
        tracing::warn!(%error, manifests = old.journal.len(), "the journal cannot be read to its end");
    }
    old.whole &= ended.is_ok();
    if let Ok(rows) = sqlx::query("SELECT * FROM mark").fetch_all(&pool).await {
        old.marks = rows.iter().filter_map(|row| catalogue::mark(row).ok()).collect();
    }
    if let Ok((flushed, given)) =
        sqlx::query_as::<_, (i64, i64)>("SELECT flushed, given FROM progress").fetch_one(&pool).await
    {
        // Positions stay far below this; a number beyond it was never written by us.
        let sound = |number: i64| u64::try_from(number).ok().filter(|number| *number < 1 << 60).unwrap_or(0);
        (old.flushed, old.given) = (sound(flushed), sound(given));
    }
    pool.close().await;
    old
}

/// One manifest after the other, so that damage in the middle leaves what lies before it.
async fn journal(pool: &SqlitePool, old: &mut Old) -> Result<(), sqlx::Error> {
    let expected = Expected::default();
    let mut chain = Chain::new(&expected);
    old.whole = true;
    loop {
        let after = old.journal.last().map_or(0, |last| last.number);
        let row = sqlx::query("SELECT * FROM manifest WHERE number > $1 ORDER BY number LIMIT 1")
            .bind(after.cast_signed())
            .fetch_optional(pool)
            .await;
        let read = row.and_then(|row| row.map(|row| Stored::read(&row)).transpose());
        let stored = match read {
            Ok(Some(stored)) => stored,
            ended => {
                old.files = chain.into_files();
                return ended.map(drop);
            }
        };
        chain.next(stored.number, &stored.entry, &stored.hash, stored.signature.as_deref());
        if !chain.faults().is_empty() {
            old.whole = false;
            old.files = again(&old.journal);
            return Ok(());
        }
        old.journal.push(stored);
    }
}

/// The files that count after the manifests before the one that is wrong.
fn again(journal: &[Stored]) -> BTreeMap<String, ManifestFile> {
    let expected = Expected::default();
    let mut chain = Chain::new(&expected);
    for stored in journal {
        chain.next(stored.number, &stored.entry, &stored.hash, stored.signature.as_deref());
    }
    chain.into_files()
}
