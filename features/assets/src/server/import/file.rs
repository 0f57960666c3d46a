//! Receiving a file and making a table of it.

use axum::body::{Body, to_bytes};
use jiff::tz::TimeZone;
use yagura_server_kit::{ApiError, Code, Context};

use crate::import::{BadRow, MAX_FILE, Row, Table, TableError, Target, guess, rows};

/// A file, read.
pub(super) struct File {
    pub table: Table,
    pub mapping: Vec<Target>,
    pub good: Vec<Row>,
    pub bad: Vec<BadRow>,
}

/// Reads a request's body. `mapping` is what each column is, in order, between commas; guessed where it is not said.
pub(super) async fn receive(ctx: &Context, body: Body, mapping: Option<&str>) -> Result<File, ApiError> {
    let too_large = |_| ApiError::new(Code::TooLarge, format!("a list of assets has at most {MAX_FILE} bytes"));
    let bytes = to_bytes(body, MAX_FILE).await.map_err(too_large)?;
    let said = mapping.map(targets).transpose()?;
    let zone = zone(ctx).await?;
    // A workbook is unpacked twice: too long for a thread that answers others.
    let read = tokio::task::spawn_blocking(move || {
        let table = Table::read(&bytes)?;
        let mapping = said.unwrap_or_else(|| guess(&table.titles));
        let (good, bad) = rows(&table, &mapping, &zone);
        Ok(File { table, mapping, good, bad })
    });
    let file = read.await.map_err(|error| ApiError::unavailable(&error))?;
    file.map_err(|error: TableError| {
        let code = if matches!(error, TableError::TooLarge(_)) { Code::TooLarge } else { Code::Invalid };
        ApiError::new(code, error.to_string()).with("", "unreadable", Some(error.to_string()))
    })
}

fn targets(text: &str) -> Result<Vec<Target>, ApiError> {
    let unknown =
        |word: &str| ApiError::invalid("?mapping", "unknown", format!("`{word}` is nothing that a column can be"));
    let targets: Vec<Target> =
        text.split(',').map(|word| word.parse().map_err(|_| unknown(word))).collect::<Result<_, _>>()?;
    for target in Target::ALL.iter().filter(|target| !matches!(target, Target::Custom | Target::Ignore)) {
        if targets.iter().filter(|other| *other == target).count() > 1 {
            return Err(ApiError::invalid("?mapping", "duplicate", format!("two columns cannot both be `{target}`")));
        }
    }
    Ok(targets)
}

/// The organisation's time zone: in it a day begins.
async fn zone(ctx: &Context) -> Result<TimeZone, ApiError> {
    let zone: Option<(String,)> = sqlx::query_as("SELECT value FROM organisation_setting WHERE name = 'time_zone'")
        .fetch_optional(ctx.db().read())
        .await?;
    let name = zone.map_or_else(|| "Asia/Tokyo".to_owned(), |(name,)| name);
    Ok(TimeZone::get(&name).unwrap_or(TimeZone::UTC))
}
