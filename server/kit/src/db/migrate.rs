//! Bringing the tables of all features up to date, in one order over all of them.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, Executor as _, Row as _};

use super::{Db, DbError, open::Tx};
use crate::secret;

/// One step. Steps of all features are applied in order of their version.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// `YYYYMMDDNNNN`: the day it was written and a number; unique over all features.
    pub version: i64,
    /// What it does, as its file is named.
    pub name: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

/// The database does not fit this program.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// Two steps with one version: a fault of ours.
    #[error("two migrations have the version {0}")]
    Twice(i64),
    /// The database was used by a newer program.
    #[error("the database has migration {0}, which this program does not know: it was used by a newer version")]
    Newer(i64),
    /// A step that was applied is not the one we know.
    #[error("migration {0} ({1}) was applied with another text")]
    Changed(i64, &'static str),
    /// A step lies before one that was applied already.
    #[error("migration {0} ({1}) lies before {2}, which was applied already: it must get a new version")]
    OutOfOrder(i64, &'static str, i64),
    /// A step failed; nothing of it was kept.
    #[error("migration {0} ({1}) failed")]
    Failed(i64, &'static str, #[source] sqlx::Error),
    /// The database is away.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The list of applied steps cannot be read.
    #[error("failed to read which migrations were applied")]
    History(#[source] sqlx::Error),
}

/// Applies what is missing. Returns how many steps that were.
///
/// # Errors
/// When the database does not fit, or a step fails: steps before it stay applied.
pub async fn migrate(db: &Db, all: impl IntoIterator<Item = Migration>) -> Result<usize, MigrationError> {
    let mut steps = BTreeMap::new();
    for step in all {
        if steps.insert(step.version, step).is_some() {
            return Err(MigrationError::Twice(step.version));
        }
    }
    let applied = history(db).await?;
    for (version, hash) in &applied {
        let step = steps.get(version).ok_or(MigrationError::Newer(*version))?;
        if *hash != secret::hash(step.sql) {
            return Err(MigrationError::Changed(*version, step.name));
        }
    }
    let latest = applied.keys().next_back().copied().unwrap_or(0);
    let missing: Vec<_> = steps.into_values().filter(|step| !applied.contains_key(&step.version)).collect();
    if let Some(early) = missing.iter().find(|step| step.version < latest) {
        return Err(MigrationError::OutOfOrder(early.version, early.name, latest));
    }
    for step in &missing {
        let mut tx = db.write().await?;
        apply(tx.on(), step).await.map_err(|error| MigrationError::Failed(step.version, step.name, error))?;
        tx.commit().await?;
        tracing::info!(version = step.version, name = step.name, "migration applied");
    }
    Ok(missing.len())
}

async fn apply(on: &mut AnyConnection, step: &Migration) -> Result<(), sqlx::Error> {
    on.execute(step.sql).await?;
    sqlx::query("INSERT INTO schema_migration (version, name, sha256) VALUES ($1, $2, $3)")
        .bind(step.version)
        .bind(step.name)
        .bind(secret::hash(step.sql))
        .execute(on)
        .await?;
    Ok(())
}

async fn history(db: &Db) -> Result<BTreeMap<i64, String>, MigrationError> {
    let mut tx: Tx = db.write().await?;
    let read = async {
        tx.on()
            .execute(
                "CREATE TABLE IF NOT EXISTS schema_migration
                 (version BIGINT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL)",
            )
            .await?;
        sqlx::query("SELECT version, sha256 FROM schema_migration").fetch_all(tx.on()).await
    };
    let rows = read.await.map_err(MigrationError::History)?;
    tx.commit().await?;
    rows.into_iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<_, sqlx::Error>>()
        .map_err(MigrationError::History)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = Migration { version: 1, name: "first", sql: "CREATE TABLE a (x BIGINT)" };
    const THIRD: Migration = Migration { version: 3, name: "third", sql: "CREATE TABLE c (x BIGINT)" };

    async fn db(dir: &tempfile::TempDir) -> Db {
        Db::open(&format!("sqlite:{}", dir.path().join("db").display())).await.unwrap()
    }

    #[tokio::test]
    async fn steps_are_applied_once_and_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let db = db(&dir).await;
        assert_eq!(migrate(&db, [THIRD, FIRST]).await.unwrap(), 2);
        assert_eq!(migrate(&db, [FIRST, THIRD]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_step_before_an_applied_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let db = db(&dir).await;
        migrate(&db, [FIRST, THIRD]).await.unwrap();
        let second = Migration { version: 2, name: "second", sql: "CREATE TABLE b (x BIGINT)" };
        let error = migrate(&db, [FIRST, second, THIRD]).await.unwrap_err();
        assert!(matches!(error, MigrationError::OutOfOrder(2, "second", 3)));
    }

    #[tokio::test]
    async fn a_changed_or_unknown_step_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let db = db(&dir).await;
        migrate(&db, [FIRST, THIRD]).await.unwrap();
        let changed = Migration { sql: "CREATE TABLE other (x BIGINT)", ..FIRST };
        assert!(matches!(migrate(&db, [changed, THIRD]).await, Err(MigrationError::Changed(1, "first"))));
        assert!(matches!(migrate(&db, [FIRST]).await, Err(MigrationError::Newer(3))));
    }

    #[tokio::test]
    async fn a_failing_step_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let db = db(&dir).await;
        let bad = Migration { version: 1, name: "bad", sql: "CREATE TABLE a (x BIGINT); CREATE TABLE a (x BIGINT)" };
        assert!(migrate(&db, [bad]).await.is_err());
        assert_eq!(migrate(&db, [FIRST]).await.unwrap(), 1);
    }
}
