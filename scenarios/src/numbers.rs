//! The promise that no event is lost silently and none is stored twice, as it shows in what is stored.

use std::collections::BTreeMap;

use serde_json::Value;

/// Every number of every stream, from 1, is there once, or covered by a gap record once. Gives how many numbers there are.
///
/// # Panics
/// When one is missing or there twice.
#[must_use]
pub fn every_number_once(events: &[Value]) -> u64 {
    let mut total = 0;
    for ((endpoint, epoch, lane), numbers) in streams(events) {
        let mut next = 1;
        for (first, last) in numbers {
            assert_eq!(
                first, next,
                "endpoint {endpoint}, epoch {epoch}, lane {lane}: {next} is missing or {first} is stored twice"
            );
            next = last + 1;
        }
        total += next - 1;
    }
    total
}

/// The numbers of each stream in order; a gap counts for all that it covers.
fn streams(events: &[Value]) -> BTreeMap<(String, String, String), Vec<(u64, u64)>> {
    let mut streams: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let text = |event: &Value, field: &str| event[field].as_str().unwrap_or_default().to_owned();
    for event in events {
        let key = (text(event, "endpoint"), text(event, "epoch"), text(event, "lane"));
        let first = event["seq"].as_u64().unwrap_or_default();
        // Only a gap in the numbering covers numbers; a sensor's loss is an event like any other.
        let last = match event["body"]["to"].as_u64() {
            Some(to) if event["kind"] == "agent.gap" && event["feature"] == "agent" => to,
            _ => first,
        };
        streams.entry(key).or_default().push((first, last));
    }
    for numbers in streams.values_mut() {
        numbers.sort_unstable();
    }
    streams
}
