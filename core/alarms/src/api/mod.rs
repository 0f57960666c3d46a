//! Alarms as the API gives them.

pub(crate) mod list;
pub(crate) mod news;
pub(crate) mod read;
pub(crate) mod update;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::FromRow;
use utoipa::ToSchema;
use yagura_server_kit::{Etag, Object};
use yagura_vocabulary::{Severity, Time};

use crate::raise::detail;

/// How far an alarm has been dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlarmState {
    /// Nobody has looked yet.
    Open,
    /// Somebody is at it.
    Handling,
    /// Done.
    Handled,
}

impl AlarmState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Handling => "handling",
            Self::Handled => "handled",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Handling, Self::Handled].into_iter().find(|state| state.as_str() == word)
    }
}

/// An endpoint by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AlarmEndpoint {
    id: String,
    hostname: String,
}

/// Who dealt with it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Handler {
    id: Option<String>,
    name: String,
}

/// What an alarm is called.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AlarmTitle {
    ja: String,
    en: String,
}

/// One alarm.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AlarmView {
    id: String,
    /// `endpoint.silent`, `endpoint.clone`, `endpoint.clock`, `events.lost`, `events.refused`, `storage.low`,
    /// `database.away`, `rule.alarm`, `rule.prohibited`, and others to come.
    kind: String,
    /// What mails call it, for kinds that the reader has no words of its own for.
    title: AlarmTitle,
    severity: Severity,
    state: AlarmState,
    /// Where; null for the server itself.
    endpoint: Option<AlarmEndpoint>,
    /// What else there is to say, by kind.
    #[schema(value_type = Object)]
    detail: Value,
    /// How often it happened; 1 for what lasts.
    times: i64,
    raised_at: Time,
    /// When it happened last.
    last_at: Time,
    /// When its cause was over; null while it lasts.
    ended_at: Option<Time>,
    /// Whether it was over by itself, before anybody had handled it.
    ended_by_itself: bool,
    handled_at: Option<Time>,
    /// Who has it, or had it.
    handler: Option<Handler>,
    comment: String,
    etag: String,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct Row {
    id: String,
    kind: String,
    endpoint_id: Option<String>,
    hostname: Option<String>,
    title_ja: String,
    title_en: String,
    severity: String,
    state: String,
    detail: String,
    times: i64,
    raised_at: i64,
    last_at: i64,
    ended_at: Option<i64>,
    by_itself: i64,
    handled_at: Option<i64>,
    handler_id: Option<String>,
    handler: Option<String>,
    comment: String,
    version: i64,
}

/// The columns of [`Row`] and where they come from; alarms are `a`, endpoints `e`.
const SELECT: &str = "SELECT a.id AS id, a.kind AS kind, a.endpoint_id AS endpoint_id, e.hostname AS hostname,
     a.title_ja AS title_ja, a.title_en AS title_en, a.severity AS severity, a.state AS state, a.detail AS detail, a.times AS times, a.raised_at AS raised_at,
     a.last_at AS last_at, a.ended_at AS ended_at, a.by_itself AS by_itself, a.handled_at AS handled_at, a.handler_id AS handler_id,
     a.handler AS handler, a.comment AS comment, a.version AS version";
const FROM: &str = "FROM alarms_alarm a LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id";

impl Row {
    fn object(&self) -> Object {
        Object::new("alarm", &self.id, &format!("{} {}", self.kind, self.hostname.as_deref().unwrap_or_default()))
    }
}

impl From<Row> for AlarmView {
    fn from(row: Row) -> Self {
        let state = AlarmState::parse(&row.state).unwrap_or(AlarmState::Open);
        Self {
            title: AlarmTitle { ja: row.title_ja, en: row.title_en },
            severity: row.severity.parse().unwrap_or(Severity::Medium),
            state,
            endpoint: row.endpoint_id.zip(row.hostname).map(|(id, hostname)| AlarmEndpoint { id, hostname }),
            detail: detail(&row.detail),
            times: row.times,
            raised_at: Time::from_micros(row.raised_at),
            last_at: Time::from_micros(row.last_at),
            ended_at: row.ended_at.map(Time::from_micros),
            ended_by_itself: row.by_itself != 0,
            handled_at: row.handled_at.map(Time::from_micros),
            handler: row.handler.map(|name| Handler { id: row.handler_id, name }),
            comment: row.comment,
            etag: Etag(row.version).to_string(),
            id: row.id,
            kind: row.kind,
        }
    }
}
