//! `Retry-After`: RFC 9110, section 10.2.3.

use std::time::Duration;

use yagura_vocabulary::Time;

/// How long to wait: seconds, or until a day and time. None where there is none that can be read.
pub(super) fn retry_after(text: &str, now: Time) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(&text.replace("GMT", "+0000")).ok()?.timestamp().as_microsecond();
    Some(Duration::from_micros(u64::try_from(at.saturating_sub(now.micros())).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: Option<u64>) {
        let now: Time = "2026-11-30T00:00:00Z".parse().unwrap();
        assert_eq!(retry_after(text, now), wanted.map(Duration::from_secs), "{text}");
    }

    #[test]
    fn seconds_and_days_are_understood() {
        check("30", Some(30));
        check("0", Some(0));
        check("Mon, 30 Nov 2026 00:01:00 GMT", Some(60));
        check("Sun, 29 Nov 2026 00:01:00 GMT", Some(0));
    }

    #[test]
    fn anything_else_is_no_time() {
        for text in ["", "soon", "-1", "1.5"] {
            check(text, None);
        }
    }
}
