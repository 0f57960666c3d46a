//! Weaknesses: what each feed says of them, laid together.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, AssertSqlSafe};
use yagura_advisories::{Format, Record};
use yagura_server_kit::ApiError;
use yagura_vocabulary::Time;

use super::{
    known::Gone,
    places,
    record::{Kind, mark},
    statements::judge_again,
};
use crate::lay::{Told, Weakness, lay};

/// Writes what is said of weaknesses themselves.
pub(super) async fn write(
    connection: &mut AnyConnection,
    feed: &str,
    format: Format,
    records: &[Record],
    now: Time,
) -> Result<(), ApiError> {
    let mut said: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for record in records {
        if let Some(id) = about(record) {
            said.entry(id).or_default().push(record);
        }
    }
    let mut known = load(connection, &said.keys().copied().collect::<Vec<_>>()).await?;
    for (id, records) in said {
        let before = known.remove(id);
        let mut told = before.as_ref().map(|(told, _)| told.clone()).unwrap_or_default();
        let part = told.entry(feed.to_owned()).or_default();
        format.as_str().clone_into(&mut part.format);
        for record in records {
            match record {
                Record::Cve(it) => part.cve = Some(it.clone()),
                Record::Exploited(it) => part.exploited = Some(it.clone()),
                Record::Likelihood(it) => part.likelihood = Some(it.clone()),
                _ => {}
            }
            if let Some((kind, number, hash)) = mark(feed, record) {
                sqlx::query(
                    "INSERT INTO vulnerabilities_told (number, feed, weakness, kind, hash) VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (number) DO UPDATE SET hash = excluded.hash",
                )
                .bind(number)
                .bind(feed)
                .bind(id)
                .bind(kind.as_str())
                .bind(hash)
                .execute(&mut *connection)
                .await?;
            }
        }
        store(connection, id, &told, before.is_some_and(|(_, rejected)| rejected), now).await?;
    }
    Ok(())
}

/// The weakness that a record speaks of.
fn about(record: &Record) -> Option<&str> {
    match record {
        Record::Cve(it) => Some(&it.id),
        Record::Exploited(it) => Some(&it.id),
        Record::Likelihood(it) => Some(&it.id),
        Record::Statement(_) | Record::Update(_) | Record::Support(_) | Record::Withdrawn { .. } => None,
    }
}

/// Takes away what a feed does not say of them any more. A weakness of which nobody says anything keeps its last words: it stands in history.
pub(super) async fn forget(
    connection: &mut AnyConnection,
    feed: &str,
    gone: &[Gone],
    now: Time,
) -> Result<(), ApiError> {
    let is_told = |it: &&Gone| matches!(it.kind, Kind::Cve | Kind::Exploited | Kind::Likelihood);
    let numbers: Vec<i64> = gone.iter().filter(is_told).map(|it| it.number).collect();
    if numbers.is_empty() {
        return Ok(());
    }
    let list = places(1, numbers.len());
    let sql = format!("SELECT weakness, kind FROM vulnerabilities_told WHERE number IN ({list})");
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for number in &numbers {
        query = query.bind(*number);
    }
    let rows: Vec<(String, String)> = query.fetch_all(&mut *connection).await?;
    let mut known = load(connection, &rows.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>()).await?;
    for (id, kind) in &rows {
        let Some((told, _)) = known.get_mut(id) else { continue };
        let Some(part) = told.get_mut(feed) else { continue };
        match kind.as_str() {
            "cve" => part.cve = None,
            "exploited" => part.exploited = None,
            _ => part.likelihood = None,
        }
        if part.cve.is_none() && part.exploited.is_none() && part.likelihood.is_none() {
            told.remove(feed);
        }
    }
    for (id, (told, rejected)) in &known {
        if told.is_empty() {
            sqlx::query("UPDATE vulnerabilities_weakness SET told = '{}', changed_at = $1 WHERE id = $2")
                .bind(now.micros())
                .bind(id)
                .execute(&mut *connection)
                .await?;
        } else {
            store(connection, id, told, *rejected, now).await?;
        }
    }
    let mut query = sqlx::query(AssertSqlSafe(format!("DELETE FROM vulnerabilities_told WHERE number IN ({list})")));
    for number in &numbers {
        query = query.bind(*number);
    }
    query.execute(&mut *connection).await?;
    Ok(())
}

