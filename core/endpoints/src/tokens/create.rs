//! `POST /api/v1/enrolment-tokens`: a new token and the commands to copy.

use std::time::Duration;

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_channel::{
    server::Signer,
    wire::enrol::{ProofKey, Token},
};
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem, secret};
use yagura_vocabulary::{Id, Os, id::GroupId};

use super::{EnrolmentToken, Row, SELECT};
use crate::groups::list::one;

/// Where agents reach this server: `https://name:port`.
#[derive(Debug, Clone)]
pub struct AgentAddress(pub String);

/// A new enrolment token.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewEnrolmentToken {
    /// What it is for.
    label: String,
    /// The group that machines join.
    group_id: GroupId,
    /// Lifetime in seconds; for ever when absent.
    expires_in_s: Option<u64>,
    /// How many machines may use it; any number when absent.
    max_uses: Option<u32>,
    /// Whether an administrator approves each machine.
    needs_approval: bool,
}

/// A command to run on a machine.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrolCommand {
    os: Os,
    command: String,
}

/// The token, its secret text, and how to use it.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedEnrolmentToken {
    token: EnrolmentToken,
    /// Shown once.
    secret: String,
    commands: Vec<EnrolCommand>,
}

/// Create an enrolment token
#[utoipa::path(post, path = "/api/v1/enrolment-tokens", tag = "enrolment", request_body = NewEnrolmentToken,
    responses((status = 201, body = CreatedEnrolmentToken), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewEnrolmentToken>,
) -> ApiResult<(StatusCode, Json<CreatedEnrolmentToken>)> {
    if body.label.trim().is_empty() || body.label.chars().count() > 200 {
        return Err(ApiError::invalid("/label", "required", "say what the token is for, in at most 200 characters"));
    }
    if body.max_uses == Some(0) {
        return Err(ApiError::invalid("/max_uses", "out_of_range", "a token is for at least one machine"));
    }
    one(&ctx, &caller, &body.group_id.to_string())
        .await
        .map_err(|_| ApiError::invalid("/group_id", "unknown", "there is no such group"))?;
    let change = Change::begin(&ctx, &caller, "enrolment_token.create").await?;
    let (row, token) = store(&ctx, change, &caller.name, &body).await?;
    let secret = token.to_string();
    let server = &ctx.part::<AgentAddress>().0;
    let command = |os, sudo: &str| EnrolCommand {
        os,
        command: format!("{sudo}yagura-agent enrol --server {server} --token {secret}"),
    };
    let commands = vec![command(Os::Linux, "sudo "), command(Os::Windows, ""), command(Os::Macos, "sudo ")];
    let token = EnrolmentToken::new(row, ctx.now());
    Ok((StatusCode::CREATED, Json(CreatedEnrolmentToken { token, secret, commands })))
}

async fn store(ctx: &Context, mut change: Change, by: &str, new: &NewEnrolmentToken) -> Result<(Row, Token), ApiError> {
    let token = Token { id: Id::new(), secret: secret::random()?, root_sha256: ctx.part::<Signer>().root().sha256() };
    sqlx::query(
        "INSERT INTO endpoints_token (id, label, group_id, proof_key, created_at, created_by, expires_at, max_uses, uses,
         needs_approval) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)",
    )
    .bind(token.id.to_string())
    .bind(&new.label)
    .bind(new.group_id.to_string())
    .bind(hex::encode(ProofKey::of(&token.secret).0))
    .bind(change.at().micros())
    .bind(by)
    .bind(new.expires_in_s.map(|seconds| (change.at() + Duration::from_secs(seconds)).micros()))
    .bind(new.max_uses.map(i64::from))
    .bind(i64::from(new.needs_approval))
    .execute(change.on())
    .await?;
    let sql = format!("{SELECT} WHERE t.id = $1");
    let row: Row = sqlx::query_as(AssertSqlSafe(sql)).bind(token.id.to_string()).fetch_one(change.on()).await?;
    let after = serde_json::json!({"label": new.label, "group": row.group_path, "max_uses": new.max_uses,
        "expires_in_s": new.expires_in_s, "needs_approval": new.needs_approval});
    change.commit(Audit::created(Object::new("enrolment_token", &token.id, &new.label), &after)).await?;
    Ok((row, token))
}

/// A token for the group `group`, made on the server's own machine.
///
/// # Errors
/// When the database is away or there is no such group.
pub async fn issue(
    ctx: &Context,
    group: GroupId,
    label: &str,
    max_uses: Option<u32>,
    lifetime: Option<Duration>,
) -> Result<Token, ApiError> {
    let new = NewEnrolmentToken {
        label: label.to_owned(),
        group_id: group,
        expires_in_s: lifetime.map(|lifetime| lifetime.as_secs()),
        max_uses,
        needs_approval: false,
    };
    let change = Change::begin_as(ctx, "command line", None, "enrolment_token.create").await?;
    Ok(store(ctx, change, "command line", &new).await?.1)
}
