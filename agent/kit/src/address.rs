//! The one place at which the endpoint's own address comes into rows, whichever feature tells them, so that one decision leaves it
//! out of all.

use std::{
    fmt,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use yagura_vocabulary::Event;

/// Where it stands in the body.
const NAME: &str = "ip";

/// Networks change seldom, rows are many.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Says of an account, by its uid or SID, whether its rows have the address.
type Wanted = Box<dyn Fn(Option<&str>) -> bool + Send>;

/// Who decides whether rows have the endpoint's own address. While nobody does, they have none.
#[derive(Clone, Default)]
pub struct AddressSeat(Arc<Mutex<Option<Wanted>>>);

impl fmt::Debug for AddressSeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressSeat")
    }
}

impl AddressSeat {
    /// From now on this decides, in the place of what did before. It is asked for each row, with the account's uid or SID.
    pub fn take(&self, wanted: impl Fn(Option<&str>) -> bool + Send + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(wanted));
    }

    fn wants(&self, account: Option<&str>) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|wanted| wanted(account))
    }
}

/// Writes the address into rows.
#[derive(Debug)]
pub(crate) struct Stamp {
    seat: AddressSeat,
    address: Address,
}

impl Stamp {
    pub(crate) fn new(seat: AddressSeat) -> Self {
        Self { seat, address: Address::default() }
    }

    /// The row with the address, where it is wanted and there is one.
    pub(crate) fn put(&mut self, mut event: Event) -> Event {
        let account = event.account.as_ref().map(|account| account.id.as_str());
        if self.seat.wants(account)
            && let Some(address) = self.address.now()
        {
            event.body.insert(NAME.to_owned(), address.into());
        }
        event
    }
}

/// The address, looked up once in a while.
#[derive(Debug, Default)]
struct Address {
    looked: Option<Instant>,
    found: Option<String>,
}

impl Address {
    /// The address now; `None` without a network.
    fn now(&mut self) -> Option<String> {
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
