//! Machines that osquery runs on, and what they told last.

use yagura_server_kit::{ApiError, Context, Tx, secret};
use yagura_vocabulary::Id;

use crate::{
    osquery::{Message, Results, Tables, decode},
    server::{
        intake,
        ledger::{AssetKind, Source},
    },
};

/// Longest name that a machine may give itself, in letters.
const LONGEST: usize = 200;

/// A machine that has enrolled.
#[derive(Debug)]
pub(super) struct Node {
    id: String,
    pub intake: String,
    device: String,
}

/// Enrols a machine, and gives its key. One that enrols again has a new one, and the old one is worth nothing any more.
pub(super) async fn enrol(ctx: &Context, intake: &str, message: &Message) -> Result<String, ApiError> {
    let device: String = message.host_identifier.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect();
    if device.trim().is_empty() {
        return Err(ApiError::invalid("/host_identifier", "required", "the machine must say what it is called"));
    }
    let key = secret::new("ygo_")?;
    let mut tx = ctx.db().write().await?;
    sqlx::query(
        "INSERT INTO assets_osquery (id, intake_id, device, key_hash, enrolled_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (intake_id, device) DO UPDATE SET key_hash = excluded.key_hash, enrolled_at = excluded.enrolled_at",
    )
    .bind(Id::<Node>::new().to_string())
    .bind(intake)
    .bind(&device)
    .bind(secret::hash(&key))
    .bind(ctx.now().micros())
    .execute(tx.on())
    .await?;
    intake::count(tx.on(), intake, Source::Osquery, &device, ctx.now()).await?;
    let (machine,): (String,) = sqlx::query_as("SELECT id FROM assets_osquery WHERE intake_id = $1 AND device = $2")
        .bind(intake)
        .bind(&device)
        .fetch_one(tx.on())
        .await?;
    store(&mut tx, &machine, &message.details()).await?;
    tx.commit().await?;
    Ok(key)
}

/// The machine with this key, while its credential is in force.
pub(super) async fn node(ctx: &Context, key: &str) -> Result<Option<Node>, ApiError> {
    let found: Option<(String, String, String)> = sqlx::query_as(
        "SELECT o.id, o.intake_id, o.device FROM assets_osquery o JOIN assets_intake i ON i.id = o.intake_id
         WHERE o.key_hash = $1 AND i.revoked_at IS NULL",
    )
    .bind(secret::hash(key))
    .fetch_optional(ctx.db().read())
    .await?;
    Ok(found.map(|(id, intake, device)| Node { id, intake, device }))
}

/// Lays results over what the machine told before, and writes the whole down.
pub(super) async fn results(ctx: &Context, node: &Node, results: Results) -> Result<(), ApiError> {
    let mut tx = ctx.db().write_relaxed().await?;
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT name, cells FROM assets_osquery_table WHERE machine_id = $1")
            .bind(&node.id)
            .fetch_all(tx.on())
            .await?;
    let mut tables: Tables =
        rows.into_iter().filter_map(|(name, cells)| Some((name, serde_json::from_str(&cells).ok()?))).collect();
    let changed: Vec<String> = results.tables().map(str::to_owned).collect();
    if let Err(error) = results.apply(&mut tables) {
        drop(tx);
        return intake::refusal(ctx, &node.intake, &error.to_string()).await;
    }
    let anew: Tables =
        changed.into_iter().filter_map(|name| Some((name.clone(), tables.get(&name)?.clone()))).collect();
    store(&mut tx, &node.id, &anew).await?;
    let assets = decode(&tables, ctx.now());
    intake::machine(ctx, &mut tx, &node.intake, (Source::Osquery, &node.device), AssetKind::Computer, assets).await?;
    Ok(tx.commit().await?)
}

async fn store(tx: &mut Tx, machine: &str, tables: &Tables) -> Result<(), ApiError> {
    for (name, rows) in tables {
        sqlx::query(
            "INSERT INTO assets_osquery_table (machine_id, name, cells) VALUES ($1, $2, $3)
             ON CONFLICT (machine_id, name) DO UPDATE SET cells = excluded.cells",
        )
        .bind(machine)
        .bind(name)
        .bind(serde_json::to_string(rows).map_err(|error| ApiError::unavailable(&error))?)
        .execute(tx.on())
        .await?;
    }
    Ok(())
}
