//! The order of Debian's versions (deb-version(7)). Pure.

use std::cmp::Ordering;

/// Which of two versions is the later one.
#[must_use]
pub fn compare(one: &str, other: &str) -> Ordering {
    let (one, other) = (parts(one), parts(other));
    one.0.cmp(&other.0).then_with(|| piece(one.1, other.1)).then_with(|| piece(one.2, other.2))
}

/// Epoch, upstream version, revision.
fn parts(version: &str) -> (u64, &[u8], &[u8]) {
    let (epoch, rest) = version.split_once(':').unwrap_or(("0", version));
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    (epoch.trim().parse().unwrap_or(0), upstream.as_bytes(), revision.as_bytes())
}

/// Runs of other things and runs of digits take turns, beginning with the former.
fn piece(mut one: &[u8], mut other: &[u8]) -> Ordering {
    while !one.is_empty() || !other.is_empty() {
        let (text, rest) = split(one, |byte| !byte.is_ascii_digit());
        let (other_text, other_rest) = split(other, |byte| !byte.is_ascii_digit());
        let (number, rest) = split(rest, u8::is_ascii_digit);
        let (other_number, other_rest) = split(other_rest, u8::is_ascii_digit);
        let order = letters(text, other_text).then_with(|| numbers(number, other_number));
        if order.is_ne() {
            return order;
        }
        (one, other) = (rest, other_rest);
    }
    Ordering::Equal
}

fn split(text: &[u8], is_in: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !is_in(byte)).unwrap_or(text.len()))
}

fn letters(one: &[u8], other: &[u8]) -> Ordering {
    // A tilde sorts before the end, letters before all else.
    let rank = |byte: Option<&u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(letter) if letter.is_ascii_alphabetic() => i32::from(*letter),
        Some(sign) => i32::from(*sign) + 256,
    };
    let length = one.len().max(other.len());
    (0..length)
        .map(|at| rank(one.get(at)).cmp(&rank(other.get(at))))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Numbers of any length.
fn numbers(one: &[u8], other: &[u8]) -> Ordering {
    let plain = |digits: &[u8]| digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len());
    let (one, other) = (&one[plain(one)..], &other[plain(other)..]);
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_stand_in_the_order_of_dpkg() {
        let rising = [
            "~",
            "0~rc1",
            "0",
            "0+x",
            "0.0",
            "1.0~beta1~svc",
            "1.0~beta1",
            "1.0",
            "1.0-1",
            "1.0-1+deb12u1",
            "1.0-1.1",
            "1.0-10",
            "1.2",
            "1.10",
            "1.10a",
            "1.10b",
            "1.10+b",
            "2",
            "0:2-1",
            "1:0.1",
            "18446744073709551615000",
        ];
        // The last has no epoch, so it stands before those that have one.
        let mut sorted = rising.to_vec();
        sorted.sort_by(|one, other| compare(one, other));
        let mut wanted = rising.to_vec();
        wanted.pop();
        wanted.insert(wanted.len() - 1, "18446744073709551615000");
        assert_eq!(sorted, wanted);
        assert_eq!(compare("1.0", "0:1.00-0"), Ordering::Equal);
    }

    proptest! {
        #[test]
        fn the_order_is_one(a in "[0-9a-z.+~:-]{0,8}", b in "[0-9a-z.+~:-]{0,8}", c in "[0-9a-z.+~:-]{0,8}") {
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
                prop_assert!(compare(&a, &c).is_le());
            }
        }
    }
}
