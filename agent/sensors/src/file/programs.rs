//! Programs that are known for what they do to files.

/// Programs that write many files of no interest in themselves: packages, builds, versions of source code.
const BUILDERS: &[&str] = &[
    "apt",
    "apt-get",
    "aptitude",
    "apk",
    "bazel",
    "bundle",
    "cargo",
    "ccache",
    "cmake",
    "composer",
    "dnf",
    "dnf5",
    "docker",
    "dpkg",
    "flatpak",
    "git",
    "go",
    "gradle",
    "make",
    "meson",
    "mvn",
    "ninja",
    "npm",
    "packagekitd",
    "pacman",
    "pip",
    "pip3",
    "pnpm",
    "podman",
    "rpm",
    "rustup",
    "snap",
    "snapd",
    "unattended-upgrade",
    "yarn",
    "yum",
    "zypper",
];

const SHELLS: &[&str] = &["ash", "bash", "busybox", "csh", "dash", "fish", "ksh", "mksh", "pwsh", "sh", "tcsh", "zsh"];

/// Programs that do nothing with files but copy or move them.
const COPIERS: &[&str] = &["cp", "install", "mv"];

/// Programs that run what others wrote: of them it is the script that counts.
const INTERPRETERS: &[&str] = &["awk", "gawk", "java", "lua", "mawk", "node", "perl", "php", "python", "ruby"];

fn name(image: &str) -> &str {
    image.rsplit('/').next().unwrap_or(image)
}

/// Whether it builds or installs something: what it and its children do over and over is told of in sum.
#[must_use]
pub fn builds(image: &str) -> bool {
    BUILDERS.contains(&name(image))
}

/// Whether what it opens it copies.
pub(crate) fn copies(image: &str) -> bool {
    COPIERS.contains(&name(image))
}

/// Whether it is a shell.
pub(crate) fn is_shell(image: &str) -> bool {
    SHELLS.contains(&name(image))
}

/// Whether it runs scripts: a shell, or an interpreter of whatever version.
#[must_use]
pub fn interprets(image: &str) -> bool {
    let plain = name(image).trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    is_shell(image) || INTERPRETERS.contains(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_by_its_name_wherever_it_lies() {
        assert!(builds("/usr/bin/dpkg") && builds("/home/tanaka/.cargo/bin/cargo") && !builds("/usr/bin/cp"));
        assert!(is_shell("/bin/bash") && !is_shell("/usr/bin/bashful"));
        assert!(interprets("/usr/bin/python3.11") && interprets("/usr/bin/dash") && !interprets("/usr/bin/cc1"));
    }
}
