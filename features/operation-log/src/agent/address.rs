//! The endpoint's own address, as it stands in rows.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

/// Networks change seldom, rows are many.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The address, looked up once in a while.
#[derive(Debug, Default)]
pub(super) struct Address {
    looked: Option<Instant>,
    found: Option<String>,
}

impl Address {
    /// The address now; `None` without a network.
    pub(super) fn now(&mut self) -> Option<String> {
        if self.looked.is_none_or(|looked| looked.elapsed() >= LOOK_EVERY) {
            self.looked = Some(Instant::now());
            let all = yagura_platform::interface_addresses().unwrap_or_default();
            self.found = best(all.into_iter().map(|one| one.address)).map(|address| address.to_string());
        }
        self.found.clone()
    }
}

/// The first IPv4 address by which others can reach this machine, else the first IPv6 one.
fn best(all: impl IntoIterator<Item = IpAddr>) -> Option<IpAddr> {
    let reachable = |address: &IpAddr| match address {
        IpAddr::V4(address) => !address.is_loopback() && !address.is_link_local(),
        IpAddr::V6(address) => !address.is_loopback() && !address.is_unicast_link_local(),
    };
    all.into_iter().filter(reachable).min_by_key(IpAddr::is_ipv6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(all: &[&str], expected: Option<&str>) {
        let found = best(all.iter().map(|address| address.parse().unwrap()));
        assert_eq!(found.map(|address| address.to_string()).as_deref(), expected);
    }

    #[test]
    fn an_address_that_others_can_reach_is_taken_and_an_old_one_before_a_new_one() {
        check(&["127.0.0.1", "::1", "fe80::1", "2001:db8::1", "192.0.2.7", "192.0.2.8"], Some("192.0.2.7"));
        check(&["::1", "fe80::1", "2001:db8::1"], Some("2001:db8::1"));
        check(&["127.0.0.1", "169.254.1.1"], None);
    }
}
