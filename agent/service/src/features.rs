//! The features of this agent, one line each.

use yagura_agent_kit::Host;
use yagura_assets::agent::AssetsFeature;
use yagura_distribution::agent::DistributionFeature;
use yagura_notices::agent::NoticesFeature;
use yagura_operation_log::agent::OperationLog;
use yagura_power::agent::PowerFeature;
use yagura_rule_book::agent::RuleBookFeature;

/// Version of the policies that the features of this build understand.
pub(crate) const POLICY_VERSION: u32 = 1;

/// Adds every feature.
pub(crate) fn register(host: &mut Host) {
    host.register::<OperationLog>();
    host.register::<AssetsFeature>();
    host.register::<NoticesFeature>();
    host.register::<RuleBookFeature>();
    host.register::<PowerFeature>();
    host.register::<DistributionFeature>();
}
