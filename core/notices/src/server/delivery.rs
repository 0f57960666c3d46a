//! How a notice goes, counted from the commands that deliver it and from what endpoints tell later.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, Caller, Context};

/// How many endpoints have shown a notice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Delivery {
    /// Have not shown it yet.
    pub waiting: u64,
    /// Have shown it; nobody has closed it.
    pub shown: u64,
    /// Somebody has closed it.
    pub closed: u64,
    /// Could not show it, or not in time.
    pub failed: u64,
}

impl Delivery {
    /// Counts `count` commands in this state with this result, of endpoints that told this later: `closed`, `shown` or nothing.
    fn add(&mut self, state: &str, result: Option<&str>, told: &str, count: u64) {
        let counter = match state {
            _ if told == "closed" => &mut self.closed,
            _ if told == "shown" && !result.is_some_and(was_closed) => &mut self.shown,
            "queued" | "nudged" | "fetched" | "accepted" => &mut self.waiting,
            "done" if result.is_some_and(was_closed) => &mut self.closed,
            "done" if result.is_some_and(still_waits) => &mut self.waiting,
            "done" => &mut self.shown,
            _ => &mut self.failed,
        };
        *counter += count;
    }
}

/// Whether an endpoint tells that somebody closed the notice: `{"state": "closed"}`, or `{"closed": true}`.
fn was_closed(result: &str) -> bool {
    let result: Value = serde_json::from_str(result).unwrap_or_default();
    result["state"] == "closed" || result["closed"] == true
}

/// Whether an endpoint keeps the notice for whoever comes next: `{"delivery": "waiting"}`.
fn still_waits(result: &str) -> bool {
    let result: Value = serde_json::from_str(result).unwrap_or_default();
    result["delivery"] == "waiting"
}

/// What an endpoint told after the command was done.
const TOLD: &str =
    "CASE WHEN s.closed_at IS NOT NULL THEN 'closed' WHEN s.shown_at IS NOT NULL THEN 'shown' ELSE '' END";

/// The deliveries of these notices to endpoints that the caller may see, by notice.
pub(crate) async fn count(
    ctx: &Context,
    caller: &Caller,
    notices: &[String],
) -> Result<HashMap<String, Delivery>, ApiError> {
    let mut counted: HashMap<String, Delivery> = HashMap::new();
    if notices.is_empty() {
        return Ok(counted);
    }
    let places = (2..notices.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT d.notice_id AS notice_id, c.state AS state, c.result AS result, {TOLD} AS told, COUNT(*) AS n
         FROM notices_delivery d JOIN commands_command c ON c.id = d.command_id
         JOIN endpoints_endpoint e ON e.id = c.endpoint_id
         LEFT JOIN notices_seen s ON s.notice_id = d.notice_id AND s.endpoint_id = c.endpoint_id
         WHERE d.notice_id IN ({places}) AND {} GROUP BY d.notice_id, c.state, c.result, {TOLD}",
        visible("e.group_id", 1)
    );
    let mut found =
        sqlx::query_as::<_, (String, String, Option<String>, String, i64)>(AssertSqlSafe(sql)).bind(caller.limit());
    for notice in notices {
        found = found.bind(notice);
    }
    for (notice, state, result, told, count) in found.fetch_all(ctx.db().read()).await? {
        counted.entry(notice).or_default().add(&state, result.as_deref(), &told, count.unsigned_abs());
    }
    Ok(counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(state: &str, result: Option<&str>, expected: Delivery) {
        let mut delivery = Delivery::default();
        delivery.add(state, result, "", 1);
        assert_eq!(delivery, expected, "{state} {result:?}");
    }

    #[test]
    fn a_notice_waits_until_the_endpoint_has_shown_it() {
        for state in ["queued", "nudged", "fetched", "accepted"] {
            check(state, None, Delivery { waiting: 1, ..Delivery::default() });
        }
        check("done", None, Delivery { shown: 1, ..Delivery::default() });
        check("done", Some(r#"{"delivery":"waiting"}"#), Delivery { waiting: 1, ..Delivery::default() });
        check("done", Some(r#"{"delivery":"shown"}"#), Delivery { shown: 1, ..Delivery::default() });
        check("done", Some(r#"{"state":"shown"}"#), Delivery { shown: 1, ..Delivery::default() });
    }

    #[test]
    fn a_notice_that_somebody_closed_is_counted_as_closed() {
        check("done", Some(r#"{"state":"closed"}"#), Delivery { closed: 1, ..Delivery::default() });
        check("done", Some(r#"{"closed":true}"#), Delivery { closed: 1, ..Delivery::default() });
    }

    #[test]
    fn a_notice_that_came_too_late_has_failed() {
        for state in ["failed", "expired", "cancelled"] {
            check(state, None, Delivery { failed: 1, ..Delivery::default() });
        }
    }

    #[test]
    fn what_the_endpoint_tells_later_counts() {
        let waits = Some(r#"{"delivery":"waiting"}"#);
        for (told, expected) in [
            ("shown", Delivery { shown: 1, ..Delivery::default() }),
            ("closed", Delivery { closed: 1, ..Delivery::default() }),
        ] {
            let mut delivery = Delivery::default();
            delivery.add("done", waits, told, 1);
            assert_eq!(delivery, expected);
        }
    }
}
