//! What an endpoint does about a request. Pure, so that the server can say it beforehand.

use std::time::Duration;

use yagura_vocabulary::Time;

use crate::{
    model::Act,
    policy::{PowerPolicy, Servers},
};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// What the machine is to do.
    pub act: Act,
    /// Seconds of notice; the policy's when absent.
    pub notice_s: Option<u32>,
    /// An administrator insists.
    pub insist: bool,
}

/// The machine and who is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// Whether it is a server.
    pub server: bool,
    /// How many people are logged on.
    pub people: u32,
}

/// Why nothing is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The policy does not allow the act.
    #[error("the policy of this endpoint does not allow it (power: allowed)")]
    NotAllowed,
    /// It is a server, and servers are left alone.
    #[error("it is a server, and the policy leaves servers alone (power: servers)")]
    Server,
    /// It is a server, and somebody is logged on.
    #[error("it is a server on which somebody is logged on")]
    ServerInUse,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing.
    Refused(Refusal),
    /// At once: nobody is there.
    AtOnce,
    /// The people there are told, and it is done at this time unless they put it off.
    Notice(Time),
}

/// Decides about a request.
#[must_use]
pub fn decide(policy: &PowerPolicy, ask: Ask, machine: Machine, now: Time) -> Decision {
    if !policy.allows(ask.act.deed()) {
        return Decision::Refused(Refusal::NotAllowed);
    }
    let free = machine.people == 0;
    if machine.server {
        match policy.servers {
            Servers::Never => return Decision::Refused(Refusal::Server),
            Servers::LoggedOff if !free => return Decision::Refused(Refusal::ServerInUse),
            Servers::Administrator if !free && !ask.insist => return Decision::Refused(Refusal::ServerInUse),
            Servers::LoggedOff | Servers::Administrator => {}
        }
    }
    if free {
        return Decision::AtOnce;
    }
    // Whoever asks may give more time than the policy, or less, but never none.
    let seconds = ask.notice_s.unwrap_or(policy.notice_s).max(crate::policy::SHORTEST_NOTICE_S);
    Decision::Notice(now + Duration::from_secs(seconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Deed;

    const NOW: i64 = 1_000;

    fn policy(servers: Servers) -> PowerPolicy {
        PowerPolicy { allowed: vec![Deed::Restart], servers, ..PowerPolicy::default() }
    }

    fn ask() -> Ask {
        Ask { act: Act::Restart, notice_s: None, insist: false }
    }

    #[track_caller]
    fn check(policy: &PowerPolicy, ask: Ask, (server, people): (bool, u32), expected: Decision) {
        let machine = Machine { server, people };
        assert_eq!(decide(policy, ask, machine, Time::from_seconds(NOW)), expected);
    }

    fn notice(seconds: i64) -> Decision {
        Decision::Notice(Time::from_seconds(NOW + seconds))
    }

    #[test]
    fn what_the_policy_does_not_name_is_not_done() {
        check(&PowerPolicy::default(), ask(), (false, 0), Decision::Refused(Refusal::NotAllowed));
        let other = Ask { act: Act::ShutDown, ..ask() };
        check(&policy(Servers::Administrator), other, (false, 0), Decision::Refused(Refusal::NotAllowed));
    }

    #[test]
    fn at_the_logon_screen_it_is_done_at_once_and_with_somebody_there_after_notice() {
        check(&policy(Servers::Never), ask(), (false, 0), Decision::AtOnce);
        check(&policy(Servers::Never), ask(), (false, 1), notice(300));
        check(&policy(Servers::Never), Ask { insist: true, ..ask() }, (false, 1), notice(300));
    }

    #[test]
    fn a_server_is_left_alone_unless_the_policy_says_otherwise() {
        check(&policy(Servers::Never), Ask { insist: true, ..ask() }, (true, 0), Decision::Refused(Refusal::Server));
        check(&policy(Servers::LoggedOff), ask(), (true, 0), Decision::AtOnce);
        let in_use = Decision::Refused(Refusal::ServerInUse);
        check(&policy(Servers::LoggedOff), Ask { insist: true, ..ask() }, (true, 1), in_use);
        check(&policy(Servers::Administrator), ask(), (true, 0), Decision::AtOnce);
        check(&policy(Servers::Administrator), ask(), (true, 1), in_use);
        check(&policy(Servers::Administrator), Ask { insist: true, ..ask() }, (true, 1), notice(300));
    }

    #[test]
    fn the_notice_may_be_longer_or_shorter_but_there_is_always_one() {
        for (asked, given) in [(Some(900), 900), (Some(60), 60), (Some(0), 30)] {
            check(&policy(Servers::Never), Ask { notice_s: asked, ..ask() }, (false, 2), notice(given));
        }
    }
}
