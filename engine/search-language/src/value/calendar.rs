//! Hours of the day and days of the week, as sets.

/// Hours as bits: `9`, `22..5` (over midnight), `9時`; with `to`, everything from the one to the other.
pub(crate) fn hours(from: &str, to: Option<&str>) -> Option<u32> {
    let hour = |text: &str| {
        let text = text.strip_suffix('時').unwrap_or(text);
        let text = text.split_once(':').map_or(text, |(hour, _)| hour);
        text.parse::<u32>().ok().filter(|hour| *hour < 24)
    };
    span(hour(from)?, hour(to.unwrap_or(from))?, 24)
}

/// Days of the week as bits, Monday first: `sat`, `土`, `土日`, `mon..fri`, `weekend`, `平日`.
pub(crate) fn weekdays(from: &str, to: Option<&str>) -> Option<u32> {
    const NAMES: [(&str, char); 7] = [
        ("monday", '月'),
        ("tuesday", '火'),
        ("wednesday", '水'),
        ("thursday", '木'),
        ("friday", '金'),
        ("saturday", '土'),
        ("sunday", '日'),
    ];
    let day = |text: &str| {
        let text = text.to_lowercase();
        let short = text.strip_suffix("曜日").or_else(|| text.strip_suffix("曜")).unwrap_or(&text);
        let at = NAMES.iter().position(|(name, kanji)| {
            (short.len() >= 3 && name.starts_with(short)) || (short.chars().count() == 1 && short.starts_with(*kanji))
        })?;
        u32::try_from(at).ok()
    };
    if let Some(to) = to {
        return span(day(from)?, day(to)?, 7);
    }
    match from.to_lowercase().as_str() {
        "weekend" | "週末" | "休日" => return Some(0b110_0000),
        "workday" | "weekday" | "平日" => return Some(0b001_1111),
        _ => {}
    }
    if let Some(day) = day(from) {
        return Some(1 << day);
    }
    let each = from.chars().map(|kanji| NAMES.iter().position(|(_, own)| *own == kanji));
    let bits = each.map(|at| at.map_or(0, |at| 1 << at)).collect::<Vec<u32>>();
    (!bits.is_empty() && bits.iter().all(|bit| *bit != 0)).then(|| bits.iter().fold(0, |all, bit| all | bit))
}

/// From the one to the other, both included, round the end if need be.
fn span(from: u32, to: u32, size: u32) -> Option<u32> {
    let length = (to + size - from) % size;
    Some((0..=length).fold(0, |bits, step| bits | 1 << ((from + step) % size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_go_over_midnight() {
        assert_eq!(hours("22", Some("1")), Some(0b1100_0000_0000_0000_0000_0011));
        assert_eq!(hours("9時", None), Some(1 << 9));
        assert_eq!(hours("9:30", Some("10")), Some(0b11 << 9));
        assert_eq!(hours("24", None), None);
        assert_eq!(hours("noon", None), None);
    }

    #[test]
    fn days_go_by_either_language() {
        assert_eq!(weekdays("sat", None), Some(1 << 5));
        assert_eq!(weekdays("Saturday", None), Some(1 << 5));
        assert_eq!(weekdays("土日", None), Some(0b110_0000));
        assert_eq!(weekdays("土曜日", None), Some(1 << 5));
        assert_eq!(weekdays("mon", Some("fri")), Some(0b001_1111));
        assert_eq!(weekdays("日", Some("月")), Some(0b100_0001));
        assert_eq!(weekdays("平日", None), weekdays("月", Some("金")));
        assert_eq!(weekdays("tag", None), None);
        assert_eq!(weekdays("", None), None);
    }
}
