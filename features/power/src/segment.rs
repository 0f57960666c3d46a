//! Who is in the same network: a packet that wakes is heard there and nowhere else.

use std::net::IpAddr;

use yagura_vocabulary::network::is_one;
pub use yagura_vocabulary::network::{Network, NoNetwork, connected, is_shared};

use crate::model::Card;

/// Where an endpoint is, as it says itself and as its server sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Its cards and networks.
    pub cards: Vec<Card>,
    /// The address from which it last came to the server.
    pub seen_from: Option<IpAddr>,
}

/// The cards of the sleeper that its neighbour can reach. The same network is not enough: every second home is `192.168.1.0/24`. Both
/// must also come to the server from there: from the same address, as behind one router, or from addresses of that network.
#[must_use]
pub fn reachable(sleeper: &Place, neighbour: &Place) -> Vec<Card> {
    let (Some(one), Some(other)) = (sleeper.seen_from, neighbour.seen_from) else { return Vec::new() };
    let together = |network: Network| is_one(network, one, other);
    let theirs = |card: &&Card| neighbour.cards.iter().any(|own| own.network == card.network);
    sleeper.cards.iter().filter(theirs).filter(|card| together(card.network)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(network: &str, seen_from: &str) -> Place {
        let card = Card { mac: "02:00:5e:10:00:01".parse().unwrap(), network: network.parse().unwrap() };
        Place { cards: vec![card], seen_from: seen_from.parse().ok() }
    }

    #[track_caller]
    fn check(sleeper: &Place, neighbour: &Place, cards: usize) {
        assert_eq!(reachable(sleeper, neighbour).len(), cards, "{sleeper:?} {neighbour:?}");
    }

    #[test]
    fn a_neighbour_is_in_the_same_network_and_comes_to_the_server_from_there() {
        let sleeper = place("192.0.2.0/24", "192.0.2.7");
        check(&sleeper, &place("192.0.2.0/24", "192.0.2.9"), 1);
        check(&sleeper, &place("192.0.2.0/24", "::ffff:192.0.2.9"), 1);
        check(&sleeper, &place("192.0.3.0/24", "192.0.2.9"), 0);
        check(&sleeper, &place("192.0.2.0/25", "192.0.2.9"), 0);
    }

    #[test]
    fn two_homes_with_the_same_network_are_no_neighbours() {
        let sleeper = place("192.168.1.0/24", "198.51.100.1");
        check(&sleeper, &place("192.168.1.0/24", "203.0.113.5"), 0);
        check(&sleeper, &place("192.168.1.0/24", "198.51.100.1"), 1);
        check(&sleeper, &place("192.168.1.0/24", "nowhere"), 0);
    }
}
