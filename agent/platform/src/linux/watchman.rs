//! A child that watches over its parent, and ends it when it stays silent: the last help when a stopped program holds up others.

use std::{
    os::{fd::AsFd as _, unix::process::CommandExt as _},
    process::{Child, ChildStdin, Command, Stdio},
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    process::{PidfdFlags, Signal, getppid, pidfd_open, pidfd_send_signal},
};

use crate::{Error, Watched};

/// A watchman at work; he goes when this is dropped.
#[derive(Debug)]
pub struct Watchman {
    child: Child,
    pipe: ChildStdin,
}

impl Watchman {
    /// Starts this very program again, under these arguments, which have it [stand guard](watch_over_parent).
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(arguments: &[&str]) -> Result<Self, Error> {
        let doing = "start the watchman of this program";
        let mut command = Command::new("/proc/self/exe");
        // A group of his own: what stops all programs of a terminal is not to stop him.
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).process_group(0);
        let mut child = command.spawn().map_err(Error::refused(doing))?;
        let Some(pipe) = child.stdin.take() else {
            return Err(Error::Unexpected { action: doing.to_owned(), answer: "no pipe".to_owned() });
        };
        // Whoever stops the watchman is not to stop us as well.
        rustix::io::ioctl_fionbio(&pipe, true).map_err(Error::refused(doing))?;
        Ok(Self { child, pipe })
    }

    /// Tells him that all is well.
    ///
    /// # Errors
    /// When he is gone.
    pub fn beat(&self) -> Result<(), Error> {
        match rustix::io::write(&self.pipe, &[0]) {
            Ok(_) | Err(Errno::AGAIN | Errno::INTR) => Ok(()),
            Err(error) => Err(Error::refused("tell the watchman that all is well")(error)),
        }
    }
}

impl Drop for Watchman {
    fn drop(&mut self) {
        // He would end by himself when the pipe closes; so nothing is left behind even if he is stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The watchman's work: ends the parent (SIGKILL) when it has said nothing for so long. Comes back when the parent is gone.
///
/// # Errors
/// When the parent cannot be watched or ended.
pub fn watch_over_parent(patience: Duration) -> Result<Watched, Error> {
    let doing = "watch over the parent of this program";
    // Held before anything is read: the number may be another's later.
    let Some(parent) = getppid() else { return Ok(Watched::Gone) };
    let parent = pidfd_open(parent, PidfdFlags::empty()).map_err(Error::refused(doing))?;
    let stdin = std::io::stdin();
    // In two parts: when the whole machine stood still, the first one is over before the parent had a chance to speak.
    let half = patience / 2;
    let limit =
        Timespec { tv_sec: i64::try_from(half.as_secs()).unwrap_or(i64::MAX), tv_nsec: i64::from(half.subsec_nanos()) };
    let mut buffer = [0; 512];
    let mut was_silent = false;
    loop {
        let mut one = [PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::IN)];
        match poll(&mut one, Some(&limit)) {
            Ok(0) if !was_silent => was_silent = true,
            Ok(0) => {
                pidfd_send_signal(&parent, Signal::KILL).map_err(Error::refused("end the silent parent"))?;
                return Ok(Watched::Ended);
            }
            Ok(_) => match rustix::io::read(stdin.as_fd(), &mut buffer) {
                Ok(0) => return Ok(Watched::Gone),
                Ok(_) => was_silent = false,
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(error) => return Err(Error::refused(doing)(error)),
            },
            Err(Errno::INTR) => {}
            Err(error) => return Err(Error::refused(doing)(error)),
        }
    }
}
