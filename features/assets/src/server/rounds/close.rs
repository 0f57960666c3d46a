//! `POST /api/v1/assets/rounds/{id}/close`: nothing more is marked.

use axum::extract::State;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};

use super::{StockRound, find, object};

/// Close a round of stock-taking
///
/// What is missing then stays missing in the report. The ledger is not changed: that an asset was not found does not say that it is gone.
#[utoipa::path(post, path = "/api/v1/assets/rounds/{id}/close", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, body = StockRound), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn close(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<StockRound>> {
    let round = find(&ctx, &caller, &id).await?;
    if !round.whole {
        return Err(ApiError::forbidden("the round looks for assets of groups that you do not see"));
    }
    let mut change = Change::begin(&ctx, &caller, "assets_round.close").await?;
    let closed =
        sqlx::query("UPDATE assets_round SET closed_at = $1, closed_by = $2 WHERE id = $3 AND closed_at IS NULL")
            .bind(change.at().micros())
            .bind(&caller.name)
            .bind(&round.id)
            .execute(change.on())
            .await?;
    if closed.rows_affected() == 0 {
        return Err(ApiError::conflict("the round is closed already"));
    }
    let after = serde_json::json!({"expected": round.expected, "found": round.found, "besides": round.besides});
    change.commit(Audit::changed(object(&round.id, &round.name), &serde_json::Value::Null, &after)).await?;
    Ok(Json(find(&ctx, &caller, &id).await?))
}
