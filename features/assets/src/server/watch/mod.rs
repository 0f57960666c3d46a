//! Alarms about assets, with a switch for each kind: what changed, what is new in the organisation, and what lasts (a disk that is
//! full, an address that two machines have, a lease that ends).

mod api;
mod devices;
mod kinds;
mod lasting;
mod settings;

use serde_json::json;
use yagura_alarms::{About, Cause, Kind, Source, all_happened};
use yagura_server_kit::{ApiError, Context, Settings as _, Tx};
use yagura_vocabulary::{Id, Severity};

pub(super) use self::{
    api::{__path_change_watch, __path_read_watch, change_watch, read_watch},
    settings::AssetWatch,
};
use super::ledger::{Asset, Sighting};
use crate::changes::{Change, Part};

/// The class of all of them, by which they are mailed and counted.
pub(super) const CLASS: &str = "asset";

/// Finds what lasts.
#[must_use]
pub fn alarm_source() -> Box<dyn Source> {
    Box::new(lasting::AssetSource)
}

const NEW_SOFTWARE: Kind = Kind {
    word: "asset.new_software",
    severity: Severity::Low,
    title: ("組織で初めてのアプリが入りました", "A program is new in the organisation"),
};

/// Raises the alarms that are wanted of these changes.
pub(super) async fn tell(
    ctx: &Context,
    tx: &mut Tx,
    asset: Id<Asset>,
    sighting: &Sighting,
    changes: &[Change],
) -> Result<(), ApiError> {
    if changes.is_empty() {
        return Ok(());
    }
    let wanted = AssetWatch::in_force(tx.on()).await?;
    let mut causes: Vec<Cause> = changes
        .iter()
        .filter(|change| wanted.wants(change.part))
        .map(|change| cause(kinds::of(change.part), asset, sighting, change))
        .collect();
    if wanted.new_software.on && !is_learning(ctx, tx, &wanted).await? {
        for change in changes.iter().filter(|change| change.part == Part::Software && change.before.is_none()) {
            if is_only_here(tx, asset, &change.name).await? {
                let mut cause = cause(&NEW_SOFTWARE, asset, sighting, change);
                // Once for the organisation, whoever has it next.
                if let Some(about) = &mut cause.about {
                    about.id.clone_from(&change.name);
                }
                causes.push(cause);
            }
        }
    }
    all_happened(ctx, tx, &causes).await
}

fn cause(kind: &'static Kind, asset: Id<Asset>, sighting: &Sighting, change: &Change) -> Cause {
    let machine = sighting.assets.os.hostname.as_deref().unwrap_or(&sighting.key);
    let what = if change.name.is_empty() { machine } else { &change.name };
    let (ja, en) = kind.title;
    Cause {
        kind,
        endpoint: sighting.endpoint,
        about: Some(About {
            id: format!("{asset}/{}/{}", change.part, change.name),
            title: Some((format!("{ja}: {what}"), format!("{en}: {what}"))),
        }),
        detail: json!({
            "class": CLASS,
            "subject": what,
            "asset": asset,
            "machine": machine,
            "part": change.part,
            "before": change.before,
            "after": change.after,
        }),
    }
}

/// Whether the organisation's programs are still being learned: in the first days everything is new.
async fn is_learning(ctx: &Context, tx: &mut Tx, wanted: &AssetWatch) -> Result<bool, ApiError> {
    let (first,): (Option<i64>,) = sqlx::query_as("SELECT MIN(first_at) FROM assets_asset").fetch_one(tx.on()).await?;
    let days = i64::try_from(wanted.new_software.learning_days).unwrap_or(i64::MAX / settings::DAY_US);
    Ok(first.is_none_or(|first| ctx.now().micros().saturating_sub(first) < days * settings::DAY_US))
}

/// Whether no other asset has, or ever had, a package of this name.
async fn is_only_here(tx: &mut Tx, asset: Id<Asset>, name: &str) -> Result<bool, ApiError> {
    let other: Option<(i64,)> = sqlx::query_as(
        "SELECT 1 FROM assets_package p JOIN assets_installed i ON i.package = p.number
         JOIN assets_sighting s ON s.number = i.sighting WHERE p.name = $1 AND s.asset_id <> $2 LIMIT 1",
    )
    .bind(name)
    .bind(asset.to_string())
    .fetch_optional(tx.on())
    .await?;
    if other.is_some() {
        return Ok(false);
    }
    let had: (i64,) = sqlx::query_as("SELECT COUNT(*) FROM assets_change WHERE part = 'software' AND name = $1")
        .bind(name)
        .fetch_one(tx.on())
        .await?;
    // The change that is told of now is written down already.
    Ok(had.0 <= 1)
}
