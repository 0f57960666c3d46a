//! Statements, updates and ends of support: what is written and taken away.

use std::collections::BTreeSet;

use sqlx::{AnyConnection, AssertSqlSafe};
use yagura_advisories::{Record, Statement, Support, Update};
use yagura_server_kit::ApiError;

use super::{
    known::Gone,
    places,
    record::{Kind, mark},
};

/// Writes what is neither a weakness nor what is told of one.
pub(super) async fn write(
    connection: &mut AnyConnection,
    feed: &str,
    import: &str,
    records: &[Record],
) -> Result<(), ApiError> {
    let mut due = BTreeSet::new();
    for record in records {
        let Some((_, number, hash)) = mark(feed, record) else { continue };
        match record {
            Record::Statement(it) => {
                due.insert((it.ecosystem.to_string(), it.package.clone()));
                statement(connection, (feed, import), (number, hash), it).await?;
            }
            Record::Update(it) => {
                due.insert(("windows".to_owned(), it.product.to_lowercase()));
                update(connection, (feed, import), (number, hash), it).await?;
            }
            Record::Support(it) => support(connection, (feed, import), (number, hash), it).await?,
            Record::Cve(_) | Record::Exploited(_) | Record::Likelihood(_) | Record::Withdrawn { .. } => {}
        }
    }
    judge_again(connection, &due).await
}

async fn statement(
    connection: &mut AnyConnection,
    (feed, import): (&str, &str),
    (number, hash): (i64, i64),
    it: &Statement,
) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO vulnerabilities_statement (number, feed, weakness, advisory, ecosystem, package, body, hash, import)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (number) DO UPDATE SET weakness = excluded.weakness, advisory = excluded.advisory, body = excluded.body,
         hash = excluded.hash, import = excluded.import",
    )
    .bind(number)
    .bind(feed)
    .bind(&it.id)
    .bind(it.advisory.as_deref().unwrap_or_default())
    .bind(it.ecosystem.to_string())
    .bind(&it.package)
    .bind(serde_json::to_string(it).map_err(|error| ApiError::unavailable(&error))?)
    .bind(hash)
    .bind(import)
    .execute(connection)
    .await?;
    Ok(())
}

async fn update(
    connection: &mut AnyConnection,
    (feed, import): (&str, &str),
    (number, hash): (i64, i64),
    it: &Update,
) -> Result<(), ApiError> {
    let json = |list: &Vec<String>| serde_json::to_string(list).map_err(|error| ApiError::unavailable(&error));
    sqlx::query(
        "INSERT INTO vulnerabilities_update (number, feed, kb, product, build, supersedes, fixes, url, hash, import)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (number) DO UPDATE SET build = excluded.build, supersedes = excluded.supersedes, fixes = excluded.fixes,
         url = excluded.url, hash = excluded.hash, import = excluded.import",
    )
    .bind(number)
    .bind(feed)
    .bind(&it.kb)
    .bind(&it.product)
    .bind(it.build.as_deref().unwrap_or_default())
    .bind(json(&it.supersedes)?)
    .bind(json(&it.fixes)?)
    .bind(it.url.as_deref().unwrap_or_default())
    .bind(hash)
    .bind(import)
    .execute(connection)
    .await?;
    Ok(())
}

async fn support(
    connection: &mut AnyConnection,
    (feed, import): (&str, &str),
    (number, hash): (i64, i64),
    it: &Support,
) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO vulnerabilities_support (number, feed, product, release, released_at, active_until, security_until,
         extended_until, ended, latest, hash, import) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (number) DO UPDATE SET released_at = excluded.released_at, active_until = excluded.active_until,
         security_until = excluded.security_until, extended_until = excluded.extended_until, ended = excluded.ended,
         latest = excluded.latest, hash = excluded.hash, import = excluded.import",
    )
    .bind(number)
    .bind(feed)
    .bind(&it.product)
    .bind(&it.release)
    .bind(it.released)
    .bind(it.active_until)
    .bind(it.security_until)
    .bind(it.extended_until)
    .bind(i64::from(it.ended))
    .bind(it.latest.as_deref().unwrap_or_default())
    .bind(hash)
    .bind(import)
    .execute(connection)
    .await?;
    Ok(())
}

/// Marks packages about which something new is said.
pub(super) async fn judge_again(
    connection: &mut AnyConnection,
    due: &BTreeSet<(String, String)>,
) -> Result<(), ApiError> {
    for (ecosystem, package) in due {
        sqlx::query(
            "INSERT INTO vulnerabilities_due (ecosystem, package, turn) VALUES ($1, $2, 1)
             ON CONFLICT (ecosystem, package) DO UPDATE SET turn = vulnerabilities_due.turn + 1",
        )
        .bind(ecosystem)
        .bind(package)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Takes away what is not said any more.
pub(super) async fn forget(connection: &mut AnyConnection, gone: &[Gone]) -> Result<(), ApiError> {
    let of = |kind| gone.iter().filter(move |it| it.kind == kind).map(|it| it.number).collect::<Vec<_>>();
    let statements = of(Kind::Statement);
    if !statements.is_empty() {
        let sql = format!(
            "SELECT DISTINCT ecosystem, package FROM vulnerabilities_statement WHERE number IN ({})",
            places(1, statements.len())
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for number in &statements {
            query = query.bind(*number);
        }
        let due: Vec<(String, String)> = query.fetch_all(&mut *connection).await?;
        judge_again(connection, &due.into_iter().collect()).await?;
    }
    let tables = [
        ("vulnerabilities_statement", statements),
        ("vulnerabilities_update", of(Kind::Update)),
        ("vulnerabilities_support", of(Kind::Support)),
    ];
    for (table, numbers) in tables.into_iter().filter(|(_, numbers)| !numbers.is_empty()) {
        let sql = format!("DELETE FROM {table} WHERE number IN ({})", places(1, numbers.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for number in numbers {
            query = query.bind(number);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
