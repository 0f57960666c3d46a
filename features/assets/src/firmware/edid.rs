//! What a display says of itself: EDID (VESA E-EDID 1.4), as Linux gives it in `/sys/class/drm/*/edid`. Pure.

use crate::{known::known, model::Display};

const HEAD: [u8; 8] = [0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0];
/// The base block; extensions follow it and say nothing of what is asked here.
const BLOCK: usize = 128;
/// Where the four descriptors of eighteen bytes begin.
const DESCRIPTORS: [usize; 4] = [54, 72, 90, 108];
const SERIAL: u8 = 0xff;
const NAME: u8 = 0xfc;

/// Reads the base block; `None` unless it is one, whole and with a right sum.
#[must_use]
pub fn parse(connector: &str, edid: &[u8]) -> Option<Display> {
    let block: &[u8; BLOCK] = edid.get(..BLOCK)?.try_into().ok()?;
    let sum = block.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    if block[..8] != HEAD || sum != 0 {
        return None;
    }
    let number = u32::from_le_bytes([block[12], block[13], block[14], block[15]]);
    Some(Display {
        connector: connector.to_owned(),
        maker: maker(u16::from_be_bytes([block[8], block[9]])),
        model: text(block, NAME),
        // Most displays of today have both, and the text is the one on the label.
        serial: text(block, SERIAL).or_else(|| known(&number.to_string()).filter(|_| number > 1).map(str::to_owned)),
        // Counted from 1990; lower numbers are reserved.
        year: (block[17] >= 3).then(|| 1990 + u16::from(block[17])),
    })
}

/// A descriptor's text: up to thirteen bytes, ended by a line end.
fn text(block: &[u8; BLOCK], tag: u8) -> Option<String> {
    let at = DESCRIPTORS.into_iter().find(|at| block[*at..at + 3] == [0; 3] && block[at + 3] == tag)?;
    let text = block[at + 5..at + 18].split(|byte| *byte == b'\n').next()?;
    let text = String::from_utf8_lossy(text).replace(|letter: char| letter.is_control(), "");
    known(&text).map(str::to_owned)
}

/// Three letters of five bits each, by the register of PNP ids.
fn maker(packed: u16) -> Option<String> {
    let letter = |shift: u16| match u8::try_from(packed >> shift & 31) {
        Ok(number @ 1..=26) => Some(char::from(b'A' - 1 + number)),
        _ => None,
    };
    let id: String = [letter(10)?, letter(5)?, letter(0)?].into_iter().collect();
    Some(NAMES.iter().find(|(known, _)| *known == id).map_or(id, |(_, name)| (*name).to_owned()))
}

/// Makers whose letters nobody would guess.
const NAMES: &[(&str, &str)] = &[
    ("ACR", "Acer"),
    ("AOC", "AOC"),
    ("APP", "Apple"),
    ("AUO", "AU Optronics"),
    ("AUS", "ASUS"),
    ("BNQ", "BenQ"),
    ("BOE", "BOE"),
    ("CMN", "Innolux"),
    ("DEL", "Dell"),
    ("ENC", "EIZO"),
    ("FUS", "Fujitsu"),
    ("GSM", "LG"),
    ("HPN", "HP"),
    ("HWP", "HP"),
    ("IOD", "I-O DATA"),
    ("IVM", "iiyama"),
    ("LEN", "Lenovo"),
    ("LGD", "LG Display"),
    ("MEI", "Panasonic"),
    ("MEL", "Mitsubishi"),
    ("NEC", "NEC"),
    ("PHL", "Philips"),
    ("SAM", "Samsung"),
    ("SDC", "Samsung Display"),
    ("SHP", "Sharp"),
    ("SNY", "Sony"),
    ("VSC", "ViewSonic"),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edid(serial: u32, texts: &[(u8, &str)]) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        block[..8].copy_from_slice(&HEAD);
        // ENC.
        block[8..10].copy_from_slice(&[0x15, 0xc3]);
        block[12..16].copy_from_slice(&serial.to_le_bytes());
        block[17] = 31;
        for (at, (tag, text)) in DESCRIPTORS.into_iter().zip(texts) {
            block[at + 3] = *tag;
            block[at + 5..at + 5 + text.len()].copy_from_slice(text.as_bytes());
        }
        block[127] = block.iter().fold(0_u8, |sum, byte| sum.wrapping_sub(*byte));
        block
    }

    #[test]
    fn a_display_says_who_made_it_and_when() {
        let display =
            parse("DP-1", &edid(1, &[(0xfe, "x\n"), (NAME, "EV2456\n      "), (SERIAL, "55555058\n")])).unwrap();
        let expected = Display {
            connector: "DP-1".to_owned(),
            maker: Some("EIZO".to_owned()),
            model: Some("EV2456".to_owned()),
            serial: Some("55555058".to_owned()),
            year: Some(2021),
        };
        assert_eq!(display, expected);
    }

    #[test]
    fn a_serial_number_that_was_never_set_is_none() {
        let serial = |number| parse("", &edid(number, &[])).unwrap().serial;
        assert_eq!((serial(0), serial(1), serial(0x0101_0101)), (None, None, Some("16843009".to_owned())));
    }

    #[test]
    fn what_is_no_edid_is_none() {
        let good = edid(7, &[]);
        assert_eq!(parse("", &good[..127]), None);
        assert_eq!(parse("", &[0; 128]), None, "a right sum alone is not enough");
        let mut wrong = good;
        wrong[17] ^= 1;
        assert_eq!(parse("", &wrong), None);
    }

    proptest! {
        #[test]
        fn any_block_with_a_right_sum_is_read_without_harm(mut bytes in prop::collection::vec(any::<u8>(), BLOCK)) {
            bytes[..8].copy_from_slice(&HEAD);
            bytes[127] = bytes[..127].iter().fold(0_u8, |sum, byte| sum.wrapping_sub(*byte));
            let display = parse("DP-1", &bytes).unwrap();
            prop_assert!(display.model.is_none_or(|model| !model.is_empty()));
        }
    }
}
