//! Writing a list down, a transaction for each chunk, with its audit row.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::AnyConnection;
use yagura_server_kit::{ApiError, Audit, Caller, Change, Context, Object};
use yagura_vocabulary::Id;

use crate::{
    Assets,
    import::{BadRow, Row},
    server::ledger::{Asset, AssetKind, Sighting, Source, Written, sighted, write_down},
};

/// Rows of one transaction: others who want to write wait no longer than these take.
const CHUNK: usize = 50;

/// What became of a list so far.
#[derive(Debug, Default)]
struct Sum {
    done: usize,
    created: usize,
    updated: usize,
}

/// Writes all rows down, until the end, until somebody cancels it, or until the server stops.
pub(super) async fn run(ctx: Context, caller: Caller, job: String, name: String, rows: Vec<Row>, mut bad: Vec<BadRow>) {
    let mut sum = Sum::default();
    let stop = ctx.stopping();
    for chunk in rows.chunks(CHUNK) {
        if stop.is_cancelled() {
            // It shows as interrupted: the same file can be given again.
            return;
        }
        match write_chunk(&ctx, &caller, (&job, &name), chunk, &mut sum, &mut bad).await {
            Ok(true) => {}
            Ok(false) => return end(&ctx, &job, "cancelled").await,
            Err(error) => {
                tracing::error!(?error, job, "an import of assets failed");
                return end(&ctx, &job, "failed").await;
            }
        }
    }
    end(&ctx, &job, "done").await;
}

async fn end(ctx: &Context, job: &str, state: &str) {
    let ended = async {
        let mut tx = ctx.db().write().await?;
        sqlx::query("UPDATE assets_import SET state = $1, touched_at = $2 WHERE id = $3")
            .bind(state)
            .bind(ctx.now().micros())
            .bind(job)
            .execute(tx.on())
            .await?;
        tx.commit().await?;
        Ok::<(), ApiError>(())
    };
    if let Err(error) = ended.await {
        tracing::error!(?error, job, "the end of an import of assets could not be written down");
    }
}

/// Writes some rows; says whether to go on.
async fn write_chunk(
    ctx: &Context,
    caller: &Caller,
    (job, name): (&str, &str),
    rows: &[Row],
    sum: &mut Sum,
    bad: &mut Vec<BadRow>,
) -> Result<bool, ApiError> {
    let mut change = Change::begin(ctx, caller, "assets.import").await?;
    let (cancelled,): (i64,) = sqlx::query_as("SELECT cancel_wanted FROM assets_import WHERE id = $1")
        .bind(job)
        .fetch_one(change.on())
        .await?;
    if cancelled != 0 {
        return Ok(false);
    }
    let (mut created, mut updated, known_bad) = (0, 0, bad.len());
    for row in rows {
        // A row that fails leaves nothing behind, and the others of its chunk stay.
        sqlx::query("SAVEPOINT one_row").execute(change.on()).await?;
        match write_row(ctx, &mut change, row).await? {
            Ok(true) => created += 1,
            Ok(false) => updated += 1,
            Err(fault) => {
                sqlx::query("ROLLBACK TO SAVEPOINT one_row").execute(change.on()).await?;
                bad.push(fault);
            }
        }
        sqlx::query("RELEASE SAVEPOINT one_row").execute(change.on()).await?;
    }
    sum.done += rows.len();
    sum.created += created;
    sum.updated += updated;
    bad.sort_by_key(|one| one.line);
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    // Thousands of bad rows are not written again and again.
    let sheet = (bad.len() > known_bad).then(|| serde_json::to_string(bad)).transpose();
    let sheet = sheet.map_err(|error| ApiError::unavailable(&error))?;
    sqlx::query(
        "UPDATE assets_import SET done = $1, created = $2, updated = $3, bad = $4, bad_rows = COALESCE($5, bad_rows), touched_at = $6 WHERE id = $7",
    )
    .bind(count(sum.done))
    .bind(count(sum.created))
    .bind(count(sum.updated))
    .bind(count(bad.len()))
    .bind(sheet)
    .bind(ctx.now().micros())
    .bind(job)
    .execute(change.on())
    .await?;
    let after = json!({"created": created, "updated": updated, "lines": [rows.first().map(|row| row.line), rows.last().map(|row| row.line)]});
    change.commit(Audit::changed(Object::new("assets_import", &job, name), &(), &after)).await?;
    Ok(true)
}

