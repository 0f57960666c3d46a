use uuid::Uuid;
use yagura_records::{
    AccountChange, AppUsage, ErrorSign, Hash, Idle, LogonSession, Moment, Origin, ProcessExited, ProcessStarted,
    SessionAct, SessionActed, WindowError, WindowFacts, WindowStay, WindowTitle,
};
use yagura_vocabulary::Time;

use super::*;

fn acted(act: SessionAct) -> SessionActed {
    let boot_id = Uuid::from_u128(0xb007);
    let at = Moment { occurred_at: Time::from_seconds(1_795_392_005), boot_id, mono_ns: 5_000_000_000 };
    SessionActed::new(at, act)
}

fn tanaka() -> Account {
    Account { name: "tanaka".to_owned(), id: "1000".to_owned() }
}

#[test]
fn the_shape_of_events_stays_as_released() {
    let session = LogonSession {
        id: "c1".to_owned(),
        kind: Some("x11".to_owned()),
        service: Some("sshd".to_owned()),
        terminal: Some(":9".to_owned()),
        remote_host: Some("192.0.2.7".to_owned()),
    };
    let of = |act| SessionActed { account: Some(tanaka()), session: Some(session.clone()), ..acted(act) };
    let start = ProcessStarted {
        at: acted(SessionAct::Boot).at,
        guid: Uuid::from_u128(7),
        pid: 42,
        ppid: 41,
        parent_guid: Some(Uuid::from_u128(6)),
        parent_image: Some("/usr/bin/sudo".to_owned()),
        origin: Origin::Exec,
        image: Some("/usr/bin/id".into()),
        command_line: Some("id -u".into()),
        truncated: false,
        cwd: None,
        account: Some(Account { name: "root".to_owned(), id: "0".to_owned() }),
        effective_account: None,
        login_account: None,
        logon_session: None,
        hash: Hash::Off,
        notes: Vec::new(),
    };
    let failed = LogonSession { id: String::new(), kind: None, service: None, ..session.clone() };
    let events = [
        session_acted(&of(SessionAct::Logon)),
        session_acted(&SessionActed { duration_ms: Some(60_000), inferred: true, ..of(SessionAct::Logoff) }),
        session_acted(&SessionActed {
            session: Some(failed),
            claimed: Some("admin".to_owned()),
            ..acted(SessionAct::Failed)
        }),
        session_acted(&acted(SessionAct::Boot)),
        session_acted(&SessionActed { duration_ms: Some(1), ..acted(SessionAct::Wake) }),
        session_acted(&SessionActed {
            account: Some(tanaka()),
            change: Some(AccountChange::Promoted),
            ..acted(SessionAct::AccountChange)
        }),
        privilege_use(&tanaka(), &start),
    ];
    let golden = include_str!("../../golden/session-events-v1.jsonl");
    let now: String = events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect();
    assert_eq!(now, golden, "stored events have this shape: a change needs a new golden file beside the old one");
}

#[test]
fn every_row_of_what_somebody_did_names_the_session_in_which_it_was_done() {
    let session = || Some("c2".to_owned());
    let mut file = super::file_tests::acted();
    file.process.as_mut().unwrap().logon_session = session();
    let mut print = super::print_tests::job();
    print.logon_session = session();
    let mut start = super::tests::sample();
    start.logon_session = session();
    let (at, account) = (start.at, tanaka());
    let window = WindowFacts::default();
    let stay = WindowStay {
        at,
        stay: 1,
        account: account.clone(),
        logon_session: session(),
        window: window.clone(),
        duration_ms: 1,
        idle_ms: 0,
    };
    let title =
        WindowTitle { at, account: account.clone(), logon_session: session(), window: window.clone(), folded: 0 };
    let sign = ErrorSign::Title;
    let error = WindowError { at, account: account.clone(), logon_session: session(), window, sign };
    let image = "/usr/bin/vi".to_owned();
    let usage = AppUsage { at, account: account.clone(), logon_session: session(), image, active_ms: 1, stays: 1 };
    let nobody_there = Idle { at, account, logon_session: session(), duration_ms: None };
    let end = ProcessExited {
        at,
        guid: start.guid,
        pid: start.pid,
        image: None,
        account: start.account.clone(),
        logon_session: session(),
        exit_code: None,
        signal: None,
        lived_us: None,
    };
    for event in [
        started(&start),
        exited(&end),
        privilege_use(&tanaka(), &start),
        file_acted(&file),
        print_job(&print, true),
        window_active(&stay, true),
        window_title(&title),
        window_error(&error, true),
        app_usage(&usage),
        idle(&nobody_there),
    ] {
        assert_eq!(event.logon_session.as_deref(), Some("c2"), "{}", event.kind);
    }
}
