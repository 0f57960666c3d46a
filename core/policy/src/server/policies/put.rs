//! `PUT /api/v1/policies/{feature}/{group}`: decide. A wrong value is refused item by item and changes nothing.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Code, Context, Etag, FieldError, IfMatch, Json, Path, error::Problem,
};
use yagura_vocabulary::{Id, id};

use super::{PolicyVersion, object, place};
use crate::{
    Inherit, PolicySpec,
    ring::{AT_ONCE, Ring, fault},
    server::{manifest::nudge, outlook::Outlook},
};

/// What was decided.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewPolicy {
    inherit: Inherit,
    #[schema(value_type = Object)]
    value: Value,
    /// Why; it stands in the history.
    #[serde(default)]
    comment: String,
    /// In which steps it is rolled out; to everybody at once when absent.
    rings: Option<Vec<Ring>>,
}

/// Decide a group's policy
#[utoipa::path(put, path = "/api/v1/policies/{feature}/{group}", tag = "policies",
    params(("feature" = String, Path), ("group" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")), request_body = NewPolicy,
    responses((status = 200, body = PolicyVersion), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Path((feature, group)): Path<(String, String)>,
    Json(body): Json<NewPolicy>,
) -> ApiResult<Json<PolicyVersion>> {
    let outlook = Outlook::load(&ctx).await?;
    let (spec, group) = place(&ctx, &caller, &outlook.tree, &feature, &group).await?;
    let before = outlook.newest(&feature, &group.id);
    if let Some(before) = before {
        seen.check(Etag(before.version))?;
    }
    check_value(&spec, &body.value)?;
    let rings = body.rings.unwrap_or_else(|| AT_ONCE.to_vec());
    if let Some(message) = fault(&rings) {
        return Err(ApiError::invalid("/rings", "bad_rings", message));
    }
    if body.comment.chars().count() > 1000 {
        return Err(ApiError::invalid("/comment", "too_long", "a comment has at most 1,000 characters"));
    }
    let mut change = Change::begin(&ctx, &caller, "policy.put").await?;
    let (latest,): (i64,) =
        sqlx::query_as("SELECT COALESCE(MAX(version), 0) FROM policy_version WHERE feature = $1 AND group_id = $2")
            .bind(&feature)
            .bind(&group.id)
            .fetch_one(change.on())
            .await?;
    let at = change.at().micros();
    sqlx::query(
        "INSERT INTO policy_version (id, feature, group_id, version, inherit, value, comment, created_at, created_by,
         removed, rings, ring, ring_since, paused) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, 0, $11, 0)",
    )
    .bind(Id::<id::Policy>::new().to_string())
    .bind(&feature)
    .bind(&group.id)
    .bind(latest + 1)
    .bind(if body.inherit == Inherit::Add { "add" } else { "replace" })
    .bind(body.value.to_string())
    .bind(&body.comment)
    .bind(at)
    .bind(&caller.name)
    .bind(serde_json::to_string(&rings).unwrap_or_default())
    .bind(at)
    .execute(change.on())
    .await?;
    let was = before.map(|row| json!({"inherit": row.inherit, "value": row.value()}));
    let now = json!({"inherit": body.inherit, "value": body.value, "rings": rings});
    let why = Some(body.comment).filter(|comment| !comment.is_empty());
    change.commit(Audit::changed(object(&feature, &group), &was, &now).because(why)).await?;
    nudge(&ctx, None);
    let outlook = Outlook::load(&ctx).await?;
    let row = outlook.newest(&feature, &group.id).ok_or_else(|| ApiError::not_found("policy"))?;
    Ok(Json(PolicyVersion::new(&ctx, &outlook, row, true).await?))
}

/// Refuses a value that the feature would refuse. Checked as it would hold on its own: laid over the default.
pub(crate) fn check_value(spec: &PolicySpec, value: &Value) -> Result<(), ApiError> {
    let mut whole = (spec.default)();
    yagura_channel::wire::policy::merge(&mut whole, value);
    let errors = (spec.check)(&whole);
    if errors.is_empty() {
        return Ok(());
    }
    let detail = format!("the policy cannot be put in force: {}", errors[0].message);
    Err(ApiError::new(Code::Invalid, detail).with_all(errors.into_iter().map(|error| FieldError {
        pointer: format!("/value{}", error.pointer),
        code: "refused".to_owned(),
        message: Some(error.message),
        place: None,
    })))
}
