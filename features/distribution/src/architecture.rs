//! Whether a package of one architecture is for a machine of another name of it. Pure.

/// Names of the kernel (`uname -m`) for a machine, and what packages for it are called by dpkg and rpm.
const SAME: &[(&str, &[&str])] = &[
    ("x86_64", &["amd64", "x86_64", "i386", "i486", "i586", "i686"]),
    ("i686", &["i386", "i486", "i586", "i686"]),
    ("i586", &["i386", "i486", "i586"]),
    ("aarch64", &["arm64", "aarch64", "armhf", "armv7hl", "armel"]),
    ("armv7l", &["armhf", "armv7hl", "armel"]),
    ("ppc64le", &["ppc64el", "ppc64le"]),
    ("s390x", &["s390x"]),
    ("riscv64", &["riscv64"]),
    ("loongarch64", &["loong64", "loongarch64"]),
];

/// The machines of which something is known.
pub fn machines() -> impl Iterator<Item = &'static str> {
    SAME.iter().map(|(machine, _)| *machine)
}

/// Whether a package of this architecture may be for this machine (`uname -m`). Packages of a second architecture that a machine can run
/// may be: whether it is set up for them, only the machine knows. So may what is not known here.
#[must_use]
pub fn may_be_for(package: &str, machine: &str) -> bool {
    let known = |name: &str| SAME.iter().any(|(_, names)| names.contains(&name));
    match SAME.iter().find(|(name, _)| *name == machine) {
        Some((_, names)) => names.contains(&package) || !known(package),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_for_machines_of_their_architecture_and_for_those_that_can_run_it() {
        for (package, machine) in
            [("amd64", "x86_64"), ("x86_64", "x86_64"), ("i386", "x86_64"), ("arm64", "aarch64"), ("armhf", "armv7l")]
        {
            assert!(may_be_for(package, machine), "{package} {machine}");
        }
        for (package, machine) in
            [("amd64", "aarch64"), ("aarch64", "x86_64"), ("amd64", "i686"), ("arm64", "armv7l"), ("s390x", "x86_64")]
        {
            assert!(!may_be_for(package, machine), "{package} {machine}");
        }
    }

    #[test]
    fn what_is_for_all_and_what_is_not_known_may_be_for_any() {
        for package in ["all", "noarch", "", "sparc64"] {
            assert!(may_be_for(package, "x86_64"), "{package}");
        }
        assert!(may_be_for("amd64", "mips64") && may_be_for("amd64", ""));
    }
}
