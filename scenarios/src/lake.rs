//! Programs from PyPI that know nothing of us: DuckDB reads what was exported, moto answers as S3 does.

use std::{
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use serde_json::Value;

use crate::{House, PATIENCE, free_port, kill, pause, spawn};

/// The programs. Dropped, S3 ends.
pub struct Lake {
    python: PathBuf,
    script: PathBuf,
    authority: PathBuf,
    port: u16,
    server: Option<Child>,
}

/// What opens a bucket, in the environment. It opens nothing elsewhere.
const KEYS: [(&str, &str); 3] =
    [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing"), ("AWS_REGION", "ap-northeast-1")];

impl Lake {
    /// An S3 with the house's certificate, and DuckDB; `None`, loudly, where they are not installed.
    ///
    /// # Panics
    /// When S3 does not start.
    #[expect(clippy::print_stdout, reason = "what is skipped is said where the tests' results are")]
    pub fn start(house: &House, promise: &str) -> Option<Self> {
        let Some(python) = std::env::var_os("YAGURA_LAKE_PYTHON").map(PathBuf::from) else {
            println!("SKIPPED: {promise}: DuckDB and moto are not here; ./dev test installs them");
            return None;
        };
        let script = house.path("lake.py");
        std::fs::write(&script, include_str!("lake.py")).expect("a file can be written");
        let port = free_port();
        let mut command = Command::new(python.with_file_name("moto_server"));
        command.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--ssl", "--ssl-cert"]);
        command
            .arg(house.path("server").join("server.pem"))
            .arg("--ssl-key")
            .arg(house.path("server").join("server.key"));
        let mut server = Some(spawn(command, &house.path("s3.log")));
        let since = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = server.as_mut().and_then(|server| server.try_wait().ok().flatten());
            assert!(ended.is_none() && since.elapsed() < PATIENCE, "S3 does not listen: {}", house.log("s3"));
            pause();
        }
        Some(Self { python, script, authority: house.authority(), port, server })
    }

    /// Its address.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    fn ask(&self, arguments: &[&str]) -> Value {
        let mut command = Command::new(&self.python);
        command.arg(&self.script).args(arguments).envs(KEYS).stdin(Stdio::null());
        let output = command.output().expect("python can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("it prints JSON")
    }

    /// What DuckDB reads in a folder.
    ///
    /// # Panics
    /// When it cannot read it.
    #[must_use]
    pub fn read(&self, folder: &Path) -> Value {
        self.ask(&["read", &folder.display().to_string()])
    }

    /// What DuckDB reads in one file: columns with their types, and rows with times in microseconds.
    ///
    /// # Panics
    /// When it cannot read it.
    #[must_use]
    pub fn table(&self, file: &Path) -> Value {
        self.ask(&["table", &file.display().to_string()])
    }

    /// Makes a bucket.
    ///
    /// # Panics
    /// When S3 refuses.
    pub fn make_bucket(&self, name: &str) {
        self.ask(&["bucket", "make", &self.endpoint(), &self.authority.display().to_string(), name]);
    }

    /// The files of a bucket, in hex.
    ///
    /// # Panics
    /// When S3 refuses.
    #[must_use]
    pub fn files(&self, name: &str) -> Value {
        self.ask(&["bucket", "files", &self.endpoint(), &self.authority.display().to_string(), name])
    }

    /// The command line that exports to `to`, a folder or a bucket.
    #[must_use]
    pub fn export(&self, house: &House, to: &str) -> Command {
        let mut command = house.control();
        command.envs(KEYS).env("AWS_ENDPOINT_URL", self.endpoint()).env("AWS_CA_BUNDLE", &self.authority);
        command.args(["events", "export", "--ocsf", "--to", to]);
        command
    }
}

impl Drop for Lake {
    fn drop(&mut self) {
        kill(self.server.take());
    }
}
