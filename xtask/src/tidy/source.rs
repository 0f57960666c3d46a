//! What the sources may say where: `unsafe`, the operating system, and IO in pure modules.

use crate::{
    files::File,
    rust_text::{before_tests, code_only, grouped_paths, lines_with},
};

/// Files outside `agent/platform` that ask for the operating system, and why each may.
const KNOWS_THE_SYSTEM: &[(&str, &str)] = &[
    ("agent/sensors/src/lib.rs", "picks the sensors' folder of the system"),
    ("agent/sensors/examples/exec_storm.rs", "measures a sensor that only Linux has"),
    ("agent/sensors/examples/file_storm.rs", "measures a sensor that only Linux has"),
];

/// What IO, time and concurrency are called. Pure modules get their results as arguments instead.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::thread",
    "std::io",
    "tokio",
    "async",
    "Clock",
    "SystemTime",
    "Instant",
];

/// Modules that agent, server and command line share, and that only compute.
const PURE: &[&str] = &["policy", "decide", "event", "model"];

pub(super) fn violations(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
        let code = code_only(&file.text);
        let mut forbid = |word: &str, code: &str, rule: &str| {
            found.extend(lines_with(code, word).iter().map(|line| format!("{}:{line}: `{word}`: {rule}", file.path)));
        };
        if !file.path.starts_with("agent/platform/") {
            for word in ["unsafe", "unsafe_code"] {
                forbid(word, &code, "only agent/platform may");
            }
            if !may_ask_for_the_system(&file.path) {
                forbid(
                    "target_os",
                    &code,
                    "only agent/platform, and a feature's one mod.rs that picks the system's file, may",
                );
            }
        }
        if is_pure(&file.path) {
            let code = before_tests(&code);
            for word in IMPURE {
                forbid(word, code, "policy, decide, event and model only compute");
            }
            let grouped = grouped_paths(code, "std");
            for path in grouped.iter().filter(|path| IMPURE.contains(&path.as_str())) {
                found.push(format!("{}: `{path}`: policy, decide, event and model only compute", file.path));
            }
        }
    }
    found
}

fn may_ask_for_the_system(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let picks = matches!(parts[..], ["features", _, "src", "agent", .., "mod.rs"]);
    // A test of one system's part is not built elsewhere.
    let tests = parts.contains(&"tests");
    picks || tests || KNOWS_THE_SYSTEM.iter().any(|(known, _)| *known == path)
}

fn is_pure(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["features", _, "src", file] | ["core", "vocabulary", "src", file] => {
            PURE.iter().any(|module| file == format!("{module}.rs"))
        }
        ["features", _, "src", folder, .., file] => PURE.contains(&folder) && file != "tests.rs",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, broken: usize) {
        let found = violations(&[File { path: path.to_owned(), text: text.to_owned() }]);
        assert_eq!(found.len(), broken, "{found:?}");
    }

    #[test]
    fn unsafe_belongs_to_the_platform_alone() {
        check("agent/platform/src/linux/mod.rs", "unsafe {}", 0);
        check("agent/kit/src/lib.rs", "unsafe {}", 1);
        check("agent/kit/src/lib.rs", "#[expect(unsafe_code)]", 1);
    }

    #[test]
    fn the_system_is_asked_for_where_its_file_is_picked() {
        let text = "#[cfg(target_os = \"linux\")] mod linux;";
        check("features/assets/src/agent/mod.rs", text, 0);
        check("features/assets/src/agent/bus/mod.rs", text, 0);
        check("features/assets/src/agent/linux.rs", text, 1);
        check("server/app/src/mod.rs", text, 1);
    }

    #[test]
    fn pure_modules_do_nothing_but_compute() {
        check("features/a/src/decide.rs", "use std::collections::BTreeMap;", 0);
        check("features/a/src/decide.rs", "use std::fs;", 1);
        check("features/a/src/decide.rs", "use std::{cmp, net::IpAddr};", 1);
        check("features/a/src/policy/mod.rs", "fn a(clock: &dyn Clock) {}", 1);
        check("features/a/src/decide.rs", "#[cfg(test)] mod tests { use std::fs; }", 0);
        check("features/a/src/agent/mod.rs", "use std::fs;", 0);
    }
}
