//! A change that shortens a time can be taken back before anything is lost by it.

use std::time::Duration;

use yagura_vocabulary::id::GroupId;

use super::Policy;

/// How long a change that shortens a time waits, at least.
pub const GRACE: Duration = Duration::from_secs(24 * 3600);

/// Whether some event could go earlier by `after` than by `before`. `chains` are the ways from each group up to the root, the
/// nearest first.
#[must_use]
pub fn shortens(before: &Policy, after: &Policy, chains: &[Vec<GroupId>]) -> bool {
    let rules = || before.rules.iter().chain(&after.rules);
    // A kind that no rule names, and one for each name; a family stands for the kinds of it that no rule names.
    let mut kinds: Vec<String> = vec!["\0".to_owned()];
    kinds.extend(rules().filter_map(|rule| rule.kind.as_deref()).map(|kind| kind.replace('*', "\0")));
    let keep = |policy: &Policy, groups: &[GroupId], kind: &str| {
        policy.answer(groups, kind).map_or(u64::MAX, super::Rule::keep)
    };
    let none = Vec::new();
    chains
        .iter()
        .chain([&none])
        .any(|groups| kinds.iter().any(|kind| keep(after, groups, kind) < keep(before, groups, kind)))
}
