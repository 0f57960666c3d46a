//! An alarm as it is told outside of the console.

use serde::Serialize;
use serde_json::Value;
use sqlx::{AnyConnection, FromRow};
use yagura_server_kit::ApiError;
use yagura_vocabulary::{Severity, Time};

use crate::raise::detail;

/// An alarm as it is told outside.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Told {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) severity: Severity,
    /// What it says, in Japanese and in English.
    pub(super) title: (String, String),
    pub(super) hostname: Option<String>,
    /// When it was raised.
    pub(super) at: Time,
    /// Whose account it was, the rule, its class and what was acted on, where a rule raised it.
    pub(super) user: Option<String>,
    pub(super) rule: Option<String>,
    pub(super) class: Option<String>,
    pub(super) subject: Option<String>,
    /// How often it has happened so far.
    pub(super) times: i64,
    /// Nobody has looked at it.
    pub(super) open: bool,
}

#[derive(FromRow)]
struct Row {
    kind: String,
    severity: String,
    state: String,
    title_ja: String,
    title_en: String,
    detail: String,
    times: i64,
    raised_at: i64,
    hostname: Option<String>,
}

/// Reads an alarm.
pub(super) async fn read(connection: &mut AnyConnection, id: &str) -> Result<Option<Told>, ApiError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT a.kind AS kind, a.severity AS severity, a.state AS state, a.title_ja AS title_ja, a.title_en AS title_en,
         a.detail AS detail, a.times AS times, a.raised_at AS raised_at, e.hostname AS hostname
         FROM alarms_alarm a LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id WHERE a.id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| told(id, row)))
}

fn told(id: &str, row: Row) -> Told {
    let detail = detail(&row.detail);
    let text = |name: &str| detail.get(name).and_then(Value::as_str).map(str::to_owned);
    // What was raised before alarms kept their titles has its kind for one.
    let title = |title: String| if title.is_empty() { row.kind.clone() } else { title };
    Told {
        id: id.to_owned(),
        severity: row.severity.parse().unwrap_or(Severity::Medium),
        title: (title(row.title_ja), title(row.title_en)),
        hostname: row.hostname,
        at: Time::from_micros(row.raised_at),
        user: text("user"),
        rule: text("rule_name"),
        class: text("class"),
        subject: text("subject"),
        times: row.times,
        open: row.state == "open",
        kind: row.kind,
    }
}
