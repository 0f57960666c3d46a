//! The catalogue of products: kept up to date in the background, so that no request has to count.
//!
//! One look normalises packages that are new, marks the products about which something changed (a machine came, went, was put into
//! stock, or installed something), compares products with the dictionary where that changed, and counts the marked ones again, each by
//! itself. A few of those that were counted longest ago are counted with them, so that what no mark told of is right after a while too.

mod apply;
mod count;
mod marks;
mod packages;

use std::{sync::Arc, time::Duration};

use tokio::sync::{Mutex, Notify};
use yagura_server_kit::{ApiError, Context, alone};

pub(super) use self::packages::number_of;
pub(in crate::server) use self::{
    apply::{dictionary, is_followed},
    count::covered,
};

/// How often it is looked when nobody rings.
const EVERY: Duration = Duration::from_secs(60);
/// Products that are counted before the next ones are asked for.
const AT_ONCE: i64 = 50;
/// After a look, products that were counted longer ago than this are counted again, a few at a time: one hour.
const OLD_US: i64 = 3_600_000_000;

/// Wakes the recount before its time, and lets one look at a time through.
#[derive(Default)]
pub(super) struct Bell {
    rings: Arc<Notify>,
    turn: Mutex<()>,
}

/// What one look did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Packages of which the product was found.
    pub packages: usize,
    /// Products that were counted.
    pub counted: usize,
}

/// Wakes the recount.
pub(super) fn ring(ctx: &Context) {
    ctx.part::<Bell>().rings.notify_one();
}

/// Looks until the server stops.
pub(super) async fn watch(ctx: Context) {
    alone::alone(&ctx, alone::Work::Licences, || rounds(&ctx)).await;
}

async fn rounds(ctx: &Context) {
    let (stop, bell) = (ctx.stopping(), Arc::clone(&ctx.part::<Bell>().rings));
    loop {
        let looked = async {
            if let Err(error) = look(ctx).await {
                tracing::warn!(?error, "products could not be counted; it is tried again");
            }
            tokio::select! {
                () = bell.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = looked => {}
        }
    }
}

/// One look: afterwards everything that changed before it is counted.
///
/// # Errors
/// When the database is away.
pub async fn look(ctx: &Context) -> Result<Looked, ApiError> {
    let _turn = ctx.part::<Bell>().turn.lock().await;
    let mut looked = Looked { packages: packages::normalise_new(ctx).await?, counted: 0 };
    marks::mark(ctx).await?;
    apply::apply(ctx).await?;
    loop {
        let stale: Vec<(i64,)> =
            sqlx::query_as("SELECT number FROM licences_product WHERE stale > 0 ORDER BY counted_at LIMIT $1")
                .bind(AT_ONCE)
                .fetch_all(ctx.db().read())
                .await?;
        if stale.is_empty() {
            break;
        }
        let numbers: Vec<i64> = stale.into_iter().map(|(number,)| number).collect();
        count::count(ctx, &numbers).await?;
        looked.counted += numbers.len();
    }
    let old: Vec<(i64,)> = sqlx::query_as(
        "SELECT number FROM licences_product WHERE stale = 0 AND counted_at < $1 ORDER BY counted_at LIMIT $2",
    )
    .bind(ctx.now().micros().saturating_sub(OLD_US))
    .bind(AT_ONCE)
    .fetch_all(ctx.db().read())
    .await?;
    let mut numbers: Vec<i64> = old.into_iter().map(|(number,)| number).collect();
    // Time passes for licences without anything happening: they begin, end, and are not used any more.
    let licensed: Vec<(i64,)> = sqlx::query_as(
        "SELECT number FROM licences_product WHERE counted_at < $1
         AND number IN (SELECT product FROM licences_licence)",
    )
    .bind(ctx.now().micros().saturating_sub(OLD_US))
    .fetch_all(ctx.db().read())
    .await?;
    numbers.extend(licensed.into_iter().map(|(number,)| number));
    numbers.sort_unstable();
    numbers.dedup();
    count::count(ctx, &numbers).await?;
    looked.counted += numbers.len();
    Ok(looked)
}
