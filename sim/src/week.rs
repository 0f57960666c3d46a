//! What happened at a desk on the days before now: office hours, lunch, overtime, and now and then something that a rule
//! would have stopped.

use yagura_vocabulary::{Event, Lane, Level, Time};

use crate::{
    dice::Dice,
    happenings::{Happenings, own_path, share_path},
    office::Desk,
};

const DAY_S: i64 = 86_400;
/// The office's clock is nine hours ahead of UTC the whole year.
const JST_S: i64 = 9 * 3600;
const LUNCH: (i64, i64) = (12 * 3600, 13 * 3600);
const PRINTERS: &[&str] = &["複合機_2F", "複合機_3F", "レーザー_経理"];

/// The past of one desk, a day at a time: the days of many desks would not fit into memory together.
#[derive(Debug)]
pub(crate) struct Week {
    /// Days to come, the oldest first, as days since 1970 in the office's time.
    days: std::ops::RangeInclusive<i64>,
    until: Time,
    dice: Dice,
    day: std::vec::IntoIter<(Lane, Event)>,
}

/// One thing in a day's plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Boot,
    Logon,
    Lock,
    Unlock,
    Work,
    Print,
    Plug,
    CarryOff,
    LateWork,
    Install,
    Logoff,
    Shutdown,
}

impl Week {
    /// The `days` days up to `until`, at desk `n` of the office made from `seed`.
    pub(crate) fn new(seed: u64, n: u32, days: u32, until: Time) -> Self {
        let today = (until.seconds() + JST_S).div_euclid(DAY_S);
        let first = today - i64::from(days.saturating_sub(1));
        Self {
            days: first..=today,
            until,
            // Another part of the seed's numbers than the desk and what happens there from now on.
            dice: Dice::new(seed, (3 << 32) + u64::from(n)),
            day: Vec::new().into_iter(),
        }
    }

    /// What happened next.
    pub(crate) fn next(&mut self, desk: &Desk, happenings: &mut Happenings) -> Option<(Lane, Event)> {
        loop {
            if let Some(event) = self.day.next() {
                return Some(event);
            }
            let day = self.days.next()?;
            let mut told = Vec::new();
            for (micros, act) in plan(&mut self.dice, day) {
                let at = Time::from_micros((day * DAY_S - JST_S) * 1_000_000 + micros);
                if at < self.until {
                    told.push(tell(&mut self.dice, happenings, desk, at, act));
                }
            }
            self.day = told.into_iter();
        }
    }
}

/// A day's plan: microseconds since midnight, in order; empty on a day off.
fn plan(dice: &mut Dice, day: i64) -> Vec<(i64, Act)> {
    // 1 January 1970 was a Thursday.
    let weekend = (day + 4).rem_euclid(7) % 6 == 0;
    let off = dice.below(100) < if weekend { 96 } else { 6 };
    if off {
        return Vec::new();
    }
    let mut second = |from: i64, span: u32| from + i64::from(dice.below(span));
    let begins = second(8 * 3600 + 1200, 3600);
    let lunch = (second(LUNCH.0, 900), second(LUNCH.1 - 600, 900));
    let late = second(0, 100) < 6;
    let ends = if late { second(22 * 3600, 5400) } else { second(17 * 3600 + 1800, 9000) };
    let acts = 60 + second(0, 120);
    let mut plan = vec![
        (begins, Act::Boot),
        (begins + 48, Act::Logon),
        (lunch.0, Act::Lock),
        (lunch.1, Act::Unlock),
        (ends, Act::Logoff),
        (ends + 9, Act::Shutdown),
    ];
    let hours = u32::try_from(ends - begins - 120).unwrap_or(1);
    for _ in 0..acts {
        let at = second(begins + 60, hours);
        if at < lunch.0 || at > lunch.1 {
            plan.push((at, Act::Work));
        }
    }
    for (of_thousand, act) in
        [(700, Act::Print), (300, Act::Print), (60, Act::Plug), (25, Act::CarryOff), (20, Act::Install)]
    {
        if second(0, 1000) < of_thousand {
            plan.push((second(LUNCH.1 + 900, 4 * 3600), act));
        }
    }
    if late {
        plan.extend((0..4).map(|_| (second(ends - 1800, 1700), Act::LateWork)));
    }
    // People do not act on the stroke of a second.
    let mut plan: Vec<_> =
        plan.into_iter().map(|(at, act)| (at * 1_000_000 + i64::from(dice.below(900_000)), act)).collect();
    plan.sort_by_key(|(at, _)| *at);
    plan
}

