//! What dnf says it would do, and what rpm complains of, read. Pure. The forms are those of dnf 4 (`dnf.cli.output`) in the locale C.

use crate::{model::Changed, packages::Installed};

/// What would happen to one package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    /// It comes, beside a version of before where there may be several.
    Add,
    /// It takes the place of the version of before.
    Replace,
    /// It goes.
    Remove,
}

impl Act {
    /// What a heading of the table says of the packages below it.
    fn of(heading: &str) -> Option<Self> {
        let heading = heading.strip_suffix(':')?;
        match heading.split(' ').next()? {
            "Installing" => Some(Self::Add),
            "Upgrading" | "Downgrading" | "Reinstalling" => Some(Self::Replace),
            "Removing" => Some(Self::Remove),
            _ => None,
        }
    }
}

/// What dnf asks before it begins: a table of packages, one below the other by what would happen to them. A name that is too long for its
/// column pushes the rest of its row into the next line.
#[must_use]
pub fn planned(text: &str, now: &Installed) -> Vec<Changed> {
    let mut then = now.clone();
    let mut act = None;
    let mut row: Vec<&str> = Vec::new();
    for line in text.lines().skip_while(|line| !line.starts_with("===")) {
        if line.starts_with("Transaction Summary") {
            break;
        }
        if let Some(rest) = line.trim_start().strip_prefix("replacing ") {
            take(&mut then, act, &mut row);
            // One that gives way to another name.
            if let Some(name) = rest.split_whitespace().next().map(without_architecture)
                && now.version(name).is_some()
                && now.version(name) == then.version(name)
            {
                then.forget(name);
            }
            continue;
        }
        let goes_on = line.starts_with("  ");
        if !goes_on {
            take(&mut then, act, &mut row);
        }
        if line.starts_with(' ') {
            row.extend(line.split_whitespace());
        } else {
            act = Act::of(line.trim_end());
        }
    }
    take(&mut then, act, &mut row);
    now.changes(&then)
}

/// A row: name, architecture, version, repository, size.
fn take(then: &mut Installed, act: Option<Act>, row: &mut Vec<&str>) {
    if let ([name, _, version, _, ..], Some(act)) = (row.as_slice(), act) {
        let version = version.strip_prefix("0:").unwrap_or(version);
        match act {
            Act::Add => then.add(name, version),
            Act::Replace => then.replace(name, version),
            Act::Remove => then.remove(name, version),
        }
    }
    row.clear();
}

/// `bash.x86_64` without its architecture. Names may have dots too: `python3.11.x86_64`.
fn without_architecture(name: &str) -> &str {
    const KNOWN: &[&str] = &["noarch", "x86_64", "i686", "i386", "aarch64", "ppc64le", "s390x", "armv7hl", "riscv64"];
    name.rsplit_once('.').filter(|(_, end)| KNOWN.contains(end)).map_or(name, |(name, _)| name)
}

/// Whether a question was answered in the whole: with nothing to do, or stopped before it began, as it was asked to.
#[must_use]
pub fn answered(code: Option<i32>, text: &str) -> bool {
    code == Some(0) || text.lines().any(|line| line.starts_with("Operation aborted"))
}

/// How many bytes would be fetched, nearly: dnf rounds.
#[must_use]
pub fn bytes_to_fetch(text: &str) -> u64 {
    let size = text.lines().find_map(|line| line.strip_prefix("Total download size: ")).unwrap_or_default();
    let (number, unit) = size.trim().split_once(' ').unwrap_or((size, ""));
    let unit: u64 = match unit.trim() {
        "k" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => 1,
    };
    let (whole, tenths) = number.split_once('.').unwrap_or((number, "0"));
    let part = |text: &str| text.parse::<u64>().unwrap_or_default();
    part(whole).saturating_mul(unit).saturating_add(part(tenths).saturating_mul(unit) / 10)
}

/// The scripts of packages that failed, as rpm and dnf name them. After one of them, both end as if all had gone well.
#[must_use]
pub fn failed_scripts(text: &str) -> Vec<&str> {
    let failed = |line: &&str| {
        // dnf: `Error in POSTIN scriptlet in rpm package good`; rpm: `warning: %post(good-1.0-1.noarch) scriptlet failed, exit status 1`.
        (line.starts_with("Error in ") && line.contains(" scriptlet in rpm package "))
            || (line.contains("scriptlet failed") && line.contains(": %"))
    };
    let mut found: Vec<&str> = text.lines().map(str::trim).filter(failed).collect();
    found.dedup();
    found
}

