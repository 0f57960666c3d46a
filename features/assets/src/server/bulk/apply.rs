//! `POST /api/v1/assets/bulk`: many assets are changed, all or none.

use axum::extract::State;
use serde_json::{Map, Value};
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Query, error::Problem};

use super::{BulkChange, BulkField, BulkOutcome, meant, preview::outcome};
use crate::server::{api::list::LedgerQuery, ledger::write_down};

/// Change many assets
///
/// All or none. Each of them leaves a row in the audit log.
#[utoipa::path(post, path = "/api/v1/assets/bulk", tag = "assets", params(LedgerQuery), request_body = BulkChange,
    responses((status = 200, body = BulkOutcome), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn apply(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<LedgerQuery>,
    Json(body): Json<BulkChange>,
) -> ApiResult<Json<BulkOutcome>> {
    let (rows, group) = meant(&ctx, &caller, &query, &body).await?;
    let expected = body.expected.or(body.ids.as_ref().map(Vec::len));
    let expected = expected
        .ok_or_else(|| ApiError::invalid("/expected", "required", "say how many assets you saw that it concerns"))?;
    if expected != rows.len() {
        let now = rows.len();
        return Err(ApiError::conflict(format!(
            "it concerns {now} assets by now, not {expected}: look at the list again"
        )));
    }
    let group = group.as_ref();
    let outcome = outcome(&rows, &body.set, group)?;
    let mut change = Change::begin(&ctx, &caller, "asset.update").await?;
    let mut audits = Vec::with_capacity(outcome.changing);
    for row in &rows {
        let Some(one) = body.set.change(row, group) else { continue };
        let id = row.id.parse().map_err(|error| ApiError::unavailable(&error))?;
        // Also where only the group changes: the version rises with it.
        write_down(change.on(), id, &one.written).await?;
        if let Some(group) = group.filter(|_| one.moves) {
            sqlx::query("UPDATE assets_asset SET group_id = $1 WHERE id = $2 AND endpoint_id IS NULL")
                .bind(&group.id)
                .bind(&row.id)
                .execute(change.on())
                .await?;
        }
        let told = |value: fn(&BulkField) -> &String| -> Value {
            let fields = one.fields.iter().map(|field| (field.field.clone(), Value::String(value(field).clone())));
            Value::Object(fields.collect::<Map<_, _>>())
        };
        let (before, after) = (told(|field| &field.before), told(|field| &field.after));
        audits.push(Audit::changed(Object::new("asset", &row.id, &row.name), &before, &after));
    }
    if !audits.is_empty() {
        change.commit_all(audits).await?;
    }
    Ok(Json(outcome))
}
