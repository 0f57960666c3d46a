//! `GET /api/v1/assets/labels.pdf`: labels for the assets that are meant.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::header;
use serde::Deserialize;
use utoipa::IntoParams;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Query, error::Problem};

use crate::{
    label::{Label, Layout, write},
    server::{
        api::{list::LedgerQuery, selected, which::WhichQuery},
        place::organisation,
    },
};

/// Most labels of one file: 84 sheets of 24.
const MOST: usize = 2000;
/// Rows that are read at a time.
const AT_ONCE: usize = 200;

/// On which paper.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LabelsQuery {
    /// `a4_24` (24 faces of 70 x 33.9 mm), `a4_65` (65 faces of 38.1 x 21.2 mm), `single_62x29` (a label a page).
    layout: Option<String>,
    /// The face of the first sheet to begin with, from 1: those before it are used up.
    #[param(minimum = 1, maximum = 65)]
    start: Option<u32>,
}

/// Fetch labels for assets as PDF
///
/// For the same assets as the ledger has with these filters, in its order. The square on a label leads to the asset's page.
#[utoipa::path(get, path = "/api/v1/assets/labels.pdf", tag = "assets", params(LedgerQuery, WhichQuery, LabelsQuery),
    responses((status = 200, content((String = "application/pdf"))), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn labels(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<LedgerQuery>,
    Query(which): Query<WhichQuery>,
    Query(paper): Query<LabelsQuery>,
) -> ApiResult<Response> {
    let layout: Layout = paper.layout.as_deref().unwrap_or("a4_24").parse().map_err(
        |error: yagura_vocabulary::level::UnknownWord| ApiError::invalid("?layout", "unknown", error.to_string()),
    )?;
    let start = paper.start.unwrap_or(1) as usize;
    let faces = layout.size().faces();
    if !(1..=faces).contains(&start) {
        return Err(ApiError::invalid("?start", "out_of_range", format!("the sheet has the faces 1 to {faces}")));
    }
    let organisation = organisation(&ctx).await?;
    let ids = selected::ids(&ctx, &caller, &query, &which, MOST).await?;
    let mut labels = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        labels.extend(selected::rows(&ctx, &caller, some).await?.into_iter().map(|row| Label {
            address: format!("{}/a/{}", organisation.url, row.id),
            number: row.inventory_number,
            name: row.name,
            owner: organisation.title.clone(),
        }));
    }
    // Two thousand squares take a second: too long for a thread that answers others.
    let file = tokio::task::spawn_blocking(move || write(&labels, layout, start - 1, &organisation.title)).await;
    let file = file.map_err(|error| ApiError::unavailable(&error))?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"yagura-labels.pdf\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, file).into_response())
}
