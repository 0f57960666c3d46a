//! Events to columns and back.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, FixedSizeBinaryArray, RecordBatch, StringArray, TimestampMicrosecondArray, UInt32Array,
    UInt64Array,
};
use arrow_schema::ArrowError;
use serde_json::Value as Json;
use uuid::Uuid;
use yagura_search_language::{self as language, any_text_of};
use yagura_text_index::Needle;
use yagura_vocabulary::{Account, Event, Id, Lane, Level, StoredEvent, Time};

use super::columns::{Column, Shape, Table, schema};
use crate::{FeedItem, fields::Fields};

enum Value<'a> {
    Uuid(Uuid),
    Text(&'a str),
    Owned(String),
    U64(u64),
    U32(u32),
    Time(Time),
    Flag(bool),
}

fn value(column: Column, FeedItem { position, event: stored }: &FeedItem) -> Option<Value<'_>> {
    fn text(text: Option<&String>) -> Option<Value<'_>> {
        text.map(|text| Value::Text(text))
    }
    let event = &stored.event;
    let account = event.account.as_ref();
    match column {
        Column::Id => Some(Value::Uuid(stored.id.uuid())),
        Column::Position => Some(Value::U64(*position)),
        Column::Endpoint => Some(Value::Uuid(stored.endpoint.uuid())),
        Column::Epoch => Some(Value::Uuid(stored.epoch)),
        Column::Lane => Some(Value::Text(stored.lane.as_str())),
        Column::Seq => Some(Value::U64(stored.seq)),
        Column::OccurredAt => Some(Value::Time(event.occurred_at)),
        Column::ReceivedAt => Some(Value::Time(stored.received_at)),
        Column::BootId => event.boot_id.map(Value::Uuid),
        Column::MonoNs => None,
        Column::MonoOffset => event.mono_ns.map(|ns| Value::U64(mono_offset(event.occurred_at, ns))),
        Column::Feature => Some(Value::Text(&event.feature)),
        Column::Kind => Some(Value::Text(&event.kind)),
        Column::Level => Some(Value::Text(event.level.as_str())),
        Column::Rule => text(event.rule.as_ref()),
        Column::Class => text(event.class.as_ref()),
        Column::AccountName => account.map(|account| Value::Text(&account.name)),
        Column::AccountId => account.map(|account| Value::Text(&account.id)),
        Column::Person => stored.person.map(|person| Value::Uuid(person.uuid())),
        Column::LogonSession => text(event.logon_session.as_ref()),
        Column::ProcessGuid => event.process_guid.map(Value::Uuid),
        Column::Pid => event.pid.map(Value::U32),
        Column::Image => text(event.image.as_ref()),
        Column::CommandLine => text(event.command_line.as_ref()),
        Column::ParentGuid => event.parent_guid.map(Value::Uuid),
        Column::ParentImage => text(event.parent_image.as_ref()),
        Column::HashSha256 => text(event.hash_sha256.as_ref()),
        Column::Signer => text(event.signer.as_ref()),
        Column::Subject => text(event.subject.as_ref()),
        Column::Target => text(event.target.as_ref()),
        Column::RemoteIp => text(event.remote_ip.as_ref()),
        Column::RemotePort => event.remote_port.map(|port| Value::U32(port.into())),
        Column::RemoteHost => text(event.remote_host.as_ref()),
        Column::DeviceSerial => text(event.device_serial.as_ref()),
        Column::Bytes => event.bytes.map(Value::U64),
        Column::Count => event.count.map(Value::U64),
        Column::Inferred => Some(Value::Flag(event.inferred)),
        Column::Truncated => Some(Value::Flag(event.truncated)),
        Column::Body if event.body.is_empty() => None,
        Column::Body => serde_json::to_string(&event.body).ok().map(Value::Owned),
    }
}

/// What is kept of the time since the machine's start: by how much it differs from the wall clock, in nanoseconds modulo 2^64. Of
/// one start that hardly changes and packs to a byte, where each of the two times takes four.
const fn mono_offset(occurred_at: Time, mono_ns: u64) -> u64 {
    mono_ns.wrapping_sub(wall_ns(occurred_at))
}

const fn wall_ns(time: Time) -> u64 {
    time.micros().cast_unsigned().wrapping_mul(1000)
}

/// Events as columns.
pub(crate) fn to_columns(items: &[&FeedItem]) -> Result<RecordBatch, ArrowError> {
    let columns = Column::ALL.iter().map(|column| to_array(*column, items)).collect::<Result<_, _>>()?;
    RecordBatch::try_new(schema(), columns)
}

