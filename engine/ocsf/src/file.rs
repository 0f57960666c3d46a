//! A Parquet file of one class.

use std::{io::Write, sync::Arc};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::properties::WriterProperties,
};
use serde_json::Value;

use crate::{Class, Record, columns::column, schema};

/// Rows are written in groups of so many at most.
const ROW_GROUP: usize = 64 * 1024;
/// Rows turned into Arrow at a time.
const BATCH: usize = 8 * 1024;

/// Records of one class, written as one Parquet file, compressed with zstd, in the order of their time, as a security lake
/// wants them.
#[derive(Debug)]
pub struct LakeFile {
    class: Class,
    schema: SchemaRef,
    records: Vec<Record>,
}

impl LakeFile {
    /// A file of this class without rows.
    #[must_use]
    pub fn new(class: Class) -> Self {
        Self { class, schema: schema(class), records: Vec::new() }
    }

    /// Adds a record; one of another class is given back.
    ///
    /// # Errors
    /// The record, when it is of another class.
    pub fn push(&mut self, record: Record) -> Result<(), Box<Record>> {
        if record.class != self.class {
            return Err(Box::new(record));
        }
        self.records.push(record);
        Ok(())
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Writes it; what it was written to.
    ///
    /// # Errors
    /// The writing fails.
    pub fn write<W: Write + Send>(mut self, to: W) -> Result<W, ParquetError> {
        self.records.sort_by_key(|record| record.time_ms);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .build();
        let mut writer = ArrowWriter::try_new(to, Arc::clone(&self.schema), Some(properties))?;
        for records in self.records.chunks(BATCH) {
            let rows: Vec<_> = records.iter().map(|record| Value::Object(record.members.clone())).collect();
            let column_of = |field: &arrow_schema::FieldRef| {
                let values: Vec<_> = rows.iter().map(|row| row.get(field.name())).collect();
                column(field, &values)
            };
            let columns = self.schema.fields().iter().map(column_of).collect();
            writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?)?;
        }
        writer.into_inner()
    }
}
