//! `POST /api/v1/assets/imports/preview`: what a file holds and what is wrong with it. Nothing is changed.

use axum::{body::Body, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yagura_server_kit::{ApiResult, Caller, Context, Json, Query, error::Problem};

use super::{file::receive, for_all};
use crate::import::{BadRow, ListFormat};

/// Rows that are shown as they stand in the file.
const FIRST: usize = 5;
/// Bad rows that are shown.
pub(super) const MOST_BAD: usize = 200;

/// How the file is to be understood.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MappingQuery {
    /// What each column is, in order, between commas: `inventory_number`, `name`, `kind`, `vendor`, `model`, `serial`, `mac`, `ip`, `person`,
    /// `place`, `standing`, `lease_until`, `warranty_until`, `bought_at`, `price`, `note`, `custom`, `ignore`. By the titles when absent.
    mapping: Option<String>,
}

/// A column of the file.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportColumn {
    title: String,
    /// What it is taken for.
    target: String,
}

/// What a file holds.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportPreview {
    format: ListFormat,
    /// The line of the titles, from 1.
    title_line: u64,
    columns: Vec<ImportColumn>,
    /// The first rows, as they stand there.
    first: Vec<Vec<String>>,
    /// Rows below the titles.
    rows: usize,
    /// Rows that can be used.
    good: usize,
    /// Rows that cannot, at most 200 of them.
    bad: Vec<BadRow>,
    /// How many faults there are.
    faults: usize,
}

/// Preview an import of assets
///
/// CSV (UTF-8 or CP932) or a workbook of Excel.
#[utoipa::path(post, path = "/api/v1/assets/imports/preview", tag = "assets", params(MappingQuery),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportPreview), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<MappingQuery>,
    body: Body,
) -> ApiResult<Json<ImportPreview>> {
    for_all(&caller)?;
    let file = receive(&ctx, body, query.mapping.as_deref()).await?;
    let target = |at: usize| file.mapping.get(at).map_or("ignore", |target| target.as_str()).to_owned();
    let columns = file.table.titles.iter().enumerate();
    Ok(Json(ImportPreview {
        format: file.table.format,
        title_line: file.table.title_line,
        columns: columns.map(|(at, title)| ImportColumn { title: title.clone(), target: target(at) }).collect(),
        first: file.table.first(FIRST),
        rows: file.table.len(),
        good: file.good.len(),
        faults: file.bad.len(),
        bad: file.bad.into_iter().take(MOST_BAD).collect(),
    }))
}
