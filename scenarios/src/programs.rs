//! Programs: where they are, how they are started and ended, and what a machine must allow for it.

use std::{
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::House;

/// The folder with the programs.
pub(crate) fn folder() -> PathBuf {
    if let Some(dir) = std::env::var_os("YAGURA_BIN_DIR") {
        return PathBuf::from(dir);
    }
    // Tests lie in target/<profile>/deps, programs in target/<profile>.
    let test = std::env::current_exe().expect("a running program has a path");
    test.ancestors().nth(2).expect("a test lies two folders below its programs").to_owned()
}

pub(crate) fn program(name: &str) -> Command {
    let path = folder().join(name);
    assert!(path.exists(), "{} is missing: build it first, or run ./dev test", path.display());
    let mut command = Command::new(path);
    command.stdin(Stdio::null()).env_remove("YAGURA_CONFIG");
    command
}

/// The beginning of a command line that runs `shell`, in which `"$@"` is the program, in a world of its own.
pub(crate) fn wrap(shell: &str) -> Vec<String> {
    ["unshare", "--mount", "sh", "-ec", shell, "sh"].map(str::to_owned).to_vec()
}

pub(crate) fn wrapped(wrap: &[String], name: &str) -> Command {
    let plain = program(name);
    let Some((first, rest)) = wrap.split_first() else { return plain };
    let mut command = Command::new(first);
    command.args(rest).arg(plain.get_program()).stdin(Stdio::null()).env_remove("YAGURA_CONFIG");
    command
}

/// Asks the server's command line for something.
pub(crate) fn admin(data: &Path, arguments: &[&str]) -> String {
    let config = data.join("yagura.toml");
    run(program("yagura-server").args(["admin", "--config"]).arg(&config).args(arguments)).trim().to_owned()
}

/// Whether a test may make worlds of its own, with mounts that nobody else sees; says so where it may not.
#[must_use]
#[expect(clippy::print_stdout, reason = "what is skipped is said where the tests' results are")]
pub fn may_mount(promise: &str) -> bool {
    let tried = Command::new("unshare").args(["--mount", "true"]).stderr(Stdio::null()).status();
    let may = tried.is_ok_and(|status| status.success());
    if !may {
        println!("SKIPPED: {promise}: mounts of one's own need root and unshare");
    }
    may
}

/// Whether a test may put an agent on a machine of its own ([`House::set_apart`]); says so where it may not.
#[must_use]
#[expect(clippy::print_stdout, reason = "what is skipped is said where the tests' results are")]
pub fn may_be_apart(promise: &str) -> bool {
    let tried = Command::new("unshare").args(["--net", "--uts", "sh", "-c", "ip link set lo up"]).status();
    let may = tried.is_ok_and(|status| status.success());
    if !may {
        println!("SKIPPED: {promise}: a network and a host name of one's own need root, unshare and ip");
    }
    may
}

/// Runs a program to its end and gives its output.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().expect("the program can be started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Starts programs until the server has one with this marker: the agent may have been started a moment ago and see nothing yet,
/// so one would not do.
pub async fn start_until_seen(house: &House, marker: &str) {
    let path = format!("/api/v1/events?text={marker}&kind=process.start&limit=1");
    house
        .until("an event", &path, |page| {
            start_programs(marker, 40);
            (!page["items"].as_array()?.is_empty()).then_some(())
        })
        .await;
}

/// Starts a program that does nothing, so many times.
///
/// # Panics
/// When it cannot be started.
pub fn start_programs(marker: &str, times: usize) {
    for _ in 0..times {
        Command::new("/usr/bin/true").arg(marker).status().expect("true can be started");
    }
}

/// Copies a folder with all that is in it.
///
/// # Panics
/// When it cannot be copied.
pub fn copy_folder(from: &Path, to: &Path) {
    run(Command::new("cp").arg("-a").arg("--").arg(from).arg(to));
}

/// Whether this test may see what other programs do; says so where it may not.
#[must_use]
#[expect(clippy::print_stdout, reason = "what is skipped is said where the tests' results are")]
pub fn sees_processes(promise: &str) -> bool {
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !root {
        println!("SKIPPED: {promise}: seeing every process needs root");
    }
    root
}

#[expect(clippy::disallowed_methods, reason = "waiting for a program of our own, with a deadline, outside any runtime")]
pub(crate) fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("a listener has an address").port()
}

pub(crate) fn spawn(mut command: Command, log: &Path) -> Child {
    let out = File::options().create(true).append(true).open(log).expect("the log can be written");
    let err = out.try_clone().expect("a file can be shared");
    command.stdout(out).stderr(err).spawn().expect("the program can be started")
}

pub(crate) fn kill(child: Option<Child>) {
    if let Some(mut child) = child {
        // A child that has ended already cannot be killed, and need not be.
        let _ = child.kill();
        let _ = child.wait();
    }
}
