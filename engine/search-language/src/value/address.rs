//! Addresses and networks.

use std::net::IpAddr;

/// All addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Reads `192.0.2.1` or `192.0.2.0/24`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(most), |bits| bits.parse().ok().filter(|bits| *bits <= most))?;
        Some(Self { address, bits })
    }

    /// Whether it is one address.
    pub(crate) fn single(&self) -> Option<IpAddr> {
        let most = if self.address.is_ipv4() { 32 } else { 128 };
        (self.bits == most).then_some(self.address)
    }

    /// Whether the address that `text` says lies in it.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let same = |a: u128, b: u128, width: u32| self.bits == 0 || (a ^ b) >> (width - self.bits) == 0;
        match (self.address, text.parse::<IpAddr>()) {
            (IpAddr::V4(own), Ok(IpAddr::V4(other))) => same(own.to_bits().into(), other.to_bits().into(), 32),
            (IpAddr::V6(own), Ok(IpAddr::V6(other))) => same(own.to_bits(), other.to_bits(), 128),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(network: &str, address: &str, holds: bool) {
        assert_eq!(Network::parse(network).unwrap().holds(address), holds, "{address} in {network}");
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        check("192.0.2.0/24", "192.0.2.255", true);
        check("192.0.2.0/24", "192.0.3.0", false);
        check("0.0.0.0/0", "198.51.100.7", true);
        check("0.0.0.0/0", "2001:db8::1", false);
        check("2001:db8::/32", "2001:db8:1::2", true);
        check("2001:db8::/32", "2001:db9::", false);
        check("192.0.2.1", "192.0.2.1", true);
        check("192.0.2.1", "not an address", false);
    }

    #[test]
    fn what_is_no_network_is_none() {
        for text in ["", "192.0.2", "192.0.2.1/33", "2001:db8::/129", "192.0.2.1/", "host"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
