//! Which neighbours an endpoint is told of. Pure.

use std::net::IpAddr;

use yagura_channel::wire::neighbour::{At, MOST_NAMED};
use yagura_vocabulary::{Id, id::Endpoint};

/// Seconds after which a waiting endpoint asks again: more where many wait, so that a large office does not ask all day long.
const WAIT_S: u32 = 2;
const WAIT_MOST_S: u32 = 60;
const WAITING_EACH_S: usize = 8;

/// What an endpoint of the segment does about the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It waits.
    Waits,
    /// It takes it from this neighbour.
    Takes(Id<Endpoint>),
    /// It fetches it from the server.
    Fetches,
    /// It has it.
    Holds,
}

/// An endpoint of the segment that is there now.
#[derive(Debug, Clone)]
pub(super) struct Near {
    pub(super) endpoint: Id<Endpoint>,
    pub(super) state: State,
    /// Whether it gives, or will once it has this content.
    pub(super) gives: bool,
    /// To how many at once.
    pub(super) at_once: usize,
}

/// Whom it is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// These have it and have time, the one with the least to do first; by their places in the list.
    From(Vec<usize>),
    /// It is under way to the segment, or whoever has it is busy: it asks again after so many seconds.
    Wait(u32),
    /// It fetches it from the server, and others wait for it.
    Server,
}

/// Chooses for an endpoint that does not want those in `not`.
pub(super) fn choose(segment: &[Near], not: &[Id<Endpoint>]) -> Choice {
    let busy = |giver: Id<Endpoint>| segment.iter().filter(|one| one.state == State::Takes(giver)).count();
    let wanted = |one: &&Near| one.gives && !not.contains(&one.endpoint);
    let mut free: Vec<(usize, usize)> = segment
        .iter()
        .enumerate()
        .filter(|(_, one)| wanted(one) && one.state == State::Holds)
        .map(|(at, one)| (busy(one.endpoint), at))
        .filter(|(busy, at)| segment.get(*at).is_some_and(|one| *busy < one.at_once))
        .collect();
    free.sort_unstable();
    free.truncate(MOST_NAMED);
    if !free.is_empty() {
        return Choice::From(free.into_iter().map(|(_, at)| at).collect());
    }
    // Whoever only waits brings nothing.
    if segment.iter().filter(wanted).any(|one| one.state != State::Waits) {
        let waiting = segment.iter().filter(|one| one.state == State::Waits).count() / WAITING_EACH_S;
        return Choice::Wait(u32::try_from(waiting).unwrap_or(WAIT_MOST_S).saturating_add(WAIT_S).min(WAIT_MOST_S));
    }
    Choice::Server
}

/// The segment that an endpoint is on: the same text for two of them if and only if they are neighbours there
/// ([`yagura_vocabulary::network::is_one`]). Behind the same address there may be several networks of the same numbers, which their routers
/// tell apart.
pub(super) fn segment(at: &At, seen_from: IpAddr) -> String {
    let seen_from = seen_from.to_canonical();
    if at.network.has(seen_from) {
        return at.network.to_string();
    }
    let router: String = at.router.iter().flat_map(|mac| mac.chars()).take(17).collect();
    format!("{} {seen_from} {router}", at.network)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(state: State) -> Near {
        Near { endpoint: Id::new(), state, gives: true, at_once: 2 }
    }

    #[test]
    fn the_first_of_a_segment_fetches_and_the_others_wait_for_it() {
        assert_eq!(choose(&[], &[]), Choice::Server);
        assert_eq!(choose(&[near(State::Waits)], &[]), Choice::Server, "who waits brings nothing");
        assert_eq!(choose(&[near(State::Fetches)], &[]), Choice::Wait(WAIT_S));
        assert_eq!(
            choose(&[Near { gives: false, ..near(State::Fetches) }], &[]),
            Choice::Server,
            "it keeps it to itself"
        );
        let first = near(State::Fetches);
        assert_eq!(choose(std::slice::from_ref(&first), &[first.endpoint]), Choice::Server, "it is not wanted");
    }

    #[test]
    fn who_has_it_and_has_the_least_to_do_is_named_first() {
        let (one, other) = (near(State::Holds), near(State::Holds));
        let taker = near(State::Takes(one.endpoint));
        let segment = [one, other.clone(), taker];
        assert_eq!(choose(&segment, &[]), Choice::From(vec![1, 0]));
        assert_eq!(choose(&segment, &[other.endpoint]), Choice::From(vec![0]));
    }

    #[test]
    fn who_is_busy_is_waited_for_and_many_wait_longer() {
        let giver = near(State::Holds);
        let takes = |_| near(State::Takes(giver.endpoint));
        let busy: Vec<Near> = std::iter::once(giver.clone()).chain((0..2).map(takes)).collect();
        assert_eq!(choose(&busy, &[]), Choice::Wait(WAIT_S));
        let crowd = (0..10_000).map(|_| near(State::Waits)).chain(busy).collect::<Vec<_>>();
        assert_eq!(choose(&crowd, &[]), Choice::Wait(WAIT_MOST_S));
    }

    fn at(network: &str, router: Option<&str>) -> At {
        At {
            network: network.parse().unwrap(),
            address: "192.0.2.7".parse().unwrap(),
            router: router.map(str::to_owned),
        }
    }

    #[test]
    fn neighbours_have_the_same_network_and_come_by_the_same_road() {
        let office = segment(&at("192.0.2.0/24", None), "192.0.2.7".parse().unwrap());
        assert_eq!(office, segment(&at("192.0.2.0/24", Some("02:00")), "::ffff:192.0.2.9".parse().unwrap()));
        let home = |router, from: &str| segment(&at("192.168.1.0/24", router), from.parse().unwrap());
        assert_eq!(home(Some("02:01"), "203.0.113.5"), home(Some("02:01"), "203.0.113.5"));
        assert_ne!(home(Some("02:01"), "203.0.113.5"), home(Some("02:01"), "203.0.113.6"), "two homes");
        assert_ne!(
            home(Some("02:01"), "203.0.113.5"),
            home(Some("02:02"), "203.0.113.5"),
            "two offices behind one address"
        );
    }

    proptest! {
        #[test]
        fn nobody_is_named_who_is_busy_unwanted_or_has_nothing(
            kinds in prop::collection::vec((0..4, any::<bool>(), 0_usize..3, any::<bool>()), 0..30),
        ) {
            let ids: Vec<Id<Endpoint>> = kinds.iter().map(|_| Id::new()).collect();
            let segment: Vec<Near> = kinds.iter().zip(&ids).map(|((kind, gives, at_once, _), id)| {
                let state = [State::Waits, State::Fetches, State::Holds, State::Takes(ids[0])][usize::try_from(*kind).unwrap()];
                Near { endpoint: *id, state, gives: *gives, at_once: *at_once }
            }).collect();
            let not: Vec<_> = kinds.iter().zip(&ids).filter(|(kind, _)| kind.3).map(|(_, id)| *id).collect();
            match choose(&segment, &not) {
                Choice::From(some) => {
                    prop_assert!(!some.is_empty() && some.len() <= MOST_NAMED);
                    for at in some {
                        let one = &segment[at];
                        let busy = segment.iter().filter(|other| other.state == State::Takes(one.endpoint)).count();
                        prop_assert!(one.gives && one.state == State::Holds && busy < one.at_once && !not.contains(&one.endpoint));
                    }
                }
                Choice::Wait(seconds) => prop_assert!((WAIT_S..=WAIT_MOST_S).contains(&seconds)),
                Choice::Server => {}
            }
        }
    }
}
