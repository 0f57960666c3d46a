//! What a machine suffers from, in eight bytes, and lists of numbers as text.
//!
//! A hundred thousand machines have millions of findings, so each is a number and one word: since when, and how it is known.

use serde::{Deserialize, Serialize};

use crate::claim::{Evidence, Standing};

/// How bad it is, as those who rate weaknesses say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = WeaknessSeverity))]
pub enum Severity {
    /// Nobody has rated it.
    #[default]
    Unknown,
    /// CVSS below 4.
    Low,
    /// CVSS below 7.
    Medium,
    /// CVSS below 9.
    High,
    /// CVSS of 9 and more.
    Critical,
}

impl Severity {
    /// All, the worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Unknown];

    /// As it is stored: 0 unknown to 4 critical.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Low,
            2 => Self::Medium,
            3 => Self::High,
            4 => Self::Critical,
            _ => Self::Unknown,
        }
    }

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

const UPDATER: u32 = 0b1000;
const STANDING: u32 = 0b0011;
const GUESS: u32 = 0b0100;
const DATABASE: u32 = 0b1_0000;
const BITS: u32 = 5;

/// One finding of one machine.
///
/// The word holds the minutes since 1970 above five bits: 27 bits of minutes last until 2225.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The finding's number.
    pub finding: u32,
    word: u32,
}

impl Held {
    /// A finding that is known since this minute.
    #[must_use]
    pub const fn new(finding: u32, since: u32, known: Known) -> Self {
        Self { finding, word: since << BITS | known.bits() }
    }

    /// The minute since which it is known, counted from 1970.
    #[must_use]
    pub const fn since(self) -> u32 {
        self.word >> BITS
    }

    /// How it is known.
    #[must_use]
    pub const fn known(self) -> Known {
        let standing = match self.word & STANDING {
            0 => Standing::Open,
            1 => Standing::NoFix,
            _ => Standing::WillNotFix,
        };
        let claimed = match self.word & (GUESS | DATABASE) {
            0 => Evidence::Vendor,
            DATABASE => Evidence::Database,
            GUESS => Evidence::Guess,
            _ => Evidence::Updater,
        };
        Known { standing, claimed, updater: self.word & UPDATER != 0 }
    }
}

/// How a finding is known and whether there is something to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Whether there is a version without it.
    pub standing: Standing,
    /// The surest claim; [`Evidence::Updater`] where there is no claim at all.
    pub claimed: Evidence,
    /// The endpoint's own updater says that a security update waits.
    pub updater: bool,
}

impl Known {
    const fn bits(self) -> u32 {
        let standing = match self.standing {
            Standing::Open => 0,
            Standing::NoFix => 1,
            Standing::WillNotFix => 2,
        };
        let claimed = match self.claimed {
            Evidence::Vendor => 0,
            Evidence::Database => DATABASE,
            Evidence::Guess => GUESS,
            Evidence::Updater => GUESS | DATABASE,
        };
        standing | claimed | if self.updater { UPDATER } else { 0 }
    }

    /// Lays another claim of the same finding over it: what can be mended goes before what cannot, and the surer before the guess.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            standing: self.standing.min(other.standing),
            claimed: match (self.claimed, other.claimed) {
                (Evidence::Updater, one) | (one, Evidence::Updater) => one,
                (one, two) => one.min(two),
            },
            updater: self.updater || other.updater,
        }
    }

    /// Every evidence, the surest first.
    #[must_use]
    pub fn evidence(self) -> Vec<Evidence> {
        let mut all = Vec::with_capacity(2);
        if self.updater || self.claimed == Evidence::Updater {
            all.push(Evidence::Updater);
        }
        if self.claimed != Evidence::Updater {
            all.push(self.claimed);
        }
        all
    }
}

/// A list that was kept cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the kept list of findings is cut or damaged; the machine is judged anew")]
pub struct Damaged;

/// Numbers in rising order as text: each difference in as few letters as it needs. Text, because one SQL serves both databases and their types
/// for bytes differ.
#[must_use]
pub fn pack(numbers: impl IntoIterator<Item = u32>) -> String {
    let mut text = String::new();
    let mut before = 0;
    for number in numbers {
        put(&mut text, number.wrapping_sub(before));
        before = number;
    }
    text
}

/// The numbers of [`pack`].
///
/// # Errors
/// When the text is none of [`pack`]'s.
pub fn unpack(text: &str) -> Result<Vec<u32>, Damaged> {
    let mut letters = text.bytes();
    let (mut numbers, mut before) = (Vec::new(), 0_u32);
    while let Some(step) = take(&mut letters)? {
        before = before.wrapping_add(step);
        numbers.push(before);
    }
    Ok(numbers)
}

