//! `GET /api/v1/log-search/exports/{id}/file`.

use axum::{body::Body, extract::State, response::IntoResponse};
use http::header;
use tokio_util::io::ReaderStream;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Object, Path, error::Problem};

use super::{Exports, own};

/// Fetch the file of an export
#[utoipa::path(get, path = "/api/v1/log-search/exports/{id}/file", tag = "log-search", params(("id" = String, Path)),
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson"), (String = "application/vnd.apache.parquet"))), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn file(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<impl IntoResponse> {
    let row = own(&ctx, &caller, &id).await?;
    if row.state != "done" {
        return Err(ApiError::conflict("the export is not finished, or has no file"));
    }
    let path = ctx.part::<Exports>().path(&id, &row.format);
    let Ok(file) = tokio::fs::File::open(&path).await else {
        return Err(ApiError::not_found("file: it was kept for a day"));
    };
    let change = Change::begin(&ctx, &caller, "export.fetch").await?;
    change.commit(Audit::created(Object::new("export", &id, &row.q), &row.written)).await?;
    let kind = match row.format.as_str() {
        "csv" => "text/csv; charset=utf-8",
        "ndjson" => "application/x-ndjson",
        _ => "application/vnd.apache.parquet",
    };
    let name = format!("attachment; filename=\"yagura-log-{}.{}\"", &id[..8.min(id.len())], row.format);
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(ReaderStream::new(file))))
}
