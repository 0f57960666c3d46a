//! The file of an export in the making, whatever its format. Blocks.

use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
    path::Path,
};

use serde_json::Value;

use super::{Format, parquet::ParquetFile};
use crate::table::{BYTE_ORDER_MARK, COLUMNS, Table};

pub(super) enum Sheet {
    Csv(BufWriter<File>, Table),
    Ndjson(BufWriter<File>),
    Parquet(Box<ParquetFile>),
}

impl Sheet {
    /// Creates the file and writes its head.
    pub(super) fn create(path: &Path, format: Format, table: Table, columns: &[String]) -> io::Result<Self> {
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir)?;
        }
        let file = File::create(path)?;
        Ok(match format {
            Format::Csv => {
                let mut file = BufWriter::new(file);
                file.write_all(BYTE_ORDER_MARK.as_bytes())?;
                file.write_all(&table.head())?;
                Self::Csv(file, table)
            }
            Format::Ndjson => Self::Ndjson(BufWriter::new(file)),
            Format::Parquet => {
                // A file for machines has everything unless somebody chose.
                let known = |name: &&str| columns.is_empty() || columns.iter().any(|column| column == name);
                let columns = COLUMNS.iter().copied().filter(known).map(str::to_owned).collect();
                Self::Parquet(Box::new(ParquetFile::create(file, columns)?))
            }
        })
    }

    /// Adds events, given as the API gives them.
    pub(super) fn write(&mut self, events: &[Value]) -> io::Result<()> {
        match self {
            Self::Csv(file, table) => events.iter().try_for_each(|event| file.write_all(&table.line(event))),
            Self::Ndjson(file) => events.iter().try_for_each(|event| writeln!(file, "{event}")),
            Self::Parquet(file) => Ok(file.write(events)?),
        }
    }

    /// Makes it durable; its size in bytes.
    pub(super) fn finish(self) -> io::Result<u64> {
        let file = match self {
            Self::Csv(file, _) | Self::Ndjson(file) => file.into_inner()?,
            Self::Parquet(file) => file.finish()?,
        };
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }
}
