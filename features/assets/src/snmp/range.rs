//! Ranges of addresses, as people write them.

use std::net::Ipv4Addr;

/// Most addresses of a range.
pub const MOST_ADDRESSES: usize = 4096;

/// Why a range cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// It is no range.
    #[error("`{0}` is no range: write `192.168.10.0/24`, `192.168.10.1-192.168.10.50`, or one IPv4 address")]
    Malformed(String),
    /// More than is taken.
    #[error("`{0}` has more than {MOST_ADDRESSES} addresses: take a part of it")]
    TooLarge(String),
    /// Addresses that no device has.
    #[error("no device has an address of `{0}`")]
    Nobody(String),
}

/// The addresses of a range, without those of the network itself and of all its machines together.
///
/// # Errors
/// [`RangeError`].
pub fn addresses(text: &str) -> Result<Vec<Ipv4Addr>, RangeError> {
    let text = text.trim();
    let malformed = || RangeError::Malformed(text.to_owned());
    let address = |text: &str| text.trim().parse::<Ipv4Addr>().map(u32::from).map_err(|_| malformed());
    let (first, last) = if let Some((base, bits)) = text.split_once('/') {
        let bits: u32 = bits.trim().parse().ok().filter(|bits| *bits <= 32).ok_or_else(malformed)?;
        let hosts = u32::MAX.checked_shr(bits).unwrap_or(0);
        let first = address(base)? & !hosts;
        // Of two addresses both are machines' (RFC 3021), of one too.
        if hosts > 1 { (first + 1, (first | hosts) - 1) } else { (first, first | hosts) }
    } else if let Some((first, last)) = text.split_once('-') {
        (address(first)?, address(last)?)
    } else {
        (address(text)?, address(text)?)
    };
    if last < first {
        return Err(malformed());
    }
    if usize::try_from(last - first).unwrap_or(usize::MAX) >= MOST_ADDRESSES {
        return Err(RangeError::TooLarge(text.to_owned()));
    }
    let nobody = |address: Ipv4Addr| address.octets()[0] == 0 || address.octets()[0] >= 224;
    if nobody(first.into()) || nobody(last.into()) {
        return Err(RangeError::Nobody(text.to_owned()));
    }
    Ok((first..=last).map(Ipv4Addr::from).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// First, last and number of addresses of a range.
    fn check(text: &str, expected: Option<(&str, &str, usize)>) {
        let found = addresses(text).ok();
        let found = found.as_ref().map(|all| (all[0].to_string(), all[all.len() - 1].to_string(), all.len()));
        assert_eq!(found, expected.map(|(first, last, count)| (first.to_owned(), last.to_owned(), count)), "{text}");
    }

    #[test]
    fn a_network_has_neither_its_own_address_nor_that_of_all() {
        check("192.168.10.0/24", Some(("192.168.10.1", "192.168.10.254", 254)));
        check(" 192.168.10.77 / 30", Some(("192.168.10.77", "192.168.10.78", 2)));
        check("10.0.0.0/31", Some(("10.0.0.0", "10.0.0.1", 2)));
        check("10.0.0.5/32", Some(("10.0.0.5", "10.0.0.5", 1)));
        check("10.0.0.5", Some(("10.0.0.5", "10.0.0.5", 1)));
        check("10.0.0.5-10.0.0.9", Some(("10.0.0.5", "10.0.0.9", 5)));
        check("172.16.0.0/20", Some(("172.16.0.1", "172.16.15.254", 4094)));
    }

    #[test]
    fn what_is_too_large_or_no_range_is_refused() {
        for text in ["10.0.0.0/19", "10.0.0.0/0", "10.0.0.9-10.0.0.5", "10.0.0.0-10.0.16.0"] {
            check(text, None);
        }
        for text in ["", "x", "10.0.0/24", "10.0.0.0/33", "2001:db8::/64", "224.0.0.1", "0.0.0.1", "10.0.0.1-"] {
            check(text, None);
        }
    }

    proptest! {
        #[test]
        fn no_range_is_larger_than_allowed(base in any::<u32>(), bits in 0_u32..40) {
            if let Ok(all) = addresses(&format!("{}/{bits}", Ipv4Addr::from(base))) {
                prop_assert!(!all.is_empty() && all.len() <= MOST_ADDRESSES);
            }
        }

        #[test]
        fn any_text_is_a_range_or_none(text in ".{0,40}") {
            drop(addresses(&text));
        }
    }
}
