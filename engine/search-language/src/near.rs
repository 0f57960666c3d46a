//! What was probably meant by a word that is not known.

/// The candidate that differs from `word` in the fewest letters, if that is few enough to be a slip of the hand.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = word.chars().take(40).collect();
    let allowed = match wanted.len() {
        0 | 1 => return None,
        2 | 3 => 1,
        _ => 2,
    };
    let near = candidates.map(|candidate| (distance(&wanted, candidate), candidate));
    // Of two letters one is half the word: then at least the first must be right.
    let alike = |candidate: &str| wanted.len() > 2 || candidate.chars().next() == wanted.first().copied();
    near.filter(|(distance, candidate)| *distance <= allowed && alike(candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be put in, taken out, changed, or swapped with their neighbour (optimal string alignment).
fn distance(from: &[char], to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.iter().enumerate() {
        let mut this = vec![row + 1];
        for (at, b) in to.iter().enumerate() {
            let mut best = (last[at] + usize::from(a != b)).min(last[at + 1] + 1).min(this[at] + 1);
            if row > 0 && at > 0 && from[row - 1] == *b && *a == to[at - 1] {
                best = best.min(before[at - 1] + 1);
            }
            this.push(best);
        }
        before = std::mem::replace(&mut last, this);
    }
    last.last().copied().unwrap_or(from.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expected: Option<&str>) {
        assert_eq!(nearest(word, ["user", "file", "count", "title", "端末"].into_iter()), expected, "{word}");
    }

    #[test]
    fn a_slip_of_the_hand_is_understood() {
        check("usr", Some("user"));
        check("uesr", Some("user"));
        check("titel", Some("title"));
        check("端来", Some("端末"));
    }

    #[test]
    fn another_word_is_another_word() {
        check("colour", None);
        check("x", None);
        check("件名", None);
    }
}
