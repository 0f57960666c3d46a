//! Kernels: several are installed side by side, and only the one that runs is a weakness. Pure.

/// Beginnings of names of packages of Debian and Ubuntu that belong to one release of the kernel, which is the rest of the name.
const DPKG: [&str; 8] = [
    "linux-image-unsigned-",
    "linux-image-",
    "linux-modules-extra-",
    "linux-modules-",
    "linux-headers-",
    "linux-buildinfo-",
    "linux-tools-",
    "linux-cloud-tools-",
];

/// Packages of Red Hat's family that are installed once for each release of the kernel, which is their version.
const RPM: [&str; 6] = ["core", "modules", "modules-core", "modules-extra", "modules-internal", "devel"];

/// Kinds of kernels of Red Hat's family, and what stands behind the release of one that runs.
const RPM_KINDS: [(&str, &str); 6] = [
    ("kernel-rt-64k", "+rt-64k"),
    ("kernel-rt", "+rt"),
    ("kernel-64k", "+64k"),
    ("kernel-debug", "+debug"),
    ("kernel-uek", ""),
    ("kernel", ""),
];

/// The release of the kernel that a package belongs to, as `uname -r` has it while that one runs; none for a package that is there once, whichever
/// kernel runs (`linux-image-amd64`, `linux-libc-dev`, `kernel-headers`).
#[must_use]
pub fn release(system: &str, name: &str, version: &str, architecture: &str) -> Option<String> {
    match system {
        "dpkg" => {
            let rest = DPKG.iter().find_map(|it| name.strip_prefix(it))?;
            // `6.1.0-18-amd64`; the packages that only point to the newest have no number there.
            rest.starts_with(|letter: char| letter.is_ascii_digit()).then(|| rest.to_owned())
        }
        "rpm" => {
            let behind = RPM_KINDS.iter().find_map(|(kind, behind)| {
                let rest = name.strip_prefix(kind)?;
                let is_one = rest.is_empty() || rest.strip_prefix('-').is_some_and(|it| RPM.contains(&it));
                is_one.then_some(*behind)
            })?;
            let version = version.split_once(':').map_or(version, |(_, version)| version);
            Some(format!("{version}.{architecture}{behind}"))
        }
        _ => None,
    }
}

/// Whether a package of a kernel's release counts on a machine on which another one may run. Where nobody knows which one runs, all count.
#[must_use]
pub fn counts(release: &str, running: &str) -> bool {
    running.is_empty() || release == running
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(system: &str, name: &str, version: &str, architecture: &str, wanted: &str) {
        assert_eq!(release(system, name, version, architecture).unwrap_or_default(), wanted, "{name}");
    }

    #[test]
    fn packages_of_one_release_of_the_kernel_are_known_by_name_or_version() {
        check("dpkg", "linux-image-6.1.0-18-amd64", "6.1.76-1", "amd64", "6.1.0-18-amd64");
        check("dpkg", "linux-image-unsigned-6.8.0-45-generic", "6.8.0-45.45", "amd64", "6.8.0-45-generic");
        check("dpkg", "linux-modules-extra-6.8.0-45-generic", "6.8.0-45.45", "amd64", "6.8.0-45-generic");
        check("rpm", "kernel-core", "5.14.0-362.8.1.el9_3", "x86_64", "5.14.0-362.8.1.el9_3.x86_64");
        check("rpm", "kernel", "0:5.14.0-362.8.1.el9_3", "x86_64", "5.14.0-362.8.1.el9_3.x86_64");
        check("rpm", "kernel-rt-core", "5.14.0-362.8.1.el9_3", "x86_64", "5.14.0-362.8.1.el9_3.x86_64+rt");
    }

    #[test]
    fn what_is_there_once_belongs_to_no_release() {
        check("dpkg", "linux-image-amd64", "6.1.76-1", "amd64", "");
        check("dpkg", "linux-image-generic", "6.8.0.45.45", "amd64", "");
        check("dpkg", "linux-libc-dev", "6.1.76-1", "amd64", "");
        check("rpm", "kernel-headers", "5.14.0-362.8.1.el9_3", "x86_64", "");
        check("rpm", "kernel-tools", "5.14.0-362.8.1.el9_3", "x86_64", "");
        check("rpm", "kernelshark", "2.0", "x86_64", "");
        check("registry", "linux-image-6.1.0-18-amd64", "6.1.76-1", "amd64", "");
    }

    #[test]
    fn only_the_one_that_runs_counts_where_that_is_known() {
        assert!(counts("6.1.0-18-amd64", "6.1.0-18-amd64"));
        assert!(!counts("6.1.0-17-amd64", "6.1.0-18-amd64"));
        assert!(counts("6.1.0-17-amd64", ""));
    }
}
