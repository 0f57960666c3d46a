use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;
use yagura_local::desktop::{MAX_TITLE, Seen, SeenWindow};
use yagura_records::{Doer, ErrorSign, Moment, Text, WindowNote, WindowRecord};
use yagura_vocabulary::{Account, SensorHealth, Time};

use super::{
    desktops::DesktopId,
    tracker::{Limits, Now, Program, Surroundings, Tracker},
};

const LIMITS: Limits = Limits { min_stay: Duration::from_secs(3), settle: Duration::from_secs(2) };
const TANAKA: u32 = 1000;
const SATO: u32 = 1001;

/// Processes 1 to 99 are the first person's, those from 100 on the other's; whoever has 66 goes on unseen.
struct Town {
    goes_on: bool,
}

impl Surroundings for Town {
    fn account(&mut self, uid: u32) -> Account {
        let name = if uid == TANAKA { "tanaka" } else { "sato" };
        Account { name: name.to_owned(), id: uid.to_string() }
    }

    fn process(&mut self, pid: u32) -> Option<Doer> {
        let account = Some(self.account(if pid < 100 { TANAKA } else { SATO }));
        let image = Some(format!("/usr/bin/p{pid}"));
        (pid != 66).then(|| Doer {
            pid,
            guid: Some(Uuid::from_u128(pid.into())),
            image,
            account,
            logon_session: None,
            by_shell: false,
        })
    }

    fn goes_on(&mut self, _display: &str, programs: &[Program]) -> bool {
        self.goes_on && programs.iter().all(|(pid, guid)| *guid == Uuid::from_u128((*pid).into()))
    }
}

struct Stage {
    tracker: Tracker,
    town: Town,
    /// Seconds since 00:59:00.
    now: f64,
    asleep: f64,
}

impl Stage {
    fn new() -> Self {
        let mut stage = Self { tracker: Tracker::new(LIMITS), town: Town { goes_on: false }, now: 0.0, asleep: 0.0 };
        stage.tracker.arrived(DesktopId::of(1), TANAKA, Some(format!("c{}", 1)));
        stage
    }

    fn now(&self) -> Now {
        let ns = |seconds: f64| (seconds * 1e9) as u64;
        let occurred_at = Time::from_micros(1_795_395_540_000_000 + (self.now * 1e6) as i64);
        let at = Moment { occurred_at, boot_id: Uuid::from_u128(7), mono_ns: 1_000_000_000_000 + ns(self.now) };
        Now { at, awake_ns: 500_000_000_000 + ns(self.now - self.asleep) }
    }

    /// Lets time go by as the thread does: it wakes whenever something is due.
    fn until(&mut self, second: f64) {
        while let Some(due) = self.tracker.due(self.now()) {
            let at = self.now + due.as_secs_f64().max(0.001);
            if at >= second {
                break;
            }
            self.now = at;
            self.tracker.tick(self.now(), &mut self.town);
        }
        self.now = second;
        self.tracker.tick(self.now(), &mut self.town);
    }

    fn said(&mut self, second: f64, desktop: u64, seen: Seen) {
        self.until(second);
        self.tracker.said(DesktopId::of(desktop), seen, self.now(), &mut self.town);
    }

    fn show(&mut self, second: f64, pid: u32, title: &str) {
        self.said(second, 1, active(pid, title));
    }

    /// What was told since the last time, in short.
    fn told(&mut self) -> Vec<String> {
        self.tracker.take().iter().map(told).collect()
    }

    fn check(&mut self, expected: &[&str]) {
        assert_eq!(self.told(), expected);
    }
}

fn active(pid: u32, title: &str) -> Seen {
    let window = SeenWindow { id: pid * 10, pid: Some(pid), title: Some(title.into()), ..SeenWindow::default() };
    Seen::Active { window: Some(window), folded: 0 }
}

fn second(at: Moment) -> f64 {
    (at.occurred_at.micros() - 1_795_395_540_000_000) as f64 / 1e6
}

