//! How the server is: for balancers (`/healthz`, `/readyz`) and for people (`/api/v1/system/health`).

use std::{collections::BTreeMap, time::Duration};

use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_channel::server::Hub;
use yagura_events::{
    retention::Outlook,
    server::{ALARMED_BEFORE_DAYS, EvidenceStanding, Store, WARNED_BEFORE_DAYS, disk_outlook, evidence_standing},
};
use yagura_server_kit::{ApiResult, Context, Json, db::Kind, error::Problem};
use yagura_vocabulary::Time;

use crate::lifetimes;

/// A century: what lasts longer lasts so long.
const LONGEST_S: u64 = 100 * 365 * 86_400;

/// When this server was started; a part of the context.
#[derive(Debug, Clone, Copy)]
pub struct Started(pub Time);

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Ok,
    Degraded,
    Failed,
}

/// One part of the server.
#[derive(Serialize, ToSchema)]
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) status: Status,
    /// What is the matter, in plain English; what it is where nothing is.
    pub(crate) detail: String,
    pub(crate) since: Option<Time>,
    pub(crate) numbers: BTreeMap<String, f64>,
}

/// How the server is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    status: Status,
    components: Vec<Component>,
    version: String,
    started_at: Time,
}

/// It runs. Says nothing about whether it can do anything.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether it can take events and answer people; if not, why. What else may be wrong is no reason to take it out of service.
pub(crate) async fn ready(State(ctx): State<Context>) -> (StatusCode, String) {
    let faults: Vec<_> = [database(&ctx).await, events(&ctx).await]
        .into_iter()
        .filter(|component| component.status == Status::Failed)
        .map(|component| format!("{}: {}\n", component.name, component.detail))
        .collect();
    if faults.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, faults.concat())
    }
}

