//! Whether a logon, a start of the machine, or a use of rights is recorded.

use yagura_records::SessionActed;
use yagura_vocabulary::{Account, InForce};

use super::{Decision, answer};
use crate::policy::OperationLogPolicy;

/// Decides about something that happened to a session, by what holds for the account.
#[must_use]
pub fn decide_session<'p>(policies: &'p InForce<OperationLogPolicy>, acted: &SessionActed) -> Decision<'p> {
    answer(policies, acted.account.as_ref(), |policy| Decision {
        record: policy.sessions.records(acted.act),
        rule: None,
    })
}

/// Decides about a use of another account's rights, by what holds for the account that used them.
#[must_use]
pub fn decide_privilege<'p>(policies: &'p InForce<OperationLogPolicy>, by: &Account) -> Decision<'p> {
    answer(policies, Some(by), |policy| Decision { record: policy.sessions.privileges, rule: None })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use yagura_records::{Moment, SessionAct};
    use yagura_vocabulary::in_force::Layers;

    use super::*;

    #[test]
    fn each_kind_has_its_own_switch() {
        let at = Moment { occurred_at: Default::default(), boot_id: Default::default(), mono_ns: 0 };
        let acts = [
            (SessionAct::Lock, "logons"),
            (SessionAct::Failed, "failed"),
            (SessionAct::Wake, "power"),
            (SessionAct::AccountChange, "accounts"),
        ];
        for off in ["logons", "failed", "power", "accounts", "privileges"] {
            let layers = Layers { policy: json!({"sessions": {off: false}}), grants: Vec::new() };
            let policies: InForce<OperationLogPolicy> =
                layers.read(|value| serde_json::from_value(value.clone())).unwrap().0;
            for (act, switch) in acts {
                let decision = decide_session(&policies, &SessionActed::new(at, act));
                assert_eq!(decision.record, switch != off, "{act:?} with {off} off");
            }
            let account = Account { name: "tanaka".to_owned(), id: "1000".to_owned() };
            assert_eq!(decide_privilege(&policies, &account).record, off != "privileges");
        }
    }
}
