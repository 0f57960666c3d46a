//! `GET /api/v1/assets/ledger.csv` and `ledger.xlsx`: the filtered ledger as a file, sent while it is read. Who fetches it is written down.

mod rows;

use std::io;

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures_util::stream;
use http::header;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use utoipa_axum::routes;
use yagura_log_search::table::{BYTE_ORDER_MARK, line};
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Context, Object, Permission as P, Query, Routes, error::Problem,
};

use crate::{
    server::{
        api::{list::LedgerQuery, selected, which::WhichQuery},
        place::organisation,
    },
    sheet::{Cell, Column, Words, Workbook},
};

/// Rows that are read and sent at a time.
const AT_ONCE: usize = 200;
/// Most rows of a file: a sheet of Excel has 1,048,576.
const MOST: usize = 1_000_000;

pub(super) fn routes() -> Routes {
    Routes::new().api(P::AssetsRead, routes!(csv)).api(P::AssetsRead, routes!(xlsx))
}

/// In which shape.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SheetQuery {
    /// Columns between commas, in their order: `name`, `kind`, `person`, `group`, `vendor`, `model`, `serial`, `os`, `cpu`, `memory`, `disk`,
    /// `fullest`, `ip`, `mac`, `standing`, `inventory_number`, `place`, `bought`, `price`, `lease`, `warranty`, `note`, `first`, `seen`,
    /// `sources`, `id`; `custom:NAME` for a field of the organisation's own. The usual ones when absent.
    columns: Option<String>,
    /// The language of the words: `ja` or `en`; Japanese when absent.
    language: Option<String>,
}

/// Fetch the ledger as CSV
#[utoipa::path(get, path = "/api/v1/assets/ledger.csv", tag = "assets", params(LedgerQuery, WhichQuery, SheetQuery),
    responses((status = 200, content((String = "text/csv"))), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn csv(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<LedgerQuery>,
    Query(which): Query<WhichQuery>,
    Query(shape): Query<SheetQuery>,
) -> ApiResult<Response> {
    send(ctx, caller, &query, &which, &shape, Kind::Csv).await
}

/// Fetch the ledger as a workbook
#[utoipa::path(get, path = "/api/v1/assets/ledger.xlsx", tag = "assets", params(LedgerQuery, WhichQuery, SheetQuery),
    responses((status = 200, content((String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn xlsx(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<LedgerQuery>,
    Query(which): Query<WhichQuery>,
    Query(shape): Query<SheetQuery>,
) -> ApiResult<Response> {
    send(ctx, caller, &query, &which, &shape, Kind::Xlsx).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Csv,
    Xlsx,
}

/// The file in the making.
enum Sheet {
    Csv(Vec<u8>),
    Xlsx(Box<Workbook>),
}

impl Sheet {
    fn begin(kind: Kind, headings: Vec<String>, words: Words) -> io::Result<Self> {
        Ok(match kind {
            Kind::Csv => {
                let mut begun = BYTE_ORDER_MARK.as_bytes().to_vec();
                begun.extend(line(headings.into_iter()));
                Self::Csv(begun)
            }
            Kind::Xlsx => {
                let name = if words == Words::Japanese { "台帳" } else { "Ledger" };
                Self::Xlsx(Box::new(Workbook::begin(name, &headings)?))
            }
        })
    }

    /// Adds rows; what of the file is ready to be sent.
    fn add(&mut self, rows: Vec<Vec<Cell>>) -> io::Result<Bytes> {
        match self {
            Self::Csv(waiting) => {
                let mut bytes = std::mem::take(waiting);
                for row in rows {
                    bytes.extend(line(row.into_iter().map(Cell::plain)));
                }
                Ok(bytes.into())
            }
            Self::Xlsx(book) => {
                for row in rows {
                    book.row(&row)?;
                }
                Ok(book.fetch().into())
            }
        }
    }

    fn end(self) -> io::Result<Bytes> {
        match self {
            Self::Csv(waiting) => Ok(waiting.into()),
            Self::Xlsx(book) => Ok(book.end()?.into()),
        }
    }
}

/// What is still to be sent.
struct Rest {
    ctx: Context,
    caller: Caller,
    ids: Vec<String>,
    done: usize,
    table: rows::Table,
    /// None once the end was sent.
    sheet: Option<Sheet>,
}

impl Rest {
    /// The next piece of the file.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let Some(mut sheet) = self.sheet.take() else { return Ok(None) };
        if self.done >= self.ids.len() {
            return sheet.end().map(Some);
        }
        let end = (self.done + AT_ONCE).min(self.ids.len());
        let rows = selected::rows(&self.ctx, &self.caller, &self.ids[self.done..end]).await;
        let rows = rows.map_err(|error| io::Error::other(format!("{error:?}")))?;
        self.done = end;
        let cells = rows.iter().map(|row| self.table.cells(row)).collect();
        // Packing two hundred rows takes milliseconds: too long for a thread that answers others.
        let (sheet, bytes) = tokio::task::spawn_blocking(move || {
            let bytes = sheet.add(cells);
            (sheet, bytes)
        })
        .await
        .map_err(io::Error::other)?;
        self.sheet = Some(sheet);
        bytes.map(Some)
    }
}

async fn send(
    ctx: Context,
    caller: Caller,
    query: &LedgerQuery,
    which: &WhichQuery,
    shape: &SheetQuery,
    kind: Kind,
) -> ApiResult<Response> {
    let words = if shape.language.as_deref() == Some("en") { Words::English } else { Words::Japanese };
    let columns = Column::chosen(shape.columns.as_deref().unwrap_or_default());
    let ids = selected::ids(&ctx, &caller, query, which, MOST).await?;
    let headings: Vec<String> = columns.iter().map(|column| column.heading(words)).collect();
    let change = Change::begin(&ctx, &caller, "assets.export").await?;
    let asked =
        json!({"lines": ids.len(), "columns": headings, "format": if kind == Kind::Csv { "csv" } else { "xlsx" }});
    change.commit(Audit::created(Object::new("asset", &"all", ""), &asked)).await?;
    let sheet = Sheet::begin(kind, headings, words).map_err(|error| ApiError::unavailable(&error))?;
    let table = rows::Table { columns, words, zone: organisation(&ctx).await?.zone };
    let rest = Rest { ctx, caller, ids, done: 0, table, sheet: Some(sheet) };
    let pieces = stream::try_unfold(rest, |mut rest| async move {
        let piece = rest.next().await.inspect_err(|error| {
            tracing::error!(%error, "failed to send the ledger as a file; the file that was sent is cut off");
        })?;
        Ok::<_, io::Error>(piece.map(|piece| (piece, rest)))
    });
    let (media, name) = match kind {
        Kind::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"yagura-assets.csv\""),
        Kind::Xlsx => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "attachment; filename=\"yagura-assets.xlsx\"",
        ),
    };
    let headers = [(header::CONTENT_TYPE, media), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(pieces)).into_response())
}
