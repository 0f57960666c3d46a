//! Whether what somebody had before them is recorded, and with its title.

use yagura_records::WindowFacts;
use yagura_vocabulary::{Account, InForce};

use super::{Rule, fits_path};
use crate::policy::{Hide, OperationLogPolicy, WindowRule, Windows};

/// What is recorded of a window, and what said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowDecision<'p> {
    /// Whether there is a row.
    pub record: bool,
    /// Whether it has the title.
    pub title: bool,
    /// What answered; `None` for the policy itself.
    pub rule: Option<Rule<'p>>,
}

/// Of which kind of row it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowRow {
    /// `window.active` and `window.title`.
    Window,
    /// `window.error`.
    Error,
}

/// Decides about a window, by what holds for the account whose desktop it is on.
#[must_use]
pub fn decide_window<'p>(
    policies: &'p InForce<OperationLogPolicy>,
    account: &Account,
    row: WindowRow,
    window: &WindowFacts,
) -> WindowDecision<'p> {
    let title = window.title.as_ref().map(|title| title.as_str().to_lowercase());
    let image = window.process.as_ref().and_then(|process| process.image.as_deref());
    answer(policies, account, |policy| decision(&policy.windows, row, title.as_deref(), image))
}

/// Decides about the use of a program.
#[must_use]
pub fn decide_usage<'p>(
    policies: &'p InForce<OperationLogPolicy>,
    account: &Account,
    image: &str,
) -> WindowDecision<'p> {
    answer(policies, account, |policy| {
        let windows = &policy.windows;
        let record = windows.record && windows.usage;
        // What a rule takes away by a title is not known here, and a sum tells no title.
        let rule = windows
            .exclude
            .iter()
            .find(|rule| rule.hide == Hide::Row && rule.title_contains.is_empty() && fits(rule, None, Some(image)));
        let rule = rule.filter(|_| record);
        let rule_name = rule.map(|rule| Rule::Named(&rule.name));
        WindowDecision { record: record && rule.is_none(), title: false, rule: rule_name }
    })
}

/// Decides about somebody's being away.
#[must_use]
pub fn decide_idle<'p>(policies: &'p InForce<OperationLogPolicy>, account: &Account) -> WindowDecision<'p> {
    answer(policies, account, |policy| WindowDecision { record: policy.windows.idle(), title: false, rule: None })
}

fn answer<'p>(
    policies: &'p InForce<OperationLogPolicy>,
    account: &Account,
    ask: impl Fn(&'p OperationLogPolicy) -> WindowDecision<'p>,
) -> WindowDecision<'p> {
    let account = Some(account.id.as_str());
    let decision = ask(policies.for_account(account));
    match policies.grants(account).last() {
        Some(&grant) => {
            let alone = ask(policies.policy());
            let same = (alone.record, alone.title) == (decision.record, decision.title);
            if same { decision } else { WindowDecision { rule: Some(Rule::Grant(grant)), ..decision } }
        }
        None => decision,
    }
}

fn decision<'p>(windows: &'p Windows, row: WindowRow, title: Option<&str>, image: Option<&str>) -> WindowDecision<'p> {
    let on = windows.record && (row == WindowRow::Window || windows.errors);
    if !on {
        return WindowDecision { record: false, title: false, rule: None };
    }
    let rule = windows.exclude.iter().find(|rule| fits(rule, title, image));
    let hides = rule.map(|rule| rule.hide);
    WindowDecision {
        record: hides != Some(Hide::Row),
        title: windows.titles && hides.is_none(),
        rule: rule.map(|rule| Rule::Named(&rule.name)),
    }
}

/// `title` is in lower case. A condition about something the sensor could not see does not fit: what is unknown is recorded.
fn fits(rule: &WindowRule, title: Option<&str>, image: Option<&str>) -> bool {
    let says = |text: &String| title.is_some_and(|title| title.contains(&text.to_lowercase()));
    let is = |pattern: &String| image.is_some_and(|image| fits_path(pattern, image));
    (rule.title_contains.is_empty() || rule.title_contains.iter().any(says))
        && (rule.images.is_empty() || rule.images.iter().any(is))
}

#[cfg(test)]
mod tests;