/// Writes one row; says whether its asset is new, or why it cannot be.
async fn write_row(ctx: &Context, change: &mut Change, row: &Row) -> Result<Result<bool, BadRow>, ApiError> {
    let number = &row.inventory_number;
    let before: Option<(String,)> =
        sqlx::query_as("SELECT facts FROM assets_sighting WHERE source = $1 AND source_key = $2")
            .bind(Source::Import.as_str())
            .bind(number)
            .fetch_optional(change.on())
            .await?;
    let numbered: Option<(String, String)> =
        sqlx::query_as("SELECT id, kind FROM assets_asset WHERE inventory_number = $1 ORDER BY first_at, id LIMIT 1")
            .bind(number)
            .fetch_optional(change.on())
            .await?;
    let written = written(change.on(), numbered.as_ref().map(|(id, _)| id.as_str()), row).await?;
    if let (None, Some((id, _))) = (&before, &numbered) {
        // Somebody wrote this number on a machine that others tell of: they know better what it is.
        let asset: Id<Asset> = id.parse().map_err(|error| ApiError::unavailable(&error))?;
        write_down(change.on(), asset, &written).await?;
        return Ok(Ok(false));
    }
    let known = before.and_then(|(facts,)| serde_json::from_str(&facts).ok());
    let assets = facts(known.unwrap_or_else(|| Assets::none(ctx.now())), row);
    // A list without that column does not make a computer something else.
    let known = numbered.as_ref().and_then(|(_, kind)| kind.parse().ok());
    let kind = written.kind.or(known).unwrap_or(AssetKind::Other);
    let sighting = Sighting { source: Source::Import, key: number.clone(), kind, endpoint: None, assets };
    let there = sighted(ctx, change.tx(), &sighting).await?;
    let (other,): (String,) = sqlx::query_as("SELECT inventory_number FROM assets_asset WHERE id = $1")
        .bind(there.asset.to_string())
        .fetch_one(change.on())
        .await?;
    if !other.is_empty() && other != *number {
        // The same machine under two numbers: somebody has to say which is right.
        return Ok(Err(BadRow::new(row.line, None, "other_number", Some(&other))));
    }
    write_down(change.on(), there.asset, &written).await?;
    Ok(Ok(there.new))
}

/// What the row says of the machine itself, laid over what the list said before.
fn facts(mut assets: Assets, row: &Row) -> Assets {
    let known = |text: &String| crate::known::known(text).map(str::to_owned);
    let put = |name: &str, place: &mut Option<String>| {
        if let Some(text) = row.texts.get(name) {
            *place = known(text);
        }
    };
    put("vendor", &mut assets.hardware.vendor);
    put("model", &mut assets.hardware.model);
    put("serial", &mut assets.hardware.serial);
    put("name", &mut assets.os.hostname);
    let mut interface = assets.network.pop().unwrap_or_default();
    put("mac", &mut interface.mac);
    if let Some(ip) = row.texts.get("ip") {
        interface.ipv4 = known(ip).into_iter().collect();
    }
    let empty = interface.mac.is_none() && interface.ipv4.is_empty();
    assets.network = if empty { Vec::new() } else { vec![interface] };
    assets
}

/// What the row says that no source can know. Fields of the organisation's own that the file lacks stay.
async fn written(connection: &mut AnyConnection, asset: Option<&str>, row: &Row) -> Result<Written, ApiError> {
    let text = |name: &str| row.texts.get(name).cloned();
    let day = |name: &str| row.days.get(name).copied();
    let custom = if row.custom.is_empty() {
        None
    } else {
        let known: Option<(String,)> = sqlx::query_as("SELECT custom FROM assets_asset WHERE id = $1")
            .bind(asset.unwrap_or_default())
            .fetch_optional(connection)
            .await?;
        let mut fields: BTreeMap<String, String> =
            known.and_then(|(text,)| serde_json::from_str(&text).ok()).unwrap_or_default();
        for (name, value) in &row.custom {
            if value.is_empty() {
                fields.remove(name);
            } else {
                fields.insert(name.clone(), value.clone());
            }
        }
        Some(fields)
    };
    Ok(Written {
        kind: row.texts.get("kind").and_then(|word| word.parse().ok()),
        inventory_number: Some(row.inventory_number.clone()),
        person: text("person"),
        place: text("place"),
        standing: row.texts.get("standing").and_then(|word| word.parse().ok()),
        bought_at: day("bought_at"),
        price: text("price"),
        lease_until: day("lease_until"),
        warranty_until: day("warranty_until"),
        note: text("note"),
        custom,
    })
}
