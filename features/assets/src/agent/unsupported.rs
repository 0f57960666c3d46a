//! Systems that the inventory does not know yet.

use yagura_agent_kit::FeatureError;
use yagura_vocabulary::Time;

use super::Collected;
use crate::whereabouts::Attached;

pub(super) const SOURCE: &str = "none";

pub(super) async fn collect(_now: Time) -> Result<Collected, FeatureError> {
    Err("the inventory is not available on this operating system yet".into())
}

pub(super) fn attached() -> Attached {
    Attached::default()
}
