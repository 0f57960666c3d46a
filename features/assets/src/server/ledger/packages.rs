//! What is installed where: every package once, and for each sighting which it has.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, FromRow};
use yagura_server_kit::ApiError;
use yagura_vocabulary::Time;

use super::number_of;
use crate::model::Software;

#[derive(Debug, FromRow)]
struct Row {
    number: i64,
    name: String,
    version: String,
    source: String,
    architecture: String,
    publisher: String,
}

/// The number of a package.
fn number(one: &Software) -> i64 {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    number_of(&[&one.name, &one.version, &one.source, &text(&one.architecture), &text(&one.publisher)])
}

/// Writes down what a sighting has; gives what it had before.
///
/// A source that tells no package at all could not read them this time: what it had stays, and nothing changed.
pub(super) async fn write(
    connection: &mut AnyConnection,
    sighting: i64,
    software: &[Software],
    now: Time,
) -> Result<Vec<Software>, ApiError> {
    if software.is_empty() {
        return Ok(Vec::new());
    }
    let had: Vec<Row> = sqlx::query_as(
        "SELECT p.number AS number, p.name AS name, p.version AS version, p.source AS source,
         p.architecture AS architecture, p.publisher AS publisher
         FROM assets_installed i JOIN assets_package p ON p.number = i.package WHERE i.sighting = $1",
    )
    .bind(sighting)
    .fetch_all(&mut *connection)
    .await?;
    let has: BTreeMap<i64, &Software> = software.iter().map(|one| (number(one), one)).collect();
    let before: BTreeSet<i64> = had.iter().map(|row| row.number).collect();
    for (package, one) in has.iter().filter(|(package, _)| !before.contains(package)) {
        sqlx::query(
            "INSERT INTO assets_package (number, name, version, source, architecture, publisher, folded, first_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        )
        .bind(*package)
        .bind(&one.name)
        .bind(&one.version)
        .bind(&one.source)
        .bind(one.architecture.as_deref().unwrap_or_default())
        .bind(one.publisher.as_deref().unwrap_or_default())
        .bind(fold(&one.name))
        .bind(now.micros())
        .execute(&mut *connection)
        .await?;
        sqlx::query("INSERT INTO assets_installed (package, sighting) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(*package)
            .bind(sighting)
            .execute(&mut *connection)
            .await?;
    }
    for package in before.iter().filter(|package| !has.contains_key(package)) {
        sqlx::query("DELETE FROM assets_installed WHERE package = $1 AND sighting = $2")
            .bind(*package)
            .bind(sighting)
            .execute(&mut *connection)
            .await?;
    }
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let software = |row: Row| Software {
        name: row.name,
        version: row.version,
        publisher: some(row.publisher),
        source: row.source,
        architecture: some(row.architecture),
        installed_at: None,
        size_bytes: None,
        account: None,
        browser: None,
        id: None,
    };
    Ok(had.into_iter().map(software).collect())
}

/// As names are searched for: full and half width, upper and lower case are the same.
pub(crate) fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfkc().collect::<String>().to_lowercase()
}
