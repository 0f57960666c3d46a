use std::collections::BTreeMap;

use proptest::prelude::*;
use yagura_vocabulary::id::EventId;

use super::*;

const MINUTE_US: i64 = 60_000_000;
const DAY_MINUTES: usize = 1440;
/// 2026-11-23, a midnight somewhere.
const START: i64 = 1_795_392_000_000_000;
const DAYS: usize = 3;

fn time(minute: i64) -> Time {
    Time::from_micros(START + minute * MINUTE_US)
}

fn bounds() -> Vec<Time> {
    (0..=DAYS).map(|day| time(i64::try_from(day * DAY_MINUTES).unwrap())).collect()
}

fn row(minute: i64, boot: u128, act: SessionAct) -> Row {
    let mono_ns = u64::try_from((minute + 100_000) * MINUTE_US * 1000).ok();
    let boot_id = Some(Uuid::from_u128(boot));
    Row {
        id: EventId::new(),
        at: time(minute),
        boot_id,
        mono_ns,
        act,
        who: None,
        session: None,
        duration_ms: None,
        inferred: false,
    }
}

fn who(name: &str) -> Who {
    Who { person: None, account: Account { name: name.to_owned(), id: name.to_owned() } }
}

fn of(name: &str, mut row: Row) -> Row {
    (row.who, row.session) = (Some(who(name)), Some(format!("c-{name}")));
    row
}

const fn heard(last: Time, now: bool) -> Heard<'static> {
    Heard { ends: &[], last, now, cut_off: false }
}

/// A day in short: when it was awake, in minutes of the day, and who was there.
fn told(day: &Day) -> String {
    let minute = |at: Time| (at.micros() - day.span.0.micros()) / MINUTE_US;
    let spans = |spans: &[Span]| {
        spans.iter().map(|(a, b)| format!("{}-{}", minute(*a), minute(*b))).collect::<Vec<_>>().join(" ")
    };
    let mark =
        |mark: Option<Mark>| mark.map_or("-".to_owned(), |mark| format!("{} {}", mark.how.as_str(), minute(mark.at)));
    let flags = [(day.ran_in, "in"), (day.runs_on, "on")].into_iter().filter_map(|(is, word)| is.then_some(word));
    let mut told = format!("{} | {} | {}", mark(day.first_start), mark(day.last_stop), spans(&day.awake));
    for flag in flags {
        told = format!("{told} {flag}");
    }
    for person in &day.people {
        told = format!("{told} | {} {}", person.who.account.name, spans(&person.present));
    }
    told
}

#[track_caller]
fn check(rows: &[Row], heard: Heard<'_>, expected: &[&str]) {
    let days: Vec<_> = days(rows, heard, &bounds()).iter().map(told).collect();
    assert_eq!(days, expected);
}

use SessionAct::{Boot, Lock, Logoff, Logon, Shutdown, Sleep, Unlock, Wake};

#[test]
fn a_day_at_the_office_has_its_start_its_stop_and_the_time_before_the_screen() {
    let rows = [
        row(500, 1, Boot),
        of("tanaka", row(510, 1, Logon)),
        of("tanaka", row(720, 1, Lock)),
        of("tanaka", row(780, 1, Unlock)),
        of("tanaka", row(1050, 1, Logoff)),
        row(1055, 1, Shutdown),
    ];
    check(
        &rows,
        heard(time(1055), false),
        &["boot 500 | shutdown 1055 | 500-1055 | tanaka 510-720 780-1050", "- | - | ", "- | - | "],
    );
}

#[test]
fn sleep_is_no_run_and_nobody_sits_before_a_sleeping_machine() {
    let rows = [
        row(500, 1, Boot),
        of("tanaka", row(510, 1, Logon)),
        row(720, 1, Sleep),
        Row { duration_ms: Some(60 * 60_000), ..row(780, 1, Wake) },
        // That it fell asleep was not told, and the clocks say for how long it did.
        Row { duration_ms: Some(100 * 60_000), ..row(1000, 1, Wake) },
    ];
    check(
        &rows,
        heard(time(1100), true),
        &[
            "boot 500 | sleep 720 | 500-720 780-900 1000-1100 on | tanaka 510-720 780-900 1000-1100",
            "- | - | ",
            "- | - | ",
        ],
    );
}

#[test]
fn a_night_over_midnight_is_cut_at_midnight_and_a_machine_that_never_stops_runs_all_day() {
    let rows = [row(1400, 1, Boot), of("tanaka", row(1410, 1, Logon)), of("tanaka", row(1500, 1, Logoff))];
    check(
        &rows,
        heard(time(4000), true),
        &[
            "boot 1400 | - | 1400-1440 on | tanaka 1410-1440",
            "- | - | 0-1440 in on | tanaka 0-60",
            "- | - | 0-1120 in on",
        ],
    );
}

