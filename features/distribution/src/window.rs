//! Maintenance windows, in the endpoint's local time. Pure: the offset from UTC is an argument, and whoever waits asks again when the
//! offset may have changed.

use std::time::Duration;

use yagura_vocabulary::Time;

use crate::model::Window;

const DAY_S: i64 = 86_400;
/// Windows repeat after a week; the day more is for one that opened yesterday and is open past midnight.
const DAYS_AHEAD: i64 = 8;

impl Window {
    /// What is wrong with it.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        if self.days.iter().any(|day| !(1..=7).contains(day)) {
            return Some("days are 1 (Monday) to 7 (Sunday)");
        }
        if self.from >= 1440 {
            return Some("a window opens at a minute of the day, 0 to 1439");
        }
        (!(1..=1440).contains(&self.minutes)).then_some("a window is open for 1 to 1440 minutes")
    }

    /// Whether it opens on the day with this number since 1970-01-01, a Thursday.
    fn opens_on(&self, day: i64) -> bool {
        let weekday = (day + 3).rem_euclid(7) + 1;
        self.days.is_empty() || self.days.iter().any(|own| i64::from(*own) == weekday)
    }

    /// When it opens on that day, in seconds of local time.
    fn opening(&self, day: i64) -> Option<i64> {
        self.opens_on(day).then(|| day * DAY_S + i64::from(self.from) * 60)
    }

    /// Whether it is open at this second of local time. One that is open past midnight belongs to the day on which it opened.
    fn is_open(&self, local: i64) -> bool {
        let today = local.div_euclid(DAY_S);
        let within = |opened: i64| (opened..opened + i64::from(self.minutes) * 60).contains(&local);
        [today - 1, today].into_iter().filter_map(|day| self.opening(day)).any(within)
    }
}

fn all_open(sets: &[&[Window]], local: i64) -> bool {
    sets.iter().all(|set| set.is_empty() || set.iter().any(|window| window.is_open(local)))
}

/// The first time from `from` on at which every set has an open window; an empty set is always open. `offset_s` is how many seconds
/// local time is before UTC, `32400` in Japan. Nothing where they never are open together.
#[must_use]
pub fn next_open(sets: &[&[Window]], from: Time, offset_s: i32) -> Option<Time> {
    let local = from.seconds() + i64::from(offset_s);
    if all_open(sets, local) {
        return Some(from);
    }
    // What is not open now opens when one of its windows does.
    let today = local.div_euclid(DAY_S);
    let openings = sets
        .iter()
        .flat_map(|set| set.iter())
        .flat_map(|window| (today..=today + DAYS_AHEAD).filter_map(|day| window.opening(day)));
    let first = openings.filter(|at| *at > local && all_open(sets, *at)).min()?;
    Some(from + Duration::from_secs(u64::try_from(first - local).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOKYO: i32 = 9 * 3600;

    fn window(days: &[u8], from: u16, minutes: u16) -> Window {
        Window { days: days.to_vec(), from, minutes }
    }

    #[track_caller]
    fn check(windows: &[Window], from: &str, offset_s: i32, opens: Option<&str>) {
        let found = next_open(&[windows], from.parse().unwrap(), offset_s);
        assert_eq!(found, opens.map(|time| time.parse().unwrap()));
    }

    #[test]
    fn without_windows_it_is_always_open() {
        check(&[], "2026-11-30T03:00:00Z", TOKYO, Some("2026-11-30T03:00:00Z"));
    }

    #[test]
    fn a_window_is_in_local_time_and_goes_past_midnight() {
        let night = [window(&[], 22 * 60, 480)];
        check(&night, "2026-11-30T03:00:00Z", TOKYO, Some("2026-11-30T13:00:00Z"));
        check(&night, "2026-11-30T18:00:00Z", TOKYO, Some("2026-11-30T18:00:00Z"));
        check(&night, "2026-11-30T21:00:00Z", TOKYO, Some("2026-12-01T13:00:00Z"));
    }

    #[test]
    fn a_window_of_friday_is_open_on_saturday_morning() {
        let friday = [window(&[5], 23 * 60, 120)];
        // 2026-12-05 is a Saturday.
        check(&friday, "2026-12-05T00:30:00Z", 0, Some("2026-12-05T00:30:00Z"));
        check(&friday, "2026-12-05T01:00:00Z", 0, Some("2026-12-11T23:00:00Z"));
    }

    #[test]
    fn the_hour_that_summer_time_moves_is_that_of_the_offset_which_holds_then() {
        let two = [window(&[], 120, 60)];
        // Before 2027-03-28 Berlin is one hour before UTC, and from 01:00 UTC of that day two.
        check(&two, "2027-03-27T12:00:00Z", 3600, Some("2027-03-28T01:00:00Z"));
        check(&two, "2027-03-28T01:00:00Z", 7200, Some("2027-03-29T00:00:00Z"));
    }

    #[test]
    fn windows_that_are_never_open_together_are_none() {
        let (monday, tuesday) = ([window(&[1], 60, 60)], [window(&[2], 60, 60)]);
        assert_eq!(next_open(&[&monday, &tuesday], Time::from_seconds(0), 0), None);
        let late = [window(&[1], 90, 60)];
        let both = next_open(&[&monday, &late], "2026-11-29T00:00:00Z".parse().unwrap(), 0);
        assert_eq!(both.unwrap().to_string(), "2026-11-30T01:30:00.000000Z");
    }

    #[test]
    fn what_no_window_can_be_is_a_fault() {
        assert_eq!(window(&[1, 7], 0, 1440).fault(), None);
        for wrong in
            [window(&[0], 0, 1), window(&[8], 0, 1), window(&[], 1440, 1), window(&[], 0, 0), window(&[], 0, 1441)]
        {
            assert!(wrong.fault().is_some(), "{wrong:?}");
        }
    }

    prop_compose! {
        fn any_window()(days in prop::collection::vec(1_u8..=7, 0..4), from in 0_u16..1440, minutes in 1_u16..=1440) -> Window {
            Window { days, from, minutes }
        }
    }

    proptest! {
        #[test]
        fn what_is_found_is_open_and_no_minute_before_it_is(
            one in prop::collection::vec(any_window(), 0..3),
            other in prop::collection::vec(any_window(), 0..3),
            minute in 0_i64..20_000_000,
            offset_s in -50_400_i32..=50_400,
        ) {
            let from = Time::from_seconds(minute * 60);
            let sets: [&[Window]; 2] = [&one, &other];
            let local = |time: Time| time.seconds() + i64::from(offset_s);
            let found = next_open(&sets, from, offset_s);
            let end = found.unwrap_or(from + Duration::from_secs(8 * 86_400));
            prop_assert!(end >= from);
            if let Some(found) = found {
                prop_assert!(all_open(&sets, local(found)));
            }
            let mut at = from;
            while at < end {
                prop_assert!(!all_open(&sets, local(at)), "{at}");
                at = at + Duration::from_secs(420);
            }
        }
    }
}
