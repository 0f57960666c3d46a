//! What endpoints see: the reports of their sensors.

use std::collections::HashSet;

use futures_util::TryStreamExt as _;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::SensorReport;

use super::view::{Row, SELECT};
use crate::{groups::chosen::Chosen, visible};

/// Gives `look` the sensors' reports of each active endpoint that the caller may see, of those in a group if one is named;
/// `None` for an endpoint that has not told of any.
///
/// # Errors
/// `invalid` with the place `?group` for a group that does not exist, or the database is away.
pub async fn each_with_sensors(
    ctx: &Context,
    caller: &Caller,
    group: Option<&str>,
    mut look: impl FnMut(Option<Vec<SensorReport>>) + Send,
) -> Result<(), ApiError> {
    let group = Chosen::read(ctx, group).await?;
    let sql = format!(
        "{SELECT} WHERE {} AND e.standing = 'active' AND ($2 = '' OR g.id_path LIKE $2)",
        visible("e.group_id", 1)
    );
    let rows: Vec<Row> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).bind(group.below()).fetch_all(ctx.db().read()).await?;
    let mut silent: HashSet<_> = rows.into_iter().filter(|row| group.has(row)).map(|row| row.id).collect();
    // A report is a kilobyte: they are looked at one by one, never all held.
    let mut told = sqlx::query_as::<_, (String, String)>(
        "SELECT endpoint_id, value FROM endpoints_state WHERE section = 'sensors'",
    )
    .fetch(ctx.db().read());
    while let Some((endpoint, value)) = told.try_next().await? {
        if silent.remove(&endpoint) {
            look(serde_json::from_str(&value).ok());
        }
    }
    silent.into_iter().for_each(|_| look(None));
    Ok(())
}
