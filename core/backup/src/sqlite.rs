//! The control plane in SQLite.

use std::path::Path;

use sqlx::{ConnectOptions as _, Connection as _, sqlite::SqliteConnectOptions};

use crate::BackupError;

/// Copies the database at `from`, as it is at one moment and without waiting for writers, to the new file `to`.
pub(crate) async fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    let failed = |error| BackupError::Database("copy", error);
    let options = SqliteConnectOptions::new().filename(from).busy_timeout(std::time::Duration::from_secs(30));
    let mut connection = options.connect().await.map_err(failed)?;
    let text = to.to_string_lossy().into_owned();
    sqlx::query("VACUUM INTO $1").bind(text).execute(&mut connection).await.map_err(failed)?;
    connection.close().await.map_err(failed)
}
