//! `GET /api/v1/distribution/rollouts/{id}/export`: every endpoint of a rollout, for a spreadsheet.

use axum::{
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse as _, Response},
};
use futures_util::stream::{self, StreamExt as _};
use http::header;
use yagura_log_search::table::{BYTE_ORDER_MARK, harmless, line};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{
    list::{PartsQuery, page},
    view::RolloutPart,
};
use crate::model::Rollout;

/// What stands above the columns.
const TITLES: [&str; 10] = [
    "hostname",
    "ring",
    "state",
    "attempts",
    "changed_at",
    "restart",
    "why",
    "endpoint_id",
    "bytes_from_server",
    "bytes_from_neighbours",
];

/// Rows that are read at once.
const AT_ONCE: u32 = 1_000;

fn cells(part: RolloutPart) -> [String; 10] {
    [
        part.hostname,
        part.ring_name,
        part.state.as_str().to_owned(),
        part.attempt.to_string(),
        part.changed_at.to_string(),
        if part.restart { "yes" } else { "no" }.to_owned(),
        part.why,
        part.endpoint_id.to_string(),
        part.from_server.to_string(),
        part.from_neighbours.to_string(),
    ]
}

/// The rows of one page, and where the next one begins.
async fn rows(ctx: &Context, caller: &Caller, query: PartsQuery) -> Result<(Vec<u8>, Option<PartsQuery>), ApiError> {
    let page = page(ctx, caller, &query).await?;
    let mut bytes = Vec::new();
    for row in page.items {
        bytes.extend(line(cells(row.try_into()?).into_iter().map(harmless)));
    }
    let next = page.next_cursor.map(|cursor| PartsQuery { cursor: Some(cursor), ..query });
    Ok((bytes, next))
}

/// Export what became of a rollout
///
/// CSV: host name, ring, state, attempts, since when, whether a restart is needed, why, endpoint, bytes from the server and from neighbours.
#[utoipa::path(get, path = "/api/v1/distribution/rollouts/{id}/export", tag = "distribution", params(("id" = String, Path)),
    responses((status = 200, content((String = "text/csv"))), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn export(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<Rollout>>,
) -> ApiResult<Response> {
    let first = PartsQuery { rollout: Some(id.to_string()), limit: Some(AT_ONCE), ..PartsQuery::default() };
    let (found, next) = rows(&ctx, &caller, first).await?;
    if found.is_empty() {
        return Err(ApiError::not_found("rollout"));
    }
    let mut sheet = BYTE_ORDER_MARK.as_bytes().to_vec();
    sheet.extend(line(TITLES.into_iter().map(str::to_owned)));
    sheet.extend(found);
    let rest = stream::unfold(next, move |next| {
        let (ctx, caller) = (ctx.clone(), caller.clone());
        async move {
            let read = rows(&ctx, &caller, next?).await;
            // An error ends the answer before its end, which the browser sees.
            Some(match read {
                Ok((bytes, next)) => (Ok(Bytes::from(bytes)), next),
                Err(_) => (Err(std::io::Error::other("the database is away")), None),
            })
        }
    });
    let body = Body::from_stream(stream::once(async move { Ok::<_, std::io::Error>(Bytes::from(sheet)) }).chain(rest));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"yagura-rollout.csv\""),
    ];
    Ok((headers, body).into_response())
}