fn to_array(column: Column, items: &[&FeedItem]) -> Result<ArrayRef, ArrowError> {
    macro_rules! values {
        ($($pattern:pat => $found:expr),+) => {
            items.iter().map(|item| match value(column, item) { $($pattern => Some($found),)+ _ => None })
        };
    }
    Ok(match column.shape() {
        Shape::Uuid => {
            let values = values!(Some(Value::Uuid(uuid)) => uuid.into_bytes());
            Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(values, 16)?)
        }
        Shape::Text => {
            let values = values!(
                Some(Value::Text(text)) => std::borrow::Cow::Borrowed(text),
                Some(Value::Owned(text)) => std::borrow::Cow::Owned(text)
            );
            Arc::new(values.collect::<StringArray>())
        }
        Shape::U64 => Arc::new(values!(Some(Value::U64(number)) => number).collect::<UInt64Array>()),
        Shape::U32 => Arc::new(values!(Some(Value::U32(number)) => number).collect::<UInt32Array>()),
        Shape::Time => {
            let values = values!(Some(Value::Time(time)) => time.micros());
            Arc::new(values.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        }
        Shape::Flag => Arc::new(values!(Some(Value::Flag(flag)) => flag).collect::<BooleanArray>()),
    })
}

impl Table {
    fn mono_ns(&self, row: usize) -> Option<u64> {
        let Some(offset) = self.u64(Column::MonoOffset, row) else { return self.u64(Column::MonoNs, row) };
        let occurred_at = Time::from_micros(self.micros(Column::OccurredAt, row)?);
        Some(offset.wrapping_add(wall_ns(occurred_at)))
    }

    /// The whole event in `row`.
    pub(crate) fn item(&self, row: usize) -> FeedItem {
        let uuid = |column| self.uuid(column, row);
        let text = |column| self.text(column, row).map(ToOwned::to_owned);
        let time = |column| Time::from_micros(self.micros(column, row).unwrap_or(0));
        let account =
            text(Column::AccountName).map(|name| Account { name, id: text(Column::AccountId).unwrap_or_default() });
        let body = self.text(Column::Body, row).and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
        let event = Event {
            occurred_at: time(Column::OccurredAt),
            boot_id: uuid(Column::BootId),
            mono_ns: self.mono_ns(row),
            feature: text(Column::Feature).unwrap_or_default(),
            kind: text(Column::Kind).unwrap_or_default(),
            level: self.text(Column::Level, row).and_then(|word| word.parse().ok()).unwrap_or(Level::Recorded),
            rule: text(Column::Rule),
            class: text(Column::Class),
            account,
            logon_session: text(Column::LogonSession),
            process_guid: uuid(Column::ProcessGuid),
            pid: self.u32(Column::Pid, row),
            image: text(Column::Image),
            command_line: text(Column::CommandLine),
            parent_guid: uuid(Column::ParentGuid),
            parent_image: text(Column::ParentImage),
            hash_sha256: text(Column::HashSha256),
            signer: text(Column::Signer),
            subject: text(Column::Subject),
            target: text(Column::Target),
            remote_ip: text(Column::RemoteIp),
            remote_port: self.u32(Column::RemotePort, row).and_then(|port| port.try_into().ok()),
            remote_host: text(Column::RemoteHost),
            device_serial: text(Column::DeviceSerial),
            bytes: self.u64(Column::Bytes, row),
            count: self.u64(Column::Count, row),
            inferred: self.flag(Column::Inferred, row),
            truncated: self.flag(Column::Truncated, row),
            body,
        };
        let stored = StoredEvent {
            id: Id::from_uuid(uuid(Column::Id).unwrap_or_default()),
            endpoint: Id::from_uuid(uuid(Column::Endpoint).unwrap_or_default()),
            epoch: uuid(Column::Epoch).unwrap_or_default(),
            lane: self.text(Column::Lane, row).and_then(|word| word.parse().ok()).unwrap_or(Lane::Operation),
            seq: self.u64(Column::Seq, row).unwrap_or(0),
            received_at: time(Column::ReceivedAt),
            person: uuid(Column::Person).map(Id::from_uuid),
            event,
        };
        FeedItem { position: self.u64(Column::Position, row).unwrap_or(0), event: stored }
    }
}

/// One row of a table, for the matcher.
pub(crate) struct RowView<'a> {
    pub(crate) table: &'a Table,
    pub(crate) row: usize,
}

