//! What `/proc` says of one process; every answer may be missing, because the process may be gone.
//!
//! Formats: proc(5).

use std::{fs, io::Read, os::unix::ffi::OsStringExt, path::PathBuf};

use yagura_platform::clock_ticks_per_second;
use yagura_records::Text;
use yagura_vocabulary::event::MAX_COMMAND_LINE;

use super::hasher::executable;
use crate::process::observed::{Existing, Identity, Owner};

/// The fields of `/proc/PID/stat` in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) parent: u32,
    pub(super) start_ns: u64,
    /// A thread of the kernel, which runs no program.
    pub(super) kernel: bool,
}

fn path(pid: u32, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{name}"))
}

pub(super) fn stat(pid: u32) -> Option<Stat> {
    parse_stat(&fs::read(path(pid, "stat")).ok()?, clock_ticks_per_second())
}

fn parse_stat(line: &[u8], ticks_per_second: u64) -> Option<Stat> {
    // The name in parentheses may hold anything, parentheses too; the last one ends it.
    let end = line.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(line.get(end + 1..)?).ok()?;
    let field = |index: usize| rest.split_ascii_whitespace().nth(index);
    const PF_KTHREAD: u64 = 0x20_0000;
    let ticks: u64 = field(19)?.parse().ok()?;
    Some(Stat {
        parent: field(1)?.parse().ok()?,
        start_ns: ticks.saturating_mul(1_000_000_000 / ticks_per_second.max(1)),
        kernel: field(6)?.parse::<u64>().ok()? & PF_KTHREAD != 0,
    })
}

/// The arguments, and whether there were more than are kept.
pub(super) fn arguments(pid: u32) -> Option<(Vec<Vec<u8>>, bool)> {
    let mut bytes = Vec::new();
    fs::File::open(path(pid, "cmdline")).ok()?.take(MAX_COMMAND_LINE as u64 + 1).read_to_end(&mut bytes).ok()?;
    // Empty for a process that is ending.
    (!bytes.is_empty()).then(|| {
        let cut = bytes.len() > MAX_COMMAND_LINE;
        bytes.truncate(MAX_COMMAND_LINE);
        (split_arguments(&bytes), cut)
    })
}

/// Splits arguments that each end with a NUL.
pub(super) fn split_arguments(bytes: &[u8]) -> Vec<Vec<u8>> {
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    bytes.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect()
}

fn link(pid: u32, name: &str) -> Option<Vec<u8>> {
    Some(fs::read_link(path(pid, name)).ok()?.into_os_string().into_vec())
}

/// The executable, and whether its name is gone.
pub(super) fn image(pid: u32) -> Option<(Text, bool)> {
    let mut target = link(pid, "exe")?;
    let deleted = target.ends_with(b" (deleted)");
    if deleted {
        target.truncate(target.len() - b" (deleted)".len());
    }
    Some((Text::from_bytes(target), deleted))
}

pub(super) fn cwd(pid: u32) -> Option<Text> {
    link(pid, "cwd").map(Text::from_bytes)
}

pub(super) fn owner(pid: u32) -> Option<Owner> {
    let number =
        |name| fs::read_to_string(path(pid, name)).ok()?.trim().parse().ok().filter(|number| *number != u32::MAX);
    let status = fs::read(path(pid, "status")).ok()?;
    let (uid, effective_uid) = parse_uids(&String::from_utf8_lossy(&status))?;
    Some(Owner { uid, effective_uid, login_uid: number("loginuid"), session: number("sessionid") })
}

fn parse_uids(status: &str) -> Option<(u32, u32)> {
    let mut fields = status.lines().find_map(|line| line.strip_prefix("Uid:"))?.split_ascii_whitespace();
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// The ids of all processes.
pub(super) fn pids() -> impl Iterator<Item = u32> {
    let names = fs::read_dir("/proc").into_iter().flatten().flatten();
    names.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// All processes that run a program.
pub(super) fn existing() -> impl Iterator<Item = Existing> {
    pids().filter_map(|pid| {
        let stat = stat(pid)?;
        let image = image(pid).map(|(image, _)| image);
        Some(Existing { who: Identity { pid, start_ns: stat.start_ns }, image, file: executable(pid) })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_process_may_call_itself_anything() {
        let line = b"42 (a) S (b) 1 ) R 7 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 1000 2000";
        let stat = parse_stat(line, 100).unwrap();
        assert_eq!(stat, Stat { parent: 7, start_ns: 1_234_560_000_000, kernel: false });
    }

    #[test]
    fn this_process_is_read_as_it_is() {
        let pid = std::process::id();
        assert_eq!(stat(pid).unwrap().parent, std::os::unix::process::parent_id());
        assert_eq!(image(pid).unwrap().0.as_str(), std::env::current_exe().unwrap().to_str().unwrap());
        assert_eq!(cwd(pid).unwrap().as_str(), std::env::current_dir().unwrap().to_str().unwrap());
        assert_eq!(arguments(pid).unwrap().0.len(), std::env::args_os().count());
        assert!(existing().any(|existing| existing.who.pid == pid));
    }

    #[test]
    fn empty_arguments_are_arguments() {
        assert_eq!(split_arguments(b"a\0\0b\0"), [b"a".to_vec(), vec![], b"b".to_vec()]);
    }

    proptest! {
        #[test]
        fn nonsense_is_no_process(line: Vec<u8>, ticks: u64) {
            parse_stat(&line, ticks);
            parse_uids(&String::from_utf8_lossy(&line));
        }
    }
}
