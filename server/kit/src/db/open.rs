//! Opening the database and its transactions.

use std::{
    sync::{
        Arc, Once,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{Any, AnyConnection, AnyPool, Executor as _, Transaction, any::AnyPoolOptions};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::outbox::Bell;

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
    write: Writers,
    relaxed: Writers,
    /// SQLite has one lock for writing. Waiting for it in a queue is fairer than in its busy handler.
    turn: Option<Arc<Semaphore>>,
}

/// Connections for writing.
#[derive(Clone, Debug)]
struct Writers {
    pool: AnyPool,
    /// The next connection that is taken from the pool is to be closed instead.
    spoilt: Arc<AtomicBool>,
}

/// A transaction that writes.
pub struct Tx {
    inner: Transaction<'static, Any>,
    /// Rung once it lasts.
    bells: Vec<Bell>,
    _turn: Option<OwnedSemaphorePermit>,
}

/// So long a writer waits for its turn. Thousands of agents may come back at the same moment; their patience is longer.
const TURN: Duration = Duration::from_secs(30);

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
        let (on_read, on_write, on_relaxed, readers, writers) = match kind {
            Kind::Sqlite => (SQLITE_READ, SQLITE_WRITE, SQLITE_RELAXED, 8, 1),
            Kind::Postgres => (POSTGRES_READ, POSTGRES_WRITE, POSTGRES_RELAXED, 8, 8),
        };
        let open = |error| DbError::Open(kind, error);
        // The writer first: it makes the file.
        let spoilt = Arc::<AtomicBool>::default();
        let pool = options(on_write, writers, Arc::clone(&spoilt)).connect(&address).await.map_err(open)?;
        let write = Writers { pool, spoilt };
        let spoilt = Arc::<AtomicBool>::default();
        let pool = options(on_relaxed, writers, Arc::clone(&spoilt)).connect_lazy(&address).map_err(open)?;
        let relaxed = Writers { pool, spoilt };
        let read = options(on_read, readers, Arc::default()).connect_lazy(&address).map_err(open)?;
        let turn = (kind == Kind::Sqlite).then(|| Arc::new(Semaphore::new(1)));
        Ok(Self { kind, read, write, relaxed, turn })
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

    /// A transaction for what machines write and must not be lost: marks, the states of commands. What people change goes
    /// through [`super::Change::begin`].
    ///
    /// # Errors
    /// When the database is away, or the writers before this one take too long.
    pub async fn write(&self) -> Result<Tx, DbError> {
        self.begin(&self.write).await
    }

    /// A transaction for what agents tell again by themselves: hellos, states, contacts. It is as safe as any other against a
    /// crash of the server; a power failure may undo the last ones. In return it does not wait for the disk.
    ///
    /// # Errors
    /// When the database is away, or the writers before this one take too long.
    pub async fn write_relaxed(&self) -> Result<Tx, DbError> {
        self.begin(&self.relaxed).await
    }

    async fn begin(&self, writers: &Writers) -> Result<Tx, DbError> {
        let late = || DbError::Transaction("begin", sqlx::Error::PoolTimedOut);
        let turn = match &self.turn {
            None => None,
            Some(turn) => {
                let waited = timeout(TURN, Arc::clone(turn).acquire_owned()).await.map_err(|_| late())?;
                Some(waited.map_err(|_| late())?)
            }
        };
        let inner = writers.begin(self.kind).await.map_err(|error| DbError::Transaction("begin", error))?;
        Ok(Tx { inner, bells: Vec::new(), _turn: turn })
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.read.close().await;
        self.relaxed.pool.close().await;
        self.write.pool.close().await;
    }
}

impl Writers {
    async fn begin(&self, kind: Kind) -> Result<Transaction<'static, Any>, sqlx::Error> {
        let begun = self.attempt(kind).await;
        if let Err(sqlx::Error::InvalidSavePointStatement) = begun {
            // SQLite ended a transaction by itself, as it does on a full disk, and the connection does not know: another one.
            self.spoilt.store(true, Ordering::SeqCst);
            return self.attempt(kind).await;
        }
        begun
    }

    async fn attempt(&self, kind: Kind) -> Result<Transaction<'static, Any>, sqlx::Error> {
        match kind {
            // Taking the lock at once keeps two transactions from each holding what the other needs.
            Kind::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await,
            Kind::Postgres => self.pool.begin().await,
        }
    }
}

/// A pool of connections that `setup` is run on first.
fn options(setup: &'static str, size: u32, spoilt: Arc<AtomicBool>) -> AnyPoolOptions {
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
}

impl Tx {
    /// What queries are run on.
    pub fn on(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    /// Rings the bell as soon as this lasts, and never if it does not: whoever is woken sees what was written.
    pub fn ring(&mut self, bell: &Bell) {
        self.bells.push(bell.clone());
    }

    /// Makes it last.
    ///
    /// # Errors
    /// When the database is away: then nothing has changed.
    pub async fn commit(self) -> Result<(), DbError> {
        self.inner.commit().await.map_err(|error| DbError::Transaction("commit", error))?;
        self.bells.iter().for_each(Bell::ring);
        Ok(())
    }
}

const SQLITE_WRITE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA busy_timeout = 10000";
// In the log's mode NORMAL syncs at checkpoints only; what is behind the last sync is undone as a whole, never in part.
const SQLITE_RELAXED: &str = "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000";
/// Readers are many, and the system keeps the file's pages anyway: a small cache of their own is enough.
const SQLITE_READ: &str =
    "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000; PRAGMA query_only = ON; PRAGMA cache_size = -512";
const POSTGRES_WRITE: &str = "SET lock_timeout = '10s'";
const POSTGRES_RELAXED: &str = "SET lock_timeout = '10s'; SET synchronous_commit = off";
const POSTGRES_READ: &str = "SET default_transaction_read_only = on";

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the bell rang before now.
    async fn rang(bell: &Bell) -> bool {
        tokio::select! {
            biased;
            () = bell.rung() => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn a_bell_rings_once_what_it_is_rung_for_can_be_read_and_not_if_it_never_can() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite:{}", dir.path().join("db").display())).await.unwrap();
        let bell = Bell::default();
        let mut tx = db.write().await.unwrap();
        tx.on().execute("CREATE TABLE t (x TEXT)").await.unwrap();
        tx.ring(&bell);
        assert!(!rang(&bell).await, "nobody can read it yet");
        tx.commit().await.unwrap();
        assert!(rang(&bell).await);
        db.read().execute("SELECT x FROM t").await.unwrap();
        let mut tx = db.write().await.unwrap();
        tx.ring(&bell);
        drop(tx);
        assert!(!rang(&bell).await, "it was taken back");
    }

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
