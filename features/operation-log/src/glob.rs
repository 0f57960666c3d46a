//! Patterns for paths.

/// Whether `path` fits `pattern`: `?` is one character and `*` any number, both within a name; `**` is any text.
///
/// Takes time in proportion to the product of the two lengths at worst.
pub(crate) fn fits(pattern: &str, path: &str) -> bool {
    // Nearly all patterns are a folder with what is below, or a folder of some name anywhere: both are quick.
    let plain = |text: &str| !text.contains(['*', '?']);
    if let Some(head) = pattern.strip_suffix("**") {
        match head.strip_prefix("**") {
            Some(middle) if plain(middle) => return path.contains(middle),
            None if plain(head) => return path.starts_with(head),
            _ => {}
        }
    }
    if plain(pattern) {
        return pattern == path;
    }
    slowly(pattern, path)
}

fn slowly(pattern: &str, path: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    // `reached[n]`: the first n characters of the pattern can stand for what was read so far.
    let mut reached = vec![false; pattern.len() + 1];
    reached[0] = true;
    skip_stars(&pattern, &mut reached);
    for letter in path.chars() {
        let mut next = vec![false; pattern.len() + 1];
        for (at, expected) in pattern.iter().enumerate() {
            if !reached[at] {
                continue;
            }
            match expected {
                '*' => next[at] |= letter != '/' || is_double(&pattern, at),
                '?' => next[at + 1] |= letter != '/',
                expected => next[at + 1] |= *expected == letter,
            }
        }
        skip_stars(&pattern, &mut next);
        reached = next;
    }
    reached[pattern.len()]
}

fn is_double(pattern: &[char], at: usize) -> bool {
    pattern.get(at + 1) == Some(&'*') || at.checked_sub(1).is_some_and(|before| pattern[before] == '*')
}

/// A star may also stand for nothing.
fn skip_stars(pattern: &[char], reached: &mut [bool]) {
    for (at, letter) in pattern.iter().enumerate() {
        if reached[at] && *letter == '*' {
            reached[at + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_star_stays_within_a_name_and_two_do_not() {
        for (pattern, path, expected) in [
            ("/usr/bin/ls", "/usr/bin/ls", true),
            ("/usr/bin/ls", "/usr/bin/lsof", false),
            ("/usr/bin/*", "/usr/bin/ls", true),
            ("/usr/*", "/usr/bin/ls", false),
            ("/usr/**", "/usr/bin/ls", true),
            ("/home/*/bin/*", "/home/田中/bin/x", true),
            ("**/python3.?", "/usr/bin/python3.9", true),
            ("**/python3.?", "/usr/bin/python3.11", false),
            ("/opt/**/run", "/opt/run", false),
            ("/opt/**run", "/opt/run", true),
            ("", "", true),
            ("", "/", false),
        ] {
            assert_eq!(fits(pattern, path), expected, "{pattern} {path}");
        }
    }

    proptest! {
        #[test]
        fn text_without_stars_fits_only_itself(one in "[a-z/]{0,8}", other in "[a-z/]{0,8}") {
            prop_assert_eq!(fits(&one, &other), one == other);
        }

        #[test]
        fn the_quick_way_says_what_the_slow_one_says(pattern in "[ab/*?]{0,6}", path in "[ab/]{0,8}") {
            prop_assert_eq!(fits(&pattern, &path), slowly(&pattern, &path));
        }

        #[test]
        fn two_stars_fit_everything(path: String) {
            prop_assert!(fits("**", &path));
        }
    }
}