/// The lines in which dnf or rpm complain, or the last ones.
#[must_use]
pub fn complaint(text: &str) -> String {
    let complains = |line: &&str| ["Error", "error:", "  - ", " Problem"].iter().any(|begin| line.starts_with(begin));
    let mut lines: Vec<&str> = text.lines().filter(complains).map(str::trim).collect();
    if lines.is_empty() {
        lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    }
    lines[lines.len().saturating_sub(4)..].join(" / ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TABLE: &str = "Last metadata expiration check: 0:01:18 ago on Mon Nov 30 08:49:03 2026.
Dependencies resolved.
================================================================================
 Package        Architecture     Version           Repository              Size
================================================================================
Installing:
 kernel-core    x86_64           6.3-1             baseos                  18 M
Upgrading:
 openssl-libs   x86_64           1:3.0.7-27.el9    baseos                 2.1 M
 a-package-with-a-name-that-is-far-too-long-for-its-column
                noarch           2.0-1             appstream              6.3 k
 merged         noarch           2-1               appstream                0
     replacing  parted-off.noarch 1-1
Downgrading:
 good           noarch           1.0-1             @commandline           6.3 k
Installing dependencies:
 new            noarch           1-1               appstream              6.3 k
Removing:
 kernel-core    x86_64           6.1-1             @baseos                 18 M

Transaction Summary
================================================================================
Upgrade  2 Packages

Total download size: 1.5 M
Operation aborted.
";

    fn now() -> Installed {
        Installed::from_rpm(
            "kernel-core\t0:6.1-1\nkernel-core\t0:6.2-1\nopenssl-libs\t1:3.0.7-1.el9\nparted-off\t0:1-1\nmerged\t0:1-1\n\
             a-package-with-a-name-that-is-far-too-long-for-its-column\t0:1.0-1\ngood\t0:2.0-1\nbash\t0:5-1\n",
        )
    }

    #[test]
    fn what_dnf_would_do_is_read_from_its_table() {
        let found: Vec<_> = planned(TABLE, &now())
            .into_iter()
            .map(|one| format!("{} {} {}", one.package, one.before.unwrap_or_default(), one.after.unwrap_or_default()))
            .collect();
        assert_eq!(
            found,
            [
                "a-package-with-a-name-that-is-far-too-long-for-its-column 1.0-1 2.0-1",
                "good 2.0-1 1.0-1",
                "kernel-core 6.1-1, 6.2-1 6.2-1, 6.3-1",
                "merged 1-1 2-1",
                "new  1-1",
                "openssl-libs 1:3.0.7-1.el9 1:3.0.7-27.el9",
                "parted-off 1-1 ",
            ]
        );
        assert_eq!(bytes_to_fetch(TABLE), 1_572_864);
    }

    #[test]
    fn a_question_is_answered_where_nothing_is_to_do_and_where_it_stopped_before_it_began() {
        assert!(answered(Some(0), "Nothing to do.\n") && answered(Some(1), TABLE));
        assert!(!answered(Some(1), "Error: Failed to download metadata for repo 'one'\n"));
        assert!(planned("Dependencies resolved.\nNothing to do.\nComplete!\n", &now()).is_empty());
    }

    #[test]
    fn a_package_of_the_same_name_that_is_put_in_order_is_not_gone() {
        let text = "===\nReinstalling:\n good noarch 2.0-1 @commandline 6.3 k\n     replacing  good.noarch 1.0-1\n";
        let both = Installed::from_rpm("good\t0:1.0-1\ngood\t0:2.0-1\n");
        assert_eq!(planned(text, &both)[0].after.as_deref(), Some("2.0-1"));
    }

    #[test]
    fn scripts_that_failed_are_found_in_what_dnf_and_rpm_write() {
        let text = "x\nError in POSTIN scriptlet in rpm package good\nwarning: %post(good-3.0-1.noarch) scriptlet failed, exit status 1\nok\n";
        assert_eq!(failed_scripts(text).len(), 2);
        assert!(failed_scripts("Error in the weather\nRunning scriptlet: good\n").is_empty());
        let text = "Last metadata\nError: \n Problem 1: conflicting requests\n  - nothing provides x needed by good-1.0-1.noarch\n(try)\n";
        assert_eq!(
            complaint(text),
            "Error: / Problem 1: conflicting requests / - nothing provides x needed by good-1.0-1.noarch"
        );
    }

    proptest! {
        #[test]
        fn whatever_is_said_is_read_without_a_panic(text in "(===\\n)?((Installing|Removing|Upgrading):\\n)?( {1,5}[a-z.:0-9-]{0,9}){0,6}\\n[^\\n]{0,9}") {
            for one in planned(&text, &now()) {
                prop_assert!(one.before != one.after);
            }
            let _ = (bytes_to_fetch(&text), failed_scripts(&text), complaint(&text));
        }
    }
}
