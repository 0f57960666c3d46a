//! The control plane in PostgreSQL, through its own tables: `pg_dump` must be of the server's version and is often not there,
//! and our tables hold nothing but text and numbers. One JSON line for each row.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::Path,
};

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::{BackupError, Progress, copy::create};

/// Rows that are put in with one statement. A table that refers to itself is put in whole, because only then no row comes
/// before one it refers to.
const AT_ONCE: usize = 2_000;

/// Writes every table to `<table>.jsonl` in `dir`, all as they are at one moment. The tables, in an order in which none
/// refers to a later one.
pub(crate) async fn dump(url: &str, dir: &Path, progress: &Progress) -> Result<Vec<String>, BackupError> {
    let failed = |error| BackupError::Database("copy", error);
    let mut connection = PgConnection::connect(url).await.map_err(failed)?;
    sqlx::query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut connection).await.map_err(failed)?;
    let tables = tables(&mut connection).await.map_err(failed)?;
    for table in &tables {
        let path = dir.join(format!("{table}.jsonl"));
        let mut file = BufWriter::new(create(&path).map_err(BackupError::file("make", &path))?);
        let sql = AssertSqlSafe(format!("SELECT row_to_json(t)::text FROM \"{table}\" t"));
        let mut rows = sqlx::query_as::<_, (String,)>(sql).fetch(&mut connection);
        while let Some((row,)) = rows.try_next().await.map_err(failed)? {
            writeln!(file, "{row}").map_err(BackupError::file("write", &path))?;
            progress.did(row.len() as u64 + 1)?;
        }
        drop(rows);
        let file = file.into_inner().map_err(|error| BackupError::file("write", &path)(error.into_error()))?;
        file.sync_all().map_err(BackupError::file("write", &path))?;
    }
    connection.close().await.map_err(failed)?;
    Ok(tables)
}

/// Whether there is no table yet.
pub(crate) async fn is_empty(url: &str) -> Result<bool, BackupError> {
    let failed = |error| BackupError::Database("look at", error);
    let mut connection = PgConnection::connect(url).await.map_err(failed)?;
    let found = tables(&mut connection).await.map_err(failed)?;
    connection.close().await.map_err(failed)?;
    Ok(found.is_empty())
}

/// Fills the tables, which are there and as empty as migrations leave them, from the files in `dir`. All or nothing.
pub(crate) async fn load(url: &str, dir: &Path, tables: &[String]) -> Result<(), BackupError> {
    let failed = |error| BackupError::Database("fill", error);
    let mut connection = PgConnection::connect(url).await.map_err(failed)?;
    let mut tx = connection.begin().await.map_err(failed)?;
    let to_itself = references(&mut tx).await.map_err(failed)?;
    let applied: Vec<(i64,)> = sqlx::query_as("SELECT version FROM schema_migration ORDER BY version")
        .fetch_all(&mut *tx)
        .await
        .map_err(failed)?;
    // Migrations put rows into some, and those of the backup take their place. What refers to another goes first.
    for table in tables.iter().rev() {
        sqlx::query(AssertSqlSafe(format!("DELETE FROM \"{table}\""))).execute(&mut *tx).await.map_err(failed)?;
    }
    for table in tables {
        let path = dir.join(format!("{table}.jsonl"));
        let file = fs::File::open(&path).map_err(BackupError::file("read", &path))?;
        let whole = to_itself.get(table).is_some_and(|to| to.contains(table));
        let most = if whole { usize::MAX } else { AT_ONCE };
        let mut rows = Vec::new();
        for line in BufReader::new(file).lines() {
            rows.push(line.map_err(BackupError::file("read", &path))?);
            if rows.len() >= most {
                insert(&mut tx, table, &rows).await.map_err(failed)?;
                rows.clear();
            }
        }
        insert(&mut tx, table, &rows).await.map_err(failed)?;
    }
    let restored: Vec<(i64,)> = sqlx::query_as("SELECT version FROM schema_migration ORDER BY version")
        .fetch_all(&mut *tx)
        .await
        .map_err(failed)?;
    if restored != applied {
        let message = "the backup's tables are those of another version: restore it with the version that made it";
        return Err(BackupError::Version(message.to_owned()));
    }
    tx.commit().await.map_err(failed)
}

async fn insert(connection: &mut PgConnection, table: &str, rows: &[String]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql =
        format!("INSERT INTO \"{table}\" SELECT * FROM json_populate_recordset(NULL::\"{table}\", $1::text::json)");
    sqlx::query(AssertSqlSafe(sql)).bind(format!("[{}]", rows.join(","))).execute(connection).await.map(drop)
}

/// All tables, those that others refer to first.
async fn tables(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let names: Vec<(String,)> =
        sqlx::query_as("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
            .fetch_all(&mut *connection)
            .await?;
    let names = names.into_iter().map(|(name,)| name).collect();
    Ok(in_order(names, &references(connection).await?))
}

/// Which tables each table refers to.
async fn references(connection: &mut PgConnection) -> Result<BTreeMap<String, Vec<String>>, sqlx::Error> {
    let pairs: Vec<(String, String)> = sqlx::query_as(
        "SELECT a.relname::text, b.relname::text FROM pg_constraint c JOIN pg_class a ON a.oid = c.conrelid
         JOIN pg_class b ON b.oid = c.confrelid WHERE c.contype = 'f'",
    )
    .fetch_all(connection)
    .await?;
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (from, to) in pairs {
        found.entry(from).or_default().push(to);
    }
    Ok(found)
}

/// The names so ordered that each comes after those it refers to. A circle of several tables, which we do not have, would
/// stay at the end in the order it came. Pure.
fn in_order(mut names: Vec<String>, references: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut ordered: Vec<String> = Vec::with_capacity(names.len());
    loop {
        let ready = |name: &String| {
            let to = references.get(name).map(Vec::as_slice).unwrap_or_default();
            to.iter().all(|other| other == name || ordered.contains(other))
        };
        let (now, later): (Vec<_>, Vec<_>) = names.into_iter().partition(ready);
        if now.is_empty() {
            ordered.extend(later);
            return ordered;
        }
        ordered.extend(now);
        names = later;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_after_those_it_refers_to() {
        let names = ["account", "endpoint", "group", "person"].map(str::to_owned).to_vec();
        let to = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let references = BTreeMap::from([
            ("account".to_owned(), to(&["endpoint", "person"])),
            ("endpoint".to_owned(), to(&["group"])),
            ("group".to_owned(), to(&["group"])),
        ]);
        assert_eq!(in_order(names, &references), ["group", "person", "endpoint", "account"]);
    }
}
