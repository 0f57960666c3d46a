//! What secrets look like inside any text.

use std::borrow::Cow;

use super::{MASK, names::is_secret};

/// Rounds until nothing changes any more: what one mask leaves behind may complete the look of another secret.
const ROUNDS: usize = 8;

/// Masks what looks like a secret in `text`.
///
/// Masking twice is masking once.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text);
    for _ in 0..ROUNDS {
        let mut changed = false;
        for find in [assignments, json_members, headers, urls, shapes] {
            let spans = find(&out);
            if let Some(masked) = replace(&out, &spans) {
                out = Cow::Owned(masked);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    out
}

type Spans = Vec<std::ops::Range<usize>>;

fn replace(text: &str, spans: &Spans) -> Option<String> {
    let mut out = String::new();
    let mut done = 0;
    let mut changed = false;
    for span in spans {
        if span.start < done || span.is_empty() || text[span.clone()] == *MASK {
            continue;
        }
        out.push_str(&text[done..span.start]);
        out.push_str(MASK);
        done = span.end;
        changed = true;
    }
    changed.then(|| out + &text[done..])
}

/// Where a value that begins at `from` ends: at its closing quote, or where the next thing begins.
fn value(text: &str, from: usize) -> std::ops::Range<usize> {
    let rest = &text[from..];
    if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
        let mut escaped = false;
        for (at, letter) in rest.char_indices().skip(1) {
            if letter == quote && !escaped {
                return from + 1..from + at;
            }
            escaped = letter == '\\' && !escaped;
        }
        return from + 1..text.len();
    }
    let end = rest.find(|letter: char| letter.is_whitespace() || "&;,\"'|<>)}".contains(letter));
    from..end.map_or(text.len(), |end| from + end)
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

/// `password=X`, `--token=X`, `Server=a;Pwd=X`, `?api_key=X&...`.
fn assignments(text: &str) -> Spans {
    let mut spans = Spans::new();
    for (at, _) in text.match_indices('=') {
        let name = text[..at].trim_end_matches(['"', '\'', ']']);
        let name = &name[name.rfind(|letter| !is_name(letter)).map_or(0, |end| after(name, end))..];
        if is_secret(name) && !text[at + 1..].starts_with(['=', '~']) {
            spans.push(value(text, at + 1));
        }
    }
    spans
}

fn after(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(0, char::len_utf8)
}

/// `"password": "X"`, also with escaped or single quotes.
fn json_members(text: &str) -> Spans {
    let mut spans = Spans::new();
    for (at, _) in text.match_indices(':') {
        let before = text[..at].trim_end();
        let Some(name) = before.strip_suffix(['"', '\'']) else { continue };
        let name = name.trim_end_matches('\\');
        let name = &name[name.rfind(|letter| !is_name(letter)).map_or(0, |end| after(name, end))..];
        if !is_secret(name) {
            continue;
        }
        let rest = text[at + 1..].trim_start();
        let rest = rest.strip_prefix('\\').unwrap_or(rest);
        let mut span = value(text, text.len() - rest.len());
        if text[span.clone()].ends_with('\\') {
            span.end -= 1;
        }
        spans.push(span);
    }
    spans
}

/// `Authorization: X`, `X-Api-Key: X`, `Cookie: X` up to the end of the line or the quote, and `Bearer X` anywhere.
fn headers(text: &str) -> Spans {
    let mut spans = Spans::new();
    for (at, _) in text.match_indices(':') {
        let name = &text[..at];
        let name = &name[name.rfind(|letter| !is_name(letter)).map_or(0, |end| after(name, end))..];
        let lower = name.to_ascii_lowercase();
        let known = matches!(lower.as_str(), "authorization" | "proxy-authorization" | "cookie" | "set-cookie");
        // Other names count only as a whole header, so that prose with a colon stays readable.
        let header = name.len() == at && name.contains('-') && is_secret(name);
        if !(known || header) {
            continue;
        }
        let rest = text[at + 1..].trim_start_matches([' ', '\t']);
        let from = text.len() - rest.len();
        spans.push(from..rest.find(['"', '\'', '\n', '\r']).map_or(text.len(), |end| from + end));
    }
    let lower = text.to_ascii_lowercase();
    for (at, word) in lower.match_indices("bearer ") {
        spans.push(value(text, at + word.len()));
    }
    spans.sort_by_key(|span| span.start);
    spans
}

/// `https://name:X@host/`.
fn urls(text: &str) -> Spans {
    let mut spans = Spans::new();
    for (at, mark) in text.match_indices("://") {
        let from = at + mark.len();
        let rest = &text[from..];
        let end = rest.find(|letter: char| letter.is_whitespace() || "/?#\"'<>\\".contains(letter));
        let authority = &rest[..end.unwrap_or(rest.len())];
        let Some(host) = authority.rfind('@') else { continue };
        if let Some(colon) = authority[..host].find(':') {
            spans.push(from + colon + 1..from + host);
        }
    }
    spans
}

/// Prefixes that issuers gave their tokens so that they can be found, and how long the whole is at least.
const PREFIXES: &[(&str, usize)] = &[
    // Our own: sign-in links of administrators and employees, sessions, API tokens, enrolment tokens.
    ("ygl_", 20),
    ("yge_", 20),
    ("ygs_", 20),
    ("ygt_", 20),
    ("ygr1_", 20),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("sk-", 24),
    ("sk_live_", 20),
    ("AKIA", 20),
    ("ASIA", 20),
    ("AIza", 35),
    ("npm_", 36),
    ("hvs.", 24),
];

/// JSON web tokens, issuers' tokens, private keys.
fn shapes(text: &str) -> Spans {
    let mut spans = Spans::new();
    if let Some(begin) = text.find("PRIVATE KEY-----") {
        let from = begin + "PRIVATE KEY-----".len();
        spans.push(from..text[from..].find("-----END").map_or(text.len(), |end| from + end));
    }
    let mut from = 0;
    while from < text.len() {
        let rest = &text[from..];
        let length = rest.find(|letter| !is_name(letter)).unwrap_or(rest.len());
        if is_token(&rest[..length]) {
            spans.push(from..from + length);
        }
        from = if length == rest.len() { text.len() } else { after(text, from + length) };
    }
    spans.sort_by_key(|span| span.start);
    spans
}

fn is_token(word: &str) -> bool {
    let web_token = || word.starts_with("eyJ") && word.len() >= 30 && word.matches('.').count() == 2;
    let aws = |prefix: &str| {
        !matches!(prefix, "AKIA" | "ASIA")
            || word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    web_token()
        || PREFIXES.iter().any(|(prefix, least)| word.len() >= *least && word.starts_with(prefix) && aws(prefix))
}
