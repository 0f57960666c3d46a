use uuid::Uuid;
use yagura_vocabulary::Time;

use super::*;

fn at(second: i64) -> Moment {
    Moment {
        occurred_at: Time::from_seconds(1_795_392_000 + second),
        boot_id: Uuid::from_u128(0xb007),
        mono_ns: 1_000_000_000 * u64::try_from(second).unwrap(),
    }
}

pub(crate) fn sample() -> ProcessStarted {
    let tanaka = Account { name: "tanaka".to_owned(), id: "1000".to_owned() };
    ProcessStarted {
        at: at(5),
        guid: Uuid::from_u128(2),
        pid: 4711,
        ppid: 4700,
        parent_guid: Some(Uuid::from_u128(1)),
        parent_image: Some("/usr/bin/bash".to_owned()),
        origin: Origin::Exec,
        image: Some("/usr/bin/tar".into()),
        command_line: Some("tar czf /tmp/a.tgz /home/tanaka/会計".into()),
        truncated: false,
        cwd: Some("/home/tanaka".into()),
        account: Some(tanaka.clone()),
        effective_account: None,
        login_account: Some(tanaka),
        logon_session: Some("3".to_owned()),
        hash: Hash::Sha256("0".repeat(64)),
        notes: Vec::new(),
    }
}

/// Everything that can be missing is, and everything that can be odd is odd.
fn odd() -> ProcessStarted {
    ProcessStarted {
        parent_guid: None,
        parent_image: None,
        origin: Origin::Fork,
        image: Some(Text::from_bytes(b"/tmp/\x93\xfa".to_vec())),
        command_line: None,
        truncated: true,
        cwd: None,
        effective_account: Some(Account { name: "root".to_owned(), id: "0".to_owned() }),
        login_account: Some(Account { name: "sato".to_owned(), id: "1001".to_owned() }),
        hash: Hash::Gone,
        notes: vec![Note::CommandLineMissing, Note::CwdMissing, Note::ImageDeleted, Note::Polled],
        ..sample()
    }
}

fn exit(exit_code: Option<u32>, signal: Option<u32>) -> ProcessExited {
    ProcessExited {
        at: at(7),
        guid: Uuid::from_u128(2),
        pid: 4711,
        image: Some("/usr/bin/tar".to_owned()),
        account: None,
        logon_session: None,
        exit_code,
        signal,
        lived_us: Some(2_000_400),
    }
}

#[test]
fn the_shape_of_events_stays_as_released() {
    let gap = Lost { at: at(9), count: Some(12), reason: "the kernel's ring buffer was full".to_owned() };
    let events = [
        started(&sample()),
        started(&odd()),
        exited(&exit(Some(1), None)),
        exited(&exit(None, Some(9))),
        lost(&gap, "process"),
    ];
    let golden = include_str!("../../golden/events-v1.jsonl");
    let now: String = events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect();
    assert_eq!(now, golden, "stored events have this shape: a change needs a new golden file beside the old one");
}

#[test]
fn an_account_that_signed_in_itself_is_told_of_once() {
    assert!(!started(&sample()).body.contains_key("login_account"));
}
