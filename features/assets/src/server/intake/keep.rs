//! Writing down what was told. What could not be read changes nothing but the credential's own row, so the last good state stays.

use sqlx::AnyConnection;
use yagura_server_kit::{ApiError, Code, Context, Tx};
use yagura_vocabulary::Time;

use crate::{
    Assets,
    intake::{Family, Thing, Told},
    server::ledger::{AssetKind, Sighting, Source, sighted},
};

/// Most machines that one credential tells of: somebody who has stolen one does not fill the ledger.
const MOST_MACHINES: i64 = 20_000;
/// An agent's question is written down no more often.
const TOUCH_EVERY_MICROS: i64 = 60_000_000;

/// A message could not be used.
pub(in crate::server) async fn refusal(ctx: &Context, intake: &str, why: &str) -> Result<(), ApiError> {
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
    // The agent tells it all again tomorrow.
    let mut tx = ctx.db().write_relaxed().await?;
    machine(ctx, &mut tx, intake, (source, &told.device), kind, told.assets.clone()).await?;
    Ok(tx.commit().await?)
}

/// Writes down what a machine, known to a source by this name, has.
pub(in crate::server) async fn machine(
    ctx: &Context,
    tx: &mut Tx,
    intake: &str,
    (source, device): (Source, &str),
    kind: AssetKind,
    assets: Assets,
) -> Result<(), ApiError> {
    count(tx.on(), intake, source, device, ctx.now()).await?;
    let sighting = Sighting { source, key: device.to_owned(), kind, endpoint: None, assets };
    sighted(ctx, tx, &sighting).await.map(drop)
}

/// Counts a machine of a credential, which tells of so many and no more.
pub(in crate::server) async fn count(
    connection: &mut AnyConnection,
    intake: &str,
    source: Source,
    device: &str,
    now: Time,
) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO assets_intake_machine (intake_id, source, device, first_at, seen_at) VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT (intake_id, source, device) DO UPDATE SET seen_at = excluded.seen_at",
    )
    .bind(intake)
    .bind(source.as_str())
    .bind(device)
    .bind(now.micros())
    .execute(&mut *connection)
    .await?;
    let (machines,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM assets_intake_machine WHERE intake_id = $1")
        .bind(intake)
        .fetch_one(&mut *connection)
        .await?;
    if machines > MOST_MACHINES {
        return Err(ApiError::new(
            Code::TooLarge,
            format!("one credential tells of at most {MOST_MACHINES} machines; make another one"),
        ));
    }
    sqlx::query("UPDATE assets_intake SET last_used_at = $1 WHERE id = $2")
        .bind(now.micros())
        .bind(intake)
        .execute(connection)
        .await?;
    Ok(())
}
