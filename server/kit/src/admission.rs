//! Admission control: how many requests of agents are worked on at once, and how many may wait for their turn. When thousands
//! of agents come back at the same moment, memory and the database see a few at a time, and the rest is told to come later.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{ApiError, Code};

/// The database has one writer and the event store one log: more at once would only wait there, with their bodies unpacked.
const AT_ONCE: usize = 64;
/// A request that waits holds its body as it came, a megabyte at most and mostly a few kilobytes.
const WAITING: usize = 4096;
/// When those who are turned away come again; agents spread this out by themselves.
const LATER_S: u64 = 15;

/// The queue of agents' requests.
#[derive(Debug)]
pub struct Admission {
    turns: Semaphore,
    places: Semaphore,
}

/// The right to be worked on, while it is held.
#[derive(Debug)]
#[must_use]
pub struct Turn<'a>(#[expect(dead_code, reason = "held, not looked at")] SemaphorePermit<'a>);

impl Default for Admission {
    fn default() -> Self {
        Self::new(AT_ONCE, WAITING)
    }
}

impl Admission {
    const fn new(at_once: usize, waiting: usize) -> Self {
        Self { turns: Semaphore::const_new(at_once), places: Semaphore::const_new(waiting) }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// `unavailable`, with a time to come again, when too many wait already.
    pub async fn enter(&self) -> Result<Turn<'_>, ApiError> {
        if let Ok(turn) = self.turns.try_acquire() {
            return Ok(Turn(turn));
        }
        let busy = || ApiError::new(Code::Unavailable, "the server is busy").retry_after_s(LATER_S);
        let _place = self.places.try_acquire().map_err(|_| busy())?;
        self.turns.acquire().await.map(Turn).map_err(|_| busy())
    }
}

#[cfg(test)]
mod tests {
    use std::{future::Future, pin::pin, task::Context, task::Poll, task::Waker};

    use super::*;

    fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn some_are_worked_on_some_wait_and_the_rest_is_told_to_come_later() {
        let admission = Admission::new(1, 1);
        let Poll::Ready(Ok(first)) = poll(pin!(admission.enter())) else { panic!("the first has its turn at once") };
        let mut second = pin!(admission.enter());
        assert!(poll(second.as_mut()).is_pending(), "the second waits");
        let Poll::Ready(Err(refused)) = poll(pin!(admission.enter())) else { panic!("the third is turned away") };
        assert!(format!("{refused:?}").contains("Some(15)"), "{refused:?}");
        drop(first);
        let Poll::Ready(Ok(second)) = poll(second) else { panic!("it is the second's turn") };
        assert!(poll(pin!(admission.enter())).is_pending(), "there is a place again");
        drop(second);
    }
}
