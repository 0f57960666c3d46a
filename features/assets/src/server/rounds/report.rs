//! `GET /api/v1/assets/rounds/{id}/report`: the outcome, for a spreadsheet.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::header;
use serde::Deserialize;
use sqlx::AssertSqlSafe;
use utoipa::IntoParams;
use yagura_log_search::table::{BYTE_ORDER_MARK, harmless, line};
use yagura_server_kit::{ApiResult, Caller, Context, Path, Query, error::Problem};
use yagura_vocabulary::Time;

use super::{
    assets::{COLUMNS, Line, ORDER, RoundAsset, lines},
    find,
};
use crate::server::place::organisation;

/// For whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// The language of the words: `ja` or `en`; Japanese when absent.
    language: Option<String>,
}

const HEADS: [(&str, &str); 12] = [
    ("結果", "Outcome"),
    ("管理番号", "Inventory number"),
    ("名前", "Name"),
    ("製造番号", "Serial number"),
    ("台帳の場所", "Place in the ledger"),
    ("見つけた場所", "Found at"),
    ("台帳の利用者", "User in the ledger"),
    ("いまの利用者", "User now"),
    ("確かめた時刻", "Found on"),
    ("確かめた人", "Found by"),
    ("備考", "Note"),
    ("ID", "ID"),
];

/// Fetch the report of a round of stock-taking as CSV
///
/// What is missing comes first.
#[utoipa::path(get, path = "/api/v1/assets/rounds/{id}/report", tag = "assets", params(("id" = String, Path), ReportQuery),
    responses((status = 200, content((String = "text/csv"))), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn report(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<ReportQuery>,
) -> ApiResult<Response> {
    let round = find(&ctx, &caller, &id).await?;
    let japanese = query.language.as_deref() != Some("en");
    let zone = organisation(&ctx).await?.zone;
    let mut sheet = BYTE_ORDER_MARK.as_bytes().to_vec();
    sheet.extend(line(HEADS.iter().map(|(ja, en)| (if japanese { *ja } else { *en }).to_owned())));
    for state in ["missing", "found", "besides"] {
        let sql = format!("SELECT {COLUMNS} {} {ORDER}", lines(Some(state))?);
        let rows: Vec<Line> =
            sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).bind(&round.id).fetch_all(ctx.db().read()).await?;
        for one in rows.into_iter().map(RoundAsset::from) {
            let at = |at: Option<Time>| at.map(|at| crate::sheet::minute(at, &zone)).unwrap_or_default();
            let seen = one.seen_at.is_some();
            let now = |now: Option<String>, before: &str| {
                now.unwrap_or_else(|| if seen { before.to_owned() } else { String::new() })
            };
            let cells = [
                word(state, japanese).to_owned(),
                one.inventory_number,
                one.name,
                one.serial,
                one.place_before.clone(),
                now(one.place, &one.place_before),
                one.person_before.clone(),
                now(one.person, &one.person_before),
                at(one.seen_at),
                one.seen_by.unwrap_or_default(),
                one.note.unwrap_or_default(),
                one.id,
            ];
            sheet.extend(line(cells.into_iter().map(harmless)));
        }
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"yagura-stock-taking.csv\""),
    ];
    Ok((headers, sheet).into_response())
}

fn word(state: &str, japanese: bool) -> &'static str {
    match (state, japanese) {
        ("missing", true) => "見つからない",
        ("missing", false) => "missing",
        ("found", true) => "見つかった",
        ("found", false) => "found",
        (_, true) => "対象外で見つかった",
        (_, false) => "found besides",
    }
}
