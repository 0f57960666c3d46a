//! The operating system, from os-release(5) and the kernel.

use std::fs;

use yagura_vocabulary::Time;

use super::{Kernel, Root};
use crate::model::OperatingSystem;

/// Files that an installation writes once, the surest first.
const INSTALLED: &[&str] = &["/var/log/installer", "/root/anaconda-ks.cfg", "/lost+found", "/etc/machine-id"];

pub(super) fn read(root: &Root, kernel: &dyn Kernel) -> OperatingSystem {
    let release = root.text("/etc/os-release").or_else(|| root.text("/usr/lib/os-release")).unwrap_or_default();
    let field = |name| release_field(&release, name);
    OperatingSystem {
        name: field("NAME").unwrap_or_else(|| "Linux".to_owned()),
        version: field("VERSION").or_else(|| field("VERSION_ID")).or_else(|| field("BUILD_ID")).unwrap_or_default(),
        kernel: root.text("/proc/sys/kernel/osrelease").unwrap_or_default(),
        architecture: kernel.architecture(),
        installed_at: INSTALLED.iter().find_map(|name| root.modified(name)),
        boot_at: boot_at(&root.text("/proc/stat").unwrap_or_default()),
        time_zone: time_zone(root),
        hostname: root.text("/proc/sys/kernel/hostname"),
        // Debian counts the releases within a version only here.
        build: field("BUILD_ID").or_else(|| point_release(root.text("/etc/debian_version"))),
        hotfixes: Vec::new(),
    }
}

/// A field of os-release: shell assignments, quoted or not.
fn release_field(text: &str, name: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))?;
    let quote = value.chars().next().filter(|letter| matches!(letter, '"' | '\''));
    let inner = quote.and_then(|quote| value.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(value);
    let mut plain = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quote != Some('\'') => plain.extend(letters.next()),
            letter => plain.push(letter),
        }
    }
    (!plain.is_empty()).then_some(plain)
}

/// `12.7`; development versions and descendants of Debian write words there.
fn point_release(text: Option<String>) -> Option<String> {
    text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

fn boot_at(stat: &str) -> Option<Time> {
    let seconds = stat.lines().find_map(|line| line.strip_prefix("btime "))?;
    seconds.trim().parse().ok().map(Time::from_seconds)
}

fn time_zone(root: &Root) -> Option<String> {
    let link = fs::read_link(root.path("/etc/localtime")).ok();
    let from_link = link.and_then(|target| Some(target.to_str()?.split_once("zoneinfo/")?.1.to_owned()));
    from_link.or_else(|| root.text("/etc/timezone"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_escapes_of_os_release_are_taken_off() {
        let text = "NAME=\"Debian \\\"GNU\\\"/Linux\"\nVERSION_ID=12\nPRETTY_NAME='a \\ b'\nNAME_X=1\nBUILD_ID=\n";
        assert_eq!(release_field(text, "NAME").as_deref(), Some("Debian \"GNU\"/Linux"));
        assert_eq!(release_field(text, "VERSION_ID").as_deref(), Some("12"));
        assert_eq!(release_field(text, "PRETTY_NAME").as_deref(), Some("a \\ b"));
        assert_eq!(release_field(text, "BUILD_ID"), None);
    }
}
