//! What lies in the directories of days, and which of it counts.

use std::{
    collections::{BTreeMap, HashMap},
    ffi::OsStr,
    fs,
    path::Path,
};

use uuid::Uuid;
use yagura_vocabulary::{Id, Time};

use super::{Progress, Rebuilt, layout};
use crate::{
    StoreError,
    embedded::{
        columns::{Column, Table},
        files::sha256_of,
        manifest::ManifestFile,
        memtable::{Extent, Stream},
        open::segment_files,
        segment::{Caches, Companion, Entry, Opened, Segment},
    },
};

/// What a row of this kind stands for: so many numbers as it counts, from its own on.
const GAP: &str = "agent.gap";

/// A segment that counts.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) entry: Entry,
    /// The last number of each stream in it.
    pub(super) streams: HashMap<Stream, u64>,
}

/// Looks at every file. What does not count stands in `rebuilt.aside` then.
pub(super) fn survey(
    dir: &Path,
    known: &BTreeMap<String, ManifestFile>,
    adopt: bool,
    rebuilt: &mut Rebuilt,
    progress: Progress<'_>,
) -> Result<Vec<Found>, StoreError> {
    let mut files = BTreeMap::new();
    for path in segment_files(&layout(dir)?)? {
        // What was being written never counted; the next start removes it.
        if path.extension() == Some(OsStr::new("tmp")) {
            continue;
        }
        let bytes = fs::metadata(&path).map_err(StoreError::file("look at", &path))?.len();
        let name = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().into_owned();
        files.insert(name, bytes);
    }
    rebuilt.missing = known.keys().filter(|name| !files.contains_key(*name)).cloned().collect();
    let total: u64 = files.values().sum();
    let (mut done, mut sound) = (0, BTreeMap::new());
    for (name, bytes) in files {
        let path = dir.join(&name);
        let sha256 = sha256_of(&path).map_err(StoreError::file("read", &path))?;
        match known.get(&name) {
            Some(file) if file.sha256 != hex::encode(sha256) => {
                rebuilt.aside.push((name, "it is not what was written".to_owned()));
            }
            None if !adopt => rebuilt.aside.push((name, "no manifest tells of it".to_owned())),
            file => {
                if file.is_none() {
                    rebuilt.adopted.push(name.clone());
                }
                sound.insert(name, (bytes, sha256));
            }
        }
        done += bytes;
        if progress(done, total).is_break() {
            return Err(StoreError::Stopped);
        }
    }
    let mut found = Vec::new();
    for (name, (bytes, sha256)) in sound.iter().filter(|(name, _)| name.ends_with(".parquet")) {
        let companions = companions(name, &sound);
        match look(dir, name, (*bytes, *sha256), companions) {
            Ok(one) => found.push(one),
            Err(why) => leave_out(rebuilt, name, &sound, &why),
        }
    }
    for name in sound.keys().filter(|name| !name.ends_with(".parquet")) {
        let segment = Path::new(name).with_extension("parquet");
        if !sound.contains_key(&*segment.to_string_lossy()) {
            leave_out(rebuilt, name, &BTreeMap::new(), "its segment does not count");
        }
    }
    Ok(found)
}

type Sound = BTreeMap<String, (u64, [u8; 32])>;

/// Puts a segment and what lies beside it aside.
fn leave_out(rebuilt: &mut Rebuilt, name: &str, sound: &Sound, why: &str) {
    let beside = companions(name, sound).into_iter().map(|of| with_ending(name, &of.ending));
    for name in [name.to_owned()].into_iter().chain(beside) {
        rebuilt.adopted.retain(|adopted| *adopted != name);
        rebuilt.aside.push((name, why.to_owned()));
    }
}

fn with_ending(name: &str, ending: &str) -> String {
    Path::new(name).with_extension(ending).to_string_lossy().into_owned()
}

fn companions(name: &str, sound: &Sound) -> Vec<Companion> {
    let stem = name.strip_suffix("parquet").unwrap_or(name);
    let beside = sound.range(stem.to_owned()..).take_while(|(other, _)| other.starts_with(stem));
    let companion = |(other, (bytes, sha256)): (&String, &(u64, [u8; 32]))| {
        let ending = other.strip_prefix(stem).filter(|ending| *ending != "parquet")?;
        Some(Companion { ending: ending.to_owned(), bytes: *bytes, sha256: *sha256 })
    };
    beside.filter_map(companion).collect()
}

