//! The programs that decide, asked themselves: dpkg, rpm, PyPI's `packaging`, and npm's `semver`.
//!
//! Thousands of pairs are drawn, and a program answers all of them in one process. A program that is not installed is
//! SKIPPED; what it said of 450 pairs stands in `tests/answers/` and is always checked.
//! `YAGURA_UPDATE_GOLDEN=1` writes these anew. A program elsewhere than on PATH: `YAGURA_RPM`, `YAGURA_PYTHON`.

use std::{
    cmp::Ordering,
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use yagura_versions::Scheme;

use crate::pairs::pairs;

const DRAWN: usize = 3000;
const RECORDED: usize = 450;

/// Each reads lines `one other` and writes `-1`, `0` or `1` for each, or `?` where it takes one of them for no version.
const DPKG: &str = r"while read -r one other; do
    if dpkg --compare-versions $one lt $other 2>/dev/null; then echo -1
    elif dpkg --compare-versions $one eq $other 2>/dev/null; then echo 0
    else echo 1
    fi
done";
const RPM: &str = r#"%{lua:
    for line in io.lines("/dev/stdin") do
        local one, other = line:match("(%S+) (%S+)")
        local fine, order = pcall(rpm.vercmp, one, other)
        io.stdout:write(fine and tostring(order) or "?", "\n")
    end
}"#;
const PYTHON: &str = r#"
import sys
from packaging.version import InvalidVersion, Version
for line in sys.stdin:
    try:
        one, other = map(Version, line.split())
        print((one > other) - (one < other))
    except InvalidVersion:
        print("?")
"#;
const NODE: &str = r#"
const semver = require("semver");
for (const line of require("fs").readFileSync(0, "utf8").trim().split("\n")) {
    const [one, other] = line.split(" ");
    try { console.log(semver.compare(one, other)); } catch { console.log("?"); }
}
"#;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers")
}

/// A command that answers, and another that succeeds if it is there.
fn peer(scheme: Scheme) -> (Command, Command) {
    let named = |variable: &str, name: &str| env::var(variable).unwrap_or_else(|_| name.to_owned());
    let command = |name: &str, args: &[&str]| {
        let mut command = Command::new(name);
        command.args(args).current_dir(env!("CARGO_MANIFEST_DIR"));
        command
    };
    match scheme {
        Scheme::Dpkg => (command("sh", &["-c", DPKG]), command("dpkg", &["--version"])),
        Scheme::Rpm => {
            let rpm = named("YAGURA_RPM", "rpm");
            (command(&rpm, &["--eval", RPM]), command(&rpm, &["--eval", "%{lua:print(rpm.vercmp(\"1\", \"2\"))}"]))
        }
        Scheme::Pep440 => {
            let python = named("YAGURA_PYTHON", "python3");
            (command(&python, &["-c", PYTHON]), command(&python, &["-c", "import packaging"]))
        }
        Scheme::Semver => (command("node", &["-e", NODE]), command("node", &["-e", "require('semver')"])),
        Scheme::Windows | Scheme::Dotted => unreachable!("nobody but us decides about {}", scheme.as_str()),
    }
}

fn answers(mut peer: Command, pairs: &[(String, String)]) -> Vec<Option<Ordering>> {
    let lines: String = pairs.iter().map(|(one, other)| format!("{one} {other}\n")).collect();
    let mut child = peer.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let order = |word: &str| match word {
        "?" => None,
        number => Some(number.parse::<i32>().unwrap().cmp(&0)),
    };
    text.lines().filter(|line| !line.is_empty()).map(|line| order(line.trim())).collect()
}

#[expect(clippy::print_stdout, reason = "what is skipped is said where the tests' results are")]
fn check(scheme: Scheme) {
    let (peer, mut there) = peer(scheme);
    if !there.output().is_ok_and(|output| output.status.success()) {
        let name = scheme.as_str();
        println!(
            "SKIPPED: the program that decides about versions of {name} is not there; its recorded answers are checked"
        );
        return;
    }
    let pairs = pairs(scheme, DRAWN);
    let answers = answers(peer, &pairs);
    assert_eq!(answers.len(), pairs.len(), "one answer for each pair");
    let compared = answers.iter().flatten().count();
    // We take a few texts that the peer does not (`1.2` of semver); it must have judged most.
    assert!(compared * 5 >= pairs.len() * 4, "{compared} of {} pairs were compared", pairs.len());
    for ((one, other), answer) in pairs.iter().zip(&answers) {
        if let Some(answer) = answer {
            assert_eq!(scheme.compare(one, other), Ok(*answer), "{}: {one} and {other}", scheme.as_str());
        }
    }
    if env::var_os("YAGURA_UPDATE_GOLDEN").is_some() {
        let sign = |order: &Ordering| ["<", "=", ">"][(*order as i8 + 1) as usize];
        let answered = pairs.iter().zip(&answers).filter_map(|(pair, answer)| Some((pair, answer.as_ref()?)));
        let lines: String =
            answered.take(RECORDED).map(|((one, other), order)| format!("{one} {} {other}\n", sign(order))).collect();
        fs::write(folder().join(format!("{}.txt", scheme.as_str())), lines).unwrap();
    }
}

#[test]
fn dpkg_says_the_same() {
    check(Scheme::Dpkg);
}

#[test]
fn rpm_says_the_same() {
    check(Scheme::Rpm);
}

#[test]
fn pypis_packaging_says_the_same() {
    check(Scheme::Pep440);
}

#[test]
fn npms_semver_says_the_same() {
    check(Scheme::Semver);
}

#[test]
fn what_the_programs_said_once_still_holds() {
    for scheme in [Scheme::Dpkg, Scheme::Rpm, Scheme::Pep440, Scheme::Semver] {
        let text = fs::read_to_string(folder().join(format!("{}.txt", scheme.as_str()))).unwrap();
        for line in text.lines() {
            let [one, sign, other] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("not a pair: {line}") };
            let order = match sign {
                "<" => Ordering::Less,
                "=" => Ordering::Equal,
                ">" => Ordering::Greater,
                _ => panic!("not a sign: {line}"),
            };
            assert_eq!(scheme.compare(one, other), Ok(order), "{}: {line}", scheme.as_str());
        }
        assert!(text.lines().count() >= 400, "{} has too few answers", scheme.as_str());
    }
}