/// What is told of weaknesses, and whether they count as rejected.
async fn load(connection: &mut AnyConnection, ids: &[&str]) -> Result<BTreeMap<String, (Told, bool)>, ApiError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!("SELECT id, told, rejected FROM vulnerabilities_weakness WHERE id IN ({})", places(1, ids.len()));
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for id in ids {
        query = query.bind((*id).to_owned());
    }
    let rows: Vec<(String, String, i64)> = query.fetch_all(connection).await?;
    let read = |(id, told, rejected): (String, String, i64)| {
        (id, (serde_json::from_str(&told).unwrap_or_default(), rejected != 0))
    };
    Ok(rows.into_iter().map(read).collect())
}

async fn store(
    connection: &mut AnyConnection,
    id: &str,
    told: &Told,
    was_rejected: bool,
    now: Time,
) -> Result<(), ApiError> {
    let laid = lay(told);
    put(connection, id, &laid, told, now).await?;
    if laid.rejected != was_rejected {
        let due: Vec<(String, String)> =
            sqlx::query_as("SELECT DISTINCT ecosystem, package FROM vulnerabilities_statement WHERE weakness = $1")
                .bind(id)
                .fetch_all(&mut *connection)
                .await?;
        judge_again(connection, &due.into_iter().collect::<BTreeSet<_>>()).await?;
    }
    Ok(())
}

async fn put(
    connection: &mut AnyConnection,
    id: &str,
    laid: &Weakness,
    told: &Told,
    now: Time,
) -> Result<(), ApiError> {
    let unavailable = |error: serde_json::Error| ApiError::unavailable(&error);
    let json = |list: &Vec<String>| serde_json::to_string(list).map_err(unavailable);
    let ([title_ja, title_en], [summary_ja, summary_en]) = (&laid.title, &laid.summary);
    sqlx::query(
        "INSERT INTO vulnerabilities_weakness (id, title_ja, title_en, summary_ja, summary_en, severity, score, vector, cwe, refs,
         published_at, modified_at, rejected, replaced_by, exploited_at, due_at, ransomware, epss, epss_percentile, told,
         changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
         NULLIF($18, CAST(-1 AS DOUBLE PRECISION)), NULLIF($19, CAST(-1 AS DOUBLE PRECISION)), $20, $21)
         ON CONFLICT (id) DO UPDATE SET title_ja = excluded.title_ja, title_en = excluded.title_en,
         summary_ja = excluded.summary_ja, summary_en = excluded.summary_en, severity = excluded.severity,
         score = excluded.score, vector = excluded.vector, cwe = excluded.cwe, refs = excluded.refs,
         published_at = excluded.published_at, modified_at = excluded.modified_at, rejected = excluded.rejected,
         replaced_by = excluded.replaced_by, exploited_at = excluded.exploited_at, due_at = excluded.due_at,
         ransomware = excluded.ransomware, epss = excluded.epss, epss_percentile = excluded.epss_percentile,
         told = excluded.told, changed_at = excluded.changed_at",
    )
    .bind(id)
    .bind(title_ja)
    .bind(title_en)
    .bind(summary_ja)
    .bind(summary_en)
    .bind(laid.severity)
    .bind(laid.score)
    .bind(&laid.vector)
    .bind(json(&laid.cwe)?)
    .bind(json(&laid.references)?)
    .bind(laid.published_at)
    .bind(laid.modified_at)
    .bind(i64::from(laid.rejected))
    .bind(json(&laid.replaced_by)?)
    .bind(laid.exploited_at)
    .bind(laid.due_at)
    .bind(i64::from(laid.ransomware))
    // Absent: sqlx 0.9 gives PostgreSQL an absent f64 as one of four bytes, and the prepared statement then takes no other.
    .bind(laid.epss.map_or(-1.0, |(probability, _)| probability))
    .bind(laid.epss.map_or(-1.0, |(_, percentile)| percentile))
    .bind(serde_json::to_string(told).map_err(unavailable)?)
    .bind(now.micros())
    .execute(connection)
    .await?;
    Ok(())
}
