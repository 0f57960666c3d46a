//! Just enough of Rust's grammar to look for words in code without being fooled by comments and texts.

/// The code with comments, texts and characters blanked; lines stay where they are.
pub(crate) fn code_only(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = skip(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// Where the comment, text or character that starts at `at` ends; `at`, if none starts there.
fn skip(chars: &[char], at: usize) -> usize {
    let next = |offset: usize| chars.get(at + offset).copied().unwrap_or('\0');
    match chars[at] {
        '/' if next(1) == '/' => find(chars, at, |i| chars[i] == '\n'),
        '/' if next(1) == '*' => block_comment(chars, at),
        '"' => text(chars, at),
        'r' if !continues_word(chars, at) || is_prefix(chars, at) => raw_text(chars, at),
        // 'a' is a character, 'a is a lifetime.
        '\'' if next(1) == '\\' => find(chars, at + 3, |i| chars[i] == '\'') + 1,
        '\'' if next(2) == '\'' => at + 3,
        _ => at,
    }
    .min(chars.len())
}

fn find(chars: &[char], from: usize, wanted: impl Fn(usize) -> bool) -> usize {
    (from..chars.len()).find(|&i| wanted(i)).unwrap_or(chars.len())
}

fn block_comment(chars: &[char], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut i = at;
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

fn text(chars: &[char], at: usize) -> usize {
    let mut i = at + 1;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

fn raw_text(chars: &[char], at: usize) -> usize {
    let quote = find(chars, at + 1, |i| chars[i] != '#');
    if chars.get(quote) != Some(&'"') {
        return at;
    }
    let hashes = quote - at - 1;
    let ends = |i: usize| chars[i] == '"' && (1..=hashes).all(|n| chars.get(i + n) == Some(&'#'));
    find(chars, quote + 1, ends) + 1 + hashes
}

fn continues_word(chars: &[char], at: usize) -> bool {
    at > 0 && is_word(chars[at - 1])
}

/// The `r` of `br"…"` and `cr"…"`.
fn is_prefix(chars: &[char], at: usize) -> bool {
    matches!(chars[at - 1], 'b' | 'c') && !continues_word(chars, at - 1)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The lines, from 1, on which the word or path (`unsafe`, `std::fs`) stands by itself in code.
pub(crate) fn lines_with(code: &str, word: &str) -> Vec<usize> {
    let stands_alone = |line: &str| {
        line.match_indices(word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + word.len()..].chars().next();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
    };
    code.lines().enumerate().filter(|(_, line)| stands_alone(line)).map(|(index, _)| index + 1).collect()
}

/// The code before its first test module, which stands last in a file.
pub(crate) fn before_tests(code: &str) -> &str {
    code.find("#[cfg(test)]").map_or(code, |at| &code[..at])
}

/// `use std::{fs, io::Read}` with the names of the braces written out: `std::fs std::io`. Nested braces are left alone.
pub(crate) fn grouped_paths(code: &str, root: &str) -> Vec<String> {
    let opening = format!("{root}::{{");
    let mut paths = Vec::new();
    for (at, _) in code.match_indices(&opening) {
        let (mut depth, mut name) = (0, String::new());
        for c in code[at + opening.len()..].chars() {
            match c {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => paths.push(std::mem::take(&mut name)),
                _ if depth == 0 => name.push(c),
                _ => {}
            }
        }
        paths.push(name);
    }
    paths.iter().map(|name| format!("{root}::{}", name.trim().split("::").next().unwrap_or_default())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, word: &str, lines: &[usize]) {
        assert_eq!(lines_with(&code_only(source), word), lines, "{source}");
    }

    #[test]
    fn a_word_in_code_is_found_with_its_line() {
        check("fn a() {}\nunsafe fn b() {}\n", "unsafe", &[2]);
        check("let x = 'a'; unsafe {}", "unsafe", &[1]);
        check("fn a<'a>(x: &'a str) { unsafe {} }", "unsafe", &[1]);
        check("let x = '\\''; unsafe {}", "unsafe", &[1]);
        check("let x = b\"\\\"\"; unsafe {}", "unsafe", &[1]);
    }

    #[test]
    fn a_word_in_a_comment_or_a_text_is_not() {
        check("// unsafe\n/* unsafe /* unsafe */ unsafe */", "unsafe", &[]);
        check("let x = \"unsafe\\\" unsafe\";", "unsafe", &[]);
        check("let x = r#\"unsafe \" unsafe\"#;", "unsafe", &[]);
        check("let x = br\"\\\"; unsafe {}", "unsafe", &[1]);
    }

    #[test]
    fn part_of_a_longer_word_is_not() {
        check("#[expect(unsafe_code)] fn not_unsafe() {}", "unsafe", &[]);
        check("use std::fs_extra;", "std::fs", &[]);
    }

    #[test]
    fn names_in_braces_are_written_out() {
        let paths = grouped_paths("use std::{collections::{HashMap, fs}, net::IpAddr, fs};", "std");
        assert_eq!(paths, ["std::collections", "std::net", "std::fs"]);
    }
}
