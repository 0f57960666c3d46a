//! How far the server has acknowledged what happened.

use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;
use yagura_channel::agent::runner::SharedSpool;

/// Every spool of the fleet. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Spools(Arc<Mutex<Vec<Tracked>>>);

struct Tracked {
    spool: SharedSpool,
    epoch: Uuid,
    last: u64,
    acked: u64,
}

/// The fleet's spools at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Events acknowledged since the spools were opened.
    pub(crate) acked: u64,
    /// Events on disk that are not acknowledged.
    pub(crate) waiting: u64,
}

impl Spools {
    /// Adds a spool. What it knows to be acknowledged now belongs to an earlier run.
    pub(crate) fn add(&self, spool: SharedSpool) {
        let (epoch, last, _) = stands(&spool);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Tracked { spool, epoch, last, acked: 0 });
    }

    /// Looks at all of them. May wait for disks.
    pub(crate) fn standing(&self) -> Standing {
        let mut standing = Standing::default();
        for tracked in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            let (epoch, last, waiting) = stands(&tracked.spool);
            if epoch != tracked.epoch {
                // A new numbering carries over only what was not acknowledged, and counts from 1 again.
                (tracked.epoch, tracked.last) = (epoch, 0);
            }
            tracked.acked += last.saturating_sub(tracked.last);
            tracked.last = last;
            standing.acked += tracked.acked;
            standing.waiting += waiting;
        }
        standing
    }
}

/// The numbering, the acknowledged numbers and the waiting ones, over all lanes.
fn stands(spool: &SharedSpool) -> (Uuid, u64, u64) {
    let (epoch, lanes) = spool.stands();
    let acked = lanes.iter().map(|lane| lane.acked.last).sum();
    let waiting = lanes.iter().map(|lane| lane.last.saturating_sub(lane.acked.last)).sum();
    (epoch, acked, waiting)
}

#[cfg(test)]
mod tests {
    use yagura_channel::{
        agent::spool::{Limits, Spool},
        wire::receipt::Mark,
    };
    use yagura_vocabulary::{Event, Lane, Time};

    use super::*;

    #[tokio::test]
    async fn only_what_this_run_s_server_acknowledged_counts_also_over_a_new_numbering() {
        let (dir, at) = (tempfile::tempdir().unwrap(), Time::from_seconds(0));
        let mut spool = Spool::open(dir.path(), Limits { bytes: 1 << 20, durable: false }, at).unwrap();
        let event = Event::new(at, "operation_log", "file.open");
        spool.append(Lane::Operation, &event).unwrap();
        let batch = spool.next_batch(Lane::Operation, at).unwrap().unwrap();
        let mark = Mark { epoch: spool.epoch(), lane: Lane::Operation, last: 1, sha256: batch.sha256 };
        spool.acknowledge(Lane::Operation, &mark).unwrap();
        spool.append(Lane::Operation, &event).unwrap();

        let (spools, shared) = (Spools::default(), SharedSpool::new(spool));
        spools.add(shared.clone());
        assert_eq!(spools.standing(), Standing { acked: 0, waiting: 1 });
        shared.new_epoch().await.unwrap();
        assert_eq!(spools.standing(), Standing { acked: 0, waiting: 1 });
    }
}
