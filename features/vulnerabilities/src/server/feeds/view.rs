//! How a feed is shown.

use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context, Etag};
use yagura_vocabulary::Time;

use super::job::SILENT_MICROS;

/// A feed: where it is known from what is weak.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = VulnerabilityFeed)]
pub(crate) struct Feed {
    pub id: String,
    pub name: String,
    /// `osv`, `debian_tracker`, `ubuntu_oval`, `rhel_oval`, `nvd`, `jvn_rss`, `kev`, `epss`, `msrc_csaf`, `msrc_cvrf`, `yagura`, `end_of_life`.
    pub format: String,
    /// Where it is fetched from; empty for one that is only imported from files.
    pub url: String,
    /// How often it is fetched, in seconds.
    pub every_s: i64,
    pub enabled: bool,
    pub licence: String,
    /// Its publisher's key as minisign writes it; empty where nothing is signed.
    public_key: String,
    /// Whether it has a key by which its publisher knows us. The key itself is never shown.
    has_api_key: bool,
    /// When it was last taken over, or found unchanged.
    good_at: Option<Time>,
    /// How many records it had then.
    records: i64,
    /// How old it is by its own account.
    dated_at: Option<Time>,
    /// The last failure since it was last good, and why.
    failed_at: Option<Time>,
    failure: String,
    /// Entries that could not be read when it was last good.
    skipped: i64,
    /// `never` taken over, `good`, `stale` (last good longer ago than three times its interval), `failing`, `importing`.
    state: String,
    /// Every server has it from the beginning; it cannot be removed.
    built_in: bool,
    /// When it is fetched next.
    next_at: Option<Time>,
    pub version: i64,
    pub etag: String,
}

#[derive(Debug, Clone, FromRow)]
pub(super) struct Row {
    pub id: String,
    pub name: String,
    pub format: String,
    pub url: String,
    pub every_s: i64,
    pub enabled: i64,
    pub built_in: i64,
    pub licence: String,
    pub public_key: String,
    pub api_key: String,
    pub good_at: Option<i64>,
    pub records: i64,
    pub dated_at: Option<i64>,
    pub etag: String,
    pub last_modified: String,
    pub known_until: Option<i64>,
    pub failed_at: Option<i64>,
    pub failure: String,
    pub skipped: i64,
    pub next_at: i64,
    pub version: i64,
    /// When an import of it that is under way was last worked on.
    pub running_at: Option<i64>,
}

pub(super) const SELECT: &str = "SELECT f.id AS id, f.name AS name, f.format AS format, f.url AS url, f.every_s AS every_s,
     f.enabled AS enabled, f.built_in AS built_in, f.licence AS licence, f.public_key AS public_key, f.api_key AS api_key, f.good_at AS good_at,
     f.records AS records, f.dated_at AS dated_at, f.etag AS etag, f.last_modified AS last_modified,
     f.known_until AS known_until, f.failed_at AS failed_at, f.failure AS failure, f.skipped AS skipped,
     f.next_at AS next_at, f.version AS version,
     (SELECT MAX(i.touched_at) FROM vulnerabilities_import i WHERE i.feed = f.id AND i.state = 'running') AS running_at
     FROM vulnerabilities_feed f";

impl Feed {
    pub(super) fn of(row: Row, now: Time) -> Self {
        let state = state(&row, now).to_owned();
        let time = |at: Option<i64>| at.map(Time::from_micros);
        let is_fetched = row.enabled != 0 && !row.url.is_empty();
        Self {
            id: row.id,
            name: row.name,
            format: row.format,
            url: row.url,
            every_s: row.every_s,
            enabled: row.enabled != 0,
            licence: row.licence,
            public_key: row.public_key,
            has_api_key: !row.api_key.is_empty(),
            good_at: time(row.good_at),
            records: row.records,
            dated_at: time(row.dated_at),
            failed_at: time(row.failed_at),
            failure: row.failure,
            skipped: row.skipped,
            state,
            built_in: row.built_in != 0,
            next_at: is_fetched.then(|| Time::from_micros(row.next_at.max(now.micros()))),
            version: row.version,
            etag: Etag(row.version).to_string(),
        }
    }
}

fn state(row: &Row, now: Time) -> &'static str {
    let since = |at: i64| now.micros().saturating_sub(at);
    if row.running_at.is_some_and(|at| since(at) <= SILENT_MICROS) {
        return "importing";
    }
    match row.good_at {
        _ if row.failed_at.is_some() => "failing",
        None => "never",
        Some(at) if row.enabled != 0 && since(at) > row.every_s.saturating_mul(3_000_000) => "stale",
        Some(_) => "good",
    }
}

/// The feed with this id.
pub(super) async fn find(ctx: &Context, id: &str) -> Result<Row, ApiError> {
    let sql = format!("{SELECT} WHERE f.id = $1 AND f.removed = 0");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(ctx.db().read()).await?;
    row.ok_or_else(|| ApiError::not_found("feed"))
}
