//! Whether something is recorded, and which rule or grant said so.

mod files;
mod prints;
mod sessions;
mod windows;

use std::fmt;

pub use files::{decide_file, wants_opened};
pub use prints::decide_print;
pub use sessions::{decide_privilege, decide_session};
pub use windows::{WindowDecision, WindowRow, decide_idle, decide_usage, decide_window};
use yagura_records::{ProcessExited, ProcessStarted};
use yagura_vocabulary::{Account, InForce, id::GrantId};

use crate::policy::{ExcludeRule, OperationLogPolicy};

/// Whether a path of this machine fits a pattern of the policy.
fn fits_path(pattern: &str, path: &str) -> bool {
    yagura_path_pattern::fits(pattern, path, yagura_path_pattern::Reading::AS_WRITTEN)
}

/// What is recorded of something, and what said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'p> {
    /// Whether to record it.
    pub record: bool,
    /// What answered; `None` for the policy itself.
    pub rule: Option<Rule<'p>>,
}

/// What answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule<'p> {
    /// The rule of this name.
    Named(&'p str),
    /// A grant: the policy alone would have answered otherwise.
    Grant(GrantId),
}

impl fmt::Display for Rule<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Grant(grant) => write!(f, "grant:{grant}"),
        }
    }
}

/// Decides about one start, by what holds for the account that made it.
#[must_use]
pub fn decide<'p>(policies: &'p InForce<OperationLogPolicy>, start: &ProcessStarted) -> Decision<'p> {
    answer(policies, start.account.as_ref(), |policy| started(policy, start))
}

/// Decides about one end, by what holds for the account that the process ran as.
#[must_use]
pub fn decide_exit<'p>(policies: &'p InForce<OperationLogPolicy>, exit: &ProcessExited) -> Decision<'p> {
    answer(policies, exit.account.as_ref(), |policy| {
        let record = policy.processes.record && policy.processes.record_exit;
        Decision { record, rule: None }
    })
}

/// Asks what holds for an account. Where the policy alone would say otherwise, the grant that was laid last answered.
fn answer<'p>(
    policies: &'p InForce<OperationLogPolicy>,
    account: Option<&Account>,
    ask: impl Fn(&'p OperationLogPolicy) -> Decision<'p>,
) -> Decision<'p> {
    let account = account.map(|account| account.id.as_str());
    let decision = ask(policies.for_account(account));
    match policies.grants(account).last() {
        Some(&grant) if ask(policies.policy()).record != decision.record => {
            Decision { rule: Some(Rule::Grant(grant)), ..decision }
        }
        _ => decision,
    }
}

fn started<'p>(policy: &'p OperationLogPolicy, start: &ProcessStarted) -> Decision<'p> {
    if !policy.processes.record {
        return Decision { record: false, rule: None };
    }
    let rule = policy.processes.exclude.iter().find(|rule| fits(rule, start));
    Decision { record: rule.is_none(), rule: rule.map(|rule| Rule::Named(&rule.name)) }
}

/// A condition about something the sensor could not see does not fit: what is unknown is recorded.
fn fits(rule: &ExcludeRule, start: &ProcessStarted) -> bool {
    let image = start.image.as_ref().map(yagura_records::Text::as_str);
    let path = |pattern: &Option<String>, path: Option<&str>| {
        pattern.as_deref().is_none_or(|pattern| path.is_some_and(|path| fits_path(pattern, path)))
    };
    path(&rule.image, image)
        && path(&rule.parent_image, start.parent_image.as_deref())
        && rule
            .command_contains
            .as_deref()
            .is_none_or(|part| start.command_line.as_ref().is_some_and(|line| line.as_str().contains(part)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use yagura_vocabulary::in_force::{Layer, Layers};

    use super::*;
    use crate::event::tests::sample;

    fn check(rules: &[ExcludeRule], expected: Decision<'_>) {
        let mut policy = OperationLogPolicy::default();
        policy.processes.exclude = rules.to_vec();
        assert_eq!(decide(&InForce::of(policy), &sample()), expected);
    }

    fn rule(name: &str, image: Option<&str>, command: Option<&str>) -> ExcludeRule {
        let own = |text: Option<&str>| text.map(str::to_owned);
        ExcludeRule { name: name.to_owned(), image: own(image), command_contains: own(command), parent_image: None }
    }

    const RECORDED: Decision<'_> = Decision { record: true, rule: None };

    fn left_out_by(name: &str) -> Decision<'_> {
        Decision { record: false, rule: Some(Rule::Named(name)) }
    }

    #[test]
    fn without_rules_everything_is_recorded() {
        check(&[], RECORDED);
    }

    #[test]
    fn the_first_rule_that_fits_answers() {
        let rules =
            [rule("other", Some("/bin/ls"), None), rule("tar", Some("/usr/**"), None), rule("b", Some("**"), None)];
        check(&rules, left_out_by("tar"));
    }

    #[test]
    fn all_conditions_of_a_rule_must_fit() {
        check(&[rule("a", Some("/usr/bin/tar"), Some("/home"))], left_out_by("a"));
        check(&[rule("a", Some("/usr/bin/tar"), Some("/srv"))], RECORDED);
    }

    #[test]
    fn what_the_sensor_could_not_see_is_recorded() {
        let mut start = sample();
        start.image = None;
        let mut policy = OperationLogPolicy::default();
        policy.processes.exclude = vec![rule("all", Some("**"), None)];
        assert_eq!(decide(&InForce::of(policy), &start), RECORDED);
    }

    #[test]
    fn recording_can_be_switched_off() {
        let mut policy = OperationLogPolicy::default();
        policy.processes.record = false;
        assert!(!decide(&InForce::of(policy), &sample()).record);
    }

    #[test]
    fn a_grant_answers_for_its_account_where_the_policy_would_say_otherwise() {
        let policy = json!({"processes": {"exclude": [{"name": "tar", "image": "/usr/bin/tar"}]}});
        let account = sample().account.unwrap().id;
        let grant = |account: &str, value| Layer { grant: GrantId::new(), account: Some(account.to_owned()), value };
        let laid = |layer: Layer| {
            let layers = Layers { policy: policy.clone(), grants: vec![layer] };
            layers.read(|value| serde_json::from_value(value.clone())).unwrap().0
        };
        let all = grant(&account, json!({"processes": {"exclude": []}}));
        let by_grant = Decision { record: true, rule: Some(Rule::Grant(all.grant)) };
        assert_eq!(decide(&laid(all.clone()), &sample()), by_grant);
        let other = Layer { account: Some("somebody else".to_owned()), ..all };
        assert_eq!(decide(&laid(other), &sample()), left_out_by("tar"));
        // A grant that changes nothing here did not answer.
        let unrelated = grant(&account, json!({"processes": {"hash": false}}));
        assert_eq!(decide(&laid(unrelated), &sample()), left_out_by("tar"));
    }
}
