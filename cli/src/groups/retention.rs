//! `yaguractl events retention`: for how long logs are kept.

use serde_json::{Value, json};

use crate::{
    api::Api,
    error::CliError,
    output::Output,
    query::Query,
    table::{Column, column},
};

const PATH: &str = "/api/v1/events/retention";

const RULES: &[Column] = &[
    column("STATE", "/state"),
    column("KIND", "/kind"),
    column("GROUP", "/group"),
    column("DAYS", "/days"),
    column("TAKES EFFECT (UTC)", "/takes_effect_at"),
];

const RUN: &[Column] = &[
    column("NEXT NIGHT (UTC)", "/next_run_at"),
    column("LAST RUN (UTC)", "/last_run/started_at"),
    column("ITS STATE", "/last_run/state"),
    column("EVENTS THAT WENT", "/last_run/result/rows"),
    column("EVENTS HELD", "/last_run/result/held"),
    column("ITS ERROR", "/last_run/error"),
];

/// Shows the rules in force, those that wait, and the nights.
pub(crate) async fn show(api: &Api, output: &Output) -> Result<(), CliError> {
    let shown = api.get(&Query::new(PATH)).await?;
    if output.is_json() {
        return output.json(&shown);
    }
    output.list(RULES, &rules(&shown))?;
    output.one(RUN, &shown)
}

/// The rules, one a line.
fn rules(shown: &Value) -> Vec<Value> {
    let lines = |state: &'static str, version: &Value| -> Vec<Value> {
        let rules = version["rules"].as_array().cloned().unwrap_or_default();
        let line = |rule: &Value| {
            let days = rule["days"].as_u64().map_or(json!("for ever"), Value::from);
            json!({"state": state, "kind": rule["kind"].as_str().unwrap_or("all"), "group": rule["group"], "days": days,
                "takes_effect_at": version["takes_effect_at"]})
        };
        rules.iter().map(line).collect()
    };
    [lines("in force", &shown["in_force"]), lines("waiting", &shown["waiting"])].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_in_force_stand_before_those_that_wait() {
        let version =
            |days: Value| json!({"rules": [{"kind": null, "group": null, "days": days}], "takes_effect_at": "T"});
        let found = rules(&json!({"in_force": version(json!(365)), "waiting": version(Value::Null)}));
        let told: Vec<_> = found.iter().map(|line| (line["state"].as_str().unwrap(), line["days"].clone())).collect();
        assert_eq!(told, [("in force", json!(365)), ("waiting", json!("for ever"))]);
    }
}
