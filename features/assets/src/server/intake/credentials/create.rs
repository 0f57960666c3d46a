//! `POST /api/v1/assets/intakes`: a new credential; its secret is in the answer and nowhere else.

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_endpoints::AgentAddress;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Code, Context, Json, Object, error::Problem, secret,
};
use yagura_vocabulary::Id;

use super::{IntakeCredential, Row, SELECT, for_all};
use crate::server::intake::believe::REALM;

/// A new intake credential.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewIntakeCredential {
    /// What agents give as their user: letters, digits, `.`, `_` and `-`.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]+$")]
    name: String,
}

/// The credential, and what to tell the agents.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedIntakeCredential {
    credential: IntakeCredential,
    /// The agents' password. Shown once.
    secret: String,
    /// Where they send.
    server: String,
    /// The realm that OCS Inventory must be told.
    realm: String,
}

/// Create an intake credential
///
/// Foreign inventory agents send with it to `/inventory`.
#[utoipa::path(post, path = "/api/v1/assets/intakes", tag = "assets", request_body = NewIntakeCredential,
    responses((status = 201, body = CreatedIntakeCredential), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewIntakeCredential>,
) -> ApiResult<(StatusCode, Json<CreatedIntakeCredential>)> {
    for_all(&caller)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if !(1..=64).contains(&body.name.len()) || !body.name.bytes().all(plain) {
        let message = "a name has 1 to 64 letters of a to z, digits, `.`, `_` and `-`: agents send it as their user";
        return Err(ApiError::invalid("/name", "malformed", message));
    }
    let mut change = Change::begin(&ctx, &caller, "intake.create").await?;
    let secret = secret::new("ygi_")?;
    let id = Id::<IntakeCredential>::new().to_string();
    let made = sqlx::query(
        "INSERT INTO assets_intake (id, name, secret_hash, created_at, created_by) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&id)
    .bind(&body.name)
    .bind(secret::hash(&secret))
    .bind(change.at().micros())
    .bind(&caller.name)
    .execute(change.on())
    .await
    .map_err(ApiError::from);
    if let Err(error) = made {
        return Err(if error.code() == Code::Conflict {
            ApiError::conflict("there is an intake credential of this name; revoke it first")
                .with("/name", "taken", None)
        } else {
            error
        });
    }
    let sql = format!("{SELECT} WHERE i.id = $1");
    let row: Row = sqlx::query_as(AssertSqlSafe(sql)).bind(&id).fetch_one(change.on()).await?;
    let credential = IntakeCredential::from(row);
    change.commit(Audit::created(Object::new("intake", &id, &body.name), &credential)).await?;
    let server = format!("{}/inventory", ctx.part::<AgentAddress>().0.trim_end_matches('/'));
    let realm = REALM.to_owned();
    Ok((StatusCode::CREATED, Json(CreatedIntakeCredential { credential, secret, server, realm })))
}
