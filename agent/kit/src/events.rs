//! The way of events from the features to the spool.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::sync::mpsc::{self, error::TrySendError};
use yagura_vocabulary::{Clock, Event, Lane};

use crate::{AddressSeat, JudgeSeat, address::Stamp};

/// Events that may wait for the spool: two seconds of a storm, some 10 MB at worst ordinary sizes.
const ROOM: usize = 8192;

/// Counts by lane, in the order of [`Lane::ALL`].
type Lost = Arc<[AtomicU64; 3]>;

fn index(lane: Lane) -> usize {
    match lane {
        Lane::Critical => 0,
        Lane::Operation => 1,
        Lane::Bulk => 2,
    }
}

/// Where a feature puts what happened.
#[derive(Debug, Clone)]
pub struct EventSink {
    queue: mpsc::Sender<(Lane, Event)>,
    lost: Lost,
}

/// The agent is shutting down; nobody takes events any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the agent is shutting down")]
pub struct Stopped;

impl EventSink {
    /// Hands over an event.
    ///
    /// While the spool is behind this waits, so that the pressure reaches the sensor, which counts what it cannot hold.
    /// Bulk events do not wait: they are given up, counted, and told of by an `agent.gap` event.
    ///
    /// # Errors
    /// When the agent is shutting down.
    pub async fn emit(&self, lane: Lane, event: Event) -> Result<(), Stopped> {
        if lane == Lane::Bulk {
            return self.offer(lane, event).map(|_| ());
        }
        self.queue.send((lane, event)).await.map_err(|_| Stopped)
    }

    /// Hands over an event without waiting, from places that may not wait. Gives whether there was room; if not, the
    /// event is counted as lost and told of.
    ///
    /// # Errors
    /// When the agent is shutting down.
    pub fn offer(&self, lane: Lane, event: Event) -> Result<bool, Stopped> {
        match self.queue.try_send((lane, event)) {
            Ok(()) => Ok(true),
            Err(TrySendError::Closed(_)) => Err(Stopped),
            Err(TrySendError::Full(_)) => {
                self.lost[index(lane)].fetch_add(1, Ordering::Relaxed);
                Ok(false)
            }
        }
    }
}

/// The other end, for the spool.
#[derive(Debug)]
pub struct EventReceiver {
    queue: mpsc::Receiver<(Lane, Event)>,
    lost: Lost,
    clock: Arc<dyn Clock>,
    judge: JudgeSeat,
    stamp: Stamp,
}

impl EventReceiver {
    /// The next event, or word of lost ones first; `None` when no feature is left. Cancel safe.
    pub async fn recv(&mut self) -> Option<(Lane, Event)> {
        match self.gap() {
            Some(gap) => Some(gap),
            None => {
                let next = self.queue.recv().await;
                next.map(|next| self.take(next)).or_else(|| self.gap())
            }
        }
    }

    /// An event that is there already.
    pub fn try_recv(&mut self) -> Option<(Lane, Event)> {
        if let Some(gap) = self.gap() {
            return Some(gap);
        }
        let next = self.queue.try_recv().ok()?;
        Some(self.take(next))
    }

    /// What is done with every row, whichever feature tells it.
    fn take(&mut self, (lane, event): (Lane, Event)) -> (Lane, Event) {
        let event = self.stamp.put(event);
        self.judge.judge(lane, event)
    }

    /// An `agent.gap` for one lane in which events were lost since the last one.
    fn gap(&self) -> Option<(Lane, Event)> {
        Lane::ALL.iter().find_map(|&lane| {
            let count = self.lost[index(lane)].swap(0, Ordering::Relaxed);
            (count > 0).then(|| {
                let mut event = Event::new(self.clock.now(), "agent", "agent.gap");
                event.count = Some(count);
                event.subject = Some("the agent's event queue was full".to_owned());
                (lane, event.with("lane", lane.as_str()))
            })
        })
    }
}

pub(crate) fn events(clock: Arc<dyn Clock>, judge: JudgeSeat, address: AddressSeat) -> (EventSink, EventReceiver) {
    with_room(clock, judge, address, ROOM)
}