fn tell(dice: &mut Dice, happenings: &mut Happenings, desk: &Desk, at: Time, act: Act) -> (Lane, Event) {
    let own = |kind: &str| Event::new(at, "operation_log", kind);
    let event = match act {
        Act::Work => return happenings.next(desk, at),
        Act::CarryOff => return (Lane::Critical, happenings.done(desk, at, Happenings::carried_off)),
        Act::LateWork => {
            let mut event = happenings.done(desk, at, Happenings::opened);
            event.level = Level::Alarm;
            event.rule = Some("深夜の操作".to_owned());
            event.class = Some("out_of_hours".to_owned());
            return (Lane::Critical, event);
        }
        Act::Boot => {
            happenings.boot(at);
            own("power.boot")
        }
        Act::Logon => own("session.logon").with("method", "interactive"),
        Act::Lock => own("session.lock"),
        Act::Unlock => own("session.unlock"),
        Act::Logoff => own("session.logoff"),
        Act::Shutdown => own("power.shutdown"),
        Act::Print => {
            let mut event = own("print.job");
            event.subject = Some(dice.pick(crate::happenings::DOCUMENTS).to_owned());
            event.target = Some(dice.pick(PRINTERS).to_owned());
            let pages = 1 + dice.below(30);
            event.with("pages", pages).with("copies", 1)
        }
        Act::Plug => {
            let mut event = own("device.arrive");
            event.subject = Some("BUFFALO USB Flash Disk".to_owned());
            event.device_serial = Some(format!("USB{:06}", dice.below(1_000_000)));
            event.with("device_class", "removable_disk")
        }
        Act::Install => {
            let mut event = own("software.install");
            event.subject = Some("Zoom Workplace 6.2.11".to_owned());
            event.target = Some(own_path(desk, "Zoom"));
            event
        }
    };
    let (lane, mut event) = (Lane::Operation, event);
    happenings.sign(desk, at, &mut event);
    if act == Act::Boot {
        // Nobody has signed in yet.
        event.account = None;
    }
    if event.kind == "print.job" && dice.below(40) == 0 {
        event.subject = Some(share_path(desk, "顧客名簿.xlsx"));
        event.level = Level::Prohibited;
        event.rule = Some("顧客名簿の印刷".to_owned());
        event.class = Some("keyword".to_owned());
        return (Lane::Critical, event);
    }
    (lane, event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::desk;

    /// Wednesday, 25 November 2026, 15:00 in Tokyo.
    const NOON: i64 = 1_795_586_400;

    fn check(n: u32) -> Vec<(Lane, Event)> {
        let until = Time::from_seconds(NOON);
        let desk = desk(1, n, until);
        let mut happenings = Happenings::new(1, n, Time::from_seconds(NOON - 7 * DAY_S));
        let mut week = Week::new(1, n, 7, until);
        std::iter::from_fn(|| week.next(&desk, &mut happenings)).collect()
    }

    #[test]
    fn a_week_is_in_order_and_ends_before_now() {
        for n in 0..20 {
            let times: Vec<_> = check(n).into_iter().map(|(_, event)| event.occurred_at).collect();
            assert!(times.is_sorted() && times.last().is_none_or(|last| *last < Time::from_seconds(NOON)));
        }
    }

    #[test]
    fn people_work_in_office_hours_and_mostly_not_at_weekends() {
        let (mut weekend, mut all, mut night) = (0, 0, 0);
        for n in 0..50 {
            for (_, event) in check(n) {
                let local = event.occurred_at.seconds() + JST_S;
                all += 1;
                weekend += usize::from((local.div_euclid(DAY_S) + 4).rem_euclid(7) % 6 == 0);
                night += usize::from(!(8..24).contains(&(local.rem_euclid(DAY_S) / 3600)));
            }
        }
        assert!(all > 10_000 && weekend * 20 < all && night == 0, "{all} {weekend} {night}");
    }

    #[test]
    fn one_seed_always_gives_the_same_week_with_something_to_look_at() {
        assert_eq!(check(3), check(3));
        let levels: std::collections::HashSet<_> = (0..60).flat_map(check).map(|(_, event)| event.level).collect();
        assert_eq!(levels.len(), 3);
    }
}
