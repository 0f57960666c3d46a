//! Whether a version is within what a statement means.

use yagura_advisories::Range;
use yagura_versions::{Scheme, Version};

/// Whether `version` is in the range; none where a bound that matters cannot be read.
pub(super) fn has(scheme: Scheme, version: &Version, range: &Range) -> Option<bool> {
    if range.exact.iter().any(|one| scheme.read(one).is_ok_and(|one| one == *version)) {
        return Some(true);
    }
    let is_bounded = range.introduced.is_some() || range.fixed.is_some() || range.last_affected.is_some();
    if !is_bounded {
        return Some(range.exact.is_empty());
    }
    let read = |text: &Option<String>| text.as_ref().map(|text| scheme.read(text)).transpose().ok();
    if let Some(from) = range.introduced.as_ref().filter(|it| *it != "0") {
        let from = scheme.read(from).ok()?;
        if *version < from || (range.introduced_exclusive && *version == from) {
            return Some(false);
        }
    }
    // Version 0 of what mends it means that no version ever had it, not even one that is older than 0: `0~1`.
    if range.fixed.as_deref() == Some("0") {
        return Some(false);
    }
    if read(&range.fixed)?.is_some_and(|fixed| *version >= fixed) {
        return Some(false);
    }
    Some(read(&range.last_affected)?.is_none_or(|last| *version <= last))
}

/// Whether it says where it ends, or which versions it means.
pub(super) fn has_end(range: &Range) -> bool {
    range.fixed.is_some() || range.last_affected.is_some() || !range.exact.is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(introduced: &str, fixed: &str, last: &str) -> Range {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Range { introduced: some(introduced), fixed: some(fixed), last_affected: some(last), ..Range::default() }
    }

    fn check(version: &str, range: &Range, wanted: Option<bool>) {
        assert_eq!(has(Scheme::Dpkg, &Scheme::Dpkg.read(version).unwrap(), range), wanted, "{version} in {range:?}");
    }

    #[test]
    fn the_fixed_version_is_outside_and_the_last_affected_one_inside() {
        check("1.0-1", &range("", "1.0-1", ""), Some(false));
        check("1.0-1~deb12u1", &range("", "1.0-1", ""), Some(true));
        check("1.0-1", &range("", "", "1.0-1"), Some(true));
        check("1.0-2", &range("", "", "1.0-1"), Some(false));
    }

    #[test]
    fn the_first_version_is_inside_unless_it_is_said_to_be_outside() {
        check("1.0-1", &range("1.0-1", "2", ""), Some(true));
        check("1.0-1", &Range { introduced_exclusive: true, ..range("1.0-1", "2", "") }, Some(false));
        check("0.9-1", &range("1.0-1", "2", ""), Some(false));
        check("0~1", &range("0", "2", ""), Some(true));
    }

    #[test]
    fn fixed_in_version_0_means_never_affected() {
        check("0~20200101-1", &range("", "0", ""), Some(false));
        check("5:1.0-1", &range("", "0", ""), Some(false));
    }

    #[test]
    fn without_any_bound_all_versions_are_meant_or_those_that_are_named() {
        check("1.0", &Range::default(), Some(true));
        let exact = Range { exact: vec!["1.0".to_owned(), "1.1".to_owned()], ..Range::default() };
        check("1.1", &exact, Some(true));
        check("1.2", &exact, Some(false));
    }

    #[test]
    fn a_bound_that_cannot_be_read_says_nothing() {
        check("1.0", &range("", "not a version", ""), None);
    }

    proptest! {
        #[test]
        fn a_version_is_never_both_before_and_after_what_mends_it(version in "[0-9]{1,3}(\\.[0-9]{1,3}){0,3}", fixed in "[1-9][0-9]{0,2}(\\.[0-9]{1,3}){0,3}") {
            for scheme in [Scheme::Dpkg, Scheme::Rpm, Scheme::Pep440, Scheme::Dotted, Scheme::Windows] {
                let version = scheme.read(&version).unwrap();
                let before = has(scheme, &version, &range("", &fixed, "")).unwrap();
                let after = has(scheme, &version, &range(&fixed, "", "")).unwrap();
                prop_assert_ne!(before, after);
            }
        }
    }
}