fn told(record: &WindowRecord) -> String {
    let title = |title: &Option<Text>| title.as_ref().map_or("-".to_owned(), ToString::to_string);
    let at = second(record.at());
    match record {
        WindowRecord::Began(stay) => format!("{at} began {}", title(&stay.window.title)),
        WindowRecord::Stayed(stay) => {
            let idle = if stay.idle_ms > 0 { format!(" idle {}", stay.idle_ms / 1000) } else { String::new() };
            format!("{at} {} {} for {}{idle}", stay.account.name, title(&stay.window.title), stay.duration_ms / 1000)
        }
        WindowRecord::Title(new) => format!("{at} title {} folded {}", title(&new.window.title), new.folded),
        WindowRecord::Error(error) => format!("{at} error {} {:?}", title(&error.window.title), error.sign),
        WindowRecord::Usage(usage) => {
            format!(
                "{at} {} used {} for {} in {}",
                usage.account.name,
                usage.image,
                usage.active_ms / 1000,
                usage.stays
            )
        }
        WindowRecord::IdleStart(_) => format!("{at} idle"),
        WindowRecord::IdleEnd(idle) => format!("{at} back after {}", idle.duration_ms.unwrap() / 1000),
        WindowRecord::Sight(sight) => format!("{at} {} blind {:?}", sight.account.name, sight.blind),
        WindowRecord::Lost(lost) => format!("{at} lost {:?}", lost.count),
    }
}

#[test]
fn each_stay_is_told_when_it_is_long_enough_and_once_more_with_its_length() {
    let mut stage = Stage::new();
    stage.show(0.0, 1, "見積書.odt");
    stage.until(10.0);
    stage.check(&["0 began 見積書.odt"]);
    stage.show(10.0, 2, "受信トレイ");
    stage.check(&["0 tanaka 見積書.odt for 10"]);
    stage.said(14.0, 1, Seen::Active { window: None, folded: 0 });
    stage.check(&["10 began 受信トレイ", "10 tanaka 受信トレイ for 4"]);
}

#[test]
fn a_window_that_is_only_passed_by_is_counted_and_not_told() {
    let mut stage = Stage::new();
    stage.show(0.0, 1, "a");
    stage.show(2.9, 2, "b");
    stage.until(59.0);
    stage.check(&["2.9 began b"]);
    stage.tracker.finish(stage.now(), &mut stage.town);
    stage.check(&[
        "2.9 tanaka b for 56",
        "0 tanaka used /usr/bin/p1 for 2 in 0",
        "2.9 tanaka used /usr/bin/p2 for 56 in 1",
    ]);
}

#[test]
fn the_title_that_counts_is_the_one_the_window_has_when_it_is_told_of() {
    let mut stage = Stage::new();
    stage.show(0.0, 1, "起動中");
    stage.show(1.0, 1, "会計");
    stage.until(5.0);
    stage.check(&["0 began 会計"]);
}

#[test]
fn a_title_that_stands_is_told_and_those_that_flicker_are_counted() {
    let mut stage = Stage::new();
    stage.show(0.0, 1, "first");
    stage.show(10.0, 1, "second");
    stage.until(12.5);
    stage.check(&["0 began first", "10 title second folded 0"]);
    for n in 0..40 {
        stage.show(20.0 + f64::from(n) * 0.25, 1, &format!("{n}%"));
    }
    stage.show(30.0, 1, "done");
    stage.until(40.0);
    stage.check(&["30 title done folded 40"]);
    stage.show(41.0, 1, "x");
    stage.show(41.5, 1, "done");
    stage.until(50.0);
    stage.check(&[]);
    stage.show(51.0, 2, "other");
    stage.check(&["0 tanaka first for 51"]);
}

#[test]
fn use_is_summed_hour_by_hour_and_goes_on_in_the_next() {
    let mut stage = Stage::new();
    stage.show(0.0, 1, "a");
    stage.show(20.0, 2, "b");
    stage.show(30.0, 1, "a");
    stage.until(61.0);
    let usage: Vec<_> = stage.told().into_iter().filter(|line| line.contains("used")).collect();
    assert_eq!(usage, ["0 tanaka used /usr/bin/p1 for 50 in 2", "20 tanaka used /usr/bin/p2 for 10 in 1"]);
    stage.until(3700.0);
    let usage: Vec<_> = stage.told().into_iter().filter(|line| line.contains("used")).collect();
    assert_eq!(usage, ["60 tanaka used /usr/bin/p1 for 3600 in 0"], "the second hour is over, the stay is not");
}

