//! A proxy that opens TLS: mitmproxy, with an add-on that writes down what passes and alters what it is told to.

use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use crate::{PATIENCE, free_port, kill, pause, spawn};

/// The add-on's text.
const ADD_ON: &str = include_str!("inspector.py");

/// A running mitmproxy. Dropped, it ends.
pub struct Inspector {
    port: u16,
    dir: PathBuf,
    child: Option<Child>,
}

/// The program: `$YAGURA_MITMDUMP`, the one that `./dev test` has installed, or the one on the path.
fn mitmdump() -> Option<PathBuf> {
    let named = std::env::var_os("YAGURA_MITMDUMP").map(PathBuf::from);
    let candidate = named.unwrap_or_else(|| PathBuf::from("mitmdump"));
    let runs = Command::new(&candidate).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    runs.is_ok_and(|status| status.success()).then_some(candidate)
}

impl Inspector {
    /// A proxy whose files lie in `dir`, and which believes the server's authority; `None`, loudly, without mitmproxy.
    ///
    /// # Panics
    /// When it does not begin to listen.
    #[expect(clippy::print_stdout, reason = "what is skipped is said where the tests' results are")]
    #[must_use]
    pub fn start(promise: &str, dir: &Path, authority: &Path) -> Option<Self> {
        let Some(program) = mitmdump() else {
            println!("SKIPPED: {promise}: mitmproxy is not here; ./dev test installs it");
            return None;
        };
        fs::create_dir_all(dir).expect("a folder can be made");
        let add_on = dir.join("inspector.py");
        fs::write(&add_on, ADD_ON).expect("the add-on can be written");
        let port = free_port();
        let mut command = Command::new(program);
        command.args(["--quiet", "--listen-host", "127.0.0.1", "--listen-port", &port.to_string(), "--scripts"]);
        command.arg(&add_on).arg("--set").arg(format!("confdir={}", dir.display()));
        command.arg("--set").arg(format!("ssl_verify_upstream_trusted_ca={}", authority.display()));
        command.env("YAGURA_INSPECTOR", dir).stdin(Stdio::null());
        let mut inspector = Self { port, dir: dir.to_owned(), child: Some(spawn(command, &dir.join("log"))) };
        let since = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() || !inspector.authority().exists() {
            let ended = inspector.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
            let log = || fs::read_to_string(dir.join("log")).unwrap_or_default();
            assert!(ended.is_none() && since.elapsed() < PATIENCE, "mitmproxy does not listen: {}", log());
            pause();
        }
        Some(inspector)
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The file of the authority that it signs its certificates with.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.dir.join("mitmproxy-ca-cert.pem")
    }

    /// Alters answers of this kind from now on, or breaks this; `nothing` to stop. The add-on has the list.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn alter(&self, what: &str) {
        let (new, file) = (self.dir.join("mode.new"), self.dir.join("mode"));
        fs::write(&new, what).expect("the file can be written");
        fs::rename(new, file).expect("a file can be renamed");
    }

    /// Everything that passed: one JSON object for each exchange.
    #[must_use]
    pub fn seen(&self) -> Vec<serde_json::Value> {
        let text = fs::read_to_string(self.dir.join("seen")).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

impl Drop for Inspector {
    fn drop(&mut self) {
        kill(self.child.take());
    }
}
