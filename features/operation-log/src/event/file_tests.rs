use uuid::Uuid;
use yagura_records::{Doer, FileAct, FileActed, FileNote, Place};
use yagura_vocabulary::Time;

use super::*;

fn at(second: i64) -> Moment {
    Moment {
        occurred_at: Time::from_seconds(1_795_392_000 + second),
        boot_id: Uuid::from_u128(0xb007),
        mono_ns: 1_000_000_000 * u64::try_from(second).unwrap(),
    }
}

pub(crate) fn acted() -> FileActed {
    FileActed {
        at: at(5),
        act: FileAct::FileCopy,
        path: "/home/tanaka/会計/見積.xlsx".into(),
        target: Some("/media/tanaka/STICK/見積.xlsx".into()),
        bytes: Some(48_213),
        count: None,
        inferred: true,
        process: Some(Doer {
            pid: 4711,
            guid: Some(Uuid::from_u128(2)),
            image: Some("/usr/bin/nautilus".to_owned()),
            account: Some(Account { name: "tanaka".to_owned(), id: "1000".to_owned() }),
            logon_session: None,
            by_shell: false,
        }),
        place: Place::Fixed,
        target_place: Place::Fixed,
        serial: None,
        file_system: None,
        examples: Vec::new(),
        notes: Vec::new(),
    }
}

/// Everything that can be missing is, and everything that can be odd is odd.
fn odd() -> FileActed {
    FileActed {
        act: FileAct::FileDelete,
        path: Text::from_bytes(b"\x93\xfa.txt".to_vec()),
        target: None,
        bytes: None,
        inferred: false,
        process: Some(Doer { pid: 99, guid: None, image: None, account: None, logon_session: None, by_shell: true }),
        place: Place::Network,
        notes: vec![FileNote::ProcessGone, FileNote::FolderUnknown, FileNote::Replaced, FileNote::Fleeting],
        ..acted()
    }
}

fn folded() -> FileActed {
    FileActed {
        act: FileAct::FileCreate,
        path: "/home/tanaka".into(),
        target: None,
        count: Some(4200),
        examples: vec!["/home/tanaka/a".into(), "/home/tanaka/b".into()],
        inferred: false,
        ..acted()
    }
}

fn of_others(act: FileAct, path: &str, target: &str) -> FileActed {
    FileActed { act, path: path.into(), target: Some(target.into()), inferred: false, ..acted() }
}

fn drive() -> FileActed {
    FileActed {
        process: None,
        place: Place::Removable,
        bytes: None,
        serial: Some("0781XYZ".to_owned()),
        file_system: Some("vfat".to_owned()),
        ..of_others(FileAct::DriveAdd, "/media/tanaka/STICK", "/dev/sdb1")
    }
}

#[test]
fn the_shape_of_events_stays_as_released() {
    let gap = Lost { at: at(9), count: None, reason: "the kernel's queue of file events was full".to_owned() };
    let to_a_stick = FileActed { target_place: Place::Removable, ..acted() };
    let events = [
        file_acted(&acted()),
        file_acted(&to_a_stick),
        file_acted(&odd()),
        file_acted(&folded()),
        file_acted(&drive()),
        file_acted(&of_others(FileAct::DiscWrite, "/home/tanaka/会計", "/dev/sr0")),
        file_acted(&of_others(FileAct::MailAttach, "/home/tanaka/見積.xlsx", "suzuki@example.com")),
        lost(&gap, "file"),
    ];
    let golden = include_str!("../../golden/file-events-v1.jsonl");
    let now: String = events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect();
    assert_eq!(now, golden, "stored events have this shape: a change needs a new golden file beside the old one");
}

#[test]
fn writing_to_a_portable_device_has_a_class_by_which_it_is_found() {
    let class = |acted: FileActed| file_acted(&acted).class;
    assert_eq!(class(FileActed { target_place: Place::Removable, ..acted() }).as_deref(), Some("removable_write"));
    assert_eq!(class(FileActed { place: Place::Removable, ..acted() }), None, "copied from it");
    assert_eq!(class(FileActed { place: Place::Removable, target: None, act: FileAct::FileDelete, ..acted() }), None);
}
