//! The emergency switch: at the machine itself, without the server, and before it has started.

use std::{fs, path::Path};

/// A file of this name in the agent's data folder takes the gate down within a second, as long as it is there.
const FILE: &str = "gate.off";
/// A word on the kernel's command line does so from the start on.
const PARAMETER: &str = "yagura.gate=off";
const KERNEL: &str = "/proc/cmdline";

/// Why the gate is switched off here, if it is.
pub(super) fn off(data: &Path) -> Option<String> {
    let file = data.join(FILE);
    // A link that leads nowhere counts, too: whoever made it wants the gate off.
    if file.symlink_metadata().is_ok() {
        return Some(format!("switched off at this machine: `{}` is there", file.display()));
    }
    let kernel = fs::read_to_string(KERNEL).unwrap_or_default();
    is_in(&kernel).then(|| format!("switched off at this machine: the kernel was started with `{PARAMETER}`"))
}

fn is_in(parameters: &str) -> bool {
    parameters.split_ascii_whitespace().any(|one| one == PARAMETER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_or_the_kernels_command_line_switches_the_gate_off() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(off(folder.path()), None);
        fs::write(folder.path().join(FILE), "").unwrap();
        assert!(off(folder.path()).is_some_and(|reason| reason.contains(FILE)));
        assert!(is_in("BOOT_IMAGE=/vmlinuz root=/dev/sda1 yagura.gate=off quiet\n"));
        assert!(!is_in("quiet yagura.gate=offline"));
    }
}
