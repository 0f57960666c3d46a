//! Whether a store is what its journal says: nothing changed, missing, put in, or rolled back.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use sqlx::{
    Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::{Chain, Expected, Head, ManifestFile, Stored};
use crate::{
    StoreError,
    embedded::{files::sha256_of, segment::LAYOUT},
};

/// Something that is not as the journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The journal ends before a head that was written down: it was put back to an older state.
    RolledBack {
        /// The number that was written down.
        expected: u64,
        /// The last number that is there.
        found: u64,
    },
    /// The journal has another manifest where a head was written down: from there or before, it was made anew, whoever signed
    /// it.
    Rewritten {
        /// The number that was written down.
        number: u64,
    },
    /// A manifest was changed, left out or put in.
    Journal {
        /// Its number.
        number: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A file is not there.
    Missing(String),
    /// A file is not what was written.
    Changed(String),
    /// A file is there, or counts, that no manifest tells of.
    Unknown(String),
    /// A file should count, and the catalogue does not name it.
    Forgotten(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RolledBack { expected, found } => write!(
                f,
                "the journal was rolled back: manifest {expected} was written down elsewhere, and it ends with {found}"
            ),
            Self::Rewritten { number } => {
                write!(f, "the journal was rewritten: manifest {number} is not the one that was written down elsewhere")
            }
            Self::Journal { number, what } => write!(f, "manifest {number}: {what}"),
            Self::Missing(path) => write!(f, "{path} is missing"),
            Self::Changed(path) => write!(f, "{path} is not what was written"),
            Self::Unknown(path) => write!(f, "{path} is told of by no manifest"),
            Self::Forgotten(path) => write!(f, "{path} should count, but the catalogue does not name it"),
        }
    }
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Manifests that were read.
    pub manifests: u64,
    /// Files that were hashed.
    pub files: u64,
    /// The end of the journal; write it down elsewhere.
    pub head: Option<Head>,
    /// The keys that manifests name.
    pub keys: Vec<String>,
    /// What is not as it should be.
    pub faults: Vec<Fault>,
}

/// Compares the store in `dir`, which may be closed, a copy or a backup, with its journal, and the journal with what is
/// expected of it.
///
/// Without heads from elsewhere, somebody who has the key can make another journal of other files, and nothing here tells.
/// `progress` is told how many of how many bytes are hashed, and may end it.
///
/// # Errors
/// The catalogue or a directory cannot be read, or `progress` ended it.
pub async fn verify(
    dir: &Path,
    expected: &Expected,
    progress: &mut (dyn FnMut(u64, u64) -> ControlFlow<()> + Send),
) -> Result<Verification, StoreError> {
    let (journal, named) = read(&dir.join("catalogue.sqlite")).await?;
    let mut chain = Chain::new(expected);
    for Stored { number, entry, hash, signature } in &journal {
        chain.next(*number, entry, hash, signature.as_deref());
    }
    chain.end();
    let (head, keys) = (chain.head(), chain.keys().to_vec());
    let Chain { files, faults, .. } = chain;
    let mut found = Verification { manifests: journal.len() as u64, files: 0, head, keys, faults };
    for path in named.iter().filter(|path| !files.contains_key(*path)) {
        found.faults.push(Fault::Unknown(path.clone()));
    }
    for path in files.keys().filter(|path| !named.contains(path)) {
        found.faults.push(Fault::Forgotten(path.clone()));
    }
    for path in on_disk(dir)? {
        if !files.contains_key(&path) && !named.contains(&path) {
            found.faults.push(Fault::Unknown(path));
        }
    }
    compare(dir, &files, &mut found, progress)?;
    if found.faults.iter().any(|fault| matches!(fault, Fault::Missing(_) | Fault::Unknown(_))) {
        forgive(dir, &files, &mut found).await?;
    }
    Ok(found)
}

