use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;
use yagura_records::{Moment, PrintOutcome};
use yagura_vocabulary::{Account, Time};

use super::{
    answer::{AnswerError, body},
    ipp_jobs::{SeenJob, ask_job, ask_jobs, ask_printer, device, jobs, unescaped},
    tracker::{Ended, Told, Tracker, destination, record},
};

fn job(id: u32, state: i32) -> SeenJob {
    SeenJob {
        id,
        uuid: Some(format!("urn:uuid:{id}")),
        state,
        name: "見積書".into(),
        user: "tanaka".to_owned(),
        host: Some("localhost".to_owned()),
        printer: "3F".to_owned(),
        k_octets: Some(48),
        impressions: Some(3),
        copies: Some(1),
        created: Some(100),
        completed: (state >= 7).then_some(200),
        ..SeenJob::default()
    }
}

fn told(ended: &[Option<Ended>]) -> Vec<(u32, PrintOutcome)> {
    ended.iter().flatten().map(|ended| (ended.job.id, ended.outcome)).collect()
}

#[test]
fn each_job_is_told_once_when_it_has_ended_however_often_it_is_seen() {
    let mut tracker = Tracker::new(Told::from(150));
    let seen = [3, 5, 5, 9, 9].map(|state| tracker.seen(job(1, state)));
    assert_eq!(told(&seen), [(1, PrintOutcome::Completed)]);
    let seen = [(2, 7), (3, 8), (4, 5)].map(|(id, state)| tracker.seen(job(id, state)));
    assert_eq!(told(&seen), [(2, PrintOutcome::Cancelled), (3, PrintOutcome::Aborted)]);
    assert_eq!(told(&[tracker.gone(4), tracker.gone(4), tracker.gone(1)]), [(4, PrintOutcome::Unknown)]);
}

#[test]
fn what_ended_before_anybody_watched_is_not_told_and_what_ended_meanwhile_is() {
    let mut tracker = Tracker::new(Told::from(300));
    let old = tracker.seen(job(1, 9));
    let (open, on_its_way) = (tracker.seen(job(2, 5)), tracker.seen(job(2, 9)));
    assert_eq!(told(&[old, open, on_its_way]), [(2, PrintOutcome::Completed)]);
    // The agent starts anew and asks for all there are.
    let kept = serde_json::to_string(tracker.told()).unwrap();
    let mut tracker = Tracker::new(serde_json::from_str(&kept).unwrap());
    let meanwhile = SeenJob { completed: Some(400), ..job(3, 9) };
    let seen = [job(1, 9), job(2, 9), meanwhile].map(|job| tracker.seen(job));
    assert_eq!(told(&seen), [(3, PrintOutcome::Completed)]);
}