const TEXTS: [Column; 9] = [
    Column::AccountName,
    Column::CommandLine,
    Column::Image,
    Column::Subject,
    Column::Target,
    Column::ParentImage,
    Column::RemoteHost,
    Column::Class,
    Column::Rule,
];

/// The columns that the keyword search reads.
pub(crate) fn text_columns() -> impl Iterator<Item = Column> {
    TEXTS.into_iter().chain([Column::Body])
}

impl Table {
    /// Which rows may have a text that contains `needle`.
    pub(crate) fn may_contain(&self, needle: &Needle) -> Vec<bool> {
        let mut rows = vec![false; self.rows()];
        let mut scratch = String::new();
        for column in TEXTS {
            if let Some((values, ends)) = self.texts(column) {
                needle.which(values, ends, &mut scratch, &mut |row| rows[row] = true);
            }
        }
        // A body is JSON: what stands in it may be written in another way.
        for (row, may) in rows.iter_mut().enumerate().filter(|(_, may)| !**may) {
            let json = self.text(Column::Body, row);
            *may = json.is_some_and(|json| !needle.is_surely_not_in_json(json, &mut scratch));
        }
        rows
    }
}

/// The column of a file for one of the language; none for what is more than one.
pub(crate) const fn column_of(column: language::Column) -> Option<Column> {
    use language::Column as L;
    Some(match column {
        L::Endpoint => Column::Endpoint,
        L::Person => Column::Person,
        L::OccurredAt => Column::OccurredAt,
        L::ReceivedAt => Column::ReceivedAt,
        L::Kind => Column::Kind,
        L::Level => Column::Level,
        L::Rule => Column::Rule,
        L::Class => Column::Class,
        L::Feature => Column::Feature,
        L::AccountName => Column::AccountName,
        L::AccountId => Column::AccountId,
        L::LogonSession => Column::LogonSession,
        L::ProcessGuid => Column::ProcessGuid,
        L::ParentGuid => Column::ParentGuid,
        L::Pid => Column::Pid,
        L::Image => Column::Image,
        L::ParentImage => Column::ParentImage,
        L::CommandLine => Column::CommandLine,
        L::HashSha256 => Column::HashSha256,
        L::Signer => Column::Signer,
        L::Subject => Column::Subject,
        L::Target => Column::Target,
        L::RemoteIp => Column::RemoteIp,
        L::RemotePort => Column::RemotePort,
        L::RemoteHost => Column::RemoteHost,
        L::DeviceSerial => Column::DeviceSerial,
        L::Bytes => Column::Bytes,
        L::Count => Column::Count,
        L::Body => Column::Body,
        L::Texts => return None,
    })
}

impl Fields for RowView<'_> {
    fn id(&self) -> Uuid {
        self.table.uuid(Column::Id, self.row).unwrap_or_default()
    }
}

impl language::Row for RowView<'_> {
    fn text(&self, column: language::Column) -> Option<&str> {
        self.table.text(column_of(column)?, self.row)
    }

    fn number(&self, column: language::Column) -> Option<u64> {
        let column = column_of(column)?;
        match column.shape() {
            Shape::U32 => self.table.u32(column, self.row).map(u64::from),
            _ => self.table.u64(column, self.row),
        }
    }

    fn uuid(&self, column: language::Column) -> Option<Uuid> {
        self.table.uuid(column_of(column)?, self.row)
    }

    fn micros(&self, column: language::Column) -> i64 {
        column_of(column).and_then(|column| self.table.micros(column, self.row)).unwrap_or(0)
    }

    fn any_text(&self, found: &mut dyn FnMut(&str) -> bool) -> bool {
        TEXTS.into_iter().filter_map(|column| self.table.text(column, self.row)).any(found)
    }

    fn any_body_text(&self, skip: &mut dyn FnMut(&str) -> bool, found: &mut dyn FnMut(&str) -> bool) -> bool {
        let Some(json) = self.table.text(Column::Body, self.row) else { return false };
        !skip(json) && serde_json::from_str(json).is_ok_and(|body| any_text_of(&body, found))
    }

    fn body(&self, name: &str, found: &mut dyn FnMut(&Json) -> bool) -> bool {
        // The text is written without needless escapes, so a plain name stands in it as it is.
        let json = self.table.text(Column::Body, self.row).filter(|json| json.contains(name));
        let body = json.and_then(|json| serde_json::from_str::<Json>(json).ok());
        body.as_ref().and_then(|body| body.get(name)).is_some_and(found)
    }
}
