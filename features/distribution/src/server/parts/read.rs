//! `GET /api/v1/distribution/rollouts/{id}/endpoints/{endpoint}`: each attempt at one endpoint, with what changed and its log.

use axum::extract::State;
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Path, error::Problem};
use yagura_vocabulary::{
    Id, Time,
    id::{CommandId, EndpointId},
};

use super::view::{FROM, RolloutPart, Row, SELECT};
use crate::model::{Outcome, Rollout};

/// An endpoint's part in a rollout, whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RolloutPartWhole {
    #[serde(flatten)]
    part: RolloutPart,
    /// Each time that it was given, the newest first.
    attempts: Vec<RolloutAttempt>,
}

/// One time that it was given.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RolloutAttempt {
    attempt: i64,
    command_id: CommandId,
    given_at: Time,
    ended_at: Option<Time>,
    /// What the endpoint told of it.
    outcome: Option<Outcome>,
}

#[derive(FromRow)]
struct AttemptRow {
    attempt: i64,
    command_id: String,
    given_at: i64,
    ended_at: Option<i64>,
    outcome: Option<String>,
}

impl TryFrom<AttemptRow> for RolloutAttempt {
    type Error = ApiError;

    fn try_from(row: AttemptRow) -> Result<Self, ApiError> {
        Ok(Self {
            attempt: row.attempt,
            command_id: row.command_id.parse().map_err(|error| ApiError::unavailable(&error))?,
            given_at: Time::from_micros(row.given_at),
            ended_at: row.ended_at.map(Time::from_micros),
            outcome: row.outcome.and_then(|outcome| serde_json::from_str(&outcome).ok()),
        })
    }
}

/// Show what became of a rollout at an endpoint
#[utoipa::path(get, path = "/api/v1/distribution/rollouts/{id}/endpoints/{endpoint}", tag = "distribution",
    params(("id" = String, Path), ("endpoint" = String, Path)),
    responses((status = 200, body = RolloutPartWhole), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path((rollout, endpoint)): Path<(Id<Rollout>, EndpointId)>,
) -> ApiResult<Json<RolloutPartWhole>> {
    let (rollout, endpoint) = (rollout.to_string(), endpoint.to_string());
    let sql = format!(
        "{SELECT} FROM {FROM} WHERE r.state <> 'preparing' AND {} AND p.rollout_id = $2 AND p.endpoint_id = $3",
        visible("e.group_id", 1)
    );
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(&rollout)
        .bind(&endpoint)
        .fetch_optional(ctx.db().read())
        .await?;
    let part = row.ok_or_else(|| ApiError::not_found("part of a rollout"))?.try_into()?;
    let rows: Vec<AttemptRow> = sqlx::query_as(
        "SELECT attempt, command_id, given_at, ended_at, outcome FROM distribution_attempt
         WHERE rollout_id = $1 AND endpoint_id = $2 ORDER BY attempt DESC",
    )
    .bind(&rollout)
    .bind(&endpoint)
    .fetch_all(ctx.db().read())
    .await?;
    let attempts = rows.into_iter().map(RolloutAttempt::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(RolloutPartWhole { part, attempts }))
}
