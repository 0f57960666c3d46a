//! Whether the start of a program is recorded, and which rule said so.

use yagura_records::ProcessStarted;

use crate::{
    glob,
    policy::{ExcludeRule, OperationLogPolicy},
};

/// What the policy says about one start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'p> {
    /// Whether to record it.
    pub record: bool,
    /// The name of the rule that answered; `None` for the policy itself.
    pub rule: Option<&'p str>,
}

/// Decides about one start.
#[must_use]
pub fn decide<'p>(policy: &'p OperationLogPolicy, start: &ProcessStarted) -> Decision<'p> {
    if !policy.processes.record {
        return Decision { record: false, rule: None };
    }
    let rule = policy.processes.exclude.iter().find(|rule| fits(rule, start)).map(|rule| rule.name.as_str());
    Decision { record: rule.is_none(), rule }
}

/// A condition about something the sensor could not see does not fit: what is unknown is recorded.
fn fits(rule: &ExcludeRule, start: &ProcessStarted) -> bool {
    let image = start.image.as_ref().map(yagura_records::Text::as_str);
    let path = |pattern: &Option<String>, path: Option<&str>| {
        pattern.as_deref().is_none_or(|pattern| path.is_some_and(|path| glob::fits(pattern, path)))
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
    use super::*;
    use crate::event::tests::sample;

    fn check(rules: &[ExcludeRule], expected: Decision<'_>) {
        let mut policy = OperationLogPolicy::default();
        policy.processes.exclude = rules.to_vec();
        assert_eq!(decide(&policy, &sample()), expected);
    }

    fn rule(name: &str, image: Option<&str>, command: Option<&str>) -> ExcludeRule {
        let own = |text: Option<&str>| text.map(str::to_owned);
        ExcludeRule { name: name.to_owned(), image: own(image), command_contains: own(command), parent_image: None }
    }

    const RECORDED: Decision<'_> = Decision { record: true, rule: None };

    #[test]
    fn without_rules_everything_is_recorded() {
        check(&[], RECORDED);
    }

    #[test]
    fn the_first_rule_that_fits_answers() {
        let rules =
            [rule("other", Some("/bin/ls"), None), rule("tar", Some("/usr/**"), None), rule("b", Some("**"), None)];
        check(&rules, Decision { record: false, rule: Some("tar") });
    }

    #[test]
    fn all_conditions_of_a_rule_must_fit() {
        check(&[rule("a", Some("/usr/bin/tar"), Some("/home"))], Decision { record: false, rule: Some("a") });
        check(&[rule("a", Some("/usr/bin/tar"), Some("/srv"))], RECORDED);
    }

    #[test]
    fn what_the_sensor_could_not_see_is_recorded() {
        let mut start = sample();
        start.image = None;
        let mut policy = OperationLogPolicy::default();
        policy.processes.exclude = vec![rule("all", Some("**"), None)];
        assert_eq!(decide(&policy, &start), RECORDED);
    }

    #[test]
    fn recording_can_be_switched_off() {
        let mut policy = OperationLogPolicy::default();
        policy.processes.record = false;
        assert!(!decide(&policy, &sample()).record);
    }
}
