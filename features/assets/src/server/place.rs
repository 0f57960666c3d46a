//! What the organisation has decided about itself: its title, its address, its time zone, its groups.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use sqlx::AssertSqlSafe;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, Caller, Context};

/// The organisation, as papers and dates need it.
pub(super) struct Organisation {
    /// What it is called; may be empty.
    pub title: String,
    /// Where people reach the server, without a slash at the end.
    pub url: String,
    /// In it a day begins.
    pub zone: TimeZone,
}

/// Reads it; it is asked for anew each time, as somebody may change it.
pub(super) async fn organisation(ctx: &Context) -> Result<Organisation, ApiError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT name, value FROM organisation_setting WHERE name IN ('organisation_name', 'public_url', 'time_zone')",
    )
    .fetch_all(ctx.db().read())
    .await?;
    let mut settings: BTreeMap<String, String> = rows.into_iter().collect();
    let mut text = |name: &str| settings.remove(name).unwrap_or_default();
    let zone = text("time_zone");
    let zone = if zone.is_empty() { "Asia/Tokyo" } else { &zone };
    Ok(Organisation {
        title: text("organisation_name"),
        url: text("public_url").trim_end_matches('/').to_owned(),
        zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC),
    })
}

/// A fixed group that the caller may see, and its path of ids; the root where none is said, for those who see all. `pointer` is where it
/// was said.
pub(super) async fn fixed_group(
    ctx: &Context,
    caller: &Caller,
    pointer: &str,
    id: Option<&str>,
) -> Result<(String, String), ApiError> {
    let sql = format!(
        "SELECT g.id, g.id_path FROM endpoints_group g
         WHERE {} AND ((g.id = $2 AND g.kind = 'fixed') OR ($2 = '' AND g.parent_id IS NULL))",
        visible("g.id", 1)
    );
    let found: Option<(String, String)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(id.unwrap_or_default())
        .fetch_optional(ctx.db().read())
        .await?;
    found.ok_or_else(|| match id {
        Some(_) => ApiError::invalid(pointer, "unknown", "there is no such fixed group"),
        None => ApiError::invalid(pointer, "required", "you see only some groups: say which of them"),
    })
}
