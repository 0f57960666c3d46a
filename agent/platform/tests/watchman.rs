//! The watchman over a program that is stopped. Three programs play together, all of them this test's own.
#![cfg(target_os = "linux")]

use std::{
    io::{BufRead as _, BufReader},
    os::unix::process::ExitStatusExt as _,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use yagura_platform::{Watched, Watchman, watch_over_parent};

/// Set in the program that is watched, and so in its watchman.
const WATCHED: &str = "YAGURA_TEST_WATCHED";
const SAYS: &str = "all is well";

fn is_played() -> bool {
    std::env::var_os(WATCHED).is_some()
}

#[test]
fn played_the_watchman() {
    if is_played() {
        assert_eq!(watch_over_parent(Duration::from_secs(2)).unwrap(), Watched::Ended);
    }
}

#[test]
fn played_the_program_that_is_watched() {
    if !is_played() {
        return;
    }
    let watchman = Watchman::start(&["--exact", "played_the_watchman"]).unwrap();
    let (_kept, never) = mpsc::channel::<()>();
    loop {
        watchman.beat().unwrap();
        println!("{SAYS}");
        let _ = never.recv_timeout(Duration::from_millis(100));
    }
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_program_that_is_stopped_is_ended_and_one_that_is_well_is_not() {
    if is_played() {
        return;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "played_the_program_that_is_watched", "--nocapture"]).env(WATCHED, "1");
    let mut watched = Killed(command.stdout(Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(watched.0.stdout.take().unwrap()).lines();
    // Longer than the watchman waits.
    let told = lines.map_while(Result::ok).filter(|line| line.contains(SAYS)).take(30).count();
    assert_eq!((told, watched.0.try_wait().unwrap()), (30, None));
    kill_process(Pid::from_child(&watched.0), Signal::STOP).unwrap();
    let status = watched.0.wait().unwrap();
    assert_eq!(status.signal(), Some(Signal::KILL.as_raw()));
}
