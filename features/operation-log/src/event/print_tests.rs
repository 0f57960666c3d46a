use uuid::Uuid;
use yagura_records::{PrintJob, PrintOutcome};
use yagura_vocabulary::Time;

use super::*;

pub(crate) fn job() -> PrintJob {
    PrintJob {
        at: Moment {
            occurred_at: Time::from_seconds(1_795_392_005),
            boot_id: Uuid::from_u128(0xb007),
            mono_ns: 5_000_000_000,
        },
        job: 12,
        user: "tanaka".to_owned(),
        account: Some(Account { name: "tanaka".to_owned(), id: "1000".to_owned() }),
        logon_session: None,
        from: None,
        document: "見積書.odt".into(),
        masked: false,
        printer: "3F-複合機".to_owned(),
        destination: Some("mfp3.example.jp".to_owned()),
        pages: Some(6),
        copies: 2,
        bytes: Some(48 * 1024),
        outcome: PrintOutcome::Completed,
    }
}

#[test]
fn the_shape_of_events_stays_as_released() {
    let bare = PrintJob {
        account: None,
        logon_session: None,
        user: "guest".to_owned(),
        from: Some("192.0.2.7".to_owned()),
        document: Text::from_bytes(b"\x93\xfa".to_vec()),
        destination: None,
        pages: None,
        copies: 1,
        bytes: None,
        outcome: PrintOutcome::Cancelled,
        ..job()
    };
    let masked = PrintJob { masked: true, document: "token=***".into(), outcome: PrintOutcome::Aborted, ..job() };
    let gap = Lost { at: job().at, count: None, reason: "the printing system did not answer".to_owned() };
    let events = [
        print_job(&job(), true),
        print_job(&job(), false),
        print_job(&bare, true),
        print_job(&masked, true),
        lost(&gap, "print"),
    ];
    let golden = include_str!("../../golden/print-events-v1.jsonl");
    let now: String = events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect();
    assert_eq!(now, golden, "stored events have this shape: a change needs a new golden file beside the old one");
}
