//! From JSON to Arrow, by a schema. What is missing, of another type, or too large for its column, is null.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Int32Array, Int64Array, ListArray, MapArray, StringArray, StructArray, TimestampMicrosecondArray,
    new_null_array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields, TimeUnit};
use jiff::Timestamp;
use serde_json::Value;

/// The column `field` of these values.
pub(crate) fn column(field: &Field, values: &[Option<&Value>]) -> ArrayRef {
    match field.data_type() {
        DataType::Utf8 => Arc::new(values.iter().map(|value| value.and_then(Value::as_str)).collect::<StringArray>()),
        DataType::Int32 => {
            let number = |value: &Value| value.as_i64().and_then(|number| i32::try_from(number).ok());
            Arc::new(values.iter().map(|value| value.and_then(number)).collect::<Int32Array>())
        }
        DataType::Int64 => Arc::new(values.iter().map(|value| value.and_then(Value::as_i64)).collect::<Int64Array>()),
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let micros = |value: &Value| value.as_str()?.parse::<Timestamp>().ok().map(Timestamp::as_microsecond);
            let times: TimestampMicrosecondArray = values.iter().map(|value| value.and_then(micros)).collect();
            Arc::new(times.with_timezone_opt(zone.clone()))
        }
        DataType::Struct(fields) => Arc::new(group(fields, values)),
        DataType::List(item) => {
            let lists: Vec<_> = values.iter().map(|value| value.and_then(Value::as_array)).collect();
            let items: Vec<_> = lists.iter().flatten().flat_map(|list| list.iter().map(Some)).collect();
            let offsets = OffsetBuffer::from_lengths(lists.iter().map(|list| list.map_or(0, Vec::len)));
            let there: NullBuffer = lists.iter().map(Option::is_some).collect();
            Arc::new(ListArray::new(Arc::clone(item), offsets, column(item, &items), Some(there)))
        }
        DataType::Map(entries, _) => map(entries, values),
        // No schema here has another type.
        other => new_null_array(other, values.len()),
    }
}

fn group(fields: &Fields, values: &[Option<&Value>]) -> StructArray {
    let member = |field: &Arc<Field>| {
        let of: Vec<_> = values.iter().map(|value| value.and_then(|value| value.get(field.name()))).collect();
        column(field, &of)
    };
    let there: NullBuffer = values.iter().map(|value| value.is_some_and(Value::is_object)).collect();
    StructArray::new(fields.clone(), fields.iter().map(member).collect(), Some(there))
}

fn map(entries: &Arc<Field>, values: &[Option<&Value>]) -> ArrayRef {
    let DataType::Struct(fields) = entries.data_type() else {
        return new_null_array(&DataType::Map(Arc::clone(entries), false), values.len());
    };
    let maps: Vec<_> = values.iter().map(|value| value.and_then(Value::as_object)).collect();
    let keys: StringArray = maps.iter().flatten().flat_map(|map| map.keys().map(|key| Some(key.as_str()))).collect();
    let texts: StringArray = maps.iter().flatten().flat_map(|map| map.values().map(Value::as_str)).collect();
    let offsets = OffsetBuffer::from_lengths(maps.iter().map(|map| map.map_or(0, serde_json::Map::len)));
    let there: NullBuffer = maps.iter().map(Option::is_some).collect();
    let pairs = StructArray::new(fields.clone(), vec![Arc::new(keys), Arc::new(texts)], None);
    debug_assert_eq!(pairs.null_count(), 0);
    Arc::new(MapArray::new(Arc::clone(entries), offsets, pairs, Some(there), false))
}