/// Findings in the order of their numbers, as text.
#[must_use]
pub fn pack_held(held: &[Held]) -> String {
    let mut text = String::new();
    let (mut finding, mut word) = (0, 0);
    for one in held {
        put(&mut text, one.finding.wrapping_sub(finding));
        // Most findings of a machine came together, so that the difference of the words is short.
        put(&mut text, one.word ^ word);
        (finding, word) = (one.finding, one.word);
    }
    text
}

/// The findings of [`pack_held`].
///
/// # Errors
/// When the text is none of [`pack_held`]'s.
pub fn unpack_held(text: &str) -> Result<Vec<Held>, Damaged> {
    let mut letters = text.bytes();
    let (mut held, mut finding, mut word) = (Vec::new(), 0_u32, 0_u32);
    while let Some(step) = take(&mut letters)? {
        finding = finding.wrapping_add(step);
        word ^= take(&mut letters)?.ok_or(Damaged)?;
        held.push(Held { finding, word });
    }
    Ok(held)
}

/// The letters of RFC 4648 section 5, which no database has to escape.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Five bits a letter, the lowest first; the sixth says that more follows.
fn put(text: &mut String, mut number: u32) {
    loop {
        let more = number >= 32;
        let letter = (number & 31) | if more { 32 } else { 0 };
        text.push(char::from(LETTERS[letter as usize]));
        number >>= 5;
        if !more {
            return;
        }
    }
}

fn take(letters: &mut impl Iterator<Item = u8>) -> Result<Option<u32>, Damaged> {
    let (mut number, mut shift) = (0_u32, 0);
    loop {
        let Some(letter) = letters.next() else { return if shift == 0 { Ok(None) } else { Err(Damaged) } };
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return Err(Damaged),
        };
        // Seven letters of five bits hold 32 bits.
        if shift > 30 {
            return Err(Damaged);
        }
        number |= u32::from(value & 31) << shift;
        if value & 32 == 0 {
            return Ok(Some(number));
        }
        shift += 5;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn known() -> impl Strategy<Value = Known> {
        let standing = prop_oneof![Just(Standing::Open), Just(Standing::NoFix), Just(Standing::WillNotFix)];
        let claimed = prop_oneof![
            Just(Evidence::Updater),
            Just(Evidence::Vendor),
            Just(Evidence::Database),
            Just(Evidence::Guess)
        ];
        (standing, claimed, any::<bool>()).prop_map(|(standing, claimed, updater)| Known { standing, claimed, updater })
    }

    proptest! {
        #[test]
        fn a_finding_says_again_what_was_put_into_it(finding: u32, since in 0_u32..1 << 27, known in known()) {
            let held = Held::new(finding, since, known);
            prop_assert_eq!((held.finding, held.since(), held.known()), (finding, since, known));
        }

        #[test]
        fn kept_lists_are_read_as_they_were(mut numbers: Vec<u32>) {
            numbers.sort_unstable();
            prop_assert_eq!(unpack(&pack(numbers.iter().copied())).unwrap(), numbers);
        }

        #[test]
        fn kept_findings_are_read_as_they_were(found in prop::collection::vec((any::<u32>(), 0_u32..1 << 27, known()), 0..50)) {
            let held: Vec<Held> = found.into_iter().map(|(number, since, known)| Held::new(number, since, known)).collect();
            prop_assert_eq!(unpack_held(&pack_held(&held)).unwrap(), held);
        }

        #[test]
        fn a_damaged_list_is_refused_or_read_but_never_a_panic(text in ".{0,40}") {
            let _ = (unpack(&text), unpack_held(&text));
        }
    }

    #[test]
    fn what_can_be_mended_and_what_is_surer_goes_first() {
        let guess = Known { standing: Standing::NoFix, claimed: Evidence::Guess, updater: false };
        let vendor = Known { standing: Standing::Open, claimed: Evidence::Vendor, updater: false };
        let updater = Known { standing: Standing::Open, claimed: Evidence::Updater, updater: true };
        assert_eq!(guess.and(vendor), vendor);
        assert_eq!(updater.and(guess).evidence(), [Evidence::Updater, Evidence::Guess]);
        assert_eq!(updater.evidence(), [Evidence::Updater]);
    }

    #[test]
    fn a_usual_machine_is_kept_in_few_letters() {
        let vendor = Known { standing: Standing::Open, claimed: Evidence::Vendor, updater: false };
        let held: Vec<Held> = (0..100).map(|at| Held::new(at * 40, 29_900_000, vendor)).collect();
        assert!(pack_held(&held).len() < 320, "{}", pack_held(&held).len());
    }
}
