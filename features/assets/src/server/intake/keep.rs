//! Writing down what was told. What could not be read changes nothing but the credential's own row, so the last good state stays.

use yagura_server_kit::{ApiError, Code, Context};

use crate::{
    intake::{Family, Thing, Told},
    server::ledger::{AssetKind, Sighting, Source, sighted},
};

/// Most machines that one credential tells of: somebody who has stolen one does not fill the ledger.
const MOST_MACHINES: i64 = 20_000;
/// An agent's question is written down no more often.
const TOUCH_EVERY_MICROS: i64 = 60_000_000;

/// A message could not be used.
pub(super) async fn refusal(ctx: &Context, intake: &str, why: &str) -> Result<(), ApiError> {
    let mut tx = ctx.db().write_relaxed().await?;
    sqlx::query("UPDATE assets_intake SET last_used_at = $1, refused_at = $1, refused_why = $2 WHERE id = $3")
        .bind(ctx.now().micros())
        .bind(why)
        .bind(intake)
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}

/// An agent asked whether it shall send.
pub(super) async fn question(ctx: &Context, intake: &str) -> Result<(), ApiError> {
    let now = ctx.now().micros();
    let (last,): (Option<i64>,) = sqlx::query_as("SELECT last_used_at FROM assets_intake WHERE id = $1")
        .bind(intake)
        .fetch_one(ctx.db().read())
        .await?;
    if last.is_some_and(|last| now - last < TOUCH_EVERY_MICROS) {
        return Ok(());
    }
    let mut tx = ctx.db().write_relaxed().await?;
    sqlx::query("UPDATE assets_intake SET last_used_at = $1 WHERE id = $2")
        .bind(now)
        .bind(intake)
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}

/// An agent said what its machine has.
pub(super) async fn inventory(ctx: &Context, intake: &str, told: &Told) -> Result<(), ApiError> {
    let source = match told.family {
        Family::Fusion | Family::Glpi => Source::FusionInventory,
        Family::Ocs => Source::Ocs,
    };
    let kind = match told.thing {
        Thing::Computer => AssetKind::Computer,
        Thing::Server => AssetKind::Server,
        Thing::Printer => AssetKind::Printer,
        Thing::Network => AssetKind::Network,
        Thing::Phone => AssetKind::Phone,
    };
    let now = ctx.now().micros();
    // The agent tells it all again tomorrow.
    let mut tx = ctx.db().write_relaxed().await?;
    sqlx::query(
        "INSERT INTO assets_intake_machine (intake_id, source, device, first_at, seen_at) VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT (intake_id, source, device) DO UPDATE SET seen_at = excluded.seen_at",
    )
    .bind(intake)
    .bind(source.as_str())
    .bind(&told.device)
    .bind(now)
    .execute(tx.on())
    .await?;
    let (machines,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM assets_intake_machine WHERE intake_id = $1")
        .bind(intake)
        .fetch_one(tx.on())
        .await?;
    if machines > MOST_MACHINES {
        return Err(ApiError::new(
            Code::TooLarge,
            format!("one credential tells of at most {MOST_MACHINES} machines; make another one"),
        ));
    }
    sqlx::query("UPDATE assets_intake SET last_used_at = $1 WHERE id = $2")
        .bind(now)
        .bind(intake)
        .execute(tx.on())
        .await?;
    let assets = told.assets.clone();
    let sighting = Sighting { source, key: told.device.clone(), kind, endpoint: None, assets };
    sighted(ctx, &mut tx, &sighting).await?;
    Ok(tx.commit().await?)
}
