//! The columns of a segment: one table that the writer and the readers share.

use std::sync::{Arc, LazyLock};

use arrow_array::{
    Array, ArrayRef, BooleanArray, FixedSizeBinaryArray, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt32Array, UInt64Array, new_null_array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use uuid::Uuid;

/// How values of a column are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// 16 bytes.
    Uuid,
    Text,
    U64,
    U32,
    /// Microseconds since 1970, UTC.
    Time,
    Flag,
}

macro_rules! columns {
    ($($variant:ident $name:literal $shape:ident $need:ident),+ $(,)?) => {
        /// A column, in the order of the file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Column { $($variant),+ }

        impl Column {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            pub(crate) const fn shape(self) -> Shape {
                match self { $(Self::$variant => Shape::$shape),+ }
            }

            /// Whether the value may be missing.
            pub(crate) const fn optional(self) -> bool {
                match self { $(Self::$variant => columns!(@$need)),+ }
            }
        }
    };
    (@must) => { false };
    (@may) => { true };
}

columns! {
    Id "id" Uuid must,
    Position "position" U64 must,
    Endpoint "endpoint" Uuid must,
    Epoch "epoch" Uuid must,
    Lane "lane" Text must,
    Seq "seq" U64 must,
    OccurredAt "occurred_at" Time must,
    ReceivedAt "received_at" Time must,
    BootId "boot_id" Uuid may,
    MonoNs "mono_ns" U64 may,
    Feature "feature" Text must,
    Kind "kind" Text must,
    Level "level" Text must,
    Rule "rule" Text may,
    Class "class" Text may,
    AccountName "account_name" Text may,
    AccountId "account_id" Text may,
    Person "person" Uuid may,
    LogonSession "logon_session" Text may,
    ProcessGuid "process_guid" Uuid may,
    Pid "pid" U32 may,
    Image "image" Text may,
    CommandLine "command_line" Text may,
    ParentGuid "parent_guid" Uuid may,
    ParentImage "parent_image" Text may,
    HashSha256 "hash_sha256" Text may,
    Signer "signer" Text may,
    Subject "subject" Text may,
    Target "target" Text may,
    RemoteIp "remote_ip" Text may,
    RemotePort "remote_port" U32 may,
    RemoteHost "remote_host" Text may,
    DeviceSerial "device_serial" Text may,
    Bytes "bytes" U64 may,
    Count "count" U64 may,
    Inferred "inferred" Flag must,
    Truncated "truncated" Flag must,
    MonoOffset "mono_offset_ns" U64 may,
    Body "body" Text may,
}

impl Column {
    /// Columns by whose smallest and largest values pages are left out.
    pub(crate) const PROBED: &'static [Self] = &[
        Self::Id,
        Self::Position,
        Self::Endpoint,
        Self::OccurredAt,
        Self::ReceivedAt,
        Self::Feature,
        Self::Kind,
        Self::Level,
        Self::Person,
        Self::ProcessGuid,
        Self::ParentGuid,
        Self::Image,
        Self::HashSha256,
        Self::RemoteIp,
        Self::DeviceSerial,
    ];

    /// Columns whose values hardly repeat within a row group.
    pub(crate) const VARIED: &'static [Self] =
        &[Self::CommandLine, Self::Subject, Self::Target, Self::Body, Self::ProcessGuid, Self::ParentGuid];

    fn data_type(self) -> DataType {
        match self.shape() {
            Shape::Uuid => DataType::FixedSizeBinary(16),
            Shape::Text => DataType::Utf8,
            Shape::U64 => DataType::UInt64,
            Shape::U32 => DataType::UInt32,
            Shape::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Shape::Flag => DataType::Boolean,
        }
    }
}

/// The schema of a segment as it is written today.
pub(crate) fn schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let field = |column: &Column| Field::new(column.name(), column.data_type(), column.optional());
        Arc::new(Schema::new(Column::ALL.iter().map(field).collect::<Vec<_>>()))
    });
    SCHEMA.clone()
}

/// Rows as columns, some of which may be missing: not asked for, or not there in an older file.
pub(crate) struct Table {
    batch: RecordBatch,
    at: Vec<Option<usize>>,
}

impl Table {
    pub(crate) fn new(batch: RecordBatch) -> Self {
        let schema = batch.schema();
        let at = Column::ALL.iter().map(|column| schema.index_of(column.name()).ok()).collect();
        Self { batch, at }
    }

    pub(crate) fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// The values of `column` as an array of type `A`, if `row` has one.
    fn array<A: 'static>(&self, column: Column, row: usize) -> Option<&A> {
        let array: &ArrayRef = self.batch.column(self.at[column as usize]?);
        if array.is_null(row) {
            return None;
        }
        array.as_any().downcast_ref()
    }

    pub(crate) fn uuid(&self, column: Column, row: usize) -> Option<Uuid> {
        self.array::<FixedSizeBinaryArray>(column, row).and_then(|array| Uuid::from_slice(array.value(row)).ok())
    }

    pub(crate) fn text(&self, column: Column, row: usize) -> Option<&str> {
        self.array::<StringArray>(column, row).map(|array| array.value(row))
    }

    /// All texts of a column one after the other, and where they begin and end.
    pub(crate) fn texts(&self, column: Column) -> Option<(&str, &[i32])> {
        let array = self.batch.column(self.at[column as usize]?).as_any().downcast_ref::<StringArray>()?;
        Some((std::str::from_utf8(array.value_data()).ok()?, array.value_offsets()))
    }

    pub(crate) fn u64(&self, column: Column, row: usize) -> Option<u64> {
        self.array::<UInt64Array>(column, row).map(|array| array.value(row))
    }

    pub(crate) fn u32(&self, column: Column, row: usize) -> Option<u32> {
        self.array::<UInt32Array>(column, row).map(|array| array.value(row))
    }

    pub(crate) fn micros(&self, column: Column, row: usize) -> Option<i64> {
        self.array::<TimestampMicrosecondArray>(column, row).map(|array| array.value(row))
    }

    pub(crate) fn flag(&self, column: Column, row: usize) -> bool {
        self.array::<BooleanArray>(column, row).is_some_and(|array| array.value(row))
    }
}

/// Columns of an older file in the schema of today: what it did not have is missing.
pub(crate) fn to_today(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let column = |field: &Arc<Field>| match batch.column_by_name(field.name()) {
        Some(column) => column.clone(),
        None => new_null_array(field.data_type(), batch.num_rows()),
    };
    let schema = schema();
    let columns = schema.fields().iter().map(column).collect();
    RecordBatch::try_new(schema, columns)
}
