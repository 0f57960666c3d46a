//! Japan's public holidays, by the Act on National Holidays (Act No. 178 of 1948, as amended).
//!
//! Right from 2020 on, as far as the law stands in 2026. The days of the equinoxes are announced each February for the year to
//! come; the formula of the Hydrographic Department (valid from 1980 to 2099) has met all of them so far.

use jiff::civil::{Date, Weekday, date};

/// The holiday's name, if this date is one.
#[must_use]
pub fn holiday(day: Date) -> Option<&'static str> {
    if day.year() < 2020 {
        return None;
    }
    named(day).or_else(|| substitute(day)).or_else(|| between(day))
}

/// Holidays with a name of their own (article 2).
fn named(day: Date) -> Option<&'static str> {
    if let Some(moved) = games(day) {
        return moved;
    }
    let nth = |weekday, nth| day.weekday() == weekday && (i16::from(day.day()) - 1) / 7 + 1 == nth;
    Some(match (day.month(), day.day()) {
        (1, 1) => "元日",
        (1, _) if nth(Weekday::Monday, 2) => "成人の日",
        (2, 11) => "建国記念の日",
        (2, 23) => "天皇誕生日",
        (3, on) if i32::from(on) == equinox(day.year(), 20.8431) => "春分の日",
        (4, 29) => "昭和の日",
        (5, 3) => "憲法記念日",
        (5, 4) => "みどりの日",
        (5, 5) => "こどもの日",
        (7, _) if nth(Weekday::Monday, 3) => "海の日",
        (8, 11) => "山の日",
        (9, _) if nth(Weekday::Monday, 3) => "敬老の日",
        (9, on) if i32::from(on) == equinox(day.year(), 23.2488) => "秋分の日",
        (10, _) if nth(Weekday::Monday, 2) => "スポーツの日",
        (11, 3) => "文化の日",
        (11, 23) => "勤労感謝の日",
        _ => return None,
    })
}

/// Three holidays were moved for the Olympic Games in 2020 and 2021; `Some(None)` where one was taken away.
fn games(day: Date) -> Option<Option<&'static str>> {
    let moved = match day.year() {
        2020 => [(7, 23, "海の日"), (7, 24, "スポーツの日"), (8, 10, "山の日")],
        2021 => [(7, 22, "海の日"), (7, 23, "スポーツの日"), (8, 8, "山の日")],
        _ => return None,
    };
    if let Some((.., name)) = moved.iter().find(|(month, on, _)| (day.month(), day.day()) == (*month, *on)) {
        return Some(Some(name));
    }
    matches!((day.month(), day.day()), (7, 15..=21) | (8, 11) | (10, 8..=14)).then_some(None)
}

/// A holiday on a Sunday makes the next day free that is none (article 3, paragraph 2).
fn substitute(day: Date) -> Option<&'static str> {
    let mut before = day.yesterday().ok()?;
    while named(before).is_some() {
        if before.weekday() == Weekday::Sunday {
            return Some("振替休日");
        }
        before = before.yesterday().ok()?;
    }
    None
}

/// A day between two holidays is free (article 3, paragraph 3).
fn between(day: Date) -> Option<&'static str> {
    let around = [day.yesterday().ok()?, day.tomorrow().ok()?];
    around.into_iter().all(|day| named(day).is_some()).then_some("国民の休日")
}

/// The day of the month: `at` is where the sun stood in 1980.
fn equinox(year: i16, at: f64) -> i32 {
    let years = f64::from(year - 1980);
    #[expect(clippy::cast_possible_truncation, reason = "a day of a month")]
    let day = (at + 0.242_194 * years - (years / 4.0).floor()).floor() as i32;
    day
}

/// The holidays of a year, in order.
#[must_use]
pub fn holidays(year: i16) -> Vec<(Date, &'static str)> {
    let days = date(year.clamp(1, 9998), 1, 1).series(jiff::Span::new().days(1)).take(366);
    days.filter(|day| day.year() == year).filter_map(|day| Some((day, holiday(day)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(year: i16, expected: &str) {
        let days: Vec<_> = holidays(year).iter().map(|(day, _)| day.strftime("%m%d").to_string()).collect();
        assert_eq!(days.join(" "), expected, "{year}");
    }

    /// As the Cabinet Office lists them.
    #[test]
    fn years_have_the_holidays_that_were_announced() {
        check(2020, "0101 0113 0211 0223 0224 0320 0429 0503 0504 0505 0506 0723 0724 0810 0921 0922 1103 1123");
        check(2021, "0101 0111 0211 0223 0320 0429 0503 0504 0505 0722 0723 0808 0809 0920 0923 1103 1123");
        check(2022, "0101 0110 0211 0223 0321 0429 0503 0504 0505 0718 0811 0919 0923 1010 1103 1123");
        check(2023, "0101 0102 0109 0211 0223 0321 0429 0503 0504 0505 0717 0811 0918 0923 1009 1103 1123");
        check(
            2024,
            "0101 0108 0211 0212 0223 0320 0429 0503 0504 0505 0506 0715 0811 0812 0916 0922 0923 1014 1103 1104 1123",
        );
        check(2025, "0101 0113 0211 0223 0224 0320 0429 0503 0504 0505 0506 0721 0811 0915 0923 1013 1103 1123 1124");
        check(2026, "0101 0112 0211 0223 0320 0429 0503 0504 0505 0506 0720 0811 0921 0922 0923 1012 1103 1123");
        check(2027, "0101 0111 0211 0223 0321 0322 0429 0503 0504 0505 0719 0811 0920 0923 1011 1103 1123");
    }
}
