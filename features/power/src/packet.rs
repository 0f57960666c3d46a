//! The packet that wakes a machine: six bytes of `FF`, then its hardware address sixteen times (AMD's "Magic Packet", white paper 20213).
//! A password (`SecureOn`) is not sent.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The hardware address of a network card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mac(pub [u8; 6]);

/// A text that is no hardware address of a card.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no hardware address of a network card (like 02:00:5e:10:00:01)")]
pub struct NoMac(String);

impl FromStr for Mac {
    type Err = NoMac;

    fn from_str(text: &str) -> Result<Self, NoMac> {
        let no = || NoMac(text.to_owned());
        let mut bytes = [0; 6];
        let mut parts = text.split(':');
        for byte in &mut bytes {
            let part = parts.next().filter(|part| part.len() == 2 && part.bytes().all(|c| c.is_ascii_hexdigit()));
            *byte = u8::from_str_radix(part.ok_or_else(no)?, 16).map_err(|_| no())?;
        }
        // All zeros is no card, and an address with the lowest bit set is a group of them.
        if parts.next().is_some() || bytes == [0; 6] || bytes[0] & 1 != 0 {
            return Err(no());
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Mac {
    type Error = NoMac;

    fn try_from(text: String) -> Result<Self, NoMac> {
        text.parse()
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl From<Mac> for String {
    fn from(mac: Mac) -> Self {
        mac.to_string()
    }
}

/// The packet that wakes the machine of this card.
#[must_use]
pub fn magic(mac: Mac) -> [u8; 102] {
    let mut packet = [0xFF; 102];
    for place in packet[6..].chunks_exact_mut(6) {
        place.copy_from_slice(&mac.0);
    }
    packet
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_packet_is_six_times_ff_and_sixteen_times_the_address() {
        let packet = magic("02:00:5e:10:00:01".parse().unwrap());
        assert_eq!(packet[..6], [0xFF; 6]);
        assert_eq!(packet[6..].chunks(6).filter(|part| *part == [2, 0, 0x5e, 0x10, 0, 1]).count(), 16);
        assert_eq!(packet.len(), 102);
    }

    #[test]
    fn what_is_no_card_is_refused() {
        for text in [
            "",
            "02:00:5e:10:00",
            "02:00:5e:10:00:01:02",
            "00:00:00:00:00:00",
            "ff:ff:ff:ff:ff:ff",
            "01:00:5e:00:00:01",
            "02-00-5e-10-00-01",
            "+2:00:5e:10:00:01",
            "２:00:5e:10:00:01",
        ] {
            assert!(text.parse::<Mac>().is_err(), "{text}");
        }
        assert_eq!("02:00:5E:10:00:01".parse::<Mac>().unwrap().to_string(), "02:00:5e:10:00:01");
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_and_addresses_come_back_as_they_were(text: String, bytes: [u8; 6]) {
            let _ = text.parse::<Mac>();
            if let Ok(mac) = Mac(bytes).to_string().parse::<Mac>() {
                prop_assert_eq!(mac, Mac(bytes));
            } else {
                prop_assert!(bytes == [0; 6] || bytes[0] & 1 == 1);
            }
        }
    }
}
