//! The engine for all tests of this program.
#![expect(clippy::print_stdout, reason = "what is skipped is said where the tests' results are")]

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

/// A running engine.
pub(crate) struct Engine {
    pub(crate) url: String,
    /// Its end of this pipe is what it lives by.
    _child: Child,
    _folder: tempfile::TempDir,
}

/// The engine, started when it is first asked for. `None` where it is not installed: the test says so and passes.
pub(crate) fn engine() -> Option<&'static Engine> {
    static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
    match ENGINE.get_or_init(start) {
        Ok(engine) => Some(engine),
        Err(reason) => {
            println!("SKIPPED on ClickHouse: {reason}");
            None
        }
    }
}

fn start() -> Result<Engine, String> {
    let python = std::env::var_os("YAGURA_CHDB_PYTHON").map(PathBuf::from);
    let python = python.ok_or("YAGURA_CHDB_PYTHON names no Python that has chdb (./dev setup test installs it)")?;
    let bridge = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dev.d/clickhouse/bridge.py");
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(&python);
    command.arg(bridge).arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("{} does not start: {error}", python.display()))?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (port, version) = line.trim().split_once(' ').expect("the bridge says its port and the engine's version");
    println!("ClickHouse's engine {version}");
    Ok(Engine { url: format!("http://127.0.0.1:{port}"), _child: child, _folder: folder })
}
