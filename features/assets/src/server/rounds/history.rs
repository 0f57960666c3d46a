//! `GET /api/v1/assets/ledger/{id}/rounds`: when an asset was looked for, and whether it was found.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Page, Path, error::Problem};
use yagura_vocabulary::Time;

use crate::server::api::view;

/// An asset's part in a round.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AssetRound {
    /// The round's id.
    pub id: String,
    pub name: String,
    pub opened_at: Time,
    pub closed_at: Option<Time>,
    /// When it was found; null if it was not.
    pub seen_at: Option<Time>,
    pub seen_by: Option<String>,
    /// Where it was found, if that was not where the ledger had it.
    pub place: Option<String>,
    pub note: Option<String>,
}

type Found = (String, String, i64, Option<i64>, Option<i64>, Option<String>, Option<String>, Option<String>);

/// List the rounds of stock-taking of an asset
///
/// The newest first, at most 50.
#[utoipa::path(get, path = "/api/v1/assets/ledger/{id}/rounds", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, body = Page<AssetRound>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn history(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Page<AssetRound>>> {
    let (asset, _) = view::find(&ctx, &caller, &id).await?;
    let rows: Vec<Found> = sqlx::query_as(
        "SELECT r.id, r.name, r.opened_at, r.closed_at, i.seen_at, i.seen_by, i.place, i.note FROM assets_round_asset i
         JOIN assets_round r ON r.id = i.round_id WHERE i.asset_id = $1 ORDER BY r.opened_at DESC, r.id DESC LIMIT 50",
    )
    .bind(asset.to_string())
    .fetch_all(ctx.db().read())
    .await?;
    let round = |(id, name, opened_at, closed_at, seen_at, seen_by, place, note): Found| AssetRound {
        id,
        name,
        opened_at: Time::from_micros(opened_at),
        closed_at: closed_at.map(Time::from_micros),
        seen_at: seen_at.map(Time::from_micros),
        seen_by,
        place,
        note,
    };
    Ok(Json(Page::whole(rows.into_iter().map(round).collect())))
}
