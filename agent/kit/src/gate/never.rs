//! What no rule stops: what a machine needs to start, and what a person needs to put it right again.

use std::path::{Path, PathBuf};

/// Programs that start whatever the rules say: the system's first ones, its loader, signing in, shells, and what removes or
/// reinstalls this agent. By their place, and only the very files there: a copy, or another file under such a name, is judged.
pub const PROGRAMS: &[&str] = &[
    // The first program, and what it runs by itself.
    "/sbin/init",
    "/usr/lib/systemd/systemd",
    "/usr/lib/systemd/systemd-executor",
    "/usr/lib/systemd/systemd-journald",
    "/usr/lib/systemd/systemd-logind",
    "/usr/lib/systemd/systemd-shutdown",
    "/usr/lib/systemd/systemd-sulogin-shell",
    "/usr/lib/systemd/systemd-udevd",
    "/usr/bin/dbus-daemon",
    "/usr/bin/kmod",
    "/usr/bin/udevadm",
    // Without the loader no program starts.
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
    // Signing in.
    "/sbin/agetty",
    "/sbin/sulogin",
    "/usr/bin/login",
    "/usr/bin/su",
    "/usr/bin/sudo",
    "/usr/sbin/sshd",
    "/usr/lib/openssh/sshd-session",
    "/usr/libexec/openssh/sshd-session",
    // Looking around and putting right.
    "/bin/sh",
    "/bin/ash",
    "/bin/bash",
    "/bin/busybox",
    "/bin/cat",
    "/bin/chmod",
    "/bin/chown",
    "/bin/cp",
    "/bin/kill",
    "/bin/ln",
    "/bin/ls",
    "/bin/mkdir",
    "/bin/mount",
    "/bin/mv",
    "/bin/ps",
    "/bin/rm",
    "/bin/umount",
    "/usr/bin/coreutils",
    "/usr/bin/journalctl",
    "/usr/bin/systemctl",
    "/usr/bin/touch",
    // Packages.
    "/usr/bin/apt",
    "/usr/bin/apt-get",
    "/usr/bin/dpkg",
    "/usr/bin/dpkg-deb",
    "/usr/bin/dpkg-query",
    "/usr/bin/dpkg-split",
    "/usr/bin/rpm",
    "/usr/bin/dnf",
    "/usr/bin/dnf5",
    "/usr/bin/yum",
    "/usr/bin/zypper",
    "/usr/bin/pacman",
    "/sbin/apk",
];

/// The programs of this agent that lie beside the one that runs.
const OWN: &[&str] = &["yagura-agent", "yagura-session"];

/// Who asks, so that the agent does not stop itself.
#[derive(Debug)]
pub(super) struct Never {
    pid: u32,
    own: Vec<PathBuf>,
}

impl Never {
    /// Of the program that runs here, with its process id and its path.
    pub(super) fn new(pid: u32, program: Option<&Path>) -> Self {
        let beside = program.and_then(Path::parent).into_iter();
        let mut own: Vec<_> = beside.flat_map(|folder| OWN.iter().map(move |name| folder.join(name))).collect();
        own.extend(program.map(Path::to_owned));
        Self { pid, own }
    }

    /// Whether it starts whatever the rules say: what the first process runs, what the agent runs, and the programs above.
    /// `is_file` says whether the file at a path is the very one that is to be run.
    pub(super) fn covers(&self, pid: u32, ppid: u32, is_file: impl Fn(&Path) -> bool) -> bool {
        pid == 1
            || pid == self.pid
            || ppid == self.pid
            || self.own.iter().any(|path| is_file(path))
            || PROGRAMS.iter().any(|path| is_file(Path::new(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pid: u32, ppid: u32, file: &str, expected: bool) {
        let never = Never::new(100, Some(Path::new("/opt/yagura/yagura-agent")));
        assert_eq!(never.covers(pid, ppid, |path| path == Path::new(file)), expected, "{pid} {ppid} {file}");
    }

    #[test]
    fn what_a_machine_and_its_rescuer_need_is_never_denied() {
        check(7, 2, "/home/tanaka/game", false);
        check(1, 0, "/home/tanaka/game", true);
        check(100, 1, "/home/tanaka/game", true);
        check(7, 100, "/home/tanaka/game", true);
        for program in ["/bin/sh", "/usr/bin/dpkg", "/usr/bin/sudo", "/opt/yagura/yagura-session"] {
            check(7, 2, program, true);
        }
        check(7, 2, "/home/tanaka/bin/sh", false);
    }
}
