//! What a feature tells of its policy.

use serde_json::Value;
use yagura_channel::wire::policy::ItemError;
use yagura_server_kit::Permission;

/// One feature's policy, as the server needs to know it.
#[derive(Debug, Clone, Copy)]
pub struct PolicySpec {
    /// The feature: `operation_log`.
    pub feature: &'static str,
    /// Its name on Japanese and English screens.
    pub title: (&'static str, &'static str),
    /// The value in force where nobody decided anything.
    pub default: fn() -> Value,
    /// What is wrong with a value; nothing if it can be put in force.
    pub check: fn(&Value) -> Vec<ItemError>,
    /// What a value has recorded about the people at an endpoint, as words that the feature's texts explain to them.
    pub recorded: fn(&Value) -> Vec<&'static str>,
    /// What somebody needs to look at that.
    pub viewed_with: Permission,
    /// JSON Schema (2020-12) of the value, from which the console draws the form.
    pub schema: &'static str,
}

/// The policies of all features.
#[derive(Debug, Clone, Default)]
pub struct PolicySpecs(pub Vec<PolicySpec>);

impl PolicySpecs {
    /// The policy of this feature.
    #[must_use]
    pub fn find(&self, feature: &str) -> Option<&PolicySpec> {
        self.0.iter().find(|spec| spec.feature == feature)
    }
}
