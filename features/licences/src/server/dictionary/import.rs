//! `POST /api/v1/licences/dictionary`: a list becomes part of the dictionary. Lines that are known are written anew.

use axum::{body::Body, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Query, error::Problem};

use super::{file::receive, preview::compared};
use crate::server::{
    catalogue::{dictionary, ring},
    for_all,
};

/// What becomes of lines that the file lacks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DictionaryQuery {
    /// Whether the file is the whole dictionary: lines that it lacks are removed then. They stay otherwise.
    replace: Option<bool>,
}

/// What an import did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DictionaryImported {
    created: usize,
    updated: usize,
    same: usize,
    removed: usize,
    /// Lines that could not be used; the preview names them.
    bad: usize,
}

/// Import the dictionary
///
/// CSV (UTF-8 or CP932) or a workbook of Excel. Products are compared with it in the background, at once.
#[utoipa::path(post, path = "/api/v1/licences/dictionary", tag = "licences", params(DictionaryQuery),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = DictionaryImported), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn import(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<DictionaryQuery>,
    body: Body,
) -> ApiResult<Json<DictionaryImported>> {
    for_all(&caller)?;
    let file = receive(body).await?;
    if file.good.is_empty() {
        return Err(ApiError::invalid("", "no_rows", "no line of the file can be used; the preview says why"));
    }
    let known = dictionary(&ctx).await?;
    let before = known.len();
    let (created, updated, same) = compared(&file, known);
    let mut change = Change::begin(&ctx, &caller, "software_dictionary.import").await?;
    let at = change.at().micros();
    let mut removed = 0;
    if query.replace == Some(true) {
        removed = before.saturating_sub(updated + same);
        sqlx::query("DELETE FROM licences_entry").execute(change.on()).await?;
    }
    for entry in &file.good {
        sqlx::query(
            "INSERT INTO licences_entry (entry_key, product, vendor, class, note, programs, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (entry_key) DO UPDATE SET product = excluded.product,
             vendor = excluded.vendor, class = excluded.class, note = excluded.note, programs = excluded.programs,
             changed_at = excluded.changed_at",
        )
        .bind(entry.key())
        .bind(&entry.product)
        .bind(&entry.vendor)
        .bind(entry.class.as_str())
        .bind(&entry.note)
        .bind(&entry.programs)
        .bind(at)
        .execute(change.on())
        .await?;
    }
    sqlx::query("UPDATE licences_state SET dictionary = dictionary + 1 WHERE one = 1").execute(change.on()).await?;
    let imported = DictionaryImported { created, updated, same, removed, bad: file.bad.len() };
    let object = Object::new("software_dictionary", &"all", "");
    change.commit(Audit::changed(object, &json!({"lines": before}), &imported)).await?;
    ring(&ctx);
    Ok(Json(imported))
}
