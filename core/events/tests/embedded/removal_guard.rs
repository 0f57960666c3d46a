//! A removal goes on only as long as whoever decides lets it: what is decided in the middle of it counts from the next step.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use yagura_events::{EventStore, Guard, Permit, Query, Removed, StoreError, Unguarded};

use crate::{
    journal::look,
    removal::{filled, retain, until},
    rig::{Settle, batch},
};

/// Allows so many steps, and tells when each one is over.
struct Steps {
    left: AtomicU32,
    over: UnboundedSender<()>,
}

#[async_trait]
impl Guard for Steps {
    async fn permit(&self) -> Result<Box<dyn Permit>, StoreError> {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map_err(|_| StoreError::Outdated("a hold was made"))?;
        Ok(Box::new(Step(self.over.clone())))
    }
}

struct Step(UnboundedSender<()>);

#[async_trait]
impl Permit for Step {
    async fn end(self: Box<Self>) {
        self.0.send(()).unwrap();
    }
}

async fn check(settle: Settle, steps: u32) {
    let rig = filled(settle).await;
    let before = rig.all().await;
    let endpoint = batch(2, 1, 1).endpoint;
    let (over, mut told) = unbounded_channel();
    let guard = Arc::new(Steps { left: AtomicU32::new(steps), over });
    let stopped = rig.store.remove(&retain(vec![until(3)], vec![]), guard).await;
    assert!(matches!(stopped, Err(StoreError::Outdated(_))), "{stopped:?}");
    let done = std::iter::from_fn(|| told.try_recv().ok()).count();
    assert_eq!(done, steps as usize, "a permit is given back for each step");
    let now = rig.all().await;
    let gone = before.len() - now.len();
    assert_eq!(gone, 36 * done, "each step takes one day, and none is taken without one");
    if settle == Settle::DayFiles {
        // Without anything in the background that is just being written.
        let found = look(rig.dir.path(), None).await;
        assert_eq!(found.faults, [], "nothing is left behind of the step that was not made");
    }
    // The same with what is held now: of the endpoint, what was there is there.
    let held: Vec<_> = now.iter().filter(|event| event.endpoint == endpoint).cloned().collect();
    let hold = Query { endpoints: Some(vec![endpoint]), ..Query::new() };
    rig.store.remove(&retain(vec![until(3)], vec![hold]), Arc::new(Unguarded)).await.unwrap();
    let left = rig.all().await;
    assert_eq!(left.iter().filter(|event| event.endpoint == endpoint).cloned().collect::<Vec<_>>(), held);
    let others = left.iter().filter(|event| event.endpoint != endpoint);
    assert!(others.clone().all(|event| event.received_at >= until(3).until.unwrap()));
    assert_eq!(others.count(), 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_made_between_two_steps_protects_all_that_is_left() {
    for settle in [Settle::Segments, Settle::DayFiles] {
        for steps in 0..3 {
            check(settle, steps).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_for_a_step_that_is_not_allowed_is_removed_again() {
    let rig = filled(Settle::DayFiles).await;
    let before = rig.all().await;
    let guard = Steps { left: AtomicU32::new(0), over: unbounded_channel().0 };
    let web = Query { kinds: vec![yagura_events::KindFilter::parse("web.*")], ..until(4) };
    rig.store.remove(&retain(vec![web], vec![]), Arc::new(guard)).await.unwrap_err();
    assert_eq!(rig.all().await, before);
    assert_eq!(look(rig.dir.path(), None).await.faults, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_where_there_is_nothing_to_take() {
    let rig = filled(Settle::DayFiles).await;
    let guard = Steps { left: AtomicU32::new(0), over: unbounded_channel().0 };
    let removed = rig.store.remove(&retain(vec![until(0)], vec![]), Arc::new(guard)).await.unwrap();
    assert_eq!(removed, Removed::default());
}
