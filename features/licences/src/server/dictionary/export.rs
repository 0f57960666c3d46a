//! `GET /api/v1/licences/dictionary/export`: the dictionary for a spreadsheet, as it can be imported again.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::header;
use yagura_log_search::table::{BYTE_ORDER_MARK, harmless, line};
use yagura_server_kit::{ApiResult, Context, error::Problem};

use crate::{dictionary::titles, server::catalogue::dictionary};

/// Export the dictionary
///
/// CSV: product, vendor, class, note, programs.
#[utoipa::path(get, path = "/api/v1/licences/dictionary/export", tag = "licences",
    responses((status = 200, content((String = "text/csv"))), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn export(State(ctx): State<Context>) -> ApiResult<Response> {
    let mut sheet = BYTE_ORDER_MARK.as_bytes().to_vec();
    sheet.extend(line(titles().into_iter()));
    for entry in dictionary(&ctx).await? {
        sheet.extend(line(entry.cells().into_iter().map(harmless)));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"yagura-software-dictionary.csv\""),
    ];
    Ok((headers, sheet).into_response())
}
