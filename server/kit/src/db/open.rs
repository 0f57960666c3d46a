//! Opening the database and its transactions.

use std::{
    sync::{
        Arc, Once,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{Any, AnyConnection, AnyPool, Executor as _, Transaction, any::AnyPoolOptions};

/// Which database it is. SQL is the same for both; only how connections are set up differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file beside the server.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// The database could not be opened or used.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The address is of neither kind.
    #[error("`{0}` is not a database address (expected sqlite:PATH or postgres://...)")]
    Address(String),
    /// It could not be opened.
    #[error("failed to open the {0:?} database")]
    Open(Kind, #[source] sqlx::Error),
    /// A transaction could not be begun, committed or rolled back.
    #[error("failed to {0} a transaction")]
    Transaction(&'static str, #[source] sqlx::Error),
}

/// The database. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Db {
    kind: Kind,
    read: AnyPool,
    write: AnyPool,
    /// The next connection for writing that is taken from the pool is to be closed instead.
    spoilt: Arc<AtomicBool>,
}

/// A transaction that writes.
pub struct Tx(Transaction<'static, Any>);

impl Db {
    /// Opens `sqlite:PATH` (made when it does not exist) or `postgres://...`.
    ///
    /// # Errors
    /// When the address is of neither kind or the database cannot be opened.
    pub async fn open(url: &str) -> Result<Self, DbError> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let kind = match url.split(':').next() {
            Some("sqlite") => Kind::Sqlite,
            Some("postgres" | "postgresql") => Kind::Postgres,
            _ => return Err(DbError::Address(url.to_owned())),
        };
        let address = match kind {
            Kind::Sqlite if !url.contains('?') => format!("{url}?mode=rwc"),
            _ => url.to_owned(),
        };
        let (on_read, on_write, readers, writers) = match kind {
            // One writer: SQLite has one lock, and waiting for it in a queue is fairer than in its busy handler.
            Kind::Sqlite => (SQLITE_READ, SQLITE_WRITE, 8, 1),
            Kind::Postgres => ("SET default_transaction_read_only = on", "SET lock_timeout = '10s'", 8, 8),
        };
        let spoilt = Arc::<AtomicBool>::default();
        let pool = |setup: &'static str, size, spoilt: Arc<AtomicBool>| {
            AnyPoolOptions::new()
                .max_connections(size)
                .acquire_timeout(Duration::from_secs(10))
                .idle_timeout(Duration::from_secs(300))
                .before_acquire(move |_, _| {
                    let good = !spoilt.swap(false, Ordering::SeqCst);
                    Box::pin(async move { Ok(good) })
                })
                .after_connect(move |connection, _| {
                    Box::pin(async move {
                        connection.execute(setup).await?;
                        Ok(())
                    })
                })
        };
        let open = |error| DbError::Open(kind, error);
        // The writer first: it makes the file.
        let write = pool(on_write, writers, Arc::clone(&spoilt)).connect(&address).await.map_err(open)?;
        let read = pool(on_read, readers, Arc::default()).connect_lazy(&address).map_err(open)?;
        Ok(Self { kind, read, write, spoilt })
    }

    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// For reading; these connections refuse to write.
    #[must_use]
    pub fn read(&self) -> &AnyPool {
        &self.read
    }

    /// A transaction for what machines write: hellos, states, marks. What people change goes through
    /// [`super::Change::begin`].
    ///
    /// # Errors
    /// When the database is away.
    pub async fn write(&self) -> Result<Tx, DbError> {
        let mut begun = self.begin().await;
        if let Err(sqlx::Error::InvalidSavePointStatement) = begun {
            // SQLite ended a transaction by itself, as it does on a full disk, and the connection does not know: another one.
            self.spoilt.store(true, Ordering::SeqCst);
            begun = self.begin().await;
        }
        begun.map(Tx).map_err(|error| DbError::Transaction("begin", error))
    }

    async fn begin(&self) -> Result<Transaction<'static, Any>, sqlx::Error> {
        match self.kind {
            // Taking the lock at once keeps two transactions from each holding what the other needs.
            Kind::Sqlite => self.write.begin_with("BEGIN IMMEDIATE").await,
            Kind::Postgres => self.write.begin().await,
        }
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

impl Tx {
    /// What queries are run on.
    pub fn on(&mut self) -> &mut AnyConnection {
        &mut self.0
    }

    /// Makes it last.
    ///
    /// # Errors
    /// When the database is away: then nothing has changed.
    pub async fn commit(self) -> Result<(), DbError> {
        self.0.commit().await.map_err(|error| DbError::Transaction("commit", error))
    }
}

const SQLITE_WRITE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA busy_timeout = 10000";
const SQLITE_READ: &str = "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000; PRAGMA query_only = ON";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn after_a_full_disk_the_next_transaction_works() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite:{}", dir.path().join("db").display())).await.unwrap();
        let mut tx = db.write().await.unwrap();
        tx.on().execute("CREATE TABLE t (x TEXT)").await.unwrap();
        tx.commit().await.unwrap();
        // As full as a disk: SQLite takes no more pages than this, on this connection.
        let mut tx = db.write().await.unwrap();
        tx.on().execute("PRAGMA max_page_count = 4").await.unwrap();
        let full = tx.on().execute("INSERT INTO t VALUES (hex(zeroblob(100000)))").await;
        assert!(full.unwrap_err().to_string().contains("full"));
        drop(tx);
        let mut tx = db.write().await.unwrap();
        tx.on().execute("INSERT INTO t VALUES ('x')").await.unwrap();
        tx.commit().await.unwrap();
    }
}