#[test]
fn what_stands_before_nobody_is_no_use() {
    let mut stage = Stage::new();
    stage.show(0.0, 1, "a");
    stage.said(40.0, 1, Seen::Idle { for_ms: 30_000 });
    stage.said(50.0, 1, Seen::Back);
    stage.said(52.0, 1, Seen::Back);
    stage.until(55.0);
    stage.check(&["0 began a", "10 idle", "50 back after 40"]);
    stage.tracker.finish(stage.now(), &mut stage.town);
    stage.check(&["0 tanaka a for 55 idle 40", "0 tanaka used /usr/bin/p1 for 15 in 1"]);
}

#[test]
fn a_night_with_the_lid_closed_is_no_use_and_a_night_away() {
    let mut stage = Stage::new();
    stage.show(0.0, 1, "a");
    stage.said(20.0, 1, Seen::Idle { for_ms: 10_000 });
    (stage.now, stage.asleep) = (30_020.0, 30_000.0);
    stage.said(30_050.0, 1, Seen::Back);
    stage.tracker.finish(stage.now(), &mut stage.town);
    let told = stage.told();
    assert!(told.contains(&"30050 back after 30040".to_owned()), "{told:?}");
    assert!(told.contains(&"0 tanaka a for 50 idle 40".to_owned()), "{told:?}");
}

#[test]
fn people_at_one_machine_have_rows_of_their_own() {
    let mut stage = Stage::new();
    stage.tracker.arrived(DesktopId::of(2), SATO, Some(format!("c{}", 2)));
    stage.show(0.0, 1, "田中の窓");
    stage.said(1.0, 2, active(100, "佐藤の窓"));
    stage.until(10.0);
    stage.tracker.left(DesktopId::of(2), stage.now(), &mut stage.town);
    let records = stage.tracker.take();
    let sessions = records.iter().map(|record| match record {
        WindowRecord::Began(stay) | WindowRecord::Stayed(stay) => stay.logon_session.as_deref(),
        other => panic!("{other:?}"),
    });
    assert_eq!(sessions.collect::<Vec<_>>(), [Some("c1"), Some("c2"), Some("c2")]);
    assert_eq!(
        records.iter().map(told).collect::<Vec<_>>(),
        ["0 began 田中の窓", "1 began 佐藤の窓", "1 sato 佐藤の窓 for 9"]
    );
}

#[test]
fn a_session_program_that_ends_while_the_desktop_goes_on_is_told_of_until_one_comes_again() {
    let sight = |health, reason: Option<&str>| Seen::Sight {
        health,
        reason: reason.map(str::to_owned),
        display: Some(":0".to_owned()),
    };
    for (goes_on, expected) in
        [(true, &["15 tanaka blind Some(\"its session program ended and the desktop goes on\")"][..]), (false, &[])]
    {
        let mut stage = Stage::new();
        stage.town.goes_on = goes_on;
        stage.said(1.0, 1, sight(SensorHealth::Ok, None));
        stage.until(5.0);
        stage.tracker.left(DesktopId::of(1), stage.now(), &mut stage.town);
        stage.until(60.0);
        stage.check(expected);
        assert_eq!(stage.tracker.blind().len(), usize::from(goes_on));
        stage.tracker.arrived(DesktopId::of(2), TANAKA, Some(format!("c{}", 2)));
        stage.said(70.0, 2, sight(SensorHealth::Ok, None));
        stage.check(if goes_on { &["70 tanaka blind None"] } else { &[] });
        stage.said(80.0, 2, sight(SensorHealth::Degraded, Some("Wayland")));
        stage.check(&["80 tanaka blind Some(\"Wayland\")"]);
    }
}

