//! Writing a segment so that it is either whole and named, or not there.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_array::RecordBatch;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, Encoding, ZstdLevel},
    errors::ParquetError,
    file::properties::{EnabledStatistics, WriterProperties},
    schema::types::ColumnPath,
};
use uuid::Uuid;
use yagura_vocabulary::Time;

use super::{Entry, LAYOUT, companion::Observer};
use crate::{
    FeedItem, StoreError,
    embedded::{
        columns::{Column, Shape, Table, schema},
        failpoint::Point,
        files::{Hashing, make_dir, sync_dir},
        memtable::{Chunk, Extent},
        rows::to_columns,
        shared::Gate,
        wal::event_id,
    },
};

/// Rows of a page: the grain of skipping.
const PAGE_ROWS: usize = 8192;
/// In a day file neighbours by time lie apart, so that few rows of a page are of use at a time.
const DAY_PAGE_ROWS: usize = 6 * 1024;
const GROUP_ROWS: usize = 128 * 1024;
/// A dictionary is for a whole row group: a smaller one costs less to read for the few rows of a question.
const DAY_GROUP_ROWS: usize = 64 * 1024;
/// A dictionary has to be unpacked for a single row of its row group; what does not fit stands in the pages.
const DAY_DICTIONARY_BYTES: usize = 32 << 10;
/// Rewritten within a day or two.
const ZSTD_LEVEL: i32 = 1;
/// A day file is written once and kept for years: the higher level takes a twentieth off its texts.
const DAY_ZSTD_LEVEL: i32 = 6;

/// A segment that is being written under a temporary name, which goes away with it unless it is finished.
pub(crate) struct SegmentWriter {
    writer: ArrowWriter<Hashing>,
    observer: Observer,
    temporary: Temporary,
    path: PathBuf,
    entry: Entry,
}

/// In which order the rows of a segment are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrangement {
    /// As they came, by position.
    Hot,
    /// As a day file: by (hour of `occurred_at`, endpoint, `occurred_at`, id).
    Day,
}

struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // After the renaming there is nothing of this name; what stays behind is removed at the next start.
        let _ = fs::remove_file(&self.0);
    }
}

impl SegmentWriter {
    /// Begins a segment for about `rows` rows of one day, of this extent or within it.
    pub(crate) fn create(dir: &Path, extent: Extent, rows: u64, order: Arrangement) -> Result<Self, StoreError> {
        let salt = Uuid::new_v4().as_u128() as u32;
        let id = event_id(extent.received.1, extent.position.0, salt).uuid();
        let day = day(extent.received.0);
        let path = format!("{LAYOUT}/day={day}/part-{id}.parquet");
        let (sorted, companions) = (order == Arrangement::Day, Vec::new());
        let entry = Entry { id, day, rows, bytes: 0, sha256: [0; 32], extent, path, sorted, companions };
        let path = dir.join(&entry.path);
        if let Some(parent) = path.parent() {
            make_dir(parent)?;
        }
        let temporary = Temporary(path.with_extension("tmp"));
        let file = Hashing::create(&temporary.0)?;
        let writer = ArrowWriter::try_new(file, schema(), Some(properties(order)?))
            .map_err(StoreError::segment("begin", &temporary.0))?;
        Ok(Self { writer, observer: Observer::default(), temporary, path, entry })
    }

    /// Adds rows.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), StoreError> {
        let seen = self.observer.see(&Table::new(batch.clone()));
        seen.map_err(StoreError::file("index", &self.temporary.0))?;
        self.writer.write(batch).map_err(StoreError::segment("write", &self.temporary.0))
    }

    /// Makes the segment durable and gives it its name. It counts once the catalogue has the entry.
    pub(crate) fn finish(self, gate: &Gate) -> Result<Entry, StoreError> {
        let name = &self.temporary.0;
        let file = self.writer.into_inner().map_err(StoreError::segment("finish", name))?;
        gate.pass(Point::BeforeSegmentSync)?;
        let (bytes, sha256) = file.finish().map_err(StoreError::file("sync", name))?;
        gate.pass(Point::BeforeRename)?;
        fs::rename(name, &self.path).map_err(StoreError::file("rename", name))?;
        gate.pass(Point::BeforeCompanions)?;
        let Some((rows, extent)) = self.observer.seen() else { return Err(StoreError::Stopped) };
        let companions = self.observer.write(&self.path).inspect_err(|_| {
            // It was never of use, and on a full disk such files must not pile up.
            let _ = fs::remove_file(&self.path);
        })?;
        self.path.parent().map_or(Ok(()), sync_dir)?;
        Ok(Entry { bytes, sha256, rows, extent, companions, ..self.entry })
    }
}

