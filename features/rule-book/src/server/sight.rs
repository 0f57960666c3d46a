//! `POST /api/v1/rule-book/sight`: on how many endpoints a rule would do what it asks for, by what their sensors say.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use yagura_endpoints::each_with_sensors;
use yagura_rules::{
    First, Rule,
    sight::{Able, Sight, families, is_known_before, sight},
};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, error::Problem};
use yagura_vocabulary::{RuleLevel, SensorHealth, SensorReport};

/// A rule, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RuleSightRequest)]
pub(crate) struct Draft {
    /// The rule, as it stands in the policy `rule_book`.
    #[schema(value_type = Object)]
    rule: Value,
    /// Id of a group; its subgroups count too. All endpoints if left out.
    group: Option<String>,
}

/// Why an endpoint does not do all that a rule asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleSightWhy)]
pub(crate) enum Why {
    /// It has not told of its sensors.
    NeverTold,
    /// No policy wants the sensor, or its version does not have it.
    Off,
    /// This machine cannot give it.
    Unsupported,
    /// It should work and does not.
    Failed,
    /// It sees the act and cannot stop it.
    CannotStop,
    /// It could stop the act, but what the rule asks is known only afterwards: the command line, how often it happened, whether the
    /// program is new; or the rule names no program.
    NotKnownBefore,
    /// Only the server knows whether a program is new in the organisation, and at its start only: administrators are told, the person
    /// is not, and nothing is stopped.
    ServerTells,
}

/// Why on how many endpoints.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleSightReason)]
pub(crate) struct SightReason {
    reason: Why,
    /// The sensor that would have to see or stop it.
    sensor: String,
    endpoints: u64,
}

/// Where a rule holds.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = RuleSightView)]
pub(crate) struct SightView {
    /// Endpoints that were asked about: the active ones.
    endpoints: u64,
    /// They do what it asks for.
    enforced: u64,
    /// They warn, and cannot stop it although it asks for that.
    alarm_only: u64,
    /// They do not see what it is about.
    blind: u64,
    /// Why not all enforce it.
    reasons: Vec<SightReason>,
}

/// Where a rule can be enforced
#[utoipa::path(post, path = "/api/v1/rule-book/sight", tag = "rule-book", request_body = Draft,
    responses((status = 200, body = SightView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn sights(
    State(ctx): State<Context>,
    caller: Caller,
    Json(draft): Json<Draft>,
) -> ApiResult<Json<SightView>> {
    let rule: Rule = serde_json::from_value(draft.rule)
        .map_err(|error| ApiError::invalid("/rule", "malformed", error.to_string()))?;
    let mut counted = Counted::new(&rule);
    each_with_sensors(&ctx, &caller, draft.group.as_deref(), |reports| counted.add(reports.as_deref())).await?;
    Ok(Json(counted.view()))
}

/// What an endpoint's sensors see.
struct Sensors<'r>(&'r [SensorReport]);

impl Able for Sensors<'_> {
    fn sees(&self, family: &str) -> bool {
        self.0.iter().any(|report| report.sensor == sensor_of(family) && works(report.health))
    }

    /// Starts of programs are stopped at the gate, which is off as long as no rule needs it.
    fn stops(&self, family: &str) -> bool {
        let stands = |health| works(health) || health == SensorHealth::Off;
        family == "process" && self.0.iter().any(|report| report.sensor == "gate" && stands(report.health))
    }
}

fn works(health: SensorHealth) -> bool {
    matches!(health, SensorHealth::Ok | SensorHealth::Degraded)
}

/// The sensor that tells events of a family.
fn sensor_of(family: &str) -> &str {
    match family {
        "folder" | "share" | "drive" | "medium" => "file",
        "app" | "idle" => "window",
        "power" | "account" => "session",
        // Rights that are given are read off what starts.
        "privilege" => "process",
        "software" | "asset" => "assets",
        own => own,
    }
}

struct Counted<'r> {
    rule: &'r Rule,
    /// The sensors that the rule is about; none where it is about all.
    sensors: Vec<&'r str>,
    view: SightView,
    reasons: BTreeMap<(&'r str, Why), u64>,
}

impl<'r> Counted<'r> {
    fn new(rule: &'r Rule) -> Self {
        let about_all = rule.when.kinds.is_empty();
        let mut sensors: Vec<_> = if about_all { vec![] } else { families(rule).into_iter().map(sensor_of).collect() };
        sensors.dedup();
        Self { rule, sensors, view: SightView::default(), reasons: BTreeMap::new() }
    }

    fn add(&mut self, reports: Option<&[SensorReport]>) {
        let told = reports.unwrap_or_default();
        let sight = sight(self.rule, &Sensors(told));
        self.view.endpoints += 1;
        match sight {
            Sight::Enforced => self.view.enforced += 1,
            Sight::AlarmOnly => self.view.alarm_only += 1,
            Sight::Blind => self.view.blind += 1,
        }
        for sensor in self.sensors.clone() {
            let health = told.iter().find(|report| report.sensor == sensor).map(|report| report.health);
            let why = match health {
                _ if reports.is_none() => Why::NeverTold,
                None | Some(SensorHealth::Off) => Why::Off,
                Some(SensorHealth::Unsupported) => Why::Unsupported,
                Some(SensorHealth::Failed) => Why::Failed,
                Some(_) if self.rule.when.first_seen == Some(First::Fleet) => Why::ServerTells,
                Some(_) if self.rule.level != RuleLevel::Prohibit => continue,
                Some(_) if !Sensors(told).stops(sensor) => Why::CannotStop,
                Some(_) if !is_known_before(self.rule, sensor) => Why::NotKnownBefore,
                Some(_) => continue,
            };
            *self.reasons.entry((sensor, why)).or_default() += 1;
        }
    }