/// Reads what the catalogue says of a segment from the segment itself.
fn look(dir: &Path, name: &str, (bytes, sha256): (u64, [u8; 32]), companions: Vec<Companion>) -> Result<Found, String> {
    let path = Path::new(name);
    let id = path.file_stem().and_then(OsStr::to_str).and_then(|stem| stem.strip_prefix("part-"));
    let id = id.and_then(|id| id.parse::<Uuid>().ok()).ok_or("its name is not that of a segment")?;
    let day = path.parent().and_then(Path::file_name).and_then(OsStr::to_str).and_then(|day| day.strip_prefix("day="));
    let day = day.ok_or("it does not lie in the folder of a day")?.to_owned();
    let nothing = Extent {
        position: (0, 0),
        occurred: (Time::from_micros(0), Time::from_micros(0)),
        received: (Time::from_micros(0), Time::from_micros(0)),
    };
    let entry =
        Entry { id, path: name.to_owned(), day, rows: 0, bytes, sha256, extent: nothing, sorted: false, companions };
    let segment = Segment::new(dir, entry);
    let seen = see(&segment).map_err(|error| format!("it cannot be read: {error}"))?;
    let extent = seen.extent.ok_or("it has no rows")?;
    if seen.odd {
        return Err("it has rows that are none of this store".to_owned());
    }
    let entry = Entry { rows: seen.rows, extent, sorted: !seen.by_position, ..segment.entry.clone() };
    Ok(Found { entry, streams: seen.streams })
}

#[derive(Default)]
struct Seen {
    rows: u64,
    extent: Option<Extent>,
    /// Whether its rows are in the order of their positions, and how far they came.
    by_position: bool,
    last: u64,
    streams: HashMap<Stream, u64>,
    odd: bool,
}

fn see(segment: &Segment) -> Result<Seen, StoreError> {
    const COLUMNS: [Column; 8] = [
        Column::Position,
        Column::Endpoint,
        Column::Epoch,
        Column::Lane,
        Column::Seq,
        Column::OccurredAt,
        Column::ReceivedAt,
        Column::Kind,
    ];
    let caches = Caches::default();
    let opened = Opened::open(segment, &caches)?;
    let mut seen = Seen { by_position: true, ..Seen::default() };
    let mut columns = COLUMNS.to_vec();
    columns.push(Column::Count);
    opened.columns(&columns, &mut |table| {
        for row in 0..table.rows() {
            if add(&mut seen, table, row).is_none() {
                seen.odd = true;
            }
        }
    })?;
    Ok(seen)
}

/// Adds a row; `None` if it has no place in a store.
fn add(seen: &mut Seen, table: &Table, row: usize) -> Option<()> {
    let position = table.u64(Column::Position, row)?;
    let time = |column| table.micros(column, row).map(Time::from_micros);
    let (occurred, received) = (time(Column::OccurredAt)?, time(Column::ReceivedAt)?);
    let endpoint = Id::from_uuid(table.uuid(Column::Endpoint, row)?);
    let (epoch, lane) = (table.uuid(Column::Epoch, row)?, table.text(Column::Lane, row)?.parse().ok()?);
    let first = table.u64(Column::Seq, row)?;
    let spans = match table.text(Column::Kind, row) {
        Some(GAP) => table.u64(Column::Count, row).unwrap_or(1).max(1),
        _ => 1,
    };
    let one = Extent { position: (position, position), occurred: (occurred, occurred), received: (received, received) };
    seen.extent = Some(seen.extent.map_or(one, |extent| extent.with(one)));
    seen.by_position &= seen.rows == 0 || position > seen.last;
    seen.last = position;
    seen.rows += 1;
    let last = seen.streams.entry(Stream { endpoint, epoch, lane }).or_default();
    *last = (*last).max(first.saturating_add(spans - 1));
    Some(())
}

/// The positions of a segment's rows, in their order.
pub(super) fn positions(dir: &Path, entry: &Entry) -> Result<Vec<u64>, StoreError> {
    let segment = Segment::new(dir, entry.clone());
    let caches = Caches::default();
    let mut positions = Vec::new();
    Opened::open(&segment, &caches)?.columns(&[Column::Position], &mut |table| {
        positions.extend((0..table.rows()).filter_map(|row| table.u64(Column::Position, row)));
    })?;
    positions.sort_unstable();
    Ok(positions)
}
