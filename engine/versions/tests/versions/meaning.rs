use std::cmp::Ordering;

use yagura_versions::Scheme;

/// Each stands before all that follow; those that one line joins with `=` are one version.
fn check(scheme: Scheme, rising: &[&str]) {
    let versions = rising.iter().enumerate().flat_map(|(at, line)| line.split(" = ").map(move |text| (at, text)));
    let versions: Vec<_> = versions.collect();
    for (at, one) in &versions {
        for (other_at, other) in &versions {
            let order = scheme.compare(one, other).unwrap();
            assert_eq!(order, at.cmp(other_at), "{}: {one} and {other}", scheme.as_str());
        }
    }
}

fn refused(scheme: Scheme, text: &str) -> String {
    scheme.read(text).unwrap_err().to_string()
}

#[test]
fn debian_has_a_tilde_before_the_end_and_a_release_update_after_it() {
    check(
        Scheme::Dpkg,
        &[
            "~",
            "0~rc1",
            "0",
            "0+x",
            "0.0",
            "1.0~beta1~svc",
            "1.0~beta1",
            "1.0 = 1.00-0 = 0:1.0",
            "1.0-1~bpo12+1",
            "1.0-1",
            "1.0-1+b1",
            "1.0-1+deb12u1",
            "1.0-1.1",
            "1.0-10",
            "1.2",
            "1.10",
            "1.10a",
            "1.10b",
            "1.10+b",
            "2",
            "18446744073709551615000",
            "1:0.1",
            "1:2.3~rc1-0+deb12u1",
            "1:2.3-0+deb12u1",
            "2:0",
        ],
    );
}

#[test]
fn rpm_has_a_tilde_before_the_end_a_caret_after_it_and_numbers_after_letters() {
    check(
        Scheme::Rpm,
        &[
            "1.0~rc1",
            "1.0 = 0:1.0 = 1.00 = 1_0",
            "1.0-1.el9",
            "1.0-1.el9_2",
            "1.0-2.el9",
            "1.0^20240101git",
            "1.0a",
            "1.0.1",
            "1.0.10",
            "1.1",
            "1:0.1",
        ],
    );
}

#[test]
fn semantic_versions_stand_in_the_order_of_the_specification() {
    check(
        Scheme::Semver,
        &[
            "0 = 0.0.0",
            "1.0.0-0",
            "1.0.0-alpha = v1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1 = 1.0.0-rc.1+build.5",
            "1.0.0 = v1 = 1.0 = 1.0.0+20130313144700",
            "1.2.0 = 1.2",
            "1.2.1-0.20240101000000-abcdefabcdef",
            "1.2.1",
            "1.10.0",
        ],
    );
}

#[test]
fn python_has_development_before_pre_releases_before_the_release_before_what_comes_after() {
    check(
        Scheme::Pep440,
        &[
            "1.dev0 = 1.0.dev",
            "1.0a1.dev1",
            "1.0a1 = v1.0-alpha.1 = 1.0_A1",
            "1.0a1.post1",
            "1.0b2",
            "1.0rc1 = 1.0-c1 = 1.0.pre1 = 1.0preview1",
            "1.0 = 1 = 1.0.0 = 0!1",
            "1.0+abc",
            "1.0+abc.5",
            "1.0+5 = 1.0+05",
            "1.0.post1.dev1",
            "1.0.post1 = 1.0-1 = 1.0r1 = 1.0-rev.1",
            "1.0.1",
            "1.1.dev1",
            "2024.1",
            "1!0.1",
        ],
    );
}

#[test]
fn windows_compares_numbers_and_a_missing_one_is_zero() {
    check(
        Scheme::Windows,
        &[
            "6.3.9600.21765",
            "10 = 10.0 = 10.0.0.0",
            "10.0.9999.1",
            "10.0.17763.5329",
            "10.0.19045.3930 = 10.0.19045.03930",
            "10.0.19045.4046",
            "10.0.19045.10000",
            "10.0.22631.3007",
            "16.0.17231.20236",
            "120.0.2210.91",
        ],
    );
}

