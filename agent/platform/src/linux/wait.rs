//! Waiting in a thread for data or for the order to stop.

use std::{
    os::fd::{BorrowedFd, OwnedFd},
    sync::Arc,
    time::Duration,
};

use rustix::{
    event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll},
    io::Errno,
};

use crate::Error;

/// Wakes the [`Waiter`] it was made with, for good.
#[derive(Debug, Clone)]
pub struct Wake(Arc<OwnedFd>);

impl Wake {
    /// From now on every wait ends at once.
    pub fn wake(&self) {
        // Fails only when the counter would overflow, and then it is set already.
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }
}

/// Waits until there is something to do.
#[derive(Debug, Clone)]
pub struct Waiter(Arc<OwnedFd>);

/// A waiter and what wakes it.
///
/// # Errors
/// When the process may open no more files.
pub fn wake_pair() -> Result<(Wake, Waiter), Error> {
    let fd = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).map_err(Error::refused("make an eventfd"))?;
    let fd = Arc::new(fd);
    Ok((Wake(Arc::clone(&fd)), Waiter(fd)))
}

impl Waiter {
    /// Sleeps until `source` can be read, the waiter is woken, or `limit` has passed. Gives whether it was woken.
    ///
    /// # Errors
    /// When `source` is not something one can wait for.
    pub fn wait(&self, source: Option<BorrowedFd<'_>>, limit: Option<Duration>) -> Result<bool, Error> {
        self.wait_for(source, PollFlags::IN, limit)
    }

    /// The same for a `source` that calls by urgent data, as `/proc/self/mountinfo` does when a mount comes or goes.
    ///
    /// # Errors
    /// When `source` is not something one can wait for.
    pub fn wait_urgent(&self, source: BorrowedFd<'_>, limit: Option<Duration>) -> Result<bool, Error> {
        self.wait_for(Some(source), PollFlags::PRI, limit)
    }

    fn wait_for(
        &self,
        source: Option<BorrowedFd<'_>>,
        flags: PollFlags,
        limit: Option<Duration>,
    ) -> Result<bool, Error> {
        let limit = limit.map(|limit| Timespec {
            tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(limit.subsec_nanos()),
        });
        let woken = PollFd::new(&*self.0, PollFlags::IN);
        let answer = match source {
            Some(source) => {
                let mut both = [woken, PollFd::from_borrowed_fd(source, flags)];
                poll(&mut both, limit.as_ref()).map(|_| !both[0].revents().is_empty())
            }
            None => {
                let mut one = [woken];
                poll(&mut one, limit.as_ref()).map(|_| !one[0].revents().is_empty())
            }
        };
        match answer {
            Err(Errno::INTR) => Ok(false),
            other => other.map_err(Error::refused("wait for an event")),
        }
    }
}
