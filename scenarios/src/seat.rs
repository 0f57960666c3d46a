//! People at their screens: an X server of one's own, and the session program in it.

use std::{
    io::Read as _,
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
};

use crate::{House, programs};

/// Somebody who sits at a screen, until this is dropped.
pub struct Seat {
    programs: Vec<Child>,
    display: String,
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
        let mut seat = Self { programs: vec![xvfb], display: format!(":{number}") };
        let own = house.path(&format!("yagura-session-{account}"));
        // Where the programs lie, the account may not be allowed to look.
        std::fs::copy(programs::folder().join("yagura-session"), &own).expect("the session program was built");
        let mut session = Command::new(own);
        session.arg("--socket").arg(house.path("agent.sock")).env("DISPLAY", &seat.display).env("LANG", "ja_JP.UTF-8");
        session.uid(account).current_dir("/").stdin(Stdio::null());
        seat.programs.push(session.spawn().expect("the session program can be started"));
        Some(seat)
    }

    /// The X display.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        for program in self.programs.iter_mut().rev() {
            // Ended already is as good.
            drop(program.kill());
            drop(program.wait());
        }
    }
}
