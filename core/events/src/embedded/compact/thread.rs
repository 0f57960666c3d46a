//! A thread that does long work and gets the processor when nobody else wants it.

use tokio::sync::oneshot;

use crate::StoreError;

/// How much it gives way, from 0 to 19.
const NICE: i32 = 10;

/// Runs `work` in a thread of its own, of low priority.
pub(crate) async fn at_low_priority<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (reply, answer) = oneshot::channel();
    let run = move || {
        // On Linux this concerns the calling thread alone. Where it fails, the work is done all the same.
        if let Err(error) = rustix::process::nice(NICE) {
            tracing::debug!(%error, "cannot lower the priority of a thread");
        }
        // Who asked may have gone away.
        let _ = reply.send(work());
    };
    let started = std::thread::Builder::new().name("events-compact".to_owned()).spawn(run);
    started.map_err(|_| StoreError::Stopped)?;
    answer.await.map_err(|_| StoreError::Stopped)?
}