#[test]
fn a_machine_that_lost_its_power_ends_at_the_last_row_heard_and_says_that_nobody_told_it() {
    let cut = [row(500, 1, Boot), of("tanaka", row(510, 1, Logon)), row(1500, 2, Boot)];
    assert_eq!(unended(&cut), [(time(510), time(1500))]);
    let found = days(&cut, Heard { ends: &[time(700)], ..heard(time(1600), true) }, &bounds());
    assert_eq!(told(&found[0]), "boot 500 | not_told 700 | 500-700 | tanaka 510-700");
    assert_eq!(told(&found[1]), "boot 60 | - | 60-160 on");
    assert!(!found[0].is_told() && found[1].is_told());
    // The agent deduces it afterwards, at the last minute in which it was at work.
    let deduced = [row(500, 1, Boot), Row { inferred: true, ..row(650, 1, Shutdown) }, row(1500, 2, Boot)];
    check(
        &deduced,
        heard(time(1600), true),
        &["boot 500 | not_told 650 | 500-650", "boot 60 | - | 60-160 on", "- | - | "],
    );
    // And one that is not heard of any more.
    check(
        &cut[..2],
        heard(time(800), false),
        &["boot 500 | not_told 800 | 500-800 | tanaka 510-800", "- | - | ", "- | - | "],
    );
}

#[test]
fn a_clock_that_was_set_meanwhile_does_not_change_how_long_it_was() {
    let early = |row: Row| Row { at: time(row.at.micros() / MINUTE_US - START / MINUTE_US + 600), ..row };
    let rows = [early(row(500, 1, Boot)), early(of("tanaka", row(510, 1, Logon))), row(800, 1, Shutdown)];
    check(
        &rows,
        heard(time(800), false),
        &["boot 500 | shutdown 800 | 500-800 | tanaka 510-800", "- | - | ", "- | - | "],
    );
}

#[test]
fn two_people_at_once_are_told_apart_and_two_sessions_of_one_count_once() {
    let second = |row: Row| Row { session: Some("c9".to_owned()), ..row };
    let rows = [
        row(500, 1, Boot),
        of("tanaka", row(510, 1, Logon)),
        of("sato", row(520, 1, Logon)),
        second(of("tanaka", row(530, 1, Logon))),
        of("tanaka", row(600, 1, Logoff)),
        second(of("tanaka", row(700, 1, Logoff))),
        row(800, 1, Shutdown),
    ];
    check(
        &rows,
        heard(time(800), false),
        &["boot 500 | shutdown 800 | 500-800 | tanaka 510-700 | sato 520-800", "- | - | ", "- | - | "],
    );
}

#[test]
fn what_began_before_the_first_row_is_taken_from_the_length_that_the_end_tells() {
    let rows = [Row { duration_ms: Some(300 * 60_000), ..of("tanaka", row(200, 1, Logoff)) }, row(210, 1, Shutdown)];
    let heard = Heard { cut_off: true, ..heard(time(210), false) };
    check(&rows, heard, &["- | shutdown 210 | 0-210 in | tanaka 0-200", "- | - | ", "- | - | "]);
}

#[test]
fn a_shutdown_that_somebody_called_off_did_not_happen() {
    let rows = [row(500, 1, Boot), row(600, 1, Shutdown), of("tanaka", row(650, 1, Logon)), row(700, 1, Shutdown)];
    check(
        &rows,
        heard(time(700), false),
        &["boot 500 | shutdown 700 | 500-700 | tanaka 650-700", "- | - | ", "- | - | "],
    );
}

/// A life of a machine with two people: its rows, and what was so in each minute.
struct Life {
    rows: Vec<Row>,
    awake: Vec<bool>,
    present: BTreeMap<&'static str, Vec<bool>>,
    /// It runs at the end.
    goes_on: bool,
}

const NAMES: [&str; 2] = ["sato", "tanaka"];

/// Lives after a list of acts, each so many minutes after the one before. What cannot be is left out.
fn live(acts: &[(u8, u16)]) -> Life {
    let all = DAYS * DAY_MINUTES;
    let mut rows = Vec::new();
    let (mut awake, mut present) = (vec![false; all], BTreeMap::from(NAMES.map(|name| (name, vec![false; all]))));
    let (mut on, mut asleep_since, mut boot) = (false, None, 0_u128);
    let mut sessions: BTreeMap<&str, bool> = BTreeMap::new();
    let mut minute = 0_usize;
    for (act, gap) in acts {
        for _ in 0..*gap {
            if minute == all {
                break;
            }
            awake[minute] = on && asleep_since.is_none();
            for (name, there) in &mut present {
                there[minute] = awake[minute] && sessions.get(name) == Some(&false);
            }
            minute += 1;
        }
        if minute == all {
            break;
        }
        let now = i64::try_from(minute).unwrap();
        let name = NAMES[usize::from(*act) % 2];
        match (act / 2 % 4, asleep_since) {
            (1, Some(since)) => {
                let slept = u64::try_from((now - since) * 60_000).unwrap();
                rows.push(Row { duration_ms: Some(slept), ..row(now, boot, Wake) });
                asleep_since = None;
            }
            (1, None) if on => {
                rows.push(row(now, boot, Sleep));
                asleep_since = Some(now);
            }
            (0, None) if !on => {
                boot += 1;
                on = true;
                rows.push(row(now, boot, Boot));
            }
            (0, None) => {
                rows.extend(std::mem::take(&mut sessions).into_keys().map(|name| of(name, row(now, boot, Logoff))));
                rows.push(row(now, boot, Shutdown));
                on = false;
            }
            (2, None) if on => {
                let act = if sessions.remove(name).is_some() { Logoff } else { Logon };
                if act == Logon {
                    sessions.insert(name, false);
                }
                rows.push(of(name, row(now, boot, act)));
            }
            (3, None) if on => {
                if let Some(locked) = sessions.get_mut(name) {
                    *locked = !*locked;
                    rows.push(of(name, row(now, boot, if *locked { Lock } else { Unlock })));
                }
            }
            _ => {}
        }
    }
    // What goes on does so to the end of the last day.
    let state = on && asleep_since.is_none();
    for at in minute..all {
        awake[at] = state;
        for (name, there) in &mut present {
            there[at] = state && sessions.get(name) == Some(&false);
        }
    }
    Life { rows, awake, present, goes_on: state }
}

