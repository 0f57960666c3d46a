//! Times and spans as people type them: `5m`, `2h`, `3d`, or a full time.

use std::{str::FromStr, time::Duration};

use yagura_vocabulary::Time;

/// A point in time, perhaps counted back from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// So long ago.
    Ago(Duration),
    /// Then.
    At(Time),
}

impl When {
    /// The point in time, if it is `now`.
    pub(crate) fn at(self, now: Time) -> Time {
        match self {
            Self::Ago(span) => now - span,
            Self::At(time) => time,
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(span) = span(text) {
            return Ok(Self::Ago(span));
        }
        text.parse().map(Self::At).map_err(|_| {
            format!("`{text}` is neither a span such as 5m, 2h or 3d nor a time such as 2026-11-23T08:30:00Z")
        })
    }
}

/// Reads a span: a whole number and `s`, `m`, `h`, `d` or `w`.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a span (expected a number with s, m, h, d or w, such as 30d)");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return Err(wrong()),
    };
    let digits = &text[..text.len() - unit.len_utf8()];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let count: u64 = digits.parse().map_err(|_| wrong())?;
    count.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let now: Time = "2026-11-23T08:30:00Z".parse().unwrap();
        let found = text.parse::<When>().map(|when| when.at(now).to_string());
        assert_eq!(found.ok().as_deref(), expected, "{text}");
    }

    #[test]
    fn a_span_is_counted_back_from_now() {
        check("5m", Some("2026-11-23T08:25:00.000000Z"));
        check("2h", Some("2026-11-23T06:30:00.000000Z"));
        check("3d", Some("2026-11-20T08:30:00.000000Z"));
        check("1w", Some("2026-11-16T08:30:00.000000Z"));
    }

    #[test]
    fn a_full_time_may_have_an_offset() {
        check("2026-11-23T17:30:00+09:00", Some("2026-11-23T08:30:00.000000Z"));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "5", "m", "-5m", "+5m", "5分", "yesterday", "99999999999999999999d", "99999999999999999w"] {
            check(text, None);
        }
    }
}
