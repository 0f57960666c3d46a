//! A new catalogue from the files and from what can still be read of the old one, for a store whose catalogue is lost or
//! damaged.
//!
//! What the journal tells of counts, if it is still what was written. Other files are put aside, with their names told, and are
//! never served silently. If nothing of the journal can be read, the files are taken as they are found, which is told and
//! written down as well. The old catalogue is kept.
//!
//! What cannot be known: a mark above the last row of its stream (when those rows were removed, or put aside), and the hash
//! of the last batch of a stream, where the old catalogue does not tell. Such a stream goes on; an endpoint that is asked for
//! numbers that it has forgotten records a gap.

mod double;
mod old;
mod survey;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use tokio::task::spawn_blocking;

use self::{
    old::Old,
    survey::{Found, survey},
};
use super::{
    Options,
    catalogue::{CATALOGUE, Catalogue, Contents},
    files::{make_dir, sync_dir},
    lock::Lock,
    manifest::{ManifestFile, Note},
    memtable::Stream,
    segment::LAYOUT,
};
use crate::{Mark, StoreError, marks::UNKNOWN};

/// Positions that are left out: the last ones that were given may be gone, and none is given a second time.
const GAP: u64 = 1 << 20;
const NEW: &str = "catalogue.rebuilt.sqlite";

/// How a catalogue is to be made anew.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rebuild<'a> {
    /// Who wants it.
    pub actor: &'a str,
    /// Whether files count too that the journal does not tell of. Where nothing is left of the journal, they do anyway.
    pub adopt: bool,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Segments that count.
    pub segments: u64,
    /// Events in them.
    pub rows: u64,
    /// Streams that have a mark.
    pub streams: u64,
    /// Those of them whose last batch is not known by its hash.
    pub streams_by_rows: u64,
    /// Manifests that could be read.
    pub manifests: u64,
    /// Whether the journal was read to its end.
    pub journal_whole: bool,
    /// Files that count although no manifest tells of them.
    pub adopted: Vec<String>,
    /// Files that were put aside, and why.
    pub aside: Vec<(String, String)>,
    /// Files that the journal tells of and that are not there.
    pub missing: Vec<String>,
    /// Where the old catalogue is now.
    pub old_catalogue: Option<PathBuf>,
    /// Where the files are that were put aside.
    pub aside_in: Option<PathBuf>,
}

type Progress<'a> = &'a mut (dyn FnMut(u64, u64) -> ControlFlow<()> + Send);

/// Makes a new catalogue for the store in `options.dir`, which no process may have open.
///
/// `progress` is told how many of how many bytes are read, and may end it: then nothing was changed.
///
/// # Errors
/// The store is in use, or files cannot be read, moved or written.
pub async fn rebuild(options: Options, how: Rebuild<'_>, progress: Progress<'_>) -> Result<Rebuilt, StoreError> {
    let dir = options.dir.clone();
    let _lock = Lock::take(&dir)?;
    let catalogue = dir.join(CATALOGUE);
    let old = old::read(&catalogue).await;
    let adopt = how.adopt || old.journal.is_empty();
    let mut rebuilt = Rebuilt { manifests: old.journal.len() as u64, journal_whole: old.whole, ..Rebuilt::default() };
    let mut found = survey(&dir, &old.files, adopt, &mut rebuilt, progress)?;
    if adopt {
        double::put_out(&dir, &mut found, &old.files, &mut rebuilt)?;
    }
    let contents = contents(&found, &old, &mut rebuilt);
    // The files first: the next start removes what its catalogue does not name.
    let stamp: String = options.clock.now().to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    let (aside, place) = (rebuilt.aside.clone(), dir.join(format!("aside-{stamp}")));
    if !aside.is_empty() {
        rebuilt.aside_in = Some(place.clone());
        let below = dir.clone();
        spawn_blocking(move || put_aside(&below, &place, &aside)).await.map_err(|_| StoreError::Stopped)??;
    }
    write(&options, &contents, &old, how, &rebuilt).await?;
    rebuilt.old_catalogue = replace(&dir, &stamp)?;
    Ok(rebuilt)
}

