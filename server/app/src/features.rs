//! The registry: one line for each core part and each feature. The only file of the server that knows them all.

use yagura_alarms as alarms;
use yagura_blobs as blobs;
use yagura_commands as commands;
use yagura_endpoints as endpoints;
use yagura_events::server as events;
use yagura_notices as notices;
use yagura_organisation as organisation;
use yagura_people as people;
use yagura_policy::{self as policy, PolicySpec};
use yagura_server_kit::{AgentHook, Migration, ServerFeature};

/// Everything that has routes, tables or background work.
pub(crate) const ALL: &[ServerFeature] = &[
    organisation::FEATURE,
    yagura_mail::FEATURE,
    yagura_admins::FEATURE,
    endpoints::FEATURE,
    people::FEATURE,
    policy::FEATURE,
    commands::FEATURE,
    notices::FEATURE,
    blobs::FEATURE,
    events::FEATURE,
    alarms::FEATURE,
    yagura_backup::FEATURE,
    yagura_operation_log::server::FEATURE,
    yagura_assets::server::FEATURE,
    yagura_licences::server::FEATURE,
    yagura_log_search::server::FEATURE,
    yagura_rule_book::server::FEATURE,
    yagura_surveys::server::FEATURE,
    yagura_power::server::FEATURE,
    yagura_vulnerabilities::server::FEATURE,
    yagura_distribution::server::FEATURE,
];

/// Every feature with a policy.
pub(crate) const POLICIES: &[PolicySpec] = &[
    yagura_operation_log::server::POLICY,
    yagura_assets::server::POLICY,
    yagura_rule_book::server::POLICY,
    yagura_power::server::POLICY,
    yagura_distribution::server::POLICY,
];

/// Everything that takes part when an agent says hello or tells its state.
pub(crate) fn hooks() -> Vec<Box<dyn AgentHook>> {
    vec![
        events::hook(),
        policy::hook(),
        commands::count_waiting(),
        people::note_accounts(),
        yagura_assets::server::hook(),
        yagura_vulnerabilities::server::hook(),
        yagura_rule_book::server::hook(),
        yagura_power::server::hook(),
        yagura_distribution::server::hook(),
    ]
}

/// Everything that finds lasting causes for alarms.
pub(crate) fn alarm_sources() -> alarms::Sources {
    alarms::Sources(vec![
        Box::new(alarms::EndpointSource),
        events::alarm_source(),
        organisation::alarm_source(),
        yagura_assets::server::alarm_source(),
        yagura_licences::server::alarm_source(),
        yagura_vulnerabilities::server::alarm_source(),
        yagura_rule_book::server::alarm_source(),
        yagura_distribution::server::alarm_source(),
    ])
}

/// Everything that keeps something about people that it has from their events.
pub(crate) fn forgetting() -> events::Forgetting {
    events::Forgetting(vec![yagura_rule_book::server::forget()])
}

/// All migrations. What the kit itself keeps belongs to no feature: the audit log, and answers that may be asked for again.
pub(crate) fn migrations() -> Vec<Migration> {
    yagura_server_kit::MIGRATIONS.iter().chain(ALL.iter().flat_map(|feature| feature.migrations)).copied().collect()
}
