use uuid::Uuid;
use yagura_records::{
    AppUsage, DesktopSight, Doer, ErrorSign, Idle, WindowError, WindowFacts, WindowNote, WindowStay, WindowTitle,
};
use yagura_vocabulary::Time;

use super::*;

fn at(second: i64) -> Moment {
    Moment {
        occurred_at: Time::from_seconds(1_795_392_000 + second),
        boot_id: Uuid::from_u128(0xb007),
        mono_ns: 1_000_000_000 * u64::try_from(second).unwrap(),
    }
}

fn tanaka() -> Account {
    Account { name: "tanaka".to_owned(), id: "1000".to_owned() }
}

fn facts() -> WindowFacts {
    WindowFacts {
        title: Some("見積書.odt - LibreOffice Writer".into()),
        class: Some("libreoffice-writer".to_owned()),
        process: Some(Doer {
            pid: 4711,
            guid: Some(Uuid::from_u128(2)),
            image: Some("/usr/lib/libreoffice/program/soffice.bin".to_owned()),
            account: Some(tanaka()),
            logon_session: None,
            by_shell: false,
        }),
        notes: Vec::new(),
    }
}

/// Everything that can be missing is, and everything that can be odd is odd.
fn odd() -> WindowFacts {
    let root = Account { name: "root".to_owned(), id: "0".to_owned() };
    WindowFacts {
        title: Some(Text::from_bytes(b"\x93\xfa".to_vec())),
        class: None,
        process: Some(Doer {
            pid: 99,
            guid: None,
            image: None,
            account: Some(root),
            logon_session: None,
            by_shell: false,
        }),
        notes: vec![
            WindowNote::WindowGone,
            WindowNote::ProcessUnknown,
            WindowNote::ProcessGone,
            WindowNote::OtherAccount,
            WindowNote::TitleCut,
            WindowNote::Masked,
        ],
    }
}

fn stay(window: WindowFacts) -> WindowStay {
    WindowStay { at: at(5), stay: 1, account: tanaka(), logon_session: None, window, duration_ms: 61_500, idle_ms: 0 }
}

#[test]
fn the_shape_of_events_stays_as_released() {
    let title = WindowTitle { at: at(7), account: tanaka(), logon_session: None, window: facts(), folded: 0 };
    let error =
        WindowError { at: at(8), account: tanaka(), logon_session: None, window: facts(), sign: ErrorSign::Title };
    let usage = AppUsage {
        at: at(5),
        account: tanaka(),
        logon_session: None,
        image: "/usr/lib/libreoffice/program/soffice.bin".to_owned(),
        active_ms: 1_234_567,
        stays: 12,
    };
    let idle_from = Idle { at: at(9), account: tanaka(), logon_session: None, duration_ms: None };
    let idle_to = Idle { at: at(20), account: tanaka(), logon_session: None, duration_ms: Some(11_000) };
    let blind = Some("its session program ended and the desktop goes on".to_owned());
    let sight = DesktopSight { at: at(30), account: tanaka(), blind };
    let gap = Lost { at: at(31), count: Some(7), reason: "more was said of desktops than could be taken".to_owned() };
    let events = [
        window_active(&stay(facts()), true),
        window_active(&stay(facts()), false),
        window_active(&WindowStay { idle_ms: 30_000, ..stay(odd()) }, true),
        window_active(&WindowStay { duration_ms: 0, ..stay(odd()) }, false),
        window_active(&stay(WindowFacts::default()), true),
        window_title(&title),
        window_title(&WindowTitle { folded: 49, ..title }),
        window_error(&error, true),
        window_error(&WindowError { sign: ErrorSign::CrashReporter, ..error }, false),
        app_usage(&usage),
        idle(&idle_from),
        idle(&idle_to),
        desktop_sight(&sight),
        desktop_sight(&DesktopSight { blind: None, ..sight }),
        lost(&gap, "window"),
    ];
    let golden = include_str!("../../golden/window-events-v1.jsonl");
    let now: String = events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect();
    assert_eq!(now, golden, "stored events have this shape: a change needs a new golden file beside the old one");
}

#[test]
fn a_row_without_the_title_has_nothing_of_it() {
    let event = window_active(&stay(odd()), false);
    let text = serde_json::to_string(&event).unwrap();
    assert!(!text.contains("subject") && !text.contains("title_cut") && !text.contains("masked"), "{text}");
}
