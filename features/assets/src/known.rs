//! What makers leave in fields that they forgot to fill in. Such a value is none: it would make strangers one machine.

/// Values that say nothing, in lower case.
const PLACEHOLDERS: &[&str] = &[
    "to be filled by o.e.m.",
    "to be filled by oem",
    "default string",
    "system serial number",
    "system manufacturer",
    "system product name",
    "chassis serial number",
    "base board serial number",
    "asset tag",
    "asset-1234567890",
    "no asset tag",
    "no asset information",
    "not specified",
    "not applicable",
    "not available",
    "not provided",
    "not defined",
    "undefined",
    "none",
    "null",
    "n/a",
    "na",
    "unknown",
    "empty",
    "o.e.m.",
    "oem",
    "invalid",
    "serial",
    "sernum",
    "serialnum",
    "partnum",
    "123456789",
    "1234567890",
    "0123456789",
    "0123456789abcdef",
];

/// UUIDs that makers gave to whole series of machines, in lower case.
const SHARED_UUIDS: &[&str] = &[
    // AMI's boards as they leave the factory.
    "03000200-0400-0500-0006-000700080009",
    "00020003-0004-0005-0006-000700080009",
    "12345678-1234-5678-90ab-cddeefaabbcc",
    "fefefefe-fefe-fefe-fefe-fefefefefefe",
    "01234567-8910-1112-1314-151617181920",
    "01010101-0101-0101-0101-010101010101",
];

/// The text without white space around it, unless it says nothing: empty, one letter or digit over and over, a known
/// placeholder.
#[must_use]
pub fn known(text: &str) -> Option<&str> {
    let text = text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\0');
    let mut letters = text.chars().filter(|letter| letter.is_alphanumeric());
    let first = letters.next()?;
    let one_over_and_over = text.chars().count() > 2 && letters.all(|letter| letter == first);
    let placeholder = one_over_and_over || text == "0" || PLACEHOLDERS.contains(&text.to_lowercase().as_str());
    (!placeholder).then_some(text)
}

/// A UUID in lower case with hyphens, unless it is none, or one that many machines share.
#[must_use]
pub fn known_uuid(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|letter| !matches!(letter, '-' | '{' | '}')).collect::<String>();
    let digits = digits.trim().to_lowercase();
    let all_one = digits.bytes().all(|digit| Some(&digit) == digits.as_bytes().first());
    if digits.len() != 32 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) || all_one {
        return None;
    }
    let uuid = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-");
    (!SHARED_UUIDS.contains(&uuid.as_str())).then_some(uuid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_were_never_filled_in_are_unknown() {
        for text in ["To Be Filled By O.E.M.", "Default string", "None", " System Serial Number ", "", "0", "........"]
        {
            assert_eq!(known(text), None, "{text}");
        }
        for text in ["0000000000", "XXXXXXX", "ffffffff", "000-0000", "N/A\0"] {
            assert_eq!(known(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_filled_in_is_kept_without_its_white_space() {
        for (text, kept) in [("PF3ABCDE", "PF3ABCDE"), ("HP", "HP"), ("資産-11", "資産-11"), (" 00 1\n", "00 1")] {
            assert_eq!(known(text), Some(kept));
        }
    }

    #[test]
    fn a_uuid_that_many_machines_share_is_none() {
        for text in [
            "00000000-0000-0000-0000-000000000000",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
            "03000200-0400-0500-0006-000700080009",
            "not a uuid",
            "",
            "4C4C4544-0042-3510-8051",
            "ééééééééééééééééééééééééééééééé",
        ] {
            assert_eq!(known_uuid(text), None, "{text}");
        }
    }

    #[test]
    fn a_uuid_has_one_spelling() {
        let wanted = "4c4c4544-0042-3510-8051-b7c04f333533";
        for text in [" 4C4C4544-0042-3510-8051-B7C04F333533\n", "{4c4c4544004235108051b7c04f333533}"] {
            assert_eq!(known_uuid(text).as_deref(), Some(wanted));
        }
    }
}
