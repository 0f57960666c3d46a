//! What an administrator decides about the operation log.

mod files;
mod prints;
mod sessions;
mod windows;

pub use files::{FileRule, Files};
pub use prints::Prints;
use serde::{Deserialize, Serialize};
pub use sessions::Sessions;
pub use windows::{Hide, WindowRule, Windows};

/// The whole policy. Its default records every program that ran, what was done to files where people keep theirs, which windows
/// people had before them, what they printed, and who logged on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OperationLogPolicy {
    /// Programs that ran.
    pub processes: Processes,
    /// What was done to files and folders.
    pub files: Files,
    /// Which windows people had before them.
    pub windows: Windows,
    /// What was printed.
    pub prints: Prints,
    /// Who logged on, when the machine ran, and who used which rights.
    pub sessions: Sessions,
    /// Leave the endpoint's own address out of the rows. It says where the endpoint was, and takes room.
    pub without_ip: bool,
}

/// Programs that ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Processes {
    /// Whether to record them at all. Off, the sensor is not even started for this feature.
    pub record: bool,
    /// Whether to record also when they end, with exit code and duration.
    pub record_exit: bool,
    /// Whether to record the SHA-256 of their executables.
    pub hash: bool,
    /// Whether a program that a build or a package manager starts over and over is told of once, and then in sum.
    pub fold: bool,
    /// What is left out; the first rule that fits answers.
    pub exclude: Vec<ExcludeRule>,
}

impl Default for Processes {
    fn default() -> Self {
        Self { record: true, record_exit: true, hash: true, fold: true, exclude: Vec::new() }
    }
}

/// Leaves out the programs that fit everything this rule says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExcludeRule {
    /// What people call it.
    pub name: String,
    /// The executable's full path. `*` stands for anything within a folder name, `**` for any folders, `?` for one
    /// character. Upper and lower case differ, as on Linux.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The parent's executable, in the same form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_image: Option<String>,
    /// Text that stands somewhere in the command line, exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_contains: Option<String>,
}

/// More rules than this slow down every start of a program noticeably.
pub const MOST_RULES: usize = 500;

/// One thing that is wrong with a policy although it has the right shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong, in plain English.
    pub message: &'static str,
}

impl OperationLogPolicy {
    /// What is wrong with the policy; nothing, if it can be put in force.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |pointer: String, message| faults.push(Fault { pointer, message });
        let rules = &self.processes.exclude;
        if rules.len() > MOST_RULES {
            fault("/processes/exclude".to_owned(), "more than 500 rules");
        }
        for (index, rule) in rules.iter().enumerate() {
            let at = format!("/processes/exclude/{index}");
            if rule.name.trim().is_empty() {
                fault(format!("{at}/name"), "a rule needs a name, because the log tells which rule answered");
            }
            let parts = [&rule.image, &rule.parent_image, &rule.command_contains];
            if parts.iter().all(|part| part.is_none()) {
                fault(at.clone(), "a rule without conditions would leave out everything");
            }
            for (name, part) in ["image", "parent_image", "command_contains"].into_iter().zip(parts) {
                if part.as_deref() == Some("") {
                    fault(format!("{at}/{name}"), "an empty text fits everything");
                }
            }
        }
        self.files.faults(&mut faults);
        self.windows.faults(&mut faults);
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, pointers: &[&str]) {
        let policy: OperationLogPolicy = serde_json::from_str(json).unwrap();
        let found: Vec<String> = policy.faults().into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(found, pointers);
    }

    #[test]
    fn the_shape_of_policies_stays_as_released() {
        let golden = include_str!("../golden/policy-v4.json");
        let policy: OperationLogPolicy = serde_json::from_str(golden).unwrap();
        assert_eq!(policy.faults(), []);
        assert_eq!(serde_json::to_string_pretty(&policy).unwrap() + "\n", golden);
    }

    #[test]
    fn a_policy_from_before_files_is_read_and_says_nothing_of_them() {
        let policy: OperationLogPolicy = serde_json::from_str(include_str!("../golden/policy-v1.json")).unwrap();
        assert_eq!(policy.processes.exclude[0].name, "backup helper");
        assert_eq!((policy.files, policy.without_ip), (Files::default(), false));
    }

    #[test]
    fn a_policy_from_before_sums_of_programs_is_read_and_tells_of_them_in_sum() {
        let policy: OperationLogPolicy = serde_json::from_str(include_str!("../golden/policy-v3.json")).unwrap();
        assert!(policy.processes.fold && policy.faults().is_empty());
    }

    #[test]
    fn a_policy_from_before_windows_and_printing_is_read_and_says_nothing_of_them() {
        let policy: OperationLogPolicy = serde_json::from_str(include_str!("../golden/policy-v2.json")).unwrap();
        assert!(policy.without_ip && policy.files.fleeting);
        assert_eq!((policy.windows, policy.prints), (Windows::default(), Prints::default()));
        assert_eq!(policy.sessions, Sessions::default());
    }

    #[test]
    fn an_empty_policy_records_programs_files_windows_and_printing() {
        let policy: OperationLogPolicy = serde_json::from_str("{}").unwrap();
        assert_eq!(policy, OperationLogPolicy::default());
        assert!(policy.processes.record && policy.processes.record_exit && policy.processes.hash);
        assert!(policy.files.record && policy.files.removable && policy.files.network);
        assert!(policy.windows.record && policy.windows.titles && policy.prints.record && policy.prints.documents);
        assert_eq!(policy.faults(), []);
    }

    #[test]
    fn rules_that_would_leave_out_everything_are_refused() {
        check(r#"{"processes":{"exclude":[{"name":"a","image":"/x"}]}}"#, &[]);
        check(r#"{"processes":{"exclude":[{"name":"a"}]}}"#, &["/processes/exclude/0"]);
        check(
            r#"{"processes":{"exclude":[{"name":"a","image":"/x"},{"name":" ","command_contains":""}]}}"#,
            &["/processes/exclude/1/name", "/processes/exclude/1/command_contains"],
        );
    }

    #[test]
    fn rules_about_files_need_a_name_and_a_condition_and_extensions_have_no_dot() {
        check(r#"{"files":{"exclude":[{"name":"a","paths":["/x/**"]}]}}"#, &[]);
        check(r#"{"files":{"exclude":[{"name":"a"}]}}"#, &["/files/exclude/0"]);
        check(
            r#"{"files":{"exclude":[{"name":"","extensions":[".tmp"]}],"folders":[""],"open_extensions":["a/b"]}}"#,
            &["/files/exclude/0/name", "/files/exclude/0/extensions/0", "/files/folders/0", "/files/open_extensions/0"],
        );
    }

    #[test]
    fn rules_about_windows_need_a_name_and_a_condition_and_waits_have_an_end() {
        check(r#"{"windows":{"exclude":[{"name":"a","images":["**/x"],"hide":"row"}]}}"#, &[]);
        check(r#"{"windows":{"exclude":[{"name":"a"}]}}"#, &["/windows/exclude/0"]);
        check(
            r#"{"windows":{"min_stay_s":3601,"idle_after_s":86401,"exclude":[{"name":"","title_contains":[""],"images":[""]}]}}"#,
            &[
                "/windows/min_stay_s",
                "/windows/idle_after_s",
                "/windows/exclude/0/name",
                "/windows/exclude/0/title_contains/0",
                "/windows/exclude/0/images/0",
            ],
        );
    }

    #[test]
    fn a_word_of_a_newer_server_is_refused_rather_than_ignored() {
        assert!(serde_json::from_str::<OperationLogPolicy>(r#"{"processes":{"record":true,"sound":1}}"#).is_err());
    }
}
