//! Days as people write them in Japan: by the Western year, or by the era.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization as _;

/// Eras since Meiji, with the year before their first, by their name and by the letter that spreadsheets write.
const ERAS: &[(&str, &str, i16)] =
    &[("令和", "r", 2018), ("平成", "h", 1988), ("昭和", "s", 1925), ("大正", "t", 1911), ("明治", "m", 1867)];

/// The day that a text means: `2027-03-31`, `2027/3/31`, `2027.3.31`, `20270331`, `2027年3月31日`, `令和9年3月31日`, `R9.3.31`,
/// `令和元年5月1日`. What stands behind it (a time, the day of the week) does not count.
pub(super) fn day(text: &str) -> Option<Date> {
    let plain: String = text.nfkc().collect::<String>().trim().to_lowercase();
    let era = ERAS.iter().find_map(|(name, letter, before)| {
        let rest = plain.strip_prefix(name).or_else(|| plain.strip_prefix(letter))?;
        Some((rest.trim_start(), *before))
    });
    let (rest, before) = era.unwrap_or((&plain, 0));
    if before == 0 && rest.len() == 8 && rest.bytes().all(|digit| digit.is_ascii_digit()) {
        return Date::new(rest[..4].parse().ok()?, rest[4..6].parse().ok()?, rest[6..].parse().ok()?).ok();
    }
    let rest = rest.replacen('元', "1", 1);
    let mut parts = rest.split(|letter: char| !letter.is_ascii_digit()).filter(|part| !part.is_empty());
    let year: i16 = parts.next()?.parse().ok()?;
    let (month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let year = year.checked_add(before)?;
    // A year of two digits may be of this century, of the last, or of an era that somebody did not write.
    ((1868..=2999).contains(&year)).then(|| Date::new(year, month, day).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_each_way_that_people_write_it() {
        for text in [
            "2027-03-31",
            "2027/3/31",
            "2027.3.31",
            "２０２７年３月３１日",
            "20270331",
            "令和9年3月31日",
            "R9.3.31",
            "r9/03/31",
            "2027-03-31 00:00:00",
            "2027年3月31日(水)",
            "2027-03-31T00:00:00",
        ] {
            assert_eq!(day(text), Some(jiff::civil::date(2027, 3, 31)), "{text}");
        }
        assert_eq!(day("令和元年5月1日"), Some(jiff::civil::date(2019, 5, 1)));
        assert_eq!(day("H31.4.30"), Some(jiff::civil::date(2019, 4, 30)));
        assert_eq!(day("昭和64年1月7日"), Some(jiff::civil::date(1989, 1, 7)));
    }

    #[test]
    fn what_may_be_several_days_or_none_is_none() {
        for text in ["", "未定", "27/3/31", "2027/13/1", "2027/2/29", "3/31", "2027", "9999999999/1/1", "R", "令和"]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
