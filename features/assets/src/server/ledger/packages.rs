//! What is installed where: every package once, and for each sighting which it has.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, FromRow};
use yagura_server_kit::ApiError;
use yagura_vocabulary::Time;

use super::number_of;
use crate::model::{BuiltFrom, Software};

#[derive(Debug, FromRow)]
struct Row {
    name: String,
    version: String,
    source: String,
    architecture: String,
    publisher: String,
    built_name: String,
    built_version: String,
}

/// The number of a package.
fn number(one: &Software) -> i64 {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    number_of(&[&one.name, &one.version, &one.source, &text(&one.architecture), &text(&one.publisher)])
}

/// What came to a sighting's packages, and what went.
#[derive(Debug, Default)]
pub(super) struct Moved<'a> {
    pub came: Vec<&'a Software>,
    pub went: Vec<Software>,
    /// Whether it had none before: all came with the first look, and nothing changed.
    pub first: bool,
}

/// Writes down what a sighting has, and gives what is different from before. Where it leads, packages are counted.
///
/// A source that tells no package at all could not read them this time: what it had stays, and nothing changed.
pub(super) async fn write<'a>(
    connection: &mut AnyConnection,
    sighting: i64,
    leads: bool,
    software: &'a [Software],
    now: Time,
) -> Result<Moved<'a>, ApiError> {
    if software.is_empty() {
        return Ok(Moved::default());
    }
    let had: Vec<(i64,)> = sqlx::query_as("SELECT package FROM assets_installed WHERE sighting = $1")
        .bind(sighting)
        .fetch_all(&mut *connection)
        .await?;
    let had: BTreeSet<i64> = had.into_iter().map(|(package,)| package).collect();
    let has: BTreeMap<i64, &Software> = software.iter().map(|one| (number(one), one)).collect();
    learn(connection, sighting, &has).await?;
    let mut moved = Moved { first: had.is_empty(), ..Moved::default() };
    for (package, one) in has.iter().filter(|(package, _)| !had.contains(package)) {
        add(connection, *package, one, now).await?;
        sqlx::query("INSERT INTO assets_installed (package, sighting) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(*package)
            .bind(sighting)
            .execute(&mut *connection)
            .await?;
        moved.came.push(one);
        if leads {
            count(connection, *package, 1).await?;
        }
    }
    for package in had.iter().filter(|package| !has.contains_key(package)) {
        moved.went.extend(read(connection, *package).await?);
        sqlx::query("DELETE FROM assets_installed WHERE package = $1 AND sighting = $2")
            .bind(*package)
            .bind(sighting)
            .execute(&mut *connection)
            .await?;
        if leads {
            count(connection, *package, -1).await?;
        }
    }
    Ok(moved)
}

/// Writes down what packages were built from that an older agent did not tell of.
async fn learn(connection: &mut AnyConnection, sighting: i64, has: &BTreeMap<i64, &Software>) -> Result<(), ApiError> {
    if has.values().all(|one| one.built_from.is_none()) {
        return Ok(());
    }
    let unknown: Vec<(i64,)> = sqlx::query_as(
        "SELECT p.number AS number FROM assets_installed i JOIN assets_package p ON p.number = i.package
         WHERE i.sighting = $1 AND p.built_name = ''",
    )
    .bind(sighting)
    .fetch_all(&mut *connection)
    .await?;
    for (number,) in unknown {
        let Some(BuiltFrom { name, version }) = has.get(&number).and_then(|one| one.built_from.as_ref()) else {
            continue;
        };
        sqlx::query("UPDATE assets_package SET built_name = $1, built_version = $2 WHERE number = $3")
            .bind(name)
            .bind(version)
            .bind(number)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Adds a package that nobody had.
async fn add(connection: &mut AnyConnection, package: i64, one: &Software, now: Time) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO assets_package (number, name, version, source, architecture, publisher, folded, first_at, built_name,
         built_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
    )
    .bind(package)
    .bind(&one.name)
    .bind(&one.version)
    .bind(&one.source)
    .bind(one.architecture.as_deref().unwrap_or_default())
    .bind(one.publisher.as_deref().unwrap_or_default())
    .bind(fold(&one.name))
    .bind(now.micros())
    .bind(one.built_from.as_ref().map_or("", |it| it.name.as_str()))
    .bind(one.built_from.as_ref().map_or("", |it| it.version.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}

async fn read(connection: &mut AnyConnection, package: i64) -> Result<Option<Software>, ApiError> {
    let row: Option<Row> =
        sqlx::query_as("SELECT name, version, source, architecture, publisher, built_name, built_version FROM assets_package WHERE number = $1")
            .bind(package)
            .fetch_optional(connection)
            .await?;
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(row.map(|row| Software {
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
        built_from: some(row.built_name).map(|name| BuiltFrom { name, version: row.built_version }),
    }))
}

async fn count(connection: &mut AnyConnection, package: i64, by: i64) -> Result<(), ApiError> {
    sqlx::query("UPDATE assets_package SET machines = machines + $1 WHERE number = $2")
        .bind(by)
        .bind(package)
        .execute(connection)
        .await?;
    Ok(())
}

/// Counts all that a sighting has once more (`by` 1) or once less (-1): it leads now, or does not any more.
pub(super) async fn count_all(connection: &mut AnyConnection, sighting: i64, by: i64) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE assets_package SET machines = machines + $1
         WHERE number IN (SELECT package FROM assets_installed WHERE sighting = $2)",
    )
    .bind(by)
    .bind(sighting)
    .execute(connection)
    .await?;
    Ok(())
}

/// As names are searched for: full and half width, upper and lower case are the same.
pub(crate) fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfkc().collect::<String>().to_lowercase()
}
