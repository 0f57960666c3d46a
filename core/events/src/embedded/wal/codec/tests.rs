use proptest::{collection::vec, option, prelude::*};
use serde_json::json;

use super::*;

fn text() -> impl Strategy<Value = Option<String>> {
    option::of(".{0,20}")
}

prop_compose! {
    fn event()(
        occurred in any::<i64>(), kind in ".{0,12}", subject in text(), command_line in text(), account in text(),
        guid in option::of(any::<u128>()), bytes in option::of(any::<u64>()), body in text(), float in any::<f64>(),
    ) -> Event {
        let mut event = Event::new(Time::from_micros(occurred), "operation_log", &kind);
        event.subject = subject;
        event.command_line = command_line;
        event.account = account.map(|name| yagura_vocabulary::Account { name, id: "S-1-5-21".into() });
        event.process_guid = guid.map(Uuid::from_u128);
        event.bytes = bytes;
        match body {
            Some(text) if float.is_finite() => event.with("text", text).with("nested", json!({"f": [float]})),
            _ => event,
        }
    }
}

prop_compose! {
    fn record()(
        ids in any::<[u128; 2]>(), lane in prop::sample::select(Lane::ALL), first in 1..1_000_000u64,
        hash in any::<u8>(), received in any::<i64>(), position in 1..u64::MAX / 2, salt in any::<u32>(),
        rows in vec((option::of(1..u128::MAX), event()), 1..6),
    ) -> Record {
        let last = first + rows.len() as u64 - 1;
        let rows = rows.into_iter().zip(first..).map(|((person, event), seq)| Row {
            seq, person: person.map(|id| Id::from_uuid(Uuid::from_u128(id))), event,
        }).collect();
        let [endpoint, epoch] = ids.map(Uuid::from_u128);
        let batch = Batch {
            endpoint: Id::from_uuid(endpoint), epoch, lane, first, last, sha256: [hash; 32],
            received_at: Time::from_micros(received), rows,
        };
        Record { batch, position, salt }
    }
}

fn written(record: &Record) -> Vec<u8> {
    let mut out = Vec::new();
    Encoded::new(record.batch.clone()).unwrap().write(record.position, record.salt, &mut out);
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read_again(record in record(), after: Vec<u8>) {
        let mut bytes = written(&record);
        let len = bytes.len();
        bytes.extend(after);
        prop_assert_eq!(Record::read(&bytes), Some((record, len)));
    }

    #[test]
    fn a_record_that_is_cut_is_no_record(record in record(), cut in any::<prop::sample::Index>()) {
        let bytes = written(&record);
        prop_assert_eq!(frame(&bytes[..cut.index(bytes.len())]), None);
    }

    #[test]
    fn a_record_with_a_changed_bit_is_no_record(record in record(), at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let mut bytes = written(&record);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert_eq!(frame(&bytes), None);
    }

    #[test]
    fn bytes_of_any_kind_are_read_without_a_panic(bytes: Vec<u8>) {
        Record::read(&bytes);
        read_body(&bytes);
        read_rows(&bytes);
    }
}

#[test]
fn an_event_id_is_a_version_7_uuid_that_tells_when_it_was_received() {
    let id = event_id(Time::from_micros(1_763_886_600_000_042), 77, 5).uuid();
    assert_eq!(id.get_version_num(), 7);
    assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
    let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
    assert_eq!((seconds, nanos), (1_763_886_600, 0));
}

#[test]
fn event_ids_differ_and_rise_with_the_position() {
    let time = Time::from_seconds(-5);
    let ids: Vec<_> = [1, 2, 1 << 29, 1 << 30, 1 << 40].map(|position| event_id(time, position, 9)).into();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
}
