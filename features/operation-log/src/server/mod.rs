//! The server's side: the policy, and the report of days. The rows themselves are events and need nothing of their own here.

mod days;
mod reading;
mod sheet;

use serde_json::Value;
use utoipa_axum::routes;
use yagura_channel::wire::policy::ItemError;
use yagura_policy::PolicySpec;
use yagura_records::FileAct;
use yagura_server_kit::{Permission, Routes, ServerFeature};

use crate::OperationLogPolicy;

/// The server side.
pub const FEATURE: ServerFeature = ServerFeature { routes, ..ServerFeature::new("operation_log") };

fn routes() -> Routes {
    Routes::new().api(Permission::EventsRead, routes!(days::days)).api(Permission::EventsRead, routes!(sheet::sheet))
}

/// The policy.
pub const POLICY: PolicySpec = PolicySpec {
    feature: crate::FEATURE,
    title: ("操作ログ", "Operation log"),
    default: || serde_json::to_value(OperationLogPolicy::default()).unwrap_or_default(),
    check,
    recorded,
    viewed_with: Permission::EventsRead,
    schema: include_str!("../../policy.schema.json"),
};

fn check(value: &Value) -> Vec<ItemError> {
    match serde_json::from_value::<OperationLogPolicy>(value.clone()) {
        Ok(policy) => policy
            .faults()
            .into_iter()
            .map(|fault| ItemError { pointer: fault.pointer, message: fault.message.to_owned() })
            .collect(),
        Err(error) => vec![ItemError { pointer: String::new(), message: error.to_string() }],
    }
}

/// What people at the endpoint are told that is recorded. The words stand in `console/*.json`.
fn recorded(value: &Value) -> Vec<&'static str> {
    let policy: OperationLogPolicy = serde_json::from_value(value.clone()).unwrap_or_default();
    let OperationLogPolicy { processes, files, windows, prints, sessions, without_ip } = policy;
    let any = processes.record
        || files.record
        || windows.record
        || prints.record
        || sessions.privileges
        || sessions.watches();
    let opens = !files.open_extensions.is_empty() && !files.omit_kinds.contains(&FileAct::FileOpen);
    [
        (processes.record, "process_start"),
        (processes.record && processes.record_exit, "process_exit"),
        (processes.record && processes.hash, "executable_hash"),
        (files.record, "file_acts"),
        (files.record && opens, "file_opens"),
        (files.record && files.removable, "file_removable"),
        (windows.record, "window_active"),
        (windows.record && windows.titles, "window_titles"),
        (windows.record && windows.errors, "window_errors"),
        (windows.record && windows.usage, "app_usage"),
        (windows.idle(), "idle"),
        (prints.record, "print_jobs"),
        (prints.record && prints.documents, "print_documents"),
        (sessions.logons, "logons"),
        (sessions.failed, "logons_failed"),
        (sessions.power, "power"),
        (sessions.privileges, "privileges"),
        (sessions.accounts, "accounts"),
        (any && !without_ip, "address"),
    ]
    .into_iter()
    .filter_map(|(on, word)| on.then_some(word))
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_schema_and_the_default_can_be_read() {
        let schema: Value = serde_json::from_str(POLICY.schema).unwrap();
        let named: Vec<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        let default = (POLICY.default)();
        assert_eq!(default.as_object().unwrap().keys().cloned().collect::<Vec<_>>(), named);
        // What the form begins with is what holds without a policy.
        for part in ["files", "windows", "prints", "sessions"] {
            let places = schema["properties"][part]["properties"].as_object().unwrap();
            let defaults: serde_json::Map<_, _> =
                places.iter().map(|(name, place)| (name.clone(), place["default"].clone())).collect();
            assert_eq!(Value::Object(defaults), default[part], "{part}");
        }
        let kinds: Vec<_> = FileAct::ALL.iter().map(|act| act.kind()).collect();
        assert_eq!(schema["$defs"]["kind"]["enum"], json!(kinds));
    }

    #[test]
    fn a_wrong_value_is_refused_with_its_place() {
        let errors = check(&json!({"processes": {"exclude": [{"name": "everything"}]}}));
        assert_eq!(errors[0].pointer, "/processes/exclude/0");
        assert_eq!(check(&json!({"processes": {"record": "yes"}})).len(), 1);
        assert_eq!(check(&(POLICY.default)()), []);
    }

    #[test]
    fn people_are_told_what_the_policy_records_and_no_more() {
        let all = [
            "process_start",
            "process_exit",
            "executable_hash",
            "file_acts",
            "file_opens",
            "file_removable",
            "window_active",
            "window_titles",
            "window_errors",
            "app_usage",
            "idle",
            "print_jobs",
            "print_documents",
            "logons",
            "logons_failed",
            "power",
            "privileges",
            "accounts",
            "address",
        ];
        assert_eq!(recorded(&(POLICY.default)()), all);
        let off = json!({"record": false});
        let nobody = json!({"logons": false, "failed": false, "power": false, "privileges": false, "accounts": false});
        let only_starts = json!({
            "processes": {"record_exit": false, "hash": false}, "files": off, "windows": off, "prints": off,
            "sessions": nobody, "without_ip": true
        });
        assert_eq!(recorded(&only_starts), ["process_start"]);
        let no_opens = json!({
            "processes": off, "files": {"open_extensions": [], "removable": false}, "windows": off, "prints": off,
            "sessions": nobody
        });
        assert_eq!(recorded(&no_opens), ["file_acts", "address"]);
        let programs = json!({
            "processes": off, "files": off, "prints": {"documents": false}, "without_ip": true, "sessions": nobody,
            "windows": {"titles": false, "errors": false, "usage": false, "idle_after_s": 0}
        });
        assert_eq!(recorded(&programs), ["window_active", "print_jobs"]);
        assert!(
            recorded(&json!({"processes": off, "files": off, "windows": off, "prints": off, "sessions": nobody}))
                .is_empty()
        );
    }
}
