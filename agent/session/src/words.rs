//! The few words of the session program, in the person's language.

use std::{env, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use yagura_vocabulary::Time;

use crate::{Kind, Notice};

/// How much time is left, as exactly as people want to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// Whole minutes, rounded up.
    Minutes(u64),
    /// Seconds, of the last minute; in steps of five, so that it does not flicker.
    Seconds(u64),
}

impl Left {
    pub(crate) fn of(left: Duration) -> Self {
        let seconds = left.as_secs();
        if seconds >= 60 { Self::Minutes(seconds.div_ceil(60)) } else { Self::Seconds(seconds.next_multiple_of(5)) }
    }
}

/// The person's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Japanese.
    Japanese,
    /// English, also for all other languages.
    English,
}

impl Language {
    /// From `LC_ALL`, `LC_MESSAGES` or `LANG`, the first that is set.
    #[must_use]
    pub fn of_environment() -> Self {
        let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
        Self::of_locale(&["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default())
    }

    fn of_locale(locale: &str) -> Self {
        if locale == "ja" || locale.starts_with("ja_") { Self::Japanese } else { Self::English }
    }

    /// As the agent knows it: `ja`, `en`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.pick("ja", "en")
    }

    /// What stands in the window's head.
    pub(crate) fn head(self, notice: &Notice) -> &str {
        if !notice.head.is_empty() {
            return &notice.head;
        }
        match notice.kind {
            Kind::Notice => self.pick("お知らせ", "Notice"),
            Kind::Alarm => self.pick("警告", "Warning"),
            Kind::Prohibited => self.pick("禁止", "Prohibited"),
            Kind::Bundle => self.pick("まとめ", "Summary"),
            Kind::Question { .. } => self.pick("電源の予定", "Power"),
        }
    }

    /// What a class of rules is about; nothing for a class of the organisation's own.
    pub(crate) fn class(self, class: &str) -> &'static str {
        match class {
            "removable_write" => self.pick("持ち運べる機器", "Portable devices"),
            "share_read" => self.pick("共有フォルダー", "Shares"),
            "confidential" => self.pick("キーワード", "Confidential words"),
            "out_of_hours" => self.pick("業務時間外", "Outside business hours"),
            "mass_delete" => self.pick("大量の削除", "Many files deleted"),
            "print" => self.pick("印刷", "Printing"),
            "program" => self.pick("プログラム", "Programs"),
            "archive" => self.pick("書庫", "Archives"),
            "new_program" => self.pick("新しいプログラム", "New programs"),
            "tamper" => self.pick("記録の停止", "Stopping the records"),
            _ => "",
        }
    }