/// A store that is open goes on meanwhile: files that its journal has taken or put since then are no faults.
async fn forgive(
    dir: &Path,
    before: &BTreeMap<String, ManifestFile>,
    found: &mut Verification,
) -> Result<(), StoreError> {
    let (journal, _) = read(&dir.join("catalogue.sqlite")).await?;
    if journal.len() as u64 == found.manifests {
        return Ok(());
    }
    let expected = Expected::default();
    let mut chain = Chain::new(&expected);
    for Stored { number, entry, hash, signature } in &journal {
        chain.next(*number, entry, hash, signature.as_deref());
    }
    found.faults.retain(|fault| match fault {
        Fault::Missing(path) => chain.files.contains_key(path),
        Fault::Unknown(path) => !chain.files.contains_key(path) || before.contains_key(path),
        _ => true,
    });
    Ok(())
}

/// The journal, and the files that the catalogue names.
async fn read(catalogue: &Path) -> Result<(Vec<Stored>, Vec<String>), StoreError> {
    let options = SqliteConnectOptions::new().filename(catalogue).read_only(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
    let pool = pool.map_err(StoreError::catalogue("open the database"))?;
    let answer = read_tables(&pool).await.map_err(StoreError::catalogue("read the journal"));
    pool.close().await;
    answer
}

async fn read_tables(pool: &SqlitePool) -> Result<(Vec<Stored>, Vec<String>), sqlx::Error> {
    // One transaction: a store that is open goes on changing.
    let mut transaction = pool.begin().await?;
    let rows = sqlx::query("SELECT * FROM manifest ORDER BY number").fetch_all(&mut *transaction).await?;
    let journal = rows.iter().map(Stored::read).collect::<Result<_, _>>()?;
    let mut named: Vec<String> = sqlx::query_scalar("SELECT path FROM segment").fetch_all(&mut *transaction).await?;
    let rows = sqlx::query("SELECT path, ending FROM segment JOIN companion ON companion.segment = segment.id");
    for row in rows.fetch_all(&mut *transaction).await? {
        let (path, ending): (String, String) = (row.try_get("path")?, row.try_get("ending")?);
        named.push(Path::new(&path).with_extension(ending).to_string_lossy().into_owned());
    }
    Ok((journal, named))
}

/// The files of segments, below `dir`.
fn on_disk(dir: &Path) -> Result<Vec<String>, StoreError> {
    let list = |dir: &Path| -> Result<Vec<PathBuf>, StoreError> {
        let entries = fs::read_dir(dir).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
        entries.map_err(StoreError::file("list", dir))
    };
    let mut files = Vec::new();
    for day in list(&dir.join(LAYOUT))?.iter().filter(|day| day.is_dir()) {
        let below = |path: PathBuf| path.strip_prefix(dir).map(|path| path.to_string_lossy().into_owned());
        files.extend(list(day)?.into_iter().filter_map(|path| below(path).ok()));
    }
    // What is being written has no name yet.
    files.retain(|path| !path.ends_with(".tmp"));
    files.sort();
    Ok(files)
}

fn compare(
    dir: &Path,
    files: &BTreeMap<String, ManifestFile>,
    found: &mut Verification,
    progress: &mut (dyn FnMut(u64, u64) -> ControlFlow<()> + Send),
) -> Result<(), StoreError> {
    let total = files.values().map(|file| file.bytes).sum();
    let mut done = 0;
    for file in files.values() {
        let path = dir.join(&file.path);
        match sha256_of(&path) {
            Ok(hash) if hex::encode(hash) == file.sha256 => {}
            Ok(_) => found.faults.push(Fault::Changed(file.path.clone())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                found.faults.push(Fault::Missing(file.path.clone()));
            }
            Err(error) => return Err(StoreError::file("read", &path)(error)),
        }
        found.files += 1;
        done += file.bytes;
        if progress(done, total).is_break() {
            return Err(StoreError::Stopped);
        }
    }
    Ok(())
}
