//! Alarms that last: a product that nobody may have, more used than bought, a licence that ends. Each has a switch.

mod api;
mod settings;

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::json;
use sqlx::FromRow;
use yagura_alarms::{About, Cause, Kind, Source};
use yagura_server_kit::{ApiError, Context, Settings as _};
use yagura_vocabulary::{Severity, Time, id::EndpointId};

pub(super) use self::{
    api::{__path_change_watch, __path_read_watch, change_watch, read_watch},
    settings::{DAY_US, LicenceWatch},
};

/// They are about assets: by this they are mailed and counted.
const CLASS: &str = "asset";
/// A product that is on more machines than this is one alarm, not one for each.
const MANY: usize = 100;

const NOT_PERMITTED: Kind = Kind {
    word: "software.not_permitted",
    severity: Severity::Medium,
    title: ("許可しないソフトウェアが入っています", "Software that is not permitted is installed"),
};
const OVER_USED: Kind = Kind {
    word: "licence.over_used",
    severity: Severity::Medium,
    title: ("ライセンスが足りません", "More is used than was bought"),
};
const ENDING: Kind = Kind {
    word: "licence.ending",
    severity: Severity::Low,
    title: ("ライセンスの期限が近づいています", "A licence is about to end"),
};

/// Finds what lasts.
#[must_use]
pub fn alarm_source() -> Box<dyn Source> {
    Box::new(LicenceSource)
}

struct LicenceSource;

#[derive(Debug, FromRow)]
struct Found {
    product: i64,
    name: String,
    asset_id: String,
    machine: String,
    endpoint_id: Option<String>,
}

#[derive(Debug, FromRow)]
struct Licence {
    id: String,
    name: String,
    /// By what purchases add up.
    kind: String,
    bought: i64,
    used: i64,
    until_at: Option<i64>,
}

#[async_trait]
impl Source for LicenceSource {
    fn kinds(&self) -> &'static [&'static Kind] {
        &[&NOT_PERMITTED, &OVER_USED, &ENDING]
    }

    async fn causes(&self, ctx: &Context) -> Result<Vec<Cause>, ApiError> {
        let wanted = LicenceWatch::in_force(&mut *ctx.db().read().acquire().await?).await?;
        let mut causes = Vec::new();
        if wanted.not_permitted {
            causes.extend(not_permitted(ctx).await?);
        }
        let now = ctx.now().micros();
        let until = now.saturating_add(i64::try_from(wanted.ending_days).unwrap_or(0) * DAY_US);
        let rows: Vec<Licence> = sqlx::query_as(
            "SELECT c.id AS id, p.name AS name, c.bought AS bought, c.used AS used, c.until_at AS until_at,
             c.product || '/' || lower(c.edition) || '/' || c.version_from || '/' || c.version_to || '/' || c.counted_by AS kind
             FROM licences_licence c JOIN licences_product p ON p.number = c.product
             WHERE (c.counted_by <> 'site' AND c.used > c.bought) OR (c.until_at > $1 AND c.until_at < $2) ORDER BY c.id",
        )
        .bind(now)
        .bind(until)
        .fetch_all(ctx.db().read())
        .await?;
        let mut told = std::collections::BTreeSet::new();
        for row in rows {
            // Purchases of one kind add up, and are too few together.
            if wanted.over_used && row.used > row.bought && told.insert(row.kind.clone()) {
                let detail = json!({"used": row.used, "bought": row.bought, "licence": row.id});
                causes.push(cause(&OVER_USED, None, &row.kind, &row.name, detail));
            }
            if let Some(end) = row.until_at.filter(|end| wanted.ending && *end > now && *end < until) {
                let detail = json!({"until": Time::from_micros(end), "licence": row.id});
                causes.push(cause(&ENDING, None, &row.id, &row.name, detail));
            }
        }
        Ok(causes)
    }
}

async fn not_permitted(ctx: &Context) -> Result<Vec<Cause>, ApiError> {
    let rows: Vec<Found> = sqlx::query_as(
        "SELECT h.product AS product, p.name AS name, a.id AS asset_id, a.name AS machine, a.endpoint_id AS endpoint_id
         FROM licences_product p JOIN licences_have h ON h.product = p.number JOIN assets_asset a ON a.id = h.asset_id
         WHERE p.class = 'not_permitted' ORDER BY a.id",
    )
    .fetch_all(ctx.db().read())
    .await?;
    let mut by_product: BTreeMap<i64, Vec<Found>> = BTreeMap::new();
    for row in rows {
        by_product.entry(row.product).or_default().push(row);
    }
    let mut causes = Vec::new();
    for (product, rows) in by_product {
        if rows.len() > MANY {
            let name = rows.first().map(|row| row.name.clone()).unwrap_or_default();
            let detail = json!({"machines": rows.len(), "product": product.to_string()});
            causes.push(cause(&NOT_PERMITTED, None, &product.to_string(), &name, detail));
            continue;
        }
        for row in rows {
            let endpoint: Option<EndpointId> = row
                .endpoint_id
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(|error| ApiError::unavailable(&error))?;
            let detail = json!({"asset": row.asset_id, "machine": row.machine, "product": product.to_string()});
            let id = format!("{product}/{}", row.asset_id);
            causes.push(cause(&NOT_PERMITTED, endpoint, &id, &row.name, detail));
        }
    }
    Ok(causes)
}

fn cause(
    kind: &'static Kind,
    endpoint: Option<EndpointId>,
    id: &str,
    name: &str,
    mut detail: serde_json::Value,
) -> Cause {
    detail["class"] = json!(CLASS);
    detail["subject"] = json!(name);
    let (ja, en) = kind.title;
    let title = Some((format!("{ja}: {name}"), format!("{en}: {name}")));
    Cause { kind, endpoint, about: Some(About { id: id.to_owned(), title }), detail }
}
