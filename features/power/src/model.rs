//! What server and endpoint tell each other about power.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{Id, id::EndpointId};

use crate::{policy::Deed, segment::Network};

/// The kind of ids of requests.
#[derive(Debug)]
pub enum Request {}

/// What a machine does to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Starts anew.
    Restart,
    /// Switches itself off.
    ShutDown,
}

impl Act {
    /// As it is allowed.
    #[must_use]
    pub const fn deed(self) -> Deed {
        match self {
            Self::Restart => Deed::Restart,
            Self::ShutDown => Deed::ShutDown,
        }
    }

    /// Its word in events and results.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::ShutDown => "shut_down",
        }
    }
}

/// The arguments of `power.restart` and `power.shut_down`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The request. An endpoint acts on a request once, ever.
    pub request_id: Id<Request>,
    /// Seconds of notice; the policy's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_s: Option<u32>,
    /// An administrator insists although somebody is logged on to a server.
    #[serde(default)]
    pub insist: bool,
    /// The ledger says that this is a server.
    #[serde(default)]
    pub server: bool,
    /// What the person is told.
    #[serde(default)]
    pub reason: String,
}

/// The arguments of `power.wake`, which a neighbour carries out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wake {
    /// The request.
    pub request_id: Id<Request>,
    /// Who is to wake up.
    pub endpoint: EndpointId,
    /// Its name, for people.
    pub hostname: String,
    /// Its network cards in the neighbour's networks.
    pub cards: Vec<Card>,
}

/// A network card and the network that it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Its hardware address.
    pub mac: crate::packet::Mac,
    /// Its network.
    pub network: Network,
}

/// What an endpoint tells of itself: the section `power` of its state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Why it takes itself for a server; nothing where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Why it could not act now; nothing where it could.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unable: Option<String>,
    /// How many people are logged on.
    pub people: u32,
    /// Its network cards, each with its network.
    pub cards: Vec<Card>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: serde::de::DeserializeOwned + Serialize>(golden: &str) -> T {
        let value: T = serde_json::from_str(golden).unwrap();
        assert_eq!(serde_json::to_string_pretty(&value).unwrap() + "\n", golden, "a change needs a new golden file");
        value
    }

    #[test]
    fn released_shapes_are_still_read() {
        let order: Order = check(include_str!("../golden/order-v1.json"));
        assert!(order.insist && order.server);
        let wake: Wake = check(include_str!("../golden/wake-v1.json"));
        assert_eq!(wake.cards[0].network.broadcast().to_string(), "192.0.2.255");
        let told: Told = check(include_str!("../golden/state-v1.json"));
        assert_eq!(told.people, 1);
    }

    #[test]
    fn what_an_order_does_not_say_is_the_careful_way() {
        let order: Order = serde_json::from_str(r#"{"request_id": "0192f0c1-2345-7abc-8def-0123456789ab"}"#).unwrap();
        assert_eq!((order.insist, order.notice_s), (false, None));
    }
}
