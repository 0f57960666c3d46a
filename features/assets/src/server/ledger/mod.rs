//! The ledger: one row for each thing that the organisation has, whoever told of it.
//!
//! A [`Sighting`] is what one source says of one machine. It is taken for an asset that is known, or makes a new one
//! ([`identity`](crate::identity) decides); the best source of an asset leads: its words are shown, and what changes in them is history.

mod changed;
mod facts;
mod home;
mod leading;
mod packages;
mod written;

use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use yagura_channel::wire::key::sha256;
use yagura_server_kit::{ApiError, Context, Tx, db::Kind};
use yagura_vocabulary::{Id, Time, id::EndpointId, words};

pub(crate) use self::{
    facts::show_again,
    home::make,
    leading::{choose, step_down},
    packages::fold,
    written::{AssetStanding, Written, write_down},
};
use crate::{Assets, identity::Identity};

/// The kind of ids of assets.
#[derive(Debug)]
pub(crate) enum Asset {}

words! {
    /// Who told of an asset, the most trustworthy first.
    Source {
        /// Our agent.
        Agent = "agent",
        /// An agent that speaks FusionInventory's protocol.
        FusionInventory = "fusioninventory",
        /// An agent of OCS Inventory.
        Ocs = "ocs",
        /// osquery.
        Osquery = "osquery",
        /// The device itself, asked by SNMP.
        Snmp = "snmp",
        /// A list that was imported, or a form.
        Import = "import",
    }
}

words! {
    /// What an asset is.
    AssetKind {
        /// A computer that people work at.
        Computer = "computer",
        /// A server.
        Server = "server",
        /// A printer.
        Printer = "printer",
        /// A switch, a router, an access point.
        Network = "network",
        /// A phone or a tablet.
        Phone = "phone",
        /// Something else.
        Other = "other",
    }
}

/// What one source says of one machine.
#[derive(Debug, Clone)]
pub(crate) struct Sighting {
    /// Who says it.
    pub source: Source,
    /// The source's own lasting name of the machine.
    pub key: String,
    /// What it is.
    pub kind: AssetKind,
    /// The endpoint that our agent runs on.
    pub endpoint: Option<EndpointId>,
    /// What it has. `os.hostname`, `hardware.uuid`, `hardware.serial` and `network[].mac` are what it is recognised by.
    pub assets: Assets,
}

/// Where a sighting went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sighted {
    /// The asset that it is of.
    pub asset: Id<Asset>,
    /// Whether the asset is new in the ledger.
    pub new: bool,
}

/// Writes a sighting down: finds or makes its asset, and keeps what changed.
///
/// # Errors
/// When the database is away.
pub(crate) async fn sighted(ctx: &Context, tx: &mut Tx, sighting: &Sighting) -> Result<Sighted, ApiError> {
    let now = ctx.now();
    turn(ctx, tx.on()).await?;
    let number = number_of(&[sighting.source.as_str(), &sighting.key]);
    let identity = Identity::of(&sighting.assets);
    let home = home::find(ctx, tx.on(), number, sighting, &identity).await?;
    let before = write(tx.on(), number, &home, sighting, now).await?;
    home::mark(tx.on(), number, &identity, &home.doubts).await?;
    let led = before.as_ref().is_some_and(|before| before.leads);
    let packages = packages::write(tx.on(), number, led, &sighting.assets.software, now).await?;
    let leads = leading::choose(tx.on(), home.asset).await? == Some(number);
    if leads {
        facts::show(tx.on(), home.asset, sighting, now).await?;
    }
    if let Some(before) = before.and_then(|before| before.facts).filter(|_| leads) {
        changed::write(ctx, tx, home.asset, &before, &packages, sighting).await?;
    }
    Ok(Sighted { asset: home.asset, new: home.new })
}

/// Those who change what leads, or lay assets together, do it one after the other: two sources that tell of one new machine at the same
/// moment would make two assets of it, and two machines that get the same packages would wait for each other's counts. SQLite has one
/// writer in any case.
pub(crate) async fn turn(ctx: &Context, connection: &mut AnyConnection) -> Result<(), ApiError> {
    /// Any number that nobody else takes: "assets" as bytes.
    const LOCK: i64 = 0x6173_7365_7473;
    if ctx.db().kind() == Kind::Postgres {
        // It ends with the transaction.
        sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)").bind(LOCK).execute(connection).await?;
    }
    Ok(())
}

/// A sighting as it was.
struct Before {
    /// What it said, without its software; none where an older version wrote what this one cannot read.
    facts: Option<Assets>,
    leads: bool,
}

/// Writes the sighting's own row; gives what it was before.
async fn write(
    connection: &mut AnyConnection,
    number: i64,
    home: &home::Home,
    sighting: &Sighting,
    now: Time,
) -> Result<Option<Before>, ApiError> {
    let before: Option<(String, i64)> = sqlx::query_as("SELECT facts, leads FROM assets_sighting WHERE number = $1")
        .bind(number)
        .fetch_optional(&mut *connection)
        .await?;
    let facts =
        serde_json::to_string(&sighting.assets.but_software()).map_err(|error| ApiError::unavailable(&error))?;
    sqlx::query(
        "INSERT INTO assets_sighting (number, asset_id, source, source_key, why, leads, facts, first_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $7)
         ON CONFLICT (number) DO UPDATE SET facts = excluded.facts, seen_at = excluded.seen_at",
    )
    .bind(number)
    .bind(home.asset.to_string())
    .bind(sighting.source.as_str())
    .bind(&sighting.key)
    .bind(home.why.as_str())
    .bind(facts)
    .bind(now.micros())
    .execute(connection)
    .await?;
    Ok(before.map(|(facts, leads)| Before { facts: serde_json::from_str(&facts).ok(), leads: leads != 0 }))
}

/// A number that stands for some words: the first 63 bits of their SHA-256. Nobody has to be asked for the next free one, and that two
/// of a million have the same is less likely than 1 to 10 million.
fn number_of(words: &[&str]) -> i64 {
    let mut text = Vec::new();
    for word in words {
        text.extend_from_slice(word.as_bytes());
        text.push(0);
    }
    let hash = sha256(&text);
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(first) & i64::MAX
}