    fn view(self) -> SightView {
        let reason = |((sensor, reason), endpoints): ((&str, Why), u64)| SightReason {
            reason,
            sensor: sensor.to_owned(),
            endpoints,
        };
        SightView { reasons: self.reasons.into_iter().map(reason).collect(), ..self.view }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(level: &str, kinds: &[&str]) -> Rule {
        let rule = json!({"id": "a", "name": "a", "class": "file", "level": level, "when": {"kinds": kinds}});
        serde_json::from_value(rule).unwrap()
    }

    fn reports(sensors: &[(&str, &str)]) -> Vec<SensorReport> {
        let report = |(sensor, health): &(&str, &str)| json!({"sensor": sensor, "source": "a", "health": health});
        sensors.iter().map(|sensor| serde_json::from_value(report(sensor)).unwrap()).collect()
    }

    #[track_caller]
    fn check(rule: &Rule, numbers: [u64; 4], reasons: &[(Why, &str, u64)]) {
        let mut counted = Counted::new(rule);
        counted.add(None);
        counted.add(Some(&reports(&[("process", "ok")])));
        counted.add(Some(&reports(&[("process", "degraded"), ("file", "ok"), ("file:/media", "unsupported")])));
        counted.add(Some(&reports(&[("process", "off"), ("file", "failed")])));
        let view = counted.view();
        assert_eq!([view.endpoints, view.enforced, view.alarm_only, view.blind], numbers);
        let told: Vec<_> = view.reasons.iter().map(|r| (r.reason, r.sensor.as_str(), r.endpoints)).collect();
        assert_eq!(told, reasons);
    }

    #[test]
    fn a_rule_holds_where_a_sensor_that_works_sees_what_it_is_about() {
        check(
            &rule("alarm", &["file.copy", "folder"]),
            [4, 1, 0, 3],
            &[(Why::NeverTold, "file", 1), (Why::Off, "file", 1), (Why::Failed, "file", 1)],
        );
        check(
            &rule("alarm", &["privilege.use"]),
            [4, 2, 0, 2],
            &[(Why::NeverTold, "process", 1), (Why::Off, "process", 1)],
        );
        check(&rule("alarm", &["process"]), [4, 2, 0, 2], &[(Why::NeverTold, "process", 1), (Why::Off, "process", 1)]);
    }

    #[test]
    fn a_rule_about_everything_holds_wherever_something_is_seen() {
        check(&rule("alarm", &[]), [4, 2, 0, 2], &[]);
    }

    #[test]
    fn what_no_sensor_can_stop_is_only_warned_of() {
        let reasons = [(Why::NeverTold, "process", 1), (Why::Off, "process", 1), (Why::CannotStop, "process", 2)];
        check(&rule("prohibit", &["process.start"]), [4, 0, 2, 2], &reasons);
    }

    #[test]
    fn that_a_program_is_new_in_the_organisation_is_told_to_administrators_only() {
        let mut new = rule("alarm", &["process.start"]);
        new.when.first_seen = Some(First::Fleet);
        let silent = [(Why::NeverTold, "process", 1), (Why::Off, "process", 1)];
        check(&new, [4, 2, 0, 2], &[silent[0], silent[1], (Why::ServerTells, "process", 2)]);
        new.level = RuleLevel::Prohibit;
        check(&new, [4, 0, 2, 2], &[silent[0], silent[1], (Why::ServerTells, "process", 2)]);
    }

    #[test]
    fn a_program_is_stopped_where_the_gate_stands_or_would() {
        let mut named = rule("prohibit", &["process.start"]);
        named.when.program = serde_json::from_value(json!({"names": ["game"]})).unwrap();
        let check = |rule: &Rule, numbers: [u64; 3], reasons: &[(Why, u64)]| {
            let mut counted = Counted::new(rule);
            for gate in ["ok", "degraded", "off", "unsupported", "failed"] {
                counted.add(Some(&reports(&[("process", "ok"), ("gate", gate), ("gate:/mnt", "unsupported")])));
            }
            let view = counted.view();
            assert_eq!([view.enforced, view.alarm_only, view.blind], numbers);
            assert_eq!(view.reasons.iter().map(|r| (r.reason, r.endpoints)).collect::<Vec<_>>(), reasons);
        };
        check(&named, [3, 2, 0], &[(Why::CannotStop, 2)]);
        // Which arguments it gets, nobody knows before it runs.
        named.when.texts = serde_json::from_value(json!([{"in": "command", "any_of": ["-x"]}])).unwrap();
        check(&named, [0, 5, 0], &[(Why::CannotStop, 2), (Why::NotKnownBefore, 3)]);
    }
}
