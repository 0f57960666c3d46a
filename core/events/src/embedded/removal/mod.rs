//! Taking events away for good: what has been kept long enough, and what somebody may have erased.
//!
//! Both are the same: events that one of some queries finds go, unless a query of the legal holds finds them. A file of
//! which nothing stays is dropped, another one is written anew without them. Each change of a file is in the journal with
//! who wanted it and why, in the transaction that makes it. Before each such step somebody is asked whether it may still be
//! made, and whoever makes a hold waits until the step is made.

mod judge;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use arrow_array::BooleanArray;
use arrow_select::filter::filter_record_batch;
use tokio::time::sleep;

use super::{
    Embedded,
    columns::to_today,
    compact::{Pace, at_low_priority, unreadable},
    failpoint::Point,
    manifest::Note,
    read::StopOnDrop,
    segment::{Arrangement, Entry, Opened, Segment, SegmentWriter},
    shared::Shared,
};
use crate::{Guard, Removal, Removed, StoreError};
use judge::{Judge, Verdict};

const RETRY: Duration = Duration::from_secs(1);

/// Takes away what `removal` finds; without a guard it only looks.
pub(super) async fn remove(
    store: &Embedded,
    removal: &Removal,
    guard: Option<Arc<dyn Guard>>,
) -> Result<Removed, StoreError> {
    // Also from memory and from the log, which is trimmed then.
    store.flush().await?;
    let stop = Arc::new(AtomicBool::new(false));
    let _guard = StopOnDrop(stop.clone());
    let (shared, removal) = (store.shared.clone(), Arc::new(removal.clone()));
    let work = tokio::spawn(async move { run(&shared, &removal, guard.as_deref(), &stop).await });
    work.await.map_err(|_| StoreError::Stopped)?
}

async fn run(
    shared: &Arc<Shared>,
    removal: &Arc<Removal>,
    guard: Option<&dyn Guard>,
    stop: &Arc<AtomicBool>,
) -> Result<Removed, StoreError> {
    let really = guard.is_some();
    let _alone = shared.rewriting.lock().await;
    let segments = shared.state().segments.clone();
    let total = segments.iter().map(|segment| segment.entry.rows).sum();
    let mut removed = Removed::default();
    let mut done = 0;
    for segment in segments.iter() {
        let (shared_too, removal_too, stop, source) = (shared.clone(), removal.clone(), stop.clone(), segment.clone());
        let work = move || {
            let what = removal_too.kind.as_str();
            let pace = Pace { shared: &shared_too, stop: &stop, what, total };
            pace.at(done)?;
            one(&shared_too, &source, &Judge::new(&removal_too.remove, &removal_too.hold), really, &|| pace.at(done))
        };
        let outcome = at_low_priority(work).await?;
        done += segment.entry.rows;
        removed.held += outcome.held;
        if outcome.rows == 0 {
            continue;
        }
        removed.rows += outcome.rows;
        removed.bytes += segment.entry.all_bytes();
        let all = outcome.rows == segment.entry.rows;
        *(if all { &mut removed.dropped } else { &mut removed.rewritten }) += 1;
        if let Some(guard) = guard {
            let Removal { actor, reason, kind, .. } = &**removal;
            let note = Note { action: kind.as_str(), actor: actor.clone(), reason: reason.clone() };
            let new: Vec<Entry> = outcome.written.into_iter().collect();
            shared.gate.pass(Point::BeforeRemovalCommit)?;
            let old = std::slice::from_ref(&segment.entry);
            commit(shared, (old, &new), &note, guard).await?;
        }
    }
    Ok(removed)
}

