//! The server's side: the policy. The rows themselves are events and need nothing of their own here.

use serde_json::Value;
use yagura_channel::wire::policy::ItemError;
use yagura_policy::PolicySpec;
use yagura_server_kit::ServerFeature;

use crate::OperationLogPolicy;

/// The server side.
pub const FEATURE: ServerFeature = ServerFeature::new("operation_log");

/// The policy.
pub const POLICY: PolicySpec = PolicySpec {
    feature: crate::FEATURE,
    title: ("操作ログ", "Operation log"),
    default: || serde_json::to_value(OperationLogPolicy::default()).unwrap_or_default(),
    check,
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
    }

    #[test]
    fn a_wrong_value_is_refused_with_its_place() {
        let errors = check(&json!({"processes": {"exclude": [{"name": "everything"}]}}));
        assert_eq!(errors[0].pointer, "/processes/exclude/0");
        assert_eq!(check(&json!({"processes": {"record": "yes"}})).len(), 1);
        assert_eq!(check(&(POLICY.default)()), []);
    }
}
