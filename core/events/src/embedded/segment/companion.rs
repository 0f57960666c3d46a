//! The files beside a segment: how they are made while it is written, and found again.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use yagura_text_index::Builder;

use super::{Companion, index, rollup::Counting};
use crate::{
    StoreError,
    embedded::{
        columns::{Column, Table},
        files::Hashing,
        memtable::Extent,
        rows::RowView,
    },
};
use yagura_vocabulary::Time;

/// The index of texts.
pub(crate) const INDEX: &str = "ngx";
/// The counts.
pub(crate) const ROLLUP: &str = "sum";

/// Looks at every row that goes into a segment.
#[derive(Default)]
pub(super) struct Observer {
    index: Builder,
    counting: Counting,
    rows: u64,
    extent: Option<Extent>,
}

impl Observer {
    pub(super) fn see(&mut self, table: &Table) -> io::Result<()> {
        for row in 0..table.rows() {
            let view = RowView { table, row };
            let occurred = table.micros(Column::OccurredAt, row).unwrap_or(0);
            let received = Time::from_micros(table.micros(Column::ReceivedAt, row).unwrap_or(0));
            let position = table.u64(Column::Position, row).unwrap_or(0);
            self.counting.add(occurred, &view);
            index::add(&mut self.index, &view)?;
            let occurred = Time::from_micros(occurred);
            let one = Extent {
                position: (position, position),
                occurred: (occurred, occurred),
                received: (received, received),
            };
            self.extent = Some(self.extent.map_or(one, |extent| extent.with(one)));
        }
        self.rows += table.rows() as u64;
        Ok(())
    }

    /// How many rows there were, and their extent.
    pub(super) fn seen(&self) -> Option<(u64, Extent)> {
        Some((self.rows, self.extent?))
    }

    /// Writes the companions of the segment at `path`, each under another name until it is whole.
    pub(super) fn write(self, path: &Path) -> Result<Vec<Companion>, StoreError> {
        let index = self.index.finish().map_err(StoreError::file("make the index of", path))?;
        let counts = self.counting.finish().map_err(StoreError::file("make the counts of", path))?;
        [(INDEX, index), (ROLLUP, counts)].into_iter().map(|(ending, bytes)| write(path, ending, &bytes)).collect()
    }
}

fn write(segment: &Path, ending: &'static str, content: &[u8]) -> Result<Companion, StoreError> {
    let path = segment.with_extension(ending);
    let temporary = segment.with_extension("tmp");
    // What is left of an attempt that failed.
    let _ = fs::remove_file(&temporary);
    let written = (|| {
        let mut file = Hashing::create(&temporary)?;
        file.write_all(content).map_err(StoreError::file("write", &temporary))?;
        let (bytes, sha256) = file.finish().map_err(StoreError::file("sync", &temporary))?;
        fs::rename(&temporary, &path).map_err(StoreError::file("rename", &temporary))?;
        Ok(Companion { ending: ending.to_owned(), bytes, sha256 })
    })();
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}
