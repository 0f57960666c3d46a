//! What a crash left: intents whose rows are there or not, and rows at void positions.

use std::time::Duration;

use clickhouse::sql::Identifier;

use super::{
    Inner,
    connect::TABLE,
    control::{self, Intent, Settled, signed},
    remote,
    sql::Sql,
};
use crate::StoreError;

/// An insert that arrives later than this after it was given up does not exist.
const LATEST: Duration = Duration::from_hours(24);

/// Settles an intent whose rows are there, and makes the positions of another one void.
pub(super) async fn judge(inner: &Inner, intent: &Intent) -> Result<Settled, StoreError> {
    let sql = Sql::new("SELECT count() FROM ? WHERE position BETWEEN ? AND ?");
    let query = inner.client.query(&sql.text).bind(Identifier(TABLE)).bind(intent.first).bind(intent.last);
    let found: u64 = query.fetch_one().await.map_err(remote("look for the rows of an insert"))?;
    let how = if found == intent.last - intent.first + 1 { Settled::Stored } else { Settled::Void };
    let settled = control::end(&inner.db, intent, how, inner.options.clock.now()).await?;
    tracing::warn!(
        first = intent.first,
        last = intent.last,
        found,
        ?settled,
        "an insert that was left over is settled"
    );
    Ok(settled)
}

/// Judges what was left over: by a process of the same name before this one, if it is the start, and by those whose time is
/// over.
pub(super) async fn left_over(inner: &Inner, at_start: bool) -> Result<(), StoreError> {
    let owner = at_start.then_some(inner.options.owner.as_str());
    for intent in control::left_over(&inner.db, owner, inner.options.clock.now()).await? {
        judge(inner, &intent).await?;
    }
    Ok(())
}

/// Removes rows at positions that have been void for so long that no insert comes for them any more, and forgets them.
pub(super) async fn sweep(inner: &Inner) -> Result<(), StoreError> {
    let before = inner.options.clock.now() - LATEST;
    let voids: Vec<(i64, i64)> =
        sqlx::query_as("SELECT first_position, last_position FROM events_void WHERE voided_at < $1")
            .bind(before.micros())
            .fetch_all(inner.db.read())
            .await
            .map_err(control::failed("read which positions are void"))?;
    for (first, last) in voids {
        let (first, last) = (first.unsigned_abs(), last.unsigned_abs());
        inner.delete(Sql::new("position BETWEEN ? AND ?").number(first).number(last)).await?;
        let mut tx = inner.db.write().await?;
        sqlx::query("DELETE FROM events_void WHERE first_position = $1")
            .bind(signed(first))
            .execute(tx.on())
            .await
            .map_err(control::failed("forget void positions"))?;
        tx.commit().await?;
    }
    Ok(())
}

/// Positions never go back, even if the control plane's database was restored from a backup that is older than the events:
/// they leap over all that is there. The marks are as old as the backup, so endpoints tell of a gap, as after any restored
/// backup; the events in it are there.
pub(super) async fn catch_up(inner: &Inner) -> Result<(), StoreError> {
    let copying: Option<(i64,)> = sqlx::query_as("SELECT upto FROM events_copy")
        .fetch_optional(inner.db.read())
        .await
        .map_err(control::failed("read how far a copy is"))?;
    if copying.is_some() {
        // Rows after what was noted belong to the copy, which goes on.
        return Ok(());
    }
    let last: u64 = Sql::new("SELECT max(position) FROM events")
        .query(&inner.client)
        .fetch_one()
        .await
        .map_err(remote("read the last position"))?;
    let mut tx = inner.db.write().await?;
    let failed = control::failed("raise the next position");
    let raise = async {
        let next = control::lock_position(tx.on()).await?;
        if last >= next {
            tracing::error!(last, next, "the events are newer than the control plane's database; positions leap");
            control::set_position(tx.on(), last + 1).await?;
        }
        Ok(())
    };
    raise.await.map_err(failed)?;
    Ok(tx.commit().await?)
}
