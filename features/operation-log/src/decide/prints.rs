//! Whether a print job is recorded, and with its document's name.

use yagura_records::PrintJob;
use yagura_vocabulary::InForce;

use super::{Decision, answer};
use crate::policy::OperationLogPolicy;

/// Decides about a print job, by what holds for the account that made it.
#[must_use]
pub fn decide_print<'p>(policies: &'p InForce<OperationLogPolicy>, job: &PrintJob) -> Decision<'p> {
    answer(policies, job.account.as_ref(), |policy| Decision { record: policy.prints.record, rule: None })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use yagura_vocabulary::{
        id::GrantId,
        in_force::{Layer, Layers},
    };

    use super::*;
    use crate::{decide::Rule, event::print_tests::job};

    #[test]
    fn every_job_is_recorded_unless_that_is_switched_off_or_granted_to_somebody() {
        let read = |policy, grants| {
            let layers = Layers { policy, grants };
            layers.read(|value| serde_json::from_value(value.clone())).unwrap().0
        };
        assert!(decide_print(&read(json!({}), Vec::new()), &job()).record);
        let off = json!({"prints": {"record": false}});
        assert!(!decide_print(&read(off.clone(), Vec::new()), &job()).record);
        let account = job().account.map(|account| account.id);
        let grant = Layer { grant: GrantId::new(), account, value: json!({"prints": {"record": true}}) };
        let policies = read(off, vec![grant.clone()]);
        let expected = Decision { record: true, rule: Some(Rule::Grant(grant.grant)) };
        assert_eq!(decide_print(&policies, &job()), expected);
        assert!(!decide_print(&policies, &PrintJob { account: None, ..job() }).record, "somebody else's");
    }
}
