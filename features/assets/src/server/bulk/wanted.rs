//! What assets get, and what of it an asset does not have yet. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, present};
use yagura_vocabulary::Time;

use super::{BulkField, Group};
use crate::server::{
    api::view::Row,
    ledger::{AssetStanding, Written},
};

/// What assets get; what is absent stays as it is with each, null takes away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkSet {
    /// `in_use`, `stock`, `lent`, `returned`, `disposed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    standing: Option<AssetStanding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<String>,
    /// Id of a fixed group. What our agent runs on keeps its endpoint's group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<Time>)]
    lease_until: Option<Option<Time>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<Time>)]
    warranty_until: Option<Option<Time>>,
    /// Fields of the organisation's own that are set, or with null taken away; the others stay.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    custom: BTreeMap<String, Option<String>>,
}

/// What one asset gets.
pub(super) struct Change {
    pub written: Written,
    /// Whether it goes to the group.
    pub moves: bool,
    pub fields: Vec<BulkField>,
}

impl BulkSet {
    pub(super) fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// Refuses what is too long, and what changes nothing.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        if *self == Self::default() {
            return Err(ApiError::invalid("/set", "required", "say what the assets get"));
        }
        let custom = self.custom.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect();
        if self.custom.keys().any(|name| name.trim().is_empty()) {
            return Err(ApiError::invalid("/set/custom", "malformed", "a field needs a name"));
        }
        let written = Written {
            place: self.place.clone(),
            person: self.person.clone(),
            custom: Some(custom),
            ..Written::default()
        };
        written.check()
    }

    /// What of this an asset does not have yet; `None` if it has all.
    pub(super) fn change(&self, row: &Row, group: Option<&Group>) -> Option<Change> {
        let mut fields = Vec::new();
        let mut note = |field: &str, before: String, after: String| {
            let differs = before != after;
            if differs {
                fields.push(BulkField { field: field.to_owned(), before, after });
            }
            differs
        };
        let day = |time: Option<i64>| time.map(|at| Time::from_micros(at).to_string()).unwrap_or_default();
        let mut written = Written::default();
        if let Some(standing) = self.standing
            && note("standing", row.standing.clone(), standing.as_str().to_owned())
        {
            written.standing = Some(standing);
        }
        if let Some(place) = &self.place
            && note("place", row.place.clone(), place.clone())
        {
            written.place = Some(place.clone());
        }
        if let Some(person) = &self.person
            && note("person", row.person.clone(), person.clone())
        {
            written.person = Some(person.clone());
        }
        if let Some(until) = self.lease_until
            && note("lease_until", day(row.lease_until), day(until.map(Time::micros)))
        {
            written.lease_until = Some(until);
        }
        if let Some(until) = self.warranty_until
            && note("warranty_until", day(row.warranty_until), day(until.map(Time::micros)))
        {
            written.warranty_until = Some(until);
        }
        let mut custom: BTreeMap<String, String> = serde_json::from_str(&row.custom).unwrap_or_default();
        let mut changed = false;
        for (name, value) in &self.custom {
            let before = custom.get(name).cloned().unwrap_or_default();
            changed |= note(&format!("custom:{name}"), before, value.clone().unwrap_or_default());
            match value {
                Some(value) => drop(custom.insert(name.clone(), value.clone())),
                None => drop(custom.remove(name)),
            }
        }
        if changed {
            written.custom = Some(custom);
        }
        let moves = row.endpoint_id.is_none()
            && group.is_some_and(|group| note("group", row.group_path.clone(), group.path.clone()));
        (!fields.is_empty()).then_some(Change { written, moves, fields })
    }

    /// Whether the asset is to go to a group and cannot.
    pub(super) fn keeps(&self, row: &Row, group: Option<&Group>) -> bool {
        row.endpoint_id.is_some() && group.is_some_and(|group| group.path != row.group_path)
    }
}