/// Show how the server is
#[utoipa::path(get, path = "/api/v1/system/health", tag = "settings",
    responses((status = 200, body = Health), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn health(State(ctx): State<Context>) -> ApiResult<Json<Health>> {
    let components = components(&ctx).await;
    let status = components.iter().map(|component| component.status).max().unwrap_or(Status::Ok);
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(Json(Health { status, components, version, started_at: ctx.part::<Started>().0 }))
}

async fn components(ctx: &Context) -> Vec<Component> {
    vec![
        database(ctx).await,
        events(ctx).await,
        disk(ctx).await,
        evidence(ctx).await,
        agents(ctx),
        mail(ctx).await,
        backup(ctx).await,
        lifetimes::keys(ctx),
        lifetimes::certificate(ctx),
    ]
}

async fn database(ctx: &Context) -> Component {
    let kind = match ctx.db().kind() {
        Kind::Sqlite => "SQLite",
        Kind::Postgres => "PostgreSQL",
    };
    let answer: Result<(i64,), _> =
        sqlx::query_as("SELECT COUNT(*) FROM schema_migration").fetch_one(ctx.db().read()).await;
    let (status, detail) = match answer {
        Ok(_) => (Status::Ok, kind.to_owned()),
        Err(error) => (Status::Failed, format!("{kind} does not answer: {error}")),
    };
    let since = yagura_alarms::failing_since(ctx);
    Component { name: "database".to_owned(), status, detail, since, numbers: BTreeMap::new() }
}

async fn events(ctx: &Context) -> Component {
    let health = ctx.part::<Store>().health().await;
    let (status, detail) = match (&health.last_error, health.accepting) {
        (Some(error), false) => (Status::Failed, format!("takes no events: {error}")),
        (None, false) => (Status::Failed, "takes no events".to_owned()),
        (Some(error), true) => (Status::Degraded, format!("works, but lately: {error}")),
        (None, true) if !health.damage.is_empty() => {
            (Status::Degraded, format!("{} damaged files were set aside", health.damage.len()))
        }
        (None, true) => (Status::Ok, "takes events".to_owned()),
    };
    #[expect(clippy::cast_precision_loss, reason = "these are shown to people, who do not count to 2^53")]
    let numbers = [
        ("rows", health.rows as f64),
        ("bytes", health.bytes as f64),
        ("segments", health.segments as f64),
        ("memtable_rows", health.memtable_rows as f64),
    ];
    #[expect(clippy::cast_precision_loss, reason = "as above")]
    let free = health.free_disk_bytes.map(|free| ("free_bytes", free as f64));
    let numbers = numbers.into_iter().chain(free).map(|(name, value)| (name.to_owned(), value)).collect();
    Component { name: "events".to_owned(), status, detail, since: None, numbers }
}

/// For how long the disk lasts at this rate, with what is taken away again.
async fn disk(ctx: &Context) -> Component {
    let name = "storage".to_owned();
    let Ok((forecast, outlook)) = disk_outlook(ctx).await else {
        let detail = "how fast the events grow cannot be told".to_owned();
        return Component { name, status: Status::Degraded, detail, since: None, numbers: BTreeMap::new() };
    };
    let mut numbers = vec![("rows_per_day", forecast.rows_per_day), ("bytes_per_day", forecast.bytes_per_day)];
    let (status, detail) = match outlook {
        Outlook::Unknown => (Status::Ok, "for how long the disk lasts can be told after a day".to_owned()),
        Outlook::Steady { bytes } => {
            numbers.push(("steady_bytes", bytes));
            (Status::Ok, "as much is taken away as comes before the disk is full".to_owned())
        }
        Outlook::Ends { days } => {
            numbers.push(("days_left", days));
            let status = match days {
                _ if days < ALARMED_BEFORE_DAYS => Status::Failed,
                _ if days < WARNED_BEFORE_DAYS => Status::Degraded,
                _ => Status::Ok,
            };
            let end = ctx.now() + Duration::from_secs(days.saturating_mul(86_400).min(LONGEST_S));
            let words =
                "then the server takes no more events and the endpoints keep theirs: nothing is deleted for room";
            (status, format!("lasts until {} at this rate; {words}", &end.to_string()[..10]))
        }
    };
    #[expect(clippy::cast_precision_loss, reason = "these are shown to people, who do not count to 2^53")]
    let numbers = numbers.into_iter().map(|(name, value)| (name.to_owned(), value as f64)).collect();
    Component { name, status, detail, since: None, numbers }
}

/// Whether what shows the journal to be whole leaves the machine.
async fn evidence(ctx: &Context) -> Component {
    let day = |at: Time| at.to_string()[..10].to_owned();
    let (status, detail, since) = match evidence_standing(ctx).await {
        Err(_) => (Status::Degraded, "whether the journal's head leaves the server cannot be told".to_owned(), None),
        Ok(EvidenceStanding::NoJournal) => (Status::Ok, "this store keeps no journal".to_owned(), None),
        Ok(EvidenceStanding::NowhereToGo) => (Status::Ok, "the journal's head goes nowhere".to_owned(), None),
        Ok(EvidenceStanding::Leaves(None)) => (Status::Ok, "the first head has not left yet".to_owned(), None),
        Ok(EvidenceStanding::Leaves(Some(at))) => (Status::Ok, format!("the last head left on {}", day(at)), None),
        Ok(EvidenceStanding::Stuck { since, error }) => {
            let why = error.map_or_else(String::new, |error| format!(": {error}"));
            (Status::Degraded, format!("no head has left since {}{why}", day(since)), Some(since))
        }
    };
    Component { name: "evidence".to_owned(), status, detail, since, numbers: BTreeMap::new() }
}

/// Mail is never a reason to take a server out of service: at worst it is degraded.
async fn mail(ctx: &Context) -> Component {
    let (status, detail, since, queued) = match yagura_mail::standing(ctx).await {
        Err(_) => (Status::Degraded, "the outbox cannot be read".to_owned(), None, 0),
        Ok(standing) => {
            let (status, detail, since) = match standing.trouble {
                Some((words, since)) => (Status::Degraded, format!("mails are not taken: {words}"), Some(since)),
                None if !standing.configured => (Status::Ok, "there are no mail settings".to_owned(), None),
                None => (Status::Ok, "mails are taken".to_owned(), None),
            };
            (status, detail, since, standing.queued)
        }
    };
    #[expect(clippy::cast_precision_loss, reason = "these are shown to people, who do not count to 2^53")]
    let numbers = BTreeMap::from([("queued".to_owned(), queued as f64)]);
    Component { name: "mail".to_owned(), status, detail, since, numbers }
}

/// The last backup that ended. A server without backups is no reason to take it out of service either.
async fn backup(ctx: &Context) -> Component {
    let (status, detail, since) = match yagura_backup::last(ctx).await {
        Err(_) => (Status::Degraded, "the list of backups cannot be read".to_owned(), None),
        Ok(None) => (Status::Ok, "none was made yet".to_owned(), None),
        Ok(Some(job)) => match (job.folder, job.error) {
            (Some(folder), _) => (Status::Ok, format!("the last one is in {folder}"), job.ended_at),
            (None, error) => {
                let why = error.unwrap_or_else(|| "it was stopped".to_owned());
                (Status::Degraded, format!("the last one failed: {why}"), job.ended_at)
            }
        },
    };
    Component { name: "backup".to_owned(), status, detail, since, numbers: BTreeMap::new() }
}

fn agents(ctx: &Context) -> Component {
    #[expect(clippy::cast_precision_loss, reason = "these are shown to people, who do not count to 2^53")]
    let connected = ctx.part::<Hub>().connected().len() as f64;
    Component {
        name: "agents".to_owned(),
        status: Status::Ok,
        detail: format!("{connected} connected"),
        since: None,
        numbers: BTreeMap::from([("connected".to_owned(), connected)]),
    }
}
