//! Watches the person's desktop for the agent, as far as it asks: which window is the active one, and whether anybody is there.
//! Nothing here looks again and again; the display calls.

mod errors;
mod pace;
mod text;
mod window;
mod x11;

use std::{io, time::Duration};

use tokio::sync::mpsc;
use yagura_local::desktop::{Seen, Watch};
use yagura_platform::{Waiter, Wake, wake_pair};
use yagura_vocabulary::SensorHealth;

use self::x11::{Desk, Ended};

/// How long a display that is missing or went away is waited for.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// What may wait for the agent. The thread waits where there is more, and tells then how things are by then.
const ROOM: usize = 32;

/// The watch at work; dropping this ends it.
pub(crate) struct Watching {
    stop: Wake,
    seen: mpsc::Receiver<Seen>,
}

impl Watching {
    /// Begins to watch.
    ///
    /// # Errors
    /// When its thread cannot be started.
    pub(crate) fn start(watch: Watch) -> io::Result<Self> {
        let (stop, waiter) = wake_pair().map_err(io::Error::other)?;
        let (tell, seen) = mpsc::channel(ROOM);
        std::thread::Builder::new().name("desktop".to_owned()).spawn(move || watch_until(&watch, &waiter, &tell))?;
        Ok(Self { stop, seen })
    }

    /// The next thing seen; `None` when the thread ended. Cancel safe.
    pub(crate) async fn next(&mut self) -> Option<Seen> {
        self.seen.recv().await
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.stop.wake();
    }
}

/// Watches one display after the other until nobody listens any more.
fn watch_until(watch: &Watch, waiter: &Waiter, tell: &mpsc::Sender<Seen>) {
    let mut last = None;
    loop {
        let ended = match Desk::open(watch) {
            Ok(mut desk) => {
                last = None;
                desk.live(waiter, tell)
            }
            Err(error) => Ended::Lost(error.to_string()),
        };
        let Ended::Lost(reason) = ended else { return };
        if last.as_ref() != Some(&reason) {
            let (health, reason) = (SensorHealth::Unsupported, Some(no_display(&reason)));
            if tell.blocking_send(Seen::Sight { health, reason, display: None }).is_err() {
                return;
            }
        }
        last = Some(reason);
        if waiter.wait(None, Some(LOOK_AGAIN)).unwrap_or(true) {
            return;
        }
    }
}

/// Why there is nothing to be seen, in words for an administrator.
fn no_display(reason: &str) -> String {
    if is_wayland() {
        return "a Wayland desktop without X11: its windows cannot be seen by another program".to_owned();
    }
    format!("no X11 display can be watched: {reason}")
}

/// Whether this is a Wayland desktop, where an X display shows only a part of the windows.
fn is_wayland() -> bool {
    std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty())
        || std::env::var_os("XDG_SESSION_TYPE").is_some_and(|kind| kind == "wayland")
}
