//! The policy in force, and the one that waits.

use serde::Serialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, DbError};
use yagura_vocabulary::Time;

use crate::retention::{GRACE, Policy, Rule, shortens};
use crate::server::removing::chains;

/// One version of the rules.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RetentionVersion)]
pub(in super::super) struct Version {
    pub(in super::super) version: i64,
    pub(in super::super) rules: Vec<Rule>,
    pub(super) created_at: Time,
    /// `server` for the usual rules, which nobody decided.
    pub(super) created_by: String,
    pub(super) takes_effect_at: Time,
}

impl Version {
    pub(in super::super) fn policy(&self) -> Policy {
        Policy { rules: self.rules.clone() }
    }
}

type Row = (i64, String, i64, String, i64);

fn read(row: Row) -> Result<Version, ApiError> {
    let (version, rules, created_at, created_by, takes_effect_at) = row;
    Ok(Version {
        version,
        rules: serde_json::from_str(&rules).map_err(|error| ApiError::unavailable(&error))?,
        created_at: Time::from_micros(created_at),
        created_by,
        takes_effect_at: Time::from_micros(takes_effect_at),
    })
}

/// The version that holds; `None` on the first day.
pub(in super::super) async fn in_force(connection: &mut AnyConnection, now: Time) -> Result<Option<Version>, ApiError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT version, rules, created_at, created_by, takes_effect_at FROM events_retention
         WHERE takes_effect_at <= $1 AND taken_back_at IS NULL ORDER BY version DESC LIMIT 1",
    )
    .bind(now.micros())
    .fetch_optional(connection)
    .await?;
    row.map(read).transpose()
}

/// The version that is decided and has not taken effect yet.
pub(super) async fn waiting(connection: &mut AnyConnection, now: Time) -> Result<Option<Version>, ApiError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT version, rules, created_at, created_by, takes_effect_at FROM events_retention
         WHERE takes_effect_at > $1 AND taken_back_at IS NULL ORDER BY version DESC LIMIT 1",
    )
    .bind(now.micros())
    .fetch_optional(connection)
    .await?;
    row.map(read).transpose()
}

/// The number of the last version, taken back or not; 0 before there is any.
pub(in super::super) async fn last(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    let (last,): (i64,) =
        sqlx::query_as("SELECT COALESCE(MAX(version), 0) FROM events_retention").fetch_one(connection).await?;
    Ok(last)
}

/// When a policy would take effect that is decided now: at once, unless some event could go earlier by it.
pub(super) async fn takes_effect_at(
    connection: &mut AnyConnection,
    policy: &Policy,
    now: Time,
) -> Result<Time, ApiError> {
    let before = in_force(&mut *connection, now).await?;
    let chains = chains(connection).await?;
    let waits = before.is_none_or(|before| shortens(&before.policy(), policy, &chains));
    Ok(if waits { now + GRACE } else { now })
}

/// Adds a version in place of one that waits.
pub(super) async fn add(
    connection: &mut AnyConnection,
    policy: &Policy,
    (by, at, takes_effect_at): (&str, Time, Time),
) -> Result<(), ApiError> {
    take_back(&mut *connection, at).await?;
    let rules = serde_json::to_string(&policy.rules).map_err(|error| ApiError::unavailable(&error))?;
    sqlx::query(
        "INSERT INTO events_retention (version, rules, created_at, created_by, takes_effect_at)
         VALUES ((SELECT COALESCE(MAX(version), 0) + 1 FROM events_retention), $1, $2, $3, $4)",
    )
    .bind(rules)
    .bind(at.micros())
    .bind(by)
    .bind(takes_effect_at.micros())
    .execute(connection)
    .await
    .map_err(|error| DbError::Transaction("keep the rules of retention in", error))?;
    Ok(())
}

/// Takes back what waits; whether anything did.
pub(super) async fn take_back(connection: &mut AnyConnection, at: Time) -> Result<bool, ApiError> {
    let taken = sqlx::query(
        "UPDATE events_retention SET taken_back_at = $1 WHERE takes_effect_at > $1 AND taken_back_at IS NULL",
    )
    .bind(at.micros())
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() > 0)
}
