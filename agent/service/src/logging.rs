//! The agent's own log: to standard error, where the service manager takes it.

use std::io::IsTerminal as _;

use tracing_subscriber::{EnvFilter, fmt};

/// Starts the log. `YAGURA_LOG` says how much, as `info` or `yagura_channel=debug`.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("YAGURA_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
}
