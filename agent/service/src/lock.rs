//! One agent per data folder.

use std::{
    fs::{File, TryLockError},
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, bail};
use tokio::time::{Instant, sleep};

/// Held while an agent uses a data folder. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "held, never read")] File);

/// An agent that was killed needs a moment to let go of its sensors and with them of the folder.
const PATIENCE: Duration = Duration::from_secs(3);

/// Takes the folder for this process, as soon as an agent that is just ending has let go of it.
pub(crate) async fn wait(dir: &Path) -> anyhow::Result<Lock> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match take(dir) {
            Err(_) if Instant::now() < deadline => sleep(Duration::from_millis(100)).await,
            result => return result,
        }
    }
}

/// Takes the folder for this process.
pub(crate) fn take(dir: &Path) -> anyhow::Result<Lock> {
    let path = dir.join("lock");
    let shown = path.display();
    let mut options = File::options();
    let file = options.create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| format!("failed to open {shown}"))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => bail!("another agent is running with the data folder {}", dir.display()),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("failed to lock {shown}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_agent_on_one_folder_is_refused_until_the_first_has_ended() {
        let dir = tempfile::tempdir().unwrap();
        let first = take(dir.path()).unwrap();
        assert!(take(dir.path()).unwrap_err().to_string().contains("another agent"));
        drop(first);
        take(dir.path()).unwrap();
    }
}
