//! Processes by a mark in their environment, which their children have from them: also those that left their session.

use std::{fs, path::Path};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// The variable that names the work which a process belongs to.
pub(super) const MARK: &str = "YAGURA_JOB";

/// The processes with this mark. One that has ended has no environment any more.
pub(super) fn marked(mark: &str) -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id| has(*id, mark)).collect()
}

/// Whether this process lives and has the mark: its id may be another's by now.
pub(super) fn has(id: i32, mark: &str) -> bool {
    let wanted = format!("{MARK}={mark}");
    let environment = fs::read(Path::new("/proc").join(id.to_string()).join("environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes())
}

/// Asks the group of this process to end.
pub(super) fn ask_to_end(id: i32) {
    if let Some(group) = Pid::from_raw(id) {
        // It may have ended by itself.
        let _: Result<(), _> = kill_process_group(group, Signal::TERM);
    }
}

/// Ends all with this mark; gives whether there were any.
pub(super) fn end(mark: &str) -> bool {
    let all = marked(mark);
    for id in all.iter().filter_map(|id| Pid::from_raw(*id)) {
        let _: Result<(), _> = kill_process(id, Signal::KILL);
    }
    !all.is_empty()
}
