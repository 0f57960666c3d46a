//! `POST /api/v1/assets/rounds`: a round begins. What it looks for is written down now, so that what joins or leaves the ledger meanwhile
//! does not change what was to be found.

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, error::Problem};
use yagura_vocabulary::Id;

use super::{StockRound, find, object};
use crate::server::place::fixed_group;

/// A new round.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStockRound {
    /// What people call it, at most 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Id of a fixed group: its assets are looked for, with all groups below. The whole organisation when absent.
    #[serde(default)]
    group: Option<String>,
    /// Only assets at this place, as it is written in the ledger.
    #[serde(default)]
    place: Option<String>,
}

/// Begin a round of stock-taking
///
/// Looks for what is in use, in stock or lent; what was returned or disposed of is not looked for.
#[utoipa::path(post, path = "/api/v1/assets/rounds", tag = "assets", request_body = NewStockRound,
    responses((status = 201, body = StockRound), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewStockRound>,
) -> ApiResult<(StatusCode, Json<StockRound>)> {
    let name = body.name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(ApiError::invalid("/name", "required", "a name of at most 100 characters"));
    }
    let (group, path) = fixed_group(&ctx, &caller, "/group", body.group.as_deref()).await?;
    let place = body.place.as_deref().unwrap_or_default().trim();
    let id = Id::<StockRound>::new().to_string();
    let mut change = Change::begin(&ctx, &caller, "assets_round.create").await?;
    sqlx::query(
        "INSERT INTO assets_round (id, name, group_id, place, opened_at, opened_by) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&id)
    .bind(name)
    .bind(&group)
    .bind(place)
    .bind(change.at().micros())
    .bind(&caller.name)
    .execute(change.on())
    .await?;
    let looked_for = sqlx::query(
        "INSERT INTO assets_round_asset (round_id, asset_id, expected, inventory_number, name, serial, place_before,
         person_before)
         SELECT $1, a.id, 1, a.inventory_number, a.name, a.serial, a.place, COALESCE(p.name, a.person)
         FROM assets_asset a LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id
         JOIN endpoints_group g ON g.id = COALESCE(e.group_id, a.group_id)
         LEFT JOIN people_person p ON p.id = e.primary_user_id
         WHERE g.id_path LIKE $2 AND ($3 = '' OR a.place = $3) AND a.standing NOT IN ('returned', 'disposed')",
    )
    .bind(&id)
    .bind(format!("{path}%"))
    .bind(place)
    .execute(change.on())
    .await?
    .rows_affected();
    if looked_for == 0 {
        return Err(ApiError::invalid(
            "",
            "nothing",
            "no asset in use, in stock or lent is in this group at this place",
        ));
    }
    change.commit(Audit::created(object(&id, name), &body)).await?;
    Ok((StatusCode::CREATED, Json(find(&ctx, &caller, &id).await?)))
}
