//! The board: who suffers from what, in the memory of every server, kept in rows so that a start reads no package lists.
//!
//! One server at a time looks ([`look`]): it takes over what feeds claim and what machines told, judges the machines that it concerns, and
//! writes down how they stand. The others read those rows ([`learn::catch_up`]).

mod claims;
mod days;
mod installed;
mod intern;
mod keep;
mod learn;
mod machines;

use std::{
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant},
};

use tokio::sync::{Mutex, Notify};
use yagura_server_kit::{ApiError, Context, alone, db::Kind};
use yagura_vocabulary::Time;

use crate::count::{Board, Rules};

pub(super) use self::installed::{Updates, updates};

/// How often it is looked when nobody rings.
const EVERY: Duration = Duration::from_secs(60);
/// Rows that a feed's or another server's transaction wrote may become visible so much later than they say, in microseconds.
const OVERLAP_US: i64 = 120_000_000;

/// The board, and by which rules it is read.
#[derive(Default)]
pub(super) struct Counted {
    pub board: Board,
    pub rules: Rules,
    /// When it was last brought up to date.
    pub at: Option<Time>,
}

/// The board of this server.
#[derive(Default)]
pub(super) struct Store {
    counted: RwLock<Counted>,
    rings: Arc<Notify>,
    /// One look at a time, and how far it has read.
    marks: Mutex<Marks>,
}

/// How far was read, in microseconds.
#[derive(Debug, Default)]
struct Marks {
    weaknesses: Option<i64>,
    claims: Option<i64>,
    kept: Option<i64>,
}

impl Store {
    /// The board, to read. No lock is held across an await, and none was ever left in the middle of a change: a panic poisons nothing.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Counted> {
        self.counted.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Counted> {
        self.counted.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one look did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Machines whose packages were read.
    pub read: usize,
    /// Machines that were judged.
    pub judged: usize,
    /// Machines that stand differently now.
    pub changed: usize,
}

/// The minute of a time, counted from 1970.
pub(super) fn minute(time: Time) -> u32 {
    u32::try_from(time.micros().div_euclid(60_000_000)).unwrap_or(0)
}

/// The time of a minute.
pub(super) fn time_of(minute: u32) -> Time {
    Time::from_seconds(i64::from(minute) * 60)
}

/// Asks the board in a thread of its own: a pass over millions of findings is too long for one that answers others.
pub(super) async fn counted<T: Send + 'static>(
    ctx: &Context,
    ask: impl FnOnce(&Counted) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let own = ctx.clone();
    let asked = tokio::task::spawn_blocking(move || ask(&own.part::<Store>().read()));
    asked.await.map_err(|error| ApiError::unavailable(&error))
}

/// Wakes the look before its time.
pub(super) fn ring(ctx: &Context) {
    ctx.part::<Store>().rings.notify_one();
}

/// Looks until the server stops.
pub(super) async fn watch(ctx: Context) {
    alone::alone(&ctx, alone::Work::Board, || rounds(&ctx)).await;
}

async fn rounds(ctx: &Context) {
    let (stop, bell) = (ctx.stopping(), Arc::clone(&ctx.part::<Store>().rings));
    loop {
        let looked = async {
            let since = Instant::now();
            if let Err(error) = look(ctx).await {
                tracing::warn!(?error, "who suffers from what could not be counted; it is tried again");
            }
            // However often it is rung, as it is when many machines tell something, this takes a tenth of a processor.
            tokio::time::sleep((since.elapsed() * 9).min(EVERY)).await;
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

/// Reads what another server counted, until this one stops. With SQLite there is no other.
pub(super) async fn follow(ctx: Context) {
    if ctx.db().kind() == Kind::Sqlite {
        return;
    }
    let stop = ctx.stopping();
    while !stop.is_cancelled() {
        if let Err(error) = caught_up(&ctx).await {
            tracing::warn!(?error, "who suffers from what could not be read; it is tried again");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Reads what is kept.
pub(super) async fn caught_up(ctx: &Context) -> Result<(), ApiError> {
    let mut marks = ctx.part::<Store>().marks.lock().await;
    learn::catch_up(ctx, &mut marks).await.map(|_| ())
}

/// Waits until the board was read once, for whoever asks right after a start.
pub(super) async fn ready(ctx: &Context) -> Result<(), ApiError> {
    if ctx.part::<Store>().read().at.is_none() {
        caught_up(ctx).await?;
    }
    Ok(())
}

/// Takes over rules that somebody changed just now, so that the next answer follows them.
pub(super) async fn changed_rules(ctx: &Context) -> Result<(), ApiError> {
    let rules = learn::rules(ctx).await?;
    ctx.part::<Store>().write().rules = rules;
    ring(ctx);
    Ok(())
}

/// One look: afterwards everything that was claimed or told before it is counted.
///
/// # Errors
/// When the database is away.
pub async fn look(ctx: &Context) -> Result<Looked, ApiError> {
    let store = ctx.part::<Store>();
    let mut marks = store.marks.lock().await;
    let marks = &mut *marks;
    learn::cycles(ctx).await?;
    intern::ended(ctx).await?;
    let found = learn::catch_up(ctx, marks).await?;
    let claimed = claims::take_over(ctx, marks).await?;
    let mut looked = Looked { read: found.read.len(), ..Looked::default() };
    let mut news = days::News::default();
    keep::forget(ctx, &found.gone).await?;
    for some in found.read.chunks(installed::AT_ONCE) {
        let machines = installed::read(ctx, some).await?;
        looked.judged += machines.len();
        looked.changed += keep::keep(ctx, machines, &mut news).await?;
    }
    // Whoever was read just now was read with them.
    let all = store.read().board.machines.len() == found.read.len();
    let had = if all { Vec::new() } else { installed::with_new_units(ctx, &claimed.new).await? };
    let again = keep::concerned(ctx, &claimed.changed, &found, had);
    for some in again.chunks(keep::AT_ONCE) {
        let machines = keep::as_they_are(ctx, some);
        looked.judged += machines.len();
        looked.changed += keep::keep(ctx, machines, &mut news).await?;
    }
    days::write(ctx, &news).await?;
    store.write().at = Some(ctx.now());
    Ok(looked)
}
