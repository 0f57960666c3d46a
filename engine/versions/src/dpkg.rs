//! Debian's order: deb-version(7). What dpkg only warns of is a version here too; what it refuses is none.

use std::cmp::Ordering;

use crate::number::{Number, digits, number, run};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    epoch: u32,
    upstream: Piece,
    revision: Piece,
}

/// A text before a number, again and again.
#[derive(Debug, Clone, Eq)]
struct Piece(Vec<(Box<str>, Number)>);

pub(crate) fn read(text: &str) -> Result<Version, &'static str> {
    let (epoch, rest) = match text.split_once(':') {
        // dpkg keeps an epoch in a C int.
        Some((epoch, rest)) => match epoch.parse::<i32>() {
            Ok(number) if epoch.bytes().all(|byte| byte.is_ascii_digit()) => (number.unsigned_abs(), rest),
            _ => return Err("its epoch, before the colon, is not a number"),
        },
        None => (0, text),
    };
    let (upstream, revision) = match rest.rsplit_once('-') {
        Some((_, "")) => return Err("its revision, after the last hyphen, is empty"),
        Some((upstream, revision)) => (upstream, revision),
        None => (rest, ""),
    };
    if upstream.is_empty() {
        return Err("nothing stands between epoch and revision");
    }
    Ok(Version { epoch, upstream: piece(upstream), revision: piece(revision) })
}

fn piece(mut rest: &str) -> Piece {
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (text, after) = run(rest, |byte| !byte.is_ascii_digit());
        rest = after;
        // No digits at the end are a zero: `1.` is `1.0`.
        let number = number(digits(&mut rest)).or_else(|| number("0"));
        parts.extend(number.map(|number| (text.into(), number)));
    }
    Piece(parts)
}

impl Ord for Piece {
    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.0.len().max(other.0.len());
        (0..length)
            .map(|at| match (self.0.get(at), other.0.get(at)) {
                (Some((text, number)), Some((other_text, other_number))) => {
                    texts(text, other_text).then_with(|| number.cmp(other_number))
                }
                (Some((text, number)), None) => texts(text, "").then(zero_or_more(number)),
                (None, Some((text, number))) => texts("", text).then(zero_or_more(number).reverse()),
                (None, None) => Ordering::Equal,
            })
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

const fn zero_or_more(number: &Number) -> Ordering {
    if number.is_zero() { Ordering::Equal } else { Ordering::Greater }
}

// Not derived: `1.` and `1.0` differ in their parts and are equal in order.
impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl PartialOrd for Piece {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A tilde stands before the end, the end before letters, letters before all else.
fn texts(one: &str, other: &str) -> Ordering {
    let rank = |byte: Option<&u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(letter) if letter.is_ascii_alphabetic() => i32::from(*letter),
        Some(sign) => i32::from(*sign) + 256,
    };
    let (one, other) = (one.as_bytes(), other.as_bytes());
    (0..one.len().max(other.len()))
        .map(|at| rank(one.get(at)).cmp(&rank(other.get(at))))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}
