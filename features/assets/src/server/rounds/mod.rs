//! Stock-taking: a round looks for the assets of a group or a place; whoever goes round marks what is found; what is missing at the end is
//! the answer. A limited administrator sees and marks the assets that they see elsewhere, in rounds of others too.

mod assets;
mod close;
mod create;
mod history;
mod list;
mod report;
mod seen;

use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use utoipa_axum::routes;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, Caller, Context, Object, Permission as P, Routes};
use yagura_vocabulary::Time;

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(P::AssetsRead, routes!(list::list))
        .api(P::AssetsWrite, routes!(create::create))
        .api(P::AssetsRead, routes!(list::read))
        .api(P::AssetsRead, routes!(assets::assets))
        .api(P::AssetsWrite, routes!(seen::seen))
        .api(P::AssetsWrite, routes!(close::close))
        .api(P::AssetsRead, routes!(report::report))
        .api(P::AssetsRead, routes!(history::history))
}

/// A round of stock-taking. All numbers count what the caller may see.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct StockRound {
    pub id: String,
    pub name: String,
    /// The names of the group whose assets are looked for, from the root.
    group: String,
    /// Only what is at this place; empty for all.
    place: String,
    opened_at: Time,
    opened_by: String,
    pub closed_at: Option<Time>,
    closed_by: Option<String>,
    /// How many are looked for.
    expected: i64,
    /// How many of them were found.
    found: i64,
    /// How many were found that were not looked for.
    besides: i64,
    /// Whether the caller may close it: they see its whole group.
    whole: bool,
}

#[derive(FromRow)]
struct RoundRow {
    id: String,
    name: String,
    group_path: String,
    place: String,
    opened_at: i64,
    opened_by: String,
    closed_at: Option<i64>,
    closed_by: Option<String>,
    expected: i64,
    found: i64,
    besides: i64,
    whole: i64,
}

/// Keeps the lines of rounds that the caller whose limit is `$1` may see; the lines are `i`. What left the ledger is nobody's any more, so
/// only who sees all sees it.
fn line_seen() -> String {
    format!(
        "($1 = '' OR EXISTS (SELECT 1 FROM assets_asset a LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id
         WHERE a.id = i.asset_id AND {}))",
        visible("COALESCE(e.group_id, a.group_id)", 1)
    )
}

/// The rounds that the caller, `$1`, may see: of groups that they see, and those that look for something of theirs. `more` are further
/// conditions over `r`.
fn select(more: &str) -> String {
    let (whole, seen) = (visible("r.group_id", 1), line_seen());
    format!(
        "SELECT r.id AS id, r.name AS name, g.path AS group_path, r.place AS place, r.opened_at AS opened_at,
         r.opened_by AS opened_by, r.closed_at AS closed_at, r.closed_by AS closed_by,
         COUNT(CASE WHEN i.expected = 1 THEN 1 END) AS expected,
         COUNT(CASE WHEN i.expected = 1 AND i.seen_at IS NOT NULL THEN 1 END) AS found,
         COUNT(CASE WHEN i.expected = 0 THEN 1 END) AS besides,
         MAX(CASE WHEN {whole} THEN 1 ELSE 0 END) AS whole
         FROM assets_round r JOIN endpoints_group g ON g.id = r.group_id
         LEFT JOIN assets_round_asset i ON i.round_id = r.id AND {seen}
         WHERE (i.round_id IS NOT NULL OR {whole}) {more}
         GROUP BY r.id, r.name, g.path, r.place, r.opened_at, r.opened_by, r.closed_at, r.closed_by"
    )
}

impl From<RoundRow> for StockRound {
    fn from(row: RoundRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            // The path of a group above one's own would tell of what one does not see.
            group: if row.whole == 1 { row.group_path } else { String::new() },
            place: row.place,
            opened_at: Time::from_micros(row.opened_at),
            opened_by: row.opened_by,
            closed_at: row.closed_at.map(Time::from_micros),
            closed_by: row.closed_by,
            expected: row.expected,
            found: row.found,
            besides: row.besides,
            whole: row.whole == 1,
        }
    }
}

/// The round with this id, if the caller may see it.
async fn find(ctx: &Context, caller: &Caller, id: &str) -> Result<StockRound, ApiError> {
    let row: Option<RoundRow> = sqlx::query_as(AssertSqlSafe(select("AND r.id = $2")))
        .bind(caller.limit())
        .bind(id)
        .fetch_optional(ctx.db().read())
        .await?;
    row.map(StockRound::from).ok_or_else(|| ApiError::not_found("round of stock-taking"))
}

fn object(id: &str, name: &str) -> Object {
    Object::new("assets_round", &id, name)
}
