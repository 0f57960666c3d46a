//! What a feed says, kept: what is different is found, and only that is written.

mod changes;
mod known;
mod record;
mod statements;
mod weaknesses;

use sqlx::AnyConnection;
use yagura_advisories::{Format, Record};
use yagura_channel::wire::key::sha256;
use yagura_server_kit::{ApiError, Context, db::Kind};

pub(super) use self::{
    changes::Changes,
    known::{Gone, Known},
};

/// A number that stands for some words, as assets number their packages: the first 63 bits of their SHA-256.
pub(in crate::server) fn number_of(words: &[&str]) -> i64 {
    let mut text = Vec::new();
    for word in words {
        text.extend_from_slice(word.as_bytes());
        text.push(0);
    }
    let hash = sha256(&text);
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(first) & i64::MAX
}

/// Writes some records of one feed, and about which packages something new is said.
pub(super) async fn write(
    ctx: &Context,
    feed: &str,
    format: Format,
    import: &str,
    records: &[Record],
) -> Result<(), ApiError> {
    let mut tx = ctx.db().write_relaxed().await?;
    turn(ctx, tx.on()).await?;
    statements::write(tx.on(), feed, import, records).await?;
    weaknesses::write(tx.on(), feed, format, records, ctx.now()).await?;
    Ok(tx.commit().await?)
}

/// Takes away what a feed does not say any more.
pub(super) async fn forget(ctx: &Context, feed: &str, gone: &[Gone]) -> Result<(), ApiError> {
    let mut tx = ctx.db().write_relaxed().await?;
    turn(ctx, tx.on()).await?;
    statements::forget(tx.on(), gone).await?;
    weaknesses::forget(tx.on(), feed, gone, ctx.now()).await?;
    Ok(tx.commit().await?)
}

/// Those who lay weaknesses together do it one after the other: two feeds that speak of one would otherwise each leave the other's words out.
/// SQLite has one writer in any case.
async fn turn(ctx: &Context, connection: &mut AnyConnection) -> Result<(), ApiError> {
    /// Any number that nobody else takes: "feeds" as bytes.
    const LOCK: i64 = 0x66_6565_6473;
    if ctx.db().kind() == Kind::Postgres {
        // It ends with the transaction.
        sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)").bind(LOCK).execute(connection).await?;
    }
    Ok(())
}

/// `$from, $from + 1, …`: so many places.
pub(in crate::server) fn places(from: usize, count: usize) -> String {
    (from..from + count).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ")
}
