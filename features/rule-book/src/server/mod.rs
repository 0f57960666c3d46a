//! The server's side: the policy, and alarms for what rules answered to.

mod calendar;
mod comparison;
mod counted;
mod preview;
mod ready;
mod rowless;
mod sight;
mod today;
mod violations;
mod without;

use serde_json::Value;
use utoipa_axum::routes;
use yagura_channel::wire::policy::ItemError;
use yagura_events::server::follow;
use yagura_policy::PolicySpec;
use yagura_rules::RuleBook;
use yagura_server_kit::{Context, Migration, Permission, Routes, ServerFeature};

pub use self::without::{alarm_source, forget, hook};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new(crate::FEATURE) };

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 202_611_290_200,
        name: "rule_book_feed",
        sql: include_str!("../../migrations/202611290200_rule_book_feed.sql"),
    },
    Migration {
        version: 202_611_290_500,
        name: "rule_book_without",
        sql: include_str!("../../migrations/202611290500_rule_book_without.sql"),
    },
];

fn routes() -> Routes {
    Routes::new()
        .api(Permission::EventsRead, routes!(calendar::calendar))
        .api(Permission::EventsRead, routes!(comparison::comparison))
        .api(Permission::EventsRead, routes!(preview::preview))
        .api(Permission::PoliciesRead, routes!(ready::ready_rules))
        .api(Permission::EndpointsRead, routes!(sight::sights))
        .api(Permission::EventsRead, routes!(today::today))
        .api(Permission::PoliciesRead, routes!(without::read_without_rules))
        .api(Permission::SettingsWrite, routes!(without::change_without_rules))
}

fn start(ctx: &Context) {
    ctx.spawn(follow(ctx.clone(), violations::Reader));
    without::start(ctx);
}

/// The policy.
pub const POLICY: PolicySpec = PolicySpec {
    feature: crate::FEATURE,
    title: ("規則", "Rules"),
    default: || serde_json::to_value(RuleBook::default()).unwrap_or_default(),
    check,
    recorded,
    viewed_with: Permission::EventsRead,
    schema: include_str!("../../policy.schema.json"),
};

fn check(value: &Value) -> Vec<ItemError> {
    match serde_json::from_value::<RuleBook>(value.clone()) {
        Ok(book) => {
            let item =
                |fault: yagura_rules::Fault| ItemError { pointer: fault.pointer, message: fault.message.to_owned() };
            book.faults().into_iter().map(item).collect()
        }
        Err(error) => vec![ItemError { pointer: String::new(), message: error.to_string() }],
    }
}

/// Rules record nothing that is not recorded without them; people are told that what they do is judged.
fn recorded(value: &Value) -> Vec<&'static str> {
    let book: RuleBook = serde_json::from_value(value.clone()).unwrap_or_default();
    book.rules.iter().any(|rule| rule.on).then_some("judged").into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_schema_and_the_default_can_be_read() {
        let schema: Value = serde_json::from_str(POLICY.schema).unwrap();
        let mut named: Vec<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        named.sort_unstable();
        let default = (POLICY.default)();
        let mut found: Vec<_> = default.as_object().unwrap().keys().cloned().collect();
        found.sort_unstable();
        assert_eq!(found, named);
    }

    #[test]
    fn a_wrong_value_is_refused_with_its_place() {
        let rule = json!({"id": "a", "name": "a", "class": "file", "level": "alarm", "when": {}});
        assert_eq!(check(&json!({"rules": [rule]}))[0].pointer, "/rules/0/when");
        assert_eq!(check(&json!({"rules": "all"})).len(), 1);
        assert_eq!(check(&(POLICY.default)()), []);
    }

    #[test]
    fn people_are_told_that_rules_judge_when_one_is_on() {
        let rule = |on: bool| json!({"id": "a", "name": "a", "class": "file", "level": "alarm", "on": on, "when": {"kinds": ["file"]}});
        assert!(recorded(&json!({"rules": [rule(false)]})).is_empty());
        assert_eq!(recorded(&json!({"rules": [rule(true)]})), ["judged"]);
    }
}
