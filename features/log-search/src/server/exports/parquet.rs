//! Events as Parquet, for whatever computes with them: one column for each field, with its type, under the API's name.

use std::{fs::File, sync::Arc};

use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{BooleanBuilder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder},
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use jiff::Timestamp;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::properties::WriterProperties,
};
use serde_json::Value;

/// Rows of a group: small enough to be held, large enough to pack well.
const ROW_GROUP: usize = 128 * 1024;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Time,
    Number,
    Flag,
    Text,
}

fn shape(name: &str) -> Shape {
    match name {
        "occurred_at" | "received_at" => Shape::Time,
        "bytes" | "count" | "pid" | "remote_port" | "seq" => Shape::Number,
        "inferred" | "truncated" => Shape::Flag,
        _ => Shape::Text,
    }
}

/// The columns, all of which may be empty.
pub(super) fn schema(columns: &[String]) -> SchemaRef {
    let field = |name: &String| {
        let kind = match shape(name) {
            Shape::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Shape::Number => DataType::Int64,
            Shape::Flag => DataType::Boolean,
            Shape::Text => DataType::Utf8,
        };
        Field::new(name, kind, true)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// A file in the making.
pub(super) struct ParquetFile {
    columns: Vec<String>,
    schema: SchemaRef,
    writer: ArrowWriter<File>,
}

impl ParquetFile {
    pub(super) fn create(file: File, columns: Vec<String>) -> Result<Self, ParquetError> {
        let schema = schema(&columns);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))?;
        Ok(Self { columns, schema, writer })
    }

    /// Adds events, given as the API gives them.
    pub(super) fn write(&mut self, events: &[Value]) -> Result<(), ParquetError> {
        let arrays = self.columns.iter().map(|name| array(name, events)).collect();
        self.writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), arrays)?)
    }

    /// Writes what is left; the file, which is yet to be synced.
    pub(super) fn finish(self) -> Result<File, ParquetError> {
        self.writer.into_inner()
    }
}

fn array(name: &str, events: &[Value]) -> ArrayRef {
    let values = events.iter().map(|event| event.get(name).filter(|value| !value.is_null()));
    match shape(name) {
        Shape::Time => {
            let mut times = TimestampMicrosecondBuilder::with_capacity(events.len()).with_timezone("UTC");
            values.for_each(|value| times.append_option(value.and_then(micros)));
            Arc::new(times.finish())
        }
        Shape::Number => {
            let mut numbers = Int64Builder::with_capacity(events.len());
            // Beyond 2^63 no file is that large.
            let number = |value: &Value| value.as_u64().map(|number| i64::try_from(number).unwrap_or(i64::MAX));
            values.for_each(|value| numbers.append_option(value.and_then(number)));
            Arc::new(numbers.finish())
        }
        Shape::Flag => {
            let mut flags = BooleanBuilder::with_capacity(events.len());
            values.for_each(|value| flags.append_option(value.and_then(Value::as_bool)));
            Arc::new(flags.finish())
        }
        Shape::Text => {
            let mut texts = StringBuilder::new();
            for value in values {
                match value {
                    None => texts.append_null(),
                    Some(Value::String(text)) => texts.append_value(text),
                    Some(other) => texts.append_value(other.to_string()),
                }
            }
            Arc::new(texts.finish())
        }
    }
}

fn micros(value: &Value) -> Option<i64> {
    value.as_str()?.parse::<Timestamp>().ok().map(Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_column_has_the_type_of_what_it_holds_and_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.parquet");
        let columns = ["occurred_at", "bytes", "subject", "body"].map(str::to_owned).to_vec();
        let mut file = ParquetFile::create(File::create(&path).unwrap(), columns).unwrap();
        file.write(&[json!({"occurred_at": "2026-11-23T00:15:02.123456Z", "bytes": 1024, "subject": "=見積\"書", "body": {"a": 1}})])
            .unwrap();
        file.write(&[json!({"occurred_at": "2026-11-23T00:15:03Z", "bytes": null, "body": {}})]).unwrap();
        file.finish().unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap().build().unwrap();
        let batches: Vec<_> = reader.map(Result::unwrap).collect();
        let shown = lines_of(&batches);
        let expected = [r#"1795392902123456 1024 =見積"書 {"a":1}"#, "1795392903000000 - - {}"];
        assert_eq!(shown, expected);
    }

    fn lines_of(batches: &[RecordBatch]) -> Vec<String> {
        use arrow_array::cast::AsArray as _;
        use arrow_array::types::{Int64Type, TimestampMicrosecondType};
        let mut lines = Vec::new();
        for batch in batches {
            let times = batch.column(0).as_primitive::<TimestampMicrosecondType>();
            let numbers = batch.column(1).as_primitive::<Int64Type>();
            let (subjects, bodies) = (batch.column(2).as_string::<i32>(), batch.column(3).as_string::<i32>());
            for row in 0..batch.num_rows() {
                let number = numbers.iter().nth(row).flatten().map_or("-".to_owned(), |number| number.to_string());
                let subject = subjects.iter().nth(row).flatten().unwrap_or("-");
                lines.push(format!("{} {number} {subject} {}", times.value(row), bodies.value(row)));
            }
        }
        lines
    }
}
