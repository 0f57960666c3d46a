//! Numbers and sizes: `100`, `1,000`, `1.5MB`, `2万`.

/// What a unit multiplies by. Sizes are powers of 1024, as on every screen that shows files.
const UNITS: &[(&str, f64)] = &[
    ("", 1.0),
    ("b", 1.0),
    ("k", 1024.0),
    ("kb", 1024.0),
    ("kib", 1024.0),
    ("m", 1_048_576.0),
    ("mb", 1_048_576.0),
    ("mib", 1_048_576.0),
    ("g", 1_073_741_824.0),
    ("gb", 1_073_741_824.0),
    ("gib", 1_073_741_824.0),
    ("t", 1_099_511_627_776.0),
    ("tb", 1_099_511_627_776.0),
    ("tib", 1_099_511_627_776.0),
    ("千", 1e3),
    ("万", 1e4),
    ("億", 1e8),
];

/// The number that `text` says; `None` if it says none.
pub(crate) fn number(text: &str) -> Option<f64> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let unit = unit.to_ascii_lowercase();
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let value: f64 = digits.replace(',', "").parse().ok()?;
    Some(value * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<f64>) {
        assert_eq!(number(text), expected, "{text}");
    }

    #[test]
    fn sizes_are_read_with_their_unit() {
        check("100", Some(100.0));
        check("1,000", Some(1000.0));
        check("10MB", Some(10_485_760.0));
        check("1.5kib", Some(1536.0));
        check("2万", Some(20_000.0));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "MB", "ten", "1.2.3", "5 MB", "-5", "5X", "nan", "inf"] {
            check(text, None);
        }
    }
}
