//! What would come of a request at one endpoint, as far as the server knows: its policy, what it last told of itself, who could wake it.
//! Pure.

use serde::Serialize;
use utoipa::ToSchema;
use yagura_vocabulary::Time;

use crate::{
    Act, Deed, PowerPolicy, Told,
    decide::{Ask, Decision, Machine, Refusal, decide},
    model::Card,
    segment::{Place, reachable},
};

/// What would come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PowerOutlook {
    /// Done at once: nobody is logged on.
    AtOnce,
    /// Done after notice to whoever is logged on.
    Notice,
    /// It is off: done when it comes back in time.
    Off,
    /// A neighbour wakes it.
    Wake,
    /// Refused: its policy does not allow it.
    NotAllowed,
    /// Refused: it is a server.
    Server,
    /// Refused: it is a server, and somebody is logged on.
    ServerInUse,
    /// Refused: it cannot be done there.
    Unable,
    /// Refused: its agent does not know how yet.
    Unknown,
    /// Refused: it is on already.
    On,
    /// Refused: no endpoint of its network is on line that could wake it.
    NoNeighbour,
}

impl PowerOutlook {
    /// Whether a command is given.
    pub(super) const fn goes(self) -> bool {
        matches!(self, Self::AtOnce | Self::Notice | Self::Off | Self::Wake)
    }
}

/// What the server knows of an endpoint.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// The section `power` of its state; nothing from an older agent.
    pub(super) told: Option<Told>,
    /// The ledger has it as a server.
    pub(super) server: bool,
    /// It is on line.
    pub(super) here: bool,
    /// It is connected at this moment.
    pub(super) connected: bool,
    pub(super) policy: PowerPolicy,
    pub(super) place: Place,
}

/// What would come of a restart or a shut-down.
pub(super) fn of_act(known: &Known, ask: Ask, now: Time) -> PowerOutlook {
    let Some(told) = &known.told else {
        let allowed = known.policy.allows(ask.act.deed());
        return if allowed { PowerOutlook::Unknown } else { PowerOutlook::NotAllowed };
    };
    // Who is logged on to a machine that is off is not known; nobody, as far as that goes.
    let people = if known.here { told.people } else { 0 };
    let machine = Machine { server: known.server || told.server.is_some(), people };
    match decide(&known.policy, ask, machine, now) {
        Decision::Refused(Refusal::NotAllowed) => PowerOutlook::NotAllowed,
        Decision::Refused(Refusal::Server) => PowerOutlook::Server,
        Decision::Refused(Refusal::ServerInUse) => PowerOutlook::ServerInUse,
        _ if told.unable.is_some() => PowerOutlook::Unable,
        _ if !known.here => PowerOutlook::Off,
        Decision::AtOnce => PowerOutlook::AtOnce,
        Decision::Notice(_) => PowerOutlook::Notice,
    }
}

/// What would come of waking it, and by which of these neighbours, at which of its cards.
pub(super) fn of_wake<'a, N>(
    known: &Known,
    neighbours: impl Iterator<Item = (&'a N, &'a Known)>,
) -> (PowerOutlook, Option<(&'a N, Vec<Card>)>) {
    if !known.policy.allows(Deed::Wake) {
        return (PowerOutlook::NotAllowed, None);
    }
    if known.told.is_none() {
        return (PowerOutlook::Unknown, None);
    }
    if known.connected {
        return (PowerOutlook::On, None);
    }
    let able = neighbours.filter(|(_, one)| one.here && one.policy.allows(Deed::Wake));
    let mut able: Vec<_> = able
        .map(|(name, one)| (one.connected, name, reachable(&known.place, &one.place)))
        .filter(|(.., cards)| !cards.is_empty())
        .collect();
    // One that is connected hears of it at once.
    able.sort_by_key(|(connected, ..)| !connected);
    match able.into_iter().next() {
        Some((_, name, cards)) => (PowerOutlook::Wake, Some((name, cards))),
        None => (PowerOutlook::NoNeighbour, None),
    }
}

/// What a machine does to itself, if it does.
pub(super) const fn act_of(deed: Deed) -> Option<Act> {
    match deed {
        Deed::Restart => Some(Act::Restart),
        Deed::ShutDown => Some(Act::ShutDown),
        Deed::Wake => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Servers;

    fn policy(servers: Servers) -> PowerPolicy {
        PowerPolicy { allowed: vec![Deed::Restart, Deed::Wake], servers, ..PowerPolicy::default() }
    }

    fn known() -> Known {
        let card = Card { mac: "02:00:5e:10:00:01".parse().unwrap(), network: "192.0.2.0/24".parse().unwrap() };
        let place = Place { cards: vec![card], seen_from: "192.0.2.7".parse().ok() };
        Known {
            told: Some(Told::default()),
            here: true,
            connected: true,
            policy: policy(Servers::Never),
            place,
            ..Known::default()
        }
    }

    #[track_caller]
    fn check(known: &Known, expected: PowerOutlook) {
        let ask = Ask { act: Act::Restart, notice_s: None, insist: false };
        assert_eq!(of_act(known, ask, Time::from_seconds(0)), expected);
    }

    #[test]
    fn it_is_foretold_what_the_endpoint_will_decide() {
        check(&known(), PowerOutlook::AtOnce);
        check(&Known { told: Some(Told { people: 2, ..Told::default() }), ..known() }, PowerOutlook::Notice);
        check(&Known { policy: PowerPolicy::default(), ..known() }, PowerOutlook::NotAllowed);
        check(&Known { server: true, ..known() }, PowerOutlook::Server);
        let told = Told { server: Some("its form".into()), people: 1, ..Told::default() };
        check(&Known { told: Some(told), policy: policy(Servers::LoggedOff), ..known() }, PowerOutlook::ServerInUse);
        check(
            &Known { told: Some(Told { unable: Some("no logind".into()), ..Told::default() }), ..known() },
            PowerOutlook::Unable,
        );
    }

    #[test]
    fn what_is_off_is_done_later_and_what_never_told_of_itself_not_at_all() {
        check(&Known { here: false, told: Some(Told { people: 2, ..Told::default() }), ..known() }, PowerOutlook::Off);
        check(&Known { here: false, server: true, ..known() }, PowerOutlook::Server);
        check(&Known { told: None, ..known() }, PowerOutlook::Unknown);
    }

    #[test]
    fn a_sleeper_is_woken_by_a_neighbour_that_is_on_and_may() {
        let sleeper = Known { here: false, connected: false, ..known() };
        let by = |one: Known| of_wake(&sleeper, [(&"PC-015", &one)].into_iter()).0;
        assert_eq!(by(known()), PowerOutlook::Wake);
        assert_eq!(by(Known { here: false, connected: false, ..known() }), PowerOutlook::NoNeighbour);
        assert_eq!(by(Known { policy: PowerPolicy::default(), ..known() }), PowerOutlook::NoNeighbour);
        assert_eq!(by(Known { place: Place::default(), ..known() }), PowerOutlook::NoNeighbour);
        assert_eq!(of_wake::<&str>(&known(), [].into_iter()).0, PowerOutlook::On);
        let polls = Known { connected: false, ..known() };
        let hears = known();
        let (_, chosen) = of_wake(&sleeper, [(&"polls", &polls), (&"hears", &hears)].into_iter());
        assert_eq!(chosen.map(|(name, cards)| (*name, cards.len())), Some(("hears", 1)));
    }
}
