//! `POST /api/v1/assets/imports`: a file is written down. The answer comes at once; the work goes on in the background.

use axum::{body::Body, extract::State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Query, error::Problem};
use yagura_vocabulary::Id;

use super::{
    apply,
    file::receive,
    for_all,
    job::{ImportJob, find},
};

/// Longest name of a file that is kept, in characters.
const LONGEST_NAME: usize = 200;

/// How the file is to be understood.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StartQuery {
    /// What each column is, as in the preview. By the titles when absent.
    mapping: Option<String>,
    /// The file's name.
    name: Option<String>,
}

/// Import assets
///
/// Rows that cannot be used are left out and can be fetched afterwards. An asset with the same inventory number is updated; assets that the
/// file does not name stay as they are.
#[utoipa::path(post, path = "/api/v1/assets/imports", tag = "assets", params(StartQuery),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 202, body = ImportJob), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn start(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<StartQuery>,
    body: Body,
) -> ApiResult<(StatusCode, Json<ImportJob>)> {
    for_all(&caller)?;
    let file = receive(&ctx, body, query.mapping.as_deref()).await?;
    if file.good.is_empty() {
        return Err(ApiError::invalid("", "no_rows", "no row of the file can be used; the preview says why"));
    }
    let name: String = query.name.unwrap_or_default().chars().take(LONGEST_NAME).collect();
    let id = Id::<ImportJob>::new();
    let mut change = Change::begin(&ctx, &caller, "assets.import").await?;
    sqlx::query(
        "INSERT INTO assets_import (id, name, state, cancel_wanted, good, done, created, updated, bad, bad_rows, created_by,
         started_at, touched_at) VALUES ($1, $2, 'running', 0, $3, 0, 0, 0, $4, $5, $6, $7, $7)",
    )
    .bind(id.to_string())
    .bind(&name)
    .bind(i64::try_from(file.good.len()).unwrap_or(i64::MAX))
    .bind(i64::try_from(file.bad.len()).unwrap_or(i64::MAX))
    .bind(serde_json::to_string(&file.bad).map_err(|error| ApiError::unavailable(&error))?)
    .bind(&caller.name)
    .bind(change.at().micros())
    .execute(change.on())
    .await?;
    let after = json!({"file": name, "good": file.good.len(), "bad": file.bad.len()});
    change.commit(Audit::created(Object::new("assets_import", &id, &name), &after)).await?;
    let work = apply::run(ctx.clone(), caller, id.to_string(), name, file.good, file.bad);
    ctx.spawn(work);
    Ok((StatusCode::ACCEPTED, Json(find(&ctx, &id.to_string()).await?)))
}