    /// What the person is told when the organisation has no words of its own.
    pub(crate) fn usual(self, prohibited: bool) -> &'static str {
        if prohibited {
            return self.pick(
                "この操作は組織の決まりで止められました。仕事で必要なときは管理者に相談してください。",
                "Your organisation's rules stopped this. If your work needs it, ask your administrator.",
            );
        }
        self.pick(
            "この操作は組織の決まりに触れます。操作はできていて、管理者に知らされます。心当たりがないときは、すぐ知らせてください。",
            "This is against your organisation's rules. It was done, and the administrator is told. If it was not you, say so at once.",
        )
    }

    pub(crate) fn file(self) -> &'static str {
        self.pick("対象", "What")
    }

    /// The title over warnings that were not shown one by one.
    pub(crate) fn others(self, count: u64) -> String {
        match self {
            Self::Japanese => format!("この1分で、ほかに {count}件"),
            Self::English => format!("{count} more within this minute"),
        }
    }

    pub(crate) fn bundled(self) -> &'static str {
        self.pick("続けて出さず、ここにまとめました。", "They are gathered here instead of shown one after another.")
    }

    pub(crate) fn received(self) -> &'static str {
        self.pick("時刻", "Time")
    }

    /// When what is asked about is done.
    pub(crate) fn planned(self) -> &'static str {
        self.pick("予定", "When")
    }

    pub(crate) fn left(self) -> &'static str {
        self.pick("残り", "Left")
    }

    /// `あと5分`, and within the last minute `あと20秒`.
    pub(crate) fn time_left(self, left: Left) -> String {
        match (self, left) {
            (Self::Japanese, Left::Minutes(minutes)) => format!("あと{minutes}分"),
            (Self::Japanese, Left::Seconds(seconds)) => format!("あと{seconds}秒"),
            (Self::English, Left::Minutes(minutes)) => format!("{minutes} min"),
            (Self::English, Left::Seconds(seconds)) => format!("{seconds} s"),
        }
    }

    pub(crate) fn mine(self, kind: Kind) -> &'static str {
        match kind {
            Kind::Notice | Kind::Question { .. } => self.pick("記録内容を見る", "What is recorded"),
            Kind::Alarm | Kind::Prohibited | Kind::Bundle => self.pick("履歴表示(D)", "History (D)"),
        }
    }

    /// The title for somebody whose page cannot be opened now.
    pub(crate) fn no_page(self) -> &'static str {
        self.pick("今はページを開けません", "The page cannot be opened now")
    }

    pub(crate) fn no_page_why(self) -> &'static str {
        self.pick(
            "会社のサーバーとつながっていないか、サーバーがすぐに答えませんでした。つながってから、もう一度押してください。お知らせはなくなりません。",
            "This machine has no connection to the server, or the server did not answer in time. Try again once it is connected. The notice stays.",
        )
    }

    pub(crate) fn close(self) -> &'static str {
        self.pick("閉じる", "Close")
    }

    /// A time as people say it, in the machine's time zone: `11月17日（火）8:30`.
    pub(crate) fn time(self, time: Time, zone: &TimeZone) -> String {
        const DAYS: [&str; 7] = ["日", "月", "火", "水", "木", "金", "土"];
        let Ok(time) = Timestamp::from_microsecond(time.micros()) else { return String::new() };
        let time = time.to_zoned(zone.clone());
        match self {
            Self::Japanese => {
                let weekday = usize::try_from(time.weekday().to_sunday_zero_offset()).unwrap_or_default();
                let (month, day, hour, minute) = (time.month(), time.day(), time.hour(), time.minute());
                format!("{month}月{day}日（{}）{hour}:{minute:02}", DAYS[weekday % 7])
            }
            Self::English => time.strftime("%a %-d %b, %-H:%M").to_string(),
        }
    }

    /// The time of the day: `8:30`.
    pub(crate) fn clock(self, time: Time, zone: &TimeZone) -> String {
        let time = Timestamp::from_microsecond(time.micros()).map(|time| time.to_zoned(zone.clone()));
        time.map(|time| time.strftime("%-H:%M").to_string()).unwrap_or_default()
    }

    pub(crate) fn pick<'a>(self, japanese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Japanese => japanese,
            Self::English => english,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_that_of_the_locale() {
        for (locale, code) in [("ja_JP.UTF-8", "ja"), ("ja", "ja"), ("jam_JM", "en"), ("C.UTF-8", "en"), ("", "en")] {
            assert_eq!(Language::of_locale(locale).code(), code, "{locale}");
        }
    }

    #[test]
    fn what_is_left_is_told_in_minutes_and_in_the_last_one_in_seconds() {
        for (seconds, expected) in
            [(300, "あと5分"), (299, "あと5分"), (60, "あと1分"), (59, "あと60秒"), (12, "あと15秒"), (0, "あと0秒")]
        {
            assert_eq!(Language::Japanese.time_left(Left::of(Duration::from_secs(seconds))), expected);
        }
    }

    #[test]
    fn times_are_written_as_people_say_them() {
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        let time = Time::from_seconds(1_795_392_000);
        assert_eq!(Language::Japanese.time(time, &zone), "11月23日（月）9:00");
        assert_eq!(Language::English.time(time, &zone), "Mon 23 Nov, 9:00");
    }
}
