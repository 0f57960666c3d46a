//! The server's side: the policy. The rows themselves are events and need nothing of their own here.

use serde_json::Value;
use yagura_channel::wire::policy::ItemError;
use yagura_policy::PolicySpec;
use yagura_records::FileAct;
use yagura_server_kit::{Permission, ServerFeature};

use crate::OperationLogPolicy;

/// The server side.
pub const FEATURE: ServerFeature = ServerFeature::new("operation_log");

/// The policy.
pub const POLICY: PolicySpec = PolicySpec {
    feature: crate::FEATURE,
    title: ("操作ログ", "Operation log"),
    default: || serde_json::to_value(OperationLogPolicy::default()).unwrap_or_default(),
    check,
    recorded,
    viewed_with: Permission::EventsRead,
    schema: include_str!("../policy.schema.json"),
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
    let OperationLogPolicy { processes, files, without_ip } = policy;
    let opens = !files.open_extensions.is_empty() && !files.omit_kinds.contains(&FileAct::FileOpen);
    [
        (processes.record, "process_start"),
        (processes.record && processes.record_exit, "process_exit"),
        (processes.record && processes.hash, "executable_hash"),
        (files.record, "file_acts"),
        (files.record && opens, "file_opens"),
        (files.record && files.removable, "file_removable"),
        ((processes.record || files.record) && !without_ip, "address"),
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
        let files = schema["properties"]["files"]["properties"].as_object().unwrap();
        let defaults: serde_json::Map<_, _> =
            files.iter().map(|(name, place)| (name.clone(), place["default"].clone())).collect();
        assert_eq!(Value::Object(defaults), default["files"]);
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
            "address",
        ];
        assert_eq!(recorded(&(POLICY.default)()), all);
        let only_starts = json!({
            "processes": {"record_exit": false, "hash": false}, "files": {"record": false}, "without_ip": true
        });
        assert_eq!(recorded(&only_starts), ["process_start"]);
        let no_opens = json!({"processes": {"record": false}, "files": {"open_extensions": [], "removable": false}});
        assert_eq!(recorded(&no_opens), ["file_acts", "address"]);
        assert!(recorded(&json!({"processes": {"record": false}, "files": {"record": false}})).is_empty());
    }
}