/// Writes the events of `chunks` as one segment for each day they were received on.
pub(crate) fn write_days(dir: &Path, chunks: &[Arc<Chunk>], gate: &Gate) -> Result<Vec<Entry>, StoreError> {
    let mut days: BTreeMap<String, Vec<&FeedItem>> = BTreeMap::new();
    // Most commits lie within one day: write the day's name once for each, not for each row.
    for chunk in chunks {
        let (first, last) = (day(chunk.extent.received.0), day(chunk.extent.received.1));
        if first == last {
            days.entry(first).or_default().extend(&chunk.items);
        } else {
            for item in &chunk.items {
                days.entry(day(item.event.received_at)).or_default().push(item);
            }
        }
    }
    let mut entries = Vec::with_capacity(days.len());
    for items in days.values() {
        match write_day(dir, items, gate) {
            Ok(entry) => entries.extend(entry),
            Err(error) => {
                if !gate.stopped() {
                    // The next attempt writes all days anew; on a full disk these must not pile up.
                    entries.iter().for_each(|entry| remove(dir, entry));
                }
                return Err(error);
            }
        }
    }
    Ok(entries)
}

/// Removes the files of a segment that does not count.
pub(crate) fn remove(dir: &Path, entry: &Entry) {
    for (name, _) in entry.files() {
        let path = dir.join(name);
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(path = %path.display(), %error, "cannot remove a segment that does not count; the next start will");
        }
    }
}

fn write_day(dir: &Path, items: &[&FeedItem], gate: &Gate) -> Result<Option<Entry>, StoreError> {
    let Some(extent) = Extent::of(items.iter().copied()) else { return Ok(None) };
    let mut writer = SegmentWriter::create(dir, extent, items.len() as u64, Arrangement::Hot)?;
    for items in items.chunks(PAGE_ROWS) {
        let batch = to_columns(items)
            .map_err(|error| StoreError::segment("fill", &writer.temporary.0)(ParquetError::from(error)))?;
        writer.write(&batch)?;
    }
    writer.finish(gate).map(Some)
}

/// The UTC day of a time, `YYYY-MM-DD`.
fn day(time: Time) -> String {
    let mut text = time.to_string();
    text.truncate("YYYY-MM-DD".len());
    text
}

fn properties(order: Arrangement) -> Result<WriterProperties, StoreError> {
    let day = order == Arrangement::Day;
    let (group_rows, page_rows) = if day { (DAY_GROUP_ROWS, DAY_PAGE_ROWS) } else { (GROUP_ROWS, PAGE_ROWS) };
    let level = ZstdLevel::try_new(if day { DAY_ZSTD_LEVEL } else { ZSTD_LEVEL })
        .map_err(StoreError::segment("compress", Path::new(LAYOUT)))?;
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_data_page_row_count_limit(page_rows)
        .set_max_row_group_row_count(Some(group_rows))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_created_by(concat!("yagura-events ", env!("CARGO_PKG_VERSION")).to_owned());
    for column in Column::ALL {
        let path = ColumnPath::from(column.name());
        let encoding = match (column, column.shape()) {
            (Column::Id, _) => Encoding::DELTA_BYTE_ARRAY,
            (Column::Position | Column::Seq | Column::MonoNs | Column::MonoOffset, _) | (_, Shape::Time) => {
                Encoding::DELTA_BINARY_PACKED
            }
            _ => continue,
        };
        properties = properties.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path, encoding);
    }
    if day {
        properties = properties.set_dictionary_page_size_limit(DAY_DICTIONARY_BYTES);
        for column in Column::ALL.iter().filter(|column| !Column::PROBED.contains(column)) {
            let path = ColumnPath::from(column.name());
            properties = properties.set_column_statistics_enabled(path, EnabledStatistics::Chunk);
        }
        // Chance cannot be made shorter, and only costs time.
        for column in [Column::ParentGuid, Column::MonoOffset] {
            let path = ColumnPath::from(column.name());
            properties = properties.set_column_compression(path, Compression::UNCOMPRESSED);
        }
        // These have a dictionary that would be as long as the column; without it, a page can be read alone.
        for column in Column::VARIED {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(column.name()), false);
        }
    }
    // No bloom filters: the index answers for exact values, block by block.
    Ok(properties.build())
}
