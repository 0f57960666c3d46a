//! What endpoints give cause for: silence, a copied disk, a wrong clock.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use yagura_endpoints::silent_after_days;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{Severity, Time, id::EndpointId};

use crate::{Cause, Kind, Source};

const SILENT: Kind = Kind {
    word: "endpoint.silent",
    severity: Severity::Medium,
    title: ("端末から連絡がありません", "No contact with the endpoint"),
};
const CLONE: Kind = Kind {
    word: "endpoint.clone",
    severity: Severity::High,
    title: ("端末の複製が疑われます", "The endpoint looks like a copy of another one"),
};
const CLOCK: Kind = Kind {
    word: "endpoint.clock",
    severity: Severity::Low,
    title: ("端末の時計が合っていません", "The endpoint's clock is wrong"),
};
/// A clock that is off by more makes times in the log hard to compare with other sources.
const MOST_SKEW_MS: i64 = 5 * 60 * 1000;
const DAY_S: u64 = 86_400;

/// Looks at all endpoints in service.
pub struct EndpointSource;

#[async_trait]
impl Source for EndpointSource {
    fn kinds(&self) -> &'static [&'static Kind] {
        &[&SILENT, &CLONE, &CLOCK]
    }

    async fn causes(&self, ctx: &Context) -> Result<Vec<Cause>, ApiError> {
        let days = silent_after_days(ctx).await?;
        let limit = ctx.now().micros() - micros(Duration::from_secs(days * DAY_S));
        let rows: Vec<(String, Option<i64>, i64, i64, i64)> = sqlx::query_as(
            "SELECT id, last_seen, enrolled_at, clone_suspected, COALESCE(clock_skew_ms, 0) FROM endpoints_endpoint
             WHERE standing = 'active' AND (COALESCE(last_seen, enrolled_at) < $1 OR clone_suspected <> 0
             OR clock_skew_ms > $2 OR clock_skew_ms < -$2)",
        )
        .bind(limit)
        .bind(MOST_SKEW_MS)
        .fetch_all(ctx.db().read())
        .await?;
        let mut causes = Vec::new();
        for (id, last_seen, enrolled_at, clone, skew_ms) in rows {
            let endpoint: EndpointId = id.parse().map_err(|error| ApiError::unavailable(&error))?;
            let mut cause = |kind, detail| causes.push(Cause::new(kind, Some(endpoint), detail));
            if last_seen.unwrap_or(enrolled_at) < limit {
                cause(&SILENT, json!({"last_seen": last_seen.map(Time::from_micros), "after_days": days}));
            }
            if clone != 0 {
                cause(&CLONE, json!({}));
            }
            if skew_ms.abs() > MOST_SKEW_MS {
                cause(&CLOCK, json!({"skew_ms": skew_ms}));
            }
        }
        Ok(causes)
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
