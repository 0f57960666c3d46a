//! A person before a screen: an X server of their own, and the session program in it.

use std::{
    fs::File,
    io::Read as _,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{House, PATIENCE, programs};

/// Somebody who sits at a screen, until this is dropped.
pub struct Seat {
    programs: Vec<Child>,
    session: Option<Child>,
    display: String,
    account: u32,
    home: PathBuf,
    log: PathBuf,
}

impl Seat {
    /// Has this account sign in to a desktop of its own. Nothing, said loudly, where there is no Xvfb.
    ///
    /// # Panics
    /// When the session program cannot be started.
    #[must_use]
    pub fn take(house: &House, account: u32, promise: &str) -> Option<Self> {
        let mut xvfb = Command::new("Xvfb");
        // Whoever sits there is another user than who runs the tests.
        xvfb.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset", "-ac"]);
        let Ok(mut xvfb) = xvfb.stdout(Stdio::piped()).stderr(Stdio::null()).spawn() else {
            eprintln!("SKIPPED: {promise}: there is no Xvfb here (package xvfb)");
            return None;
        };
        let mut number = String::new();
        let mut byte = [0];
        let out = xvfb.stdout.as_mut().expect("it is piped");
        while out.read(&mut byte).expect("Xvfb says its number") == 1 && byte != *b"\n" {
            number.push(char::from(byte[0]));
        }
        let home = house.path(&format!("home-{account}"));
        std::fs::create_dir_all(&home).expect("a folder can be made");
        chown(&home, Some(account), None).expect("who runs this test may give folders away");
        let log = house.path(&format!("session-{account}.log"));
        let own = house.path(&format!("yagura-session-{account}"));
        // Where the programs lie, the account may not be allowed to look.
        std::fs::copy(programs::folder().join("yagura-session"), &own).expect("the session program was built");
        let mut seat = Self { programs: vec![xvfb], session: None, display: format!(":{number}"), account, home, log };
        seat.start_session(house);
        Some(seat)
    }

    /// Starts the session program, as signing in does.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start_session(&mut self, house: &House) {
        let mut session = Command::new(house.path(&format!("yagura-session-{}", self.account)));
        session.arg("--socket").arg(house.path("agent.sock")).env("DISPLAY", &self.display).env("LANG", "ja_JP.UTF-8");
        // What the person has in their own folder comes first: a browser that writes down what it is to open.
        let path = std::env::join_paths([&self.home, Path::new("/usr/bin"), Path::new("/bin")]).expect("a path");
        session.env("PATH", path).env("YAGURA_LOG", "debug").uid(self.account).current_dir("/").stdin(Stdio::null());
        let log = File::options().create(true).append(true).open(&self.log).expect("the log can be written");
        self.session = Some(session.stderr(log).spawn().expect("the session program can be started"));
    }

    /// Kills the session program, as a person may do who does not want to be seen: SIGKILL.
    pub fn kill_session(&mut self) {
        programs::kill(self.session.take());
    }

    /// The session program's process.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn session_pid(&self) -> u32 {
        self.session.as_ref().expect("the session program runs").id()
    }

    /// The X display.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// A program on this screen, as the person starts it, but not started yet.
    #[must_use]
    pub fn program(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(name);
        command.args(arguments).uid(self.account).current_dir(&self.home).stdin(Stdio::null());
        command.env("DISPLAY", &self.display).env("HOME", &self.home).env("LANG", "C.UTF-8").env("LC_ALL", "C.UTF-8");
        // What others run on this machine is not theirs.
        for name in ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_SESSION_TYPE", "WAYLAND_DISPLAY"] {
            command.env_remove(name);
        }
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Starts a program that runs until it is closed or the person leaves.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn open(&mut self, name: &str, arguments: &[&str]) -> usize {
        self.programs.push(self.program(name, arguments).spawn().unwrap_or_else(|error| panic!("{name}: {error}")));
        self.programs.len() - 1
    }

    /// Starts a small window manager, and waits until it manages.
    ///
    /// # Panics
    /// When it cannot be started, or never does.
    pub async fn manage(&mut self) {
        self.open("openbox", &[]);
        let since = Instant::now();
        let manages =
            || self.ask("xprop", &["-root", "_NET_SUPPORTING_WM_CHECK"]).is_some_and(|said| said.contains('#'));
        while !manages() {
            assert!(since.elapsed() < PATIENCE, "the window manager does nothing");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends a program that was opened.
    ///
    /// # Panics
    /// When there was none.
    pub fn close(&mut self, opened: usize) {
        let program = &mut self.programs[opened];
        // Ended already is as good.
        drop(program.kill());
        drop(program.wait());
    }

    /// What a program says that runs to its end, without the line break at its end; nothing where it fails.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn ask(&self, name: &str, arguments: &[&str]) -> Option<String> {
        let output = self.program(name, arguments).stdout(Stdio::piped()).output();
        let output = output.unwrap_or_else(|error| panic!("{name}: {error}"));
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    /// Waits until a window of this title is on the screen, and gives its number.
    ///
    /// # Panics
    /// When it never is.
    pub async fn window(&self, title: &str) -> u32 {
        self.found("--name", title).await
    }

    /// Waits until a pop-up of the session program is on the screen, and gives its number.
    ///
    /// # Panics
    /// When none ever is.
    pub async fn popup(&self) -> u32 {
        self.found("--classname", "yagura-session").await
    }

    /// The numbers of the pop-ups that are on the screen now.
    #[must_use]
    pub fn popups(&self) -> Vec<String> {
        let found = self.ask("xdotool", &["search", "--onlyvisible", "--classname", "yagura-session"]);
        found.map(|found| found.lines().map(str::to_owned).collect()).unwrap_or_default()
    }

    async fn found(&self, by: &str, word: &str) -> u32 {
        let since = Instant::now();
        loop {
            let found = self.ask("xdotool", &["search", "--onlyvisible", by, word]);
            if let Some(number) = found.and_then(|found| found.lines().next()?.parse().ok()) {
                return number;
            }
            assert!(since.elapsed() < PATIENCE, "no window `{word}` came: {}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Makes a window the active one, and waits until the agent has heard of it.
    ///
    /// # Panics
    /// When it never becomes that.
    pub async fn activate(&self, window: u32) {
        let done = self.ask("xdotool", &["windowactivate", "--sync", &window.to_string()]);
        assert!(done.is_some(), "window {window} cannot be made the active one");
        let since = Instant::now();
        let last = || self.log().lines().rev().find(|line| line.contains("window")).map(plain);
        while last().is_none_or(|line| !line.ends_with(&format!("window={window}"))) {
            assert!(since.elapsed() < PATIENCE, "the agent heard nothing of window {window}: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// How often the agent has heard that this window is the active one.
    fn heard(&self, window: u32) -> usize {
        let text = self.log();
        let word = format!("window={window}");
        text.lines().filter(|line| plain(line).ends_with(&word)).count()
    }

    /// Waits until the agent has heard so often that this window is the active one.
    ///
    /// # Panics
    /// When it never does.
    pub async fn until_heard(&self, window: u32, times: usize) {
        let since = Instant::now();
        while self.heard(window) < times {
            assert!(since.elapsed() < PATIENCE, "the agent heard nothing of window {window}: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A line of a log without the colours.
fn plain(line: &str) -> String {
    let mut out = String::new();
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            out.push(letter);
        }
    }
    out
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.kill_session();
        for program in self.programs.iter_mut().rev() {
            // Ended already is as good.
            drop(program.kill());
            drop(program.wait());
        }
    }
}
