//! `POST /api/v1/assets/bulk/preview`: what would change; nothing does.

use axum::extract::State;
use yagura_server_kit::ApiError;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Query, error::Problem};

use super::{BulkChange, BulkExample, BulkOutcome, Group, meant, wanted::BulkSet};
use crate::server::api::{list::LedgerQuery, view::Row};

/// How many are shown.
const EXAMPLES: usize = 20;

/// Preview a change of many assets
#[utoipa::path(post, path = "/api/v1/assets/bulk/preview", tag = "assets", params(LedgerQuery), request_body = BulkChange,
    responses((status = 200, body = BulkOutcome), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<LedgerQuery>,
    Json(body): Json<BulkChange>,
) -> ApiResult<Json<BulkOutcome>> {
    let (rows, group) = meant(&ctx, &caller, &query, &body).await?;
    Ok(Json(outcome(&rows, &body.set, group.as_ref())?))
}

/// What it comes to.
pub(super) fn outcome(rows: &[Row], set: &BulkSet, group: Option<&Group>) -> Result<BulkOutcome, ApiError> {
    let mut outcome = BulkOutcome { count: rows.len(), changing: 0, kept_in_group: 0, examples: Vec::new() };
    for row in rows {
        outcome.kept_in_group += usize::from(set.keeps(row, group));
        let Some(change) = set.change(row, group) else { continue };
        outcome.changing += 1;
        if outcome.examples.len() < EXAMPLES {
            outcome.examples.push(BulkExample {
                id: row.id.parse().map_err(|error| ApiError::unavailable(&error))?,
                name: row.name.clone(),
                fields: change.fields,
            });
        }
    }
    Ok(outcome)
}
