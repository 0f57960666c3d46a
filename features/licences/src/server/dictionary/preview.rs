//! `POST /api/v1/licences/dictionary/preview`: what a list would change, and what is wrong with it. Nothing is changed.

use std::collections::BTreeMap;

use axum::{body::Body, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use yagura_assets::import::{BadRow, ListFormat};
use yagura_server_kit::{ApiResult, Caller, Context, Json, error::Problem};

use super::file::{File, receive};
use crate::{
    dictionary::Entry,
    server::{catalogue::dictionary, for_all},
};

/// Lines that are shown.
const FIRST: usize = 20;
/// Bad rows that are shown.
const MOST_BAD: usize = 200;

/// What a list holds.
#[derive(Serialize, ToSchema)]
pub(crate) struct DictionaryPreview {
    format: ListFormat,
    /// Lines that are new.
    created: usize,
    /// Lines that are known and would change.
    updated: usize,
    /// Lines that are known and stay.
    same: usize,
    /// Lines that cannot be used.
    faults: usize,
    /// Those, at most 200: `required`, `too_long`, `unknown_class`, `duplicate`, `too_broad`, `wrong_field_count`, `bad_encoding`,
    /// `bad_csv`.
    bad: Vec<BadRow>,
    /// The first lines, as they are understood.
    first: Vec<Entry>,
}

/// How many lines are new, would change, and stay.
pub(super) fn compared(file: &File, known: Vec<Entry>) -> (usize, usize, usize) {
    let known: BTreeMap<String, Entry> = known.into_iter().map(|entry| (entry.key(), entry)).collect();
    let (mut created, mut updated, mut same) = (0, 0, 0);
    for entry in &file.good {
        match known.get(&entry.key()) {
            None => created += 1,
            Some(before) if before == entry => same += 1,
            Some(_) => updated += 1,
        }
    }
    (created, updated, same)
}

/// Preview an import of the dictionary
#[utoipa::path(post, path = "/api/v1/licences/dictionary/preview", tag = "licences",
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = DictionaryPreview), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(ctx): State<Context>,
    caller: Caller,
    body: Body,
) -> ApiResult<Json<DictionaryPreview>> {
    for_all(&caller)?;
    let file = receive(body).await?;
    let (created, updated, same) = compared(&file, dictionary(&ctx).await?);
    Ok(Json(DictionaryPreview {
        format: file.format,
        created,
        updated,
        same,
        faults: file.bad.len(),
        bad: file.bad.into_iter().take(MOST_BAD).collect(),
        first: file.good.into_iter().take(FIRST).collect(),
    }))
}
