//! Programs that are asked, where a database has no fixed format.

use std::{path::Path, process::Stdio, time::Duration};

use tokio::{process::Command, time::timeout};

/// A healthy package system answers within seconds; a locked one never.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a program said.
pub(super) struct Answer {
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

/// Asks a program of the machine whose files lie below `root`; anything but `/` is a tree of a test, in which it runs by `chroot`.
///
/// # Errors
/// When it cannot be started, or does not answer in time.
pub(super) async fn ask(root: &Path, words: &[&str]) -> Result<Answer, String> {
    let mut command = if root == Path::new("/") {
        let (program, rest) = words.split_first().ok_or("there is no program to ask")?;
        let mut command = Command::new(program);
        command.args(rest);
        command
    } else {
        let mut command = Command::new("chroot");
        command.arg(root).args(words);
        command
    };
    command.env_clear().env("LC_ALL", "C.UTF-8").env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await;
    let output = output.map_err(|_| format!("no answer within {} seconds", PATIENCE.as_secs()))?;
    let output = output.map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Answer { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) })
}