#[test]
fn vendors_builds_and_hotfixes_stand_after_their_release_and_words_for_drafts_before_it() {
    check(
        Scheme::Dotted,
        &[
            "7.2-dev1",
            "7.2-SNAPSHOT",
            "7.2-alpha-1 = 7.2.0.ALPHA.1",
            "7.2 beta",
            "7.2-beta2",
            "7.2-milestone-1",
            "7.2rc1 = 7.2-pre1",
            "7.2 = 7.2.0 = v7.2 = 7.2.Final = 7.2.0.RELEASE = 7.2-GA",
            "7.2a",
            "7.2-b3 = 7.2.0-b3",
            "7.2-b10",
            "7.2.0.1",
            "7.2.8",
            "7.2.10",
            "9.1R18.1 = 9.1 R18.1",
            "9.1R18.2",
            "9.1.0.2-b3",
            "9.1.0.2-b30",
            "10.1.0-h2",
            "10.2.1.9-57sv",
            "R81.10 = 81.10",
            "R81.20",
        ],
    );
}

#[test]
fn what_is_not_a_version_is_refused_with_the_reason() {
    assert_eq!(refused(Scheme::Dpkg, " "), "cannot read `` as a version of dpkg: it is empty");
    assert_eq!(
        refused(Scheme::Dpkg, "x:1.0"),
        "cannot read `x:1.0` as a version of dpkg: its epoch, before the colon, is not a number"
    );
    for (scheme, text) in [
        (Scheme::Dpkg, "1.0-"),
        (Scheme::Dpkg, "1:"),
        (Scheme::Dpkg, "1:-1"),
        (Scheme::Dpkg, "4294967296:1"),
        (Scheme::Dpkg, "1 0"),
        (Scheme::Rpm, "1-"),
        (Scheme::Rpm, "1:-2"),
        (Scheme::Semver, "1.2.3.4"),
        (Scheme::Semver, "1.02.3"),
        (Scheme::Semver, "1.2.3-"),
        (Scheme::Semver, "1.2.3-01"),
        (Scheme::Semver, "1.2.3+"),
        (Scheme::Semver, "latest"),
        (Scheme::Pep440, "1.0-final"),
        (Scheme::Pep440, "1..0"),
        (Scheme::Pep440, "1.0+"),
        (Scheme::Pep440, "french toast"),
        (Scheme::Windows, "10.0.19045-beta"),
        (Scheme::Windows, "1.2.3.4.5.6.7.8.9"),
        (Scheme::Dotted, "unknown"),
    ] {
        assert!(scheme.read(text).is_err(), "{}: {text}", scheme.as_str());
    }
}

#[test]
fn no_scheme_takes_a_text_that_is_empty_or_endless_or_has_other_letters() {
    for scheme in Scheme::ALL {
        for text in [String::new(), "\t\n".to_owned(), "1".repeat(10_000), "1.0\u{ff11}".to_owned(), "１.０".to_owned()]
        {
            let refused = scheme.read(&text).unwrap_err();
            assert!(refused.text.len() <= 80 * 4, "the message keeps the beginning only");
        }
    }
}

#[test]
fn a_number_longer_than_any_integer_is_still_a_number() {
    let (one, other) = (format!("1.{}", "9".repeat(200)), format!("1.1{}", "0".repeat(200)));
    for scheme in Scheme::ALL {
        assert_eq!(scheme.compare(&one, &other), Ok(Ordering::Less), "{}", scheme.as_str());
    }
}

#[test]
fn a_scheme_is_found_again_by_its_stored_name() {
    for scheme in Scheme::ALL {
        assert_eq!(Scheme::parse(scheme.as_str()), Some(scheme));
        assert_eq!(scheme.read("1.2").unwrap().scheme(), scheme);
    }
    assert_eq!(Scheme::parse("roman"), None);
}