fn count(of: &[bool], day: usize) -> u64 {
    of[day * DAY_MINUTES..(day + 1) * DAY_MINUTES].iter().filter(|it| **it).count() as u64 * 60_000
}

fn acts() -> impl Strategy<Value = Vec<(u8, u16)>> {
    prop::collection::vec((0_u8..8, 1_u16..400), 0..60)
}

fn of_life(life: &Life, rows: &[Row]) -> Vec<Day> {
    let end = *bounds().last().unwrap();
    days(rows, heard(end, life.goes_on), &bounds())
}

proptest! {
    #[test]
    fn every_minute_is_counted_as_it_was(acts in acts()) {
        let life = live(&acts);
        for (number, day) in of_life(&life, &life.rows).iter().enumerate() {
            prop_assert_eq!(milliseconds(&day.awake), count(&life.awake, number), "awake on day {}: {}", number, told(day));
            for (name, there) in &life.present {
                let found = day.people.iter().find(|person| person.who.account.name == *name);
                let found = found.map_or(0, |person| milliseconds(&person.present));
                prop_assert_eq!(found, count(there, number), "{} on day {}: {}", name, number, told(day));
            }
        }
    }

    #[test]
    fn the_order_of_the_rows_says_nothing((rows, shuffled) in acts().prop_map(|acts| live(&acts).rows)
        .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())))
    {
        let heard = heard(*bounds().last().unwrap(), true);
        // Of one minute the order is not known: rows that stand at the same time may change places.
        prop_assume!(rows.windows(2).all(|pair| pair[0].at != pair[1].at || pair[0].boot_id == pair[1].boot_id));
        let short = |rows: &[Row]| days(rows, heard, &bounds()).iter().map(|day| milliseconds(&day.awake)).collect::<Vec<_>>();
        prop_assert_eq!(short(&rows), short(&shuffled));
    }

    #[test]
    fn a_clock_that_was_wrong_until_the_last_row_of_a_run_changes_nothing(acts in acts(), wrong in 3_i64..100_000) {
        let life = live(&acts);
        let last = |row: &Row| life.rows.iter().rfind(|other| other.boot_id == row.boot_id).is_some_and(|other| other.at == row.at);
        let shifted = |row: &Row| if last(row) { row.at } else { Time::from_micros(row.at.micros() - wrong * 1_000_000) };
        let rows: Vec<_> = life.rows.iter().map(|row| Row { at: shifted(row), ..row.clone() }).collect();
        let sums = |rows: &[Row]| of_life(&life, rows).iter().map(|day| milliseconds(&day.awake)).collect::<Vec<_>>();
        prop_assert_eq!(sums(&rows), sums(&life.rows));
    }

    #[test]
    fn no_rows_however_odd_give_more_than_there_is_time(
        odd in prop::collection::vec((0_usize..8, 0_i64..5000, 0_u128..3, 0_u64..9_000_000_000, prop::option::of(0_u64..u64::MAX)), 0..40),
        last in 0_i64..5000, now: bool, cut_off: bool,
    ) {
        let rows: Vec<_> = odd.iter().map(|(act, minute, boot, mono_s, lasted)| {
            let plain = row(*minute, *boot, ACTS[*act]);
            Row { mono_ns: Some(mono_s * 1000), duration_ms: *lasted, boot_id: plain.boot_id.filter(|_| *boot > 0), ..of("tanaka", plain) }
        }).collect();
        let ends: Vec<_> = unended(&rows).into_iter().map(|(from, _)| from).collect();
        let heard = Heard { ends: &ends, last: time(last), now, cut_off };
        for day in days(&rows, heard, &bounds()) {
            let all = milliseconds(&[day.span]);
            prop_assert!(milliseconds(&day.awake) <= all);
            prop_assert!(day.awake.windows(2).all(|pair| pair[0].1 < pair[1].0));
            for person in &day.people {
                prop_assert!(milliseconds(&person.present) <= milliseconds(&day.awake), "{}", told(&day));
            }
        }
    }
}