/// What the new catalogue says.
fn contents(found: &[Found], old: &Old, rebuilt: &mut Rebuilt) -> Contents {
    let mut marks: HashMap<Stream, Mark> = old.marks.iter().copied().collect();
    for (stream, last_seq) in found.iter().flat_map(|found| &found.streams) {
        let Stream { epoch, lane, .. } = *stream;
        let by_rows = Mark { epoch, lane, last_seq: *last_seq, last_sha256: UNKNOWN };
        let mark = marks.entry(*stream).or_insert(by_rows);
        if mark.last_seq < *last_seq {
            *mark = by_rows;
        }
    }
    rebuilt.streams = marks.len() as u64;
    rebuilt.streams_by_rows = marks.values().filter(|mark| mark.last_sha256 == UNKNOWN).count() as u64;
    rebuilt.segments = found.len() as u64;
    rebuilt.rows = found.iter().map(|found| found.entry.rows).sum();
    let flushed = found.iter().map(|found| found.entry.extent.position.1).max().unwrap_or(0).max(old.flushed);
    let given = flushed.max(old.given) + GAP;
    let segments = found.iter().map(|found| found.entry.clone()).collect();
    Contents { segments, marks: marks.into_iter().collect(), flushed, given }
}

fn put_aside(dir: &Path, place: &Path, aside: &[(String, String)]) -> Result<(), StoreError> {
    let mut folders = BTreeSet::new();
    for (name, _) in aside {
        let (from, to) = (dir.join(name), place.join(name));
        let folder = to.parent().unwrap_or(place);
        fs::create_dir_all(folder).map_err(StoreError::file("make the directory", folder))?;
        fs::rename(&from, &to).map_err(StoreError::file("put aside", &from))?;
        folders.extend([folder.to_owned(), from.parent().unwrap_or(dir).to_owned()]);
    }
    folders.iter().try_for_each(|folder| sync_dir(folder))?;
    sync_dir(place).and_then(|()| sync_dir(dir))
}

/// Writes the new catalogue beside the old one.
async fn write(
    options: &Options,
    contents: &Contents,
    old: &Old,
    how: Rebuild<'_>,
    rebuilt: &Rebuilt,
) -> Result<(), StoreError> {
    let path = options.dir.join(NEW);
    // What an attempt left that was cut off.
    remove(&path)?;
    let catalogue = Catalogue::open(&path, options.notary()).await?;
    let counting: BTreeMap<String, ManifestFile> = contents
        .segments
        .iter()
        .flat_map(super::catalogue::manifest_files)
        .map(|file| (file.path.clone(), file))
        .collect();
    let gone = old.files.iter().filter(|(path, _)| !counting.contains_key(*path)).map(|(_, file)| file.clone());
    let new = counting.iter().filter(|(path, _)| !old.files.contains_key(*path)).map(|(_, file)| file.clone());
    let files = (gone.collect(), new.collect());
    let state = match (old.journal.is_empty(), old.whole) {
        (true, _) => "the journal was lost, files were taken as they were found".to_owned(),
        (false, true) => "the journal was read to its end".to_owned(),
        (false, false) => format!("the journal could be read up to manifest {}", old.journal.len()),
    };
    let reason = format!("the catalogue was made anew: {state}; {} files were put aside", rebuilt.aside.len());
    let note = Note { action: "rebuild", actor: how.actor.to_owned(), reason };
    catalogue.fill(contents, &old.journal, &note, files).await?;
    catalogue.close_whole().await
}

/// Puts the new catalogue in the place of the old one, which is kept under another name.
fn replace(dir: &Path, stamp: &str) -> Result<Option<PathBuf>, StoreError> {
    let catalogue = dir.join(CATALOGUE);
    let mut kept = None;
    for ending in ["", "-wal", "-shm"] {
        let from = dir.join(format!("{CATALOGUE}{ending}"));
        if from.exists() {
            let to = dir.join(format!("catalogue-{stamp}.damaged{ending}"));
            fs::rename(&from, &to).map_err(StoreError::file("put aside", &from))?;
            kept.get_or_insert(to);
        }
    }
    let new = dir.join(NEW);
    fs::rename(&new, &catalogue).map_err(StoreError::file("rename", &new))?;
    sync_dir(dir)?;
    Ok(kept)
}

fn remove(path: &Path) -> Result<(), StoreError> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::file("remove", Path::new(&name))(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The directories of days, made if missing.
fn layout(dir: &Path) -> Result<PathBuf, StoreError> {
    let layout = dir.join(LAYOUT);
    make_dir(&layout).map(|()| layout)
}
