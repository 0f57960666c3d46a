//! `GET /api/v1/assets/rounds/{id}/assets`: what a round looks for, and what was found.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::{IntoParams, ToSchema};
use yagura_server_kit::{
    ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Path, Query, error::Problem,
};
use yagura_vocabulary::Time;

use super::{find, line_seen};

/// Which of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RoundAssetsQuery {
    /// `missing`, `found` (looked for and found), `besides` (found and not looked for); all when absent.
    state: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// An asset in a round, as it was called when the round began.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RoundAsset {
    /// The asset's id. It may have left the ledger since.
    pub id: String,
    pub inventory_number: String,
    pub name: String,
    pub serial: String,
    /// `missing`, `found`, `besides`.
    pub state: String,
    /// Where the ledger said that it is,
    pub place_before: String,
    /// and with whom.
    pub person_before: String,
    pub seen_at: Option<Time>,
    pub seen_by: Option<String>,
    /// Where it was found; null where nobody said, as where it was expected.
    pub place: Option<String>,
    pub person: Option<String>,
    pub note: Option<String>,
}

#[derive(FromRow)]
pub(super) struct Line {
    asset_id: String,
    expected: i64,
    inventory_number: String,
    name: String,
    serial: String,
    place_before: String,
    person_before: String,
    seen_at: Option<i64>,
    seen_by: Option<String>,
    place: Option<String>,
    person: Option<String>,
    note: Option<String>,
}

impl From<Line> for RoundAsset {
    fn from(line: Line) -> Self {
        let state = match (line.expected, line.seen_at) {
            (0, _) => "besides",
            (_, None) => "missing",
            _ => "found",
        };
        Self {
            id: line.asset_id,
            inventory_number: line.inventory_number,
            name: line.name,
            serial: line.serial,
            state: state.to_owned(),
            place_before: line.place_before,
            person_before: line.person_before,
            seen_at: line.seen_at.map(Time::from_micros),
            seen_by: line.seen_by,
            place: line.place,
            person: line.person,
            note: line.note,
        }
    }
}

/// The lines of the round `$2` that the caller `$1` may see, in the order of a walk: by place, then by name.
pub(super) fn lines(state: Option<&str>) -> Result<String, ApiError> {
    let state = match state {
        None => "1 = 1",
        Some("missing") => "i.expected = 1 AND i.seen_at IS NULL",
        Some("found") => "i.expected = 1 AND i.seen_at IS NOT NULL",
        Some("besides") => "i.expected = 0",
        Some(_) => return Err(ApiError::invalid("?state", "unknown", "missing, found or besides")),
    };
    Ok(format!("FROM assets_round_asset i WHERE {} AND i.round_id = $2 AND {state}", line_seen()))
}

pub(super) const COLUMNS: &str =
    "i.asset_id, i.expected, i.inventory_number, i.name, i.serial, i.place_before, i.person_before, i.seen_at,
    i.seen_by, i.place, i.person, i.note";
pub(super) const ORDER: &str = "ORDER BY i.place_before, i.name, i.asset_id";

#[derive(Serialize, Deserialize)]
struct Place {
    offset: i64,
}

/// List the assets of a round of stock-taking
#[utoipa::path(get, path = "/api/v1/assets/rounds/{id}/assets", tag = "assets", params(("id" = String, Path), RoundAssetsQuery),
    responses((status = 200, body = Page<RoundAsset>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn assets(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<RoundAssetsQuery>,
) -> ApiResult<Json<Page<RoundAsset>>> {
    let round = find(&ctx, &caller, &id).await?;
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let offset = paging.after::<Place>()?.map_or(0, |place| place.offset.max(0));
    let lines = lines(query.state.as_deref())?;
    let sql = format!("SELECT {COLUMNS} {lines} {ORDER} LIMIT $3 OFFSET $4");
    let rows: Vec<Line> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(&round.id)
        .bind(i64::from(limit) + 1)
        .bind(offset)
        .fetch_all(ctx.db().read())
        .await?;
    let sql = format!("SELECT COUNT(*) {lines}");
    let (count,): (i64,) =
        sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).bind(&round.id).fetch_one(ctx.db().read()).await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    let next = offset + i64::from(limit);
    Ok(Json(Page::cut(rows.into_iter().map(RoundAsset::from).collect(), limit, count, |_| Place { offset: next })))
}