/// Puts `new` in the place of `old`, in the catalogue first, if the guard lets it.
async fn commit(
    shared: &Shared,
    (old, new): (&[Entry], &[Entry]),
    note: &Note,
    guard: &dyn Guard,
) -> Result<(), StoreError> {
    let mut tried = false;
    let refused = loop {
        let permit = match guard.permit().await {
            Ok(permit) => permit,
            Err(refused) => break Some(refused),
        };
        let done = shared.catalogue.replace(old, new, note).await;
        permit.end().await;
        let Err(error) = done else { break None };
        give_up(shared, error).await?;
        tried = true;
    };
    if let Some(refused) = refused {
        // After an error nobody can tell whether the step was made, so the catalogue is asked.
        if tried && is_done(shared, old).await? {
            shared.swap(old, new);
        } else {
            let unused = new.iter().map(|entry| Segment::new(&shared.options.dir, entry.clone()));
            unused.for_each(|segment| segment.doom());
        }
        return Err(refused);
    }
    shared.gate.pass(Point::BeforeRemovalUnlink)?;
    shared.swap(old, new);
    Ok(())
}

async fn is_done(shared: &Shared, old: &[Entry]) -> Result<bool, StoreError> {
    loop {
        match shared.catalogue.knows_any(old).await {
            Ok(knows) => return Ok(!knows),
            Err(error) => give_up(shared, error).await?,
        }
    }
}

/// Waits until the catalogue may answer again, unless the store is being closed.
async fn give_up(shared: &Shared, error: StoreError) -> Result<(), StoreError> {
    if shared.closing.load(Ordering::Relaxed) || shared.gate.stopped() {
        return Err(error);
    }
    tracing::error!(%error, "cannot take segments out of the catalogue; trying again");
    sleep(RETRY).await;
    Ok(())
}

/// What comes of one segment.
#[derive(Default)]
struct Outcome {
    rows: u64,
    held: u64,
    written: Option<Entry>,
}

fn one(
    shared: &Shared,
    segment: &Segment,
    judge: &Judge,
    really: bool,
    pace: &dyn Fn() -> Result<(), StoreError>,
) -> Result<Outcome, StoreError> {
    match judge.whole(segment, &shared.caches) {
        Verdict::Stays => return Ok(Outcome::default()),
        Verdict::Goes => return Ok(Outcome { rows: segment.entry.rows, ..Outcome::default() }),
        Verdict::Depends => {}
    }
    let failed = |error| unreadable(shared, segment, error);
    let opened = Opened::open(segment, &shared.caches).map_err(failed)?;
    let mut stays = Vec::new();
    let mut held = 0;
    opened
        .columns(&judge.columns(), &mut |table| {
            for row in 0..table.rows() {
                let (goes, is_held) = judge.row(table, row);
                stays.push(!goes || is_held);
                held += u64::from(goes && is_held);
            }
        })
        .map_err(failed)?;
    let rows = stays.iter().filter(|stays| !**stays).count() as u64;
    let mut outcome = Outcome { rows, held, written: None };
    if really && rows > 0 && rows < segment.entry.rows {
        outcome.written = Some(rewrite(shared, &opened, &stays, pace)?);
    }
    Ok(outcome)
}

fn rewrite(
    shared: &Shared,
    opened: &Opened<'_>,
    stays: &[bool],
    pace: &dyn Fn() -> Result<(), StoreError>,
) -> Result<Entry, StoreError> {
    let segment = opened.segment();
    let failed = |error| unreadable(shared, segment, error);
    let order = if segment.entry.sorted { Arrangement::Day } else { Arrangement::Hot };
    let rows = stays.iter().filter(|stays| **stays).count() as u64;
    let mut writer = SegmentWriter::create(&shared.options.dir, segment.entry.extent, rows, order)?;
    let mut left = stays;
    for batch in opened.batches().map_err(failed)? {
        pace()?;
        let kept = batch.and_then(|batch| {
            let (here, later) = left.split_at(batch.num_rows().min(left.len()));
            left = later;
            filter_record_batch(&to_today(&batch)?, &BooleanArray::from(here.to_vec()))
        });
        let kept = kept.map_err(|error| failed(StoreError::segment("read", &segment.path)(error.into())))?;
        if kept.num_rows() > 0 {
            writer.write(&kept)?;
        }
    }
    writer.finish(&shared.gate)
}
