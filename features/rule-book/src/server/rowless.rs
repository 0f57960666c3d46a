//! Alarms behind which stands no row of the log: about assets, sensors, unusual volume. A day on which one was raised was not calm.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::Time;

/// An alarm of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rowless {
    pub class: String,
    pub raised_at: Time,
    /// Nobody has dealt with it yet.
    pub open: bool,
}

/// Those of a time that the caller may see. Alarms of rules are not among them: their rows are counted.
pub(super) async fn rowless(
    ctx: &Context,
    caller: &Caller,
    (since, until): (Time, Time),
) -> Result<Vec<Rowless>, ApiError> {
    let sql = format!(
        "SELECT a.detail, a.raised_at, a.state FROM alarms_alarm a LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id
         WHERE {} AND a.kind NOT IN ('rule.alarm', 'rule.prohibited') AND a.detail LIKE '%\"class\":\"%'
         AND a.raised_at >= $2 AND a.raised_at < $3",
        visible("e.group_id", 1)
    );
    let rows: Vec<(String, i64, String)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(since.micros())
        .bind(until.micros())
        .fetch_all(ctx.db().read())
        .await?;
    let read = |(detail, raised_at, state): (String, i64, String)| {
        let detail: BTreeMap<String, serde_json::Value> = serde_json::from_str(&detail).ok()?;
        let class = detail.get("class")?.as_str()?.to_owned();
        Some(Rowless { class, raised_at: Time::from_micros(raised_at), open: state != "handled" })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}