fn with_room(clock: Arc<dyn Clock>, judge: JudgeSeat, address: AddressSeat, room: usize) -> (EventSink, EventReceiver) {
    let (sender, receiver) = mpsc::channel(room);
    let lost = Lost::default();
    (
        EventSink { queue: sender, lost: Arc::clone(&lost) },
        EventReceiver { queue: receiver, lost, clock, judge, stamp: Stamp::new(address) },
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;
    use yagura_vocabulary::{ManualClock, Time};

    use super::*;

    fn event(subject: &str) -> Event {
        let mut event = Event::new(Time::from_seconds(1), "test", "file.create");
        event.subject = Some(subject.to_owned());
        event
    }

    fn small() -> (EventSink, EventReceiver) {
        with_room(Arc::new(ManualClock::at(Time::from_seconds(5))), JudgeSeat::default(), AddressSeat::default(), 2)
    }

    #[tokio::test]
    async fn bulk_events_that_find_no_room_are_counted_and_told_of() {
        let (sink, mut receiver) = small();
        for number in 0..5 {
            sink.emit(Lane::Bulk, event(&number.to_string())).await.unwrap();
        }
        let (lane, gap) = receiver.recv().await.unwrap();
        assert_eq!((lane, gap.kind.as_str(), gap.count), (Lane::Bulk, "agent.gap", Some(3)));
        assert_eq!(receiver.recv().await.unwrap().1, event("0"));
        assert_eq!(receiver.recv().await.unwrap().1, event("1"));
        assert_eq!(receiver.try_recv(), None);
    }

    #[tokio::test]
    async fn other_events_wait_for_room() {
        let (sink, mut receiver) = small();
        sink.emit(Lane::Operation, event("1")).await.unwrap();
        sink.emit(Lane::Operation, event("2")).await.unwrap();
        let third = sink.emit(Lane::Critical, event("3"));
        tokio::pin!(third);
        assert!(timeout(Duration::from_millis(5), &mut third).await.is_err(), "it did not wait");
        assert_eq!(receiver.recv().await.unwrap().1, event("1"));
        third.await.unwrap();
        assert_eq!(receiver.recv().await.unwrap().1, event("2"));
        assert_eq!(receiver.recv().await.unwrap().1, event("3"));
    }

    #[tokio::test]
    async fn rows_of_every_feature_have_the_address_as_one_of_them_decides_and_none_while_nobody_does() {
        let seat = AddressSeat::default();
        let clock = Arc::new(ManualClock::at(Time::from_seconds(5)));
        let (sink, mut receiver) = with_room(clock, JudgeSeat::default(), seat.clone(), 8);
        let mut of_sato = event("sato's");
        of_sato.account = Some(yagura_vocabulary::Account { name: "sato".to_owned(), id: "1001".to_owned() });
        let mut told = async || {
            for event in [event("nobody's"), of_sato.clone(), Event::new(Time::from_seconds(1), "other", "a.b")] {
                sink.emit(Lane::Operation, event).await.unwrap();
            }
            std::iter::from_fn(|| receiver.try_recv())
                .map(|(_, event)| event.body.contains_key("ip"))
                .collect::<Vec<_>>()
        };
        assert_eq!(told().await, [false; 3]);
        seat.take(|account| account != Some("1001"));
        // Without a network there is no address.
        let has_one =
            yagura_platform::interface_addresses().is_ok_and(|all| all.iter().any(|one| !one.address.is_loopback()));
        assert_eq!(told().await, [has_one, false, has_one]);
        seat.take(|_| false);
        assert_eq!(told().await, [false; 3]);
    }

    #[tokio::test]
    async fn a_feature_learns_that_the_agent_is_gone() {
        let (sink, receiver) = small();
        drop(receiver);
        assert_eq!(sink.emit(Lane::Operation, event("1")).await, Err(Stopped));
        assert_eq!(sink.emit(Lane::Bulk, event("1")).await, Err(Stopped));
    }
}
