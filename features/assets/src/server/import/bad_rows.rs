//! `GET /api/v1/assets/imports/{id}/bad-rows`: the rows that could not be used, for a spreadsheet.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::header;
use yagura_log_search::table::{BYTE_ORDER_MARK, harmless, line};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{for_all, job::ImportJob};
use crate::import::BadRow;

/// Fetch the rows that an import could not use
///
/// CSV: line, column, reason, value.
#[utoipa::path(get, path = "/api/v1/assets/imports/{id}/bad-rows", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, content((String = "text/csv"))), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn bad_rows(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<ImportJob>>,
) -> ApiResult<Response> {
    for_all(&caller)?;
    let found: Option<(String,)> = sqlx::query_as("SELECT bad_rows FROM assets_import WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(ctx.db().read())
        .await?;
    let (text,) = found.ok_or_else(|| ApiError::not_found("import"))?;
    let rows: Vec<BadRow> = serde_json::from_str(&text).map_err(|error| ApiError::unavailable(&error))?;
    let mut sheet = BYTE_ORDER_MARK.as_bytes().to_vec();
    sheet.extend(line(["line", "column", "reason", "value"].into_iter().map(str::to_owned)));
    for row in rows {
        let cells = [row.line.to_string(), row.column.unwrap_or_default(), row.code, row.value.unwrap_or_default()];
        sheet.extend(line(cells.into_iter().map(harmless)));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"yagura-bad-rows.csv\""),
    ];
    Ok((headers, sheet).into_response())
}
