//! The catalogue: a small SQLite database that says which segments count. Its commit is the commit of a flush or merge.

use std::{collections::HashMap, path::Path};

use sqlx::{
    Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};
use uuid::Uuid;
use yagura_vocabulary::{Id, Time};

use super::{
    manifest::{self, Head, ManifestFile, Notary, Note, SignedManifest, Stored},
    memtable::{Extent, Stream},
    segment::{Companion, Entry},
};
use crate::{Mark, StoreError};

/// Its file, in the store's directory.
pub(crate) const CATALOGUE: &str = "catalogue.sqlite";

/// The catalogue of one store.
#[derive(Debug, Clone)]
pub(crate) struct Catalogue {
    pool: SqlitePool,
    notary: Notary,
}

/// What the catalogue knew when the store was opened.
#[derive(Debug)]
pub(crate) struct Contents {
    /// By smallest position.
    pub(crate) segments: Vec<Entry>,
    pub(crate) marks: Vec<(Stream, Mark)>,
    /// The position up to which everything is in segments.
    pub(crate) flushed: u64,
    /// The position up to which none may be given again.
    pub(crate) given: u64,
}

impl Catalogue {
    pub(crate) async fn open(path: &Path, notary: Notary) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options);
        let pool = pool.await.map_err(StoreError::catalogue("open the database"))?;
        let migrated = sqlx::migrate!("./catalogue").run(&pool).await;
        migrated.map_err(|error| StoreError::catalogue("bring the tables up to date")(error.into()))?;
        Ok(Self { pool, notary })
    }

    /// Copies it, as it is at one moment, to a new file.
    pub(crate) async fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        let text = path.to_string_lossy().into_owned();
        let copied = sqlx::query("VACUUM INTO $1").bind(text).execute(&self.pool).await;
        copied.map(drop).map_err(StoreError::catalogue("copy what is"))
    }

    /// Closes it so that the one file holds everything.
    pub(crate) async fn close_whole(&self) -> Result<(), StoreError> {
        let folded = sqlx::query("PRAGMA journal_mode = DELETE").execute(&self.pool).await;
        folded.map_err(StoreError::catalogue("fold the journal"))?;
        self.pool.close().await;
        Ok(())
    }

    pub(crate) async fn read(&self) -> Result<Contents, StoreError> {
        let what = "read what is";
        let rows = sqlx::query("SELECT * FROM segment ORDER BY min_position").fetch_all(&self.pool).await;
        let segments = rows.and_then(|rows| rows.iter().map(entry).collect());
        let mut segments: Vec<Entry> = segments.map_err(StoreError::catalogue(what))?;
        let rows = sqlx::query("SELECT * FROM companion ORDER BY ending").fetch_all(&self.pool).await;
        let companions = rows.and_then(|rows| rows.iter().map(companion).collect::<Result<Vec<_>, _>>());
        let mut by_segment: HashMap<Uuid, Vec<Companion>> = HashMap::new();
        for (segment, companion) in companions.map_err(StoreError::catalogue(what))? {
            by_segment.entry(segment).or_default().push(companion);
        }
        for segment in &mut segments {
            segment.companions = by_segment.remove(&segment.id).unwrap_or_default();
        }
        let rows = sqlx::query("SELECT * FROM mark").fetch_all(&self.pool).await;
        let marks = rows.and_then(|rows| rows.iter().map(mark).collect()).map_err(StoreError::catalogue(what))?;
        let progress = sqlx::query_as("SELECT flushed, given FROM progress").fetch_one(&self.pool).await;
        let (flushed, given): (i64, i64) = progress.map_err(StoreError::catalogue(what))?;
        Ok(Contents { segments, marks, flushed: flushed.cast_unsigned(), given: given.cast_unsigned() })
    }

    /// Notes that no position up to `given` may be given again.
    pub(crate) async fn leave_out(&self, given: u64) -> Result<(), StoreError> {
        let noted = sqlx::query("UPDATE progress SET given = $1").bind(given.cast_signed()).execute(&self.pool).await;
        noted.map(drop).map_err(StoreError::catalogue("note the positions that were given"))
    }

    /// Adds the segments of a memtable, moves the marks, and notes that everything up to `flushed` is in segments.
    /// Doing it twice does no harm: after an error nobody can tell whether it was done.
    pub(crate) async fn add(
        &self,
        entries: &[Entry],
        marks: impl Iterator<Item = (Stream, Mark)> + Send,
        flushed: u64,
    ) -> Result<(), StoreError> {
        self.try_add(entries, marks, flushed).await.map_err(StoreError::catalogue("add segments"))
    }

    async fn try_add(
        &self,
        entries: &[Entry],
        marks: impl Iterator<Item = (Stream, Mark)> + Send,
        flushed: u64,
    ) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        if !all_there(&mut transaction, entries).await? {
            for entry in entries {
                insert(&mut transaction, entry).await?;
            }
            let put = entries.iter().flat_map(manifest_files).collect();
            self.notary.note(&mut transaction, &Note::own("write"), (Vec::new(), put)).await?;
        }
        set_marks(&mut transaction, marks).await?;
        sqlx::query("UPDATE progress SET flushed = $1").bind(flushed.cast_signed()).execute(&mut *transaction).await?;
        transaction.commit().await
    }

    /// Puts `new` in the place of `old`. Doing it twice does no harm.
    pub(crate) async fn replace(&self, old: &[Entry], new: &[Entry], note: &Note) -> Result<(), StoreError> {
        self.try_replace(old, new, note).await.map_err(StoreError::catalogue("replace merged segments"))
    }

    async fn try_replace(&self, old: &[Entry], new: &[Entry], note: &Note) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        // Done before, and only the answer was lost.
        if !any_there(&mut transaction, old).await? && all_there(&mut transaction, new).await? {
            return Ok(());
        }
        for entry in old {
            let id = entry.id.as_bytes().to_vec();
            for statement in ["DELETE FROM segment WHERE id = $1", "DELETE FROM companion WHERE segment = $1"] {
                sqlx::query(statement).bind(id.clone()).execute(&mut *transaction).await?;
            }
        }
        for entry in new {
            insert(&mut transaction, entry).await?;
        }
        let files = |entries: &[Entry]| entries.iter().flat_map(manifest_files).collect();
        self.notary.note(&mut transaction, note, (files(old), files(new))).await?;
        transaction.commit().await
    }

    /// Fills a new catalogue: the journal as it was, what counts, and a manifest that tells how it came about.
    pub(crate) async fn fill(
        &self,
        contents: &Contents,
        journal: &[Stored],
        note: &Note,
        files: (Vec<ManifestFile>, Vec<ManifestFile>),
    ) -> Result<(), StoreError> {
        self.try_fill(contents, journal, note, files).await.map_err(StoreError::catalogue("write what was found"))
    }

    async fn try_fill(
        &self,
        contents: &Contents,
        journal: &[Stored],
        note: &Note,
        files: (Vec<ManifestFile>, Vec<ManifestFile>),
    ) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        for Stored { number, entry, hash, signature } in journal {
            sqlx::query("INSERT INTO manifest (number, entry, hash, signature) VALUES ($1, $2, $3, $4)")
                .bind(number.cast_signed())
                .bind(entry)
                .bind(hash)
                .bind(signature)
                .execute(&mut *transaction)
                .await?;
        }
        for entry in &contents.segments {
            insert(&mut transaction, entry).await?;
        }
        set_marks(&mut transaction, contents.marks.iter().copied()).await?;
        sqlx::query("UPDATE progress SET flushed = $1, given = $2")
            .bind(contents.flushed.cast_signed())
            .bind(contents.given.cast_signed())
            .execute(&mut *transaction)
            .await?;
        self.notary.note(&mut transaction, note, files).await?;
        transaction.commit().await
    }

    /// Whether any of these segments counts.
    pub(crate) async fn knows_any(&self, entries: &[Entry]) -> Result<bool, StoreError> {
        let known = async { any_there(&mut *self.pool.acquire().await?, entries).await };
        known.await.map_err(StoreError::catalogue("look for segments"))
    }

    /// Begins the journal of a store that has segments from before there was one.
    pub(crate) async fn adopt(&self, entries: &[Entry]) -> Result<(), StoreError> {
        self.try_adopt(entries).await.map_err(StoreError::catalogue("begin the journal"))
    }

    async fn try_adopt(&self, entries: &[Entry]) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let known: i64 = sqlx::query_scalar("SELECT count(*) FROM manifest").fetch_one(&mut *transaction).await?;
        if known == 0 && !entries.is_empty() {
            let put = entries.iter().flat_map(manifest_files).collect();
            self.notary.note(&mut transaction, &Note::own("adopt"), (Vec::new(), put)).await?;
        }
        transaction.commit().await
    }

    /// Manifests after a number, the oldest first.
    pub(crate) async fn manifests(&self, after: u64, limit: u32) -> Result<Vec<SignedManifest>, StoreError> {
        manifest::after(&self.pool, after, limit).await.map_err(StoreError::catalogue("read the journal"))
    }

    /// The end of the journal.
    pub(crate) async fn head(&self) -> Result<Head, StoreError> {
        let what = "read the end of the journal";
        let row = sqlx::query("SELECT number, hash FROM manifest ORDER BY number DESC LIMIT 1");
        let row = row.fetch_optional(&self.pool).await.map_err(StoreError::catalogue(what))?;
        let Some(row) = row else { return Ok(Head { number: 0, hash: [0; 32] }) };
        let number = row.try_get::<i64, _>("number").map(i64::cast_unsigned);
        let head = number.and_then(|number| Ok(Head { number, hash: hash(&row, "hash")? }));
        head.map_err(StoreError::catalogue(what))
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

async fn set_marks(
    connection: &mut sqlx::SqliteConnection,
    marks: impl Iterator<Item = (Stream, Mark)>,
) -> Result<(), sqlx::Error> {
    for (stream, mark) in marks {
        sqlx::query(
            "INSERT OR REPLACE INTO mark (endpoint, epoch, lane, last_seq, last_sha256) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(stream.endpoint.uuid().as_bytes().to_vec())
        .bind(stream.epoch.as_bytes().to_vec())
        .bind(stream.lane.as_str())
        .bind(mark.last_seq.cast_signed())
        .bind(mark.last_sha256.to_vec())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn is_there(connection: &mut sqlx::SqliteConnection, entry: &Entry) -> Result<bool, sqlx::Error> {
    let found = sqlx::query("SELECT 1 FROM segment WHERE id = $1").bind(entry.id.as_bytes().to_vec());
    Ok(found.fetch_optional(connection).await?.is_some())
}

async fn all_there(connection: &mut sqlx::SqliteConnection, entries: &[Entry]) -> Result<bool, sqlx::Error> {
    for entry in entries {
        if !is_there(&mut *connection, entry).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn any_there(connection: &mut sqlx::SqliteConnection, entries: &[Entry]) -> Result<bool, sqlx::Error> {
    for entry in entries {
        if is_there(&mut *connection, entry).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(crate) fn manifest_files(entry: &Entry) -> impl Iterator<Item = ManifestFile> {
    let hashes = [entry.sha256].into_iter().chain(entry.companions.iter().map(|companion| companion.sha256));
    let file = |((path, bytes), sha256)| ManifestFile { path, bytes, sha256: hex::encode::<[u8; 32]>(sha256) };
    entry.files().zip(hashes).map(file)
}

async fn insert(connection: &mut sqlx::SqliteConnection, entry: &Entry) -> Result<(), sqlx::Error> {
    let Extent { position, occurred, received } = entry.extent;
    sqlx::query(
        "INSERT OR REPLACE INTO segment (id, path, day, rows, bytes, sha256, min_position, max_position, min_occurred, \
         max_occurred, min_received, max_received, sorted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(entry.id.as_bytes().to_vec())
    .bind(&entry.path)
    .bind(&entry.day)
    .bind(entry.rows.cast_signed())
    .bind(entry.bytes.cast_signed())
    .bind(entry.sha256.to_vec())
    .bind(position.0.cast_signed())
    .bind(position.1.cast_signed())
    .bind(occurred.0.micros())
    .bind(occurred.1.micros())
    .bind(received.0.micros())
    .bind(received.1.micros())
    .bind(entry.sorted)
    .execute(&mut *connection)
    .await?;
    for companion in &entry.companions {
        sqlx::query("INSERT OR REPLACE INTO companion (segment, ending, bytes, sha256) VALUES ($1, $2, $3, $4)")
            .bind(entry.id.as_bytes().to_vec())
            .bind(&companion.ending)
            .bind(companion.bytes.cast_signed())
            .bind(companion.sha256.to_vec())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn entry(row: &SqliteRow) -> Result<Entry, sqlx::Error> {
    let number = |name: &str| row.try_get::<i64, _>(name);
    let count = |name: &str| number(name).map(i64::cast_unsigned);
    let time = |name: &str| number(name).map(Time::from_micros);
    Ok(Entry {
        id: uuid(row, "id")?,
        path: row.try_get("path")?,
        day: row.try_get("day")?,
        rows: count("rows")?,
        bytes: count("bytes")?,
        sha256: hash(row, "sha256")?,
        extent: Extent {
            position: (count("min_position")?, count("max_position")?),
            occurred: (time("min_occurred")?, time("max_occurred")?),
            received: (time("min_received")?, time("max_received")?),
        },
        sorted: row.try_get("sorted")?,
        companions: Vec::new(),
    })
}

fn companion(row: &SqliteRow) -> Result<(Uuid, Companion), sqlx::Error> {
    let bytes = row.try_get::<i64, _>("bytes")?.cast_unsigned();
    let companion = Companion { ending: row.try_get("ending")?, bytes, sha256: hash(row, "sha256")? };
    Ok((uuid(row, "segment")?, companion))
}

pub(crate) fn mark(row: &SqliteRow) -> Result<(Stream, Mark), sqlx::Error> {
    let epoch = uuid(row, "epoch")?;
    let lane: String = row.try_get("lane")?;
    let lane = lane.parse().map_err(|error| unsound("lane", error))?;
    let last_seq = row.try_get::<i64, _>("last_seq")?.cast_unsigned();
    let last_sha256 = hash(row, "last_sha256")?;
    let stream = Stream { endpoint: Id::from_uuid(uuid(row, "endpoint")?), epoch, lane };
    Ok((stream, Mark { epoch, lane, last_seq, last_sha256 }))
}

fn uuid(row: &SqliteRow, name: &str) -> Result<Uuid, sqlx::Error> {
    Uuid::from_slice(row.try_get(name)?).map_err(|error| unsound(name, error))
}

fn hash(row: &SqliteRow, name: &str) -> Result<[u8; 32], sqlx::Error> {
    row.try_get::<&[u8], _>(name)?.try_into().map_err(|error| unsound(name, error))
}

fn unsound(name: &str, error: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: name.to_owned(), source: error.into() }
}
