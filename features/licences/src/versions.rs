//! Versions as numbers, to say whether one lies within what was bought.

/// The numbers of a version: of `1:16.0.5-2ubuntu1` 16, 0, 5. What stands before a colon is Debian's epoch and says nothing about the
/// product.
#[must_use]
pub fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split_once(':').map_or(version, |(_, rest)| rest);
    let from = plain.find(|letter: char| letter.is_ascii_digit()).unwrap_or(plain.len());
    let run: String = plain[from..].chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    run.split('.').filter(|part| !part.is_empty()).map(|part| part.parse().unwrap_or(u64::MAX)).collect()
}

/// Whether a version lies between two, both included; an empty bound is none. A bound counts as far as it is written: up to `10` takes
/// 10.5 in. A version that has no number lies in a range only where there is no bound.
#[must_use]
pub fn within(version: &str, from: &str, to: &str) -> bool {
    let (version, from, to) = (numbers(version), numbers(from), numbers(to));
    if from.is_empty() && to.is_empty() {
        return true;
    }
    let as_far =
        |bound: &[u64]| -> Vec<u64> { (0..bound.len()).map(|at| version.get(at).copied().unwrap_or(0)).collect() };
    !version.is_empty() && (from.is_empty() || as_far(&from) >= from) && (to.is_empty() || as_far(&to) <= to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_counts_as_far_as_it_is_written() {
        for (version, from, to, expected) in [
            ("16.0.19328.20178", "16", "16", true),
            ("2021", "2019", "2021", true),
            ("10.5", "", "10", true),
            ("11", "", "10", false),
            ("9.9", "10", "", false),
            ("1:9.2p1-2+deb12u6", "9.2", "9.2", true),
            ("", "", "", true),
            ("", "1", "", false),
            ("2", "2.0", "", true),
        ] {
            assert_eq!(within(version, from, to), expected, "{version} in {from}..{to}");
        }
    }

    #[test]
    fn a_version_of_any_letters_is_read() {
        assert_eq!(numbers("V3.2.1-beta"), [3, 2, 1]);
        assert_eq!(numbers("99999999999999999999999.1"), [u64::MAX, 1]);
        assert!(numbers("最新").is_empty());
    }
}
