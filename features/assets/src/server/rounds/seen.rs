//! `POST /api/v1/assets/rounds/{id}/seen`: somebody stands before an asset.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};

use super::{
    assets::{COLUMNS, Line, RoundAsset},
    find, object,
};
use crate::server::{
    api::view::{FROM, Row, SELECT, seen_by},
    ledger::{Written, write_down},
};

/// What is before somebody.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeenAsset {
    /// The asset's id, as the square on its label says,
    #[serde(default)]
    asset: Option<String>,
    /// or its inventory number or serial number, as somebody typed it.
    #[serde(default)]
    number: Option<String>,
    /// Where it is now, if that is not what the ledger says.
    #[serde(default)]
    place: Option<String>,
    /// Who has it now, if that is not what the ledger says.
    #[serde(default)]
    person: Option<String>,
    /// What else was noticed.
    #[serde(default)]
    note: Option<String>,
}

/// Mark an asset as found
///
/// A place or a person that is said goes into the ledger too. To mark it again writes over what was said before.
#[utoipa::path(post, path = "/api/v1/assets/rounds/{id}/seen", tag = "assets", params(("id" = String, Path)),
    request_body = SeenAsset, responses((status = 200, body = RoundAsset), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn seen(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Json(body): Json<SeenAsset>,
) -> ApiResult<Json<RoundAsset>> {
    let round = find(&ctx, &caller, &id).await?;
    let asset = meant(&ctx, &caller, &body).await?;
    let said =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let (place, person, note) = (said(&body.place), said(&body.person), said(&body.note));
    let written = Written {
        place: place.clone().filter(|place| *place != asset.place),
        person: person.clone().filter(|person| *person != asset.person),
        ..Written::default()
    };
    written.check()?;
    Written { note: note.clone(), ..Written::default() }.check()?;
    let mut change = Change::begin(&ctx, &caller, "assets_round.seen").await?;
    // Asked in the transaction: somebody may be closing it.
    let open: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM assets_round WHERE id = $1 AND closed_at IS NULL")
        .bind(&round.id)
        .fetch_optional(change.on())
        .await?;
    if open.is_none() {
        return Err(ApiError::conflict("the round is closed: begin another one"));
    }
    sqlx::query(
        "INSERT INTO assets_round_asset (round_id, asset_id, expected, inventory_number, name, serial, place_before,
         person_before, seen_at, seen_by, place, person, note) VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (round_id, asset_id) DO UPDATE SET seen_at = excluded.seen_at, seen_by = excluded.seen_by,
         place = excluded.place, person = excluded.person, note = excluded.note",
    )
    .bind(&round.id)
    .bind(&asset.id)
    .bind(&asset.inventory_number)
    .bind(&asset.name)
    .bind(&asset.serial)
    .bind(&asset.place)
    .bind(&asset.person)
    .bind(change.at().micros())
    .bind(&caller.name)
    .bind(&place)
    .bind(&person)
    .bind(&note)
    .execute(change.on())
    .await?;
    if written != Written::default() {
        let id = asset.id.parse().map_err(|error| ApiError::unavailable(&error))?;
        write_down(change.on(), id, &written).await?;
    }
    let sql = format!("SELECT {COLUMNS} FROM assets_round_asset i WHERE i.round_id = $1 AND i.asset_id = $2");
    let line: Line = sqlx::query_as(AssertSqlSafe(sql)).bind(&round.id).bind(&asset.id).fetch_one(change.on()).await?;
    let found = RoundAsset::from(line);
    let before = serde_json::json!({"asset": asset.id, "place": asset.place, "person": asset.person});
    change.commit(Audit::changed(object(&round.id, &round.name), &before, &found)).await?;
    Ok(Json(found))
}

/// The asset that is meant. A number that two have is asked about, not guessed.
async fn meant(ctx: &Context, caller: &Caller, body: &SeenAsset) -> Result<Row, ApiError> {
    let unknown = || ApiError::not_found("asset");
    if let Some(id) = &body.asset {
        return Ok(crate::server::api::view::find(ctx, caller, id).await?.1);
    }
    let number = body.number.as_deref().unwrap_or_default().trim().to_lowercase();
    if number.is_empty() {
        return Err(ApiError::invalid("/number", "required", "say which asset: by its id or by a number"));
    }
    let sql = format!(
        "{SELECT} {FROM} WHERE {} AND (lower(a.inventory_number) = $2 OR lower(a.serial) = $2)
         AND a.standing NOT IN ('returned', 'disposed') ORDER BY a.id LIMIT 2",
        seen_by(1)
    );
    let mut rows: Vec<Row> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).bind(&number).fetch_all(ctx.db().read()).await?;
    if rows.len() > 1 {
        return Err(ApiError::conflict("several assets have this number: read the label, or the other number"));
    }
    rows.pop().ok_or_else(unknown)
}