#[test]
fn one_that_comes_back_at_once_was_only_replaced() {
    let mut stage = Stage::new();
    stage.town.goes_on = true;
    let sight = Seen::Sight { health: SensorHealth::Ok, reason: None, display: Some(":0".to_owned()) };
    stage.said(1.0, 1, sight.clone());
    stage.tracker.left(DesktopId::of(1), stage.now(), &mut stage.town);
    stage.until(5.0);
    stage.tracker.arrived(DesktopId::of(2), TANAKA, Some(format!("c{}", 2)));
    stage.said(5.0, 2, sight);
    stage.until(60.0);
    stage.check(&[]);
}

#[test]
fn what_a_program_says_is_bounded_masked_and_never_believed() {
    let mut stage = Stage::new();
    let long = "あ".repeat(MAX_TITLE);
    let window = |pid, title: Option<Text>| SeenWindow { id: 1, pid, title, ..SeenWindow::default() };
    let mut facts = |window| {
        stage.said(1.0, 1, Seen::Error { window, sign: ErrorSign::Title });
        let Some(WindowRecord::Error(error)) = stage.tracker.take().pop() else { panic!("nothing was told") };
        error.window
    };
    let cut = facts(window(Some(1), Some(long.into())));
    assert_eq!(
        (cut.title.unwrap().as_bytes().len(), cut.notes),
        (MAX_TITLE - MAX_TITLE % 3, vec![WindowNote::TitleCut])
    );
    let secret = facts(window(Some(1), Some("https://x/?password=hunter2 - Browser".into())));
    assert_eq!(secret.title.unwrap().as_str(), "https://x/?password=*** - Browser");
    assert_eq!(secret.notes, [WindowNote::Masked]);
    let others = facts(window(Some(100), None));
    assert_eq!((others.notes.as_slice(), others.process.unwrap().pid), ([WindowNote::OtherAccount].as_slice(), 100));
    assert_eq!(facts(window(Some(66), None)).notes, [WindowNote::ProcessGone]);
    assert_eq!(facts(window(None, None)).notes, [WindowNote::ProcessUnknown]);
    let gone = facts(SeenWindow { gone: true, ..window(None, None) });
    assert_eq!(gone.notes, [WindowNote::WindowGone]);
    let odd = facts(window(Some(1), Some(Text::from_bytes(b"\x93\xFA".to_vec()))));
    assert_eq!(odd.title.unwrap().as_bytes(), b"\x93\xFA");
}

fn anything() -> impl Strategy<Value = Seen> {
    prop_oneof![
        (0_u32..4, ".{0,5}", 0_u64..3).prop_map(|(pid, title, folded)| {
            let Seen::Active { window, .. } = active(pid, &title) else { unreachable!() };
            Seen::Active { window, folded }
        }),
        Just(Seen::Active { window: None, folded: 1 }),
        any::<u64>().prop_map(|for_ms| Seen::Idle { for_ms }),
        Just(Seen::Back),
        Just(Seen::Unknown),
        Just(Seen::Sight { health: SensorHealth::Ok, reason: None, display: None }),
    ]
}

proptest! {
    #[test]
    fn whatever_is_said_time_adds_up(all in prop::collection::vec((0.0..20.0, anything()), 0..40)) {
        let mut stage = Stage::new();
        let (mut told, mut at) = (Vec::new(), 0.0);
        for (pause, seen) in all {
            at += pause;
            stage.said(at, 1, seen);
            told.extend(stage.tracker.take());
        }
        stage.tracker.finish(stage.now(), &mut stage.town);
        told.extend(stage.tracker.take());
        let (mut used, mut began, mut ended) = (0, Vec::new(), Vec::new());
        for record in &told {
            match record {
                WindowRecord::Usage(usage) => used += usage.active_ms,
                WindowRecord::Began(stay) => began.push(stay.stay),
                WindowRecord::Stayed(stay) => {
                    prop_assert!(stay.duration_ms >= 2_999 && stay.idle_ms <= stay.duration_ms + 1, "{stay:?}");
                    ended.push(stay.stay);
                }
                _ => {}
            }
        }
        prop_assert!(used <= (at * 1000.0) as u64 + 1, "{used} ms of {at} s");
        prop_assert_eq!(began, ended, "each stay that began ended, in order");
        prop_assert_eq!(stage.tracker.due(stage.now()), None);
    }
}