#[test]
fn what_is_found_on_the_first_look_is_told_only_if_it_goes_on() {
    let mut tracker = Tracker::new(Told::from(200));
    for job in [job(1, 9), job(2, 5)] {
        tracker.found(job);
    }
    let seen = [job(1, 9), job(2, 9), job(3, 9)].map(|job| tracker.seen(job));
    assert_eq!(told(&seen).iter().map(|(id, _)| *id).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn a_printing_system_that_numbers_anew_has_other_jobs() {
    let mut tracker = Tracker::new(Told::from(0));
    let first = tracker.seen(job(1, 9));
    let another = tracker.seen(SeenJob { uuid: Some("urn:uuid:other".to_owned()), ..job(1, 9) });
    let without = SeenJob { uuid: None, ..job(1, 9) };
    let unnamed =
        [without.clone(), without.clone(), SeenJob { created: Some(101), ..without }].map(|job| tracker.seen(job));
    assert_eq!((told(&[first, another]).len(), told(&unnamed).len()), (2, 2));
}

#[test]
fn the_kept_shape_stays_as_released() {
    let golden = r#"{"since":150,"jobs":["urn:uuid:1"]}"#;
    let kept: Told = serde_json::from_str(golden).unwrap();
    assert_eq!(serde_json::to_string(&kept).unwrap(), golden);
    assert!(Tracker::new(kept).seen(job(1, 9)).is_none());
}

#[test]
fn the_record_has_who_what_where_and_how_much() {
    let now = Moment { occurred_at: Time::from_seconds(1000), boot_id: Uuid::nil(), mono_ns: 90_000_000_000 };
    let account = Some(Account { name: "tanaka".to_owned(), id: "1000".to_owned() });
    let of = |job, ago, device| {
        let ended = Ended { job, outcome: PrintOutcome::Completed };
        record(
            ended,
            now,
            Duration::from_secs(ago),
            account.clone().map(|account| (account, Some("3".to_owned()))),
            device,
        )
    };
    let plain = of(job(1, 9), 0, Some("ipp://user:secret@mfp3.example.jp:631/ipp/print"));
    assert_eq!((plain.at, plain.account.as_ref(), plain.pages, plain.copies), (now, account.as_ref(), Some(3), 1));
    assert_eq!(
        (plain.bytes, plain.destination.as_deref(), plain.from),
        (Some(48 * 1024), Some("mfp3.example.jp"), None)
    );
    let late = of(job(1, 9), 60, None);
    assert_eq!((late.at.occurred_at, late.at.mono_ns), (Time::from_seconds(940), 30_000_000_000));
    let others = of(SeenJob { host: Some("192.0.2.7".to_owned()), ..job(1, 9) }, 0, None);
    assert_eq!((others.account, others.from.as_deref()), (None, Some("192.0.2.7")), "its user is somebody there");
    assert_eq!((plain.logon_session.as_deref(), others.logon_session), (Some("3"), None));
    let secret = of(SeenJob { name: "report?token=abcdef123456".into(), ..job(1, 9) }, 0, None);
    assert!(secret.masked && secret.document.as_str() == "report?token=***", "{secret:?}");
    let uncounted = of(SeenJob { impressions: Some(0), sheets: None, copies: None, ..job(1, 9) }, 0, None);
    assert_eq!((uncounted.pages, uncounted.copies), (None, 1));
}

#[test]
fn where_a_printer_is_stands_in_its_address_and_passwords_do_not() {
    for (device, expected) in [
        ("ipp://printer.local/ipp/print", Some("printer.local")),
        ("ipps://[2001:db8::7]:443/", Some("2001:db8::7")),
        ("socket://192.0.2.4:9100", Some("192.0.2.4")),
        ("smb://tanaka:hunter2@print01/3F", Some("print01")),
        ("dnssd://Office%20Jet._ipp._tcp.local/?uuid=1", Some("Office Jet._ipp._tcp.local")),
        ("hp:/net/OfficeJet?ip=192.0.2.4", Some("192.0.2.4")),
        ("usb://HP/LaserJet?serial=X", Some("usb")),
        ("cups-pdf:/", None),
        ("implicitclass://3F/", None),
        ("file:///dev/null", None),
        ("", None),
    ] {
        assert_eq!(destination(device).as_deref(), expected, "{device}");
    }
}

#[test]
fn an_answer_comes_whole_in_pieces_or_to_the_end_of_the_connection() {
    let check = |answer: &str, expected: Result<&str, AnswerError>| {
        assert_eq!(body(answer.as_bytes()), expected.map(|text| text.as_bytes().to_vec()), "{answer}");
    };
    check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd", Ok("abc"));
    check("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nabc", Ok("abc"));
    check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", Ok("abcd"));
    check("HTTP/1.1 401 Unauthorized\r\n\r\n", Err(AnswerError::Status(401)));
    check("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", Err(AnswerError::Cut));
    check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", Err(AnswerError::Cut));
    check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc", Err(AnswerError::Cut));
    check("HTTP/1.1 200 O", Err(AnswerError::Cut));
}

/// An answer of CUPS 2.4 about a job, as it came over its socket.
const RECORDED: &[u8] = include_bytes!("../../golden/cups_job.ipp");

#[test]
fn what_cups_really_answered_is_read() {
    let found = jobs(RECORDED).unwrap();
    let [job] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((job.state, job.name.as_str(), job.printer.as_str()), (9, "見積書 三枚", "pdf"));
    assert_eq!((job.user.as_str(), job.impressions.or(job.sheets), job.copies), ("daemon", Some(3), Some(1)));
    assert!(job.uuid.is_some() && job.completed.is_some());
}

#[test]
fn no_such_job_is_none_and_a_refusal_is_an_error() {
    assert_eq!(jobs(b"\x02\x00\x04\x06\x00\x00\x00\x01\x03").unwrap(), []);
    assert_eq!(device(b"\x02\x00\x04\x06\x00\x00\x00\x01\x03").unwrap(), None);
    assert!(jobs(b"\x02\x00\x04\x03\x00\x00\x00\x01\x03").unwrap_err().to_string().ends_with("0x0403"));
    assert!(jobs(b"<html>").is_err());
}

proptest! {
    #[test]
    fn whatever_answers_is_read_without_harm(bytes: Vec<u8>, place in 0_usize..400, byte: u8) {
        // Any outcome will do, as long as there is one.
        drop((body(&bytes), jobs(&bytes), device(&bytes)));
        let mut bent = RECORDED.to_vec();
        let place = place % bent.len();
        bent[place] = byte;
        drop((jobs(&bent), jobs(&bent[..place])));
    }

    #[test]
    fn every_printer_can_be_asked_for_and_its_name_comes_back(name in "[^/\u{0}]{1,40}") {
        // A question has the form of an answer, with the operation in the place of the status.
        for question in [ask_printer(&name), ask_job(7), ask_jobs()] {
            prop_assert!(jobs(&question).unwrap().is_empty(), "what is asked is whole");
        }
        let escaped: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        prop_assert_eq!(unescaped(&escaped), name);
        destination(&escaped);
    }
}
