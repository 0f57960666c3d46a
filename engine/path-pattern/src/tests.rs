use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(pattern: &str, path: &str, reading: Reading, expected: bool) {
    assert_eq!(fits(pattern, path, reading), expected, "{pattern} {path} {reading:?}");
    assert_eq!(PathPattern::new(pattern, reading).fits(path), expected, "{pattern} {path} {reading:?}");
}

#[test]
fn one_star_stays_within_a_name_and_two_do_not() {
    for (pattern, path, expected) in [
        ("/usr/bin/ls", "/usr/bin/ls", true),
        ("/usr/bin/ls", "/usr/bin/lsof", false),
        ("/usr/bin/*", "/usr/bin/ls", true),
        ("/home/*/secret", "/home/田中/secret", true),
        ("/home/*/secret", "/home/a/b/secret", false),
        ("/home/**/secret", "/home/a/b/secret", true),
        ("/home/**/secret", "/home/secret", true),
        ("/home/**/secret", "/home/mysecret", false),
        ("/opt/**run", "/opt/run", true),
        ("**/*.xlsx", "/home/a/見積.xlsx", true),
        ("**/*.xlsx", "見積.xlsx", true),
        ("**/*.xlsx", "/home/a/見積.xlsx.bak", false),
        ("**/python3.?", "/usr/bin/python3.9", true),
        ("**/python3.?", "/usr/bin/python3.11", false),
        ("**/.cache/**", "/home/a/.cache/x/y", true),
        ("", "", true),
        ("", "/", false),
    ] {
        check(pattern, path, Reading::AS_WRITTEN, expected);
        if !path.is_empty() && !pattern.is_empty() {
            check(pattern, path, Reading::FOLDED, expected);
        }
    }
}

#[test]
fn whether_what_lies_below_fits_and_what_separates_names_is_said_by_whoever_asks() {
    for (pattern, path, below) in [
        ("/srv/secret", "/srv/secret/a/b", true),
        ("/srv/secret/", "/srv/secret/a", true),
        ("/srv/secret", "/srv/secrets/a", false),
        ("**/secret", "/srv/x/secret/a/b", true),
        ("/srv/s?", "/srv/s1/a", true),
        (r"c:\users\*\desktop", r"c:\users\tanaka\desktop\a.txt", true),
        (r"c:\users\*\desktop", "c:/users/tanaka/desktop", true),
    ] {
        check(pattern, path, Reading::FOLDED, below);
        check(pattern, path, Reading::AS_WRITTEN, false);
    }
    check(r"/home/*/a", r"/home/x\y/a", Reading::AS_WRITTEN, true);
    check(r"/home/*/a", r"/home/x\y/a", Reading::FOLDED, false);
}

/// The rules word by word, without care for time.
fn naive(pattern: &[char], path: &[char], at_start: bool) -> bool {
    match pattern {
        [] => path.is_empty(),
        ['*', '*', rest @ ..] => {
            let rest = &rest[rest.iter().take_while(|star| **star == '*').count()..];
            match rest {
                ['/', after @ ..] if at_start => {
                    let ends = path.iter().enumerate().filter(|(_, letter)| **letter == '/').map(|(at, _)| at + 1);
                    std::iter::once(0).chain(ends).any(|from| naive(after, &path[from..], true))
                }
                _ => (0..=path.len()).any(|from| naive(rest, &path[from..], false)),
            }
        }
        ['*', rest @ ..] => {
            let name = path.iter().take_while(|letter| **letter != '/').count();
            (0..=name).any(|from| naive(rest, &path[from..], false))
        }
        ['?', rest @ ..] => path.split_first().is_some_and(|(first, path)| *first != '/' && naive(rest, path, false)),
        [letter, rest @ ..] => {
            path.split_first().is_some_and(|(first, path)| first == letter && naive(rest, path, *letter == '/'))
        }
    }
}

fn by_the_rules(pattern: &str, path: &str, reading: Reading) -> bool {
    let letters = |text: &str| -> Vec<char> {
        text.chars().map(|letter| if reading.is_slash(letter) { '/' } else { letter }).collect()
    };
    let (mut pattern, path) = (letters(pattern), letters(path));
    if !reading.below {
        return naive(&pattern, &path, true);
    }
    while pattern.last() == Some(&'/') {
        pattern.pop();
    }
    let whole = path.len();
    let above = path.iter().enumerate().filter(|(_, letter)| **letter == '/').map(|(at, _)| at);
    above.chain([whole]).any(|end| naive(&pattern, &path[..end], true))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_path_fits_as_the_rules_say(pattern in r"[ab/\\*?]{0,9}", path in r"[ab/\\]{0,9}", backslash: bool, below: bool) {
        let reading = Reading { backslash, below };
        let expected = by_the_rules(&pattern, &path, reading);
        prop_assert_eq!(fits(&pattern, &path, reading), expected, "{} {} {:?}", pattern, path, reading);
        prop_assert_eq!(PathPattern::new(&pattern, reading).fits(&path), expected, "{} {} {:?}", pattern, path, reading);
    }

    #[test]
    fn whatever_fits_has_the_words_in_it(pattern in "[ab*?/]{0,8}", path in "[ab/]{0,8}") {
        let fits = PathPattern::new(&pattern, Reading::FOLDED).fits(&path);
        prop_assert!(!fits || words(&pattern).all(|part| path.contains(part)), "{} {}", pattern, path);
    }

    #[test]
    fn two_stars_fit_everything(path: String, backslash: bool, below: bool) {
        let reading = Reading { backslash, below };
        prop_assert!(fits("**", &path, reading));
    }
}
