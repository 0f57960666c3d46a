//! How ClickHouse is: its size, its room, how it grows.

use std::time::Duration;

use clickhouse::Row;
use serde::Deserialize;
use tokio::time::timeout;
use yagura_vocabulary::Time;

use super::{Inner, control, remote, sql::Sql};
use crate::{Forecast, Health, StoreError};

/// Days that the growth is measured over, at most.
const DAYS: i64 = 14;
const DAY: i64 = 86_400_000_000;

/// Whoever asks how the store is does not wait longer than this.
const PATIENCE: Duration = Duration::from_secs(5);

/// A part of the table on the servers' disks.
#[derive(Debug, Row, Deserialize)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

impl Inner {
    /// The servers' own table of that name: of one server, or of one replica of each shard.
    fn system(&self, table: &str) -> Sql {
        match &self.options.cluster {
            None => Sql::new(&format!("system.{table}")),
            Some(cluster) => Sql::new(&format!("cluster(?, system.{table})")).text(cluster),
        }
    }

    /// The parts of the table.
    pub(super) async fn parts(&self) -> Result<Vec<Part>, StoreError> {
        let sql = Sql::new("SELECT name, rows, bytes_on_disk AS bytes FROM ").then(self.system("parts"));
        let sql = sql.and_then(" WHERE active AND database = ? AND table = ?").text(&self.options.database);
        let sql = sql.text(self.local_table());
        sql.query(&self.client).fetch_all().await.map_err(remote("ask for the size of the events"))
    }

    async fn free_bytes(&self) -> Option<u64> {
        let sql = Sql::new("SELECT toUInt64(sum(free_space)) FROM ").then(self.system("disks"));
        sql.query(&self.client).fetch_one().await.ok()
    }
}

pub(super) async fn health(inner: &Inner) -> Health {
    let mut health = Health { last_error: inner.status.borrow().clone(), ..Health::default() };
    let found = async {
        let parts = inner.parts().await?;
        let visible = inner.look().await?;
        Ok::<_, StoreError>((parts, visible, control::count_streams(&inner.db).await?))
    };
    match timeout(PATIENCE, found).await {
        Err(_) => health.last_error = Some("ClickHouse does not answer".to_owned()),
        Ok(Err(error)) => health.last_error = Some(error.to_string()),
        Ok(Ok((parts, visible, streams))) => {
            health.rows = parts.iter().map(|part| part.rows).sum();
            health.bytes = parts.iter().map(|part| part.bytes).sum();
            health.segments = parts.len() as u64;
            health.head = visible.cursor();
            health.streams = streams;
            health.free_disk_bytes = inner.free_bytes().await;
            health.accepting = health.last_error.is_none();
        }
    }
    health.work = *inner.work.borrow();
    health
}

pub(super) async fn forecast(inner: &Inner) -> Result<Forecast, StoreError> {
    let sql = Sql::new("SELECT max(received_at) FROM events WHERE received_at <= toInt64(?)");
    let sql = sql.int(inner.options.clock.now().micros());
    let failed = || remote("ask how the events grow");
    let latest: i64 = sql.query(&inner.client).fetch_one().await.map_err(failed())?;
    // The latest day is not over and does not count.
    let until = Time::from_micros(latest.div_euclid(DAY) * DAY);
    let since = Time::from_micros(until.micros() - DAYS * DAY);
    let parts = super::condition::times(crate::Order::Received, Some(since), Some(until));
    let sql = Sql::new("SELECT count(), uniqExact(intDiv(received_at, 86400000000)) FROM events WHERE ");
    let (rows, days): (u64, u64) = sql.then(Sql::all(parts)).query(&inner.client).fetch_one().await.map_err(failed())?;
    let Some(rows_per_day) = rows.checked_div(days) else { return Ok(Forecast::default()) };
    let parts = inner.parts().await?;
    let (all, bytes) = parts.iter().fold((0, 0), |(rows, bytes), part| (rows + part.rows, bytes + part.bytes));
    let bytes_per_day = u128::from(bytes) * u128::from(rows_per_day) / u128::from(all.max(1));
    let bytes_per_day = u64::try_from(bytes_per_day).unwrap_or(u64::MAX);
    let days_left = inner.free_bytes().await.and_then(|free| free.checked_div(bytes_per_day));
    Ok(Forecast { rows_per_day, bytes_per_day, days, days_left })
}
